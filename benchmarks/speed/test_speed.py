"""How fast benchbox itself is: `make speed`. Measurements, not tests: nothing here fails for being slow.

The figures and how to read them are in benchmarks/README.md.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchbox.interfaces import Metric
from benchbox.registry.discovery import discover
from benchbox.registry.options import build
from benchbox.registry.specs import parse_spec
from benchbox.synthetic import speech_like

SUITE = {
    "denoisers": "spectral_sub,log_mmse",
    "noises": "white,babble",
    "snrs": "0,10",
    "metrics": "pesq,stoi,si_sdr,nsr",
    "limit": 16,
}
AUDIO = Path(__file__).parents[3] / "shared" / "audio"
REAL = {
    **SUITE,
    "corpus": f"folder(path={AUDIO / 'speech'})",
    "noises": f"white,recorded(path={AUDIO / 'noise'})",
}
RUNS: dict[str, dict[str, Any]] = {
    "one clip": {**SUITE, "noises": "white", "snrs": "10", "limit": 1},
    "embedded, white and pink": {**SUITE, "noises": "white,pink"},
    "embedded, white and babble": SUITE,
    "embedded, all of it": {**SUITE, "noises": "white,pink,babble", "snrs": "0,5,10", "limit": 70},
    "real, short": {**REAL, "limit": 5},
    "real, long": {**REAL, "denoisers": "spectral_sub,wiener,log_mmse", "snrs": "-5,0,5,10", "limit": 20},
}


@pytest.fixture
def tell(
    benchmark: BenchmarkFixture, capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest
) -> Callable[[dict[str, Any]], None]:
    """Return what keeps facts beside the time, and prints them, because pytest-benchmark's table does not."""

    def tell(facts: dict[str, Any]) -> None:
        benchmark.extra_info.update(facts)
        with capsys.disabled():
            print(f"\n{request.node.callspec.id}: {json.dumps(facts)}")

    return tell


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


@pytest.mark.parametrize("sample_rate", [8000, 16000])
@pytest.mark.parametrize("engine", ["own", "library"])
def test_time_to_score_10_s_by_stoi_and_estoi(
    benchmark: BenchmarkFixture, engine: str, sample_rate: int
) -> None:
    metric = build(Metric, parse_spec(f"stoi(engine={engine})"), discover())
    clean = speech_like(10 * sample_rate, np.random.default_rng(0), sample_rate)
    noise = 0.05 * np.random.default_rng(1).standard_normal(len(clean))
    noisy = (clean + noise).astype(np.float32)
    benchmark(lambda: metric.score(metric.prepare(clean, sample_rate), noisy))


@pytest.mark.parametrize("name", RUNS)
def test_share_of_a_run_that_is_neither_denoising_nor_scoring(
    benchmark: BenchmarkFixture, tell: Callable[[dict[str, Any]], None], tmp_path: Path, name: str
) -> None:
    if "real" in name and not AUDIO.is_dir():
        pytest.skip(f"needs {AUDIO}")
    settings = [f"{key}={value}" for key, value in RUNS[name].items()]
    command = [sys.executable, str(Path(__file__).with_name("overhead.py")), str(tmp_path / "run"), *settings]

    def once() -> None:
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        tell(json.loads(done.stdout))

    benchmark.pedantic(once, rounds=1)


@pytest.mark.parametrize("recordings", [20, 400])
def test_peak_memory_over_the_size_of_the_corpus(
    benchmark: BenchmarkFixture, tell: Callable[[dict[str, Any]], None], tmp_path: Path, recordings: int
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
        tell({"peak MB": round(float(done.stdout))})

    benchmark.pedantic(once, rounds=1)


def write_corpus(folder: Path, recordings: int) -> None:
    from benchbox.audio import write
    from benchbox.testing import FakeCorpus

    folder.mkdir(parents=True)
    for utterance in FakeCorpus(recordings, seconds=30).utterances("test"):
        write(folder / f"{utterance.entry.id}.wav", utterance.samples, utterance.sample_rate)
