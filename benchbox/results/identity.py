"""Whether a measure is the same one wherever it was taken: same library, version, mode, resampler."""

from collections.abc import Iterable, Mapping
from typing import TypeAlias

Identities: TypeAlias = Mapping[str, Mapping[str, str]]
"""Measure -> the implementation that gave it, as `Results.identities`."""


def differing_identities(measures: Iterable[str], places: Mapping[str, Identities]) -> list[str]:
    """Return a sentence for each measure that differs between two places, given as name -> identities."""
    (here, first), (there, second) = places.items()
    sentences = []
    for name in measures:
        one, other = first.get(name, {}), second.get(name, {})
        differing = [
            f"{part} {one.get(part)} in {here}, {other.get(part)} in {there}"
            for part in dict.fromkeys([*one, *other])
            if one.get(part) != other.get(part) and not _unknown(part, one, other)
        ]
        if differing:
            sentences.append(f"{name} is not the same measure in both ({', '.join(differing)})")
    return sentences


def _unknown(part: str, one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Say whether one side does not tell a part that results did not always tell."""
    return part == "code" and not (part in one and part in other)
