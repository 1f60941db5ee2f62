"""Word error rates: counted by hand, read by the recogniser that comes as a wheel."""

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

pytest.importorskip("pocketsphinx")
pytest.importorskip("jiwer")

from benchbox_corpora.spoken import Spoken
from benchbox_metrics import wer as module
from benchbox_metrics.recognisers import recogniser
from benchbox_metrics.wer import WER

from benchbox import audio
from benchbox.errors import BadOption, MissingExtra, Unscorable
from benchbox.mixing import mix
from benchbox.plan.jobs import make_plan
from benchbox.plan.suite import Suite
from benchbox.records import Samples, Spec
from benchbox.registry.discovery import discover
from tests.pairs import write_pairs

CLIP = np.full(16000, 0.1, np.float32)


class Reads:
    """Reads what it is told to."""

    def __init__(self, *texts: str) -> None:
        self.texts = list(texts)

    def read(self, speech: Samples) -> str:
        return self.texts.pop(0)


def reading(monkeypatch: pytest.MonkeyPatch, *texts: str) -> None:
    reader = Reads(*texts)
    monkeypatch.setattr(module, "recogniser", lambda *_: reader)


def test_rates_are_edits_over_the_words_of_the_transcript(monkeypatch: pytest.MonkeyPatch) -> None:
    reading(monkeypatch, "the cat sat on a mat")
    metric = WER()
    reference = metric.prepare_transcribed(CLIP, 16000, "The cat sat, on the mat.")
    # One word of six, "the" for "a": 3 of 22 characters.
    assert metric.score(reference, CLIP) == pytest.approx({"wer": 1 / 6, "cer": 3 / 22})


def test_without_a_transcript_the_clean_clip_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    reading(monkeypatch, "one two", "one")
    metric = WER()
    assert metric.score(metric.prepare_transcribed(CLIP, 16000, " ?"), CLIP)["wer"] == 0.5
    reading(monkeypatch, "")
    with pytest.raises(Unscorable, match="hears no word in the clean clip"):
        metric.prepare(CLIP, 16000)
    with pytest.raises(Unscorable, match="there is no transcript"):
        WER(against="transcript").prepare(CLIP, 16000)
    with pytest.raises(Unscorable, match="silent"):
        metric.prepare(np.zeros_like(CLIP), 16000)


def test_silence_loses_all_words_and_other_rates_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    reading(monkeypatch, "")
    metric = WER()
    assert metric.score(("one two", 16000), np.zeros_like(CLIP)) == {"wer": 1.0, "cer": 1.0}
    assert not metric.measures(8000)
    assert [measure.name for measure in WER(resample=True).measures(8000)] == ["wer_16k", "cer_16k"]
    assert not any(measure.higher_is_better for measure in metric.measures(16000))


def test_pocketsphinx_reads_a_clip_the_same_in_any_order_and_noise_costs_words() -> None:
    corpus = Spoken()
    first, second = (corpus.load(entry) for entry in corpus.entries("test")[:2])
    clips = [audio.resample(each.samples, each.sample_rate, 16000)[:32000] for each in (first, second)]
    reader = recogniser("pocketsphinx", None)
    once = [reader.read(clip) for clip in clips]
    assert all(once)
    assert [reader.read(clip) for clip in clips[::-1]] == once[::-1]
    metric = WER()
    reference = metric.prepare(clips[0], 16000)
    assert metric.score(reference, clips[0]) == {"wer": 0.0, "cer": 0.0}
    noise = np.random.default_rng(0).standard_normal(clips[0].size).astype(np.float32)
    assert metric.score(reference, mix(clips[0], noise, 16000, 0.0).noisy)["wer"] > 0


def test_a_whisper_folder_is_a_recogniser_and_must_be_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from benchbox_metrics import recognisers

    with pytest.raises(MissingExtra, match="wer needs the package faster-whisper"):
        WER(recogniser="faster-whisper", model=tmp_path)

    class Model:
        def __init__(self, folder: str, **_: object) -> None:
            assert folder == str(tmp_path)

        def transcribe(self, speech: Samples, **_: object) -> tuple[list[Any], None]:
            return [SimpleNamespace(text=" One"), SimpleNamespace(text=" two.")], None

    fake = ModuleType("faster_whisper")
    fake.WhisperModel = Model  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "faster_whisper", fake)
    monkeypatch.setattr(recognisers, "find_spec", lambda _: object())
    with pytest.raises(BadOption, match=r"wants model=.*none is given"):
        WER(recogniser="faster-whisper")
    metric = WER(recogniser="faster-whisper", model=tmp_path)
    assert metric.prepare(CLIP, 16000) == ("one two", 16000)
    # Other weights of the same size, wherever they lie, are another recogniser.
    monkeypatch.setattr(recognisers, "version", lambda _: "1")
    monkeypatch.setattr(module, "version", lambda _: "1")
    (tmp_path / "weights").mkdir()
    models = []
    for content in ("one", "two"):
        (tmp_path / "weights" / "model.bin").write_text(content)
        models.append(WER(recogniser="faster-whisper", model=tmp_path).identity["model"])
    assert models[0] != models[1]


def test_another_transcript_is_another_job_where_it_is_read_alone(tmp_path: Path) -> None:
    clean, noisy = write_pairs(tmp_path, 2, 16000)
    table = tmp_path / "labels.csv"
    suite = Suite(
        denoisers="spectral_sub",
        corpus=f'paired(clean="{clean}", noisy="{noisy}", table="{table}")',
        metrics="wer",
    )
    keys = {}
    for metrics in ("wer", "si_sdr"):
        for text in ("hello", "good bye"):
            table.write_text(f"id,transcript\np0,{text}\n")
            changed = suite.model_copy(update={"metrics": (Spec(metrics),)})
            keys[metrics, text] = make_plan(changed, discover()).jobs[0].key
    assert keys["wer", "hello"] != keys["wer", "good bye"]
    assert keys["si_sdr", "hello"] == keys["si_sdr", "good bye"]
