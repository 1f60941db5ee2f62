"""The same estimates have the same scores, whichever way they come in, at every rate."""

from pathlib import Path

import doors
import pytest

from benchbox import audio
from tests.pairs import clean_clip


@pytest.mark.parametrize("rate", [8000, 16000, 44100, 48000])
def test_every_way_in_gives_the_scores_of_the_direct_run(rate: int, tmp_path: Path) -> None:
    (tmp_path / "speech").mkdir()
    for number in range(5):
        audio.write(tmp_path / "speech" / f"{number}.wav", clean_clip(number, rate, 1.0), rate, "FLOAT")
    corpus = f'folder(path="{tmp_path}/speech", test_fraction=0.4)'
    found = doors.compare(corpus, "white", tmp_path / "out", 2, "spectral_sub", "stoi,si_sdr,nsr")
    assert len(found) == 2 * 2 * 4
    assert set(found["clips"]) == {2}
    assert found["largest difference"].max() <= doors.TOLERANCE
