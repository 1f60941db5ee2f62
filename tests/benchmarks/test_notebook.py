"""The notebook is executed: what it shows is what a reader sees."""

from pathlib import Path

import pytest

NOTEBOOK = Path(__file__).parents[2] / "benchmarks/notebook.ipynb"


def test_the_notebook_runs_and_shows_bars_tables_and_pictures(tmp_path: Path) -> None:
    nbclient = pytest.importorskip("nbclient")
    nbformat = pytest.importorskip("nbformat")
    pytest.importorskip("ipykernel")
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbclient.NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()
    shown = [
        {kind: text for output in cell["outputs"] for kind, text in output.get("data", {}).items()}
        for cell in notebook["cells"]
        if cell["cell_type"] == "code"
    ]
    bars, table, frame, picture, means = shown
    assert "score: 12/12" in bars["text/html"]
    assert "Names: ours = spectral_sub(over=3.0)" in table["text/html"]
    assert "log_mmse" in frame["text/html"]
    assert picture["image/png"]
    assert "si_sdr" in means["text/html"]
    assert (tmp_path / "runs/notebook/leaderboard.md").is_file()
