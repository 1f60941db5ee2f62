"""What corpora and metrics give back, checked against their contract: benchbox.interfaces."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from benchbox.errors import BadPlugin
from benchbox.records import Entry, Measure, Utterance

HIGHEST_NOISY = 32.0
"""Speech in loud noise may pass full scale by far; 16-bit integers as floats are beyond this."""
HIGHEST = 2.0
"""Audio beyond this was never scaled; between 1 and this lies what resampling adds to a peak."""
_AUDIO = "wants float32 [time] in [-1, 1]"


def checked_entries(entries: Any, corpus: str) -> Sequence[Entry]:
    """Return the entries of a split.

    Raises:
        BadPlugin: they are no entries, or two of them share an id.
    """
    told = f"corpus {corpus}"
    listed = list(entries) if isinstance(entries, Iterable) else None
    if listed is None or not all(isinstance(entry, Entry) for entry in listed):
        wrong = entries if listed is None else next(one for one in listed if not isinstance(one, Entry))
        raise BadPlugin(f"{told} lists a {type(wrong).__name__}; wants benchbox.records.Entry")
    for name in ("id", "recording", "digest"):
        for entry in listed:
            if not isinstance(getattr(entry, name), str):
                raise BadPlugin(f"{told} lists an entry with {name}={getattr(entry, name)!r:.40}; wants text")
    (id, count) = Counter(entry.id for entry in listed).most_common(1)[0] if listed else ("", 0)
    if count > 1:
        raise BadPlugin(f"{told} lists {count} entries with the id {id!r}; wants one each")
    return listed


def checked_utterance(loaded: Any, entry: Entry, corpus: str) -> Utterance:
    """Return an utterance as that of its entry.

    Raises:
        BadPlugin: its audio is not one channel of finite float32 near full scale, or its rate no rate.
    """
    told = f"corpus {corpus} returned"
    if not isinstance(loaded, Utterance):
        raise BadPlugin(f"{told} a {type(loaded).__name__} for {entry.id}; wants benchbox.records.Utterance")
    rate = loaded.sample_rate
    if not isinstance(rate, int | np.integer) or isinstance(rate, bool) or not 1000 <= rate <= 768_000:
        raise BadPlugin(f"{told} {entry.id} at {rate!r:.40} Hz; wants a whole number from 1000 to 768000")
    if loaded.noisy is None or np.size(loaded.samples):
        _check_samples(loaded.samples, entry, told, HIGHEST)
    if loaded.noisy is not None:
        _check_samples(loaded.noisy, entry, told, HIGHEST_NOISY)
        lengths = np.size(loaded.samples), np.size(loaded.noisy)
        if lengths[0] not in (0, lengths[1]):
            raise BadPlugin(f"{told} {lengths[0]} clean and {lengths[1]} noisy samples for {entry.id}")
    return replace(loaded, entry=entry, sample_rate=int(rate))


def _check_samples(samples: Any, entry: Entry, told: str, highest: float) -> None:
    if not isinstance(samples, np.ndarray):
        raise BadPlugin(f"{told} a {type(samples).__name__} for {entry.id}; {_AUDIO}")
    if samples.ndim != 1 or not samples.size:
        shape = list(samples.shape)
        raise BadPlugin(f"{told} {samples.ndim} dimensions, {shape}, for {entry.id}; {_AUDIO}: mono")
    if samples.dtype != np.float32:
        raise BadPlugin(f"{told} {samples.dtype} for {entry.id}; {_AUDIO}")
    if not np.isfinite(samples).all():
        raise BadPlugin(f"{told} NaN or infinite samples for {entry.id}; {_AUDIO}")
    if (peak := float(np.abs(samples).max())) > highest:
        raise BadPlugin(f"{told} samples up to {peak:.5g} for {entry.id}; {_AUDIO}: divide by full scale")


def checked_measures(measures: Any, metric: str) -> Sequence[Measure]:
    """Return the measures of a metric.

    Raises:
        BadPlugin: they are no measures, or two of them share a name.
    """
    told = f"metric {metric}"
    if not isinstance(measures, Sequence) or isinstance(measures, str):
        raise BadPlugin(f"{told} has measures of type {type(measures).__name__}; wants a list of Measure")
    for measure in measures:
        if not isinstance(measure, Measure) or not isinstance(measure.name, str):
            raise BadPlugin(f"{told} has the measure {measure!r:.60}; wants benchbox.records.Measure")
    for name, count in Counter(measure.name for measure in measures).items():
        if count > 1:
            raise BadPlugin(f"{told} has {count} measures called {name!r}; wants one each")
    return measures
