"""Samples to samples: spectrum, front end, backbone and back, with the loss it learns by."""

from collections.abc import Callable, Mapping

import torch
import torch.nn.functional as F
from torch import Tensor

from benchbox.spectral import Stft
from benchbox.training import Learner
from benchbox_unets.backbone import Backbone
from benchbox_unets.causal import CausalBackbone, running_mean
from benchbox_unets.frontend import Frontend, MaskFrontend, ValueFrontend
from benchbox_unets.losses import bark_bands, compressed_spectral, loudness_disturbance, si_sdr_db
from benchbox_unets.presets import SILENT, Config
from benchbox_unets.quantizer import VectorQuantizer
from benchbox_unets.realpart import real_spectrum

LISTENING = ("spectral", "si_sdr", "loudness")


class Network(Learner):
    """The system that a `Config` describes, for audio [batch, time] of any length."""

    bands: Tensor

    def __init__(self, config: Config, sample_rate: int) -> None:
        super().__init__()
        self.config = config
        self.stft = Stft(config.window, config.hop, "cosine" if config.causal else "hann")
        self.frontend: Frontend = (
            MaskFrontend(config.part, self.stft.bins, sample_rate)
            if config.scaling == "compressed"
            else ValueFrontend(config.part)
        )
        self.backbone: Backbone | CausalBackbone = (
            _causal_backbone(config, self.frontend)
            if config.causal
            else _backbone(config, self.frontend, sample_rate)
        )
        if config.codes:
            # Last: from the same seed both denoisers start with the same weights.
            self.backbone.quantizer = VectorQuantizer(
                config.codes,
                config.code_dim,
                config.beta,
                config.codebook,
                config.quantizer,
                swapped=config.loss_weights == "swapped",
            )
        self.register_buffer("bands", bark_bands(self.stft.bins, sample_rate), persistent=False)
        # Convolutions are faster so on processors and on GPUs; torch's stubs do not know the argument.
        self.backbone.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def analyze(self, samples: Tensor) -> Tensor:
        """Return the spectrogram [batch, frequency, frame] that the network works on."""
        return real_spectrum(self.stft, samples) if self.real else self.stft.analyze(samples)

    def level(self, samples: Tensor, length: int) -> Tensor:
        """Return the front end's level of samples [batch, time], [batch, 1, 1].

        It is found in chunks of `length` samples, so that memory does not grow with time.
        """
        hop, margin = self.config.hop, -(-self.config.window // self.config.hop)
        frames = self.stft.frames(samples.shape[-1])
        power = samples.new_zeros(1)
        for first in range(0, frames, length // hop):
            before, count = min(first, margin), min(length // hop, frames - first)
            chunk = samples[:, (first - before) * hop : (first + count + margin) * hop]
            spectrum = self.analyze(chunk)[..., before : before + count]
            power = power + self.frontend.level(spectrum).square() * (count / frames)
        return power.sqrt()

    @property
    def real(self) -> bool:
        """Tell whether audio is taken for what the paper makes of real parts."""
        return self.config.part == "real" and self.config.scaling == "standardised"

    @property
    def context(self) -> int | None:
        """How many samples on either side can change what a sample becomes; none: all there are.

        A multiple of `grid`.
        """
        if self.backbone.context is None:
            return None
        samples = self.backbone.context * self.config.hop + self.config.window
        return -(-samples // self.grid) * self.grid

    @property
    def grid(self) -> int:
        """Audio may be cut every so many samples: frames, and halved frames, then lie as they did."""
        halvings = 1 if self.config.align == "resize" else self.backbone.halvings
        return int(self.config.hop * halvings)

    def forward(self, noisy: Tensor) -> Tensor:
        """Return the estimate of clean audio, [batch, time]."""
        return self.hear(self.analyze(noisy), noisy.shape[-1])

    def hear(self, spectrum: Tensor, time: int, level: Tensor | None = None) -> Tensor:
        """Return the estimate [batch, time] for what `analyze` gave; of a part with the whole's `level`."""
        level = self._level(spectrum) if level is None else level
        estimate, _ = self._estimate(spectrum / level)
        return self.stft.synthesize(estimate * level, time)

    def terms(self, clean: Tensor, noisy: Tensor) -> Mapping[str, Tensor]:
        spectrum = self.analyze(noisy)
        level = whole = self.frontend.level(spectrum)
        if self.config.causal:
            level = self._level(spectrum)
        estimate, quantization = self._estimate(spectrum / level)
        if self.config.causal:
            estimate = estimate * (level / whole)
        if self.config.loss == "mse_l1":
            guess, truth = self.frontend.values(estimate), self.frontend.values(self.analyze(clean) / whole)
            terms = {"mse": F.mse_loss(guess, truth), "l1": 0.5 * F.l1_loss(guess, truth)}
        else:
            # At unit level, like the estimate.
            terms = self._heard(estimate, self.stft.analyze(clean) / whole, clean)
        if self.backbone.quantizer is not None:
            terms["quantization"] = quantization
        return terms

    def _heard(self, estimate: Tensor, truth: Tensor, clean: Tensor) -> dict[str, Tensor]:
        """Return the terms for what is heard; each loss of `LISTENING` has those before it, and one more."""
        heard = self.stft.synthesize(estimate, clean.shape[-1])
        # It has a spectrum of its own: frames overlap, and an estimate may contradict itself.
        guess = self.stft.analyze(heard)
        last = LISTENING.index(self.config.loss)
        terms = {"spectral": 4 * compressed_spectral(guess, truth)}
        if last >= LISTENING.index("si_sdr"):
            terms["si_sdr"] = -0.01 * si_sdr_db(heard, clean).mean()
        if last >= LISTENING.index("loudness"):
            terms["loudness"] = loudness_disturbance(guess, truth, self.bands)
        return terms

    def extra_repr(self) -> str:
        return repr(self.config)  # by which a killed training is known again

    def facts(self) -> Mapping[str, float]:
        return {} if self.backbone.quantizer is None else self.backbone.quantizer.facts()

    def _level(self, spectrum: Tensor) -> Tensor:
        """Return what spectra are divided by: one number, or what is known of it by each frame."""
        if not self.config.causal:
            return self.frontend.level(spectrum)
        power = (spectrum.real.square() + spectrum.imag.square()).mean(1)
        return running_mean(power, self.config.decay).sqrt().clamp_min(SILENT)[:, None]

    def _estimate(self, spectrum: Tensor) -> tuple[Tensor, Tensor]:
        """Return (estimate, quantiser loss) for a spectrum at unit level."""
        features = self.frontend.features(spectrum).contiguous(memory_format=torch.channels_last)
        # For training only: estimates are the same on every processor.
        half = self.training and self.config.precision == "auto" and multiplies_half(features.device)
        with torch.autocast(features.device.type, torch.bfloat16, enabled=half):
            outputs, loss = self.backbone(features)
        return self.frontend.estimate(outputs.float(), spectrum), loss


def _backbone(config: Config, frontend: Frontend, sample_rate: int) -> Backbone:
    return Backbone(
        frontend.inputs,
        frontend.outputs,
        config.widths,
        fold=config.fold,
        dropout=config.dropout,
        reduction=config.se_reduction,
        align=config.align,
        # The published layout cuts the activations up as they are.
        code_dim=config.code_dim if config.quantizer == "position" else 0,
        reach=round(config.se_seconds * sample_rate / config.hop / 2) if config.se_seconds else None,
        treble_fold=config.treble_fold,
    )


def _causal_backbone(config: Config, frontend: Frontend) -> CausalBackbone:
    return CausalBackbone(
        frontend.inputs,
        frontend.outputs,
        config.widths,
        folds=(config.fold, config.treble_fold),
        reduction=config.se_reduction,
        code_dim=config.code_dim,
        decay=config.decay,
    )


def multiplies_half(device: torch.device) -> bool:
    """Tell whether the device multiplies matrices of bfloat16 faster than of float32."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    capabilities: Callable[[], Mapping[str, bool]] = getattr(torch.cpu, "get_capabilities", dict)
    return capabilities().get("amx_bf16", False)
