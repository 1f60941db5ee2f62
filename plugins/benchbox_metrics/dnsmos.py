"""DNSMOS P.835, from an ONNX model that the user brings."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from hashlib import file_digest
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from benchbox.audio import resample
from benchbox.errors import BadOption, MissingExtra
from benchbox.interfaces import Metric
from benchbox.records import Measure, Samples
from benchbox_metrics.checks import check

_RATE = 16000
_LENGTH = round(9.01 * _RATE)
"""What the model hears at once; it moves on by a second."""

# Maps the model's outputs to ratings; Reddy et al. 2022, as published with the model. Constant term last.
_RATINGS = {
    "dnsmos_sig": (-0.08397278, 1.22083953, 0.0052439),
    "dnsmos_bak": (-0.13166888, 1.60915514, -0.39604546),
    "dnsmos_ovrl": (-0.06766283, 1.11546468, 0.04602535),
}


class DNSMOS(Metric):
    """Predict P.835 ratings of speech, background and overall, without a reference (Reddy et al. 2022).

    Needs `pip install onnxruntime` and Microsoft's sig_bak_ovr.onnx, which benchbox neither ships nor loads
    from the network.
    """

    def __init__(self, model: Annotated[Path, Field(description="the file sig_bak_ovr.onnx")]) -> None:
        if find_spec("onnxruntime") is None:
            raise MissingExtra("dnsmos needs the package onnxruntime: pip install onnxruntime")
        self.model = Path(model).expanduser()
        if not self.model.is_file():
            raise BadOption(
                f"dnsmos: {self.model} does not exist: download sig_bak_ovr.onnx from the folder DNSMOS of "
                "github.com/microsoft/DNS-Challenge and give its path as model=..."
            )

    def measures(self, sample_rate: int) -> Sequence[Measure]:
        return [Measure(name, unit="MOS") for name in _RATINGS]

    def prepare(self, clean: Samples, sample_rate: int) -> int:
        return sample_rate

    def score(self, reference: int, estimate: Samples) -> Mapping[str, float]:
        check(estimate, "estimate")
        speech = resample(estimate, reference, _RATE)
        speech = np.tile(speech, -(-_LENGTH // len(speech)))
        hops = int(len(speech) // _RATE - _LENGTH / _RATE) + 1
        raw = np.stack([self._hear(speech[hop * _RATE :][:_LENGTH]) for hop in range(hops)])
        return {
            name: float(np.polyval(polynomial, raw[:, output]).mean())
            for output, (name, polynomial) in enumerate(_RATINGS.items())
        }

    @property
    def identity(self) -> Mapping[str, str]:
        with self.model.open("rb") as model:
            digest = file_digest(model, "sha256").hexdigest()[:16]
        return {"library": f"onnxruntime {version('onnxruntime')}", "model": digest, "version": "1"}

    def _hear(self, speech: Samples) -> NDArray[np.float32]:
        (raw,) = self._session.run(None, {self._session.get_inputs()[0].name: speech[None]})
        return np.asarray(raw[0], np.float32)

    @cached_property
    def _session(self) -> Any:
        onnxruntime = import_module("onnxruntime")  # optional: type checkers need not find it
        one_thread = onnxruntime.SessionOptions()
        one_thread.intra_op_num_threads = one_thread.inter_op_num_threads = 1
        return onnxruntime.InferenceSession(self.model, one_thread, providers=["CPUExecutionProvider"])
