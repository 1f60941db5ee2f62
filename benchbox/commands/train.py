"""`benchbox train`: train one system alone."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from benchbox.commands.completion import names
from benchbox.commands.outputs import output_folder
from benchbox.errors import one_line
from benchbox.plan.settings import SETTINGS


def add_to(app: typer.Typer) -> None:
    app.command()(train)


def train(
    denoiser: Annotated[
        str,
        typer.Argument(help="For example vqunet or 'unet(steps=5000)'.", autocompletion=names("denoisers")),
    ],
    output: Annotated[Path, typer.Option(help="Folder of the trained system.", callback=output_folder)],
    corpus: Annotated[
        str, typer.Option(help="For example 'folder(path=my/speech)'.", autocompletion=names("corpora"))
    ] = SETTINGS["corpus"].shown,
    noises: Annotated[
        str | None,
        typer.Option(
            help="For example white,'recorded(path=my/noise)'.",
            show_default=f"{SETTINGS['noises'].shown}; of pairs, those they were recorded in",
            autocompletion=names("noises"),
        ),
    ] = None,
    snrs: Annotated[str, typer.Option(help="Lowest and highest SNR, dB, as --snrs=-5,15.")] = SETTINGS[
        "train_snrs"
    ].shown,
    seed: Annotated[int, typer.Option(min=0, help="Decides every example and the first weights.")] = 0,
    threads: Annotated[
        int, typer.Option(min=1, help="Of torch. Another number gives (a little) other weights.")
    ] = 1,
    resume: Annotated[bool, typer.Option("--resume", help="Continue an unfinished training.")] = False,
) -> None:
    """Train one system alone, into a folder that `benchbox denoise --system` takes and that may be copied.

    A training that was stopped goes on from its last checkpoint with --resume,
    to the weights that it would have had.
    """
    from benchbox.commands.plugins import installed
    from benchbox.commands.running import progress_bars
    from benchbox.files import remove_unfinished
    from benchbox.records import Progress
    from benchbox.runs.lock import held
    from benchbox.systems.alone import Training, claim
    from benchbox.systems.system import train as train_system

    registry = installed()
    training = Training.read(
        denoiser, registry, corpus=corpus, noises=noises, snrs=_range(snrs), seed=seed, threads=threads
    )
    folder = one_line(str(output))
    if not claim(output, training, resume=resume):
        print(f"{folder} holds this training, finished: `benchbox denoise --system {folder} IN OUT` uses it")
        return
    try:
        with progress_bars() as report, held(output):
            remove_unfinished(output)

            def progress(state: Progress) -> None:
                note = "  ".join(f"{name} {value:.3g}" for name, value in state.facts.items())
                report(f"train {training.system.label}", state.step, state.steps, note)

            trained = train_system(
                training.system, training.data, output, registry, progress, threads=threads
            )
    except KeyboardInterrupt:
        print(
            "\ninterrupted; the same command with --resume goes on from the last checkpoint", file=sys.stderr
        )
        raise typer.Exit(130) from None
    print(f"trained in {trained.training_seconds} s; `benchbox denoise --system {folder} IN OUT` uses it")


def _range(text: str) -> tuple[float, float]:
    from benchbox.errors import BadOption

    try:
        low, high = (float(part) for part in text.split(","))
    except ValueError:
        low, high = 1.0, 0.0
    if not -60 <= low <= high <= 100:
        raise BadOption(f"--snrs {text!r}: wants lowest,highest between -60 and 100 dB, such as --snrs=-5,15")
    return low, high
