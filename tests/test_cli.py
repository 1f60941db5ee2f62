"""The command line as a user meets it: what it prints, its exit codes, and errors in one line."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

RUN = (
    "run",
    "--denoisers",
    "spectral_sub",
    "--noises",
    "white",
    "--snrs=5",
    "--metrics",
    "si_sdr",
    "--limit",
    "2",
)


def benchbox(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchbox", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def refused(*arguments: str | Path, cwd: Path | None = None) -> str:
    """Return the one line that a user error prints, and check that it is one."""
    done = benchbox(*arguments, cwd=cwd)
    assert done.returncode == 2, done.stdout + done.stderr
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    return lines[0]


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli") / "run"
    done = benchbox(*RUN, "--output", folder, "-j", "1")
    assert done.returncode == 0, done.stderr
    assert "spectral_sub" in done.stdout
    assert str(folder) in done.stdout
    return folder


def test_help_names_every_command() -> None:
    text = benchbox("--help").stdout
    for command in ("run", "list", "info", "leaderboard", "plot", "baseline", "compare"):
        assert command in text


def test_help_and_list_stay_light() -> None:
    program = (
        "import sys; sys.argv = ['benchbox', *{}]\n"
        "from benchbox.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print({{'torch', 'pandas', 'scipy', 'pyarrow'}} & set(sys.modules))"
    )
    for arguments in (["--help"], ["list"], ["list", "denoisers", "--format", "json"]):
        command = [sys.executable, "-c", program.format(arguments)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert done.stdout.strip().endswith("set()")


@pytest.mark.parametrize("form", ["rich", "markdown", "csv", "json", "latex"])
def test_the_leaderboard_comes_in_every_format_and_into_a_file(
    finished: Path, tmp_path: Path, form: str
) -> None:
    printed = benchbox("leaderboard", finished, "--format", form)
    assert printed.returncode == 0, printed.stderr
    assert "spectral" in printed.stdout
    file = tmp_path / "table"
    assert benchbox("leaderboard", finished, "--format", form, "--output", file).stdout == ""
    # A terminal has room for few notes; a file has room for all.
    whole = benchbox("leaderboard", finished, "--format", form, *(["--explain"] if form == "rich" else []))
    assert [line.rstrip() for line in file.read_text().splitlines()] == [
        line.rstrip() for line in whole.stdout.splitlines()
    ]


@pytest.mark.parametrize("form", ["rich", "markdown", "csv", "json", "latex"])
def test_a_terminal_that_knows_ascii_only_gets_a_table(finished: Path, form: str) -> None:
    environment = {**os.environ, "LC_ALL": "C", "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-m", "benchbox", "leaderboard", str(finished), "--format", form]
    done = subprocess.run(command, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert b"spectral" in done.stdout
    assert done.stdout.isascii()


def test_a_name_that_would_drive_the_terminal_is_shown_written_out(tmp_path: Path) -> None:
    line = refused("leaderboard", tmp_path / "a\x1b[31m\nb\u202ec")
    assert r"a\x1b[31m b\u202ec is not a run folder" in line


def test_the_leaderboard_can_be_grouped(finished: Path) -> None:
    rows = json.loads(benchbox("leaderboard", finished, "--by", "noise,snr", "--format", "json").stdout)
    assert "white" in json.dumps(rows)
    assert "group by noise, snr or both" in refused("leaderboard", finished, "--by", "speaker")
    assert "valid: si_sdr" in refused("leaderboard", finished, "--sort", "pesq_nb")


def test_plots_are_written_as_png_svg_and_pdf(finished: Path, tmp_path: Path) -> None:
    done = benchbox("plot", finished, "--output", tmp_path)
    assert done.returncode == 0, done.stderr
    names = {file.suffix for file in tmp_path.iterdir()}
    assert names == {".png", ".svg", ".pdf"}
    assert all(str(file) in done.stdout for file in tmp_path.iterdir())


def test_a_baseline_is_saved_and_a_run_passes_against_itself(finished: Path, tmp_path: Path) -> None:
    file = tmp_path / "baseline.json"
    assert benchbox("baseline", "save", finished, file).returncode == 0
    done = benchbox("compare", file, finished)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_planted_drop_fails_the_gate_and_names_itself(tmp_path: Path) -> None:
    flags = (
        "--noises",
        "white",
        "--snrs=0,10",
        "--metrics",
        "si_sdr",
        "--limit",
        "12",
        "-j",
        "1",
        "--examples",
        "0",
    )
    for name, spec in (("good", "log_mmse"), ("bad", "noisy")):
        assert benchbox("run", "--denoisers", spec, *flags, "--output", tmp_path / name).returncode == 0
    baseline = tmp_path / "baseline.json"
    assert benchbox("baseline", "save", tmp_path / "good", baseline).returncode == 0
    # What a bug would do: the system goes by its old name and does nothing any more.
    text = baseline.read_text().replace('"noisy"', '"old"').replace('"log_mmse"', '"noisy"')
    content = json.loads(text)
    del content["sha256"]  # as in a baseline of an earlier version, which had none
    baseline.write_text(json.dumps(content))
    summary = tmp_path / "summary.md"
    command = [sys.executable, "-m", "benchbox", "compare", str(baseline), str(tmp_path / "bad")]
    done = subprocess.run(
        command, env={"GITHUB_STEP_SUMMARY": str(summary)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "si_sdr" in done.stdout
    assert "si_sdr" in summary.read_text()


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        (["--denoisers", "spectral_sup"], "no denoiser 'spectral_sup'; did you mean 'spectral_sub'?"),
        (["--denoisers", "spectral_sub(ovr=3)"], "spectral_sub has no option 'ovr'; did you mean 'over'?"),
        (["--denoisers", "spectral_sub(over=-3)"], "spectral_sub(over=-3)"),
        (["--denoisers", "spectral_sub("], "'spectral_sub('"),
        (["--noises", "wite"], "did you mean 'white'"),
        (["--metrics", "peqs"], "did you mean 'pesq'"),
        (["--snrs=loud"], "snrs = 'loud'"),
        (["--snrs=1000"], "snrs = '1000'"),
        (["--corpus", "spokn"], "did you mean 'spoken'"),
        (["--corpus", "folder(path=nowhere)"], "nowhere"),
        (["--corpus", "folder"], "folder needs path=..."),
        (["--noises", "recorded(path=nowhere)"], "nowhere"),
        (["--metrics", "pesq(mode=wb)"], "8000 Hz"),
    ],
)
def test_a_wrong_flag_is_one_line_that_says_what_would_be_right(
    tmp_path: Path, flags: list[str], says: str
) -> None:
    line = refused(*RUN, *flags, "--output", tmp_path / "run", cwd=tmp_path)
    assert says in line
    assert not (tmp_path / "run").exists()


def test_a_suite_file_that_is_wrong_is_named(tmp_path: Path) -> None:
    assert "no suite file nowhere.toml" in refused("run", "nowhere.toml", cwd=tmp_path)
    (tmp_path / "mine.toml").write_text('denoiser = ["vqunet"]')
    assert "mine.toml: no suite setting 'denoiser'; did you mean 'denoisers'?" in refused(
        "run", "mine.toml", cwd=tmp_path
    )


def test_an_output_folder_with_another_run_is_refused(finished: Path) -> None:
    assert "holds another suite's run (it differs in seed)" in refused(
        *RUN, "--seed", "1", "--output", finished
    )


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    for command in ("leaderboard", "plot"):
        assert "is not a run folder" in refused(command, tmp_path)


def test_a_traceback_is_there_for_those_who_want_it() -> None:
    done = benchbox("--traceback", "info", "nothing")
    assert "Traceback" in done.stderr


def test_a_broken_plugin_is_one_warning_line(
    install_plugin: Callable[[str, str], None], tmp_path: Path
) -> None:
    install_plugin("zz_broken", "import a_module_that_is_not_there")
    lines = ("import sys", f"sys.path[:] = {sys.path!r}", "sys.argv = ['benchbox', 'list']")
    program = "\n".join([*lines, "from benchbox.cli import main", "main()"])
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    (warning,) = done.stderr.splitlines()
    assert warning.startswith("warning: plugin 'zz_broken' is left out: it needs the module")
    assert "spectral_sub" in done.stdout


def test_files_that_cannot_be_used_are_failed_rows_with_their_reason(tmp_path: Path) -> None:
    tone = 0.1 * np.sin(np.arange(16000) / 5)
    folder = tmp_path / "speech" / "test"
    folder.mkdir(parents=True)
    for name in ("good", "fine"):
        soundfile.write(folder / f"{name}.wav", tone, 8000)
    soundfile.write(folder / "stereo.wav", np.stack([tone, tone], 1), 8000)
    soundfile.write(folder / "nan.wav", np.full(8000, np.nan), 8000, subtype="FLOAT")
    soundfile.write(folder / "silent.wav", np.zeros(8000), 8000)
    (folder / "empty.wav").write_bytes(b"")
    (folder / "cut.flac").write_bytes(b"fLaC" + b"\0" * 40)
    done = benchbox(
        "run", "--denoisers", "spectral_sub", "--noises", "white", "--snrs=5", "--metrics", "nsr", "-j", "1",
        "--corpus", f"folder(path={tmp_path / 'speech'})", "--output", tmp_path / "run",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    from benchbox import Run

    scores = Run.open(tmp_path / "run").scores
    failed = scores[scores["system"] == "noisy"].set_index("utterance")["failure"]
    reasons = {Path(str(name)).stem: reason for name, reason in failed.items()}
    assert reasons["good"] is None or reasons["good"] != reasons["good"]
    for name, word in {
        "stereo": "2 channels",
        "nan": "NaN",
        "silent": "silent",
        "empty": "",
        "cut": "",
    }.items():
        assert isinstance(reasons[name], str), name
        assert word in reasons[name]
        assert "\n" not in reasons[name]


@pytest.mark.skipif(sys.platform != "linux", reason="needs a device that is always full")
def test_a_full_disk_is_one_line_and_no_verdict(finished: Path) -> None:
    code = "from benchbox.cli import main; import sys; sys.argv[0] = 'benchbox'; main()"
    command = [sys.executable, "-c", code, "leaderboard", str(finished), "--format", "csv"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.strip().splitlines()[-1].startswith("benchbox: No space left on device")


def test_a_run_folder_that_cannot_be_made_is_one_line_and_no_verdict(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = benchbox(*RUN, "--output", tmp_path / "file" / "run")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "file is a file: name a folder" in done.stderr.splitlines()[-1]
