"""What is said of finished estimates that were not as long as what they are of."""

from collections.abc import Iterator

import pandas as pd


def on_lengths(scores: pd.DataFrame) -> Iterator[str]:
    """Give a sentence for each system of which estimates were padded or cut."""
    if "surplus_samples" not in scores:  # a baseline of an earlier version of benchbox
        return
    clips = scores[scores["surplus_samples"].notna()].drop_duplicates(["system", "mixture"])
    for system, rows in clips.groupby("system", sort=False):
        surplus = rows["surplus_samples"]
        done = [
            f"{len(part)} of {len(rows)} were up to {int(part.abs().max())} samples {how}"
            for part, how in (
                (surplus[surplus < 0], "shorter and padded with zeros at their end"),
                (surplus[surplus > 0], "longer and cut"),
            )
            if len(part)
        ]
        if done:
            yield f"{system}: of its finished estimates, {', '.join(done)}."
