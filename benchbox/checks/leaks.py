"""What is in training and in the test at once: recordings, speakers, the same audio, the same noise."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from benchbox.checks.fingerprints import Index
from benchbox.checks.sounds import Sound, heard, noise_files, utterances
from benchbox.checks.trained_on import Seen, find_seen, read_trained_on
from benchbox.errors import BadCorpus
from benchbox.interfaces import Corpus, Noise
from benchbox.records import Entry

Kind: TypeAlias = Literal["recording", "speaker", "audio", "noise", "similar noise"]

_WORDS: dict[Kind, str] = {
    "recording": "recording",
    "speaker": "speaker",
    "audio": "utterance",
    "noise": "noise file",
    "similar noise": "near-duplicate noise file",
}


@dataclass(frozen=True)
class Leak:
    """One thing that a system may have learnt and is tested on."""

    kind: Kind
    train: str
    """Entry id, or path of a noise file."""
    test: str
    detail: str

    @property
    def refused(self) -> bool:
        """Say whether a run must not start; two field recordings of one sound only mark its table."""
        return self.kind != "similar noise"


def find_leaks(
    corpus: Corpus,
    train_noises: Sequence[Noise],
    test_noises: Sequence[Noise],
    test_entries: Sequence[Entry],
) -> list[Leak]:
    """Compare what systems learn from with what they are tested on.

    Audio is the same by its samples, or nearly by its fingerprint, which survives gain, resampling and cuts
    that leave two seconds. It is streamed: in memory stay the fingerprints of what is tested, 1 MB an hour.
    An hour of audio takes 1.5 s of one core. Files that cannot be read are passed over.
    """
    try:
        train_entries = corpus.entries("train")
    except BadCorpus:
        train_entries = ()  # Nothing to learn from.
    # By split: an id may stand for one recording here and for another there.
    of_train = {entry.id: entry.recording for entry in train_entries}
    of_test = {entry.id: entry.recording for entry in test_entries}
    learnt, tested = utterances(corpus, train_entries), utterances(corpus, test_entries)
    return [
        *_shared_labels("recording", train_entries, test_entries),
        *_shared_labels("speaker", train_entries, test_entries),
        *(
            leak
            for leak in _shared_sounds("audio", learnt, tested)
            if of_train[leak.train] != of_test[leak.test]
        ),
        *_shared_sounds("noise", noise_files(train_noises, "train"), noise_files(test_noises, "test")),
    ]


def find_learnt(
    known: Mapping[str, Sequence[Path]],
    corpus: Corpus,
    test_noises: Sequence[Noise],
    test_entries: Sequence[Entry],
) -> dict[str, list[Leak]]:
    """Compare what systems are tested on with what their weights were trained on elsewhere.

    Args:
        known: system -> files that `write_trained_on` made.

    Returns:
        Leaks of each system that has some.

    Raises:
        BadRun: a file is missing.
        Damaged: it holds something else.
    """
    kept = {file: read_trained_on(file) for files in known.values() for file in files}
    if not kept:
        return {}
    found: dict[Path, list[Leak]] = {file: [] for file in kept}
    for kind, sounds in (
        ("audio", utterances(corpus, test_entries)),
        ("noise", noise_files(test_noises, "test")),
    ):
        part = {file: seen.of(noise=kind == "noise") for file, seen in kept.items()}
        for sound in heard(sounds):
            for file, recordings in part.items():
                found[file] += [_learnt(kind, sound.name, seen) for seen in find_seen(sound, recordings)]
    leaks = {label: [leak for file in files for leak in found[file]] for label, files in known.items()}
    return {label: some for label, some in leaks.items() if some}


def _learnt(kind: str, test: str, seen: Seen) -> Leak:
    if kind == "audio":
        return Leak("audio", seen.name, test, seen.detail)
    return Leak("noise" if seen.same_samples else "similar noise", seen.name, test, seen.detail)


def explain(leaks: Sequence[Leak], learnt: str = "training") -> str:
    """Say in one line how much leaks, with an example of each kind.

    Args:
        learnt: what shares it with the test.
    """
    counts = Counter(leak.kind for leak in leaks)
    examples = {leak.kind: leak for leak in reversed(leaks)}
    found = [
        f"{count} {_WORDS[kind]}{'s' * (count > 1)} (train {examples[kind].train}, "
        f"test {examples[kind].test}: {examples[kind].detail})"
        for kind, count in counts.items()
    ]
    return f"{learnt} and test share {', '.join(found)}"


def _shared_labels(
    kind: Literal["recording", "speaker"], train: Sequence[Entry], test: Sequence[Entry]
) -> Iterator[Leak]:
    """Yield one leak for each recording or speaker that is in both."""

    def grouped(entries: Sequence[Entry]) -> dict[str, list[str]]:
        groups: dict[str, list[str]] = {}
        for entry in entries:
            label = entry.recording if kind == "recording" else entry.speaker
            if label is not None:
                groups.setdefault(label, []).append(entry.id)
        return groups

    in_train = grouped(train)
    for label, ids in grouped(test).items():
        if label in in_train:
            learnt = in_train[label]
            detail = f"{kind} {label}, {len(learnt)} train and {len(ids)} test utterances"
            yield Leak(kind, learnt[0], ids[0], detail)


def _shared_sounds(
    kind: Literal["audio", "noise"], train: Iterator[Sound], test: Iterator[Sound]
) -> Iterator[Leak]:
    """Yield one leak for each pair of sounds that are the same, or nearly."""
    tested = list(heard(test))
    index = Index([sound.fingerprint for sound in tested])
    twins: dict[str, list[str]] = {}
    for sound in tested:
        twins.setdefault(sound.digest, []).append(sound.name)
    for sound in heard(train if tested else iter(())):
        for name in twins.get(sound.digest, ()):
            yield Leak(kind, sound.name, name, "the same samples")
        for match in index.find(sound.fingerprint):
            other = tested[match.sound]
            if other.digest != sound.digest:
                unlike = f"{match.differing:.0%} of their bits differ"
                detail = f"the same sound {match.seconds:+.2f} s apart, {unlike}"
                yield Leak("similar noise" if kind == "noise" else kind, sound.name, other.name, detail)
