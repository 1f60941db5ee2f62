"""How much faster than real time vqunet works on one thread, by torch and by ONNX Runtime.

    python benchmarks/speed/engines.py

CPU seconds, the best of five, for 10 s of audio; the two give the same samples to 1e-6.
"""

from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

import numpy as np

from benchbox.denoising.exporting import export_model
from benchbox.interfaces import Denoiser
from benchbox.records import Samples
from benchbox.registry.discovery import discover
from benchbox.registry.options import build
from benchbox.registry.specs import parse_spec
from benchbox.systems.system import one_thread

SPEC, SECONDS = "vqunet(preset=pretrained)", 10


def main() -> None:
    registry = discover()
    print("| rate | torch | ONNX Runtime | largest difference |\n|---|---|---|---|")
    for rate in (8000, 16000):
        noisy = np.random.default_rng(0).normal(0, 0.1, SECONDS * rate).astype(np.float32)
        with TemporaryDirectory() as folder, one_thread():
            model = Path(folder) / "vqunet.onnx"
            export_model(SPEC, model, registry, sample_rate=rate)
            engines = [SPEC, f"onnx(path={model})"]
            denoisers = [build(Denoiser, parse_spec(engine), registry) for engine in engines]
            one, other = (denoiser.denoise(noisy, rate) for denoiser in denoisers)
            torch, onnx = (SECONDS / _cpu_seconds(denoiser, noisy, rate) for denoiser in denoisers)
        print(f"| {rate} | {torch:.0f} x | {onnx:.0f} x | {np.abs(one - other).max():.1e} |")


def _cpu_seconds(denoiser: Denoiser, noisy: Samples, rate: int) -> float:
    spent = []
    for _ in range(5):
        began = process_time()
        denoiser.denoise(noisy, rate)
        spent.append(process_time() - began)
    return min(spent)


if __name__ == "__main__":
    main()
