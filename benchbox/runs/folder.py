"""A run folder: manifest, one parquet shard a job, trained systems, a few sounds. Every write is atomic.

manifest.json            what was run: suite, systems, measures and their identities, machine
scores/KEY.parquet       the scores of the job with that key, free of timings: same run, same bytes; they and
                         the libraries that made them are under a checksum
scores/KEY.error.parquet the same where something broke: shown in tables, tried again by the next run
timings/KEY.parquet      what the same job cost
systems/NAME-KEY/        checkpoint, training curve and facts of one trained system
audio/NN_.../            clean, noisy and estimates of a few mixtures
listening/               what listeners gave, see `benchbox.listening.ratings`
damaged/                 what was no more what was written, set aside and made anew
leaderboard.md           the table
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

import pandas as pd
import pyarrow as pa

from benchbox.errors import BadRun, Damaged
from benchbox.files import atomic
from benchbox.leaderboard import leaderboard
from benchbox.records import Evaluation, Score, Timing
from benchbox.render import render
from benchbox.render.terminal import Leaderboard
from benchbox.results.record import Results
from benchbox.runs.manifest import Manifest, read_manifest, write_manifest
from benchbox.runs.shards import Shard, read_shard, schema_of, told_versions, write_shard

if TYPE_CHECKING:
    from benchbox.runs.pictures import Picture

SCHEMAS = {"scores": schema_of(Score), "timings": schema_of(Timing)}
"""Folder of shards -> their columns."""


class Run:
    """A run folder, finished or not, read as tables."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)

    @classmethod
    def open(cls, path: Path | str) -> Self:
        """Return the run in a folder.

        Raises:
            BadRun: there is none, its manifest is damaged, or an unknown version of benchbox wrote it.
        """
        run = cls(path)
        if not run.exists:
            raise BadRun(
                f"{path} is not a run folder (no manifest.json); `benchbox run --output {path}` makes one"
            )
        _ = run.manifest
        return run

    @property
    def exists(self) -> bool:
        return self.manifest_path.is_file()

    @property
    def manifest_path(self) -> Path:
        return self.path / "manifest.json"

    @property
    def systems_folder(self) -> Path:
        return self.path / "systems"

    @property
    def audio_folder(self) -> Path:
        return self.path / "audio"

    @property
    def failures_folder(self) -> Path:
        return self.path / "failures"

    @cached_property
    def manifest(self) -> Manifest:
        return read_manifest(self.manifest_path)

    @property
    def known(self) -> Manifest | None:
        """Return the manifest; None where there is none, or not what was written."""
        with suppress(Damaged):
            return self.manifest if self.exists else None
        return None

    @property
    def finished(self) -> bool:
        return self.known is not None and self.known.finished

    @property
    def results(self) -> Results:
        """Everything that tables, comparisons and plots are made of."""
        manifest = self.manifest
        return Results(
            scores=self.scores,
            measures=manifest.measures,
            systems=manifest.systems,
            identities=manifest.identities,
            timings=self.timings,
            setting=manifest.setting,
            machine=manifest.machine,
            conditions=manifest.conditions,
            # A shard that is gone is not even damaged.
            finished=manifest.finished and len(self._score_shards) == len(manifest.jobs),
            warnings=tuple(self._warnings()),
            notes=tuple(self._notes()),
        )

    @cached_property
    def _score_shards(self) -> list[Shard]:
        return self._shards("scores")

    @cached_property
    def scores(self) -> pd.DataFrame:
        """One row a system, mixture and measure; see `records.Score`."""
        return self._table("scores", self._score_shards)

    @cached_property
    def timings(self) -> pd.DataFrame:
        """One row a system and mixture; see `records.Timing`."""
        return self._table("timings", self._shards("timings"))

    def _table(self, part: str, shards: Sequence[Shard]) -> pd.DataFrame:
        rows = [shard.rows for shard in shards]
        frame: pd.DataFrame = pa.concat_tables([SCHEMAS[part].empty_table(), *rows]).to_pandas()
        labels = self._labels
        return frame.assign(system=frame["system"].map(lambda spec: labels.get(spec, spec)))

    @property
    def _labels(self) -> dict[str, str]:
        # Shards are the same whatever a system is called.
        return {facts.spec: label for label, facts in self.manifest.systems.items() if facts.spec}

    def system_of(self, key: str) -> str | None:
        """Return the system of a job that this run has scores of; None of any other key."""
        shard = self._read("scores", key) if key in self.manifest.jobs else None
        if shard is None or not len(shard.rows):
            return None
        spec: str = shard.rows["system"][0].as_py()
        return self._labels.get(spec, spec)

    def _shards(self, part: str) -> list[Shard]:
        # The manifest's order, so that the table does not depend on which worker was faster.
        shards = (self._read(part, key) for key in self.manifest.jobs)
        return [shard for shard in shards if shard]

    def _read(self, part: str, key: str) -> Shard | None:
        """Return what there is of a job: its final rows, or else those where something broke.

        Raises:
            Damaged: the shard is not what was written.
        """
        # Again the final ones: a run that goes on may put them in place of the others just now.
        for final in (True, False, True):
            path = self.shard(part, key, final)
            with suppress(FileNotFoundError):
                try:
                    shard = read_shard(path, SCHEMAS[part])
                    if self.manifest.sealed and not shard.sealed:
                        raise Damaged(f"{path} is damaged: its checksum is gone")
                    return shard
                except Damaged as error:
                    remedy = (
                        f"the same `benchbox run` computes it again, `benchbox verify {self.path}` shows all"
                    )
                    raise Damaged(f"{error}; {remedy}") from None
        return None

    def leaderboard(self, by: Sequence[str] = (), *, sort: str | None = None) -> Leaderboard:
        """Rank the systems; `by` groups the table by noise, snr or both. Its `table` holds the records."""
        return Leaderboard(leaderboard(self.results, by=by, sort=sort))

    def to_frame(self, by: Sequence[str] = (), *, sort: str | None = None) -> pd.DataFrame:
        """Return the leaderboard as a DataFrame, one row a system; the rows it is made of are `scores`."""
        return self.leaderboard(by, sort=sort).to_frame()

    def plot(self, by: Sequence[str] | None = None, *, width: float | None = None) -> "Picture":
        """Draw each measure over SNR: a notebook shows it, its `save` writes it.

        Args:
            by: ("snr",), or ("noise", "snr") for one row of panels a noise; None: the latter for few noises.
            width: inches that a paper has for it, such as 3.5 for a column; letters of 7 and 8 pt.

        Raises:
            BadRun: there is no SNR to draw over.
        """
        from benchbox.plots import curve_groups
        from benchbox.runs.pictures import curves

        groups = curve_groups(self.scores) if by is None else by
        return curves(self.leaderboard(groups).table, width)

    def _warnings(self) -> Iterator[str]:
        """Say why the numbers may mislead."""
        if self.manifest.leaks:
            yield f"LEAKAGE: {self.manifest.leaks}."
        for sentence in self.manifest.unsteady:
            yield f"NOT REPEATABLE: {sentence}."
        if mixed := ", ".join(told_versions([shard.versions for shard in self._score_shards])):
            yield f"MIXED: made with {mixed} side by side; `benchbox run --no-cache` makes all with one."

    def _notes(self) -> Iterator[str]:
        """Say how the numbers were made."""
        setting = self.manifest.setting
        if setting.corpus.startswith("spoken"):
            yield "Synthetic speech (espeak-ng): a demonstration, not evidence about real voices."
        if setting.align:
            yield "Aligned: each system's constant delay was undone before scoring."
        if self.manifest.holds != "clean":
            yield f"Corpus {setting.corpus}, test part, as recorded."
            yield from self._without_reference()
            return
        definition = "active speech (ITU-T P.56)" if setting.snr_definition == "active" else "the whole file"
        yield f"Corpus {setting.corpus}, test part; SNRs over {definition}; seed {setting.seed}."

    def _without_reference(self) -> Iterator[str]:
        given = {identity.get("metric") for identity in self.manifest.identities.values()}
        missing = [str(spec) for spec in self.manifest.suite.metrics if str(spec) not in given]
        if self.manifest.holds in ("recordings", "estimates") and missing:
            yield f"There is no clean reference: {', '.join(missing)} cannot be measured."

    # ------------------------------------------------------------------------------------------- writing

    def has(self, key: str) -> bool:
        """Say whether a job is done. One in which something broke is not: errors are never cached."""
        return all(self.shard(part, key, final=True).is_file() for part in SCHEMAS)

    def write(self, evaluation: Evaluation) -> None:
        # Timings first: the scores shard is what says that the job is done.
        self._write_table("timings", evaluation, evaluation.timings)
        self._write_table("scores", evaluation, evaluation.scores)
        for kept in ("_score_shards", "scores", "timings"):
            self.__dict__.pop(kept, None)

    def write_leaderboard(self) -> None:
        with atomic(self.path / "leaderboard.md") as temporary:
            temporary.write_text(render(self.leaderboard().table, "markdown"), encoding="utf-8")

    def _write_table(self, part: str, evaluation: Evaluation, rows: Sequence[Score | Timing]) -> None:
        key, final = evaluation.key, evaluation.final
        write_shard(self.shard(part, key, final), rows, SCHEMAS[part])
        self.shard(part, key, not final).unlink(missing_ok=True)

    def shard(self, part: str, key: str, final: bool) -> Path:
        """Return where the rows of a job are, or would be."""
        return self.path / part / (f"{key}.parquet" if final else f"{key}.error.parquet")

    def write_manifest(self, manifest: Manifest) -> None:
        write_manifest(self.manifest_path, manifest)
        self.__dict__.pop("manifest", None)


def named_results(runs: Sequence[Run]) -> dict[str, Results]:
    """Return the results of runs by the names of their folders, or their paths where two are called alike.

    Raises:
        BadRun: a run is given twice.
    """
    paths = [run.path.resolve() for run in runs]
    names = Counter(path.name for path in paths)
    for path, count in Counter(paths).items():
        if count > 1:
            raise BadRun(f"{path} is given {count} times; name each run once")
    return {
        path.name if names[path.name] == 1 else str(path): run.results
        for path, run in zip(paths, runs, strict=True)
    }
