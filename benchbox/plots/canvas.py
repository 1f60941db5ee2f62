"""Where pictures are drawn: one look, no display, no global state, the same bytes for the same picture."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchbox.errors import one_line

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Okabe and Ito's colours, which most colour-blind people tell apart; their yellow is too pale for lines.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00")
GAIN, LOSS = "#0072B2", "#E69F00"
"""Better and worse than something else."""
MARKERS = ("o", "s", "D", "^", "v", "P", "*")

_STYLE: dict[Any, Any] = {  # matplotlib types each key by its name
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "grid.alpha": 0.25,
    "image.cmap": "magma",
    "legend.frameon": False,
    "pdf.fonttype": 42,  # TrueType: publishers refuse the default, Type 3
    "svg.fonttype": "none",
    "svg.hashsalt": "benchbox",
}


PAPER_WIDTHS = {"column": 3.5, "page": 7.16}
"""Inches: a column and both columns of an IEEE paper; others differ by some millimetres."""

_IN_PAPERS: dict[Any, Any] = {  # as captions are set, and no larger than the text around
    "font.size": 8,
    "axes.titlesize": 8,
    "axes.labelsize": 8,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "legend.fontsize": 7,
    "legend.title_fontsize": 7,
    "axes.linewidth": 0.6,
    "lines.linewidth": 1,
}


def drawn(text: str) -> str:
    """Return text that is drawn as it is: what stands between two dollar signs would be taken for TeX."""
    return one_line(text).replace("$", r"\$")


@contextmanager
def canvas(
    path: Path, width: float, height: float, *, in_paper: bool = False
) -> Iterator[tuple["Figure", list[Path]]]:
    """Give an empty figure, in inches, and the files it is written to when the block succeeds.

    The files are `path` with .png, .svg and .pdf added.

    Args:
        in_paper: letters have the size of a paper's captions; the PNG has 300 dots an inch.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    png, svg, pdf = (path.with_name(f"{path.name}.{suffix}") for suffix in ("png", "svg", "pdf"))
    dpi = 300 if in_paper else 150
    with rc_context({**_STYLE, **(_IN_PAPERS if in_paper else {})}):
        figure = Figure(figsize=(width, height), layout="constrained")
        yield figure, [png, svg, pdf]
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(png, dpi=dpi)
        figure.savefig(svg, dpi=dpi, metadata={"Date": None})
        figure.savefig(pdf, dpi=dpi, metadata={"CreationDate": None})


def fitting(width: float, panel: float, most: int) -> int:
    """Return how many panels, of at least so many inches each, stand side by side."""
    return max(1, min(most, int(width / panel)))
