import pytest

from benchbox.errors import UnknownName
from benchbox.render import FORMATS, render, render_verdict
from tests.render.shapes import (
    MEASURES,
    table,
    verdict,
    without_scores,
)


def test_every_format_holds_every_system_and_measure() -> None:
    for name in FORMATS:
        text = render(table(), name).replace("\\_", "_")
        # A narrow terminal may break a long name.
        words = [measure.name for measure in MEASURES] + ["vqunet", "noisy", "oracle_mask", "spectral_sub("]
        assert [word for word in words if word not in text] == []
        assert text.endswith("\n")


def test_every_format_shows_missing_scores_without_inventing_numbers() -> None:
    for name in FORMATS:
        text = render(without_scores(), name)
        assert "nan" not in text.lower()
        assert "None" not in text


def test_an_unknown_format_is_named_with_the_valid_ones() -> None:
    with pytest.raises(UnknownName, match="no format 'markdwon'; did you mean 'markdown'"):
        render(table(), "markdwon")
    with pytest.raises(UnknownName, match="valid: json, markdown, rich"):
        render_verdict(verdict(), "latex")
