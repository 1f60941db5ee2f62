"""The kinds of input that come from outside: valid ones, how they are mutated, and what reads them."""

import io
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cache, cached_property
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from mutate import TEXTS, TOKENS, as_json, as_toml, mutated, mutated_tree

from benchbox.interfaces import Corpus, Denoiser, Metric, Noise


class Kind(ABC):
    """One kind of input."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        """A place for files."""

    @cached_property
    @abstractmethod
    def seeds(self) -> Sequence[bytes]:
        """Valid inputs."""

    def make(self, random: Random) -> bytes:
        return mutated(random, self.seeds)

    @abstractmethod
    def read(self, data: bytes) -> None:
        """Use an input as benchbox does. Raises BenchboxError where it cannot be used, and nothing else."""

    def file(self, name: str, data: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(data)
        return path


class Tree(Kind):
    """JSON or TOML, mutated as bytes and as what it holds."""

    write: Callable[[Any], bytes] = staticmethod(as_json)

    @cached_property
    @abstractmethod
    def trees(self) -> Sequence[Any]: ...

    @cached_property
    def seeds(self) -> Sequence[bytes]:
        return [self.write(tree) for tree in self.trees]

    def make(self, random: Random) -> bytes:
        if random.randrange(4) == 0:
            return mutated(random, self.seeds)
        with suppress(RecursionError):  # deeper than can be written
            return self.write(mutated_tree(random, self.trees))
        return b"[" * 100_000


@cache
def registry() -> Any:
    from benchbox.registry.discovery import discover

    return discover()


class Options(Kind):
    """What is written after flags: specs, lists of numbers."""

    @cached_property
    def seeds(self) -> Sequence[bytes]:
        texts = (
            "denoisers vqunet,unet,spectral_sub(over=[2,3], floor=0.02),wiener",
            "denoisers vqunet(channels=16, stages=2, preset='fast', se=true),noisy,clean,silence",
            'denoisers unet(part=real, loss="si_sdr", steps=10),log_mmse,oracle_mask,noise_only',
            "noises white,pink,brown,babble(talkers=4),hum,car,wind,stft_gaussian",
            "noises recorded(path=../noise, kinds=[rain, wind]),white",
            "metrics pesq,stoi,si_sdr,nsr,composite,lsd,snr",
            "corpus folder(path=my/speech, sample_rate=8000, split=excerpt, test_fraction=0.5)",
            "corpus spoken",
            "corpus minds14(source=PolyAI/minds14, config=en-US)",
            "snrs -5,0,5.5,1e1",
            "train_snrs -5,15",
            "limit 20",
            "seed 3",
            "name my_suite-1",
            "bounds true",
            "snr_definition rms",
            "min_effect pesq_nb=0.05,stoi=0.005",
            "range -5,15",
        )
        return [text.encode() for text in texts]

    def make(self, random: Random) -> bytes:
        if random.randrange(2):
            return mutated(random, self.seeds)
        field, _, text = random.choice(self.seeds).decode().partition(" ")
        for _ in range(random.choice((1, 1, 2, 4))):
            place = random.randrange(len(text) + 1)
            until = random.choice((place, place, place + random.randrange(8)))
            new = random.choice((*TEXTS, *(token.decode("utf-8", "replace") for token in TOKENS)))
            text = text[:place] + random.choice((new, new, text)) + text[until:]
        return f"{field} {text}"[:20_000].encode("utf-8", "surrogatepass")

    def read(self, data: bytes) -> None:
        from benchbox.commands.gate import _read_effects
        from benchbox.commands.train import _range
        from benchbox.plan.ingredients import _check
        from benchbox.plan.suite import Suite
        from benchbox.registry.options import build, expand
        from benchbox.registry.specs import parse_specs

        # As a command's arguments are: bytes that are no UTF-8 become halves of pairs.
        field, _, text = data.decode("utf-8", "surrogateescape").partition(" ")
        kinds: dict[str, type] = {"denoisers": Denoiser, "noises": Noise, "metrics": Metric, "corpus": Corpus}
        if field in kinds:
            specs = parse_specs(text)
            if ",".join(map(str, parse_specs(",".join(map(str, specs))))) != ",".join(map(str, specs)):
                raise AssertionError("what a spec is written as is read as another")
            for spec in expand(kinds[field], specs, registry()):
                build(kinds[field], spec, registry())
        if field == "min_effect":
            _read_effects(text)
        elif field == "range":
            _range(text)
        else:
            suite = Suite(**{field: text})
            _check(suite)
            json.dumps(suite.model_dump(mode="json"), allow_nan=False).encode()


class Suites(Tree):
    """Suite files."""

    write = staticmethod(as_toml)

    @cached_property
    def trees(self) -> Sequence[Any]:
        return [
            {
                "name": "quick",
                "denoisers": ["vqunet(channels=16)", "spectral_sub(over=[2,3])", "log_mmse"],
                "corpus": "spoken",
                "noises": ["white", "pink", "babble"],
                "snrs": [0, 5.5, 10],
                "metrics": ["pesq", "stoi", "si_sdr", "nsr"],
                "snr_definition": "rms",
                "train_noises": ["white", "hum"],
                "train_snrs": [-5, 15],
                "bounds": True,
                "align": False,
                "cost": True,
                "allow_leakage": False,
                "limit": 20,
                "seed": 1,
            },
            {"denoisers": "wiener", "noises": "white", "snrs": "0,5", "metrics": "si_sdr"},
        ]

    def read(self, data: bytes) -> None:
        from benchbox.plan.ingredients import _check
        from benchbox.plan.suite import Suite
        from benchbox.registry.options import expand

        suite = Suite.from_toml(self.file("suite.toml", data))
        _check(suite)
        expand(Denoiser, suite.denoisers, registry())
        expand(Noise, suite.noises, registry())
        expand(Metric, suite.metrics, registry())
        expand(Corpus, [suite.corpus], registry())
        json.dumps(suite.model_dump(mode="json"), allow_nan=False).encode()
        _ = suite.key


FIRST_MANIFEST: Mapping[str, Any] = {
    "schema": 1,
    "finished": True,
    "suite": {
        "name": "quick",
        "denoisers": ["wiener"],
        "corpus": "spoken",
        "noises": ["white"],
        "snrs": [5.0],
        "metrics": ["si_sdr"],
        "snr_definition": "active",
        "train_noises": None,
        "train_snrs": [-5.0, 15.0],
        "bounds": False,
        "align": False,
        "cost": True,
        "allow_leakage": False,
        "limit": 3,
        "seed": 3,
    },
    "leaks": None,
    "systems": {
        "noisy": {"identity": "noisy 1", "trainable": False, "oracle": False, "folder": ""},
        "wiener": {
            "identity": "wiener 1",
            "trainable": True,
            "oracle": False,
            "folder": "w",
            "parameters": 3,
        },
    },
    "measures": [
        {"name": "si_sdr", "unit": "dB", "higher_is_better": True, "bounds": [-100.0, None]},
        {"name": "stoi", "unit": "", "higher_is_better": True, "bounds": [0.0, 1.0]},
    ],
    "identities": {"si_sdr": {"metric": "si_sdr", "version": "1"}, "stoi": {}},
    "corpus_fingerprint": "0e09",
    "machine": {"platform": "Linux", "processor": "x86_64", "cores": 2, "python": "3.11.7"},
    "versions": {"benchbox": "0.1.0"},
    "broken_plugins": {},
    "jobs": ["noisy-key", "wiener-key"],
}
"""As 0.1.0 wrote it, which stays readable."""


@cache
def run_folder(folder: Path) -> Any:
    """Return a finished run of two systems on three clips, small, but whole."""
    from benchbox.records import Evaluation, Score, Timing
    from benchbox.runs.folder import Run
    from benchbox.runs.manifest import read_manifest

    run = Run(folder / "run")
    for system in ("noisy", "wiener"):
        scores = [
            Score(
                system, "white", 5.0, f"u{clip}", f"r{clip}", None, f"m{clip}", measure, 0.1 + clip / 9,
                "ok", None, 5.0, 4.0, 0.0, 0.0, 1.0, "aa", "ab",
            )
            for clip in range(3)
            for measure in ("si_sdr", "stoi")
        ]  # fmt: skip
        times = [Timing(system, "white", 5.0, f"u{clip}", 2.0, 0.1) for clip in range(3)]
        run.write(Evaluation(f"{system}-key", scores, times))
    first = folder / "first.json"
    first.write_bytes(as_json(FIRST_MANIFEST))
    run.write_manifest(read_manifest(first))
    return run


class Manifests(Tree):
    """manifest.json of a run folder, whose checksum is right or left out."""

    @cached_property
    def trees(self) -> Sequence[Any]:
        run = run_folder(self.folder)
        tree = json.loads((run.path / "manifest.json").read_text())
        tree.pop("sha256", None)
        return [tree, tree, FIRST_MANIFEST]

    def read(self, data: bytes) -> None:
        from benchbox.runs.folder import Run

        folder = run_folder(self.folder).path
        (folder / "manifest.json").write_bytes(data)
        run = Run.open(folder)
        results = run.results
        if len(results.scores) and np.random.default_rng(len(data)).random() < 0.02:
            str(run.leaderboard())


class Baselines(Tree):
    """Baseline files."""

    @cached_property
    def trees(self) -> Sequence[Any]:
        from benchbox.gate.baseline import save_baseline

        file = self.folder / "baseline.json"
        save_baseline(run_folder(self.folder).results, file)
        tree = json.loads(file.read_text())
        tree.pop("sha256", None)
        return [tree]

    @cached_property
    def results(self) -> Any:
        from benchbox.gate.baseline import load_baseline

        return load_baseline(self.file("valid.json", self.seeds[0]))

    def read(self, data: bytes) -> None:
        from benchbox.gate.baseline import load_baseline
        from benchbox.gate.compare import compare
        from benchbox.leaderboard import leaderboard
        from benchbox.render import render, render_verdict

        baseline = load_baseline(self.file("mutated.json", data))
        # Every one would take ten times as long.
        if np.random.default_rng(len(data)).random() < 0.1:
            render_verdict(compare(baseline, self.results), "markdown")
            render(leaderboard(baseline), "markdown")


class Metadata(Kind):
    """metadata.csv of a corpus that is a folder."""

    @cached_property
    def corpus(self) -> Path:
        import soundfile

        folder = self.folder / "corpus"
        folder.mkdir()
        for name in ("a.wav", "b.wav", "c.flac", "d.wav"):
            soundfile.write(folder / name, np.full(800, 0.1, np.float32), 8000)
        return folder

    @cached_property
    def seeds(self) -> Sequence[bytes]:
        return [
            b"path,speaker,transcript,split\na.wav,x,one two,train\nb.wav,y,three,train\nc.flac,z,,test\n",
            b"path,speaker\ncorpus/a.wav,x\ncorpus/b.wav,y\nc.flac,z\nd.wav,x\n",
            b'speaker,path,text\r\n"x ""q""",a.wav,"one,\ntwo"\r\ny,b.wav,\r\n',
            b"path;speaker\na.wav;x\n",
            "path,speaker,transcript\na.wav,é,日本\nb.wav,ü,\n".encode(),
        ]

    def read(self, data: bytes) -> None:
        from benchbox_corpora.folder import Folder

        (self.corpus / "metadata.csv").write_bytes(data)
        corpus = Folder(self.corpus)
        for split in ("train", "test"):
            entries = corpus.entries(split)
            json.dumps([vars(entry) for entry in entries]).encode()
            corpus.load(entries[0])


class Audio(Kind):
    """Audio files of every container, read whole and by blocks."""

    @cached_property
    def seeds(self) -> Sequence[bytes]:
        import soundfile

        rng = np.random.default_rng(0)
        mono = (0.1 * rng.standard_normal(1600)).astype(np.float32)
        stereo = np.stack([mono, -mono], axis=1)
        seeds = []
        for format, subtypes in {
            "WAV": ("PCM_16", "PCM_24", "FLOAT", "ULAW", "IMA_ADPCM", "MS_ADPCM", "GSM610"),
            "FLAC": ("PCM_16", "PCM_24"),
            "OGG": ("VORBIS", "OPUS"),
            "AIFF": ("PCM_16", "FLOAT"),
            "RF64": ("PCM_16",),
            "MP3": ("MPEG_LAYER_III",),
        }.items():
            for subtype in subtypes:
                for samples in (mono, stereo):
                    file = io.BytesIO()
                    with suppress(soundfile.SoundFileError):  # depends on how libsndfile was built
                        soundfile.write(file, samples, 8000, subtype=subtype, format=format)
                        seeds.append(file.getvalue())
        return seeds

    def read(self, data: bytes) -> None:
        from benchbox import audio
        from benchbox.denoising.blocks import blocks, inspect
        from benchbox.errors import BenchboxError

        path = self.file("sound.wav", data)
        errors = []
        for use in (
            lambda: audio.decode(data, "it"),
            lambda: audio.length(data, "it"),
            lambda: audio.read(path),
            lambda: [block.sum() for block in blocks(inspect(path), 800, 80)],
        ):
            try:
                use()
            except BenchboxError as error:
                errors.append(error)
        if errors:
            raise errors[0]


class Checkpoints(Kind):
    """A trained system's folder: trained.json, config.json and model.safetensors, end to end."""

    NAMES = ("trained.json", "config.json", "model.safetensors")

    @cached_property
    def _files(self) -> Sequence[Mapping[str, bytes]]:
        from benchbox_unets.checkpoint import save
        from benchbox_unets.network import Network
        from benchbox_unets.vqunet import VQUNet

        from benchbox.files import write_json

        folders = []
        for number, options in enumerate(({}, {"part": "magnitude", "codebook": "gradient"})):
            folder = self.folder / f"seed{number}"
            tiny = VQUNet(channels=2, stages=1, **options)  # type: ignore[arg-type]
            save(Network(tiny.config, 8000), folder)
            facts = {"label": "vqunet", "spec": "vqunet(channels=2, stages=1)", "training_seconds": 1.0}
            write_json(folder / "trained.json", {**facts, "parameters": 3})
            folders.append({name: (folder / name).read_bytes() for name in self.NAMES})
        return folders

    @staticmethod
    def _joined(files: Mapping[str, bytes]) -> bytes:
        return b"".join(len(part).to_bytes(4, "big") + part for part in files.values())

    @cached_property
    def seeds(self) -> Sequence[bytes]:
        return [self._joined(files) for files in self._files]

    def make(self, random: Random) -> bytes:
        files = dict(random.choice(self._files))
        name = random.choice((*self.NAMES, "config.json", "model.safetensors"))
        parts = [each[name] for each in self._files]
        if name == "model.safetensors" and random.randrange(2):
            size = int.from_bytes(files[name][:8], "little")
            header = b"[" * 100_000
            with suppress(RecursionError):
                header = as_json(mutated_tree(random, [json.loads(files[name][8 : 8 + size])]))
            files[name] = len(header).to_bytes(8, "little") + header + files[name][8 + size :]
        elif name == "model.safetensors" or random.randrange(4) == 0:
            files[name] = mutated(random, parts)
        else:
            trees = [json.loads(part) for part in parts]
            for tree in trees:
                tree.pop("sha256", None)
            with suppress(RecursionError):
                files[name] = as_json(mutated_tree(random, trees))
        return self._joined(files)

    def read(self, data: bytes) -> None:
        from benchbox.systems.system import load_system

        folder = self.folder / "system"
        folder.mkdir(exist_ok=True)
        for name in self.NAMES:
            size = int.from_bytes(data[:4], "big")
            (folder / name).write_bytes(data[4 : 4 + size])
            data = data[4 + size :]
        load_system(folder, registry())


KINDS: Mapping[str, type[Kind]] = {
    "options": Options,
    "suites": Suites,
    "baselines": Baselines,
    "manifests": Manifests,
    "metadata": Metadata,
    "audio": Audio,
    "checkpoints": Checkpoints,
}
