"""Clips as the paper shows them: waveform, magnitude, and natural-log magnitudes side by side."""

from collections.abc import Mapping
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from benchbox.plots.canvas import COLOURS, canvas, drawn, fitting
from benchbox.records import Samples
from benchbox.spectral import Stft

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.image import AxesImage

SPAN = 9.0
"""Of the colours, in nepers: what lies 78 dB or more below the loudest point is black."""
FRAMES = 1500
"""More than that no panel can show."""


def plot_clip(samples: Samples, sample_rate: int, path: Path, width: float | None = None) -> list[Path]:
    """Draw one clip as the paper's Fig. 7 does, and return the files: waveform, magnitude, log magnitude.

    Args:
        width: inches that a paper has for it: what has no room side by side stands one below the other.
    """
    magnitude = magnitude_of(samples, sample_rate)
    seconds = len(samples) / sample_rate
    columns = 3 if width is None else fitting(width, 2.2, 3)
    size = (12, 3) if width is None else (width, 1.6 * 3 / columns)
    with canvas(path, *size, in_paper=width is not None) as (figure, files):
        wave, linear, logarithmic = figure.subplots(3 // columns, columns, squeeze=False).flat
        wave.plot(np.arange(len(samples)) / sample_rate, samples, linewidth=0.4, color=COLOURS[0])
        wave.set(title="waveform", xlabel="time (s)", ylabel="amplitude", xlim=(0, seconds))
        image = _draw(linear, magnitude, sample_rate, seconds, (0, magnitude.max()))
        linear.set_title("magnitude")
        figure.colorbar(image, ax=linear, label="|X|")
        log = log_of(magnitude)
        image = _draw(logarithmic, log, sample_rate, seconds, (log.max() - SPAN, log.max()))
        logarithmic.set_title("log magnitude")
        figure.colorbar(image, ax=logarithmic, label="ln |X|", extend="min")
    return files


def plot_spectrograms(
    sounds: Mapping[str, Samples], sample_rate: int, path: Path, width: float | None = None
) -> list[Path]:
    """Draw log magnitudes on one colour scale as the paper's Fig. 8 does, and return the files.

    Args:
        sounds: title -> samples of one length: clean, noisy, then estimates.
        width: inches that a paper has for it.
    """
    logs = {title: log_of(magnitude_of(samples, sample_rate)) for title, samples in sounds.items()}
    loudest = max(log.max() for log in logs.values())
    columns = min(3, len(logs)) if width is None else fitting(width, 1.6, min(3, len(logs)))
    rows = -(-len(logs) // columns)
    size = (1 + 3.7 * columns, 0.4 + 2.6 * rows) if width is None else (width, 0.3 + 1.25 * rows)
    with canvas(path, *size, in_paper=width is not None) as (figure, files):
        panels = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
        for number, (panel, (title, log)) in enumerate(zip(panels.flat, logs.items(), strict=False)):
            seconds = len(sounds[title]) / sample_rate
            image = _draw(panel, log, sample_rate, seconds, (loudest - SPAN, loudest))
            panel.set_title(fill(drawn(title), 40 if width is None else round(15 * width / columns)))
            lowest, leftmost = number + columns >= len(logs), number % columns == 0
            panel.tick_params(labelbottom=lowest, labelleft=leftmost)
            panel.set(**{} if lowest else {"xlabel": ""}, **{} if leftmost else {"ylabel": ""})
        for panel in panels.flat[len(logs) :]:
            panel.set_visible(False)
        figure.colorbar(image, ax=panels, label="ln |X|", extend="min", aspect=15 * rows + 5, pad=0.015)
    return files


def magnitude_of(samples: Samples, sample_rate: int) -> NDArray[np.floating]:
    """Return |X| [frequency, frame] with the paper's window: 519 samples at 8 kHz, 31 apart or more."""
    length = round(519 * sample_rate / 8000)
    hop = max(round(31 * sample_rate / 8000), len(samples) // FRAMES)
    magnitude: NDArray[np.floating] = np.abs(Stft(length, min(hop, length // 2)).analyze(samples))
    return magnitude


def log_of(magnitude: NDArray[np.floating]) -> NDArray[np.floating]:
    # Digital silence has no logarithm.
    log: NDArray[np.floating] = np.log(np.maximum(magnitude, 1e-10))
    return log


def _draw(
    panel: "Axes",
    values: NDArray[np.floating],
    sample_rate: int,
    seconds: float,
    colours: tuple[float, float],
) -> "AxesImage":
    # The first and the last bin lie on the ends of the axis: half of each is outside.
    half = sample_rate / 4 / (len(values) - 1)
    image = panel.imshow(
        values,
        origin="lower",
        aspect="auto",
        extent=(0, seconds, -half, sample_rate / 2 + half),
        vmin=colours[0],
        vmax=colours[1],
    )
    panel.set(xlabel="time (s)", ylabel="frequency (Hz)", xlim=(0, seconds), ylim=(0, sample_rate / 2))
    return image
