"""`benchbox check` on plugins that keep their contract, and on one that breaks it in every way."""

import os
import sys
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from benchbox.conformance.check import Finding, check
from benchbox.errors import BadOption, UnknownName
from benchbox.registry.discovery import discover

FAULTY = """
import os, time
import numpy as np
from benchbox.interfaces import Denoiser

class Faulty(Denoiser):
    sample_rates = (8000, 16000)
    heard = 0.0

    def denoise(self, noisy, sample_rate):
        if np.isnan(noisy).any():
            self.heard = np.nan  # for ever
        if np.count_nonzero(noisy) == 1 and noisy.size > 1:
            os._exit(3)
        if np.abs(noisy).max(initial=0) > 1.2:
            os.kill(os.getpid(), 11)
        if sample_rate == 16000:
            raise ValueError("8 kHz only")
        if noisy.size == 7:
            time.sleep(60)
        late = np.concatenate([np.zeros(80, np.float32), noisy])[: noisy.size]
        noisy *= 0.5
        return late + np.float32(self.heard)
"""


@pytest.fixture(autouse=True)
def own_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget the folders of files that were imported."""
    monkeypatch.setattr("sys.path", [*sys.path])


def outcomes(spec: str, **limits: float) -> dict[str, Finding]:
    return {found.name: found for found in check(spec, discover(), minutes=0.5, **limits)}


@pytest.fixture
def faulty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Finding]:
    monkeypatch.chdir(tmp_path)
    Path("faulty.py").write_text(FAULTY)
    return outcomes("faulty.py:Faulty", seconds=8)


def test_each_fault_is_found_and_told_though_the_process_ends(faulty: dict[str, Finding]) -> None:
    told = {name: found.told for name, found in faulty.items() if found.outcome == "fails"}
    for name, says in {
        "keeps the length for any length (7)": "took more than 8 s",
        "leaves its input alone": "denoise changed the array it was given",
        "stays finite on unusual input (impulse)": "ended its process with exit code 3",
        "stays finite on unusual input (beyond full scale)": "ended its process by SIGSEGV",
        "takes the rates it declares": "8 kHz only",
        "is in step with its input": "its output is 10.00 ms late",
    }.items():
        assert says in told[name]
    assert "is not spoilt by a clip with nan" in told
    assert faulty["stays finite on silence"].outcome == "holds"
    assert faulty["comes back from disk as it was"].outcome == "skipped"


LEARNING = """
import json
from benchbox.interfaces import TrainableDenoiser

class Gain(TrainableDenoiser):
    sample_rates = (8000,)
    gain = 1.0
    def fit(self, examples, *, rng, folder, progress):
        clean, noisy = examples.draw(8000, rng)
        self.gain = float(clean @ noisy / (noisy @ noisy))
    def save(self, folder): (folder / "gain.json").write_text(json.dumps(self.gain))
    def load(self, folder): self.gain = json.loads((folder / "gain.json").read_text())
    def denoise(self, noisy, sample_rate): return self.gain * noisy
"""


def test_a_denoiser_that_learns_is_trained_and_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("learning.py").write_text(LEARNING)
    found = outcomes("learning.py:Gain")
    streams = found.pop("streams what it denoises however it is cut")
    assert (streams.outcome, streams.told) == ("skipped", "it does not stream")
    assert {one.outcome for one in found.values()} == {"holds"}
    assert "trains alike twice and returns from disk unchanged" in found
    assert "8000 Hz" in found["takes the rates it declares"].told


def test_other_kinds_are_checked_by_their_contracts() -> None:
    assert {one.kind for one in outcomes("white").values()} == {"noise"}
    assert {one.outcome for one in outcomes("si_sdr").values()} == {"holds"}


def test_what_cannot_be_checked_is_refused() -> None:
    with pytest.raises(UnknownName, match="did you mean 'white'"):
        outcomes("whit")
    with pytest.raises(BadOption, match="stands for 2 plugins"):
        outcomes("spectral_sub(over=[2,3])")


LEAVING = """
import subprocess, time
from benchbox.interfaces import NoiseModel

class Leaving(NoiseModel):
    def __init__(self) -> None:
        with open("child", "w") as file:
            print(subprocess.Popen(["sleep", "600"]).pid, file=file)
        time.sleep(600)

    def sample(self, length, sample_rate, rng):
        raise NotImplementedError
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no program `sleep`")
def test_what_hangs_ends_with_all_that_it_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("leaving.py").write_text(LEAVING)
    found = check("leaving.py:Leaving", discover(), seconds=10)
    assert "took more than 10 s" in next(found).told
    found.close()  # type: ignore[attr-defined]
    with suppress(psutil.NoSuchProcess):
        child = psutil.Process(int(Path("child").read_text()))
        # Whoever adopts it has yet to ask how it ended.
        assert child.status() == psutil.STATUS_ZOMBIE or child.wait(10) is None


def test_what_ends_before_anything_was_tried_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("ending.py").write_text(
        "import os\n"
        f"if os.getpid() != {os.getpid()}:\n"
        "    os._exit(7)\n"
        "def ending(noisy, sample_rate):\n"
        "    return noisy\n"
    )
    [found] = outcomes("ending.py:ending").values()
    assert (found.name, found.outcome) == ("can be built", "fails")
    assert found.told == "ended its process with exit code 7"
