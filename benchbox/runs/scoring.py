"""Finished files, or arrays, -> a run folder like any other."""

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from platformdirs import user_cache_path

from benchbox.audio import write
from benchbox.errors import BadOption
from benchbox.files import atomic
from benchbox.plan.settings import SETTINGS
from benchbox.plan.suite import Suite
from benchbox.records import Samples, Spec
from benchbox.runs.folder import Run
from benchbox.runs.runner import run

Source: TypeAlias = Path | str | Samples | Sequence[Samples] | Mapping[str, Samples]
"""A folder, file or list of files; or samples [time] of one clip, of several, or of several by name."""

WITHOUT_REFERENCE = "dnsmos"
"""What is measured by default where there is no clean side."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._+-]{0,63}")
_CHANNELS = 8
"""What is no longer than that in time is [time, channel]."""
_TAKEN = ("noisy", "clean", "oracle_mask", "noise_only", "silence")


def score(
    enhanced: Mapping[str, Source],
    output: Path | str | None = None,
    *,
    clean: Source | None = None,
    noisy: Source | None = None,
    sample_rate: int | None = None,
    metrics: Any = None,
    table: Path | str | None = None,
    pattern: str | None = None,
    channel: Any = None,
    padding_ms: float | None = None,
    resample: bool = False,
    settings: Mapping[str, Any] | None = None,
    **running: Any,
) -> Run:
    """Score estimates that are finished, and return the run folder: leaderboard, compare and plot take it.

    Args:
        enhanced: what a system is called -> its estimates.
        clean: the references; without them, measures that need none are taken.
        noisy: what the systems were given, for the first row and for realised SNRs.
        sample_rate: of arrays, Hz.
        metrics: by default those of `benchbox run`, or dnsmos without `clean`.
        table: CSV file with noise, snr, speaker, transcript of each id; see `benchbox info paired`. Without
            `clean`, `wer` needs the transcripts.
        pattern: regular expression; what its group finds in the names of all sides is the same clip.
        channel: which one of several to take of files, from 1, or "mix".
        padding_ms: by how much an estimate may be shorter, or longer; the table says how many were.
        resample: resample estimates of another rate instead of failing their rows.
        settings: further settings of a suite, such as limit, bounds, align, name.
        running: as for `benchbox.run`: jobs, examples, fresh, in_process ...

    Raises:
        BenchboxError: as `benchbox.run`; a file that is missing, truncated or of another length is none: it
            becomes that clip's failed row.
    """
    _check_names(list(enhanced))
    paths = {name: _path(source, sample_rate) for name, source in enhanced.items()}
    sides = {
        name: _path(source, sample_rate)
        for name, source in (("clean", clean), ("noisy", noisy))
        if source is not None
    }
    common = {"pattern": pattern, "channel": channel}
    corpus = _corpus(sides, next(iter(paths.values())), {**common, "table": table and str(table)})
    single = next(iter(sides.values()), None)
    alone = single.stem if single and single.is_file() and single.suffix != ".scp" else None
    systems = [
        _spec(
            "enhanced",
            {
                "path": str(path),
                "name": name,
                "padding_ms": padding_ms,
                "resample": resample or None,
                "utterance": alone if path.is_file() and path.suffix != ".scp" else None,
                **common,
            },
        )
        for name, path in paths.items()
    ]
    default = SETTINGS["metrics"].default if "clean" in sides else WITHOUT_REFERENCE
    suite = Suite(
        **{
            "name": "score",
            "corpus": corpus,
            "denoisers": systems,
            "metrics": metrics or default,
            **(settings or {}),
        }
    )
    return run(suite, output, **running)


def _check_names(names: Sequence[str]) -> None:
    if not names:
        raise BadOption("nothing to score: name a system and its files, such as --enhanced mine=my/outputs")
    for name, count in Counter(name.lower() for name in names).items():
        if count > 1:
            raise BadOption(f"{name!r} names {count} systems: give each a name of its own")
    for name in names:
        if name.lower() in _TAKEN:
            raise BadOption(f"{name!r} is what tables call a row of their own: give the system another name")
        if not _NAME.fullmatch(name):
            what = "looks like a path" if set(name) & set("/\\~") else "is no name"
            raise BadOption(
                f"{name!r} {what}: a system is called by letters, digits, ' ', '.', '_', '+' and '-', "
                "64 at most, as in mine=my/outputs"
            )


def _corpus(sides: Mapping[str, Path], first: Path, options: Mapping[str, Any]) -> Spec:
    if set(sides) == {"clean", "noisy"}:
        return _spec("paired", {**{side: str(path) for side, path in sides.items()}, **options})
    name, path = ("estimates", first)
    for side, kind in (("clean", "references"), ("noisy", "recordings")):
        if side in sides:
            name, path = kind, sides[side]
    return _spec(name, {"path": str(path), **options})


def _spec(name: str, options: Mapping[str, Any]) -> Spec:
    return Spec(name, {key: value for key, value in options.items() if value is not None})


def _path(source: Source, sample_rate: int | None) -> Path:
    """Return a path as it is; write arrays as files that hold every bit of them, once."""
    if isinstance(source, str | Path):
        return Path(source).expanduser()
    if sample_rate is None:
        raise BadOption("arrays have no sample rate of their own: say sample_rate=...")
    clips = _clips(source)
    digest = hashlib.sha256(f"{sample_rate}".encode())
    for name, samples in clips.items():
        digest.update(name.encode() + samples.tobytes())
    folder = user_cache_path("benchbox", appauthor=False) / "arrays" / digest.hexdigest()[:16]
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with atomic(folder) as temporary:
            temporary.mkdir()
            for name, samples in clips.items():
                write(temporary / f"{name}.wav", samples, sample_rate, "FLOAT")
    return folder


def _clips(source: Any) -> dict[str, Samples]:
    if isinstance(source, Mapping):
        named = dict(source)
    else:
        shape = getattr(source, "shape", None)
        if shape is not None and (len(shape) not in (1, 2) or (len(shape) == 2 and shape[1] <= _CHANNELS)):
            raise BadOption(f"an array {list(shape)}: wants floats [time], or [clip, time] of several clips")
        several = [source] if getattr(source, "ndim", 2) == 1 else list(source)
        named = {f"{number:05}": samples for number, samples in enumerate(several)}
    clips = {}
    for name, samples in named.items():
        array = np.asarray(samples)
        if array.dtype.kind != "f" or array.ndim != 1:
            raise BadOption(
                f"clip {name} is {array.dtype} {list(array.shape)}: wants floats [time], full scale 1.0"
            )
        if not _NAME.fullmatch(str(name)):
            raise BadOption(
                f"clip name {name!r}: wants letters, digits, ' ', '.', '_', '+' and '-', 64 at most"
            )
        clips[str(name)] = array.astype(np.float32)
    return clips
