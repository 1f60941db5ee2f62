"""Score the same estimates through every door: python benchmarks/doors.py SPEECH NOISE OUT [--count 40]

Mixes pairs and scores denoisers on them (`run` on a folder), writes the pairs as files, reads them back
(`run` on `paired`), denoises the files (`benchbox denoise`) and scores what that wrote (`score`). Says by how
much each measure differs from the direct run, over all clips; exits 1 where that is more than 1e-6.
"""

from functools import partial
from pathlib import Path

import pandas as pd
import typer

from benchbox.audio import write
from benchbox.cli import in_one_line
from benchbox.denoising.files import denoise_files
from benchbox.denoising.targets import pair
from benchbox.evaluation.worker import Worker
from benchbox.interfaces import Denoiser
from benchbox.plan.jobs import make_plan
from benchbox.plan.suite import Suite
from benchbox.registry.discovery import discover
from benchbox.registry.options import build
from benchbox.registry.specs import parse_spec
from benchbox.runs.runner import run
from benchbox.runs.scoring import score

TOLERANCE = 1e-6


def main(
    speech: str,
    noise: str,
    out: Path,
    count: int = 40,
    denoiser: str = "log_mmse",
    metrics: str = "pesq,stoi,si_sdr,snr,nsr,composite,lsd",
) -> None:
    found = compare(speech, noise, out, count, denoiser, metrics)
    print(found.to_string())
    if not found["largest difference"].max() <= TOLERANCE:
        raise typer.Exit(1)


def compare(
    corpus: str, noise: str, out: Path, count: int, denoiser: str, metrics: str, snr: float = 5.0
) -> pd.DataFrame:
    """Return the largest difference between doors of each system and measure, over all clips."""
    registry = discover()
    mixed = Suite(
        denoisers=denoiser,
        corpus=corpus,
        noises=noise,
        snrs=[snr],
        metrics=metrics,
        limit=count,
        name="mixed",
    )
    direct = run(mixed, out / "direct", in_process=True, examples=0, registry=registry)
    _write_pairs(mixed, out)
    clean, noisy = out / "clean", out / "noisy"
    paired = Suite(
        denoisers=denoiser, corpus=f'paired(clean="{clean}", noisy="{noisy}")', metrics=metrics, name="paired"
    )
    read = run(paired, out / "paired", in_process=True, examples=0, registry=registry)
    spec = parse_spec(denoiser)
    pairs = pair([str(noisy)], str(out / "enhanced"), force=True)
    denoise_files(build(Denoiser, spec, registry), pairs, lambda *_: None)
    scored = score(
        {"files": out / "enhanced"},
        out / "scored",
        clean=clean,
        noisy=noisy,
        metrics=metrics,
        jobs=1,
        examples=0,
    )
    names = {"noisy": "noisy", str(spec): denoiser}
    return pd.concat(
        [
            _differences(direct.scores, read.scores, names, "run on paired(...)"),
            _differences(
                direct.scores, scored.scores, {"noisy": "noisy", str(spec): "files"}, "denoise, score"
            ),
        ]
    )


def _write_pairs(suite: Suite, out: Path) -> None:
    plan = make_plan(suite, discover())
    worker = Worker(out, discover())
    for job in plan.jobs:
        if job.system.label != "noisy":
            continue
        for entry in job.entries:
            mixture = worker.mixture(job, entry)
            for side, samples in (("clean", mixture.clean), ("noisy", mixture.noisy)):
                file = (out / side / _stem(entry.id)).with_suffix(".wav")
                file.parent.mkdir(parents=True, exist_ok=True)
                write(file, samples, mixture.sample_rate, "FLOAT")


def _stem(id: str) -> str:
    return Path(id).with_suffix("").as_posix().replace("/", "_").replace(".", "_")


def _differences(one: pd.DataFrame, other: pd.DataFrame, names: dict[str, str], door: str) -> pd.DataFrame:
    one = one.assign(utterance=one["utterance"].map(_stem), system=one["system"].map(names))
    both = one.merge(other, on=["system", "utterance", "measure"], suffixes=("", "_other"))
    both["difference"] = (both["value"] - both["value_other"]).abs()
    unlike = both["value"].isna() != both["value_other"].isna()
    both.loc[unlike, "difference"] = float("inf")
    grouped = both.groupby(["system", "measure"], sort=False)["difference"]
    table = pd.DataFrame({"clips": grouped.count(), "largest difference": grouped.max()}).reset_index()
    table.insert(0, "door", door)
    return table


if __name__ == "__main__":
    in_one_line(partial(typer.run, main))
