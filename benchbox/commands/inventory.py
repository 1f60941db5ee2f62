"""`benchbox list` and `benchbox info`: what is installed, and what one plugin can be told."""

import enum
import inspect
import json
from typing import TYPE_CHECKING, Annotated

import typer

from benchbox.commands.completion import names
from benchbox.commands.plugins import installed
from benchbox.errors import UnknownName, one_line

if TYPE_CHECKING:
    from benchbox.registry.discovery import Plugin


class Kind(enum.StrEnum):
    denoisers = "denoisers"
    noises = "noises"
    metrics = "metrics"
    corpora = "corpora"


class ListFormat(enum.StrEnum):
    rich = "rich"
    json = "json"


def add_to(app: typer.Typer) -> None:
    app.command("list")(list_plugins)
    app.command()(info)


def list_plugins(
    kind: Annotated[Kind | None, typer.Argument(help="Only these.")] = None,
    form: Annotated[
        ListFormat, typer.Option("--format", help="For people or for programs.")
    ] = ListFormat.rich,
) -> None:
    """Show the installed denoisers, noises, metrics and corpora."""
    from benchbox.registry.discovery import SINGULAR

    registry = installed()
    kinds = [kind.value] if kind else list(SINGULAR)
    if form is ListFormat.json:
        listed = [_facts(plugin) for each in kinds for plugin in registry.plugins[each].values()]
        print(json.dumps(listed, indent=2))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for heading in ("kind", "name", "what it is", "from"):
        table.add_column(heading)
    for each in kinds:
        for plugin in sorted(registry.plugins[each].values(), key=lambda plugin: plugin.name):
            source = f"{plugin.distribution} {plugin.version}"
            texts = (
                Text(plugin.name, "bold"),
                Text(one_line(_summary(plugin))),
                Text(one_line(source), "dim"),
            )
            table.add_row(SINGULAR[each], *texts)
    Console().print(table)
    print("\n`benchbox info NAME` shows the options of one.")


def info(
    name: Annotated[str, typer.Argument(help="A plugin's name, or file.py:name.", autocompletion=names())],
) -> None:
    """Explain one plugin: what it is and its options with types and defaults."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from benchbox.registry.discovery import SINGULAR
    from benchbox.registry.options import options_of
    from benchbox.registry.references import is_reference, kinds_at

    registry = installed()
    if is_reference(name):
        found = [registry.find(kind, name) for kind in kinds_at(name)]
    else:
        found = [plugins[name] for plugins in registry.plugins.values() if name in plugins]
    if not found:
        raise UnknownName(
            "plugin", name, {known for plugins in registry.plugins.values() for known in plugins}
        )
    console = Console()
    for plugin in found:
        source = f"{SINGULAR[plugin.kind]}, from {plugin.distribution} {plugin.version}".rstrip()
        console.print(Text.assemble((plugin.name, "bold"), f" ({one_line(source)})\n"))
        for line in (inspect.getdoc(plugin.factory) or "").splitlines():
            console.print(one_line(line), markup=False, highlight=False)
        table = Table("option", "type", "default", "what it does", box=None, pad_edge=False)
        for option in options_of(plugin.factory):
            facts = (option.type, option.default, option.description)
            table.add_row(Text(option.name, "bold"), *(Text(one_line(fact)) for fact in facts))
        if table.row_count:
            console.print()
            console.print(table)


def _summary(plugin: "Plugin") -> str:
    return (inspect.getdoc(plugin.factory) or "").partition("\n")[0]


def _facts(plugin: "Plugin") -> dict[str, str]:
    return {
        "kind": plugin.kind,
        "name": plugin.name,
        "summary": _summary(plugin),
        "distribution": plugin.distribution,
        "version": plugin.version,
    }
