"""Models in TorchScript files."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from benchbox.errors import BadOption
from benchbox_adapters.framing import Window
from benchbox_adapters.layout import Shape
from benchbox_adapters.model import Features, ModelDenoiser, Output, Reading, Stage


class TorchScript(ModelDenoiser):
    """Run a TorchScript model, on audio or spectra: torchscript(path=model.pt, sample_rate=16000).

    As `onnx`, but that the file tells no shapes: `shape` is that of the audio or the spectrum, `states` those
    of further inputs, which come back as further outputs. It runs on the CPU.
    """

    def __init__(
        self,
        path: Annotated[Path, Field(description="the file")],
        sample_rate: Annotated[int, Field(ge=1000, le=768_000, description="Hz")],
        shape: Annotated[
            Sequence[int], Field(description="of the first input; 0 is any size: [1,0], [1,257,1,2]")
        ] = (1, 0),
        states: Annotated[
            Sequence[Sequence[int]], Field(description="shapes of the further inputs: [[1,64],[1,32]]")
        ] = (),
        features: Annotated[
            Features | None, Field(description="what it sees; none: guessed from the shape")
        ] = None,
        output: Annotated[
            Output | None, Field(description="what it says; none: a spectrum of two parts, or a mask")
        ] = None,
        n_fft: Annotated[
            int | None, Field(ge=2, description="of a spectrum; none: by its frequencies")
        ] = None,
        hop: Annotated[
            int | None, Field(ge=1, description="between frames; none: half a frame, a whole one of audio")
        ] = None,
        window: Annotated[Window, Field(description="of a spectrum's frames, both ways")] = "sqrt_hann",
        delay: Annotated[int, Field(ge=0, description="samples that it lags behind; they are taken off")] = 0,
    ) -> None:
        reading = Reading(features, output, n_fft, hop, window)
        script = Script(path, _shape(shape), [_shape(state) for state in states])
        super().__init__([path], [Stage(script, reading)], sample_rate, reading, delay)


class Script:
    """A TorchScript file, with the shapes that it does not tell."""

    def __init__(self, path: Path, shape: Shape, states: Sequence[Shape]) -> None:
        import torch

        if not path.expanduser().is_file():
            raise BadOption(f"{path} does not exist: check the path, relative ones start at {Path.cwd()}")
        try:
            module: Any = torch.jit.load(str(path.expanduser()), "cpu")  # type: ignore[no-untyped-call]
        except RuntimeError as error:
            told = str(error).splitlines()[0]
            raise BadOption(f"{path} is no TorchScript model that can be run: {told}") from None
        self._module = module.eval()
        kept = [(f"state {number}", state) for number, state in enumerate(states)]
        self.inputs: Sequence[tuple[str, Shape]] = [("input", shape), *kept]
        self.outputs: Sequence[tuple[str, Shape]] = [("output", shape), *kept]

    def run(self, tensors: Sequence[NDArray[np.float32]]) -> Sequence[NDArray[Any]]:
        import torch

        with torch.inference_mode():
            answer = self._module(*(torch.tensor(tensor) for tensor in tensors))
        parts = answer if isinstance(answer, tuple | list) else [answer]
        return [part.numpy() for part in parts]


def _shape(sizes: Sequence[int]) -> Shape:
    return tuple(size or None for size in sizes)
