"""Pictures as wide as a paper's columns."""

import re
from pathlib import Path

import pandas as pd
import pytest

from benchbox.plots import PAPER_WIDTHS, plot_clip, plot_curves, plot_spectrograms, plot_training
from tests.plots.drawn import scores, size, table, tone


def points(pdf: Path) -> float:
    found = re.search(rb"/MediaBox \[ 0 0 ([\d.]+)", pdf.read_bytes())
    assert found
    return float(found[1])


def letters(svg: Path) -> set[float]:
    """Return the sizes of all letters, in points: an SVG's unit is one, too."""
    return {float(each) for each in re.findall(r"font: (?:[a-z]+ )*([\d.]+)px", svg.read_text())}


@pytest.mark.parametrize("width", list(PAPER_WIDTHS.values()))
def test_every_picture_has_the_asked_width_and_letters_of_7_and_8_points(
    width: float, tmp_path: Path
) -> None:
    curve = pd.DataFrame({"step": [1, 2], "loss": [1.0, 0.5], "validation_loss": [1.0, 0.6]})
    drawn = [
        plot_curves(table(scores(2)), tmp_path / "curves", width),
        plot_clip(tone(), 8000, tmp_path / "clip", width),
        plot_spectrograms(dict.fromkeys(["clean", "noisy", "a", "b"], tone()), 8000, tmp_path / "s", width),
        plot_training({"vqunet": curve}, tmp_path / "training", width),
    ]
    for png, svg, pdf in drawn:
        assert points(pdf) == pytest.approx(72 * width, abs=0.5)
        assert size(png)[0] == pytest.approx(300 * width, abs=1)
        assert letters(svg) <= {7.0, 8.0}, svg


def test_a_column_holds_fewer_panels_side_by_side_than_a_page(tmp_path: Path) -> None:
    heights = [
        size(plot_clip(tone(), 8000, tmp_path / name, width)[0])[1] for name, width in PAPER_WIDTHS.items()
    ]
    assert heights[0] > 2.5 * heights[1]


def test_every_system_and_noise_is_named_in_a_column(tmp_path: Path) -> None:
    whole = table(scores(3))
    text = plot_curves(whole, tmp_path / "curves", PAPER_WIDTHS["column"])[1].read_text()
    for name in {row.system for row in whole.rows} | {"noise0", "noise1", "noise2"}:
        assert name in text
    again = [plot_curves(whole, tmp_path / "a", PAPER_WIDTHS["column"])[1].read_bytes() for _ in range(2)]
    assert again[0] == again[1]
