"""One training alone in a folder: what it is made from, and whether the folder is free for it."""

import hashlib
import inspect
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from benchbox.errors import BadOption, BadRun, Damaged
from benchbox.files import read_json, write_json
from benchbox.interfaces import Corpus, Denoiser, Noise, TrainableDenoiser
from benchbox.plan.settings import SETTINGS
from benchbox.records import Spec, System
from benchbox.registry.discovery import Registry
from benchbox.registry.options import build, expand
from benchbox.registry.specs import parse_spec, parse_specs
from benchbox.systems.system import TrainingData, read_trained

FILE = "training.json"


@dataclass(frozen=True)
class Training:
    """What decides the weights, on one machine and with one version of the plugins."""

    spec: Spec
    data: TrainingData
    threads: int
    """It decides the order of sums and so the last bits of each step, which later steps make the first."""
    audio: str
    """A digest of the speech and noise that is learnt from, and of who speaks where."""

    @classmethod
    def read(
        cls,
        denoiser: str,
        registry: Registry,
        *,
        corpus: str,
        noises: str | None,
        snrs: tuple[float, float],
        seed: int,
        threads: int,
    ) -> Self:
        """Return the training these texts describe.

        Args:
            noises: None: pairs are learnt from as they were recorded, clean speech in the default noises.

        Raises:
            UnknownName, BadOption: something is not installed, has no such option, or does not learn.
        """
        specs = expand(Denoiser, parse_specs(denoiser), registry)
        if len(specs) != 1:
            raise BadOption(f"{denoiser!r} stands for {len(specs)} systems: train them one at a time")
        built = build(Denoiser, specs[0], registry)
        if not isinstance(built, TrainableDenoiser):
            raise BadOption(f"{specs[0]} does not learn; those that do: {', '.join(_trainable(registry))}")
        if not built.needs_training:
            raise BadOption(
                f"{specs[0]} brings its weights: use it as it is, or choose other options to train"
            )
        sources = expand(Corpus, [parse_spec(corpus)], registry)
        if len(sources) != 1:
            raise BadOption(f"{corpus!r} stands for {len(sources)} corpora: train on one")
        recorded = noises is None and build(Corpus, sources[0], registry).holds == "pairs"
        named = [] if recorded else parse_specs(SETTINGS["noises"].shown if noises is None else noises)
        data = TrainingData(sources[0], tuple(expand(Noise, named, registry)), snrs, seed)
        return cls(specs[0], data, threads, _audio(data, registry))

    def to_json(self) -> dict[str, Any]:
        return {
            "spec": str(self.spec),
            "corpus": str(self.data.corpus),
            "noises": [str(noise) for noise in self.data.noises],
            "snrs": list(self.data.snrs),
            "seed": self.data.seed,
            "threads": self.threads,
            "audio": self.audio,
        }

    @property
    def system(self) -> System:
        return System(label=str(self.spec), spec=self.spec, identity=str(self.spec), trainable=True)


def claim(folder: Path, training: Training, *, resume: bool) -> bool:
    """Make a folder this training's own; return False where it holds this training, finished.

    Raises:
        BadRun: the folder holds something else, or this training unfinished and `resume` is not given.
        Damaged: it holds this training, and not as it was written.
    """
    try:
        return _claim(folder, training, resume=resume)
    except Damaged as error:
        raise Damaged(f"{error}; delete {folder} to train again, or choose another --output") from None


def _claim(folder: Path, training: Training, *, resume: bool) -> bool:
    if folder.exists() and not folder.is_dir():
        raise BadRun(f"{folder} is a file; choose another --output")
    # What begins with a dot is a lock, or of a process that was killed while it wrote.
    names = {path.name for path in folder.iterdir()} if folder.exists() else set()
    content = {name for name in names if not name.startswith(".")}
    # A file of settings alone is a training that failed before its first step: on a wrong path, say.
    if content - {FILE}:
        if FILE not in content:
            raise BadRun(f"{folder} is not empty and holds no {FILE}; choose another --output")
        theirs, ours = read_json(folder / FILE), training.to_json()
        theirs.setdefault("audio", ours["audio"])  # an earlier version of benchbox did not keep it
        differing = [name for name, value in ours.items() if theirs.get(name) != value]
        if differing:
            raise BadRun(
                f"{folder} holds another training (it differs in {', '.join(differing)}); "
                "choose another --output, or delete that folder"
            )
        if "trained.json" in content:
            read_trained(folder)
            return False
        if not resume:
            raise BadRun(f"{folder} holds this training, unfinished: --resume continues it")
    write_json(folder / FILE, training.to_json())
    return True


def _audio(data: TrainingData, registry: Registry) -> str:
    corpus = build(Corpus, data.corpus, registry)
    parts = [
        corpus.fingerprint("train"),
        # The part that is held out to validate on is drawn by speaker.
        *(f"{entry.id} {entry.recording} {entry.speaker}" for entry in corpus.entries("train")),
        *(build(Noise, noise, registry).fingerprint("train") for noise in data.noises),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def _trainable(registry: Registry) -> list[str]:
    return sorted(
        plugin.name
        for plugin in registry.plugins["denoisers"].values()
        if inspect.isclass(plugin.factory) and issubclass(plugin.factory, TrainableDenoiser)
    )
