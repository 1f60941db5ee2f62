"""Runs that look alike and were fed other samples."""

from pathlib import Path

import pandas as pd
import pytest

from benchbox import audio
from benchbox.errors import BadRun
from benchbox.gate.baseline import load_baseline, save_baseline
from benchbox.gate.compare import compare
from benchbox.plan.suite import Suite
from benchbox.results.audio import namesakes, refuse_other_audio
from benchbox.results.merging import merge
from benchbox.results.record import Results
from benchbox.runs.runner import run
from tests.pairs import clean_clip, write_pairs


def scored(folder: Path) -> Results:
    """Run a suite over the pairs of a folder."""
    corpus = f'paired(clean="{folder}/clean", noisy="{folder}/noisy")'
    suite = Suite(denoisers="spectral_sub", metrics="si_sdr", corpus=corpus)
    return run(suite, folder / "run", in_process=True).results


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Results]:
    """Three copies of four pairs: as they are, resampled to 16 kHz, and written as FLAC."""
    folder = tmp_path_factory.mktemp("copies")
    for side in write_pairs(folder / "own", subtype="PCM_16"):
        for file in sorted(side.iterdir()):
            samples, rate = audio.read(file)
            for name, other, suffix in (("resampled", 16000, "wav"), ("flac", rate, "flac")):
                copy = folder / name / side.name / f"{file.stem}.{suffix}"
                copy.parent.mkdir(parents=True, exist_ok=True)
                audio.write(copy, audio.resample(samples, rate, other), other)
    return {name: scored(folder / name) for name in ("own", "resampled", "flac")}


def test_a_resampled_copy_is_said_to_be_other_audio(runs: dict[str, Results]) -> None:
    with pytest.raises(BadRun) as caught:
        merge({"a": runs["own"], "b": runs["resampled"]})
    told = str(caught.value)
    assert "4 of 4 clips of one name are not the same audio in a and b (p0: 8000 Hz, noisy -2" in told
    assert "; 16000 Hz, noisy -2" in told
    assert told.endswith("run the same suite on one copy of the corpus")
    assert "\n" not in told
    with pytest.raises(BadRun, match="no mixture in common: 4 of 4 clips of one name are not the same audio"):
        compare(runs["own"], runs["resampled"])


def test_the_same_samples_in_other_files_are_said_to_look_the_same(runs: dict[str, Results]) -> None:
    with pytest.raises(BadRun, match="4 of 4 clips of one name look the same and come from other files"):
        merge({"a": runs["own"], "b": runs["flac"]})


def test_where_some_clips_differ_they_are_counted_and_left_out(
    runs: dict[str, Results], tmp_path: Path
) -> None:
    clean, _ = write_pairs(tmp_path, subtype="PCM_16")
    audio.write(clean / "p3.wav", 0.5 * clean_clip(3), 8000)
    changed = scored(tmp_path)
    merged = merge({"a": runs["own"], "b": changed})
    assert [each for each in merged.warnings if each.startswith("OTHER AUDIO: 1 of 4 clips of one name")]
    assert merged.scores["mixture"].nunique() == 3
    verdict = compare(runs["own"], changed, allow_missing=True)
    assert any("1 of 4 clips of one name are not the same audio" in note for note in verdict.notes)


def test_nothing_is_said_of_equal_samples_other_names_and_rows_that_do_not_tell(
    runs: dict[str, Results],
) -> None:
    own = runs["own"].scores
    assert namesakes({"a": own, "b": own}) == ""
    assert namesakes({"a": own, "b": own.assign(utterance="other", mixture="other")}) == ""
    untold = own.drop(columns=["audio", "sample_rate"])
    assert namesakes({"a": untold, "b": own.assign(mixture="other")}) == ""


WHITE, BROWN = "-26 0.1 0.2 0.3 0.4, -27 0.5 0.6 0.7 0.8", "-26 0.3 0.2 0.3 0.4, -27 0.5 0.6 0.7 0.8"


def signed(*audio: str | None) -> pd.DataFrame:
    return pd.DataFrame(
        {"mixture": f"m{number}", "utterance": f"u{number}", "noise": "white", "audio": each}
        for number, each in enumerate(audio)
    )


def test_other_samples_of_one_mixture_are_refused_with_their_number_and_an_example() -> None:
    named = {"a": signed(WHITE, WHITE, WHITE), "b": signed(WHITE, WHITE), "c": signed(WHITE, BROWN)}
    with pytest.raises(BadRun, match=r"1 of 2 mixtures are not the same audio in a and c \(as u1 in white\)"):
        refuse_other_audio(named)


@pytest.mark.parametrize("other", [None, WHITE.replace("-26", "-26.0004")])
def test_last_bits_and_what_is_not_told_are_no_other_audio(other: str | None) -> None:
    refuse_other_audio({"a": signed(WHITE), "b": signed(other)})


def test_rows_of_an_earlier_version_tell_nothing() -> None:
    refuse_other_audio({"a": signed(WHITE).drop(columns="audio"), "b": signed(BROWN)})


def test_a_baseline_of_pairs_of_no_known_snr_is_compared(runs: dict[str, Results], tmp_path: Path) -> None:
    save_baseline(runs["own"], tmp_path / "baseline.json")
    baseline = load_baseline(tmp_path / "baseline.json")
    assert compare(baseline, runs["own"]).exit_code == 0
    with pytest.raises(BadRun, match="4 of 4 clips of one name are not the same audio"):
        compare(baseline, runs["resampled"])
