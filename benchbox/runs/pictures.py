"""Pictures of a run that a notebook shows."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchbox.errors import BadRun
from benchbox.leaderboard.table import Table


@dataclass(frozen=True, repr=False)
class Picture:
    """A picture: a notebook shows it, `save` writes it."""

    png: bytes
    svg: bytes

    def _repr_png_(self) -> bytes:
        return self.png

    def save(self, path: str | Path) -> Path:
        """Write it as a file whose name ends in .png or .svg.

        Raises:
            BadRun: it ends otherwise.
        """
        path = Path(path)
        if path.suffix not in (".png", ".svg"):
            raise BadRun(f"{path}: a picture is written as .png or .svg")
        path.write_bytes(self.png if path.suffix == ".png" else self.svg)
        return path


def curves(table: Table) -> Picture:
    """Draw each measure over SNR, see `benchbox.plots.plot_curves`.

    Raises:
        BadRun: there is no SNR to draw over.
    """
    from benchbox.plots import plot_curves

    with TemporaryDirectory() as folder:
        png, svg, _ = plot_curves(table, Path(folder, "curves"))
        return Picture(png.read_bytes(), svg.read_bytes())
