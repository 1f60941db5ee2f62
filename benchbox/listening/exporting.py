"""A listening test as files for anybody's web server: the answers come back as files (`importing`).

No file there says what a sound is. The run keeps that, in listening/exports.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchbox.errors import BadRun
from benchbox.files import atomic, read_json, write_json
from benchbox.listening.choices import KINDS
from benchbox.listening.comparing import questions_of
from benchbox.listening.pages import TESTS, files_of
from benchbox.listening.trials import REFERENCE, Trial
from benchbox.records import Samples


@dataclass(frozen=True)
class Asked:
    """One question of an exported test."""

    mixture: str
    signals: Mapping[str, str]
    """Name of a sound's file -> system, hidden reference or anchor."""
    jobs: Mapping[str, str]
    """System -> the key of the job that its sound is of."""
    number: int = 0
    """Which of the repeats of this mixture and these systems."""


@dataclass(frozen=True)
class Exported:
    """A test that was exported from a run."""

    kind: str
    questions: Mapping[str, Asked]


def export(
    kind: str, trials: Sequence[Trial], folder: Path, target: Path, *, seed: int, repeats: int = 1
) -> int:
    """Write a test below `target`, and what its sounds are into the run; return the bytes below `target`.

    Args:
        kind: one of `pages.TESTS`.
        folder: RUN/listening.

    Raises:
        BadRun: there is something in the target already.
    """
    if target.exists() and any(target.iterdir()):
        raise BadRun(f"--export {target}: there is something in it; name a new folder")
    versions = [[trial.mixture, dict(trial.jobs)] for trial in trials]
    # The versions of systems are in no file that a listener has: nobody can guess a sound's name by them.
    base = json.dumps([kind, seed, repeats, versions], sort_keys=True)
    questions = dict(_asked(kind, trials, base, repeats))
    name = _name(base)
    write_json(
        folder / "exports" / f"{name}.json",
        {"kind": kind, "questions": {key: vars(asked) for key, asked in questions.items()}},
    )
    sounds: dict[str, tuple[Trial, Samples]] = {}
    described = []
    by_mixture = {trial.mixture: trial for trial in trials}
    for key, asked in questions.items():
        trial = by_mixture[asked.mixture]
        sounds |= {sound: (trial, trial.signals[system]) for sound, system in asked.signals.items()}
        question: dict[str, Any] = {"id": key, "signals": sorted(asked.signals)}
        if kind not in KINDS:
            question["reference"] = _name(base, trial.mixture, "open reference")
            sounds[question["reference"]] = (trial, trial.signals[REFERENCE])
        described.append(question)
    told = {"test": name, "kind": kind, "seed": seed, "questions": described}
    contents = {f"sounds/{sound}.wav": trial.wav(samples) for sound, (trial, samples) in sounds.items()}
    contents |= {"test.json": json.dumps(told).encode()} | files_of(kind, "export")
    target.mkdir(parents=True, exist_ok=True)
    for path, content in contents.items():
        with atomic(target / path) as temporary:
            temporary.write_bytes(content)
    return sum(map(len, contents.values()))


def exported(folder: Path, name: str) -> Exported:
    """Return a test that was exported from a run.

    Args:
        folder: RUN/listening.

    Raises:
        BadRun: none of this name was, or what the run kept of it is damaged.
    """
    known = {file.stem: file for file in sorted((folder / "exports").glob("*.json"))}
    if name not in known:
        listed = ", ".join(known) or "none"
        raise BadRun(f"test {name!r:.40} was not exported from this run; exported were: {listed}")
    content = read_json(known[name])
    try:
        questions = {str(key): Asked(**asked) for key, asked in content["questions"].items()}
        if (kind := str(content["kind"])) not in TESTS:
            raise ValueError(f"no test is called {kind}")
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise BadRun(f"{known[name]} is damaged: {error}") from None
    return Exported(kind, questions)


def _asked(kind: str, trials: Sequence[Trial], base: str, repeats: int) -> Iterator[tuple[str, Asked]]:
    """Give the name of each question, and what is asked."""
    if kind not in KINDS:
        for trial in trials:
            signals = {_name(base, trial.mixture, name): name for name in trial.signals}
            yield _name(base, trial.mixture), Asked(trial.mixture, signals, dict(trial.jobs))
        return
    jobs = {trial.mixture: trial.jobs for trial in trials}
    for mixture, pair, number in questions_of(trials, repeats):
        signals = {_name(base, mixture, name): name for name in pair}
        own = {name: jobs[mixture][name] for name in pair if name in jobs[mixture]}
        yield _name(base, mixture, *pair, str(number)), Asked(mixture, signals, own, number)


def _name(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode(errors="surrogateescape")).hexdigest()[:16]
