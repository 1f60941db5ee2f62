"""Models in ONNX files."""

from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from benchbox.errors import BadOption, MissingExtra
from benchbox_adapters.framing import Window
from benchbox_adapters.layout import Shape
from benchbox_adapters.model import Features, ModelDenoiser, Output, Reading, Stage


class Onnx(ModelDenoiser):
    """Run an ONNX model, on audio or spectra, on whole clips or frame by frame: onnx(path=model.onnx).

    Shapes are read from the file: audio [.., time], or a spectrum with an axis of frequencies, one of frames
    and maybe one of two parts, in any order. A model that takes one frame, or a chunk of audio, is given one
    after the other; its further inputs are states, which start at zero and go on from the outputs of their
    shapes. What the file does not say is an option. Needs `pip install "benchbox-speech[onnx]"`.
    """

    def __init__(
        self,
        path: Annotated[
            Sequence[Path] | Path, Field(description="the file, or [several] that share their frames")
        ],
        sample_rate: Annotated[
            int | None, Field(ge=1000, le=768_000, description="Hz; none: what the file's metadata says")
        ] = None,
        features: Annotated[
            Features | None, Field(description="what it sees; none: guessed from the shape")
        ] = None,
        output: Annotated[
            Output | None,
            Field(description="what it says; none: a spectrum if it has two parts, else a mask"),
        ] = None,
        n_fft: Annotated[
            int | None, Field(ge=2, description="of a spectrum; none: from its frequencies")
        ] = None,
        hop: Annotated[
            int | None, Field(ge=1, description="between frames; none: half a frame, a whole one of audio")
        ] = None,
        window: Annotated[
            Window | None, Field(description="of a spectrum's frames, both ways; none: sqrt_hann")
        ] = None,
        delay: Annotated[int, Field(ge=0, description="samples that it lags behind; they are taken off")] = 0,
    ) -> None:
        if find_spec("onnxruntime") is None:
            raise MissingExtra('onnx needs the package onnxruntime: pip install "benchbox-speech[onnx]"')
        paths = [path] if isinstance(path, Path) else list(path)
        sessions = [Session(each) for each in paths]
        told = sessions[0].metadata
        rate = sample_rate or int(told.get("sample_rate", 0))
        if not rate:
            raise BadOption(f"{paths[0]} does not say its sample rate: write sample_rate=16000, say")
        reading = Reading(
            features or told.get("features"),
            output or told.get("output"),
            n_fft or int(told.get("n_fft", 0)) or None,
            hop or int(told.get("hop", 0)) or None,
            window or told.get("window", "sqrt_hann"),
        )
        # Only the first of several sees what `features` says: the others are told by their shapes.
        stages = [
            Stage(session, reading if not number else Reading(window=reading.window))
            for number, session in enumerate(sessions)
        ]
        super().__init__(paths, stages, rate, reading, delay)


class Session:
    """An ONNX file, opened on one thread."""

    def __init__(self, path: Path) -> None:
        if not path.expanduser().is_file():
            raise BadOption(f"{path} does not exist: check the path, relative ones start at {Path.cwd()}")
        runtime = import_module("onnxruntime")  # optional: type checkers need not find it
        options = runtime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session: Any = runtime.InferenceSession(
                path.expanduser(), options, providers=["CPUExecutionProvider"]
            )
        # It has a class of its own for each thing that may be wrong.
        except Exception as error:
            raise BadOption(
                f"{path} is no ONNX model that can be run: {str(error).splitlines()[0]}"
            ) from None
        self.inputs = _tensors(self._session.get_inputs(), path)
        self.outputs = _tensors(self._session.get_outputs(), path)
        self.metadata: dict[str, Any] = self._session.get_modelmeta().custom_metadata_map

    def run(self, tensors: Sequence[NDArray[np.float32]]) -> Sequence[NDArray[Any]]:
        names = [name for name, _ in self.inputs]
        answer: list[NDArray[Any]] = self._session.run(None, dict(zip(names, tensors, strict=True)))
        return answer


def _tensors(found: Sequence[Any], path: Path) -> Sequence[tuple[str, Shape]]:
    for tensor in found:
        if tensor.type != "tensor(float)":
            raise BadOption(f"{path}: {tensor.name!r} is a {tensor.type}; wants tensor(float)")
    return [(one.name, tuple(n if isinstance(n, int) else None for n in one.shape)) for one in found]
