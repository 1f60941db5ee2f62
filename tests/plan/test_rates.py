"""Measures that the rate of the audio lacks."""

from pathlib import Path

import pytest

from benchbox import audio
from benchbox.errors import BadSuite
from benchbox.plan.suite import Suite
from benchbox.runs.runner import run
from tests.pairs import clean_clip, noisy_clip


def pairs_at(folder: Path, *rates: int) -> Suite:
    """Write a pair at each rate; return a suite that scores them."""
    for number, rate in enumerate(rates):
        clean = clean_clip(number, rate, 1.0)
        for side, samples in (("clean", clean), ("noisy", noisy_clip(clean, number, rate))):
            (folder / side).mkdir(exist_ok=True)
            audio.write(folder / side / f"p{number}.wav", samples, rate, "FLOAT")
    corpus = f'paired(clean="{folder}/clean", noisy="{folder}/noisy")'
    return Suite(denoisers="noisy", corpus=corpus, metrics="pesq,si_sdr")


@pytest.mark.parametrize("rate", [44100, 48000])
def test_what_is_not_defined_at_a_rate_is_refused_with_what_to_write(rate: int, tmp_path: Path) -> None:
    suite = pairs_at(tmp_path, rate)
    with pytest.raises(BadSuite) as refused:
        run(suite, tmp_path / "run", in_process=True)
    assert str(refused.value) == (
        f"pesq is not defined at {rate} Hz: --metrics 'pesq(resample=true),si_sdr' resamples the audio for it"
    )
    suite = suite.model_copy(update={"metrics": Suite(metrics="pesq(resample=true),si_sdr").metrics})
    asked = run(suite, tmp_path / "asked", in_process=True, examples=0)
    assert set(asked.to_frame().columns) >= {"pesq_nb_16k", "pesq_wb_16k", "si_sdr"}
    assert set(asked.scores["status"]) == {"ok"}
    assert asked.results.identities["pesq_wb_16k"]["metric"] == "pesq(resample=true)"


def test_what_cannot_be_resampled_is_to_be_left_out(tmp_path: Path) -> None:
    pairs_at(tmp_path, 8000)
    corpus = f'paired(clean="{tmp_path}/clean", noisy="{tmp_path}/noisy")'
    for metrics, told in (
        ("pesq(mode=wb),si_sdr", r"Hz: --metrics 'si_sdr' leaves it out"),
        ("pesq(mode=wb)", "choose other --metrics"),
    ):
        with pytest.raises(BadSuite, match=told):
            run(Suite(denoisers="noisy", corpus=corpus, metrics=metrics), tmp_path / "run", in_process=True)


def test_a_clip_of_another_rate_is_a_failed_row_that_says_so(tmp_path: Path) -> None:
    done = run(pairs_at(tmp_path, 16000, 48000), tmp_path / "run", in_process=True, examples=0)
    failed = done.scores[done.scores["status"] != "ok"]
    assert sorted(zip(failed["utterance"], failed["measure"], failed["failure"], strict=True)) == [
        ("p1", "pesq_nb", "pesq is not defined at 48000 Hz"),
        ("p1", "pesq_wb", "pesq is not defined at 48000 Hz"),
    ]
