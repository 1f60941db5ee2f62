"""What the shell offers for a plugin's name when the user presses tab."""

from collections.abc import Callable, Iterator


def names(*kinds: str) -> Callable[[str], list[str]]:
    """Return the completion of a value that names plugins of these kinds, or of all; commas part several."""

    def complete(incomplete: str) -> list[str]:
        before, begun = _split(incomplete)
        alias, named, begun = begun.rpartition("=")
        before += alias + named
        # An option within parentheses is no plugin's name.
        if "(" in begun:
            return []
        return [f"{before}{name}" for name in _installed(kinds) if name.startswith(begun)]

    return complete


def _installed(kinds: tuple[str, ...]) -> Iterator[str]:
    from benchbox.registry.discovery import discover

    registry = discover()
    for kind in kinds or tuple(registry.plugins):
        yield from sorted(registry.plugins[kind])


def _split(text: str) -> tuple[str, str]:
    """Split after the last comma that stands outside parentheses."""
    depth, start = 0, 0
    for place, symbol in enumerate(text):
        depth += (symbol == "(") - (symbol == ")")
        if symbol == "," and depth == 0:
            start = place + 1
    return text[:start], text[start:]
