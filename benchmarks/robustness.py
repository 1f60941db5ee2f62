"""What denoisers do to speech they were not made for, as markdown.

    pip install pyroomacoustics
    python benchmarks/robustness.py ../shared/audio RUNS > table.md

The same clips of the 16 kHz test part in nine conditions are written as pairs of files below RUNS, and scored
as any paired corpus is; what is there already is not computed again.
"""

import csv
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import soundfile
import typer

import benchbox
from benchbox.cli import in_one_line
from benchbox.leaderboard import leaderboard
from benchbox.mixing import mix, stream
from benchbox.records import Samples
from benchbox.render import render

RATE, SECONDS, CLIPS = 16000, 8.0, 16
ROOM, TALKER, MICROPHONE = (6.0, 5.0, 3.0), (2.0, 3.0, 1.5), (4.0, 2.0, 1.2)
"""In metres."""
DENOISERS = (
    "vqunet(preset=pretrained),vqunet(preset=streaming),"
    "deepfilternet,rnnoise,webrtc,log_mmse,log_mmse(live=true)"
)

Pair = tuple[Samples, Samples]
"""What an estimate is compared with, and what denoisers get."""
Condition = Callable[[Samples, Samples, Samples, np.random.Generator], Pair]
"""Of clean speech, recorded noise and another talker."""


def noisy_at(snr_db: float) -> Condition:
    return lambda clean, noise, _, __: (clean, _mixed(clean, noise, snr_db))


def in_a_room(seconds: float) -> Condition:
    """Reverberant speech is the reference: these denoisers take off noise, not rooms."""

    def made(clean: Samples, noise: Samples, _: Samples, __: np.random.Generator) -> Pair:
        heard = np.convolve(clean, _impulse_response(seconds))[: clean.size].astype(np.float32)
        return heard, _mixed(heard, noise, 5)

    return made


def clipped(clean: Samples, noise: Samples, _: Samples, __: np.random.Generator) -> Pair:
    noisy = _mixed(clean, noise, 10)
    loudest = np.quantile(np.abs(noisy), 0.95)
    return clean, np.clip(noisy, -loudest, loudest)


def telephone(clean: Samples, noise: Samples, _: Samples, __: np.random.Generator) -> Pair:
    from scipy.signal import butter, sosfiltfilt

    band = butter(4, (300, 3400), "bandpass", fs=RATE, output="sos")
    heard, noisy = (sosfiltfilt(band, side).astype(np.float32) for side in (clean, _mixed(clean, noise, 5)))
    return heard, noisy


CONDITIONS: Mapping[str, Condition] = {
    "clean, nothing to take off": lambda clean, *_: (clean, clean),
    "recorded noise, 30 dB": noisy_at(30),
    "recorded noise, 5 dB": noisy_at(5),
    "recorded noise, -10 dB": noisy_at(-10),
    "room of 0.3 s, noise at 5 dB": in_a_room(0.3),
    "room of 0.8 s, noise at 5 dB": in_a_room(0.8),
    "noise at 10 dB, then 5 % clipped": clipped,
    "noise at 5 dB, 300-3400 Hz": telephone,
    "another talker at 5 dB": lambda clean, _, other, __: (clean, _mixed(clean, other, 5)),
}


def main(audio: Path, runs: Path, denoisers: str = DENOISERS) -> None:
    pairs = runs / "robustness-pairs"
    _write(audio, pairs)
    run = benchbox.run(
        denoisers=denoisers,
        corpus=f"paired(clean={pairs}/clean,noisy={pairs}/noisy,table={pairs}/table.csv)",
        metrics="pesq,stoi,si_sdr",
        limit=len(CONDITIONS) * CLIPS,
        output=runs / "robustness",
        examples=0,
        announce=lambda line: print(line, file=sys.stderr),
    )
    print(render(leaderboard(run.results, by=["noise"]), "markdown"))


def _write(audio: Path, folder: Path) -> None:
    """Write all pairs, and the table that says which condition each is of; the same at any time."""
    for side in ("clean", "noisy"):
        (folder / side).mkdir(parents=True, exist_ok=True)
    voices = _one_a_speaker(audio)
    noises = sorted((audio / "noise16k" / "test").glob("*.flac"))
    rows = []
    for number, (speaker, file) in enumerate(voices[:CLIPS]):
        clean = _read(file)
        rng = stream(0, "robustness", number)
        noise = _at_length(_read(noises[rng.integers(len(noises))], 600), clean.size, rng)
        other = _at_length(_read(voices[(number + 1) % len(voices)][1]), clean.size, rng)
        for index, make in enumerate(CONDITIONS.values()):
            name = f"{number:02}-{index}.wav"
            for side, samples in zip(("clean", "noisy"), make(clean, noise, other, rng), strict=True):
                soundfile.write(folder / side / name, samples, RATE, "FLOAT")
            rows.append((name, list(CONDITIONS)[index], speaker, file.stem))
    with (folder / "table.csv").open("w", newline="") as table:
        csv.writer(table).writerows([("id", "noise", "speaker", "recording"), *rows])


def _one_a_speaker(audio: Path) -> Sequence[tuple[str, Path]]:
    with (audio / "speech16k" / "metadata.csv").open(newline="") as table:
        rows = [row for row in csv.DictReader(table) if row["split"] == "test" and float(row["seconds"]) >= 3]
    return sorted({row["speaker"]: audio / row["path"] for row in rows}.items())


def _read(file: Path, seconds: float = SECONDS) -> Samples:
    samples, _ = soundfile.read(file, round(seconds * RATE), dtype="float32")
    return np.asarray(samples, np.float32)


def _at_length(samples: Samples, length: int, rng: np.random.Generator) -> Samples:
    """Return a stretch from anywhere, repeated where there is too little."""
    samples = np.tile(samples, -(-length // samples.size))
    start = rng.integers(samples.size - length + 1)
    return samples[start : start + length]


def _mixed(clean: Samples, noise: Samples, snr_db: float) -> Samples:
    return mix(clean, noise, RATE, snr_db, "rms").noisy


def _impulse_response(seconds: float) -> Samples:
    """Return the image-source response of a room that dies away by 60 dB in so long, at unit energy."""
    import pyroomacoustics

    absorption, order = pyroomacoustics.inverse_sabine(seconds, ROOM)
    room = pyroomacoustics.ShoeBox(
        ROOM, fs=RATE, materials=pyroomacoustics.Material(absorption), max_order=min(order, 60)
    )
    room.add_source(TALKER)
    room.add_microphone(MICROPHONE)
    room.compute_rir()
    response = np.asarray(room.rir[0][0], np.float32)
    response = response[int(np.argmax(np.abs(response) > 0.1 * np.abs(response).max())) :]
    at_unit_energy: Samples = response / np.sqrt(np.sum(np.square(response)))
    return at_unit_energy


if __name__ == "__main__":
    in_one_line(partial(typer.run, main))
