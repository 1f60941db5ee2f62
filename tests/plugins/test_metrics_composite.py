"""Composite measures, log-spectral distance and DNSMOS against other implementations and values by hand."""

import sys
from pathlib import Path

import numpy as np
import pytest
from benchbox_metrics.composite import Composite
from benchbox_metrics.distortions import cut, log_likelihood_ratio, segmental_snr, weighted_spectral_slope
from benchbox_metrics.dnsmos import DNSMOS
from benchbox_metrics.lsd import LSD
from benchbox_metrics.pesq import PESQ

from benchbox.audio import resample
from benchbox.errors import BadOption, MissingExtra, Unscorable
from benchbox.interfaces import Metric
from benchbox.records import Samples
from benchbox.testing import MetricContract


class TestLSD(MetricContract):
    spec = "lsd"


class TestComposite(MetricContract):
    spec = "composite"


def scores(metric: Metric, clean: Samples, estimate: Samples, sample_rate: int = 8000) -> dict[str, float]:
    return dict(metric.score(metric.prepare(clean, sample_rate), estimate))


def pair(sample_rate: int) -> tuple[Samples, Samples]:
    """Return (clean, noisy), two seconds of a gliding, syllabic buzz that no later version may change."""
    draw = np.random.RandomState(0)  # a stream that numpy has frozen
    seconds = np.arange(2 * sample_rate) / sample_rate
    phase = 2 * np.pi * (140 * seconds + 30 * seconds**2)
    buzz = sum(np.sin(number * phase) / number for number in range(1, 12))
    syllables = 0.05 + np.clip(np.sin(2 * np.pi * 3 * seconds), 0, None)
    clean = 0.1 * buzz * syllables + 2e-3 * draw.standard_normal(len(seconds))
    noisy = 0.8 * clean + 3e-3 * draw.standard_normal(len(seconds))
    return clean.astype(np.float32), noisy.astype(np.float32)


# ----------------------------------------------------------------------------------------------- composite

# What pysepm (github.com/schmiph2/pysepm, commit 3143ccc), a translation of Loizou's MATLAB programs that is
# independent of ours, gives for `pair`. On 24 pairs of real speech at both rates the largest difference
# between the two was 4e-13.
PYSEPM = {
    8000: {
        "csig": 4.9539826716209046,
        "cbak": 3.823383950130273,
        "covl": 4.321997253321041,
        "seg_snr": 8.687246605086893,
    },
    16000: {
        "csig": 4.638941505450244,
        "cbak": 3.6085251991638807,
        "covl": 3.9240267608050163,
        "seg_snr": 8.65793072498661,
    },
}
PYSEPM_LLR_AND_WSS = {
    8000: (0.20231329460187109, 13.811998810507962),
    16000: (0.24788012881562224, 10.490237772559935),
}


@pytest.mark.parametrize("sample_rate", [8000, 16000])
def test_composite_agrees_with_an_independent_implementation(sample_rate: int) -> None:
    # PESQ computes in float32, whose last digits are the processor's business.
    assert scores(Composite(), *pair(sample_rate), sample_rate) == pytest.approx(
        PYSEPM[sample_rate], abs=1e-4
    )
    clean, noisy = (cut(samples, sample_rate) for samples in pair(sample_rate))
    distances = log_likelihood_ratio(clean, noisy), weighted_spectral_slope(clean, noisy)
    assert distances == pytest.approx(PYSEPM_LLR_AND_WSS[sample_rate], rel=1e-9)


def test_composite_of_a_perfect_estimate_is_at_its_bounds() -> None:
    clean, _ = pair(8000)
    assert scores(Composite(), clean, clean) == {"csig": 5.0, "cbak": 5.0, "covl": 5.0, "seg_snr": 35.0}
    frames = cut(clean, 8000)
    assert log_likelihood_ratio(frames, frames) == pytest.approx(0, abs=1e-12)
    assert weighted_spectral_slope(frames, frames) == 0


def test_distortions_ignore_gain_but_not_the_spectrum() -> None:
    clean, noisy = pair(8000)
    frames, louder, other = (cut(samples, 8000) for samples in (clean, 4 * clean, noisy))
    assert log_likelihood_ratio(frames, louder) == pytest.approx(0, abs=1e-9)
    assert weighted_spectral_slope(frames, louder) == pytest.approx(0, abs=1e-9)
    assert log_likelihood_ratio(frames, other) > 0.1
    assert weighted_spectral_slope(frames, other) > 1


def test_segmental_snr_by_hand() -> None:
    clean = np.full(8000, 0.5, np.float32)
    assert segmental_snr(cut(clean, 8000), cut(clean * 1.1, 8000)) == pytest.approx(20, abs=1e-4)
    assert segmental_snr(cut(clean, 8000), cut(clean * 11, 8000)) == -10
    half = np.where(np.arange(8000) < 4000, clean, 1.1 * clean)
    assert segmental_snr(cut(clean, 8000), cut(half, 8000)) == pytest.approx((35 + 20) / 2, abs=0.3)


def test_composite_stands_pauses_of_digital_silence() -> None:
    clean, noisy = pair(8000)
    clean[4000:7000] = 0
    gated = noisy.copy()
    gated[8000:11000] = 0
    for estimate in (noisy, gated):
        assert all(np.isfinite(value) for value in scores(Composite(), clean, estimate).values())


def test_composite_refuses_what_pesq_refuses() -> None:
    clean, noisy = pair(8000)
    for reference, estimate in [(0 * clean, noisy), (clean, 0 * noisy), (clean[:1000], noisy[:1000])]:
        with pytest.raises(Unscorable, match=r"silent|short"):
            scores(Composite(), reference, estimate)
    assert Composite().measures(4000) == []


def test_composite_identity_names_the_pesq_inside() -> None:
    assert PESQ().identity["library"] in Composite().identity["library"]


# ----------------------------------------------------------------------------------------------------- LSD


def test_lsd_of_a_gain_is_that_gain_in_db() -> None:
    clean = np.random.default_rng(0).normal(0, 0.01, 16000).astype(np.float32)
    assert scores(LSD(), clean, clean) == {"lsd": 0.0}
    assert scores(LSD(), clean, 10 * clean)["lsd"] == pytest.approx(20, abs=0.01)
    assert scores(LSD(), clean, -clean)["lsd"] == pytest.approx(0, abs=1e-9)


def test_lsd_agrees_with_its_formula_on_scipy_s_spectrogram() -> None:
    from scipy.signal import stft

    clean, noisy = pair(8000)
    powers = [
        np.abs(stft(samples.astype(float), nperseg=256, noverlap=128, boundary=None, padded=False)[2]) ** 2
        for samples in (clean, noisy)
    ]
    floor = powers[0].max() * 1e-5
    levels = [10 * np.log10(np.maximum(power, floor)) for power in powers]
    expected = np.sqrt(((levels[0] - levels[1]) ** 2).mean(axis=0)).mean()
    assert scores(LSD(), clean, noisy)["lsd"] == pytest.approx(expected, rel=1e-6)


def test_lsd_ends_50_db_below_the_reference_and_scores_silence() -> None:
    clean, _ = pair(8000)
    assert scores(LSD(), clean, np.zeros_like(clean)) == scores(LSD(), clean, clean * np.float32(1e-6))
    with pytest.raises(Unscorable, match="reference is silent"):
        scores(LSD(), np.zeros_like(clean), clean)
    with pytest.raises(Unscorable, match="too short for LSD"):
        scores(LSD(), clean[:255], clean[:255])


# -------------------------------------------------------------------------------------------------- DNSMOS


def test_dnsmos_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(MissingExtra, match="dnsmos needs the package onnxruntime: pip install"):
        DNSMOS(tmp_path / "sig_bak_ovr.onnx")


def test_dnsmos_says_which_model_to_bring(tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    with pytest.raises(BadOption, match=r"sig_bak_ovr\.onnx does not exist: leave model out"):
        DNSMOS(tmp_path / "sig_bak_ovr.onnx")


def test_dnsmos_maps_what_the_model_hears(tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    model = onnx_that_hears_the_mean_of_the_absolute_samples(tmp_path / "toy.onnx")
    speech = np.full(11 * 16000, 0.25, np.float32)
    assert scores(DNSMOS(model), speech, speech, 16000) == pytest.approx(
        {
            "dnsmos_sig": -0.08397278 / 16 + 1.22083953 / 4 + 0.0052439,
            "dnsmos_bak": -0.13166888 / 16 + 1.60915514 / 4 - 0.39604546,
            "dnsmos_ovrl": -0.06766283 / 16 + 1.11546468 / 4 + 0.04602535,
        }
    )
    short = np.full(8000, 0.25, np.float32)
    assert scores(DNSMOS(model), short, short, 16000) == pytest.approx(
        scores(DNSMOS(model), speech, speech, 16000)
    )


def onnx_that_hears_the_mean_of_the_absolute_samples(path: Path) -> Path:
    onnx = pytest.importorskip("onnx")
    node, info = onnx.helper.make_node, onnx.helper.make_tensor_value_info
    graph = onnx.helper.make_graph(
        [
            node("Abs", ["input_1"], ["absolute"]),
            node("ReduceMean", ["absolute"], ["mean"], axes=[1], keepdims=1),
            node("Concat", ["mean", "mean", "mean"], ["ratings"], axis=1),
        ],
        "toy",
        [info("input_1", onnx.TensorProto.FLOAT, ["batch", 144160])],
        [info("ratings", onnx.TensorProto.FLOAT, ["batch", 3])],
    )
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 11)], ir_version=8)
    onnx.save(model, path)
    return path


def test_other_rates_are_resampled_on_request_and_named_so() -> None:
    clean, noisy = pair(48000)
    asked = Composite(resample=True)
    assert Composite().measures(48000) == []
    assert [measure.name for measure in asked.measures(48000)] == [
        "csig_16k",
        "cbak_16k",
        "covl_16k",
        "seg_snr_16k",
    ]
    at_16k = scores(Composite(), resample(clean, 48000, 16000), resample(noisy, 48000, 16000), 16000)
    assert scores(asked, clean, noisy, 48000) == {f"{name}_16k": value for name, value in at_16k.items()}
