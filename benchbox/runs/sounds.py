"""Sounds to listen to: clean, noisy and every system's estimate of a few mixtures of a run, as WAV."""

import re
from collections.abc import Iterator
from pathlib import Path

from benchbox.audio import read, write
from benchbox.errors import BadAudio, Unscorable
from benchbox.evaluation.evaluation import estimate_of, mixture_of
from benchbox.files import atomic
from benchbox.plan.jobs import Plan
from benchbox.records import Job, Samples
from benchbox.runs.folder import Run


def keep_examples(run: Run, plan: Plan, count: int) -> None:
    """Write `count` mixtures, spread over the conditions, below the run's audio/; what is there is kept."""
    first_jobs: dict[object, Job] = {}
    for job in plan.jobs:
        first_jobs.setdefault(job.condition, job)
    jobs = list(first_jobs.values())
    for number in range(count):
        job = jobs[number * len(jobs) // count % len(jobs)]
        _keep(run, plan, job, number)


def read_examples(run: Run) -> Iterator[tuple[str, dict[str, Samples], int]]:
    """Give (name, sounds, sample rate) of each kept mixture: clean, noisy, then the systems."""
    titles = {file_name(label): label for label in ("clean", *run.systems)}
    for folder in sorted((run.path / "audio").glob("*/")):
        found = {file.stem: read(file) for file in folder.glob("*.wav")}
        rate = next(rate for _, rate in found.values())
        yield folder.name, {titles[name]: found[name][0] for name in titles if name in found}, rate


def _keep(run: Run, plan: Plan, job: Job, number: int) -> None:
    entry = job.entries[number % len(job.entries)]
    level = "own level" if job.condition.snr_db is None else f"{job.condition.snr_db:g} dB"
    folder = run.path / "audio" / f"{number + 1:02}_{file_name(f'{job.condition.noise} {level} {entry.id}')}"
    if folder.exists():
        return
    try:
        mixture = mixture_of(job, entry)
    except (BadAudio, Unscorable):
        return  # The scores already say what is wrong with this clip.
    sounds = {"clean": mixture.clean, "noisy": mixture.noisy}
    for system in plan.systems[1:]:
        try:
            sounds[system.label] = estimate_of(system, mixture, run.systems_folder)
        except Exception:
            continue
    with atomic(folder) as temporary:
        temporary.mkdir()
        for name, samples in sounds.items():
            # Float: a noisy sum may pass full scale, and clipping it would change what is heard.
            write(temporary / f"{file_name(name)}.wav", samples, mixture.sample_rate, subtype="FLOAT")


def file_name(text: str) -> str:
    """Return a name that is safe on every file system and still readable."""
    return re.sub(r"[^A-Za-z0-9.+-]+", "_", Path(text).as_posix()).strip("_")[:80]
