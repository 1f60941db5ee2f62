"""Whether runs were fed the same samples: whatever their mixtures are called, other audio is refused."""

from collections.abc import Mapping

import pandas as pd

from benchbox.errors import BadRun
from benchbox.results.signature import same_audio

_NAME = ["noise", "snr_db", "utterance"]


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


def namesakes(named: Mapping[str, pd.DataFrame]) -> str:
    """Say which clips have one name in tables of scores and are not the same audio; "" where there are none.

    Such runs look alike and have no mixture in common: a mixture is told by what is in its files, and another
    copy of a corpus, which somebody resampled, has the same names.
    """
    (first, one), *others = ((name, _clips(scores)) for name, scores in named.items())
    for name, other in others:
        both = one.merge(other, on=_NAME, suffixes=("", "_there"))
        unlike = both[both["mixture"] != both["mixture_there"]]
        if unlike.empty:
            continue
        alike = all(map(same_audio, unlike["audio"], unlike["audio_there"]))
        what = "look the same and come from other files" if alike else "are not the same audio"
        clip = unlike.iloc[0]
        here, there = (_fed(clip[f"sample_rate{run}"], clip[f"audio{run}"]) for run in ("", "_there"))
        return (
            f"{len(unlike)} of {len(both)} clips of one name {what} in {first} and {name} "
            f"({clip['utterance']}: {here}; {there})"
        )
    return ""


def _signatures(scores: pd.DataFrame) -> "pd.Series[str]":
    if "audio" not in scores:  # a baseline from before there were signatures
        return pd.Series(dtype=str)
    known = scores[scores["audio"].notna()]
    return known.drop_duplicates("mixture").set_index("mixture")["audio"]


def _clips(scores: pd.DataFrame) -> pd.DataFrame:
    """Return the mixtures whose samples are known, one a row."""
    clips = scores.reindex(columns=[*_NAME, "mixture", "audio", "sample_rate"])
    # Where no SNR is known, a baseline's are None and a run's NaN.
    return clips[clips["audio"].notna()].drop_duplicates("mixture").astype({"snr_db": float})


def _fed(sample_rate: float, audio: str) -> str:
    """Return "16000 Hz, noisy -26.1 dB, clean -27.3 dB"."""
    levels = [told.split()[0] for told in audio.split(",") if told.strip()]
    parts = [f"{side} {level} dB" for side, level in zip(("noisy", "clean"), levels, strict=False)]
    return ", ".join(parts if pd.isna(sample_rate) else [f"{sample_rate:g} Hz", *parts])
