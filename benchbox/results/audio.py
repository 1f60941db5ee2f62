"""Whether runs were fed the same samples: whatever their mixtures are called, other audio is refused."""

from collections.abc import Mapping

import pandas as pd

from benchbox.errors import BadRun
from benchbox.results.signature import same_audio


def refuse_other_audio(named: Mapping[str, pd.DataFrame]) -> None:
    """Check that rows of one mixture, in tables of scores given by name, were made from the same samples.

    Raises:
        BadRun: they were not, whatever their identities say.
    """
    (first, one), *others = ((name, _signatures(scores)) for name, scores in named.items())
    for name, other in others:
        shared = one.index.intersection(other.index)
        unlike = [mixture for mixture in shared if not same_audio(one[mixture], other[mixture])]
        if unlike:
            mixture = named[name].set_index("mixture").loc[[unlike[0]]].iloc[0]
            raise BadRun(
                f"{len(unlike)} of {len(shared)} mixtures are not the same audio in {first} and {name} "
                f"(as {mixture['utterance']} in {mixture['noise']}): a noise or the corpus changed "
                "between them; run both again with one installation"
            )


def _signatures(scores: pd.DataFrame) -> "pd.Series[str]":
    if "audio" not in scores:  # a baseline from before there were signatures
        return pd.Series(dtype=str)
    known = scores[scores["audio"].notna()]
    return known.drop_duplicates("mixture").set_index("mixture")["audio"]
