"""Pictures of a run, each written as PNG, SVG and PDF."""

from benchbox.plots.canvas import PAPER_WIDTHS
from benchbox.plots.curves import curve_groups, plot_curves, plot_training
from benchbox.plots.spectrograms import plot_clip, plot_spectrograms

__all__ = ["PAPER_WIDTHS", "curve_groups", "plot_clip", "plot_curves", "plot_spectrograms", "plot_training"]
