"""Which tests `benchbox check` runs on a plugin."""

from pathlib import Path

import numpy as np
import pytest

from benchbox.conformance.contracts import Thorough, contract, denoised_there
from benchbox.evaluation.worker import Worker
from benchbox.registry.discovery import discover
from benchbox.synthetic import speech_like
from benchbox.testing import (
    CorpusContract,
    DenoiserContract,
    MetricContract,
    NoiseContract,
    TrainableContract,
)


@pytest.mark.parametrize(
    ("kind", "spec", "expected"),
    [
        ("denoisers", "wiener", {Thorough, DenoiserContract}),
        ("denoisers", "unet(steps=1)", {Thorough, TrainableContract}),
        ("denoisers", "vqunet(preset=pretrained)", {Thorough, DenoiserContract}),
        ("noises", "white", {NoiseContract}),
        ("metrics", "si_sdr", {MetricContract}),
        ("corpora", "spoken", {CorpusContract}),
    ],
)
def test_a_plugin_is_asked_what_its_kind_must_do(kind: str, spec: str, expected: set[type]) -> None:
    made = contract(kind, spec, minutes=1.0)
    assert set(made.__bases__) == expected
    assert made.spec == spec  # type: ignore[attr-defined]


def test_a_metric_is_tried_at_a_rate_that_it_is_defined_at() -> None:
    assert contract("metrics", "pesq(mode=wb)", 1.0).sample_rate == 16000  # type: ignore[attr-defined]
    assert contract("metrics", "pesq(mode=nb)", 1.0).sample_rate == 8000  # type: ignore[attr-defined]


def test_another_process_is_asked_for_the_estimate_of_the_same_system() -> None:
    noisy = speech_like(8000, np.random.default_rng(0))
    worker = Worker(Path(), discover())
    np.testing.assert_array_equal(denoised_there(worker, "noisy", None, noisy, 8000), noisy)
    # A bound is shown half of what it hears as the clean speech.
    np.testing.assert_array_equal(denoised_there(worker, "clean", None, noisy, 8000), 0.5 * noisy)
