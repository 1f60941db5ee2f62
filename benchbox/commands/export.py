"""`benchbox export`: a trained network as an ONNX file."""

from pathlib import Path
from typing import Annotated

import typer

LARGEST_DIFFERENCE = 1e-4
"""Between samples of the file's estimates and of the denoiser's own."""


def add_to(app: typer.Typer) -> None:
    app.command()(export)


def export(
    system: Annotated[
        str,
        typer.Argument(help="A trained one, RUN/systems/LABEL, or a spec: 'vqunet(preset=pretrained)'."),
    ],
    output: Annotated[Path, typer.Argument(help="The .onnx file.")],
    sample_rate: Annotated[
        int | None, typer.Option(help="Hz, of those that it takes; by default the first.")
    ] = None,
    spectra: Annotated[
        bool, typer.Option("--spectra", help="Leave the STFT out: real and imaginary parts in, and out.")
    ] = False,
) -> None:
    """Write a network as an ONNX model, and check it on ten clips against the denoiser itself.

    Audio is [batch, time]; spectra are [batch, 2, frequency, frame]. Opset 17, float32, any length.
    `--denoisers "onnx(path=model.onnx)"` compares it. Needs pip install "benchbox-speech[onnx]".

    Exits with 1 where a sample differs by more than 1e-4.
    """
    from benchbox.commands.plugins import installed
    from benchbox.denoising.exporting import export_model

    exported = export_model(system, output, installed(), sample_rate=sample_rate, spectra=spectra)
    print(
        f"{output}: {output.stat().st_size / 1e6:.1f} MB, {exported.sample_rate} Hz; differs by "
        f"{exported.difference:.1g} at most on {exported.clips} clips"
    )
    if exported.difference > LARGEST_DIFFERENCE:
        raise typer.Exit(1)
