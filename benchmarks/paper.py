"""Make results/paper.md's tables and paper.csv anew: python benchmarks/paper.py AUDIO OUT [RUN ...].

AUDIO is a folder with speech/. OUT gets a run folder for each of `runs`, or only for those that are named;
what is finished there is not computed again. Tables and numbers are written from the runs that OUT holds.
"""

import csv
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
import torch
import typer
from benchbox_unets.presets import PAPER
from benchbox_unets.realpart import real_spectrum
from paper_page import METRICS, Figure, published, write_numbers, write_tables

from benchbox import Run, Suite, run
from benchbox.cli import in_one_line
from benchbox.errors import BadRun, UnknownName, Unscorable
from benchbox.interfaces import Corpus, Metric, Noise
from benchbox.mixing import make_mixture
from benchbox.plan.ingredients import choose
from benchbox.records import Samples, Spec
from benchbox.registry.discovery import discover
from benchbox.registry.options import build
from benchbox.results.clusters import clusters_of
from benchbox.results.merging import merge
from benchbox.results.statistics import Interval, clustered_bootstrap
from benchbox.runs.folder import named_results
from benchbox.spectral import Stft

CONDITION = Spec("stft_gaussian", {"sigma": 1.0, "part": "real"})
CLIPS = 32

SMALL = {"preset": "paper", "channels": 16, "batch": 2, "steps": 928}
"""A quarter of the published width and a fortieth of its excerpts: eleven minutes of one core."""
NOTEBOOK = {**SMALL, "quantizer": "flattened", "loss_weights": "swapped", "pieces": "joined"}
"""As the public notebook has it; the rest (part="real", codebook="gradient") is the preset's."""


@dataclass(frozen=True)
class Variant:
    """A system of the table, and the one it differs from in one thing."""

    title: str
    changes: Mapping[str, Any]
    base: str = "notebook"

    @property
    def spec(self) -> Spec:
        return Spec("vqunet", {**NOTEBOOK, **self.changes})


VARIANTS = {
    "notebook": Variant("the notebook", {}),
    "twin": Variant("nothing but other random numbers", {"codes": 511}),
    "position": Variant("a code per position", {"quantizer": "position"}),
    "eq20": Variant("loss weights of eq. (20)", {"loss_weights": "eq20"}),
    "ema": Variant("codebook by moving averages", {"loss_weights": "eq20", "codebook": "ema"}, base="eq20"),
    "crossfaded": Variant("pieces cross-faded", {"pieces": "crossfaded"}),
    "complex": Variant("complex spectrogram", {"part": "complex"}),
    "corrected": Variant(
        "all of them",
        {
            "quantizer": "position",
            "loss_weights": "eq20",
            "codebook": "ema",
            "pieces": "crossfaded",
            "part": "complex",
        },
    ),
}
OTHERS = {
    "log_mmse": Spec("log_mmse"),
    "fast": Spec("vqunet"),
    "pretrained": Spec("vqunet", {"preset": "pretrained"}),
}


def runs(audio: Path) -> dict[str, Suite]:
    """Return what is run: the split on 1-second excerpts, everything else on whole recordings."""
    speech = {"path": str(audio / "speech")}
    # Half of a small pool: each excerpt is trained on three times, which is when a leak may begin to show.
    pool = {"path": str(audio / "speech" / "test"), "test_fraction": 0.5}

    def suite(name: str, corpus: Mapping[str, Any], denoiser: Spec, limit: int, **settings: Any) -> Suite:
        return Suite(
            name=f"paper-{name}",
            corpus=Spec("folder", corpus),
            denoisers=denoiser,
            noises=CONDITION,
            metrics="pesq,stoi,nsr,si_sdr",
            limit=limit,
            **settings,
        )

    # Trained twice more, for one comparison: at half the width.
    notebook = Spec("vqunet", {**NOTEBOOK, "channels": 8})
    systems = {name: variant.spec for name, variant in VARIANTS.items()} | OTHERS
    return {
        "by_excerpt": suite("by_excerpt", {**pool, "split": "excerpt"}, notebook, 300, allow_leakage=True),
        "by_recording": suite("by_recording", {**pool, "excerpts": True}, notebook, 300),
        **{name: suite(name, speech, spec, CLIPS) for name, spec in systems.items()},
    }


# ------------------------------------------------------------------------------------------------- numbers


class Bench:
    """The condition's mixtures of a corpus's test part, and the measures, for what no suite asks."""

    def __init__(self, suite: Suite, clips: int, **options: Any) -> None:
        registry = discover()
        corpus = build(Corpus, Spec("folder", {**suite.corpus.options, **options}), registry)
        model = build(Noise, CONDITION, registry)
        self.entries = choose(corpus.entries("test"), clips, suite.seed)
        self.mixtures = [
            make_mixture(
                corpus, corpus.load(entry), model, None, noise_name=str(CONDITION), seed=0, split="test"
            )
            for entry in self.entries
        ]
        self._metrics = [build(Metric, spec, registry) for spec in suite.metrics]

    def score(self, clean: Samples, estimate: Samples) -> dict[str, float]:
        scores: dict[str, float] = {}
        for metric in self._metrics:
            with suppress(Unscorable):  # pauses
                scores |= metric.score(metric.prepare(clean, 8000), estimate)
        return {measure: scores[measure] for measure in METRICS if measure in scores}

    def figures(
        self, table: str, system: str, scored: Sequence[tuple[int, Mapping[str, float]]]
    ) -> Iterator[tuple[Figure, Interval]]:
        """Give each measure's mean over scores of (clip, measure -> value), and where the middle 90 % lie."""
        for measure in METRICS:
            kept = [(one, scores[measure]) for one, scores in scored if measure in scores]
            values = [value for _, value in kept]
            speakers = [str(self.entries[one].speaker) for one, _ in kept]
            low, median, high = (float(each) for each in np.quantile(values, [0.05, 0.5, 0.95]))
            mean = clustered_bootstrap(values, speakers)
            figure = Figure(table, system, measure, mean, len(values), len(set(speakers)))
            yield figure, Interval(median, low, high)


def strangers(suite: Suite, clips: int = 200) -> Iterator[Figure]:
    """Score noisy excerpts against their own reference, and against another recording's."""
    bench = Bench(suite, clips, excerpts=True)
    shuffled = np.random.default_rng(suite.seed).permutation(len(bench.entries))
    pairs = [(one, int(other)) for one, other in enumerate(shuffled)]
    matchings = {
        "noisy against its own reference": [(one, one) for one, _ in pairs],
        "noisy against another recording": [
            (one, other)
            for one, other in pairs
            if bench.entries[one].recording != bench.entries[other].recording
        ],
    }
    for system, matched in matchings.items():
        scored = [
            (other, bench.score(bench.mixtures[other].clean, bench.mixtures[one].noisy))
            for one, other in matched
        ]
        for figure, middle in bench.figures("strangers", system, scored):
            yield replace(figure, system=f"{system}, mean")
            yield replace(figure, system=f"{system}, median", value=middle)


def ceiling(suite: Suite) -> Iterator[Figure]:
    """Score what a system that sees real parts gives if it makes no mistake: its way there and back."""
    bench = Bench(suite, CLIPS)
    stft = Stft(PAPER.window, PAPER.hop)

    def perfect(clean: Samples) -> Samples:
        spectrum = real_spectrum(stft, torch.from_numpy(clean))
        return stft.synthesize(spectrum, clean.size).numpy()

    scored = [
        (one, bench.score(mixture.clean, perfect(mixture.clean)))
        for one, mixture in enumerate(bench.mixtures)
    ]
    for figure, _ in bench.figures("systems", "a network without mistakes", scored):
        yield figure


def split(done: Mapping[str, Run]) -> Iterator[Figure]:
    """Compare the two splits on the excerpts that both tested."""
    if not {"by_excerpt", "by_recording"} <= done.keys():
        return
    scored = {
        name: table.assign(system=table["system"].where(table["system"] == "noisy", name))
        for name, table in ((name, done[name].scores) for name in ("by_excerpt", "by_recording"))
    }
    shared = set.intersection(*(set(table["utterance"]) for table in scored.values()))
    table = pd.concat(scored.values())
    table = table[table["utterance"].isin(shared)]
    noisy = table[table["system"] == "noisy"].groupby(["utterance", "measure"])["value"]
    if noisy.nunique().max() > 1:
        raise BadRun(
            "by_excerpt and by_recording mixed the same excerpts differently: delete both, run again"
        )
    table = table.drop_duplicates(["system", "utterance", "measure"])
    yield from _means("split", table, ["noisy", *scored])
    yield from _differences("split", table, "by_excerpt", "by_recording")


def corrections(done: Mapping[str, Run]) -> Iterator[Figure]:
    """Compare the notebook's system with each change of it, and with the other systems."""
    names = {str(spec): name for name, spec in OTHERS.items()}
    names |= {str(variant.spec): name for name, variant in VARIANTS.items()}
    present = [name for name in (*VARIANTS, *OTHERS) if name in done]
    table = merge(named_results([done[name] for name in present])).scores
    table = table.assign(system=table["system"].map({**names, "noisy": "noisy"}))
    yield from _means("systems", table, ["noisy", *present])
    for name, variant in VARIANTS.items():
        if name != variant.base and {name, variant.base} <= done.keys():
            yield from _differences("effects", table, name, variant.base)


def _means(name: str, table: pd.DataFrame, systems: Sequence[str]) -> Iterator[Figure]:
    for measure in METRICS:
        values = _scored(table, measure)
        for system in systems:
            yield _figure(name, system, measure, values[system], table)


def _differences(name: str, table: pd.DataFrame, system: str, base: str) -> Iterator[Figure]:
    for measure in METRICS:
        values = _scored(table, measure)
        yield _figure(name, f"{system} - {base}", measure, values[system] - values[base], table)


def _scored(table: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Return the scores [utterance, system] of the utterances that every system scored."""
    ok = table[(table["measure"] == measure) & (table["status"] == "ok")]
    return ok.pivot(index="utterance", columns="system", values="value").dropna()


def _figure(name: str, system: str, measure: str, values: "pd.Series[float]", table: pd.DataFrame) -> Figure:
    clips = table.drop_duplicates("utterance").set_index("utterance").loc[values.index]
    clusters = clusters_of(clips)
    interval = clustered_bootstrap(values, clusters)
    return Figure(name, system, measure, interval, len(values), len(set(clusters)))


def codebooks(done: Mapping[str, Run]) -> Iterator[Figure]:
    """Tell how each training ended; a moving average over its last 30 steps or so."""
    for name in [name for name in done if name not in OTHERS]:
        (facts,) = (facts for facts in done[name].results.systems.values() if facts.trainable)
        with (done[name].systems_folder / facts.folder / "curve.csv").open() as file:
            *_, last = csv.DictReader(file)
        values: dict[str, Any] = {
            "parameters": facts.parameters,
            "training_seconds": facts.training_seconds,
            **last,
        }
        for measure, value in values.items():
            yield Figure("trainings", name, measure, Interval(float(value), None, None))


TITLES = {name: variant.title for name, variant in VARIANTS.items()} | {
    name: f"`{spec}`" for name, spec in OTHERS.items()
}
TITLES |= {"by_excerpt": "the notebook, split by excerpt", "by_recording": "the notebook, split by recording"}


def main(audio: Path, out: Path, names: Annotated[list[str] | None, typer.Argument()] = None) -> None:
    suites = runs(audio)
    for name in names or suites:
        if name not in suites:
            raise UnknownName("run", name, suites)
        run(suites[name], out / name, examples=0, report=show)
    done = {name: found for name in suites if (found := Run(out / name)).finished}
    figures = [
        *published(),
        *strangers(suites["notebook"]),
        *split(done),
        *corrections(done),
        *ceiling(suites["notebook"]),
        *codebooks(done),
    ]
    write_numbers(figures)
    write_tables(figures, TITLES)


def show(task: str, done: int, total: int, note: str) -> None:
    if done % 50 == 0:
        print(f"{task}: {done}/{total} {note}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    in_one_line(partial(typer.run, main))
