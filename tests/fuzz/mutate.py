"""Seeded mutations: bytes flipped, cut and spliced; trees of JSON and TOML with their values swapped."""

import json
from collections.abc import Callable, Sequence
from random import Random
from typing import Any, cast

NUMBERS: Sequence[Any] = (
    *(0, 1, -1, 2, 3, 7, 255, 65_536, 2**31 - 1, 2**31, 2**32, 2**36, 2**63 - 1, 2**63, 2**64, -(2**63)),
    *(10**30, 10**400, 0.0, -0.0, 0.5, 1e-320, 1e308, -1e308, float("inf"), float("-inf"), float("nan")),
)
TEXTS: Sequence[str] = (
    *(
        "",
        " ",
        "\0",
        "\n",
        "\x1b[31m",
        "\u202e",
        "\ud800",
        "é",
        "日本",
        "a" * 5000,
        "[red]",
        "=1+1",
        "|",
        "$x$",
    ),
    *("../../x", "/", "/dev/null", "..", "~", "%s", "{}", "None", "true", "nan", "inf", "1e999", "9" * 5000),
    *("white", "vqunet", "spectral_sub(over=[1,2,3])", "a(b=c)", "noisy", "pesq", "si_sdr", "ok", "test"),
)
TOKENS: Sequence[bytes] = (
    *(
        b"(",
        b")",
        b"[",
        b"]",
        b"{",
        b"}",
        b",",
        b"=",
        b'"',
        b"'",
        b"\\",
        b"#",
        b":",
        b"\n",
        b"\r",
        b"\t",
        b"\0",
    ),
    *(b"[[[[[[[[", b"((((((((", b"]]]]", b"''", b'""', b"\\u", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80"),
    *(
        b"true",
        b"none",
        b"null",
        b"nan",
        b"inf",
        b"-",
        b"1e999",
        b"0x",
        b"99999999999999999999",
        b"1979-05-27",
    ),
)


def mutated(random: Random, seeds: Sequence[bytes]) -> bytes:
    """Return one of the seeds after one to eight changes of its bytes."""
    data = bytearray(random.choice(seeds))
    for _ in range(random.choice((1, 1, 1, 2, 3, 8))):
        random.choice(_BYTES)(random, data, seeds)
    return bytes(data[: 1 << 18])


def _flip(random: Random, data: bytearray, _: Sequence[bytes]) -> None:
    if data:
        data[random.randrange(len(data))] ^= 1 << random.randrange(8)


def _replace(random: Random, data: bytearray, _: Sequence[bytes]) -> None:
    if data:
        data[random.randrange(len(data))] = random.choice((0, 1, 0x7F, 0x80, 0xFF, random.randrange(256)))


def _header(random: Random, data: bytearray, _: Sequence[bytes]) -> None:
    """Put a number where formats say how much there is."""
    width = random.choice((2, 4, 8))
    start = random.randrange(max(1, min(len(data), 200)))
    value = random.choice(
        (0, 1, 0x7F, 1 << 31, (1 << 31) - 1, (1 << 36) - 1, (1 << 64) - 1, random.getrandbits(64))
    )
    data[start : start + width] = (value % (1 << 8 * width)).to_bytes(width, random.choice(("little", "big")))


def _cut(random: Random, data: bytearray, _: Sequence[bytes]) -> None:
    del data[random.randrange(len(data) + 1) :]


def _remove(random: Random, data: bytearray, _: Sequence[bytes]) -> None:
    start = random.randrange(len(data) + 1)
    del data[start : start + random.choice((1, 2, 8, 64, 1024))]


def _insert(random: Random, data: bytearray, _: Sequence[bytes]) -> None:
    place = random.randrange(len(data) + 1)
    data[place:place] = random.choice((*TOKENS, random.randbytes(random.randrange(1, 16))))


def _repeat(random: Random, data: bytearray, _: Sequence[bytes]) -> None:
    start = random.randrange(len(data) + 1)
    part = data[start : start + random.choice((1, 8, 64))]
    data[start:start] = part * random.choice((1, 2, 50))


def _splice(random: Random, data: bytearray, seeds: Sequence[bytes]) -> None:
    other = random.choice(seeds)
    data[random.randrange(len(data) + 1) :] = other[random.randrange(len(other) + 1) :]


_BYTES: Sequence[Callable[[Random, bytearray, Sequence[bytes]], None]] = (
    *(_flip, _replace, _header, _cut, _remove, _insert, _repeat, _splice),
)


def mutated_tree(random: Random, trees: Sequence[Any]) -> Any:
    """Return one of the trees after one to four changes of its values, keys or shape."""
    tree = json.loads(json.dumps(random.choice(trees)))
    for _ in range(random.choice((1, 1, 1, 2, 4))):
        tree = _changed(random, tree, trees)
    return tree


def _changed(random: Random, tree: Any, trees: Sequence[Any]) -> Any:
    holders = [node for node in _nodes(tree) if isinstance(node, dict | list) and node]
    if not holders:
        return _value(random, tree, trees)
    holder = random.choice(holders)
    key = random.choice(list(holder)) if isinstance(holder, dict) else random.randrange(len(holder))
    change = random.randrange(8)
    if change == 0:
        del holder[key]
    elif change == 1 and isinstance(holder, dict):
        holder[random.choice((*TEXTS, *holder))] = holder.pop(key)
    elif change < 3 and isinstance(holder, list):
        holder.insert(key, holder[key])
    elif change == 2:
        cast(dict[str, Any], holder)[random.choice(TEXTS)] = _value(random, holder[key], trees)
    elif change == 3 and random.randrange(20) == 0:
        return _value(random, tree, trees)
    else:
        holder[key] = _value(random, holder[key], trees)
    return tree


def _value(random: Random, old: Any, trees: Sequence[Any]) -> Any:
    kind = random.randrange(9)
    if kind < 2:
        return random.choice(NUMBERS)
    if kind < 4:
        return random.choice(TEXTS)
    if kind == 4:
        return random.choice((None, True, False, [], {}, [[]], {"": None}))
    if kind == 5:
        return random.choice(([old], [old, old], {"a": old}, str(old)[:5000]))
    if kind == 6:
        nested: Any = old
        for _ in range(random.choice((3, 50, 300))):
            nested = [nested] if random.randrange(2) else {"a": nested}
        return nested
    nodes = list(_nodes(random.choice(trees)))
    return json.loads(json.dumps(random.choice(nodes)))


def _nodes(tree: Any) -> list[Any]:
    nodes, waiting = [], [tree]
    while waiting:
        node = waiting.pop()
        nodes.append(node)
        if isinstance(node, dict):
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)
    return nodes


def as_json(tree: Any) -> bytes:
    """Return JSON as a careless program writes it: with NaN, halves of pairs and any number."""
    return json.dumps(tree).encode("utf-8", "surrogatepass")


def as_toml(tree: Any) -> bytes:
    """Return a TOML table, or what comes near to one."""
    if not isinstance(tree, dict):
        return as_json(tree)
    return "\n".join(f"{json.dumps(key)} = {_toml(value)}" for key, value in tree.items()).encode(
        "utf-8", "surrogatepass"
    )


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return f"{{{', '.join(f'{json.dumps(key)} = {_toml(each)}' for key, each in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    if value is None:
        return '"none"'
    return json.dumps(value).replace("Infinity", "inf").replace("NaN", "nan")
