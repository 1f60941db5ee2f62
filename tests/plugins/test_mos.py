"""Measures without a reference, against the package that publishes their models; what they are for."""

import os
import sys
from importlib.util import find_spec, module_from_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from benchbox_corpora.onesided import Recordings

import benchbox
from benchbox import audio
from benchbox.checks.calibration import calibrate
from benchbox.errors import BadCorpus, BadSuite, MissingExtra, Unscorable
from benchbox.interfaces import Metric
from benchbox.plan.suite import Suite
from benchbox.records import Samples, Spec
from benchbox.registry.discovery import discover
from benchbox.runs.runner import run
from tests.pairs import clean_clip, noisy_clip, write_pairs

pytest.importorskip("onnxruntime")
if find_spec("speechmos") is None:
    pytest.skip("needs the package speechmos", allow_module_level=True)

from benchbox_metrics.dnsmos import DNSMOS
from benchbox_metrics.mos import session
from benchbox_metrics.plcmos import PLCMOS


def scores(metric: Metric, samples: Samples, rate: int = 16000) -> dict[str, float]:
    return dict(metric.score(metric.prepare(samples[:0], rate), samples))


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return speechmos.dnsmos. What it needs librosa for, P.808, is no business of ours."""
    monkeypatch.setitem(sys.modules, "librosa", ModuleType("librosa"))
    spec = find_spec("speechmos.dnsmos")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)

    class Deaf:
        def run(self, *_: object) -> Any:
            return [[[0.0]]]

    def made(kind: str) -> Any:
        folder = Path(spec.origin or "").parent
        model = module.DNSMOS(
            str(folder / f"{kind}_models" / "sig_bak_ovr.onnx"), str(folder / "dnsmos_models/model_v8.onnx")
        )
        model.onnx_sess = session(folder / f"{kind}_models" / "sig_bak_ovr.onnx")  # on one thread
        model.p808_onnx_sess = Deaf()
        model.audio_melspec = lambda **_: np.zeros((900, 120))
        return model

    return made


@pytest.mark.parametrize("personalised", [False, True])
def test_dnsmos_is_that_of_speechmos(published: Any, personalised: bool) -> None:
    theirs = published("pdnsmos" if personalised else "dnsmos")
    ours = DNSMOS(personalised=personalised)
    for number, seconds in enumerate((2.0, 5.3, 10.1)):
        clip = noisy_clip(clean_clip(number, 16000, seconds), number, 16000)
        wanted = theirs(clip, 16000, personalised)
        prefix = "pdnsmos" if personalised else "dnsmos"
        assert scores(ours, clip) == pytest.approx(
            {f"{prefix}_{part}": wanted[f"{part}_mos"] for part in ("sig", "bak", "ovrl")}, abs=1e-4
        )


def test_dnsmos_of_real_clips_is_that_of_speechmos(published: Any, shared_audio: Path) -> None:
    theirs, ours = published("dnsmos"), DNSMOS()
    files = sorted((shared_audio / "speech16k" / "test").glob("*.flac"))
    if not files:
        pytest.skip("needs speech16k")
    for file in files[::20]:  # thirty of them agreed alike
        clip, rate = audio.read(file)
        clip = np.resize(clip, 10 * rate)  # heard once
        wanted, found = theirs(clip, rate, False), scores(ours, clip)
        assert found["dnsmos_ovrl"] == pytest.approx(wanted["ovrl_mos"], abs=1e-3)
        assert found["dnsmos_sig"] == pytest.approx(wanted["sig_mos"], abs=1e-3)
        assert found["dnsmos_bak"] == pytest.approx(wanted["bak_mos"], abs=1e-3)


def test_plcmos_is_that_of_speechmos_with_the_same_raters() -> None:
    from speechmos import plcmos

    theirs = plcmos.PLCMOS()
    for number in range(2):
        clip = clean_clip(number, 16000)
        clip[3000:4000] = 0  # a lost packet: frames of zeros
        np.random.seed(0)  # noqa: NPY002 - the package draws from there
        assert scores(PLCMOS(), clip)["plcmos"] == pytest.approx(theirs(clip)["plcmos"], abs=1e-4)


def test_other_rates_are_resampled_on_request_alone_and_the_name_says_so() -> None:
    for metric in (DNSMOS(), PLCMOS()):
        assert not metric.measures(8000)
        assert metric.measures(16000)
    clip = clean_clip(0, 48000)
    asked = DNSMOS(resample=True)
    assert [measure.name for measure in asked.measures(48000)] == [
        "dnsmos_sig_16k", "dnsmos_bak_16k", "dnsmos_ovrl_16k",
    ]  # fmt: skip
    assert scores(asked, clip, 48000)["dnsmos_sig_16k"] == pytest.approx(
        scores(DNSMOS(), audio.resample(clip, 48000, 16000))["dnsmos_sig"]
    )
    assert asked.identity != DNSMOS().identity
    with pytest.raises(Unscorable, match="silent"):
        scores(PLCMOS(), np.zeros(16000, np.float32))


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "speechmos", None)
    with pytest.raises(MissingExtra, match=r"plcmos needs the models in the package speechmos: pip install"):
        PLCMOS()


def test_calibration_does_not_ask_such_measures_to_prefer_a_reference() -> None:
    metrics = [Spec("dnsmos"), Spec("dnsmos", {"personalised": True}), Spec("plcmos")]
    assert calibrate(metrics, discover()) == []


def test_recordings_are_scored_without_a_reference(tmp_path: Path) -> None:
    _, noisy = write_pairs(tmp_path, 2, 16000)
    suite = Suite(
        denoisers="spectral_sub",
        corpus=f'recordings(path="{noisy}")',
        metrics="pesq,dnsmos,si_sdr",
        bounds=True,
    )
    done = run(suite, tmp_path / "run", in_process=True, examples=1)
    assert [measure.name for measure in done.results.measures] == ["dnsmos_sig", "dnsmos_bak", "dnsmos_ovrl"]
    assert list(done.manifest.systems) == ["noisy", "spectral_sub", "silence"]
    rows = done.scores[done.scores["system"] != "silence"]
    assert set(rows["status"]) == {"ok"}
    assert rows["snr_active_db"].isna().all()
    assert set(done.scores.loc[done.scores["system"] == "silence", "failure"]) == {"estimate is silent"}
    assert "There is no clean reference: pesq, si_sdr cannot be measured." in done.results.notes
    assert {file.stem for file in done.audio_folder.glob("*/*.wav")} == {"noisy", "spectral_sub", "silence"}
    with pytest.raises(BadSuite, match="--metrics that do without: dnsmos, plcmos"):
        run(suite.model_copy(update={"metrics": (Spec("pesq"),)}), tmp_path / "no", in_process=True)
    with pytest.raises(BadCorpus, match="nothing can be learnt from"):
        Recordings(noisy).entries("train")


def test_finished_files_are_scored_without_any_other_side(tmp_path: Path) -> None:
    clean, noisy = write_pairs(tmp_path, 2, 16000)
    options = {"in_process": True, "examples": 0}
    alone = benchbox.score({"a": clean, "b": noisy}, tmp_path / "run", **options)  # type: ignore[arg-type]
    assert list(alone.manifest.systems) == ["a", "b"]
    with_noisy = benchbox.score({"a": clean}, tmp_path / "run2", noisy=noisy, **options)  # type: ignore[arg-type]
    assert list(with_noisy.manifest.systems) == ["noisy", "a"]
    for done in (alone, with_noisy):
        rows = done.scores[(done.scores["system"] == "a") & (done.scores["measure"] == "dnsmos_ovrl")]
        assert list(rows["value"]) == pytest.approx(
            [scores(DNSMOS(), clean_clip(number, 16000))["dnsmos_ovrl"] for number in range(2)], abs=1e-9
        )


def test_a_model_that_was_replaced_is_loaded_again(tmp_path: Path) -> None:
    usual, other = DNSMOS().model, DNSMOS(personalised=True).model
    model = tmp_path / "sig_bak_ovr.onnx"
    clip = noisy_clip(clean_clip(0, 16000), 0, 16000)
    found = []
    for number, file in enumerate((usual, other)):
        model.write_bytes(file.read_bytes())
        os.utime(model, ns=(number, number))
        found.append(scores(DNSMOS(model=model), clip))
    assert found[0] != found[1]
