import shutil
from pathlib import Path

from typer.testing import CliRunner

from benchbox.cli import app
from benchbox.runs.folder import Run


def test_recordings_without_a_clean_reference_are_drawn(finished: Run, tmp_path: Path) -> None:
    run = shutil.copytree(finished.path, tmp_path / "run")
    for folder in sorted((run / "audio").iterdir())[1:]:
        shutil.rmtree(folder)
    next((run / "audio").glob("*/clean.wav")).unlink()
    done = CliRunner().invoke(app, ["plot", str(run), "--what", "spectrograms"])
    assert done.exit_code == 0, done.exception
    drawn = {file.stem.partition("-")[0] for file in (run / "plots").iterdir()}
    assert drawn == {"spectrograms"}
