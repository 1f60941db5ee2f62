"""`unet` and `vqunet`: one backbone, any length of audio, and what the presets promise."""

import shutil
import subprocess
import sys
import warnings
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
import torch
from benchbox_unets import checkpoint
from benchbox_unets.blocks import SqueezeExcitation
from benchbox_unets.checkpoint import CONFIG, MODEL
from benchbox_unets.denoiser import SpectrogramDenoiser
from benchbox_unets.frontend import ValueFrontend
from benchbox_unets.network import Network
from benchbox_unets.pieces import crossfaded, joined, seamless
from benchbox_unets.presets import FAST, LARGE, PAPER, PRESETS, WIDEBAND, Config
from benchbox_unets.quantizer import Quantized
from benchbox_unets.realpart import real_spectrum
from benchbox_unets.unet import UNet
from benchbox_unets.vqunet import SHIPPED, VQUNet
from safetensors.torch import load_file
from torch import Tensor, nn

from benchbox.errors import BadOption, BadRun
from benchbox.records import Progress, Samples
from benchbox.registry.options import options_of
from benchbox.spectral import Stft
from benchbox.synthetic import speech_like
from benchbox.testing import DenoiserContract, TrainableContract

RATE = 8000
TINY: dict[str, Any] = {"channels": 4, "stages": 2, "seconds": 0.25, "batch": 4, "steps": 60}
TINY_PAPER: dict[str, Any] = {"preset": "paper", "channels": 2, "seconds": 0.15, "batch": 2, "steps": 2}
EVERY_KIND: list[tuple[type[VQUNet] | type[UNet], dict[str, Any]]] = [
    (VQUNet, TINY),
    (UNet, TINY),
    (VQUNet, {**TINY, "se": False, "loss": "mse_l1"}),
    (VQUNet, {**TINY, "part": "real"}),
    (VQUNet, {**TINY, "part": "magnitude"}),
    (VQUNet, {**TINY, "part": "mel"}),
    (VQUNet, {**TINY, "codebook": "gradient", "quantizer": "flattened", "loss_weights": "swapped"}),
    (VQUNet, TINY_PAPER),
    (UNet, TINY_PAPER),
    (VQUNet, {**TINY_PAPER, "part": "complex", "pieces": "joined"}),
    (VQUNet, {**TINY_PAPER, "part": "magnitude", "quantizer": "flattened"}),
]


class Tones:
    """A steady tone in white noise at 0 dB."""

    sample_rate = RATE

    def draw(self, length: int, rng: np.random.Generator) -> tuple[Samples, Samples]:
        phase = 2 * np.pi * (rng.uniform(200, 2000) * np.arange(length) / RATE + rng.random())
        clean = (0.1 * np.sin(phase)).astype(np.float32)
        return clean, clean + np.float32(0.07) * rng.standard_normal(length, dtype=np.float32)

    def validation(self, length: int) -> Sequence[tuple[Samples, Samples]]:
        rng = np.random.default_rng(99)
        return [self.draw(length, rng) for _ in range(8)]


def fit(denoiser: SpectrogramDenoiser, folder: Path, seed: int = 0) -> list[Progress]:
    seen: list[Progress] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # two steps leave most codebooks collapsed
        denoiser.fit(Tones(), rng=np.random.default_rng(seed), folder=folder, progress=seen.append)
    return seen


def untrained(config: Config, seed: int = 0) -> Network:
    torch.manual_seed(seed)
    return Network(config, RATE).eval()


def holding(network: Network, folder: Path) -> SpectrogramDenoiser:
    """Return a denoiser with this network."""
    checkpoint.save(network, folder)
    denoiser = SpectrogramDenoiser(network.config, "auto")
    denoiser.load(folder)
    return denoiser


def noise(length: int, seed: int = 0) -> Samples:
    return 0.1 * np.random.default_rng(seed).standard_normal(length, dtype=np.float32)


# ------------------------------------------------------------------------------------------- the contract


def test_listing_imports_no_torch() -> None:
    code = "import benchbox_unets.unet, benchbox_unets.vqunet, sys; print('torch' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"


@pytest.mark.parametrize(("factory", "options"), EVERY_KIND)
def test_every_option_trains_saves_and_loads(
    factory: type[VQUNet] | type[UNet], options: dict[str, Any], tmp_path: Path
) -> None:
    denoiser = factory(**{**options, "steps": 2})
    fit(denoiser, tmp_path)
    denoiser.save(tmp_path / "saved")
    assert sorted(path.name for path in (tmp_path / "saved").iterdir()) == [CONFIG, MODEL]
    again = factory()
    again.load(tmp_path / "saved")
    for length in (1, 2, 127, 129, 4000, 10_001):
        estimate = denoiser.denoise(noise(length), RATE)
        assert estimate.shape == (length,)
        assert estimate.dtype == np.float32
        assert np.isfinite(estimate).all()
        np.testing.assert_array_equal(again.denoise(noise(length), RATE), estimate)
    assert np.isfinite(denoiser.denoise(np.zeros(3000, np.float32), RATE)).all()


@pytest.mark.parametrize("factory", [UNet, VQUNet])
def test_training_denoises(factory: type[SpectrogramDenoiser], tmp_path: Path) -> None:
    options: dict[str, Any] = {"channels": 16, "stages": 1, "steps": 60, "learning_rate": 0.02}
    denoiser = factory(**{**TINY, **options})
    denoiser.config = replace(denoiser.config, warmup=5, validate_every=20)
    losses = [now.facts["validation_loss"] for now in fit(denoiser, tmp_path) if now.facts]
    assert losses[-1] < 0.7 * losses[0]
    clean, noisy = Tones().draw(RATE, np.random.default_rng(1))
    estimate = denoiser.denoise(noisy, RATE)
    assert np.mean((estimate - clean) ** 2) < 0.7 * np.mean((noisy - clean) ** 2)


@pytest.mark.parametrize("preset", ["fast", "paper"])
def test_a_killed_training_ends_where_an_uninterrupted_one_does(preset: str, tmp_path: Path) -> None:
    options = {"fast": TINY, "paper": TINY_PAPER}[preset]
    whole, killed, resumed = (VQUNet(**{**options, "steps": 15}) for _ in range(3))
    for denoiser in (whole, killed, resumed):
        denoiser.config = replace(denoiser.config, validate_every=5)
    fit(whole, tmp_path / "whole")

    def kill(now: Progress) -> None:
        if now.step == 10:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        killed.fit(Tones(), rng=np.random.default_rng(0), folder=tmp_path / "killed", progress=kill)
    seen = fit(resumed, tmp_path / "killed")
    assert seen[0].step > 10
    np.testing.assert_array_equal(resumed.denoise(noise(4000), RATE), whole.denoise(noise(4000), RATE))


def test_the_curve_tells_the_codebooks_health(tmp_path: Path) -> None:
    fit(VQUNet(**{**TINY, "steps": 2}), tmp_path)
    header, *rows = (tmp_path / "curve.csv").read_text().splitlines()
    for column in ("validation_loss", "codebook_usage", "perplexity", "commitment_distance"):
        assert column in header
    assert len(rows) == 1


@pytest.mark.parametrize("use", ["denoise", "save"])
def test_using_it_before_training_says_so(use: str, tmp_path: Path) -> None:
    with pytest.raises(BadRun, match="vqunet has no weights"):
        VQUNet().denoise(noise(10), RATE) if use == "denoise" else VQUNet().save(tmp_path)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_gpu_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(BadOption, match="torch finds no GPU here; valid: auto, cpu"):
        fit(VQUNet(**{**TINY, "device": "cuda"}), tmp_path)


@pytest.mark.parametrize("content", [None, "{", '{"wings": 2}'])
def test_loading_something_else_says_so(content: str | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / CONFIG).write_text(content)
    with pytest.raises(BadRun, match="holds no vqunet this version can read"):
        VQUNet().load(tmp_path)


def test_weights_that_do_not_fit_say_so(tmp_path: Path) -> None:
    small, large = VQUNet(**{**TINY, "steps": 1}), VQUNet(**{**TINY, "channels": 8, "steps": 1})
    fit(small, tmp_path / "small")
    fit(large, tmp_path / "large")
    small.save(tmp_path / "small")
    large.save(tmp_path / "large")
    (tmp_path / "small" / MODEL).write_bytes((tmp_path / "large" / MODEL).read_bytes())
    with pytest.raises(BadRun, match="holds no vqunet this version can read"):
        VQUNet().load(tmp_path / "small")
    (tmp_path / "small" / MODEL).write_bytes(b"PK nonsense")
    with pytest.raises(BadRun, match="holds no vqunet this version can read"):
        VQUNet().load(tmp_path / "small")


def test_parameters_are_known_before_training_and_count_the_codebook(tmp_path: Path) -> None:
    vqunet, unet = VQUNet(**TINY), UNet(**TINY)
    assert vqunet.parameters == unet.parameters + 512 * 64
    network = untrained(unet.config)
    assert unet.parameters == sum(weights.numel() for weights in network.parameters())
    # conv3x3 twice, two norms; SE 64 -> 4 -> 64 with biases: the first stage of the published network.
    stage = 1 * 64 * 9 + 64 * 64 * 9 + 2 * 2 * 64 + (64 * 4 + 4) + (4 * 64 + 64)
    paper = untrained(replace(PAPER, stages=1))
    assert sum(weights.numel() for weights in paper.backbone.down[0].parameters()) == stage


def test_a_collapsed_codebook_is_a_warning_with_a_remedy(tmp_path: Path) -> None:
    # Four halvings leave two positions at the bottleneck, so at most two of 512 codes are chosen.
    options: dict[str, Any] = {"channels": 2, "stages": 4, "seconds": 0.001, "batch": 1, "steps": 1}
    with pytest.warns(UserWarning, match=r"codebook collapsed: .* of 512, .* try codebook='ema'"):
        VQUNet(codebook="gradient", **options).fit(
            Tones(), rng=np.random.default_rng(0), folder=tmp_path, progress=lambda now: None
        )


class TestUNet(TrainableContract):
    spec = "unet(channels=4, stages=2, seconds=0.25, steps=3)"


class TestVQUNet(TrainableContract):
    spec = "vqunet(channels=4, stages=2, seconds=0.25, steps=3)"


class TestPublishedVQUNet(TrainableContract):
    spec = 'vqunet(preset="paper", channels=2, seconds=0.2, steps=2, batch=2)'


class TestPretrainedVQUNet(DenoiserContract):
    spec = 'vqunet(preset="pretrained")'


# -------------------------------------------------------------------------------------- the shipped weights


@pytest.mark.parametrize("rate", SHIPPED)
def test_the_shipped_weights_need_no_training_and_denoise(rate: int) -> None:
    denoiser = VQUNet(preset="pretrained")
    assert not denoiser.needs_training
    clean = speech_like(4 * rate, np.random.default_rng(0))
    hiss = np.random.default_rng(1).standard_normal(clean.size).astype(np.float32)
    noisy = clean + hiss * np.sqrt(np.mean(clean**2) / np.mean(hiss**2))  # 0 dB
    estimate = denoiser.denoise(noisy, rate)
    assert np.mean((estimate - clean) ** 2) < 0.3 * np.mean((noisy - clean) ** 2)


@pytest.mark.parametrize("rate", SHIPPED)
@pytest.mark.parametrize("name", ["config.json", MODEL])
def test_a_flipped_bit_of_the_shipped_weights_is_refused_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, rate: int
) -> None:
    shutil.copytree(SHIPPED[rate], tmp_path / "pretrained")
    content = bytearray((tmp_path / "pretrained" / name).read_bytes())
    content[-100] ^= 1
    (tmp_path / "pretrained" / name).write_bytes(content)
    monkeypatch.setitem(SHIPPED, rate, tmp_path / "pretrained")
    with pytest.raises(BadRun, match=f"{name} is not the file that benchbox came with: install"):
        VQUNet(preset="pretrained").denoise(noise(100), rate)


@pytest.mark.parametrize("rate", SHIPPED)
def test_the_shipped_weights_fit_into_a_wheel_and_have_a_card(rate: int) -> None:
    assert (SHIPPED[rate] / MODEL).stat().st_size <= 8 * 2**20
    card = (SHIPPED[rate] / "MODEL_CARD.md").read_text()
    for subject in ("CC BY 4.0", "Seed 0", "python benchmarks/"):
        assert subject in card


def test_the_shipped_weights_are_of_the_network_that_the_preset_describes() -> None:
    denoiser = VQUNet(preset="pretrained")
    described, parameters = denoiser.config, denoiser.parameters
    denoiser.denoise(noise(100), RATE)
    assert (denoiser.config, denoiser.parameters) == (described, parameters)


def test_the_rate_of_the_audio_chooses_the_weights() -> None:
    denoiser = VQUNet(preset="pretrained")
    low, wide = denoiser.denoise(noise(4 * RATE), RATE), denoiser.denoise(noise(4 * RATE), 2 * RATE)
    assert not np.allclose(low, wide, atol=1e-3)
    for rate, expected in ((RATE, low), (2 * RATE, wide)):
        alone = SpectrogramDenoiser(WIDEBAND, "auto")
        alone.load(SHIPPED[rate])
        assert np.array_equal(alone.denoise(noise(4 * RATE), rate), expected)


def test_what_the_shipped_weights_decide_cannot_be_chosen() -> None:
    with pytest.raises(BadOption, match="brings its weights: channels, se cannot be chosen"):
        VQUNet(preset="pretrained", channels=8, se=False)
    joined_pieces = VQUNet(preset="pretrained", pieces="joined")
    joined_pieces.denoise(noise(100), RATE)
    assert joined_pieces.config.pieces == "joined"


def test_training_goes_on_from_weights_that_are_there(tmp_path: Path) -> None:
    options: dict[str, Any] = {**TINY, "steps": 1, "learning_rate": 1e-9}
    first = VQUNet(**options)
    fit(first, tmp_path / "1")
    first.save(tmp_path / "saved")
    second = VQUNet(**options)
    second.load(tmp_path / "saved")
    fit(second, tmp_path / "2", seed=1)
    second.save(tmp_path / "again")
    trained, again = (load_file(tmp_path / name / MODEL) for name in ("saved", "again"))
    assert again.keys() == trained.keys()
    for name, _ in untrained(first.config).named_parameters():
        torch.testing.assert_close(again[name], trained[name])


# -------------------------------------------------------------------------------------------- the network


def test_without_its_quantiser_vqunet_is_unet() -> None:
    vqunet, unet = untrained(VQUNet(**TINY).config), untrained(UNet(**TINY).config, seed=1)
    shared = {name: value for name, value in vqunet.state_dict().items() if "quantizer" not in name}
    unet.load_state_dict(shared)  # strict: not a weight more or less
    audio = torch.from_numpy(noise(5000))[None]
    with torch.no_grad():
        quantized, plain = vqunet(audio), unet(audio)
        vqunet.backbone.quantizer = Transparent()  # type: ignore[assignment]
        bypassed = vqunet(audio)
    assert not torch.equal(quantized, plain)
    assert torch.equal(bypassed, plain)


def test_from_one_seed_both_start_with_the_same_weights() -> None:
    for options in (TINY, TINY_PAPER):
        vqunet, unet = untrained(VQUNet(**options).config), untrained(UNet(**options).config)
        for name, weights in unet.state_dict().items():
            assert torch.equal(vqunet.state_dict()[name], weights)


class Transparent(nn.Module):
    def forward(self, encoded: torch.Tensor) -> Quantized:
        return Quantized(encoded, torch.empty(0), torch.zeros(()))


@pytest.mark.parametrize("config", [FAST, LARGE, replace(FAST, part="mel"), replace(FAST, part="real")])
@pytest.mark.parametrize("gain", [1e-6, 0.1, 1000.0])
def test_the_estimate_follows_the_input_level(config: Config, gain: float) -> None:
    network = untrained(config)
    audio = torch.from_numpy(noise(4000))[None]
    with torch.no_grad():
        torch.testing.assert_close(network(gain * audio), gain * network(audio), rtol=1e-2, atol=1e-5 * gain)


def test_silence_stays_silent() -> None:
    with torch.no_grad():
        assert not untrained(FAST)(torch.zeros(1, 4000)).any()


def test_the_papers_spectrogram_is_square() -> None:
    network = untrained(replace(PAPER, channels=1))
    spectrum = network.stft.analyze(torch.zeros(1, RATE))
    assert network.frontend.values(spectrum).shape == (1, 1, 260, 260)


def test_the_papers_widths_and_numbers() -> None:
    assert PAPER.widths == (64, 128, 256, 512, 1024)
    assert (PAPER.codes, PAPER.code_dim, PAPER.beta) == (512, 64, 0.25)
    assert (PAPER.learning_rate, PAPER.batch, PAPER.dropout, PAPER.se_reduction) == (0.004, 16, 0.1, 16)
    config = VQUNet(preset="paper").config
    assert config == PAPER
    codebook = untrained(replace(PAPER, channels=1)).backbone.quantizer.codebook  # type: ignore[union-attr]
    assert codebook.abs().max() <= 512**-0.5
    assert codebook.std().item() == pytest.approx(512**-0.5 / 3**0.5, rel=0.02)


def test_the_papers_standardisation_is_undone() -> None:
    network = untrained(replace(PAPER, channels=1, part="complex"))
    spectrum = network.stft.analyze(torch.from_numpy(noise(2000))[None])
    network.frontend.standardise(3 * spectrum + 2)  # type: ignore[operator]
    values = network.frontend.values(3 * spectrum + 2)
    assert values.mean().item() == pytest.approx(0, abs=1e-5)
    assert values.std().item() == pytest.approx(1, abs=1e-5)
    torch.testing.assert_close(network.frontend.estimate(values, spectrum), 3 * spectrum + 2)


def test_only_the_real_part_is_kept_where_the_paper_keeps_it() -> None:
    for config in (replace(PAPER, channels=1), replace(FAST, part="real")):
        network = untrained(config)
        spectrum = network.stft.analyze(torch.from_numpy(noise(3000))[None])
        outputs = network.frontend.values(spectrum)
        assert outputs.shape[1] == 1
        assert not network.frontend.estimate(outputs, spectrum).imag.any()


@pytest.mark.parametrize("length", [300, 4000, 8000])
def test_the_real_part_that_audio_was_made_of_is_found_again(length: int) -> None:
    """Taking the real part of the audio once more leaves 30 times the error, and worse."""
    stft = Stft(519, 31)
    original = torch.from_numpy(speech_like(length, np.random.default_rng(0)))[None]
    part = stft.analyze(original).real
    audio = stft.synthesize(part + 0j, length)
    found = real_spectrum(stft, audio)
    assert not found.imag.any()
    assert ratio_db(part, found.real) > 25
    assert ratio_db(audio, stft.synthesize(found, length)) > 35
    assert ratio_db(part, stft.analyze(audio).real) < 12


def test_the_papers_system_gives_back_what_it_understands(tmp_path: Path) -> None:
    """A network that says what it sees would leave the reference of the paper's condition as it is."""
    network = untrained(replace(PAPER, channels=1))
    stft = network.stft
    speech = torch.from_numpy(speech_like(RATE, np.random.default_rng(0)))[None]
    audio = stft.synthesize(stft.analyze(speech).real + 0j, RATE)
    spectrum = network.analyze(audio)
    estimate = network.frontend.estimate(network.frontend.values(spectrum), spectrum)
    assert ratio_db(audio, stft.synthesize(estimate, RATE)) > 35


def ratio_db(expected: Tensor, found: Tensor) -> float:
    return 10 * torch.log10(expected.square().sum() / (expected - found).square().sum()).item()


def test_a_magnitude_mask_keeps_the_noisy_phase() -> None:
    for part in ("magnitude", "mel"):
        network = untrained(replace(FAST, part=part))
        spectrum = network.stft.analyze(torch.from_numpy(noise(3000))[None])
        ones = torch.ones_like(network.frontend.values(spectrum))
        torch.testing.assert_close(network.frontend.estimate(ones, spectrum), spectrum)


def test_options_that_exclude_each_other_say_so() -> None:
    with pytest.raises(BadOption, match="part='mel'"):
        VQUNet(preset="paper", part="mel")
    with pytest.raises(BadOption, match="add codebook='gradient'"):
        VQUNet(loss_weights="swapped")
    assert VQUNet(preset="paper", loss_weights="swapped").config.loss_weights == "swapped"


# --------------------------------------------------------------------------------------------- the pieces


@pytest.mark.parametrize("size", [1, 99, 100, 101, 175, 1000, 1001])
def test_pieces_of_audio_left_alone_make_the_audio_again(size: int) -> None:
    samples = noise(size)

    def same(start: int, stop: int) -> Samples:
        assert start % 5 == 0
        return samples[start:stop]

    np.testing.assert_allclose(crossfaded(same, size, 100, 25, 5), samples, atol=1e-7)
    np.testing.assert_array_equal(seamless(same, size, 100, 25), samples)
    whole = size - size % 100
    if whole:
        np.testing.assert_array_equal(joined(same, whole, 100), samples[:whole])


def test_pieces_are_no_longer_than_asked_for_and_fade_into_each_other() -> None:
    sizes: list[int] = []

    def level(start: int, stop: int) -> Samples:
        sizes.append(stop - start)
        return np.full(stop - start, len(sizes), np.float32)

    result = crossfaded(level, 1000, 300, 50)
    assert sizes == [300] * 4
    steps = np.diff(result)
    assert result[0] == 1
    assert result[-1] == 4
    assert steps.min() >= 0
    assert steps.max() <= 1 / 50


def test_long_audio_in_pieces_is_close_to_one_pass(tmp_path: Path) -> None:
    # A mask of magnitudes does not see the phase, which depends on where a piece starts.
    denoiser = VQUNet(**{**TINY, "part": "magnitude", "steps": 30})
    fit(denoiser, tmp_path)
    _, noisy = Tones().draw(6 * RATE, np.random.default_rng(2))
    whole = denoiser.denoise(noisy, RATE)
    denoiser.config = replace(denoiser.config, piece_seconds=2.5)
    pieces = denoiser.denoise(noisy, RATE)
    # Statistics that squeeze and excitation takes over the whole differ from those of a piece.
    assert np.mean((whole - pieces) ** 2) < 0.02 * np.mean(whole**2)


SEAMLESS = replace(FAST, channels=4, se_reduction=1, se_seconds=0.3, pieces="seamless")


@pytest.mark.parametrize("stages", [1, 2, 3])
def test_chunks_give_what_one_pass_gives(stages: int, tmp_path: Path) -> None:
    network = untrained(replace(SEAMLESS, stages=stages))
    denoiser = holding(network, tmp_path)
    assert network.context is not None
    assert network.context <= 4 * RATE
    # Louder and louder: a level of each chunk's own would show.
    noisy = noise(20 * RATE + 77) * np.linspace(0, 1, 20 * RATE + 77, dtype=np.float32)
    whole = denoiser.denoise(noisy, RATE)
    denoiser.config = replace(denoiser.config, piece_seconds=2.1)
    np.testing.assert_allclose(denoiser.denoise(noisy, RATE), whole, atol=1e-5 * np.abs(whole).max())


@pytest.mark.parametrize("stages", [1, 2, 3])
def test_the_context_is_how_far_a_frame_is_seen(stages: int) -> None:
    # Undefined is what takes in something undefined, and no rounding hides it.
    backbone = untrained(replace(SEAMLESS, stages=stages, codes=0)).backbone
    assert backbone.context is not None
    middle = backbone.context + 32
    features = torch.zeros(1, 3, 64, 2 * middle // 8 * 8)
    features[..., middle] = torch.nan
    with torch.no_grad():
        reached = backbone(features)[0].isnan().amax((0, 1, 2)).nonzero()[:, 0]
    reach = (reached - middle).abs().max()
    assert 0.8 * backbone.context < reach <= backbone.context


def test_the_level_in_chunks_is_that_of_the_whole() -> None:
    network = untrained(FAST)
    audio = torch.from_numpy(noise(50_001) * np.linspace(0, 1, 50_001, dtype=np.float32))[None]
    whole = network.frontend.level(network.analyze(audio))
    for length in (1280, 20_000, 12_345, 100_000):
        torch.testing.assert_close(network.level(audio, length), whole)


def test_each_loss_adds_to_the_one_before() -> None:
    clean, noisy = (torch.from_numpy(part)[None] for part in Tones().draw(RATE, np.random.default_rng(0)))
    every = [
        untrained(replace(FAST, loss=loss, codes=0)).terms(clean, noisy)
        for loss in ("spectral", "si_sdr", "loudness")
    ]
    assert [list(terms) for terms in every] == [
        ["spectral"],
        ["spectral", "si_sdr"],
        ["spectral", "si_sdr", "loudness"],
    ]
    torch.testing.assert_close(every[2]["spectral"], every[0]["spectral"])


@pytest.mark.parametrize("part", ["real", "complex"])
def test_an_estimate_without_mistakes_costs_nothing(
    part: Literal["real", "complex"], monkeypatch: pytest.MonkeyPatch
) -> None:
    network = untrained(replace(PAPER, channels=1, part=part, loss="loudness"))
    monkeypatch.setattr(network.frontend, "estimate", lambda outputs, spectrum: spectrum)
    speech = speech_like(RATE, np.random.default_rng(0))
    clean = network.stft.synthesize(network.stft.analyze(speech).real + 0j, RATE).astype(np.float32)
    terms = network.terms(torch.from_numpy(clean)[None], torch.from_numpy(clean)[None])
    assert terms["spectral"] < 1e-3
    assert terms["loudness"] < 1e-2


def test_squeeze_and_excitation_sees_only_what_is_near() -> None:
    gate = SqueezeExcitation(4, 2, reach=2)
    x = torch.rand(1, 4, 3, 20, generator=torch.Generator().manual_seed(0))
    other = x.clone()
    other[..., 10] += 1
    with torch.no_grad():
        changed = (gate(other) - gate(x)).abs().sum((0, 1, 2)).nonzero().flatten()
        everything = SqueezeExcitation(4, 2, reach=20)
        everything.load_state_dict(gate.state_dict())
        gate.reach = None
        torch.testing.assert_close(everything(x), gate(x))
    assert changed.tolist() == [8, 9, 10, 11, 12]


@pytest.mark.parametrize(("pieces", "least_db"), [("crossfaded", 30), ("joined", 15)])
def test_pieces_of_the_papers_audio_lie_as_in_the_whole(
    pieces: Literal["crossfaded", "joined"], least_db: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = untrained(replace(PAPER, channels=1, piece_seconds=1.5, pieces=pieces))
    denoiser = holding(network, tmp_path)
    monkeypatch.setattr(ValueFrontend, "estimate", lambda self, outputs, spectrum: spectrum)
    audio = speech_like(4 * RATE + 100, np.random.default_rng(0))
    part = network.stft.synthesize(network.stft.analyze(audio).real + 0j, audio.size).astype(np.float32)
    found = denoiser.denoise(part, RATE)
    assert found.size == part.size
    # Joined pieces know nothing of what their first and last frames share with their neighbours.
    assert ratio_db(torch.from_numpy(part), torch.from_numpy(found)) > least_db


def test_only_what_looks_so_far_can_be_seamless() -> None:
    for options in ({"preset": "paper"}, {}):
        with pytest.raises(BadOption, match="valid: crossfaded, joined; or choose preset='large'"):
            VQUNet(pieces="seamless", **options)  # type: ignore[arg-type]
    assert VQUNet(preset="paper", pieces="crossfaded").config.pieces == "crossfaded"
    assert VQUNet(se=False, pieces="seamless").config.pieces == "seamless"
    assert VQUNet(preset="large").config.pieces == "seamless"


def test_a_joined_piece_is_as_long_as_an_excerpt_in_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    denoiser = holding(untrained(replace(PAPER, channels=1, pieces="joined")), tmp_path)
    seen: list[int] = []

    def estimate(self: ValueFrontend, outputs: Tensor, spectrum: Tensor) -> Tensor:
        seen.append(spectrum.shape[-1])
        return spectrum

    monkeypatch.setattr(ValueFrontend, "estimate", estimate)
    assert denoiser.denoise(noise(RATE), RATE).size == RATE
    assert seen == [260]
    assert denoiser.denoise(noise(0), RATE).size == 0


def test_info_shows_what_each_preset_decides() -> None:
    presets = {name: PRESETS[name] for name in ("fast", "large", "paper")}
    options = [option for option in options_of(VQUNet) if option.default == "none"]
    assert len(options) > 12
    for option in options:
        for name, config in presets.items():
            choice = bool(config.se_reduction) if option.name == "se" else getattr(config, option.name)
            said = option.description
            assert f"{name}: {choice}" in said or f"every preset: {choice}" in said, option
