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
    pdf: bytes

    def _repr_png_(self) -> bytes:
        return self.png

    def save(self, path: str | Path) -> Path:
        """Write it as a file whose name ends in .png, .svg or .pdf.

        Raises:
            BadRun: it ends otherwise.
        """
        path = Path(path)
        contents = {".png": self.png, ".svg": self.svg, ".pdf": self.pdf}
        if path.suffix not in contents:
            raise BadRun(f"{path}: a picture is written as .png, .svg or .pdf")
        path.write_bytes(contents[path.suffix])
        return path


def curves(table: Table, width: float | None = None) -> Picture:
    """Draw each measure over SNR, see `benchbox.plots.plot_curves`.

    Args:
        width: inches that a paper has for it.

    Raises:
        BadRun: there is no SNR to draw over.
    """
    from benchbox.plots import plot_curves

    with TemporaryDirectory() as folder:
        return Picture(*(file.read_bytes() for file in plot_curves(table, Path(folder, "curves"), width)))
