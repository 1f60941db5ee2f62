"""`benchbox denoise`: clean up recordings."""

import os
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from benchbox.commands.completion import names
from benchbox.errors import BadAudio, BadOption, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchbox.interfaces import Denoiser


LIVE = "vqunet(preset=streaming)"
"""What denoises live audio when nobody says otherwise."""
_NAMED = 5
"""Files that were not touched, of which the names are told."""


def add_to(app: typer.Typer) -> None:
    app.command()(denoise)


def denoise(
    inputs: Annotated[
        list[str], typer.Argument(metavar="INPUT...", help="Files, folders or globs; - is stdin.")
    ],
    output: Annotated[
        str, typer.Argument(help="A file for one file, otherwise a folder; made if missing. - is stdout.")
    ],
    denoiser: Annotated[
        str | None,
        typer.Option(
            help="For example log_mmse; if not given, vqunet(preset=pretrained).",
            autocompletion=names("denoisers"),
        ),
    ] = None,
    system: Annotated[
        Path | None, typer.Option(help="A trained one: RUN/systems/LABEL, or what `benchbox train` made.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite outputs, never inputs.")] = False,
    strength: Annotated[
        float,
        typer.Option(
            min=0, max=1, metavar="0..1", help="0 leaves everything as it was, 1 is the denoiser alone."
        ),
    ] = 1.0,
    attenuation_limit: Annotated[
        float | None,
        typer.Option(min=0, metavar="DB", help="Take off this many dB of noise at most. \\[default: all]"),
    ] = None,
    stream: Annotated[
        bool,
        typer.Option(
            "--stream", help="Live: INPUT and OUTPUT are - (stdin, stdout) or files, written as it goes."
        ),
    ] = False,
    raw_rate: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="HZ",
            help="With --stream: no WAV but 16-bit mono samples of this rate, without a header.",
        ),
    ] = None,
) -> None:
    """Denoise wav, flac, ogg and mp3 files of 8 to 48 kHz, any length, mono or stereo.

    Outputs keep their input's rate, length, level and encoding; mp3 becomes wav. Of a folder, the files that
    are left alone are named at the end. From - to - the whole of stdin is denoised, then written as WAV.

    Longer files go through in blocks of 30 s that overlap by 3 s, each at a level of its own.

    The band above the denoiser's own is neither cut nor left noisy:
    what comes and goes with the noise removed below is subtracted there.

    What can be known beforehand is refused before anything is written (exit code 2).
    A file that fails later does not stop the others: it is named at the end (exit code 1).
    """
    if stream:
        if strength != 1 or attenuation_limit is not None:
            raise BadOption("--strength and --attenuation-limit are not for --stream: leave them out")
        _denoise_live(
            inputs, output, _choose(denoiser or (None if system else LIVE), system), raw_rate, force
        )
        return
    if raw_rate is not None:
        raise BadOption(f"--raw-rate {raw_rate} is for --stream: leave it out, or add --stream")
    with _piped(inputs, output) as (sources, target):
        settings = _Settings(denoiser, system, force, strength, attenuation_limit)
        _denoise_files(sources, target, settings, called=output)


@dataclass(frozen=True)
class _Settings:
    denoiser: str | None
    system: Path | None
    force: bool
    strength: float
    attenuation_limit: float | None


def _denoise_files(inputs: list[str], output: str, settings: _Settings, *, called: str) -> None:
    from benchbox.commands.running import progress_bars
    from benchbox.denoising.files import denoise_files, kept_share
    from benchbox.denoising.targets import pair, untouched

    pairs = pair(inputs, output, force=settings.force)
    chosen = _choose(settings.denoiser, settings.system)
    kept = kept_share(settings.strength, settings.attenuation_limit)
    started = perf_counter()
    try:
        with progress_bars() as report:
            batch = denoise_files(chosen, pairs, report, kept=kept)
    except KeyboardInterrupt:
        print("\ninterrupted; outputs that are there are whole", file=sys.stderr)
        raise typer.Exit(130) from None
    seconds = perf_counter() - started
    for target, clipped in batch.clipped.items():
        print(
            f"warning: {one_line(str(target))}: {clipped} samples were clipped at full scale", file=sys.stderr
        )
    for failure in batch.failures:
        print(f"failed: {one_line(failure)}", file=sys.stderr)
    done = f"{len(pairs) - len(batch.failures)} of {len(pairs)} denoised to {one_line(called)}"
    speed = f"{batch.seconds / seconds:.0f}x real time"
    # Nothing else may stand in stdout where the sound goes there.
    where = sys.stderr if called == "-" else sys.stdout
    print(f"{done}: {batch.seconds:.1f} s of audio in {seconds:.1f} s ({speed})", file=where)
    if left := untouched(inputs, output, pairs):
        named = ", ".join(one_line(str(file)) for file in left[:_NAMED])
        more = f" and {len(left) - _NAMED} more" if len(left) > _NAMED else ""
        print(f"not touched, {len(left)} files that are no audio it takes: {named}{more}", file=where)
    if batch.failures:
        raise typer.Exit(1)


@contextmanager
def _piped(inputs: list[str], output: str) -> "Iterator[tuple[list[str], str]]":
    """Give files in place of stdin and stdout; what is in the latter's goes there when the block succeeds."""
    if "-" not in (*inputs, output):
        yield inputs, output
        return
    if len(inputs) != 1:
        raise BadOption(f"- stands for one sound: name one INPUT, not {len(inputs)}")
    with TemporaryDirectory() as folder:
        source, target = Path(folder, "stdin.wav"), Path(folder, "stdout.wav")
        if inputs[0] == "-":
            source.write_bytes(sys.stdin.buffer.read())
        elif output == "-" and not Path(inputs[0]).expanduser().is_file():
            raise BadOption(f"- stands for one sound, and {inputs[0]} is no file")
        try:
            yield (
                [str(source) if inputs[0] == "-" else inputs[0]],
                str(target) if output == "-" else output,
            )
        except BadAudio as error:
            raise BadAudio(str(error).replace(str(source), "stdin")) from None
        if output == "-":
            sys.stdout.buffer.write(target.read_bytes())
            sys.stdout.buffer.flush()


def _denoise_live(
    inputs: list[str], output: str, denoiser: "Denoiser", raw_rate: int | None, force: bool
) -> None:
    from contextlib import ExitStack

    from benchbox.denoising.live import live
    from benchbox.systems.system import one_thread

    if len(inputs) != 1:
        raise BadOption(f"--stream takes one INPUT, - for stdin, not {len(inputs)}: {' '.join(inputs)}")
    if "-" not in (inputs[0], output) and os.path.realpath(inputs[0]) == os.path.realpath(output):
        raise BadOption(f"{output} is the input, which is never overwritten: name another OUTPUT")
    with ExitStack() as stack:
        source: BinaryIO = sys.stdin.buffer
        if inputs[0] != "-":
            source = stack.enter_context(Path(inputs[0]).open("rb"))
        stack.enter_context(one_thread())
        pieces = live(denoiser, source, raw_rate)
        header = next(pieces)  # Before there is an output.
        target: BinaryIO = sys.stdout.buffer
        if output != "-":
            target = stack.enter_context(Path(output).open("wb" if force else "xb"))
        try:
            for piece in chain([header], pieces):
                target.write(piece)
                target.flush()
        except BrokenPipeError:
            # Whoever listened has gone; what is left in the buffer goes nowhere.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _choose(denoiser: str | None, system: Path | None) -> "Denoiser":
    from benchbox.commands.plugins import installed
    from benchbox.denoising.files import DEFAULT, denoiser_for
    from benchbox.registry.specs import parse_spec
    from benchbox.systems.system import load_system

    registry = installed()
    if system is not None:
        if denoiser is not None:
            raise BadOption(f"--denoiser {denoiser} and --system {system} exclude each other: choose one")
        return load_system(system, registry)
    return denoiser_for(parse_spec(denoiser) if denoiser else DEFAULT, registry)
