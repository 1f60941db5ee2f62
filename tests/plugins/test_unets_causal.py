"""The network for live audio: it never looks ahead, and frame by frame in numpy it is what torch trains."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from benchbox_unets import checkpoint, vqunet
from benchbox_unets.causal import running_mean
from benchbox_unets.denoiser import SpectrogramDenoiser
from benchbox_unets.network import Network
from benchbox_unets.presets import STREAMING, Config
from benchbox_unets.vqunet import VQUNet

from benchbox.errors import BadOption, BadRun
from benchbox.interfaces import Denoiser
from benchbox.records import Samples
from benchbox.synthetic import speech_like
from benchbox.testing import DenoiserContract

TINY = replace(STREAMING, channels=4, codes=16, code_dim=8)


def trained(config: Config) -> Network:
    """Return a network whose norms and codes are those of data."""
    torch.manual_seed(0)
    network = Network(config, config.sample_rate).train()
    clean = torch.randn(2, 8000)
    for _ in range(3):
        sum(network.terms(clean, clean + torch.randn_like(clean)).values(), torch.tensor(0.0)).backward()
    return network.eval()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiny")
    checkpoint.save(trained(TINY), folder)
    return folder


def denoiser(folder: Path) -> SpectrogramDenoiser:
    made = SpectrogramDenoiser(TINY, "cpu")
    made.sample_rates = (16000,)
    made.load(folder)
    return made


class TestContract(DenoiserContract):
    @pytest.fixture(autouse=True)
    def remember(self, folder: Path) -> None:
        self.folder = folder

    def make(self) -> Denoiser:
        return denoiser(self.folder)


def noise(length: int, seed: int = 0) -> Samples:
    return np.random.default_rng(seed).standard_normal(length).astype(np.float32)


@pytest.mark.parametrize("config", [TINY, replace(TINY, codes=0)], ids=["vq", "plain"])
def test_frame_by_frame_it_is_the_network_that_was_trained(config: Config, tmp_path: Path) -> None:
    network = trained(config)
    checkpoint.save(network, tmp_path)
    noisy = noise(20_000)
    with torch.inference_mode():
        wanted = network(torch.from_numpy(noisy)[None])[0].numpy()

    np.testing.assert_allclose(denoiser(tmp_path).denoise(noisy, 16000), wanted, atol=1e-5)


def test_it_is_the_same_to_the_last_bit_however_it_is_cut(folder: Path) -> None:
    noisy = noise(9000)
    whole = denoiser(folder).denoise(noisy, 16000)

    stream = denoiser(folder).stream(16000)
    assert stream is not None
    pieces = [stream.push(piece) for piece in np.split(noisy, [1, 100, 3000, 3001, 3300])]

    np.testing.assert_array_equal(np.concatenate([*pieces, stream.flush()]), whole)


def test_what_comes_later_than_a_window_changes_nothing(folder: Path) -> None:
    noisy = noise(16_000)
    other = np.concatenate([noisy[:8000], 4 * noise(8000, 1)])
    once, changed = (denoiser(folder).denoise(samples, 16000) for samples in (noisy, other))
    np.testing.assert_array_equal(changed[: 8000 - TINY.window], once[: 8000 - TINY.window])
    assert not np.array_equal(changed[:8000], once[:8000])


def test_two_streams_of_one_denoiser_do_not_meet(folder: Path) -> None:
    made = denoiser(folder)
    one, two = made.stream(16000), made.stream(16000)
    assert one is not None
    assert two is not None
    alone = np.concatenate([one.push(noise(4000)), one.flush()])
    first = two.push(noise(4000)[:2000])
    made.denoise(noise(3000, 1), 16000)
    np.testing.assert_array_equal(np.concatenate([first, two.push(noise(4000)[2000:]), two.flush()]), alone)


def test_it_lives_through_silence_and_returns(folder: Path) -> None:
    silence = np.zeros(16_000 * 20, np.float32)
    estimate = denoiser(folder).denoise(np.concatenate([noise(8000), silence, noise(8000)]), 16000)
    assert np.isfinite(estimate).all()
    assert not estimate[16_000:-20_000].any()
    assert np.abs(estimate).max() < 100


def test_the_running_mean_is_a_mean_of_the_past() -> None:
    x = torch.tensor([1.0, 3.0, 5.0, 100.0])
    torch.testing.assert_close(running_mean(x, 1.0), torch.tensor([1.0, 2.0, 3.0, 27.25]))
    halving = running_mean(x, 0.5)
    torch.testing.assert_close(halving[:2], torch.tensor([1.0, 3.5 / 1.5]))
    torch.testing.assert_close(running_mean(x[:3], 0.5), halving[:3])


# -------------------------------------------------------------------------------------- the shipped weights


class TestStreamingVQUNet(DenoiserContract):
    spec = 'vqunet(preset="streaming")'


def test_the_streaming_weights_take_off_noise() -> None:
    clean = speech_like(4 * 16000, np.random.default_rng(0), 16000)
    hiss = noise(clean.size, 1)
    noisy = clean + hiss * np.sqrt(np.mean(clean**2) / np.mean(hiss**2))  # 0 dB
    estimate = VQUNet(preset="streaming").denoise(noisy, 16000)
    assert np.mean((estimate - clean) ** 2) < 0.3 * np.mean((noisy - clean) ** 2)


def test_the_streaming_weights_are_of_the_network_that_the_preset_describes() -> None:
    made = VQUNet(preset="streaming")
    described, parameters = made.config, made.parameters
    made.denoise(noise(1000), 16000)
    assert (made.config, made.parameters) == (described, parameters)
    assert (made.needs_training, made.sample_rates) == (False, (16000,))
    assert [path.is_file() for path in made.trained_on(16000)] == [True]


def test_of_the_streaming_preset_the_device_alone_can_be_chosen() -> None:
    with pytest.raises(BadOption, match="pieces cannot be chosen any more; valid beside it: device;"):
        VQUNet(preset="streaming", pieces="joined")


def test_other_streaming_weights_than_those_that_were_shipped_are_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vqunet, "STREAMING", folder)
    with pytest.raises(BadRun, match="is not the file that benchbox came with"):
        VQUNet(preset="streaming").denoise(noise(100), 16000)


def test_a_causal_network_is_not_exported(tmp_path: Path) -> None:
    with pytest.raises(BadOption, match="cannot be exported yet"):
        VQUNet(preset="streaming").export(tmp_path / "model.onnx", 16000, spectra=False)
