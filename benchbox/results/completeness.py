"""Whether everything that a run set out to score is there, and what is not."""

from benchbox.results.record import Results

_NAMED = 5
"""Conditions named one by one; the rest is counted."""


def unfinished(results: Results) -> str | None:
    """Say how much of a run is there, of which conditions; None of a finished one.

    A score that failed is there. Counted are systems x mixtures; where the conditions are not known (a
    baseline, a run folder of an old schema), what the results say of themselves is all there is to go by.
    """
    systems = list(results.systems)
    rows = results.scores[results.scores["system"].isin(systems)].drop_duplicates(["system", "mixture"])
    counts = {}
    for condition in results.conditions:
        snr = rows["snr_db"].isna() if condition.snr_db is None else rows["snr_db"] == condition.snr_db
        scored = int(((rows["noise"] == condition.noise) & snr).sum())
        counts[condition.name] = (scored, condition.clips * len(systems))
    open_ones = {name: count for name, count in counts.items() if count[0] < count[1]}
    if results.finished and not open_ones:
        return None
    if not open_ones:
        return "it was stopped before its end"
    done, planned = (sum(part) for part in zip(*counts.values(), strict=True))
    parts = [f"{name} {scored} of {count}" for name, (scored, count) in list(open_ones.items())[:_NAMED]]
    if len(open_ones) > _NAMED:
        parts.append(f"{len(open_ones) - _NAMED} more in part or not at all")
    return (
        f"{done} of {planned} estimates are scored: "
        f"{len(counts) - len(open_ones)} of {len(counts)} conditions whole, {', '.join(parts)}"
    )
