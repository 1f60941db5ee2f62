"""Plugins of a suite are compared between machines: by their code and by what they read."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchbox.audio import write
from benchbox.evaluation.worker import Worker
from benchbox.plan.jobs import make_plan
from benchbox.plan.suite import Suite
from benchbox.records import Spec
from benchbox.registry.discovery import discover
from benchbox.runs.alike import found_here, ingredients_of, splits_of


@pytest.fixture
def suite(tmp_path: Path) -> Suite:
    for split in ("train", "test"):
        for number in range(2):
            noise = np.random.default_rng(number).normal(0, 0.1, 8000).astype(np.float32)
            (tmp_path / split).mkdir(exist_ok=True)
            write(tmp_path / split / f"{number}.wav", noise, 8000)
    settings: dict[str, Any] = {"denoisers": "wiener", "metrics": "nsr", "noises": "white"}
    return Suite(**settings, corpus=f"folder(path={tmp_path})")


def test_what_is_the_same_here_and_there_has_one_identity(suite: Suite, tmp_path: Path) -> None:
    plan = make_plan(suite, discover())
    told = ingredients_of(plan)
    assert {str(each).split("(")[0] for each in told} == {
        "corpus folder", "denoiser noisy", "denoiser wiener", "noise white", "metric nsr",
    }  # fmt: skip
    (corpus,) = (each for each in told if each.part[0] == "corpora")
    assert [Path(path).resolve() for path in corpus.paths] == [tmp_path.resolve()]
    found = found_here(Worker(Path(), discover()), [each.part for each in told], splits_of(plan))
    assert [each.identity for each in found] == [each.identity for each in told]


def test_other_audio_is_another_corpus_and_what_cannot_be_built_says_why(
    suite: Suite, tmp_path: Path
) -> None:
    plan = make_plan(suite, discover())
    (here,) = (each for each in ingredients_of(plan) if each.part[0] == "corpora")
    write(tmp_path / "test" / "0.wav", np.full(8000, 0.1, np.float32), 8000)
    worker = Worker(Path(), discover())
    changed, absent = found_here(
        worker, [here.part, ("denoisers", replace(Spec("wiener"), name="weiner"))], splits_of(plan)
    )
    assert changed.identity != here.identity
    assert absent.identity.startswith("UnknownName: no denoiser 'weiner'")


def test_the_train_split_counts_where_something_learns(suite: Suite) -> None:
    assert splits_of(make_plan(suite, discover())) == ("test",)
    learning = suite.model_copy(update={"denoisers": (Spec("unet", {"steps": 1}),)})
    assert splits_of(make_plan(learning, discover())) == ("train", "test")
