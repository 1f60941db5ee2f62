"""The settings of a suite as flags of a command, one each, with their defaults in `--help`."""

import inspect
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

import typer

from benchbox.commands.completion import names
from benchbox.plan.settings import SETTINGS, Setting

C = TypeVar("C", bound=Callable[..., None])


def with_settings(command: C) -> C:
    """Give a command a flag for each setting; it gets them in its `**settings`, None where not given."""
    own = [
        parameter
        for parameter in inspect.signature(command).parameters.values()
        if parameter.kind is not parameter.VAR_KEYWORD
    ]
    first, rest = own[:1], own[1:]
    flags = [_flag(name, setting) for name, setting in SETTINGS.items()]
    keyword_only = [parameter.replace(kind=parameter.KEYWORD_ONLY) for parameter in (*flags, *rest)]
    # What typer reads instead of the written parameters.
    command.__signature__ = inspect.Signature([*first, *keyword_only])  # type: ignore[attr-defined]
    return command


def _flag(name: str, setting: Setting) -> inspect.Parameter:
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=_annotation(name, setting)
    )


def _annotation(name: str, setting: Setting) -> Any:
    flag = f"--{name.replace('_', '-')}"
    example = f", for example {setting.example}" if setting.example else ""
    text = f"{setting.description[0].upper()}{setting.description[1:]}{example}."
    help = f"{text} [default: {setting.shown}]".replace("[", "\\[")
    if isinstance(setting.default, bool):
        # The second switches off what a suite file switches on.
        return Annotated[bool | None, typer.Option(f"{flag}/--no-{flag[2:]}", help=help)]
    complete = names(setting.plugins) if setting.plugins else None
    return Annotated[str | None, typer.Option(flag, help=help, autocompletion=complete)]
