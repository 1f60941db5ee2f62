"""Table -> the two sentences that a page begins with: what was compared, and what separates or is tied."""

from collections.abc import Sequence

from benchbox.leaderboard import Table
from benchbox.leaderboard.table import Row
from benchbox.records import Measure
from benchbox.render import numbers
from benchbox.results.record import Results


def compared(results: Results, table: Table) -> str:
    """Return "5 systems on 48 mixtures: 8 clips of 8 speakers in white, babble at 0, 5 and 10 dB."."""
    clips = results.scores.drop_duplicates("mixture")
    systems = [row for row in table.rows if row.kind == "system"]
    noises = list(dict.fromkeys(clips["noise"]))
    snrs = sorted(clips["snr_db"].dropna().unique())
    speakers = clips["speaker"].nunique()
    parts = [
        f"{_counted(len(systems), 'system')} on {_counted(len(clips), 'mixture')}:",
        _counted(clips["utterance"].nunique(), "clip"),
        f"of {_counted(speakers, 'speaker')}" if speakers else "",
        "as recorded"
        if noises == ["as recorded"]
        else f"in {_list(noises) if len(noises) <= 4 else _counted(len(noises), 'noise')}",
        f"at {_list([f'{snr:g}' for snr in snrs])} dB SNR" if len(snrs) else "",
    ]
    return " ".join(filter(None, parts)) + "."


def separated(table: Table) -> str:
    """Return one sentence on who is best by the first measure, by how much, and who is tied."""
    measure = next(each for each in table.measures if each.name == table.primary)
    ranked = sorted(
        (row for row in table.rows if row.rank is not None and row.cells[measure.name].mean),
        key=lambda row: row.rank or 0,
    )
    if not ranked:
        return f"No system has a score of {measure.name} to be ranked by."
    first = [row for row in ranked if row.rank == ranked[0].rank]
    best = _mean(first[0], measure.name)
    delta = first[0].cells[measure.name].delta
    better = "above" if (delta.mean > 0 if delta else measure.higher_is_better) else "below"
    score = f"{measure.name} {_amount(best, measure)}"
    gain = f", {_amount(abs(delta.mean), measure)} {better} noisy" if delta else ""
    rest = ranked[len(first) :]
    if len(ranked) == 1:
        return f"{first[0].system}: {score}{gain}."
    if not rest:
        names = _list([row.system for row in first])
        return f"{names} are tied: a paired test cannot tell any two of them apart ({score}{gain})."
    if len(first) == 1:
        lead = _amount(abs(best - _mean(rest[0], measure.name)), measure)
        ahead = f"{first[0].system} is ahead: {score}{gain} and {lead} from the next, {rest[0].system}."
    else:
        ahead = f"{_list([row.system for row in first])} are tied ahead: {score}{gain}."
    ties = [_list([row.system for row in group]) for group in _tied(rest) if len(group) > 1]
    if ties:
        return f"{ahead} Tied behind: {'; '.join(ties[:2])}{'; and others' if len(ties) > 2 else ''}."
    # All that are before it beat it: else some of them are apart and others are not.
    apart = all(row.rank == place for place, row in enumerate(rest, start=len(first) + 1))
    return f"{ahead} A paired test separates the others." if len(rest) > 1 and apart else ahead


def _amount(value: float, measure: Measure) -> str:
    number = numbers.fixed(value, numbers.decimals(measure))
    return f"{number} dB" if measure.unit == "dB" else number


def _tied(rows: Sequence[Row]) -> list[list[Row]]:
    groups: dict[int | None, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.rank, []).append(row)
    return list(groups.values())


def _mean(row: Row, measure: str) -> float:
    mean = row.cells[measure].mean
    assert mean is not None
    return mean.mean


def _list(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _counted(count: int, noun: str) -> str:
    return f"1 {noun}" if count == 1 else f"{count} {noun}s"
