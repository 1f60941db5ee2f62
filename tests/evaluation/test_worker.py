"""What a worker needs to score a system."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchbox.audio import write
from benchbox.runs.folder import Run
from tests.fakes import run_here, suite

SCORE = """
import sys
from pathlib import Path

import benchbox.runs.child
from benchbox.evaluation.evaluation import evaluate_clip
from benchbox.evaluation.worker import Worker
from benchbox.plan.jobs import make_plan
from benchbox.plan.suite import Suite
from benchbox.registry.discovery import discover

registry = discover()
suite = Suite(denoisers="log_mmse", noises="white", snrs="5", metrics="pesq,stoi,nsr,si_sdr", limit="1")
job = make_plan(suite, registry).jobs[0]
rows = evaluate_clip(Worker(Path(), registry), job, 0, {})
assert {row.status for row in rows.scores} == {"ok"}
print(*{"torch", "pandas", "pyarrow", "datasets", "matplotlib"} & set(sys.modules))
"""


def test_a_worker_loads_no_large_library_that_its_system_does_not_need() -> None:
    done = subprocess.run([sys.executable, "-c", SCORE], capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("", "")


@pytest.mark.usefixtures("fakes")
def test_a_noise_file_that_changed_since_the_last_run_of_this_process_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "noise" / "test" / "n.wav"
    file.parent.mkdir(parents=True)
    changing = suite(denoisers="noisy", noises=f"recorded(path={tmp_path / 'noise'})", snrs="5")
    for number in range(2):
        noise = np.random.default_rng(number).standard_normal(16000).astype(np.float32)
        write(file, 0.1 * noise, 8000)
        run_here(changing, f"{number}", examples=0)
    one, other = (Run(Path(f"{number}")).scores["value"].mean() for number in range(2))
    assert one != other
