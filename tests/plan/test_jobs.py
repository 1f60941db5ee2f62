from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchbox.errors import BadAudio, BadCorpus, BadPlugin, BadSuite, UnknownName
from benchbox.interfaces import Corpus, Degradation, Denoiser, Metric, TrainableDenoiser
from benchbox.plan.ingredients import choose, digest
from benchbox.plan.jobs import BLOCK, Plan, make_plan
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


def test_every_system_meets_every_condition_in_blocks() -> None:
    plan = planned(denoisers="same,same(strength=2)")
    blocks = -(-20 // BLOCK)
    assert [system.label for system in plan.systems] == ["noisy", "same", "same(strength=2)"]
    assert len(plan.jobs) == len(keys(plan)) == 3 * 2 * blocks
    assert sum(len(job.entries) for job in plan.jobs) == 3 * 2 * 20


def test_utterances_and_mixtures_come_once_so_that_a_worker_need_not_keep_many() -> None:
    jobs = planned(denoisers="same,same(strength=2)", noises="fake,clips").jobs
    blocks = [block for block, _ in groupby(job.entries for job in jobs)]
    mixtures = [mixtures for mixtures, _ in groupby(job.mixtures for job in jobs)]
    assert len(blocks) == len(set(blocks)) == -(-20 // BLOCK)
    assert len(mixtures) == len(set(mixtures)) == 3 * len(blocks)


def test_the_noisy_row_is_added_once_and_first() -> None:
    assert [system.label for system in planned(denoisers="same,noisy").systems] == ["noisy", "same"]


def test_every_system_meets_the_same_mixtures() -> None:
    plan = planned(denoisers="same,learns")
    of = {
        system.label: [mixture for job in plan.jobs if job.system == system for mixture in job.mixtures]
        for system in plan.systems
    }
    assert of["noisy"] == of["same"] == of["learns"]
    assert len(set(of["noisy"])) == 2 * 20


def test_what_a_denoiser_reads_is_part_of_its_identity(monkeypatch: pytest.MonkeyPatch) -> None:
    before = planned(denoisers="reads,same")
    monkeypatch.setattr(Reads, "content", "2b")
    after = planned(denoisers="reads,same")
    assert {job.system.label for job in after.jobs if job.key not in keys(before)} == {"reads"}
    assert before.systems[1].identity.endswith(" reads 1a")


def test_a_model_that_sets_its_own_level_is_not_crossed_with_the_snrs() -> None:
    assert {job.condition.snr_db for job in planned(noises="clips").jobs} == {None}


def test_a_smaller_limit_is_a_subset_of_a_larger_one() -> None:
    entries = FakeCorpus(recordings=30).entries("test")
    few, more = choose(entries, 5, seed=0), choose(entries, 12, seed=0)
    assert len(few) == 5
    assert set(few) < set(more)
    assert more == [entry for entry in entries if entry in more]
    assert choose(entries, 5, seed=1) != few


def test_keys_are_stable_and_follow_all_that_decides_a_row() -> None:
    base = keys(planned())
    assert keys(planned()) == base
    assert keys(planned(denoisers="same,same(strength=2)")) > base
    assert keys(planned(snrs="0,5,10")) > base
    for other in (
        planned(seed=1),
        planned(version="2"),
        planned(corpus=FakeCorpus(recordings=20, seconds=3)),
        planned(snr_definition="rms"),
    ):
        assert not keys(other) & base


class Relabelled(FakeCorpus):
    def entries(self, split: Split) -> Sequence[Entry]:
        return [replace(entry, speaker="somebody") for entry in super().entries(split)]


def test_relabelled_speakers_are_other_rows_and_another_training_of_the_same_mixtures() -> None:
    one = planned(denoisers="same,learns")
    other = planned(denoisers="same,learns", corpus=Relabelled(recordings=20))
    assert not keys(one) & keys(other)
    assert [job.mixtures for job in one.jobs] == [job.mixtures for job in other.jobs]
    assert one.systems[1] == other.systems[1]
    assert one.systems[2].identity != other.systems[2].identity


def test_a_measure_is_known_by_the_code_of_its_metric() -> None:
    (identity,) = planned().identities.values()
    assert identity["metric"] == "error"
    assert len(identity["code"]) >= 8


def test_training_follows_its_noises_and_scoring_of_the_untrained_does_not() -> None:
    one, other = planned(denoisers="same,learns"), planned(denoisers="same,learns", train_noises="clips")
    assert one.systems[1] == other.systems[1]
    assert one.systems[2].identity != other.systems[2].identity
    assert one.systems[2].folder != other.systems[2].folder


@given(st.lists(st.text() | st.integers() | st.floats(allow_nan=False) | st.none(), max_size=4))
def test_digests_are_twelve_hex_digits_and_repeatable(parts: list[Any]) -> None:
    assert digest(*parts) == digest(*parts)
    assert len(bytes.fromhex(digest(*parts))) == 6


def test_digests_do_not_run_parts_together() -> None:
    assert digest("ab", "c") != digest("a", "bc")


@pytest.mark.parametrize(
    ("settings", "error", "says"),
    [
        ({"denoisers": "sam"}, UnknownName, "did you mean 'same'"),
        ({"noises": "pnik"}, UnknownName, "valid: clips, fake, test_only"),
        (
            {"corpus": FakeCorpus(sample_rate=44100)},
            BadSuite,
            "error is not defined at 44100 Hz: choose other --metrics",
        ),
        ({"corpus": Unreadable()}, BadCorpus, "test-0 is truncated"),
        ({"corpus": NoTrainSplit(), "denoisers": "learns"}, BadCorpus, "no train split"),
        ({"noises": "test_only", "denoisers": "learns"}, BadAudio, "no train noise"),
    ],
)
def test_what_cannot_run_is_refused_before_anything_is_trained(
    settings: dict[str, Any], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        planned(**settings)


def test_what_is_missing_for_training_is_not_missed_where_nothing_learns() -> None:
    assert planned(corpus=NoTrainSplit(recordings=20), noises="test_only").jobs


@pytest.mark.parametrize(
    "name", ["../../outside", "/tmp/outside", "a/b", "..", "", "a b", "a\nb", "x" * 65, "-x"]
)
def test_a_name_that_would_leave_its_folder_is_refused(name: str) -> None:
    with pytest.raises(BadSuite, match=r"^name = .* it names a folder, so letters, digits"):
        planned(name=name)


def test_an_snr_that_is_given_twice_is_refused() -> None:
    with pytest.raises(BadSuite, match=r"^snrs: 5 dB is given 2 times; name each once$"):
        planned(snrs="5,0,5.0")
    with pytest.raises(BadSuite, match=r"^snrs: 0 dB is given 2 times"):
        planned(snrs="0,-0.0")


def test_a_measure_that_two_metrics_give_is_refused() -> None:
    with pytest.raises(BadSuite, match=r"^error and also both give error: name one of these metrics$"):
        planned(metrics="error,also")


def test_equal_ids_of_a_corpus_are_refused() -> None:
    class Twins(FakeCorpus):
        def entries(self, split: Split) -> Sequence[Entry]:
            return [*super().entries(split), *super().entries(split)]

    with pytest.raises(BadPlugin, match=r"^corpus given lists 2 entries with the id '.*'; wants one each$"):
        planned(Twins())
