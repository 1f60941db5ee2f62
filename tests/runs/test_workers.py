"""However many workers there are, the same bytes are written."""

import pandas as pd
import pytest

import benchbox
from tests.fakes import shards, suite

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
