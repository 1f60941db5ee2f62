"""The script behind the paper's page: what it runs, and how its tables get into the page."""

from pathlib import Path

import numpy as np
import paper
import paper_page
import pytest
import soundfile

from benchbox import Suite
from benchbox.interfaces import Corpus, Denoiser
from benchbox.registry.discovery import discover
from benchbox.registry.options import build
from benchbox.results.statistics import Interval
from benchbox.synthetic import speech_like

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def speech(tmp_path: Path) -> Path:
    for number in range(4):
        file = tmp_path / "speech" / ("test" if number % 2 else "train") / f"{number}.wav"
        file.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(file, speech_like(24000, np.random.default_rng(number)), 8000)
    return tmp_path


def test_each_correction_changes_one_thing_of_its_base() -> None:
    one_at_a_time = {name: v for name, v in paper.VARIANTS.items() if name not in ("notebook", "corrected")}
    for variant in one_at_a_time.values():
        config, base = (
            vars(vars(build(Denoiser, v.spec, discover()))["config"])
            for v in (variant, paper.VARIANTS[variant.base])
        )
        assert len([option for option in config if config[option] != base[option]]) == 1


def test_the_notebooks_system_is_the_suites_but_smaller() -> None:
    suite = Suite.from_toml(BENCHMARKS / "suites" / "paper_notebook.toml")
    (published,) = suite.denoisers
    assert {**published.options, **paper.SMALL} == paper.NOTEBOOK
    assert suite.noises == (paper.CONDITION,)
    assert suite.allow_leakage


def test_the_two_splits_test_some_of_the_same_excerpts(speech: Path) -> None:
    suites = paper.runs(speech)
    tested = [
        {entry.id for entry in build(Corpus, suites[name].corpus, discover()).entries("test")}
        for name in ("by_excerpt", "by_recording")
    ]
    assert tested[0] & tested[1]


def test_a_system_that_sees_real_parts_can_be_right(speech: Path) -> None:
    (si_sdr,) = (f for f in paper.ceiling(paper.runs(speech)["notebook"]) if f.measure == "si_sdr")
    assert si_sdr.value.mean > 35
    assert si_sdr.clips == 2


def test_noisy_speech_is_unlike_another_recording(speech: Path) -> None:
    figures = {(f.system, f.measure): f.value.mean for f in paper.strangers(paper.runs(speech)["notebook"])}
    own, other = "noisy against its own reference, mean", "noisy against another recording, mean"
    assert figures[own, "si_sdr"] == pytest.approx(9.7, abs=1)
    assert figures[other, "nsr"] > 1 > figures[own, "nsr"]


def test_tables_go_between_their_marks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- split -->\nold\n<!-- end -->\nafter\n")
    monkeypatch.setattr(paper_page, "PAGE", page)
    figures = [
        paper_page.Figure("split", "noisy", "stoi", Interval(0.8, 0.75, 0.85), 12, 5),
        paper_page.Figure("split", "by_excerpt - by_recording", "stoi", Interval(0.01, -0.01, 0.03), 12, 5),
    ]
    for _ in range(2):
        paper_page.write_tables(figures, paper.TITLES)
        text = page.read_text()
    assert "old" not in text
    assert text.startswith("before\n<!-- split -->\n\n|")
    assert text.endswith("|\n\n<!-- end -->\nafter\n")
    assert "0.800 [0.750, 0.850]" in text
    assert "+0.010 [-0.010, 0.030]" in text
    assert text.count("12 / 5") == 2
