"""However many workers there are, the same bytes are written."""

from pathlib import Path

import pandas as pd
import pytest

import benchbox
from benchbox.plan.jobs import make_plan
from benchbox.records import Progress, Spec
from benchbox.registry.discovery import discover
from benchbox.runs.contained import Limits
from benchbox.runs.workers import contained_workers
from benchbox.systems.system import TrainingData
from tests.fakes import rows, shards, suite

pytestmark = pytest.mark.usefixtures("fakes")


def test_workers_write_the_same_bytes_as_one_process() -> None:
    one = benchbox.run(suite(denoisers="half,learner,at16k"), "one", jobs=1)
    two = benchbox.run(suite(denoisers="half,learner,at16k"), "two", jobs=2)
    assert {name: content for name, (_, content) in shards(one).items()} == {
        name: content for name, (_, content) in shards(two).items()
    }
    pd.testing.assert_frame_equal(one.scores, two.scores)


def test_four_workers_and_a_resume_give_the_bytes_of_one_process_with_the_real_plugins() -> None:
    real = suite(
        denoisers="unet(channels=2,stages=1,steps=4,batch=1),log_mmse",
        corpus="spoken",
        noises="white,babble",
        snrs="5",
        metrics="pesq,stoi,si_sdr,nsr",
        limit=9,
    )
    one = benchbox.run(real, "one", jobs=1, examples=0)
    four = benchbox.run(real, "four", jobs=4, examples=0)
    for name in sorted(shards(four))[::2]:
        (four.path / "scores" / name).unlink()
    four = benchbox.run(real, "four", jobs=4, examples=0)
    assert {name: content for name, (_, content) in shards(one).items()} == {
        name: content for name, (_, content) in shards(four).items()
    }


def test_a_job_that_ends_with_its_process_is_tried_again_alone_before_it_is_blamed() -> None:
    run = benchbox.run(suite(denoisers="delayed,patient,deadly,half", snrs="5", limit=1), "out", examples=0)
    # What `delayed` left behind ended the process that `patient` was at work in.
    assert len(Path("at work").read_text()) >= 2
    assert set(rows(run, "patient")["status"]) == {"ok"}
    assert list(rows(run, "patient")["value"]) == list(rows(run, "noisy")["value"])
    # Once where others had been before it, and once alone.
    assert Path("calls").read_text() == "xx"
    assert set(rows(run, "deadly")["failure"]) == {"denoiser: ended its process with exit code 6"}
    assert set(rows(run, "half")["status"]) == {"ok"}


def test_a_damaged_state_that_a_training_finds_is_told_before_it_starts_again() -> None:
    plan = make_plan(suite(denoisers="unet(channels=2,stages=1,steps=2,batch=1)"), discover())
    (system,) = (system for system in plan.systems if system.trainable)
    state = Path("systems", system.folder, "state.pt")
    state.parent.mkdir(parents=True)
    state.write_bytes(b"no checksum of ours")
    data = TrainingData(plan.ingredients.source, (Spec("white"),), plan.suite.train_snrs, seed=0)
    told: list[Progress] = []
    with contained_workers(1, Path("systems"), Limits()) as workers:
        assert workers.train(system, data, told.append) is None
    (note,) = (state.note for state in told if state.note)
    assert note.startswith(f"{state.absolute()} is damaged: ")
    assert note.endswith("this training starts again")
    assert told[-1].step == 2
