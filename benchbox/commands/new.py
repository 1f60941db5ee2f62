"""`benchbox new`: a complete plugin package to start from."""

import enum
from pathlib import Path
from typing import Annotated

import typer


class PluginKind(enum.StrEnum):
    denoiser = "denoiser"
    noise = "noise"
    metric = "metric"
    corpus = "corpus"


def add_to(app: typer.Typer) -> None:
    app.command()(new)


def new(
    kind: Annotated[PluginKind, typer.Argument(help="What it brings.")],
    name: Annotated[str, typer.Argument(help="What --denoisers (or another flag) will call it: my_gate.")],
    trainable: Annotated[bool, typer.Option("--trainable", help="One that learns, with torch.")] = False,
    output: Annotated[
        Path | None, typer.Option(help="A folder that is not there yet; by default benchbox-NAME.")
    ] = None,
) -> None:
    """Write a plugin package that installs, passes its tests and runs as it is, for you to change."""
    from benchbox.commands.plugins import installed
    from benchbox.scaffold.package import package, write

    texts = package(kind.value, name, trainable=trainable, registry=installed())
    folder = output or Path(f"benchbox-{name.replace('_', '-')}")
    write(texts, folder)
    [command] = [line for line in texts["README.md"].splitlines() if line.startswith("benchbox run --")]
    print(f'{folder} is ready:\n\n  cd {folder}\n  pip install -e ".[test]"\n  pytest\n  {command}')
