"""Plugins that misbehave, installed as a stranger's would be, each beside systems that do not.

What they do fails their own rows, with the reason; the rows of everyone else are those of a run without them.
"""

import os
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import psutil
import pytest

import benchbox
from benchbox.errors import BadPlugin
from benchbox.runs.folder import Run

BROKEN = Path(__file__).parent / "broken_plugin"
HEALTHY = {"noisy", "spectral_sub"}
pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="offences are written for Linux"),
    # Two minutes of one idle core; what is slower is busy, not broken.
    pytest.mark.timeout(1800),
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which the package lies installed."""
    project = tomllib.loads((BROKEN / "pyproject.toml").read_text())["project"]
    site = tmp_path_factory.mktemp("site")
    metadata = site / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    metadata.mkdir()
    (site / "benchbox_broken").symlink_to(BROKEN / "benchbox_broken")
    (metadata / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    )
    points = project["entry-points"]["benchbox"].items()
    (metadata / "entry_points.txt").write_text(
        "[benchbox]\n" + "".join(f"{name} = {module}\n" for name, module in points)
    )
    return site


@pytest.fixture(scope="module")
def environment(site: Path) -> Mapping[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(site), *filter(None, sys.path)])}


def started(
    folder: Path, environment: Mapping[str, str], *flags: str, **settings: str
) -> "subprocess.Popen[str]":
    folder.mkdir(exist_ok=True)
    chosen = {
        "denoisers": "spectral_sub",
        "corpus": "tiny",
        "noises": "white",
        "snrs": "5",
        "metrics": "si_sdr,nsr",
        "limit": "2",
        **settings,
    }
    options = [f"--{name}={value}" for name, value in chosen.items()]
    command = [sys.executable, "-m", "benchbox", "run", *options, "--output", "out", "--examples", "1"]
    return subprocess.Popen(
        [*command, *flags],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    )


def ended(process: "subprocess.Popen[str]", folder: Path) -> pd.DataFrame:
    """Return the scores of a run that ended by itself and gave its table."""
    said, errors = process.communicate(timeout=1500)
    assert process.returncode == 0, errors
    assert "Traceback" not in errors
    assert "spectral_sub" in said
    assert "spectral_sub" in (folder / "out/leaderboard.md").read_text()
    return Run(folder / "out").scores


@pytest.fixture(scope="module")
def alone(environment: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """Return the scores of a run in which nobody misbehaves."""
    folder = tmp_path_factory.mktemp("alone")
    scores = ended(started(folder, environment, "-j", "1"), folder)
    assert set(scores["status"]) == {"ok"}
    return scores


def assert_unharmed(scores: pd.DataFrame, alone: pd.DataFrame) -> None:
    """Compare what healthy parts give alone with what they give beside others."""
    healthy = scores[
        scores["system"].isin(HEALTHY)
        & scores["noise"].isin(alone["noise"])
        & scores["measure"].isin(alone["measure"])
    ]
    pd.testing.assert_frame_equal(healthy.reset_index(drop=True), alone, check_exact=True)


def reasons(scores: pd.DataFrame, column: str = "system") -> dict[str, str]:
    """Return the one reason of each part all of whose scores failed, and "" of each that has all."""
    found = {}
    for name, part in scores.groupby(column):
        told = set(part["failure"].fillna("").str.removesuffix("; not called again after 3 times"))
        assert len(told) == 1, (name, told)
        assert (part["value"].notna() == part["failure"].isna()).all()
        found[str(name)] = told.pop()
    return found


DEADLY = {
    "abort": "ended its process by SIGABRT",
    "segfault": "ended its process by SIGSEGV",
    "illegal_instruction": "ended its process by SIGILL",
    "exit_at_once": "ended its process with exit code 0",
    "own_base_exception": "ended its process with exit code 1",
    "interrupt": "ended its process by SIGINT",
    "close_everything": "ended its process with exit code",
    "eat_memory": "took more than 1.5 GB of memory (--memory-limit)",
}
FAILING = {
    "exit_0": "SystemExit: 0",
    "recursion": "RecursionError",
    "raise_lines": "RuntimeError: first line",
    "raise_what_cannot_be_told": "Mute",
    "gives_none": "returned NoneType",
    "gives_nan": "returned NaN or infinite samples",
    "int16": "returned int16; wants float32",
    "shorter": "returned 3999 samples for 4000",
    "two_dimensions": "returned 2 dimensions, [2, 4000]",
    "complex": "returned complex64",
    "text": "returned str",
    "ragged": "returned a list that is no array",
    "objects": "returned object",
}
DISTURBING = (
    "flood",
    "garbage",
    "threads",
    "change_folder",
    "change_environment",
    "change_locale",
    "numpy_errors",
    "random_state",
    "torch_threads",
    "signal_handlers",
    "close_streams",
    "fork",
    "fork_and_return",
    "trace",
    "writes_into_input",
)


def bad(kind: str, *hows: str) -> str:
    return f"{kind}(how=[{','.join(hows)}])"


def test_denoisers_harm_only_themselves(
    alone: pd.DataFrame, environment: Mapping[str, str], tmp_path: Path
) -> None:
    # The last breaks what benchbox itself does with its estimate: its rows fail, or not.
    spoilers = bad("bad", *DEADLY, *FAILING, *DISTURBING, "replace_numpy")
    process = started(
        tmp_path, environment, "-j", "2", "--memory-limit=1.5", denoisers=f"{spoilers},spectral_sub"
    )
    scores = ended(process, tmp_path)
    assert_unharmed(scores, alone)
    told = reasons(scores)
    for how, reason in {**DEADLY, **FAILING}.items():
        assert told[f'bad(how="{how}")'].startswith(f"denoiser: {reason}"), told
    assert {how: told[f'bad(how="{how}")'] for how in DISTURBING} == dict.fromkeys(DISTURBING, "")


def test_nobody_is_blamed_for_what_another_left_behind(
    alone: pd.DataFrame, environment: Mapping[str, str], tmp_path: Path
) -> None:
    # A thread that aborts later, in whoever is at work then; and bytes where replies are read.
    spoilers = bad("bad", "crash_later", "garbage_everywhere")
    process = started(tmp_path, environment, "-j", "1", denoisers=f"{spoilers},spectral_sub")
    assert_unharmed(ended(process, tmp_path), alone)


def test_a_plugin_that_ends_three_processes_is_not_called_again(
    environment: Mapping[str, str], tmp_path: Path
) -> None:
    process = started(
        tmp_path, environment, "-j", "1", denoisers="bad(how=abort),spectral_sub", limit="4", snrs="0,5"
    )
    scores = ended(process, tmp_path)
    told = list(scores.loc[(scores["system"] != "spectral_sub") & scores["failure"].notna(), "failure"])
    died = "denoiser: ended its process by SIGABRT"
    # Two measures of eight clips; which clips came first is for the planning to say.
    assert sorted(told) == [died] * 6 + [f"{died}; not called again after 3 times"] * 10
    healthy = scores[scores["system"].isin(HEALTHY)]
    assert set(healthy["status"]) == {"ok"}


def test_what_hangs_is_ended_and_harms_nobody_else(
    alone: pd.DataFrame, environment: Mapping[str, str], tmp_path: Path
) -> None:
    # Healthy plugins need a hundredth of that, also on a machine that is busy.
    limit = "--timeout=45"
    hangs = ("loop", "hang_in_c")
    process = started(
        tmp_path / "run", environment, "-j", "4", limit, denoisers=f"{bad('bad', *hangs)},spectral_sub"
    )
    building = started(tmp_path / "building", environment, limit, denoisers="bad_constructor(how=loop)")
    scores = ended(process, tmp_path / "run")
    assert_unharmed(scores, alone)
    told = reasons(scores)
    for how in hangs:
        assert told[f'bad(how="{how}")'] == "denoiser: gave no sign of life for 45 s (--timeout)"
    _, errors = building.communicate(timeout=1500)
    assert building.returncode == 2
    assert errors.splitlines()[-1] == (
        'benchbox: denoiser bad_constructor(how="loop") cannot be used: gave no sign of life for 45 s '
        "(--timeout); mend it or leave it out"
    )


@pytest.mark.parametrize(
    ("sent", "how", "marker"),
    [(signal.SIGTERM, "loop", "looping"), (signal.SIGKILL, "hang_in_c", "hanging")],
)
def test_a_run_with_a_hanging_plugin_is_stopped_at_once_and_leaves_no_process(
    environment: Mapping[str, str], tmp_path: Path, sent: signal.Signals, how: str, marker: str
) -> None:
    process = started(tmp_path, environment, "-j", "1", denoisers=f"bad(how=[fork,{how}])")
    _wait_until(lambda: (tmp_path / marker).exists())
    family = psutil.Process(process.pid).children(recursive=True)
    assert len(family) >= 2  # the worker, and what the plugin forked
    process.send_signal(sent)
    process.communicate(timeout=1500)
    assert process.returncode == -sent
    # It is the kernel that ends them; a zombie that nobody waited for is as dead.
    _wait_until(lambda: all(map(_is_gone, family)))


def _is_gone(process: psutil.Process) -> bool:
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def _wait_until(true: Any) -> None:
    deadline = time.monotonic() + 1500
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ("exit_0", "SystemExit: 0"),
        ("abort", "ended its process by SIGABRT"),
        ("exit_at_once", "ended its process with exit code 0"),
    ],
)
def test_what_ends_its_process_when_it_is_built_is_refused_in_one_line(
    environment: Mapping[str, str], tmp_path: Path, how: str, reason: str
) -> None:
    process = started(tmp_path, environment, denoisers=f"bad_constructor(how={how})")
    _, errors = process.communicate(timeout=1500)
    assert process.returncode == 2
    *before, last = errors.splitlines()
    # Of an import that exits, all other commands tell as well.
    assert before == ["warning: plugin 'broken_import' is left out: SystemExit: 0"]
    assert last.startswith("benchbox: denoiser ")
    assert "bad_constructor" in last
    assert reason in last


SCORES = {
    "float": "bad_metric returned 1.0",
    "array": "bad_metric returned a ndarray",
    "list": "bad_metric returned a list",
    "nothing": "bad_metric returned no 'bad_nothing' but nothing",
    "measure_unknown": "bad_metric returned no 'bad_measure_unknown' but 'other'",
    "string": "bad_metric returned a str",
    "value_list": "bad_metric returned a list",
    "value_array": "bad_metric returned a ndarray",
    "complex": "bad_metric returned a complex",
    "huge": "bad_metric returned an int beyond all floats",
    "huger": "bad_metric returned an int beyond all floats",
    "gives_nan": "bad_metric returned nan",
    "bool": "bad_metric returned a bool",
    "segfault": "ended its process by SIGSEGV",
    "exit_0": "SystemExit: 0",
    "in_place": "",
    "rolls_clean": "",
    "replace_numpy": "",
    "numpy_errors": "",
}


def test_metrics_harm_only_themselves(
    alone: pd.DataFrame, environment: Mapping[str, str], tmp_path: Path
) -> None:
    metrics = f"{bad('bad_metric', *SCORES)},si_sdr,nsr"
    scores = ended(started(tmp_path, environment, "-j", "1", metrics=metrics), tmp_path)
    assert_unharmed(scores, alone)
    told = reasons(scores, "measure")
    for how, reason in SCORES.items():
        wanted = f"metric: {reason}" if reason else ""
        assert told[f"bad_{how}"].startswith(wanted), told
        assert bool(told[f"bad_{how}"]) == bool(reason), told


NOISES = {
    "gives_nan": "returned NaN or infinite samples",
    "int16": "returned int16 [4000], not float32 [4000], finite",
    "shorter": "returned float32 [3999]",
    "silent": "is silent",
    "gives_none": "returned a NoneType",
    "exit_0": "SystemExit: 0",
    "exit_at_once": "ended its process with exit code 0",
    "random_state": "",
    "close_streams": "",
}


def test_noises_harm_only_themselves(
    alone: pd.DataFrame, environment: Mapping[str, str], tmp_path: Path
) -> None:
    degradations = bad("bad_degradation", "scales_clean", "fills_again")
    noises = f"{bad('bad_noise', *NOISES)},{degradations},white"
    scores = ended(started(tmp_path, environment, "-j", "1", noises=noises), tmp_path)
    assert_unharmed(scores, alone)
    told = reasons(scores, "noise")
    for how, reason in NOISES.items():
        assert reason in told[f'bad_noise(how="{how}")'], told
        assert bool(told[f'bad_noise(how="{how}")']) == bool(reason), told
    for how in ("scales_clean", "fills_again"):
        assert told[f'bad_degradation(how="{how}")'] == ""


AUDIO = {
    "gives_nan": "NaN or infinite samples for test-1",
    "int16": "int16 for test-1; wants float32 [time] in [-1, 1]",
    "over_full_scale": "divide by full scale",
    "two_dimensions": "2 dimensions, [2, 4000], for test-1",
    "empty": "1 dimensions, [0], for test-1",
    "list": "a list for test-1",
    "rate": "test-1 at '8 kHz' Hz",
    "rate_zero": "test-1 at 0 Hz",
    "gives_none": "a NoneType for test-1",
    "exit_0": "SystemExit: 0",
}


@pytest.fixture
def here(site: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.syspath_prepend(site)
    monkeypatch.chdir(tmp_path)


def run_here(**settings: Any) -> Run:
    small = {"denoisers": "half", "noises": "white", "snrs": "5", "metrics": "nsr", **settings}
    return benchbox.run(benchbox.Suite(**small), "out", examples=0, in_process=True)


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(("how", "reason"), AUDIO.items())
def test_audio_that_is_none_fails_the_rows_of_its_clip(how: str, reason: str) -> None:
    scores = run_here(corpus=f"bad_corpus(how={how})").scores
    told = reasons(scores, "utterance")
    assert reason in told.pop("test-1")
    assert set(told.values()) == {""}
    assert len(told) == 3


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("how", "reason"),
    [("duplicate_ids", "lists 2 entries with the id 'test-0'"), ("no_entries", "lists a int; wants")],
)
def test_a_corpus_that_lists_no_entries_is_refused(how: str, reason: str) -> None:
    with pytest.raises(BadPlugin, match=reason):
        run_here(corpus=f"bad_corpus(how={how})")


@pytest.mark.usefixtures("here")
def test_a_metric_that_is_wrong_from_the_start_is_refused() -> None:
    with pytest.raises(BadPlugin, match="bad_metric"):
        run_here(corpus="tiny", metrics="nsr,bad_metric(how=wrong_from_the_start)")


def test_corpora_that_crash_are_failed_rows_or_refused(
    environment: Mapping[str, str], tmp_path: Path
) -> None:
    process = started(tmp_path / "run", environment, corpus="bad_corpus(how=segfault)", limit="4")
    listing = started(tmp_path / "listing", environment, corpus="bad_corpus(how=aborts_listing)")
    told = reasons(ended(process, tmp_path / "run"), "utterance")
    assert told.pop("test-1").startswith("corpus: ended its process by SIGSEGV")
    assert set(told.values()) == {""}
    _, errors = listing.communicate(timeout=1500)
    assert listing.returncode == 2
    assert 'corpus bad_corpus(how="aborts_listing") cannot be used: ended its process by SIGABRT' in errors
