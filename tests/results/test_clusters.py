import numpy as np
import pandas as pd
import pytest

from benchbox.results.clusters import FEW, Clustering, clustering_of, clusters_of
from benchbox.results.statistics import paired_test


def frame(speakers: list[str | None]) -> pd.DataFrame:
    """Return one recording a row."""
    return pd.DataFrame({"recording": [f"r{number}" for number in range(len(speakers))], "speaker": speakers})


def voices(count: int, recordings: int = 20) -> list[str | None]:
    return [f"s{number % count}" for number in range(recordings)]


def clustered(speakers: list[str | None]) -> Clustering:
    found = clustering_of(frame(speakers))
    assert found.count == len(set(found.labels))
    assert len(found.labels) == len(speakers)
    return found


def test_recordings_are_clusters_where_no_speaker_is_known() -> None:
    found = clustered([None] * 16)
    assert (found.kind, found.count, found.units) == ("recording", 16, "16 recordings")
    assert found.enough
    assert found.warning is None


def test_excerpts_of_one_recording_are_one_cluster() -> None:
    rows = frame([None] * 12).assign(recording=[f"r{number // 2}" for number in range(12)])
    assert clustering_of(rows).units == "6 recordings"


@pytest.mark.parametrize("count", [FEW, 8, 12, 20])
def test_speakers_are_clusters_from_five_on(count: int) -> None:
    found = clustered(voices(count))
    assert (found.kind, found.count, found.units) == ("speaker", count, f"{count} speakers")
    assert found.enough
    assert found.warning is None


@pytest.mark.parametrize(
    ("count", "whom"), [(1, "this 1 speaker"), (2, "these 2 speakers"), (4, "these 4 speakers")]
)
def test_fewer_than_five_speakers_speak_for_themselves_only(count: int, whom: str) -> None:
    found = clustered(voices(count))
    assert (found.kind, found.units, found.speakers) == ("recording", "20 recordings", count)
    assert not found.enough
    assert found.warning == f"Holds for {whom} only: it takes 5 or more to say something of others."


def test_recordings_that_nobody_labelled_are_clusters_of_their_own_among_speakers() -> None:
    # The unlabelled recording is called like a speaker on purpose.
    rows = frame([*voices(10), None])
    rows.loc[20, "recording"] = "s0"
    found = clustering_of(rows)
    assert (found.kind, found.count) == ("speaker", 11)
    assert found.units == "10 speakers and 1 recording without a speaker's name"


def test_each_unlabelled_recording_counts_as_one_more_speaker() -> None:
    enough = clustered([*voices(3), None, None])
    assert (enough.kind, enough.enough, enough.count) == ("speaker", True, 5)
    few = clustered([*voices(3), None])
    assert (few.kind, few.enough, few.count) == ("recording", False, 21)
    assert few.warning is not None
    assert few.warning.startswith("Holds for these 3 speakers and 1 recording without a speaker's name only:")


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA])
def test_a_missing_speaker_is_unknown_however_it_is_written(missing: object) -> None:
    rows = pd.DataFrame({"recording": ["a", "b"], "speaker": pd.Series([missing] * 2, dtype=object)})
    assert clustering_of(rows).speakers == 0


def test_few_recordings_of_unknown_speakers_speak_for_themselves_only() -> None:
    found = clustered([None] * 4)
    assert (
        found.warning == "Holds for these 4 recordings only: it takes 5 or more to say something of others."
    )


def test_labels_follow_their_rows() -> None:
    rows = frame(voices(5))
    shuffled = rows.sample(frac=1, random_state=0)
    assert pd.Series(clusters_of(shuffled), index=shuffled.index).sort_index().tolist() == list(
        clusters_of(rows)
    )


def test_a_change_that_differs_between_eight_speakers_is_rarely_significant() -> None:
    rows = frame([f"s{number * 8 // 77}" for number in range(77)])
    speaker = rows["speaker"].str[1:].astype(int).to_numpy()
    rng = np.random.default_rng(8)
    changes = [rng.normal(size=8)[speaker] + rng.normal(size=77) for _ in range(600)]
    labels = clusters_of(rows)
    found = np.mean([paired_test(change, labels, draws=1999) <= 0.05 for change in changes])
    assert found <= 0.06  # over recordings: 0.5
