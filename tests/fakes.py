"""Small plugins, as text for `install_plugin`, and small runs of them."""

from typing import Any

import pandas as pd

import benchbox
from benchbox.runs.folder import Run

PLUGINS = """
import json, os, threading, time
from dataclasses import replace
import numpy as np
from pathlib import Path
from benchbox.audio import read
from benchbox.errors import BadAudio
from benchbox.hookspecs import hookimpl
from benchbox.interfaces import Denoiser, TrainableDenoiser, Corpus
from benchbox.records import Progress
from benchbox.testing import FakeCorpus

class Half(Denoiser):
    def denoise(self, noisy, sample_rate):
        return 0.5 * noisy

class Brought(Half):
    def trained_on(self, sample_rate):
        return [Path("brought.npz")]

class Spoils(Denoiser):
    def denoise(self, noisy, sample_rate):
        noisy *= 0
        return noisy

class Wrong(Denoiser):
    def __init__(self, how: str = "raises"):
        self.how = how
    def denoise(self, noisy, sample_rate):
        if self.how == "raises" and not Path("mended").exists():
            raise RuntimeError("it broke\\nbadly")
        return {"raises": noisy, "nan": noisy * np.nan, "short": noisy[:-1], "nothing": None,
                "text": np.array(["a"] * len(noisy)), "stereo": np.stack([noisy, noisy]),
                "integers": (32767 * noisy).astype(np.int16)}[self.how]

class At16k(Denoiser):
    sample_rates = (16000,)
    def denoise(self, noisy, sample_rate):
        assert sample_rate == 16000
        return noisy

class Slow(Denoiser):
    def denoise(self, noisy, sample_rate):
        time.sleep(0.2)
        return noisy

class Late(Denoiser):
    def __init__(self, samples: int = 7):
        self.samples = samples
    def denoise(self, noisy, sample_rate):
        return np.pad(-0.1 * noisy, (self.samples, 0))[:len(noisy)]

class Learner(TrainableDenoiser):
    def __init__(self, fails: bool = False, notes: bool = False):
        self.fails, self.notes, self.gain = fails, notes, 1.0
    def denoise(self, noisy, sample_rate):
        return np.float32(self.gain) * noisy
    def fit(self, examples, *, rng, folder, progress):
        if self.fails:
            raise ValueError("no gradient")
        with (folder / "fits").open("a") as fits:
            fits.write("x")
        pairs = [examples.draw(4000, rng) for _ in range(4)]
        self.gain = float(sum(c @ n for c, n in pairs) / sum(n @ n for _, n in pairs))
        progress(Progress(20, 20, {"gain": self.gain}, "the data is odd" if self.notes else ""))
    def save(self, folder):
        (folder / "gain.json").write_text(json.dumps(self.gain))
    def load(self, folder):
        self.gain = json.loads((folder / "gain.json").read_text())

class Leaky(FakeCorpus):
    def load(self, entry):
        return super().load(replace(entry, id=entry.id.replace("test-2", "train-5")))

class Delayed(Denoiser):
    "Leave a thread behind that ends the process once another denoiser is at work there."
    def denoise(self, noisy, sample_rate):
        def end():
            while not Path("at work").exists():
                time.sleep(0.01)
            os._exit(5)
        if not Path("at work").exists():
            threading.Thread(target=end, daemon=True).start()
        return noisy

class Patient(Denoiser):
    "Never come back the first time."
    def denoise(self, noisy, sample_rate):
        first = not Path("at work").exists()
        with Path("at work").open("a") as file:
            file.write("x")
        if first:
            time.sleep(600)
        return noisy

class Deadly(Denoiser):
    def denoise(self, noisy, sample_rate):
        with Path("calls").open("a") as file:
            file.write("x")
        os._exit(6)

class Endless(Learner):
    def fit(self, examples, *, rng, folder, progress):
        for step in range(3000):
            (folder / "alive").write_text(str(step))
            progress(Progress(step, 3000))
            time.sleep(0.02)

class Holey(FakeCorpus):
    def load(self, entry):
        if entry.id == "test-3":
            raise BadAudio("test-3.wav is truncated")
        utterance = super().load(entry)
        if entry.id == "test-5":
            utterance.samples[:] = 0
        return utterance

class Away(FakeCorpus):
    def load(self, entry):
        utterance = super().load(entry)
        return replace(utterance, samples=read("away.wav")[0]) if entry.id == "test-3" else utterance

@hookimpl
def register_denoisers(register):
    for factory in (
        Half, Brought, Spoils, Wrong, At16k, Slow, Late, Learner, Delayed, Patient, Deadly, Endless
    ):
        register(factory.__name__.lower(), factory)

@hookimpl
def register_corpora(register):
    register("fake", FakeCorpus)
    register("holey", Holey)
    register("leaky", Leaky)
    register("away", Away)
"""


def suite(**settings: Any) -> benchbox.Suite:
    small = {
        "denoisers": "half",
        "corpus": "fake",
        "noises": "white",
        "snrs": "0,10",
        "metrics": "si_sdr,nsr",
    }
    return benchbox.Suite(**{**small, **settings})


def run_here(*given: Any, **settings: Any) -> Run:
    """Run in this process, which starts faster; test_contained.py is about the others."""
    return benchbox.run(*given, in_process=True, **settings)


def rows(run: Run, system: str) -> pd.DataFrame:
    return run.scores[run.scores["system"] == system]


def shards(run: Run) -> dict[str, tuple[int, bytes]]:
    files = (run.path / "scores").glob("*.parquet")
    return {file.name: (file.stat().st_mtime_ns, file.read_bytes()) for file in files}
