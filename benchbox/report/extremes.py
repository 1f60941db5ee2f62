"""Which mixtures are worth listening to: where each system is best, in the middle and worst, or asked for."""

from collections.abc import Sequence

from benchbox.errors import BadSuite
from benchbox.records import Measure
from benchbox.results.record import REFERENCE, SILENCE, Results
from benchbox.runs.sounds import title_of

EXTREMES = "extremes"
MOST = 40
"""Mixtures asked for at once: more fill no page, and take long."""


def chosen(results: Results, clips: Sequence[str]) -> tuple[set[str], list[str]]:
    """Return the mixtures that are meant, and the systems whose extremes are left out.

    Args:
        clips: "extremes", or what the title of a mixture holds: "white 0 dB", an utterance, all of it.

    Raises:
        BadSuite: nothing is called so, or too much is.
    """
    found: set[str] = set().union(*(_named(results, text) for text in clips if text != EXTREMES))
    if len(found) > MOST:
        raise BadSuite(f"--clips names {len(found)} mixtures; {MOST} at most: name noise, SNR and utterance")
    left_out = []
    if EXTREMES in clips:
        for label, mixtures in extremes(results, results.measures[0]).items():
            if len(found | mixtures) > MOST:
                left_out.append(label)
            else:
                found |= mixtures
    return found, left_out


def extremes(results: Results, measure: Measure) -> dict[str, set[str]]:
    """Return each system's best, median and worst mixture by a measure, best systems first; not of bounds."""
    scores = results.scores
    ok = scores[(scores["measure"] == measure.name) & (scores["status"] == "ok")].dropna(subset="value")
    means = ok.groupby("system")["value"].mean()
    found = {}
    for label in means.sort_values(ascending=not measure.higher_is_better, kind="stable").index:
        own = ok[ok["system"] == label].sort_values(
            "value", ascending=not measure.higher_is_better, kind="stable"
        )
        if not results.systems[label].oracle and label not in (REFERENCE, SILENCE):
            mixtures = list(own["mixture"])
            found[str(label)] = {mixtures[0], mixtures[(len(mixtures) - 1) // 2], mixtures[-1]}
    return found


def _named(results: Results, text: str) -> set[str]:
    first = results.scores.drop_duplicates("mixture")
    titles = {
        mixture: title_of(noise, None if snr_db != snr_db else snr_db, utterance)
        for noise, snr_db, utterance, mixture in first[
            ["noise", "snr_db", "utterance", "mixture"]
        ].itertuples(index=False)
    }
    found = {mixture for mixture, title in titles.items() if text in title}
    if not found:
        example = next(iter(titles.values()), "none")
        raise BadSuite(f"--clips {text}: no mixture is called so; for example {example!r}, or {EXTREMES}")
    return found
