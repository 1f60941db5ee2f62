"""How long a run goes on: estimated from how long the jobs of each system took so far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import mean
from time import monotonic

from benchbox.records import Job, Progress, System


@dataclass
class TimeLeft:
    """Gives no estimate before a job of each system was timed: a network may take 100 times a filter's time.

    Args:
        jobs: system -> jobs that are to be done.
        training: systems that are trained first; until their jobs are timed, they count like the others.
    """

    jobs: Mapping[str, int]
    training: Sequence[str]
    workers: int
    _seconds: dict[str, list[float]] = field(default_factory=dict)
    _started: dict[str, tuple[float, int]] = field(default_factory=dict)
    _trainings: dict[str, float] = field(default_factory=dict)

    def scored(self, system: str, seconds: float) -> None:
        """Note that a job of a system took so long."""
        self._seconds.setdefault(system, []).append(seconds)

    def trained(self, system: str, state: Progress) -> None:
        """Note how far a training is."""
        now = monotonic()
        since, before = self._started.setdefault(system, (now, state.step))
        if state.step > before:
            self._trainings[system] = (now - since) / (state.step - before) * (state.steps - state.step)

    def ended(self, system: str) -> None:
        """Note that a training is over."""
        self._trainings[system] = 0.0

    def seconds(self) -> float | None:
        """Return the seconds left, None where that is not known yet."""
        waiting = [system for system in self.training if system not in self._trainings]
        untimed = [system for system in self.jobs if not self._seconds.get(system)]
        if waiting or not self._seconds or any(system not in self.training for system in untimed):
            return None
        # The first job of a system pays for loading it.
        paces = {system: mean(taken[1:] or taken) for system, taken in self._seconds.items()}
        usual = mean(paces.values())
        scoring = sum(
            paces.get(system, usual) * (count - len(self._seconds.get(system, ())))
            for system, count in self.jobs.items()
        )
        # Trainings run beside each other, and none faster than alone.
        trainings = self._trainings.values()
        shared = (scoring + sum(trainings)) / self.workers
        return max(shared, *trainings, 0.0)


def told(seconds: float | None) -> str:
    """Return "about 3 min left", or nothing where that is not known."""
    if seconds is None:
        return ""
    if seconds < 90:
        return f"about {seconds:.0f} s left"
    return f"about {seconds / 60:.0f} min left" if seconds < 5400 else f"about {seconds / 3600:.1f} h left"


def summary(
    systems: Sequence[System], jobs: Sequence[Job], missing: int, untrained: int, workers: int
) -> str:
    """Say in one line what a run is going to do."""
    conditions = len({job.condition for job in jobs})
    clips = sum(len(entries) for entries in {job.entries for job in jobs})
    parts = [
        f"{len(systems)} systems" + (f" ({untrained} to train)" if untrained else ""),
        f"{conditions} condition{'s' * (conditions != 1)}",
        f"{clips} clip{'s' * (clips != 1)}",
    ]
    estimates = len(systems) * conditions * clips
    done = "" if missing == len(jobs) else f", {1 - missing / len(jobs):.0%} of it done before"
    work = f"{' x '.join(parts)} = {estimates:,} estimates{done}"
    return f"{work}; {workers} worker{'s' * (workers != 1)}"
