from io import BytesIO

import numpy as np
import pytest
from matplotlib.image import imread

from benchbox.report.pictures import RANGE_DB, peak_of, spectrum_picture


@pytest.mark.parametrize(("sample_rate", "seconds"), [(8000, 0.01), (8000, 2.0), (16000, 30.0), (48000, 1.0)])
def test_a_sine_is_one_bright_line_at_its_frequency(sample_rate: int, seconds: float) -> None:
    time = np.arange(int(sample_rate * seconds)) / sample_rate
    sine = (0.5 * np.sin(2 * np.pi * sample_rate / 8 * time)).astype(np.float32)
    grey = imread(BytesIO(spectrum_picture(sine, sample_rate, peak_of(sine, sample_rate))))
    height, width = grey.shape
    assert height == 96
    assert 1 <= width <= 480
    # An eighth of the rate is a quarter of the way up.
    assert abs(int(grey[:, width // 2].argmax()) - 0.75 * height) <= 1
    assert grey.max() == 1


def test_grey_falls_by_the_decibel_and_silence_is_black() -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, 8000).astype(np.float32)
    white = peak_of(noise, 8000)
    loud, soft = (
        imread(BytesIO(spectrum_picture(samples, 8000, white)))
        for samples in (noise, noise * np.float32(0.1))
    )
    bright = loud > 0.5
    assert RANGE_DB * float((loud - soft)[bright].mean()) == pytest.approx(20, abs=0.1)
    assert not imread(BytesIO(spectrum_picture(np.zeros(800, np.float32), 8000, white))).any()
    assert peak_of(np.zeros(800, np.float32), 8000) == 1
