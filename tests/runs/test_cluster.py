"""Runs on real dask clusters of several processes: same bytes, lost workers, a lost scheduler."""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import benchbox
from benchbox.audio import write
from benchbox.errors import BadCluster
from benchbox.runs.folder import Run

distributed = pytest.importorskip("distributed")
pytestmark = pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="needs /proc")

PLUGINS = """
import json, os, signal
from pathlib import Path
import numpy as np
from benchbox.hookspecs import hookimpl
from benchbox.interfaces import Denoiser, TrainableDenoiser
from benchbox.records import Progress

def end_the_worker(times):
    ends = Path(os.environ["BENCHBOX_TEST_ENDS"])
    if len(ends.read_text()) < times:
        with ends.open("a") as file:
            file.write("x")
        os.kill(os.getppid(), signal.SIGKILL)
        signal.pause()

class Ends(Denoiser):
    def __init__(self, times: int = 1):
        self.times = times
    def denoise(self, noisy, sample_rate):
        if np.any(noisy):  # not the silence it is warmed up with
            end_the_worker(self.times)
        return 0.5 * noisy

class Crashes(Denoiser):
    def denoise(self, noisy, sample_rate):
        os.kill(os.getpid(), signal.SIGSEGV)

class Raises(Denoiser):
    def denoise(self, noisy, sample_rate):
        raise RuntimeError("it broke")

class EndsScheduler(Denoiser):
    def denoise(self, noisy, sample_rate):
        scheduler = Path(os.environ["BENCHBOX_TEST_SCHEDULER"])
        if np.any(noisy) and scheduler.exists():
            process = int(scheduler.read_text())
            scheduler.unlink()
            os.kill(process, signal.SIGKILL)
        return 0.5 * noisy

class Learner(TrainableDenoiser):
    def __init__(self, ends: int = 0):
        self.ends, self.gain = ends, 1.0
    def denoise(self, noisy, sample_rate):
        return np.float32(self.gain) * noisy
    def fit(self, examples, *, rng, folder, progress):
        end_the_worker(self.ends)
        pairs = [examples.draw(4000, rng) for _ in range(20)]
        self.gain = float(sum(c @ n for c, n in pairs) / sum(n @ n for _, n in pairs))
        progress(Progress(20, 20, {"gain": self.gain}))
    def save(self, folder):
        (folder / "gain.json").write_text(json.dumps(self.gain))
    def load(self, folder):
        self.gain = json.loads((folder / "gain.json").read_text())

@hookimpl
def register_denoisers(register):
    for factory in (Ends, Crashes, Raises, EndsScheduler, Learner):
        register(factory.__name__.lower(), factory)
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Make a working directory with speech in it, and install plugins."""
    home = tmp_path_factory.mktemp("home")
    metadata = home / "site" / "ends-1.0.dist-info"
    metadata.mkdir(parents=True)
    (home / "site" / "ends.py").write_text(PLUGINS)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: ends\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[benchbox]\nends = ends\n")
    rng = np.random.default_rng(0)
    for split in ("train", "test"):
        (home / "speech" / split).mkdir(parents=True)
        for number in range(10):
            speech = rng.normal(size=8000) * np.hanning(8000) * 0.3
            write(home / "speech" / split / f"{number}.wav", speech.astype(np.float32), 8000)
    (home / "ends").write_text("")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(home / "site")
        patch.setenv("PYTHONPATH", str(home / "site"), prepend=os.pathsep)
        patch.setenv("BENCHBOX_TEST_ENDS", str(home / "ends"))
        patch.setenv("BENCHBOX_TEST_SCHEDULER", str(home / "scheduler"))
        patch.chdir(home)
        yield home


@pytest.fixture(scope="module")
def address(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start two workers that see none of the files here: they work in another folder."""
    there = tmp_path_factory.mktemp("there")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(there)
        cluster = distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            dashboard_address="127.0.0.1:0",
            memory_limit=0,
            silence_logs=60,
        )
        with cluster:
            patch.chdir(home)
            yield cluster.scheduler_address


def run(output: str, **options: Any) -> Run:
    small = {
        "denoisers": "wiener",
        # Each process has its own folder there: what lies here is nowhere on the cluster.
        "corpus": "folder(path=/proc/self/cwd/speech)",
        "noises": "white",
        "snrs": "0,10",
        "metrics": "si_sdr,nsr",
        "examples": 0,
    }
    return benchbox.run(**{**small, **options}, output=output)


def on(address: str, **options: Any) -> dict[str, Any]:
    return {"backend": "dask", "backend_options": {"address": address, **options}}


def shards(run: Run) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in (run.path / "scores").iterdir()}


def test_shards_of_a_cluster_that_loses_workers_are_those_of_one_process(address: str, home: Path) -> None:
    denoisers = {"denoisers": "wiener,raises,ends(times=1),learner(ends=2)"}
    (home / "ends").write_text("xx")
    here = run("here", **denoisers, in_process=True)
    (home / "ends").write_text("")
    told: list[tuple[str, int, int, str]] = []
    said: list[str] = []
    there = run(
        "there", **denoisers, **on(address), report=lambda *state: told.append(state), announce=said.append
    )
    assert len(shards(here)) == 20
    assert shards(there) == shards(here)
    assert (home / "ends").read_text() == "xx"
    assert sum("is lost: its jobs are tried elsewhere" in line for line in said) == 2
    assert ("train learner(ends=2)", 20, 20) in [state[:3] for state in told]
    assert told[-1][:3] == ("score", 20, 20)


def test_what_ends_every_worker_is_failed_rows_and_a_crash_no_lost_worker(
    address: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchbox.runs.cluster.MOST_LOSSES", 1)
    (home / "ends").write_text("")
    done = run("hopeless", denoisers="ends(times=99),crashes", snrs="0", limit=2, **on(address))
    rows = done.scores[["system", "failure"]].fillna("")
    failures = Counter(rows.itertuples(index=False, name=None))
    assert failures == {
        ("noisy", ""): 4,
        ("ends(times=99)", "worker ended 2 times while it had this (killed, or out of memory?)"): 4,
        ("crashes", "denoiser: ended its process by SIGSEGV"): 4,
    }
    assert len((home / "ends").read_text()) == 2


def test_a_cluster_with_other_plugins_is_refused(address: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        # Of this process alone.
        patch.setattr("benchbox.registry.plugin.source_digest", lambda _: "another")
        with pytest.raises(BadCluster, match=r"has another corpus folder.* than there is here") as raised:
            run("other", **on(address))
    assert "\n" not in str(raised.value)


@contextmanager
def started(*command: str) -> "Iterator[subprocess.Popen[bytes]]":
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen([sys.executable, "-m", "dask", *command], **quiet)  # type: ignore[call-overload]
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@contextmanager
def small_cluster(folder: Path) -> Iterator[tuple[str, int]]:
    """Start a scheduler and a worker, each by its command; give its address and the scheduler's process."""
    folder.mkdir()
    file = folder / "scheduler.json"
    scheduler = ("scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(file))
    with started(*scheduler, "--no-dashboard") as process:
        address = address_in(file)
        worker = ("worker", address, "--no-nanny", "--nthreads", "1", "--local-directory", str(folder))
        with started(*worker, "--no-dashboard"):
            yield address, process.pid


def address_in(file: Path) -> str:
    """Wait until a scheduler has written all of its file."""
    while True:
        try:
            return str(json.loads(file.read_text())["address"])
        except (FileNotFoundError, json.JSONDecodeError):
            time.sleep(0.05)


def test_a_lost_scheduler_is_told_and_the_run_goes_on_when_started_again(home: Path, tmp_path: Path) -> None:
    denoisers = {"denoisers": "endsscheduler"}
    expected = run("calm", **denoisers, in_process=True)
    with small_cluster(tmp_path / "first") as (address, process):
        (home / "scheduler").write_text(str(process))
        with pytest.raises(BadCluster, match="the scheduler of the cluster is lost") as raised:
            run("goes-on", **denoisers, **on(address))
    assert "\n" not in str(raised.value)
    with small_cluster(tmp_path / "second") as (address, _):
        assert shards(run("goes-on", **denoisers, **on(address))) == shards(expected)
