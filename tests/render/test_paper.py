"""A table for a paper, checked by its structure: as many cells in each row as the tabular has columns."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

import benchbox
from benchbox.leaderboard.table import Cell, Output, Row, Table
from benchbox.records import Measure
from benchbox.render.paper import render_paper
from benchbox.results.statistics import Interval

PESQ, SI_SDR = Measure("pesq_nb", bounds=(-0.5, 4.5)), Measure("si_sdr", "dB")
Means = Mapping[tuple[str, float | None], tuple[float | None, float | None]]
"""(system, SNR) -> the means of both measures."""
MEANS: Means = {
    ("noisy", -5.0): (1.2, -5.0),
    ("ours_50%", -5.0): (2.0, -1.04),
    ("base", -5.0): (1.9, -1.5),
    ("noisy", None): (1.5, 5.0),
    ("ours_50%", None): (2.5, None),
    ("base", None): (2.6, 9.0),
}
RANKS = {"pesq_nb": {"ours_50%": 1, "base": 1}, "si_sdr": {"ours_50%": 1, "base": 2}}


def tables(*places: str) -> dict[str, Table]:
    return {name: table(ranks, places) for name, ranks in RANKS.items()}


def table(ranks: Mapping[str, int], places: tuple[str, ...]) -> Table:
    before: list[tuple[str, ...]] = [(each,) for each in places] or [()]
    rows = tuple(
        Row(
            group=(*place, snr_db),
            system=system,
            kind="reference" if system == "noisy" else "system",
            rank=ranks.get(system),
            cells={"pesq_nb": cell(means[0], 0.05), "si_sdr": cell(means[1], 0.5)},
            n_ok=9,
            n_failed=0,
            parameters=None,
            real_time_factor=None,
            output=Output(None, None, None),
            training_seconds=None,
            cost=None,
        )
        for place in before
        for (system, snr_db), means in MEANS.items()
    )
    by = ("noise", "snr") if places else ("snr",)
    return Table(by, (PESQ, SI_SDR), "pesq_nb", 0.95, rows, ("Names: ours = vqunet(steps=5000).",))


def cell(mean: float | None, width: float) -> Cell:
    interval = None if mean is None else Interval(mean, mean - width, mean + width)
    return Cell(interval, None, 9, 9, 0)


def lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.endswith(r"\\")]


def width(line: str) -> int:
    spans = [int(span) - 1 for span in re.findall(r"\\multicolumn{(\d+)}", line)]
    return len(re.split(r"(?<!\\)&", line)) + sum(spans)


@pytest.mark.parametrize("places", [(), ("white", "babble")])
def test_it_is_one_tabular_with_a_column_a_measure_and_snr(places: tuple[str, ...]) -> None:
    text = render_paper(tables(*places))
    assert text.count(r"\begin{tabular}{lrrrr}") == text.count(r"\end{tabular}") == 1
    assert {width(line) for line in lines(text)} == {5}
    assert text.count("{") == text.count("}")
    assert [line for line in text.splitlines() if line.startswith(r"\cmidrule")] == [
        r"\cmidrule(lr){2-3} \cmidrule(lr){4-5}"
    ]
    assert r"system & $-5$ dB & own level & $-5$ dB & own level \\" in text
    assert all(rf"\textit{{{place}}}" in text for place in places)
    assert text.count(r"ours\_50\%") == max(1, len(places))
    assert "% Names: ours = vqunet(steps=5000)." in text


def test_the_best_is_bold_and_what_is_tied_with_it_underlined() -> None:
    text = render_paper(tables(), intervals=False)
    _, ours, base = (line for line in lines(text) if line.startswith("{}"))
    assert ours == r"{}ours\_50\% & \textbf{2.00} & \underline{2.50} & $\mathbf{-1.0}$ & -- \\"
    assert base == r"{}base & \underline{1.90} & \textbf{2.60} & $-1.5$ & \textbf{9.0} \\"


def test_intervals_and_digits_are_as_wanted() -> None:
    text = render_paper({"pesq_nb": tables()["pesq_nb"]}, digits=3)
    assert r"\textbf{2.000} {\scriptsize $\pm$0.050}" in text
    assert "si\\_sdr" not in text
    assert "scriptsize" not in render_paper(tables(), intervals=False)


def test_the_command_writes_it_and_refuses_what_makes_no_sense(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from typer.testing import CliRunner

    from benchbox.cli import app
    from benchbox.errors import BenchboxError

    monkeypatch.chdir(tmp_path)
    suite = benchbox.Suite(denoisers="ours=wiener", noises="white", snrs="0,5", metrics="si_sdr,nsr", limit=2)
    benchbox.run(suite, "run", in_process=True, examples=0)

    def call(*arguments: str) -> str:
        done = CliRunner().invoke(app, ["leaderboard", "run", *arguments])
        if isinstance(done.exception, BenchboxError):
            return str(done.exception)
        assert done.exit_code == 0, done.output
        return done.stdout

    text = call("--paper", "--measures", "nsr,si_sdr", "--no-intervals", "--decimals", "2", "--by", "noise")
    assert text.index("nsr") < text.index(r"si\_sdr")
    assert {width(line) for line in lines(text)} == {5}
    assert "ours = wiener" in text
    call("--paper", "--output", "t.tex")
    assert Path("t.tex").read_text().count(r"\begin{tabular}") == 1
    assert "no measure 'psq'" in call("--paper", "--measures", "psq")
    assert "names none" in call("--paper", "--measures", ",")
    assert "belong to --paper" in call("--decimals", "2")
    assert "belong to --paper" in call("--measures", "nsr")
    assert "--paper writes latex, not --format csv" in call("--paper", "--format", "csv")
