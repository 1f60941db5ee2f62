"""Published figures as text, below a leaderboard and apart from it."""

from tabulate import tabulate

from benchbox.leaderboard.published import Published
from benchbox.render.escape import item


def below(figures: Published, *, markdown: bool) -> str:
    """Return a line, the figures under the heading "Published, not measured here", and their sources."""
    heading = "Published, not measured here"
    headers = ["system", "PESQ-wb ↑", "STOI ↑", "SI-SDR ↑ (dB)", "parameters", "obtained"]
    lines = [
        [
            row.system,
            f"{row.pesq_wb:.2f}",
            f"{row.stoi:.3f}",
            f"{row.si_sdr:.1f}",
            f"{row.parameters:,}",
            row.obtained,
        ]
        for row in figures.rows
    ]
    # Numbers come formatted: tabulate must not read them again.
    grid = tabulate(lines, headers, tablefmt="github" if markdown else "simple", disable_numparse=True)
    notes = [
        f"Test set: {figures.test_set}.",
        f"Source: {figures.source}.",
        f"Measures: {figures.identity}. Compare with care.",
        *(f"{paper}." for paper in dict.fromkeys(row.paper for row in figures.rows)),
    ]
    told = "".join(f"- {item(note) if markdown else note}\n" for note in notes)
    line, title = ("---", f"**{heading}**") if markdown else ("─" * 60, heading)
    return f"\n{line}\n\n{title}\n\n{grid}\n\n{told}"
