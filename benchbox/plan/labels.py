"""What systems are called wherever they are shown: their alias, or their spec with its paths cut short."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath
from types import MappingProxyType
from typing import Any

from benchbox.errors import BadSuite
from benchbox.records import Spec

RESERVED = frozenset({"noisy", "clean", "oracle_mask", "noise_only", "silence"})
"""What tables and sounds call by these names is what they say."""

_DEEPEST = 32
"""Parts of a path that are looked at."""


def labels_of(specs: Sequence[Spec], names: Mapping[Spec, str] = MappingProxyType({})) -> dict[Spec, str]:
    """Return spec -> label, no two of them alike.

    Of a path, a label has the last part, and as many before it as tell two systems apart.

    Args:
        names: what systems call themselves; an alias goes before it.

    Raises:
        BadSuite: an alias or a name is taken: by another system, or for good.
    """
    chosen = {spec: name for spec in specs if (name := spec.alias or names.get(spec))}
    labels = {spec: chosen.get(spec, str(spec)) for spec in specs}
    waiting = [spec for spec in specs if spec not in chosen]
    for parts in range(1, _DEEPEST):
        short = {spec: shortened(spec, parts) for spec in waiting}
        counts = Counter([*short.values(), *(labels[spec] for spec in specs if spec not in short)])
        labels |= {spec: text for spec, text in short.items() if counts[text] == 1}
        waiting = [spec for spec in waiting if counts[short[spec]] > 1]
    _check(labels, chosen)
    return labels


def shortened(spec: Spec, parts: int) -> str:
    """Return the text of a spec that keeps the last `parts` parts of each path in it."""
    options = {name: _last(value, parts) for name, value in spec.options.items()}
    return str(replace(spec, name=_last(spec.name, parts), options=options))


def _last(value: Any, parts: int) -> Any:
    if isinstance(value, list):
        return [_last(each, parts) for each in value]
    if not isinstance(value, str):
        return value
    if "{" in value:  # a command, whose words may be paths
        return re.sub(r"[^\s='\"]+", lambda word: _end(word.group(), parts), value)
    return _end(value, parts)


def _end(text: str, parts: int) -> str:
    if not set(text) & set("/\\"):
        return text
    path = PurePath(text.replace("\\", "/"))
    # Without the root: a label never is absolute.
    return "/".join([part for part in path.parts if part != path.anchor][-parts:])


def _check(labels: Mapping[Spec, str], chosen: Mapping[Spec, str]) -> None:
    owners: dict[str, Spec] = {}
    for spec, label in labels.items():
        if chosen.get(spec) in RESERVED:
            raise BadSuite(f"{spec.written}: {label} is what benchbox calls its own; take another name")
        # Sounds are files, and some file systems fold case.
        other = owners.setdefault(label.casefold(), spec)
        if other != spec and (other in chosen or spec in chosen):
            raise BadSuite(f"{label} is the name of two systems, {other} and {spec}; choose another for one")
