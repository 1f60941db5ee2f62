"""An utterance as it was recorded is a mixture with the SNRs that it has."""

import numpy as np
import pytest

from benchbox.evaluation.recorded import recorded_mixture
from benchbox.mixing import mix
from benchbox.records import Entry, Utterance
from benchbox.synthetic import speech_like

ENTRY = Entry("a", "r", "d")
CLEAN = speech_like(32000, np.random.default_rng(0))
NOTHING = np.empty(0, np.float32)


def test_the_snrs_of_a_pair_are_those_it_was_mixed_at() -> None:
    noise = np.random.default_rng(1).standard_normal(CLEAN.size).astype(np.float32)
    made = mix(CLEAN, noise, 8000, 5.0)
    found = recorded_mixture(Utterance(ENTRY, CLEAN, 8000, made.noisy))
    assert found.noisy is made.noisy
    assert found.snr_active_db == pytest.approx(made.snr_active_db, abs=1e-3)
    assert found.snr_rms_db == pytest.approx(made.snr_rms_db, abs=1e-3)


def test_where_a_side_is_missing_there_is_no_snr() -> None:
    alone = recorded_mixture(Utterance(ENTRY, NOTHING, 8000, CLEAN))
    assert (alone.clean.size, alone.snr_active_db, alone.snr_rms_db) == (0, None, None)
    reference = recorded_mixture(Utterance(ENTRY, CLEAN, 8000))
    assert reference.noisy is CLEAN
    assert (reference.snr_active_db, reference.snr_rms_db) == (None, None)


def test_silence_and_equal_sides_have_no_snr_and_are_no_error() -> None:
    silent = recorded_mixture(Utterance(ENTRY, 0 * CLEAN, 8000, CLEAN))
    assert (silent.snr_active_db, silent.snr_rms_db) == (None, None)
    same = recorded_mixture(Utterance(ENTRY, CLEAN, 8000, CLEAN.copy()))
    assert (same.snr_active_db, same.snr_rms_db) == (None, None)
