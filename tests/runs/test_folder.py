from pathlib import Path

import pytest

from benchbox.errors import BadRun
from benchbox.runs.folder import Run, named_results


@pytest.mark.parametrize("path", ["one", "one/../one"])
def test_a_run_given_twice_is_refused(path: str, tmp_path: Path) -> None:
    with pytest.raises(BadRun, match="one is given 2 times; name each run once"):
        named_results([Run(tmp_path / "one"), Run(tmp_path / path)])
