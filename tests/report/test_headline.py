import pytest

from benchbox.leaderboard.table import Cell, Output, Row, Table
from benchbox.records import Measure
from benchbox.report.headline import separated
from benchbox.results.statistics import Interval

SI_SDR, NSR = Measure("si_sdr", "dB"), Measure("nsr", higher_is_better=False)


def row(name: str, rank: int | None, mean: float, delta: float, measure: Measure = SI_SDR) -> Row:
    cells = {measure.name: Cell(Interval(mean, None, None), Interval(delta, None, None), 4, 4, 0)}
    return Row(
        (),
        name,
        "reference" if rank is None else "system",
        rank,
        cells,
        4,
        0,
        None,
        None,
        Output(None, None, None),
        None,
        None,
    )


def table(*rows: Row, measure: Measure = SI_SDR) -> Table:
    return Table((), (measure,), measure.name, 0.95, rows, ())


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([], "No system has a score of si_sdr to be ranked by."),
        ([row("a", 1, 12.34, 7.3)], "a: si_sdr 12.3 dB, 7.3 dB above noisy."),
        (
            [row("a", 1, 12, 7), row("b", 2, 10, 5)],
            "a is ahead: si_sdr 12.0 dB, 7.0 dB above noisy and 2.0 dB from the next, b.",
        ),
        (
            [row("a", 1, 12, 7), row("b", 1, 11.9, 6.9)],
            "a and b are tied: a paired test cannot tell any two of them apart "
            "(si_sdr 12.0 dB, 7.0 dB above noisy).",
        ),
        (
            [row("a", 1, 12, 7), row("b", 2, 10, 5), row("c", 2, 9, 4), row("d", 4, 1, -4)],
            "a is ahead: si_sdr 12.0 dB, 7.0 dB above noisy and 2.0 dB from the next, b. "
            "Tied behind: b and c.",
        ),
        (
            [row("a", 1, 12, 7), row("b", 1, 12, 7), row("c", 3, 10, 5), row("d", 4, 1, -4)],
            "a and b are tied ahead: si_sdr 12.0 dB, 7.0 dB above noisy. A paired test separates the others.",
        ),
        (
            # c lost to a alone, and d to a and b: nobody says that c and d are apart.
            [row("a", 1, 12, 7), row("b", 1, 12, 7), row("c", 2, 10, 5), row("d", 3, 9, 4)],
            "a and b are tied ahead: si_sdr 12.0 dB, 7.0 dB above noisy.",
        ),
    ],
)
def test_one_sentence_says_who_is_ahead_and_who_is_tied(rows: list[Row], sentence: str) -> None:
    assert separated(table(row("noisy", None, 5, 0), *rows)) == sentence


def test_a_lower_score_is_said_to_be_below_noisy() -> None:
    assert separated(table(row("a", 1, 0.1, -0.5, NSR), measure=NSR)) == "a: nsr 0.100, 0.500 below noisy."
