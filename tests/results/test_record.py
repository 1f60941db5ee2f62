"""What results say of themselves."""

import math
from dataclasses import replace

import pandas as pd
import pytest

from benchbox.results.record import ConditionFacts, Results, Setting, condition_name


@pytest.mark.parametrize(
    ("snr_db", "name"), [(5.0, "white 5 dB"), (-2.5, "white -2.5 dB"), (None, "white"), (math.nan, "white")]
)
def test_a_condition_is_called_by_its_noise_and_snr(snr_db: float | None, name: str) -> None:
    assert condition_name("white", snr_db) == name
    assert ConditionFacts("white", snr_db, 3).name == name


def test_statistics_start_from_the_seed_of_the_run_or_from_zero() -> None:
    results = Results(pd.DataFrame(), ())
    assert results.seed == 0
    setting = Setting("spoken", ("white",), (5.0,), "active", 7, None, False)
    assert replace(results, setting=setting).seed == 7
    assert list(results.timings) == [
        "system",
        "noise",
        "snr_db",
        "utterance",
        "seconds_audio",
        "seconds_denoise",
    ]
