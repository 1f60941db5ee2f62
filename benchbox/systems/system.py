"""A system is a denoiser with its options and its training, if it learns: train one, load one."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

from benchbox.checks.trained_on import FILE as TRAINED_ON
from benchbox.checks.trained_on import kept_of_training, write_trained_on
from benchbox.errors import BadRun, Damaged
from benchbox.files import as_record, from_record, read_json, sync, write_json
from benchbox.interfaces import Corpus, Denoiser, Noise, TrainableDenoiser
from benchbox.mixing import stream
from benchbox.records import Progress, Spec, System
from benchbox.registry.discovery import Registry
from benchbox.registry.identity import code_digests, source_digest, why_anew
from benchbox.registry.options import build
from benchbox.registry.specs import parse_spec
from benchbox.systems.digests import check_files, file_digests
from benchbox.systems.pairs import TrainingExamples


@dataclass(frozen=True)
class TrainingData:
    """What a trainable denoiser learns from: the same for every system of a suite."""

    corpus: Spec
    noises: Sequence[Spec]
    snrs: tuple[float, float]
    seed: int


@dataclass(frozen=True)
class Trained:
    """What trained.json says of a finished training."""

    label: str
    spec: str
    parameters: int | None
    training_seconds: float
    decided_by: Mapping[str, Any] = field(default_factory=dict)
    """What decided the weights, in words; empty where an earlier version of benchbox trained."""
    files: Mapping[str, str] = field(default_factory=dict)
    """What `load` reads, with digests; empty where an earlier version of benchbox trained."""


def train(
    system: System,
    data: TrainingData,
    systems: Path,
    registry: Registry,
    progress: Callable[[Progress], None],
    *,
    threads: int = 1,
) -> Trained:
    """Fit one system in its folder below `systems`, save it there and return its facts.

    A training that was killed goes on from its last checkpoint.
    """
    import torch  # noqa: F401 - now, because limited_threads can only tame what is loaded

    denoiser = build(TrainableDenoiser, system.spec, registry)
    corpus = build(Corpus, data.corpus, registry)
    noises = [(str(noise), build(Noise, noise, registry)) for noise in data.noises]
    # A denoiser that takes any rate learns at the corpus's own.
    rate = (denoiser.sample_rates or [next(corpus.utterances("train")).sample_rate])[0]
    examples = TrainingExamples(corpus, noises, data.snrs, seed=data.seed, sample_rate=rate)
    folder = systems / system.folder
    folder.mkdir(parents=True, exist_ok=True)
    started = perf_counter()
    with limited_threads(threads):
        # Not the label: unet and vqunet with one seed see the same examples, which makes them an ablation.
        denoiser.fit(examples, rng=stream(data.seed, "training"), folder=folder, progress=progress)
    denoiser.save(folder)
    write_trained_on(folder / TRAINED_ON, kept_of_training(corpus, [noise for _, noise in noises]))
    sync(folder)
    trained = Trained(
        system.label,
        str(system.spec),
        denoiser.parameters,
        round(perf_counter() - started, 1),
        _decisions(system.spec, data, registry),
        file_digests(folder),
    )
    # Last: this file says that the training is whole.
    write_json(folder / "trained.json", from_record(trained))
    (folder / "state.pt").unlink(missing_ok=True)  # what `benchbox.training` would go on from
    return trained


def training_facts(system: System, systems: Path) -> Trained | None:
    """Return what `train` returned, None while the system is not trained.

    Raises:
        Damaged: its folder is not what `train` left.
    """
    folder = systems / system.folder
    return read_trained(folder) if (folder / "trained.json").is_file() else None


def read_trained(folder: Path) -> Trained:
    """Return what `train` returned when it trained in this folder.

    Raises:
        BadRun: there is no trained.json.
        Damaged: the folder is not what `train` left.
    """
    path = folder / "trained.json"
    trained = as_record(read_json(path), Trained, path)
    check_files(folder, trained.files)
    return trained


def why_trained_anew(system: System, data: TrainingData, systems: Path, registry: Registry) -> str | None:
    """Say in one line why the last training of that name does not serve; None where there is none."""
    others = [file for file in systems.glob("*/trained.json") if file.parent.name != system.folder]
    alike = []
    for file in sorted(others, key=lambda file: file.stat().st_mtime):
        with suppress(Damaged):  # Nobody asked for this one.
            trained = as_record(read_json(file), Trained, file)
            alike += [trained] if trained.spec == str(system.spec) else []
    if not alike:
        return None
    last = alike[-1].decided_by
    reason = why_anew(last, _decisions(system.spec, data, registry)) if last else None
    return f"{system.label} is trained anew: {reason or 'what it learns from changed'}"


def _decisions(spec: Spec, data: TrainingData, registry: Registry) -> dict[str, Any]:
    """Return what decides the weights, in words, short of the audio that is read."""
    plugin = registry.find("denoisers", spec.name)
    noises = {str(noise): registry.find("noises", noise.name).factory for noise in data.noises}
    return {
        "code": code_digests(plugin.factory),
        "version": plugin.version,
        "training speech": str(data.corpus),
        "training noises": {name: source_digest(factory) for name, factory in noises.items()},
        "training SNRs": list(data.snrs),
        "seed": data.seed,
    }


def load_denoiser(system: System, systems: Path, registry: Registry) -> Denoiser:
    """Return a system's denoiser, its weights loaded where it learnt any."""
    denoiser = build(Denoiser, system.spec, registry)
    if system.trainable and isinstance(denoiser, TrainableDenoiser):
        training_facts(system, systems)
        denoiser.load(systems / system.folder)
    return denoiser


def find_trained(path: Path) -> Path:
    """Return `path` if a system was trained there, else the one folder beside it whose label is its name.

    Raises:
        BadRun: there is none.
    """
    if (path / "trained.json").is_file():
        return path
    there = {file.parent: read_json(file).get("spec") for file in sorted(path.parent.glob("*/trained.json"))}
    if not there:
        raise BadRun(
            f"{path} holds no trained system (no trained.json): in a run folder they are "
            "RUN/systems/NAME, and `benchbox train SPEC --output FOLDER` makes one"
        )
    called = _called(path)
    named = [folder for folder, spec in there.items() if path.name == spec or folder.name == called]
    if len(named) == 1:
        return named[0]
    problem = "several are" if named else "no trained system is"
    listed = ", ".join(f"{folder.name} ({spec})" for folder, spec in there.items())
    raise BadRun(f"{problem} called {path.name} in {path.parent}; there are: {listed}")


def load_system(folder: Path, registry: Registry) -> Denoiser:
    """Return the denoiser that was trained in a folder, wherever that was copied to since.

    Args:
        folder: where it was trained, or RUN/systems/LABEL with the label of the table.

    Raises:
        BadRun: the folder holds no finished training.
        Damaged: it is not what the training left.
        UnknownName, BadOption: its plugin is not installed here, or does not know its options.
    """
    folder = find_trained(folder)
    try:
        trained = read_trained(folder)
    except Damaged as error:
        raise Damaged(f"{error}; copy it again, or train the system again") from None
    denoiser = build(TrainableDenoiser, parse_spec(trained.spec), registry)
    denoiser.load(folder)
    return denoiser


def _called(path: Path) -> str | None:
    """Return the name of the folder of a run's system that the run calls by the last part of a path."""
    manifest = path.parent.parent / "manifest.json"
    systems = read_json(manifest).get("systems") if manifest.is_file() else None
    facts = systems.get(path.name) if isinstance(systems, dict) else None
    return facts.get("folder") if isinstance(facts, dict) else None


def one_thread() -> AbstractContextManager[None]:
    """Keep torch, if it is loaded, to one thread: the order of sums decides the last bits of a result."""
    return limited_threads(1)


@contextmanager
def limited_threads(count: int) -> Iterator[None]:
    """Keep torch, if it is loaded, to `count` threads."""
    torch = sys.modules.get("torch")
    if torch is None:
        yield
        return
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
