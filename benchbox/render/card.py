"""Results -> a model card of one system: its numbers in markdown, behind the front matter of a hub."""

import json
from collections.abc import Iterator

from benchbox.leaderboard.table import Row, Table, heading
from benchbox.render import numbers
from benchbox.render.escape import item, markdown
from benchbox.results.record import Results, condition_name


def card(results: Results, table: Table, by_condition: Table, system: str) -> str:
    """Return a model card.

    Args:
        table: the leaderboard over all.
        by_condition: the one by noise and SNR.
        system: one of its rows.
    """
    row = next(row for row in table.rows if row.system == system)
    corpus = results.setting.corpus if results.setting else "unknown"
    others = [each for each in table.rows if each.kind == "system" and each.system != system]
    parts = [
        _front_matter(table, row, corpus),
        f"# {markdown(system)}\n",
        "A speech denoiser, measured with [benchbox](https://pypi.org/project/benchbox-speech/) beside "
        f"{len(others)} {'other' if len(others) == 1 else 'others'} on the same mixtures.\n",
        *(f"> {item(warning)}\n" for warning in table.warnings),
        "## Results\n",
        *_lines(table, row),
        "\n## By noise and SNR\n",
        *_conditions(by_condition, system),
        "\n## How it was measured\n",
        *(f"- {item(note)}" for note in table.notes[len(table.warnings) :]),
        "",
    ]
    return "\n".join(parts)


def _front_matter(table: Table, row: Row, corpus: str) -> str:
    """Return the YAML that the Hugging Face hub reads; JSON strings are YAML, and cannot be broken out of."""
    lines = [
        "---",
        "tags:",
        "- speech-enhancement",
        "- denoising",
        "- benchbox",
        "pipeline_tag: audio-to-audio",
    ]
    lines += ["model-index:", f"- name: {json.dumps(row.system)}", "  results:"]
    lines += ["  - task:", "      type: audio-to-audio", "      name: speech denoising"]
    lines += [
        "    dataset:",
        f"      name: {json.dumps(corpus)}",
        f"      type: {json.dumps(corpus)}",
        "    metrics:",
    ]
    for measure in table.measures:
        if (mean := row.cells[measure.name].mean) is not None:
            lines += [f"    - type: {json.dumps(measure.name)}", f"      value: {mean.mean:.6g}"]
    return "\n".join([*lines, "---", ""])


def _lines(table: Table, row: Row) -> Iterator[str]:
    yield "| measure | mean, 95 % interval | difference to noisy | mixtures |"
    yield "| --- | --- | --- | --- |"
    for measure in table.measures:
        cell, digits = row.cells[measure.name], numbers.decimals(measure)
        mean = numbers.fixed(cell.mean.mean if cell.mean else None, digits)
        delta = numbers.signed(cell.delta.mean if cell.delta else None, digits)
        unit = f" ({measure.unit})" if measure.unit else ""
        name = markdown(heading(measure) + unit)
        yield f"| {name} | {mean} {numbers.limits(cell.mean, digits)} | {delta} | {cell.n} |"
    yield ""
    rank = f"Rank {row.rank} by {markdown(table.primary)}. " if row.rank else ""
    speed = numbers.real_time_factor(row.real_time_factor)
    yield f"{rank}Parameters: {numbers.parameters(row.parameters)}; real-time factor on one thread: {speed}."


def _conditions(table: Table, system: str) -> Iterator[str]:
    yield "| condition | " + " | ".join(markdown(heading(measure)) for measure in table.measures) + " |"
    yield "| --- |" + " --- |" * len(table.measures)
    for row in table.rows:
        if row.system == system:
            noise, snr_db = row.group
            cells = (
                numbers.fixed(
                    mean.mean if (mean := row.cells[each.name].mean) else None, numbers.decimals(each)
                )
                for each in table.measures
            )
            name = condition_name(str(noise), snr_db if isinstance(snr_db, float) else None)
            yield f"| {markdown(name)} | {' | '.join(cells)} |"
