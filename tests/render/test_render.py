import csv
import json
import re
from dataclasses import fields, replace
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from benchbox.errors import UnknownName
from benchbox.gate.verdict import Comparison, NewFailures, Verdict
from benchbox.leaderboard.table import Cell, Group, Output, Row, Spread, Table
from benchbox.records import Cost, Measure
from benchbox.render import FORMATS, VERDICT_FORMATS, numbers, render, render_verdict
from benchbox.render.terminal import Leaderboard
from benchbox.render.verdict import Report
from benchbox.results.statistics import Interval

PESQ = Measure("pesq_nb", bounds=(-0.5, 4.5))
STOI = Measure("stoi", bounds=(0.0, 1.0))
SI_SDR = Measure("si_sdr", "dB")
NSR = Measure("nsr", higher_is_better=False, bounds=(0.0, None))
MEASURES = (PESQ, STOI, SI_SDR, NSR)
MEANS = {
    "noisy": (1.6, 0.82, 5.0, 0.3),
    "vqunet": (2.4321, 0.862, 12.9, 0.058),
    "spectral_sub(over=3.0, floor=0.02)": (1.9, 0.83, 9.0, 0.15),
    "oracle_mask": (3.6, 0.97, 18.0, 0.01),
}
IN_PLACE = Output(Spread(0.0, 0.0), Spread(-0.4, 0.2), 1.0)
NOTHING = Output(None, None, None)
LATE = Output(Spread(160.0, 0.0), Spread(-20.04, 0.3), -1.0)
NETWORK = Cost(
    parameters=512_345,
    macs_per_second_network=1.2e9,
    macs_per_second_total=1.31e9,
    macs_coverage="counted convolution; not counted relu",
    real_time_factor_p50=0.0134,
    real_time_factor_p95=0.0182,
    algorithmic_delay_ms=31.6,
    checkpoint_bytes=2_100_000,
    peak_memory_mb=217.4,
)
WITHOUT_TORCH = Cost(None, None, None, None, 0.0061, 0.0069, None, None, 7.02)
COSTS = {"noisy": WITHOUT_TORCH, "vqunet": NETWORK, "spectral_sub(over=3.0, floor=0.02)": WITHOUT_TORCH}
NOTES = ("95% intervals, 3 of 4 & more.", "vqunet | unet are tied.")


def cell(mean: float, delta: float | None, width: float) -> Cell:
    interval = None if delta is None else Interval(delta, delta - width / 2, delta + width / 2)
    return Cell(Interval(mean, mean - width, mean + width), interval, 20, 20, 0)


def row(system: str, group: Group = (), measures: tuple[Measure, ...] = MEASURES) -> Row:
    widths = (0.06, 0.008, 0.5, 0.004)
    deltas = [
        None if system == "noisy" else a - b for a, b in zip(MEANS[system], MEANS["noisy"], strict=True)
    ]
    cells = [cell(*values) for values in zip(MEANS[system], deltas, widths, strict=True)]
    return Row(
        group=group,
        system=system,
        kind={"noisy": "reference", "oracle_mask": "bound"}.get(system, "system"),  # type: ignore[arg-type]
        rank={"vqunet": 1, "spectral_sub(over=3.0, floor=0.02)": 2}.get(system),
        cells={measure.name: cells[number % 4] for number, measure in enumerate(measures)},
        n_ok=20,
        n_failed=0,
        parameters=512_345 if system == "vqunet" else None,
        real_time_factor=0.0213,
        output=IN_PLACE,
        training_seconds=480.0 if system == "vqunet" else None,
        cost=None,
    )


def table(
    groups: tuple[Group, ...] = ((),), by: tuple[str, ...] = (), measures: tuple[Measure, ...] = MEASURES
) -> Table:
    rows = tuple(row(system, group, measures) for group in groups for system in MEANS)
    return Table(by, measures, "pesq_nb", 0.95, rows, NOTES)


def without_scores() -> Table:
    empty = Cell(None, None, 0, 0, 4)
    one = Cell(Interval(1.5, None, None), None, 1, 1, 0)
    rows = (
        Row((), "noisy", "reference", None, {"stoi": one}, 1, 0, None, None, IN_PLACE, None, None),
        Row((), "broken", "system", None, {"stoi": empty}, 0, 4, None, None, NOTHING, None, None),
    )
    return Table((), (STOI,), "stoi", 0.95, rows, ())


def with_facts(shape: Table, *, costs: bool = True, late: str = "vqunet") -> Table:
    rows = [
        replace(
            row,
            cost=COSTS.get(row.system) if costs else None,
            output=LATE if row.system == late else row.output,
        )
        for row in shape.rows
    ]
    return replace(shape, rows=tuple(rows))


GROUPED = table(groups=(("white", -5.0), ("car", None)), by=("noise", "snr"))


def shown(renderable: Any, width: int) -> str:
    console = Console(width=width, file=StringIO(), record=True)
    console.print(renderable)
    return console.export_text()


@pytest.mark.parametrize("width", [80, 100, 140, 200])
@pytest.mark.parametrize(
    "shape", [table(), GROUPED, table(measures=MEASURES * 3), without_scores(), with_facts(GROUPED)]
)
def test_a_terminal_table_fits_and_cuts_no_number(shape: Table, width: int) -> None:
    lines = shown(Leaderboard(shape), width).splitlines()
    assert max(map(len, lines)) <= width
    assert not any("…" in line for line in lines)


def test_a_narrow_terminal_shows_four_measures_side_by_side() -> None:
    (line,) = (line for line in shown(Leaderboard(table()), 80).splitlines() if line.startswith("1  vqunet"))
    assert re.findall(r"[\d.]+±[\d.]+", line) == ["2.43±0.06", "0.862±0.008", "12.9±0.5", "0.058±0.004"]


def notes_of(shape: Table, width: int = 80) -> list[str]:
    lines = shown(Leaderboard(shape, explain=False), width).splitlines()
    return lines[next(number for number, line in enumerate(lines) if line.startswith("·")) :]


@pytest.mark.parametrize("width", [80, 120, 200])
@pytest.mark.parametrize("words", [3, 14, 30, 100])
def test_the_first_screen_has_four_lines_of_notes_and_one_that_names_the_rest(words: int, width: int) -> None:
    notes = tuple(f"{number}: {'word ' * words}".strip() for number in range(6))
    lines = notes_of(replace(table(), notes=notes, warnings=notes[:5]), width)
    assert 2 <= len(lines) <= 5
    assert lines[0].startswith("· 0: word")
    assert lines[-1].rstrip().endswith(": --explain")
    whole = sum(line.startswith("·") for line in lines) - 1
    hidden = max(0, 5 - whole)
    assert (f"· {hidden} more warning" in lines[-1]) == (hidden > 0)


def test_short_notes_are_all_on_the_first_screen() -> None:
    text = " ".join(" ".join(notes_of(table())).split())
    assert text == f"· {NOTES[0]} · {NOTES[1]} · what the numbers mean and 0 more notes: --explain"


def test_a_wide_terminal_shows_everything_of_a_system_on_one_line() -> None:
    (line,) = (line for line in shown(Leaderboard(table()), 160).splitlines() if line.startswith("1  vqunet"))
    for part in ("1", "2.43 ±0.06", "+0.83", "-0.242", "20 / 0", "512 k", "0.021"):
        assert part in line


def test_a_terminal_too_narrow_for_all_measures_shows_them_in_parts() -> None:
    many = tuple(Measure(f"measure_{number}", bounds=(0.0, 1.0)) for number in range(12))
    text = shown(Leaderboard(table(measures=many)), 80)
    assert all(f"measure_{number} ↑" in text for number in range(12))


def test_decimal_points_stand_below_each_other() -> None:
    lines = shown(Leaderboard(table()), 140).splitlines()
    points = {line.index(".", line.index("±") - 6) for line in lines if "±0.06" in line}
    assert len(points) == 1


def test_the_best_is_bold_and_sure_gains_are_green() -> None:
    console = Console(width=160, file=StringIO(), force_terminal=True, color_system="standard")
    console.print(Leaderboard(table()))
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert "\x1b[1m 2.43" in text or "\x1b[1m2.43" in text
    assert "\x1b[1m3.60" not in text  # a bound is no winner
    assert re.search(r"\x1b\[32m *\+0\.83", text)
    assert re.search(r"\x1b\[32m *-0\.242", text)  # lower is better


def test_every_format_holds_every_system_and_measure() -> None:
    for name in FORMATS:
        text = render(table(), name).replace("\\_", "_")
        # A narrow terminal may break a long name.
        words = [measure.name for measure in MEASURES] + ["vqunet", "noisy", "oracle_mask", "spectral_sub("]
        assert [word for word in words if word not in text] == []
        assert text.endswith("\n")


def line_of(text: str, system: str, after: str) -> str:
    """Return the line that starts with a system, of what follows a heading."""
    (line, *_) = (line for line in text[text.index(after) :].splitlines() if system in line)
    return line


def test_costs_stand_in_a_table_of_their_own_instead_of_the_timings() -> None:
    shape = with_facts(table(), late="nobody")
    text = shown(Leaderboard(shape), 140)
    line = " ".join(line_of(text, "vqunet", "MACs/s").split())
    assert line == "vqunet 512 k 1.2 G / 1.31 G 0.013 / 0.018 32 217 2.1 MB 8 min"
    spectral = " ".join(line_of(text, "spectral_sub", "MACs/s").split())
    assert spectral.replace(numbers.DASH, "?").endswith(") ? ? 0.0061 / 0.0069 utterance 7.0 ? ?")
    assert "0.021" not in text
    assert "oracle_mask" not in text[text.index("MACs/s") :]
    markdown = render(shape, "markdown")
    assert "| 1.2 G / 1.31 G " in line_of(markdown, "| vqunet ", "MACs/s (network / total)")
    assert "real-time factor" not in markdown
    latex = render(shape, "latex")
    assert latex.count(r"\begin{tabular}") == latex.count(r"\end{tabular}") == 2
    assert "1.2 G / 1.31 G & 0.013 / 0.018 & 32 & 217 & 2.1 MB & 8 min" in latex


def test_a_narrow_terminal_shows_all_costs_side_by_side() -> None:
    text = shown(Leaderboard(with_facts(table(), late="nobody")), 80)
    assert text.count("───\n") == 2
    assert re.search(r"vqunet +512 k +1\.2 G +0\.013 +32 +217 +2\.1 MB +8 min", text)


def test_costs_are_told_once_whatever_the_groups() -> None:
    for name in ("rich", "markdown", "latex"):
        text = render(with_facts(GROUPED), name)
        assert text.count("2.1 MB") == 1


def test_a_late_system_shows_delay_gain_and_polarity_of_all() -> None:
    shape = with_facts(table(), costs=False)
    line = " ".join(line_of(shown(Leaderboard(shape), 100), "vqunet", "delay").split())
    assert line == "vqunet 160.0 ±0.0 -20.0 ±0.3 -"
    assert " ".join(line_of(shown(Leaderboard(shape), 100), "noisy", "delay").split()).endswith("-0.4 ±0.2 +")
    assert "| 160.0 ±0.0 " in line_of(render(shape, "markdown"), "| vqunet ", "delay (samples)")
    assert r"vqunet & 160.0 $\pm$0.0 & $-20.0 \pm 0.3$ & $-$ \\" in render(shape, "latex")


def test_delay_gain_and_polarity_are_not_shown_where_they_are_no_news() -> None:
    shape = with_facts(table(), costs=False, late="oracle_mask")  # a bound
    assert not any("delay" in render(shape, name) for name in ("rich", "markdown", "latex"))


@pytest.mark.parametrize(
    ("output", "news"),
    [
        (Output(Spread(0.9, 3.0), Spread(1.0, 2.0), 1.0), False),
        (Output(Spread(-1.0, 0.0), Spread(0.0, 0.0), 1.0), True),
        (Output(Spread(0.0, 0.0), Spread(-1.1, 0.0), 1.0), True),
        (Output(Spread(0.0, 0.0), Spread(0.0, 0.0), 0.9), True),
        (NOTHING, False),
    ],
)
def test_news_is_a_sample_a_decibel_or_a_turned_clip(output: Output, news: bool) -> None:
    assert output.is_news == news


def test_some_clips_upside_down_are_told_as_their_part() -> None:
    mixed = Output(Spread(0.0, 0.0), None, 0.5)
    rows = tuple(replace(row, output=mixed) for row in table().rows)
    line = " ".join(line_of(shown(Leaderboard(replace(table(), rows=rows)), 100), "vqunet", "delay").split())
    assert line == f"vqunet 0.0 ±0.0 {numbers.DASH} 25% -"


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


def test_markdown_is_a_table_with_arrows_units_bold_winners_and_notes() -> None:
    lines = render(table(), "markdown").splitlines()
    assert "si_sdr ↑ (dB)" in lines[0]
    assert "nsr ↓" in lines[0]
    (line,) = (line for line in lines if "| vqunet " in line)
    assert "**2.43** [2.37, 2.49] +0.83" in line
    assert "**3.60**" not in "".join(lines)
    assert r"- vqunet \| unet are tied." in lines
    columns = {line.count("|") - 2 * line.count(r"\|") for line in lines if line.startswith("|")}
    assert len(columns) == 1


def test_markdown_repeats_the_group_on_every_row() -> None:
    lines = [line for line in render(GROUPED, "markdown").splitlines() if line.startswith("|")]
    assert [line.split("|")[1:3] for line in lines[2:]] == [[" white   ", " -5 dB     "]] * 4 + [
        [" car     ", " own level "]
    ] * 4


def test_csv_holds_full_precision_and_leaves_missing_fields_empty() -> None:
    rows = {row["system"]: row for row in csv.DictReader(StringIO(render(table(), "csv")))}
    assert float(rows["vqunet"]["pesq_nb"]) == 2.4321
    assert float(rows["vqunet"]["pesq_nb_low"]) == 2.4321 - 0.06
    assert float(rows["vqunet"]["nsr_delta"]) == 0.058 - 0.3
    assert rows["noisy"]["pesq_nb_delta"] == ""
    assert (rows["noisy"]["rank"], rows["vqunet"]["rank"]) == ("", "1")
    assert rows["oracle_mask"]["kind"] == "bound"
    (first, *_) = csv.DictReader(StringIO(render(GROUPED, "csv")))
    assert (first["noise"], first["snr"]) == ("white", "-5.0")


def test_csv_and_json_always_hold_the_output_and_the_training_and_costs_where_measured() -> None:
    (_, line, *_) = csv.DictReader(StringIO(render(table(), "csv")))
    assert [line[name] for name in ("delay_samples", "gain_db", "gain_db_half_range", "polarity")] == [
        "0.0",
        "-0.4",
        "0.2",
        "1.0",
    ]
    assert line["training_seconds"] == "480.0"
    assert "checkpoint_bytes" not in line
    (_, line, other, *_) = csv.DictReader(StringIO(render(with_facts(table()), "csv")))
    assert {field.name for field in fields(Cost)} < set(line)
    assert (line["checkpoint_bytes"], line["parameters"]) == ("2100000", "512345")
    assert other["macs_per_second_total"] == ""
    row = json.loads(render(with_facts(table()), "json"))["rows"][1]
    assert row["output"]["delay_samples"] == {"median": 160.0, "half_range": 0.0}
    assert row["output"]["polarity"] == -1.0
    assert row["cost"]["real_time_factor_p95"] == 0.0182


def test_json_is_strict_and_complete() -> None:
    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    content = json.loads(render(GROUPED, "json"), parse_constant=refuse)
    assert content["schema"] == 1
    assert content["rows"][4]["group"] == {"noise": "car", "snr": None}
    assert content["rows"][1]["cells"]["pesq_nb"]["mean"] == {
        "mean": 2.4321,
        "low": 2.4321 - 0.06,
        "high": 2.4321 + 0.06,
    }
    assert content["notes"] == list(NOTES)


def test_latex_escapes_and_balances() -> None:
    text = render(table(), "latex")
    body = "\n".join(line for line in text.splitlines() if not line.startswith("%"))
    assert r"\begin{tabular}{rlllllrr}" in body
    assert r"pesq\_nb $\uparrow$" in body
    assert r"\textbf{2.43} {\scriptsize [2.37, 2.49]}" in body
    assert not re.search(r"(?<!\\)[_%#]", body)
    assert body.count("{") == body.count("}")
    assert {line.count("&") for line in body.splitlines() if "&" in line} == {7}
    assert r"\textit{white, -5 dB}" in render(GROUPED, "latex")


def test_latex_survives_every_special_character() -> None:
    odd = table().rows[1]
    odd = Row(**{**vars(odd), "system": r"a_b(path=\x{50%}~^&#$)"})
    text = render(Table((), MEASURES, "pesq_nb", 0.95, (odd,), ()), "latex")
    assert r"a\_b(path=\textbackslash{}x\{50\%\}\textasciitilde{}\textasciicircum{}\&\#\$)" in text


@pytest.mark.parametrize(
    ("value", "expected"), [(None, numbers.DASH), (-0.04, "0.0"), (-0.06, "-0.1"), (12.345, "12.3")]
)
def test_fixed_numbers_never_read_minus_zero(value: float | None, expected: str) -> None:
    assert numbers.fixed(value, 1) == expected


@pytest.mark.parametrize(
    ("count", "expected"),
    [(None, numbers.DASH), (0, "0"), (999, "999"), (1500, "1.5 k"), (2_034_000, "2.03 M"), (999_999, "1 M")],
)
def test_parameters_are_counted_in_thousands_and_millions(count: int | None, expected: str) -> None:
    assert numbers.parameters(count) == expected


@pytest.mark.parametrize(
    ("factor", "expected"),
    [(None, numbers.DASH), (0.00001, "<0.001"), (0.0213, "0.021"), (1.0, "1.0"), (31.4, "31")],
)
def test_real_time_factors_have_two_digits(factor: float | None, expected: str) -> None:
    assert numbers.real_time_factor(factor) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [(None, numbers.DASH), (812, "812"), (14.5e6, "14.5 M"), (2.72e12, "2720 G")]
)
def test_macs_are_counted_up_to_thousands_of_millions(value: float | None, expected: str) -> None:
    assert numbers.macs(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [(None, numbers.DASH), (14.2, "14 s"), (480.0, "8 min"), (36000.0, "10.0 h")]
)
def test_a_duration_has_the_unit_that_suits_it(value: float | None, expected: str) -> None:
    assert numbers.duration(value) == expected


def verdict() -> Verdict:
    worse = Comparison(
        "vqunet", PESQ, 2.4, 2.3, Interval(-0.1, -0.13, -0.08), 0.002, 0.05, 0.03, 60, True, True
    )
    better = Comparison(
        "unet", NSR, 0.06, 0.05, Interval(-0.01, -0.012, -0.008), 0.01, 0.003, float("inf"), 60, True, True
    )
    same = Comparison("unet", STOI, 0.85, 0.85, Interval(0.0, 0.0, 0.0), 1.0, 0.005, 0.0, 60, False, False)
    failures = NewFailures("unet", "stoi", 3, 60, "estimate is silent")
    return Verdict(
        (worse, better, same), (failures,), ("system wiener",), ("systems not in the baseline: gate",), 0.05
    )


def clean_verdict() -> Verdict:
    return Verdict((verdict().comparisons[2],), (), (), (), 0.05)


def test_a_verdict_names_what_became_worse_from_what_to_what() -> None:
    for name in ("rich", "markdown"):
        text = " ".join(render_verdict(verdict(), name).split())
        assert "1 regression, 3 new failures, 1 missing, 1 improvement in 3 comparisons" in text
        assert "vqunet, pesq_nb ↑: from 2.400 to 2.300, -0.100 [-0.130, -0.080] over 60 mixtures" in text
        assert "unet, stoi: 3 of 60 scores (estimate is silent)" in text
        assert "system wiener; the baseline has it (--allow-missing passes without)" in text
        assert "systems not in the baseline: gate" in text


def test_a_verdict_without_changes_is_short() -> None:
    for name in ("rich", "markdown"):
        text = render_verdict(clean_verdict(), name)
        assert "no change in 1 comparison" in text
        assert "1 of 1 comparisons are identical in every score" in text
        assert "|" not in text


def test_a_verdict_shows_a_condition_below_its_pool_where_it_tells_something_else() -> None:
    pool = replace(verdict().comparisons[0], after=2.4, delta=Interval(0.0, -0.01, 0.01), significant=False)
    worse = replace(verdict().comparisons[0], condition="white 0 dB")
    alike = replace(pool, condition="hum")
    made = Verdict((pool,), (), (), (), 0.05, conditions=(worse, alike))
    for name in ("rich", "markdown"):
        text = " ".join(render_verdict(made, name).split())
        assert "1 regression in 1 comparison and 2 of single conditions" in text
        assert "vqunet, pesq_nb ↑ in white 0 dB: from 2.400 to 2.300" in text
        assert "hum" not in text
    assert "in white 0 dB 2.400 → 2.300" in " ".join(render_verdict(made, "rich").split())
    assert len(json.loads(render_verdict(made, "json"))["conditions"]) == 2


def test_a_verdict_says_what_it_cannot_tell_and_how_bad_that_could_be() -> None:
    doubtful = replace(
        verdict().comparisons[0], delta=Interval(-0.1, -0.4, 0.2), significant=False, detectable=0.5
    )
    blind = replace(doubtful, delta=Interval(-0.1, None, None), condition="hum")
    for made, expected in (
        (
            Verdict((doubtful,), (), (), (), 0.05),
            "vqunet, pesq_nb ↑ may be worse by 0.400, where 0.05 is worth",
        ),
        (Verdict((), (), (), (), 0.05, (blind,)), "one speaker says nothing of vqunet, pesq_nb ↑ in hum"),
    ):
        text = " ".join(render_verdict(made, "markdown").split())
        assert "1 inconclusive in" in text
        assert expected in text
        assert "This passes; under --strict it fails" in text
        assert "Under --strict this fails" in render_verdict(replace(made, strict=True), "markdown")


def test_a_verdict_in_json_is_strict_and_says_the_exit_code() -> None:
    content = json.loads(render_verdict(verdict(), "json"))
    assert (content["schema"], content["exit_code"]) == (1, 1)
    assert [each["outcome"] for each in content["comparisons"]] == ["regression", "improvement", "unchanged"]
    assert content["comparisons"][1]["detectable"] is None
    assert content["new_failures"][0]["count"] == 3
    assert content["missing"] == ["system wiener"]


@pytest.mark.parametrize("width", [80, 120])
def test_a_verdict_fits_its_terminal(width: int) -> None:
    lines = shown(Report(verdict()), width).splitlines()
    assert max(map(len, lines)) <= width
    assert not any("…" in line for line in lines)


def test_every_verdict_format_renders() -> None:
    assert all(render_verdict(verdict(), name).endswith("\n") for name in VERDICT_FORMATS)
