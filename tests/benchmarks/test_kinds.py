"""The script that tells the kinds of noise apart, on runs of two kinds and two denoisers."""

import kinds
import numpy as np
import pytest
import soundfile

import benchbox
from benchbox.errors import BadRun, UnknownName
from benchbox.results.statistics import paired_test
from benchbox.synthetic import speech_like


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, benchbox.Run]:
    """Return one run a denoiser, over a steady noise and over one that is speech itself."""
    root = tmp_path_factory.mktemp("kinds")
    rng = np.random.default_rng(0)
    for name, samples in (
        *((f"speech/test/{number}", speech_like(16000, rng)) for number in range(6)),
        ("noise/test/steady_1", rng.normal(0, 0.1, 40000)),
        ("noise/test/talker_1", speech_like(40000, rng)),
    ):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(root / f"{name}.wav", samples, 8000)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)  # what is mixed depends on the noise's name, and that on its path
        return {
            denoiser: benchbox.run(
                benchbox.Suite(
                    denoisers=denoiser,
                    corpus="folder(path=speech)",
                    noises=[f"recorded(path=noise, kinds=[{kind}])" for kind in ("steady", "talker")],
                    snrs=[-5],
                    metrics=["si_sdr"],
                ),
                root / denoiser,
                examples=0,
            )
            for denoiser in ("log_mmse", "spectral_sub")
        }


def test_each_kind_is_told_with_what_is_worse_than_the_noisy_input(
    runs: dict[str, benchbox.Run], capsys: pytest.CaptureFixture[str]
) -> None:
    kinds.main("log_mmse", [runs["log_mmse"].path, runs["spectral_sub"].path])
    printed = capsys.readouterr().out
    values = runs["log_mmse"].scores.pivot(index=["noise", "mixture"], columns="system", values="value")
    gains = (values["log_mmse"] - values["noisy"]).groupby("noise").mean()
    (_, steady), (_, talker) = sorted(gains.items())
    assert steady > 3
    assert talker < 0
    assert f"| steady | +{steady:.1f} [" in printed
    assert f"| talker | **{talker:.1f} [" in printed
    assert f"Worse than the noisy input: talker (si_sdr {talker:.1f} [" in printed


def test_a_pair_of_systems_is_tested_and_corrected_for_the_number_of_pairs(
    runs: dict[str, benchbox.Run], capsys: pytest.CaptureFixture[str]
) -> None:
    kinds.main("log_mmse", [runs["log_mmse"].path, runs["spectral_sub"].path])
    lines = capsys.readouterr().out.splitlines()
    (line,) = [line for line in lines if line.startswith("| noisy ") and "p =" in line]
    values = runs["log_mmse"].scores.pivot(index=["recording", "mixture"], columns="system", values="value")
    gains = (values["log_mmse"] - values["noisy"]).groupby("recording").mean()
    p = float(line.partition("p = ")[2].split()[0])
    assert p == pytest.approx(2 * paired_test(gains, gains.index), rel=0.1)  # printed to two digits


def test_runs_that_did_not_mix_the_same_are_refused(
    runs: dict[str, benchbox.Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = runs["log_mmse"], runs["spectral_sub"]
    shifted = second.scores.assign(value=second.scores["value"] + 0.1)
    monkeypatch.setitem(second.__dict__, "scores", shifted)
    with pytest.raises(BadRun, match="score the noisy input differently: run both again"):
        kinds.check_mixtures([first, second])


def test_a_system_that_no_run_has_is_told_by_name(runs: dict[str, benchbox.Run]) -> None:
    with pytest.raises(UnknownName, match="wiener"):
        kinds.main("wiener", [run.path for run in runs.values()])
