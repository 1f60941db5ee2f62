"""What a worker needs to score a system."""

import subprocess
import sys

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
