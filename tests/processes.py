"""Programs that tests start in environments of their own."""

import os
import subprocess
from pathlib import Path


def run(*command: object, cwd: Path) -> str:
    """Return what a command says; it must end well, sees nothing of this Python, and caches in `cwd`."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "COV_"))}
    done = subprocess.run(
        list(map(str, command)),
        cwd=cwd,
        env={**environment, "XDG_CACHE_HOME": str(cwd)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
