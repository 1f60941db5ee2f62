import os
import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

from benchbox.cli import app
from benchbox.commands.outputs import output_file, output_folder
from benchbox.errors import BadAudio, BadRun
from benchbox.runs.folder import Run


@pytest.fixture
def places(tmp_path: Path) -> Path:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("mine")
    (tmp_path / "to_folder").symlink_to("folder")
    (tmp_path / "to_file").symlink_to("file")
    (tmp_path / "broken").symlink_to("nowhere")
    (tmp_path / "round").symlink_to("round")
    os.mkfifo(tmp_path / "pipe")
    return tmp_path


def test_a_file_goes_where_a_regular_file_or_nothing_is(places: Path) -> None:
    for name in ("file", "new", "new/folder/file", "to_folder/new"):
        assert output_file(places / name) == places / name
    for name, says in {
        "folder": "is a folder: name a file to write",
        "to_folder": "is a symbolic link",
        "to_file": "is a symbolic link",
        "broken": "is a symbolic link",
        "round": "is a symbolic link",
        "pipe": "is a device, a pipe or a socket",
        "file/below": "is a file: name a folder",
        "broken/below": "is a broken link",
    }.items():
        with pytest.raises(BadRun, match=says):
            output_file(places / name)
    with pytest.raises(BadRun, match=r"/dev/null is a device"):
        output_file(Path("/dev/null"))


def test_a_folder_goes_where_one_is_also_by_a_link_or_nothing(places: Path) -> None:
    for name in ("folder", "to_folder", "new/folder", "to_folder/new"):
        assert output_folder(places / name) == places / name
    for name in ("file", "to_file", "broken", "round", "pipe", "file/below", "broken/below/below"):
        with pytest.raises(BadRun, match=r"name a folder, or a path where one can be made$"):
            output_folder(places / name)


def test_a_socket_is_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # the name of a socket may not be long
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket")
        with pytest.raises(BadRun, match="is a device, a pipe or a socket"):
            output_file(Path("socket"))


@pytest.mark.parametrize(
    "command",
    [
        "run --output {}",
        "leaderboard {run} --format csv --output {}",
        "plot {run} --output {}",
        "baseline save {run} {}",
        "train vqunet --output {}",
    ],
)
def test_every_command_leaves_a_link_and_a_pipe_alone(run: Run, places: Path, command: str) -> None:
    for name in ("pipe", "broken"):
        done = CliRunner().invoke(app, command.format(places / name, run=run.path).split())
        assert isinstance(done.exception, BadRun)
    assert (places / "pipe").is_fifo()
    assert (places / "broken").is_symlink()


def test_denoise_leaves_a_link_and_a_pipe_alone(places: Path) -> None:
    (places / "in.wav").touch()
    for kind in ("to_file", "pipe", "broken"):
        target = places / f"{kind}.wav"
        (places / kind).rename(target)
        command = ["denoise", str(places / "in.wav"), str(target), "--force"]
        done = CliRunner().invoke(app, command)
        assert isinstance(done.exception, BadAudio)
        assert "is no regular file" in str(done.exception)
