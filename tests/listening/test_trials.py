from io import BytesIO

import numpy as np
import pytest
import soundfile

from benchbox.errors import BadRun, UnknownName
from benchbox.listening.trials import ANCHOR, REFERENCE, anchored, trials_of
from benchbox.mixing import active_level_db
from benchbox.runs.folder import Run


def test_a_trial_holds_systems_a_hidden_reference_and_an_anchor_at_one_level(finished: Run) -> None:
    trials = trials_of(finished)
    assert len(trials) == 2
    for trial in trials:
        assert set(trial.signals) == {"noisy", "spectral_sub", "wiener", "log_mmse", REFERENCE, ANCHOR}
        assert trial.mixture in set(finished.scores["mixture"])
        np.testing.assert_array_equal(trial.signals[REFERENCE], trial.reference)
        levels = [active_level_db(each, 8000) for name, each in trial.signals.items() if name != ANCHOR]
        assert np.ptp(levels) < 0.05  # P.56 finds a level to some hundredths of a dB
        samples, rate = soundfile.read(BytesIO(trial.wav(trial.reference)))
        assert rate == trial.sample_rate
        np.testing.assert_allclose(samples, trial.reference, atol=1e-4)


def test_the_order_is_a_listeners_own_and_always_the_same(finished: Run) -> None:
    trial = trials_of(finished)[0]
    orders = {tuple(trial.order(f"listener{number}", 0)) for number in range(8)}
    assert len(orders) > 4
    assert trial.order("ann", 0) == trial.order("ann", 0)
    assert sorted(trial.order("ann", 0)) == sorted(trial.signals)


def test_the_anchor_has_nothing_above_its_corner_and_all_below() -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, 16000).astype(np.float32)
    before, after = (np.abs(np.fft.rfft(samples)) ** 2 for samples in (noise, anchored(noise, 16000)))

    def change_db(lowest_hz: int, highest_hz: int) -> float:
        band = slice(lowest_hz, highest_hz)  # a second of audio: a bin a hertz
        return float(10 * np.log10(after[band].sum() / before[band].sum()))

    assert change_db(4000, 4500) < -25
    assert change_db(4500, 8000) < -50
    assert abs(change_db(100, 3400)) < 0.5
    assert anchored(noise, 6000) is noise


def test_a_silent_estimate_is_rated_like_any_other(copied: Run) -> None:
    folder = min(copied.audio_folder.glob("[!.]*/"))
    samples, rate = soundfile.read(folder / "wiener.wav", dtype="float32")
    soundfile.write(folder / "wiener.wav", np.zeros_like(samples), rate, subtype="FLOAT")
    first = trials_of(copied)[0]
    assert set(first.signals) == {"noisy", "spectral_sub", "wiener", "log_mmse", REFERENCE, ANCHOR}
    assert not first.signals["wiener"].any()
    assert first.signals["noisy"].any()


def test_what_cannot_be_rated_is_refused(finished: Run, run: Run) -> None:
    with pytest.raises(UnknownName, match="no system 'wienr'"):
        trials_of(finished, ["wienr"])
    with pytest.raises(BadRun, match="kept no sounds with a clean reference"):
        trials_of(run)
    assert set(trials_of(finished, ["wiener"])[0].signals) == {"wiener", REFERENCE, ANCHOR}
