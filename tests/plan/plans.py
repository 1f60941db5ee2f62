"""Plans of plugins that do nothing."""

from collections.abc import Mapping, Sequence
from typing import Any

from benchbox.errors import BadAudio, BadCorpus
from benchbox.interfaces import Corpus, Degradation, Denoiser, Metric, TrainableDenoiser
from benchbox.plan.jobs import Plan, make_plan
from benchbox.plan.suite import Suite
from benchbox.records import Entry, Measure, Samples, Split, Utterance
from benchbox.registry.discovery import Plugin, Registry
from benchbox.testing import FakeCorpus, FakeNoise


class Same(Denoiser):
    def __init__(self, strength: float = 1.0) -> None:
        self.strength = strength

    def denoise(self, noisy: Samples, sample_rate: int) -> Samples:
        return noisy


class Reads(Same):
    content = "1a"

    def fingerprint(self) -> str:
        return self.content


class Learns(TrainableDenoiser):
    def denoise(self, noisy: Samples, sample_rate: int) -> Samples:
        return noisy

    def fit(self, *_: Any, **__: Any) -> None: ...
    def save(self, folder: Any) -> None: ...
    def load(self, folder: Any) -> None: ...


class Clips(Degradation):
    uses_snr = False

    def corrupt(self, clean: Samples, sample_rate: int, snr_db: float | None, rng: Any) -> Any:
        return clean, clean.clip(-0.1, 0.1)


class NoTrainNoise(FakeNoise):
    def fingerprint(self, split: Split) -> str:
        if split == "train":
            raise BadAudio("no train noise")
        return ""


class Error(Metric):
    def measures(self, sample_rate: int) -> Sequence[Measure]:
        return [Measure("error", higher_is_better=False)] if sample_rate == 8000 else []

    def score(self, reference: Any, estimate: Samples) -> Mapping[str, float]:
        return {"error": 0.0}


class Unreadable(FakeCorpus):
    def load(self, entry: Entry) -> Utterance:
        raise BadAudio(f"{entry.id} is truncated")


class NoTrainSplit(FakeCorpus):
    def entries(self, split: Split) -> Sequence[Entry]:
        if split == "train":
            raise BadCorpus("no train split")
        return super().entries(split)


def registry(version: str = "1", corpus: Corpus | None = None) -> Registry:
    factories: dict[str, dict[str, Any]] = {
        "denoisers": {"noisy": Same, "same": Same, "reads": Reads, "learns": Learns},
        "noises": {"fake": FakeNoise, "clips": Clips, "test_only": NoTrainNoise},
        "metrics": {"error": Error, "also": Error},
        "corpora": {"fake": FakeCorpus, "given": lambda: corpus},
    }
    return Registry(
        {
            kind: {name: Plugin(kind, name, factory, "test", version) for name, factory in named.items()}
            for kind, named in factories.items()
        }
    )


def planned(corpus: Corpus | None = None, version: str = "1", **settings: Any) -> Plan:
    defaults = {"denoisers": "same", "corpus": "given", "noises": "fake", "metrics": "error", "snrs": "0,5"}
    suite = Suite(**{**defaults, **settings})
    return make_plan(suite, registry(version, corpus or FakeCorpus(recordings=20)))


def keys(plan: Plan) -> set[str]:
    return {job.key for job in plan.jobs}
