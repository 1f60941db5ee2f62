"""Published figures as text."""

from benchbox.leaderboard.published import Published, Quoted
from benchbox.render.published import below

FIGURES = Published(
    test_set="a_b",
    source="a table",
    identity="what is known",
    rows=(
        Quoted("first", 1_105_000, 3.1, 0.95, 19.0, "by its authors", "A paper"),
        Quoted("second", 22_000, 2.9, 0.9, 18.0, "by others", "A paper"),
    ),
)


def test_figures_are_told_with_the_digits_that_they_are_published_with_and_each_paper_once() -> None:
    text = below(FIGURES, markdown=False)
    (line,) = (line for line in text.splitlines() if line.startswith("first"))
    assert line.split()[:5] == ["first", "3.10", "0.950", "19.0", "1,105,000"]
    assert text.count("A paper.") == 1
    assert "- Test set: a_b." in text


def test_figures_in_markdown_are_a_table_below_a_line() -> None:
    text = below(FIGURES, markdown=True)
    assert text.startswith("\n---\n\n**Published, not measured here**\n")
    assert len([line for line in text.splitlines() if line.startswith("|")]) == 4
