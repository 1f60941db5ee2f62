"""How the systems of a run learnt: the curves that their trainings left."""

import pandas as pd

from benchbox.errors import BadRun
from benchbox.runs.folder import Run


def training_curves(run: Run) -> dict[str, pd.DataFrame]:
    """Return system -> its curve.csv, one row a validation with a column `step`, where there is one.

    Raises:
        BadRun: a curve is damaged.
    """
    curves = {}
    for label, facts in run.results.systems.items():
        file = run.systems_folder / facts.folder / "curve.csv"
        if facts.trainable and file.is_file():
            try:
                curves[label] = pd.read_csv(file).astype(float)
            except (ValueError, OSError) as error:
                raise BadRun(f"{file} is damaged: {error}; --what leaves it out") from None
            if "step" not in curves[label]:
                raise BadRun(f"{file} is damaged: it has no column named step; --what leaves it out")
    return curves
