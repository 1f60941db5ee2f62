"""How the systems of a run learnt."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchbox.errors import BadRun
from benchbox.runs.curves import training_curves
from benchbox.runs.folder import Run
from benchbox.runs.manifest import Manifest


@pytest.fixture
def curve(run: Run, manifest: Manifest) -> Path:
    """Return where the curve of the system `half` lies."""
    facts = replace(manifest.systems["half"], trainable=True, folder="half-1")
    run.write_manifest(replace(manifest, systems={**manifest.systems, "half": facts}))
    (run.systems_folder / "half-1").mkdir(parents=True)
    return run.systems_folder / "half-1" / "curve.csv"


def test_the_curve_of_each_system_that_left_one_is_read(run: Run, curve: Path) -> None:
    assert training_curves(run) == {}
    curve.write_text("step,loss\n1,2\n2,1.5\n")
    ((name, found),) = training_curves(run).items()
    assert name == "half"
    assert found.to_dict("list") == {"step": [1.0, 2.0], "loss": [2.0, 1.5]}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("step,loss\n1,much\n", "could not convert string to float"),
        ("loss\n1\n", "it has no column named step"),
        ("", "No columns"),
    ],
)
def test_a_damaged_curve_is_named_with_what_goes_on_without_it(
    run: Run, curve: Path, text: str, says: str
) -> None:
    curve.write_text(text)
    with pytest.raises(BadRun, match=rf"half-1/curve.csv is damaged: .*{says}.*; --what leaves it out"):
        training_curves(run)
