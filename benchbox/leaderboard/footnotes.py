"""What stands under a leaderboard: how it was made, what is missing from it, what it cannot tell."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

import pandas as pd

from benchbox.leaderboard.ranking import Tie
from benchbox.leaderboard.table import Table
from benchbox.results.clusters import Clustering
from benchbox.results.record import SystemFacts

_REASONS = 3
"""Reasons of failure told of one system; a broken one may have hundreds."""
_MANY = 0.1
"""Part of a system's scores that may fail before it is said first."""
_OFFSET_DB = 0.1
"""What a DC offset may add to a level before it is said; our own noises have 0.01 at most."""


def on_many_failures(scores: pd.DataFrame, systems: Iterable[str]) -> Iterator[str]:
    """Warn of systems that failed more than a tenth of the scores of a measure."""
    for system in systems:
        rows = scores[scores["system"] == system]
        shares = (~rows["ok"]).groupby(rows["measure"], sort=False).mean()
        many = shares[shares > _MANY].sort_values(ascending=False, kind="stable")
        if not many.empty:
            reasons = rows.loc[~rows["ok"], "failure"].fillna("no reason given")
            parts = ", ".join(f"{share:.0%} of {measure}" for measure, share in many.items())
            yield f"FAILURES: {system} failed {parts}: {Counter(reasons).most_common(1)[0][0]}."


def on_left_out(left_out: Mapping[str, Mapping[str, int]], total: int) -> Iterator[str]:
    """Warn of the mixtures on which nobody is compared, since somebody has no score there.

    Args:
        left_out: measure -> system -> mixtures that it lacks and others have; "" is how many in all.
        total: mixtures there are.
    """
    told: dict[str, list[str]] = {}
    for measure, counts in left_out.items():
        if count := counts.get("", 0):
            who = sorted((name for name in counts if name), key=lambda name: -counts[name])
            has = "has" if len(who) == 1 else "have"
            sentence = (
                f"{count} of {total} mixtures are left out, since {' and '.join(who)} {has} no score there"
            )
            told.setdefault(sentence, []).append(measure)
    for sentence, measures in told.items():
        yield f"{', '.join(measures)}: {sentence}."


def on_offsets(scores: pd.DataFrame) -> Iterator[str]:
    """Warn of DC offsets in speech or noise: nobody hears them, and levels, SNRs and scores move by them."""
    for column, what, by in (
        ("speech_offset_db", "speech", "utterance"),
        ("noise_offset_db", "noise", "noise"),
    ):
        if column not in scores:
            continue
        offsets = scores.drop_duplicates("mixture").groupby(by, sort=False)[column].median()
        high = offsets[offsets > _OFFSET_DB].sort_values(ascending=False, kind="stable")
        if high.empty:
            continue
        told = f"{len(high)} of {len(offsets)} utterances" if by == "utterance" else ", ".join(high.index)
        yield (
            f"OFFSET: {what} of {told} holds a DC offset, up to {high.iloc[0]:.1f} dB of its level, that "
            "counts in SNRs and scores though nobody hears it: take it off the files."
        )


def on_rates(scores: pd.DataFrame) -> Iterator[str]:
    """Warn of measures that are means over clips of several sample rates."""
    if "sample_rate" in scores:
        rates = scores.drop_duplicates("mixture")["sample_rate"].value_counts().sort_index()
        if len(rates) > 1:
            each = ", ".join(f"{count} mixtures at {rate:g} Hz" for rate, count in rates.items())
            yield f"MIXED RATES: {each}; a mean over both says little: take one rate."


def on_names(systems: Mapping[str, SystemFacts]) -> Iterator[str]:
    """Say what systems are, where they are called otherwise."""
    named = [f"{label} = {facts.spec}" for label, facts in systems.items() if facts.spec not in ("", label)]
    if named:
        yield f"Names: {'; '.join(named)}."


def on_method(clustering: Clustering, primary: str, confidence: float) -> Iterator[str]:
    """Say what the numbers are, and for whom they hold."""
    if clustering.count == 1:
        yield f"Means without intervals: all clips are of one {clustering.kind}."
    else:
        yield (
            f"Means over the mixtures that every system scored, with {confidence:.0%} intervals "
            f"(bootstrap over {clustering.units}) and the difference to noisy on the same mixtures."
        )
    yield (
        f"Ranks by {primary}: one more than the number of systems that are better by a paired test over "
        "identical mixtures (Holm-corrected, 5%)."
    )


def on_outputs(table: Table) -> Iterator[str]:
    """Say what the delay, gain and polarity of an output are, where the table shows them."""
    if table.shows_outputs:
        yield (
            "Delay, gain and polarity of the output against its input: median over clips ± half the range "
            "of the middle 90%, so that a constant delay has ±0."
        )


def on_costs(table: Table) -> Iterator[str]:
    """Say how costs were measured, and which operations the multiply-accumulates cover."""
    if not table.shows_costs:
        return
    yield (
        "Costs on one CPU thread: MACs a second of audio, of the network and in total with its Fourier "
        "transforms; median and 95th percentile of the real-time factor (RTF); memory the first estimate "
        "adds. An algorithmic delay of an utterance: nothing comes out before the input ends."
    )
    covered: dict[str, list[str]] = {}
    for row in table.rows:
        if row.cost and row.cost.macs_coverage:
            covered.setdefault(row.cost.macs_coverage, []).append(row.system)
    for coverage, systems in covered.items():
        yield f"MACs of {', '.join(dict.fromkeys(systems))}: {coverage}."


def on_gaps(scores: pd.DataFrame, systems: Iterable[str]) -> Iterator[str]:
    """Say what is not scored yet, what failed and why."""
    total = scores["mixture"].nunique()
    for system in systems:
        missing = total - scores.loc[scores["system"] == system, "mixture"].nunique()
        if missing:
            yield f"{system}: {missing} of {total} mixtures are not scored yet."
        yield from _on_failures(system, scores[(scores["system"] == system) & ~scores["ok"]])


def _on_failures(system: str, failed: pd.DataFrame) -> Iterator[str]:
    reasons = failed["failure"].fillna("no reason given")
    common = Counter(reasons).most_common()
    for reason, count in common[:_REASONS]:
        measures = ", ".join(failed.loc[reasons == reason, "measure"].unique())
        yield f"{system}: {_scores(count)} failed ({measures}): {reason}."
    if others := sum(count for _, count in common[_REASONS:]):
        yield f"{system}: {_scores(others)} failed for other reasons."


def _scores(count: int) -> str:
    return "1 score" if count == 1 else f"{count} scores"


def on_ties(ties: Sequence[tuple[str, Tie]], primary: str) -> Iterator[str]:
    """Say which neighbours are tied, and how many clips would separate them; ties come with their group."""
    pairs: dict[tuple[str, ...], list[str]] = {}
    for group, tie in ties:
        if not group and tie.identical:
            yield f"{tie.better} and {tie.other} are identical in {primary} on every clip."
        elif not group and tie.clips_needed is None:
            yield f"{tie.better} and {tie.other} are tied, and no number of clips would separate them."
        elif not group:
            yield (
                f"{tie.better} and {tie.other} are tied: about {tie.clips_needed:,} clips would separate "
                f"them (here are {tie.clips}), if {tie.difference:.2g} {primary} is the true difference."
            )
        else:
            needed = "no number" if tie.clips_needed is None else f"{tie.clips_needed:,}"
            needed = "identical" if tie.identical else needed
            pairs.setdefault(tuple(sorted((tie.better, tie.other))), []).append(f"{group}: {needed}")
    for (one, other), needs in pairs.items():
        yield (
            f"{one} and {other} are tied; clips that would separate them, if the differences seen are the "
            f"true ones: {'; '.join(needs)}."
        )
