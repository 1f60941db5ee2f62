import shlex

import pytest
import typer

from benchbox.commands.running import run as run_command
from benchbox.plan.suite import Suite
from benchbox.report.provenance import command_of


@pytest.mark.parametrize(
    "suite",
    [
        Suite(),
        Suite(denoisers="spectral_sub(over=[2, 3]),wiener", snrs="-5,2.5", limit=4, bounds=True, name="mine"),
        Suite(
            corpus="folder(path=\"a 'b' $c\")", train_snrs="-10,20", snr_definition="rms", seed=3, align=True
        ),
        Suite(denoisers="mine=wiener,log_mmse", snrs="2.1234567,1e-7,-0.5"),
    ],
    ids=["defaults", "lists", "quotes", "digits"],
)
def test_the_command_gives_the_same_suite(suite: Suite) -> None:
    app = typer.Typer()
    app.command()(run_command)
    program, name, *arguments = shlex.split(command_of(suite))
    assert (program, name) == ("benchbox", "run")
    context = typer.main.get_command(app).make_context("run", arguments)
    given = {key: value for key, value in context.params.items() if key in Suite.model_fields}
    assert Suite(**{key: value for key, value in given.items() if value is not None}) == suite
