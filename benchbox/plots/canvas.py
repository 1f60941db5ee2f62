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


def drawn(text: str) -> str:
    """Return text that is drawn as it is: what stands between two dollar signs would be taken for TeX."""
    return one_line(text).replace("$", r"\$")


@contextmanager
def canvas(path: Path, width: float, height: float) -> Iterator[tuple["Figure", list[Path]]]:
    """Give an empty figure, in inches, and the files it is written to when the block succeeds.

    The files are `path` with .png, .svg and .pdf added.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    png, svg, pdf = (path.with_name(f"{path.name}.{suffix}") for suffix in ("png", "svg", "pdf"))
    with rc_context(_STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")
        yield figure, [png, svg, pdf]
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(png, dpi=150)
        figure.savefig(svg, dpi=150, metadata={"Date": None})
        figure.savefig(pdf, dpi=150, metadata={"CreationDate": None})
