"""Sounds to listen to: clean, noisy and every system's estimate of a few mixtures of a run, as WAV."""

import hashlib
import re
import shutil
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import suppress
from pathlib import Path
from typing import Any

from benchbox.audio import read, write
from benchbox.errors import BadRun, Unscorable
from benchbox.evaluation.worker import Worker
from benchbox.files import atomic, read_json, write_json
from benchbox.mixing import active_level_db
from benchbox.plan.jobs import Plan
from benchbox.records import Job, Mixture, Samples
from benchbox.results.record import REFERENCE
from benchbox.runs.contained import Ended, Failed
from benchbox.runs.folder import Run
from benchbox.runs.workers import Workers
from benchbox.systems.digests import check_files, file_digests

_MOST_GAIN_DB = 30.0
_LONGEST = 80
"""Characters of a file's name."""
_MADE_FROM = "jobs.json"
"""mixture: its identity; jobs: system -> the key of the job whose mixture and code its sound is of; files:
their digests."""


def keep_examples(run: Run, plan: Plan, count: int, workers: Workers) -> None:
    """Write `count` mixtures, spread over the conditions, below the run's audio/; what is there is kept."""
    blocks: dict[object, dict[str, Job]] = {}
    for job in plan.jobs:
        blocks.setdefault((job.condition, job.entries), {})[job.system.label] = job
    firsts = {next(iter(block.values())).condition: block for block in reversed(blocks.values())}
    conditions = list(dict.fromkeys(job.condition for job in plan.jobs))
    without = _without_estimate(run)
    for number in range(count):
        block = firsts[conditions[number * len(conditions) // count % len(conditions)]]
        entries = next(iter(block.values())).entries
        _keep(run, block, number % len(entries), number, workers, without)


def keep_mixtures(run: Run, plan: Plan, mixtures: AbstractSet[str], workers: Workers) -> None:
    """Write further mixtures below the run's audio/, behind those that are there already."""
    blocks: dict[object, dict[str, Job]] = {}
    for job in plan.jobs:
        blocks.setdefault((job.condition, job.entries), {})[job.system.label] = job
    without = _without_estimate(run)
    for block in blocks.values():
        first = next(iter(block.values()))
        for index, mixture in enumerate(first.mixtures):
            if mixture in mixtures:
                kept = {each: folder for folder, each in kept_mixtures(run).items()}
                # What is there is made anew where it is of another version.
                folders = [folder.name for folder in run.audio_folder.glob("[!.]*/")]
                number = int(kept[mixture].partition("_")[0]) - 1 if mixture in kept else len(folders)
                _keep(run, block, index, number, workers, without)


def _without_estimate(run: Run) -> set[tuple[str, str]]:
    """Return (system, mixture) that gave no estimate."""
    rows = run.scores
    failed = rows[(rows["status"] == "error") & rows["estimate"].isna()]
    return set(zip(failed["system"], failed["mixture"], strict=True))


def read_examples(run: Run) -> Iterator[tuple[str, dict[str, Samples], int]]:
    """Give (name, sounds, sample rate) of each kept mixture: clean, noisy, then the systems.

    Sounds of another version of the audio or of a system than the scores are of are left out.
    """
    for folder in sorted(run.audio_folder.glob("[!.]*/")):
        found = {file.stem: read(file) for file in folder.glob("*.wav")}
        titles = {file_name(label): label for label in ("clean", *run.results.systems)}
        if jobs := _jobs_of(folder):
            titles = {file_name(label): run.system_of(key) or "" for label, key in jobs.items()}
            if any(titles.values()):
                titles["clean"] = "clean"
        sounds = {titles[name]: samples for name, (samples, _) in found.items() if titles.get(name)}
        order = [label for label in ("clean", *run.results.systems) if label in sounds]
        if order:
            rate = next(rate for _, rate in found.values())
            yield folder.name, {label: sounds[label] for label in order}, rate


def kept_mixtures(run: Run) -> dict[str, str]:
    """Return the folder of each kept mixture -> its identity in the scores, where it can be told."""
    titles: dict[str, list[str]] = {}
    rows = run.scores.drop_duplicates("mixture")
    for noise, snr_db, utterance, mixture in rows[["noise", "snr_db", "utterance", "mixture"]].itertuples(
        index=False
    ):
        title = title_of(noise, None if snr_db != snr_db else snr_db, utterance)
        titles.setdefault(file_name(title), []).append(mixture)
    known = set(rows["mixture"])
    found = {}
    for folder in run.audio_folder.glob("[!.]*/"):
        # Earlier versions wrote no identity; long titles are cut, and several may be cut to one name.
        called = titles.get(folder.name.partition("_")[2], [])
        mixture = _told(folder).get("mixture") or (called[0] if len(called) == 1 else None)
        if mixture in known:
            found[folder.name] = str(mixture)
    return found


def kept_jobs(run: Run, name: str) -> dict[str, str]:
    """Return the key of the job that each system's sound in a folder is of, where it is known."""
    keys = _jobs_of(run.audio_folder / name).values()
    return {label: key for key in keys if (label := run.system_of(key)) is not None}


def levelling_db(samples: Samples, clean: Samples, sample_rate: int) -> float:
    """Return what brings a sound to the clean one's level of active speech (ITU-T P.56); 0 for silence."""
    try:
        gain = active_level_db(clean, sample_rate) - active_level_db(samples, sample_rate)
    except Unscorable:  # nothing to hear, or too short to have a level
        return 0.0
    return max(-_MOST_GAIN_DB, min(_MOST_GAIN_DB, gain))


def check_sounds(folder: Path) -> None:
    """Check that a folder holds the sounds that were written there.

    Raises:
        BadRun: it does not.
    """
    digests = read_json(folder / _MADE_FROM).get("files")
    check_files(folder, digests if isinstance(digests, dict) else {})


def _told(folder: Path) -> dict[str, Any]:
    """Return what is known of a folder of sounds; nothing where it is damaged."""
    with suppress(BadRun):
        return read_json(folder / _MADE_FROM)
    return {}


def _jobs_of(folder: Path) -> dict[str, str]:
    """Return the job that each system's sound is of; empty where it is not known."""
    jobs = _told(folder).get("jobs")
    return jobs if isinstance(jobs, dict) else {}


def _keep(
    run: Run,
    jobs: Mapping[str, Job],
    index: int,
    number: int,
    workers: Workers,
    without: AbstractSet[tuple[str, str]],
) -> None:
    """Write one mixture.

    Args:
        index: which of the jobs' entries.
        number: what its folder's name begins with, less one.
        without: (system, mixture) that gave no estimate, and are not tried again here.
    """
    reference = next(iter(jobs.values()))
    others = [job for label, job in jobs.items() if label != REFERENCE]
    folder = run.audio_folder / f"{number + 1:02}_{file_name(_title(reference, index))}"
    # The keys change when a system, a noise or the corpus does.
    made_from = {label: job.key for label, job in jobs.items()}
    if folder.exists() and _jobs_of(folder) == made_from:
        return
    if (reference.system.label, reference.mixtures[index]) in without:
        return
    try:
        mixture: Mixture = workers.call(_mixture, reference, index)
    except (Failed, Ended):
        return  # The scores already say what is wrong with this clip.
    sounds = {"clean": mixture.clean, REFERENCE: mixture.noisy}
    if not mixture.clean.size:
        del sounds["clean"]
    if REFERENCE not in jobs:
        del sounds[REFERENCE]  # the clean speech, in place of what nobody has
    for job in others:
        if (job.system.label, job.mixtures[index]) in without:
            del made_from[job.system.label]  # tried again once it gives an estimate
            continue
        try:
            sounds[job.system.label] = workers.call(_estimate, job, index)
        except (Failed, Ended):
            del made_from[job.system.label]  # tried again next time
    shutil.rmtree(folder, ignore_errors=True)
    with atomic(folder) as temporary:
        temporary.mkdir()
        for name, samples in sounds.items():
            # Float: a noisy sum may pass full scale, and clipping it would change what is heard.
            write(temporary / f"{file_name(name)}.wav", samples, mixture.sample_rate, subtype="FLOAT")
        made = {"mixture": reference.mixtures[index], "jobs": made_from}
        write_json(temporary / _MADE_FROM, made | {"files": file_digests(temporary)})


def _mixture(worker: Worker, job: Job, index: int) -> Mixture:
    return worker.mixture(job, job.entries[index])


def _estimate(worker: Worker, job: Job, index: int) -> Samples:
    entry = job.entries[index]
    return worker.estimate(job.system, worker.mixture(job, entry), entry)


def _title(job: Job, index: int) -> str:
    return title_of(str(job.condition.noise), job.condition.snr_db, job.entries[index].id)


def title_of(noise: str, snr_db: float | None, utterance: str) -> str:
    """Return what a kept mixture is called; its folder is this, made safe, behind a number."""
    level = "own level" if snr_db is None else f"{snr_db:g} dB"
    return f"{noise} {level} {utterance}"


def file_name(text: str) -> str:
    """Return a name that is safe on every file system and still readable."""
    safe = re.sub(r"[^A-Za-z0-9.+-]+", "_", Path(text).as_posix()).strip("_")
    if len(safe) <= _LONGEST:
        return safe
    # What is cut off may be all that tells two apart.
    return f"{safe[: _LONGEST - 9]}-{hashlib.sha256(text.encode(errors='surrogateescape')).hexdigest()[:8]}"
