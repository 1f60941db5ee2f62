from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

import pytest

from benchbox.plan.jobs import BLOCK
from benchbox.records import Entry, Split
from benchbox.testing import FakeCorpus
from tests.plan.plans import (
    Reads,
    keys,
    planned,
)


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
