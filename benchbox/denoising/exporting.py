"""A system -> an ONNX file, and how far its estimates are from the system's own."""

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from benchbox.errors import BadOption, MissingExtra
from benchbox.interfaces import Denoiser, ExportableDenoiser
from benchbox.records import Samples, Spec
from benchbox.registry.discovery import Registry
from benchbox.registry.options import build
from benchbox.registry.specs import parse_spec
from benchbox.synthetic import speech_like
from benchbox.systems.system import load_system, one_thread

CLIPS = 10
SHORTEST_SECONDS, LONGEST_SECONDS = 0.2, 4.0


@dataclass(frozen=True)
class Exported:
    """What was written, and how exact it is."""

    sample_rate: int
    clips: int
    difference: float
    """The largest between two samples."""


def export_model(
    system: str, path: Path, registry: Registry, *, sample_rate: int | None = None, spectra: bool = False
) -> Exported:
    """Write a denoiser as an ONNX file and run both on clips of several lengths.

    Args:
        system: the folder of a trained one, or a spec.

    Raises:
        BadOption: it cannot be exported, or not at this rate.
        MissingExtra: what writes or runs ONNX files is not installed.
    """
    for library in ("onnx", "onnxruntime"):
        if find_spec(library) is None:
            raise MissingExtra(f'export needs the package {library}: pip install "benchbox-speech[onnx]"')
    if "/" in system or Path(system).exists():
        denoiser: Denoiser = load_system(Path(system), registry)
    else:
        denoiser = build(Denoiser, parse_spec(system), registry)
    if not isinstance(denoiser, ExportableDenoiser):
        raise BadOption(f"{system} cannot be exported: its class has no export (benchbox.interfaces)")
    rates = denoiser.sample_rates
    rate = sample_rate or rates[0]
    if rate not in rates:
        raise BadOption(f"{system} takes no {rate} Hz; valid: {', '.join(map(str, rates))}")
    if path.suffix != ".onnx":
        raise BadOption(f"{path}: the file is to be called something.onnx")
    path.parent.mkdir(parents=True, exist_ok=True)
    denoiser.export(path, rate, spectra=spectra)
    model = build(Denoiser, Spec("onnx", {"path": str(path)}), registry)
    differences = []
    with one_thread():
        for number in range(CLIPS):
            clip = _clip(number, rate)
            differences.append(np.abs(model.denoise(clip, rate) - denoiser.denoise(clip, rate)).max())
    return Exported(rate, CLIPS, float(max(differences)))


def _clip(number: int, sample_rate: int) -> Samples:
    rng = np.random.default_rng(number)
    seconds = np.linspace(SHORTEST_SECONDS, LONGEST_SECONDS, CLIPS)[number]
    length = round(seconds * sample_rate) + number
    noise = rng.normal(0, 0.02, length)
    noisy: Samples = (speech_like(length, rng, sample_rate) + noise).astype(np.float32)
    return noisy
