"""Pictures of a run, each written as PNG, SVG and PDF."""

from benchbox.plots.canvas import PAPER_WIDTHS
from benchbox.plots.costs import plot_costs
from benchbox.plots.curves import curve_groups, plot_curves, plot_training
from benchbox.plots.differences import plot_differences
from benchbox.plots.heat import plot_heat
from benchbox.plots.spectrograms import plot_clip, plot_spectrograms

__all__ = [
    "PAPER_WIDTHS",
    "curve_groups",
    "plot_clip",
    "plot_costs",
    "plot_curves",
    "plot_differences",
    "plot_heat",
    "plot_spectrograms",
    "plot_training",
]
