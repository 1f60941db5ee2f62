"""Metrics against hand-computed values, the libraries they wrap, and the ways in which they must refuse."""

from importlib.metadata import version
from typing import ClassVar

import numpy as np
import pesq
import pystoi
import pytest
from benchbox_metrics.nsr import NSR
from benchbox_metrics.pesq import PESQ
from benchbox_metrics.si_sdr import SISDR
from benchbox_metrics.snr import SNR
from benchbox_metrics.stoi import STOI
from benchbox_metrics.utterances import count_utterances
from hypothesis import given
from hypothesis import strategies as st

from benchbox import audio
from benchbox.errors import Unscorable
from benchbox.interfaces import Metric
from benchbox.records import Samples
from benchbox.synthetic import speech_like
from benchbox.testing import MetricContract

RATE = 8000


class TestPESQ(MetricContract):
    spec = "pesq"


class TestPESQAt16kHz(MetricContract):
    spec = "pesq"
    sample_rate: ClassVar[int] = 16000


class TestSTOI(MetricContract):
    spec = "stoi"


class TestNSR(MetricContract):
    spec = "nsr"


class TestSNR(MetricContract):
    spec = "snr"


class TestSISDR(MetricContract):
    spec = "si_sdr"


def scores(metric: Metric, clean: Samples, estimate: Samples, sample_rate: int = RATE) -> dict[str, float]:
    return dict(metric.score(metric.prepare(clean, sample_rate), estimate))


def pair(seconds: float = 3.0, sample_rate: int = RATE, level: float = 0.02) -> tuple[Samples, Samples]:
    """Return (clean, noisy)."""
    rng = np.random.default_rng(0)
    clean = speech_like(round(seconds * sample_rate), rng, sample_rate)
    return clean, (clean + level * rng.standard_normal(len(clean))).astype(np.float32)


def bursts(count: int, seconds_on: float, seconds_off: float, sample_rate: int = RATE) -> Samples:
    """Return `count` bursts of a tone, each between pauses of half that length, over a little noise."""
    on, off = round(seconds_on * sample_rate), round(seconds_off * sample_rate)
    burst = np.concatenate([np.zeros(off // 2), np.ones(on), np.zeros(off - off // 2)])
    tone = np.sin(2 * np.pi * 800 * np.arange(count * len(burst)) / sample_rate) * np.tile(burst, count)
    noise = np.random.default_rng(1).standard_normal(len(tone))
    return (0.1 * tone + 1e-3 * noise).astype(np.float32)


# ---------------------------------------------------------------------------------------------------- PESQ


@pytest.mark.parametrize(
    ("sample_rate", "mode", "names"),
    [
        (8000, "auto", ["pesq_nb"]),
        (16000, "auto", ["pesq_nb", "pesq_wb"]),
        (16000, "nb", ["pesq_nb"]),
        (16000, "wb", ["pesq_wb"]),
        (48000, "wb", []),
        (11025, "auto", []),
        (8000, "wb", []),
        (4000, "auto", []),
    ],
)
def test_pesq_measures_what_the_rate_and_mode_allow(sample_rate: int, mode: str, names: list[str]) -> None:
    assert [measure.name for measure in PESQ(mode=mode).measures(sample_rate)] == names  # type: ignore[arg-type]


def test_pesq_of_a_clip_against_itself_has_the_published_values() -> None:
    clean, _ = pair(sample_rate=16000)
    assert scores(PESQ(), clean, clean, 16000) == pytest.approx(
        {"pesq_nb": 4.5486, "pesq_wb": 4.6439}, abs=5e-5
    )


def test_pesq_gives_the_library_s_own_values() -> None:
    clean, noisy = pair(sample_rate=16000)
    expected = {f"pesq_{mode}": pesq.pesq(16000, clean, noisy, mode) for mode in ("nb", "wb")}
    assert scores(PESQ(), clean, noisy, 16000) == expected
    narrow = audio.resample(clean, 16000, 8000), audio.resample(noisy, 16000, 8000)
    assert scores(PESQ(), *narrow) == {"pesq_nb": pesq.pesq(8000, *narrow, "nb")}


def test_pesq_resamples_other_rates_to_the_next_below_where_it_is_asked_to() -> None:
    clean, noisy = pair(sample_rate=48000)
    at_16k = audio.resample(clean, 48000, 16000), audio.resample(noisy, 48000, 16000)
    asked = PESQ(resample=True)
    told = {f"{name}_16k": value for name, value in scores(PESQ(), *at_16k, 16000).items()}
    assert scores(asked, clean, noisy, 48000) == told
    assert [measure.name for measure in asked.measures(48000)] == ["pesq_nb_16k", "pesq_wb_16k"]
    assert [measure.name for measure in asked.measures(11025)] == ["pesq_nb_8k"]
    assert asked.measures(16000) == PESQ().measures(16000)
    assert asked.measures(4000) == []


def test_pesq_forgives_a_delay_that_si_sdr_does_not() -> None:
    clean, noisy = pair(seconds=6)
    delayed = np.concatenate([np.zeros(320, np.float32), noisy[:-320]])
    assert scores(PESQ(), clean, delayed)["pesq_nb"] == pytest.approx(
        scores(PESQ(), clean, noisy)["pesq_nb"], abs=0.1
    )
    assert scores(SISDR(), clean, delayed)["si_sdr"] < scores(SISDR(), clean, noisy)["si_sdr"] - 10


def test_pesq_refuses_what_it_cannot_score() -> None:
    clean, noisy = pair()
    silent, broken = np.zeros_like(clean), noisy.copy()
    broken[5] = np.nan
    for reference, estimate, reason in [
        (silent, noisy, "reference is silent"),
        (clean, silent, "estimate is silent"),
        (clean, clean * np.float32(1e-6), "estimate is silent"),
        (clean, broken, "estimate holds NaN"),
        (broken, noisy, "reference holds NaN"),
        (clean[:1999], noisy[:1999], "0.25 s is too short for PESQ"),
        (clean[:0], noisy[:0], "reference is empty"),
        (clean[12000:14100], noisy[12000:14100], "No utterances detected"),
    ]:
        with pytest.raises(Unscorable, match=reason):
            scores(PESQ(), reference, estimate)


def test_pesq_refuses_a_clip_of_so_many_utterances_that_the_library_would_crash() -> None:
    clean = bursts(90, 0.25, 0.35)
    with pytest.raises(Unscorable, match=r"about 9[0-9] utterances and PESQ crashes beyond 50: cut the clip"):
        PESQ().prepare(clean, RATE)


@pytest.mark.parametrize("sample_rate", [8000, 16000, 48000])
@pytest.mark.parametrize("count", [1, 5, 40])
def test_utterances_are_bursts_with_a_pause_between(sample_rate: int, count: int) -> None:
    assert count_utterances(bursts(count, 0.25, 0.4, sample_rate), sample_rate) == count
    # P.862 joins what is less than 200 ms apart, and drops what is shorter than that.
    assert count_utterances(bursts(count, 0.1, 0.15, sample_rate), sample_rate) == (count > 1)
    assert count_utterances(bursts(count, 0.1, 0.3, sample_rate), sample_rate) == 0


# ---------------------------------------------------------------------------------------------------- STOI


def test_estoi_of_a_half_silent_clip_repeats_itself_and_leaves_numpy_alone() -> None:
    clean, noisy = pair()
    noisy[: len(noisy) // 2] = 0
    np.random.seed(7)  # noqa: NPY002 - the state that must survive
    expected = np.random.RandomState(7).random(3)
    values = {scores(STOI(), clean, noisy)["estoi"] for _ in range(3)}
    assert len(values) == 1
    np.testing.assert_array_equal(np.random.random(3), expected)  # noqa: NPY002
    free = {pystoi.stoi(clean, noisy, RATE, extended=True) for _ in range(3)}
    assert len(free) > 1  # or there is nothing left to fix


def test_stoi_refuses_what_it_cannot_score() -> None:
    clean, noisy = pair()
    mostly_silent = clean.copy()
    mostly_silent[2000:] = 0
    for reference, estimate, reason in [
        (clean[:3000], noisy[:3000], "0.38 s is too short for STOI"),
        (clean[:3500], noisy[:3500], "Not enough STFT frames"),
        (mostly_silent, noisy, "Not enough STFT frames"),
        (np.zeros_like(clean), noisy, "reference is silent"),
        (clean, np.zeros_like(clean), "estimate is silent"),
    ]:
        with pytest.raises(Unscorable, match=reason):
            scores(STOI(), reference, estimate)


# ------------------------------------------------------------------------------------------- power ratios


def test_nsr_and_snr_of_a_small_example_by_hand() -> None:
    clean = np.array([3, 4, 0, 0], np.float32)
    estimate = np.array([3, 4, 0.5, 0], np.float32)
    assert scores(NSR(), clean, estimate)["nsr"] == pytest.approx(0.25 / 25)
    assert scores(SNR(), clean, estimate)["snr"] == pytest.approx(20.0)


def test_si_sdr_of_a_small_example_by_hand() -> None:
    clean = np.array([1, -1, 1, -1], np.float32)
    orthogonal = np.array([1, 1, -1, -1], np.float32)
    estimate = 2 * clean + 0.2 * orthogonal + 7  # gain 2 and a mean, neither of which counts
    assert scores(SISDR(), clean, estimate)["si_sdr"] == pytest.approx(10 * np.log10(4 * 4 / (4 * 0.04)))


def test_a_perfect_estimate_has_no_noise_and_the_ceiling_in_db() -> None:
    clean, _ = pair()
    assert scores(NSR(), clean, clean) == {"nsr": 0.0}
    assert scores(SNR(), clean, clean) == {"snr": 100.0}
    assert scores(SISDR(), clean, clean) == {"si_sdr": 100.0}


@given(gain=st.floats(2, 20) | st.floats(0.05, 0.5), sign=st.sampled_from([1, -1]))
def test_si_sdr_ignores_gain_and_polarity_which_nsr_and_snr_do_not(gain: float, sign: int) -> None:
    clean, noisy = pair(seconds=0.5, level=0.002)
    changed = (sign * gain * noisy).astype(np.float32)
    unchanged = scores(SISDR(), clean, noisy)["si_sdr"]
    assert scores(SISDR(), clean, changed)["si_sdr"] == pytest.approx(unchanged, abs=1e-3)
    assert scores(NSR(), clean, changed)["nsr"] > scores(NSR(), clean, noisy)["nsr"]
    assert scores(SNR(), clean, changed)["snr"] < scores(SNR(), clean, noisy)["snr"]


def test_silence_is_a_score_where_the_formula_has_one_and_a_reason_where_not() -> None:
    clean, noisy = pair()
    silent = np.zeros_like(clean)
    assert scores(NSR(), clean, silent) == {"nsr": 1.0}
    assert scores(SNR(), clean, silent) == {"snr": 0.0}
    with pytest.raises(Unscorable, match="estimate is silent"):
        scores(SISDR(), clean, silent)
    with pytest.raises(Unscorable, match="estimate is constant"):
        scores(SISDR(), clean, np.full_like(clean, 0.25))
    for metric in (NSR(), SNR(), SISDR()):
        with pytest.raises(Unscorable, match="reference is silent"):
            scores(metric, silent, noisy)


# ------------------------------------------------------------------------------------------------ identity


def test_identities_name_library_and_version_and_no_option_that_the_measure_s_name_already_says() -> None:
    assert PESQ().identity["library"] == f"pesq {version('pesq')}"
    assert STOI(engine="library").identity["library"] == f"pystoi {version('pystoi')}"
    assert STOI().identity["library"] == f"benchbox, as pystoi {version('pystoi')} within 1e-6"
    assert PESQ(mode="nb").identity == PESQ().identity
    assert STOI(extended=False).identity == STOI().identity
    for metric in (PESQ(), STOI(), NSR(), SNR(), SISDR()):
        assert {"library", "version"} <= set(metric.identity)
