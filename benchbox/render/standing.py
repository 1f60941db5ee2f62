"""Standings and what failed so far -> a few lines of a terminal."""

from collections import Counter
from collections.abc import Mapping, Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table as Grid
from rich.text import Text

from benchbox.errors import one_line
from benchbox.leaderboard.standing import Standing
from benchbox.leaderboard.table import heading
from benchbox.records import Measure
from benchbox.render import numbers

_MOST = 12
"""Systems shown while a run goes on."""
_REASONS = 3


def render_standings(
    standings: Sequence[Standing], measures: Sequence[Measure], failures: Mapping[tuple[str, str], int]
) -> RenderableType:
    """Return the best systems with their means so far, and the commonest reasons of failure.

    Args:
        failures: (system, reason) -> scores that failed for it.
    """
    grid = Grid(box=box.SIMPLE_HEAD, padding=(0, 1), show_edge=False)
    grid.add_column("so far", overflow="fold")
    for measure in measures:
        grid.add_column(Text(one_line(heading(measure))), justify="right", no_wrap=True)
    grid.add_column("mixtures", justify="right", no_wrap=True)
    grid.add_column("failed", justify="right", no_wrap=True)
    for standing in standings[:_MOST]:
        means = [numbers.fixed(standing.means[each.name], numbers.decimals(each)) for each in measures]
        count = f"{standing.mixtures} of {standing.scored}"
        failed = Text(str(standing.failed or numbers.DASH), style="red" if standing.failed else "")
        grid.add_row(Text(one_line(standing.system)), *means, count, failed)
    parts: list[RenderableType] = [grid]
    if len(standings) > _MOST:
        parts.append(Text(f"and {len(standings) - _MOST} more", style="dim"))
    for (system, reason), scores in Counter(failures).most_common(_REASONS):
        parts.append(Text(one_line(f"{system} failed {scores} scores: {reason}"), style="red"))
    return Group(*parts)
