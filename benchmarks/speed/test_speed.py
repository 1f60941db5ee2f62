"""How fast benchbox itself is: `make speed`. Measurements, not tests: nothing here fails for being slow.

The figures and how to read them are in benchmarks/README.md.
"""

import subprocess
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

import benchbox
from benchbox.workshop import metric_of

SUITE = {
    "denoisers": "spectral_sub,log_mmse",
    "noises": "white,babble",
    "snrs": "0,10",
    "metrics": "pesq,stoi,si_sdr,nsr",
    "limit": 16,
}


def shell(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "benchbox", *arguments], check=True, capture_output=True)


@pytest.mark.parametrize("arguments", [("--help",), ("list",)], ids=["help", "list"])
def test_time_to_answer(benchmark: BenchmarkFixture, arguments: tuple[str, ...]) -> None:
    benchmark.pedantic(shell, arguments, warmup_rounds=1, rounds=10)


def test_time_of_a_finished_run_run_again(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    flags = [f"--{name}={value}" for name, value in SUITE.items()]
    arguments = ("run", *flags, "--output", str(tmp_path / "run"))
    shell(*arguments)
    benchmark.pedantic(shell, arguments, rounds=5)


@pytest.mark.parametrize("noises", ["white,pink", "white,babble"])
def test_share_of_a_run_that_is_neither_denoising_nor_scoring(
    benchmark: BenchmarkFixture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, noises: str
) -> None:
    spent = 0.0

    def timed(function: Any) -> Any:
        def call(*arguments: Any) -> Any:
            nonlocal spent
            started = perf_counter()
            try:
                return function(*arguments)
            finally:
                spent += perf_counter() - started

        return call

    suite = benchbox.Suite(**{**SUITE, "noises": noises})
    for spec in suite.metrics:
        metric = metric_of(spec)
        monkeypatch.setattr(metric, "score", timed(metric.score))
        monkeypatch.setattr(metric, "prepare", timed(metric.prepare))
    folders = (tmp_path / f"run-{number}" for number in range(100))

    def once() -> None:
        nonlocal spent
        spent = 0.0
        started = perf_counter()
        run = benchbox.run(suite, next(folders), jobs=1, examples=0)
        total = perf_counter() - started
        work = spent + run.timings["seconds_denoise"].sum()
        benchmark.extra_info["overhead"] = f"{1 - work / total:.1%} of {total:.1f} s"

    benchmark.pedantic(once, warmup_rounds=1, rounds=1)


@pytest.mark.parametrize("recordings", [20, 400])
def test_peak_memory_over_the_size_of_the_corpus(
    benchmark: BenchmarkFixture, tmp_path: Path, recordings: int
) -> None:
    program = (
        "import sys, resource, benchbox;"
        f"suite = benchbox.Suite(denoisers='spectral_sub', noises='white', snrs='5', metrics='si_sdr',"
        f" corpus='folder(path={tmp_path / 'speech'})');"
        f"benchbox.run(suite, {str(tmp_path / 'run')!r}, jobs=1, examples=0);"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)"
    )
    write_corpus(tmp_path / "speech" / "test", recordings)

    def once() -> None:
        done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
        benchmark.extra_info["peak MB"] = round(float(done.stdout))

    benchmark.pedantic(once, rounds=1)


def write_corpus(folder: Path, recordings: int) -> None:
    from benchbox.audio import write
    from benchbox.testing import FakeCorpus

    folder.mkdir(parents=True)
    for utterance in FakeCorpus(recordings, seconds=30).utterances("test"):
        write(folder / f"{utterance.entry.id}.wav", utterance.samples, utterance.sample_rate)
