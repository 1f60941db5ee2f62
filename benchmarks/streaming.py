"""An hour of live audio: do quality and level drift, and is it as fast as it comes?

    python benchmarks/streaming.py ../shared/audio rnnoise webrtc --minutes 60

Test speech and test noise at 16 kHz, end to end, 5 dB SNR, pushed in blocks of 10 ms. The same minute is
heard first and last: what differs there is what the hour between did.
"""

import itertools
from collections.abc import Iterator
from pathlib import Path
from time import process_time
from typing import Annotated

import numpy as np
import soundfile
import typer

from benchbox.audio import resample
from benchbox.interfaces import Denoiser, Stream
from benchbox.mixing import rms_level_db
from benchbox.records import Samples
from benchbox.registry.discovery import discover
from benchbox.registry.options import build
from benchbox.registry.specs import parse_spec
from benchbox.systems.system import one_thread

RATE, SNR_DB, BLOCK_SECONDS = 16000, 5.0, 0.01


def main(
    audio: Path,
    denoisers: list[str],
    minutes: Annotated[int, typer.Option(min=2, help="of audio")] = 60,
) -> None:
    registry = discover()
    print("| denoiser | minute | SI-SDR (dB) | level to clean (dB) | waiting at its end (ms) | CPU per s |")
    print("|---|---|---|---|---|---|")
    for text in denoisers:
        spec = parse_spec(text)
        denoiser = build(Denoiser, spec, registry)
        rate = min(denoiser.sample_rates, key=lambda accepted: abs(accepted - RATE))
        stream = denoiser.stream(rate)
        if stream is None:
            raise typer.BadParameter(f"{spec} does not stream")
        with one_thread():
            for minute, row in _heard(stream, rate, audio, minutes):
                print(f"| {spec} | {minute} | " + " | ".join(row) + " |", flush=True)


def _heard(stream: Stream, rate: int, audio: Path, minutes: int) -> Iterator[tuple[int, list[str]]]:
    """Yield what to print of the first, the middle and the last minute, which is the first one again."""
    first, *_ = _minutes(audio, 1)
    expected = np.empty(0, np.float32)
    spent = 0.0
    for minute, (clean, noisy) in enumerate(itertools.chain(_minutes(audio, minutes - 1), [first]), 1):
        noisy = resample(noisy, RATE, rate)
        began = process_time()
        pieces = [stream.push(block) for block in _blocks(noisy, rate)]
        if minute == minutes:
            pieces.append(stream.flush())
        spent += process_time() - began
        estimate = resample(np.concatenate(pieces), rate, RATE)
        # What comes out now went in a little earlier.
        expected = np.concatenate([expected, clean])
        truth, expected = expected[: estimate.size], expected[estimate.size :]
        if minute in (1, minutes // 2, minutes):
            scaled = truth * (np.dot(estimate, truth) / np.dot(truth, truth))
            si_sdr = 10 * np.log10(np.sum(scaled**2) / np.sum((estimate - scaled) ** 2))
            level = rms_level_db(estimate) - rms_level_db(truth)
            waiting = 1000 * expected.size / RATE
            yield minute, [f"{si_sdr:.2f}", f"{level:+.2f}", f"{waiting:.0f}", f"{spent / 60 / minute:.3f}"]


def _blocks(samples: Samples, rate: int) -> Iterator[Samples]:
    length = round(BLOCK_SECONDS * rate)
    return (samples[start : start + length] for start in range(0, samples.size, length))


def _minutes(audio: Path, count: int) -> Iterator[tuple[Samples, Samples]]:
    """Yield (clean, noisy) minutes: all speech and all noise there is, over and over."""
    speech, noise = (_endless(audio / name / "test") for name in ("speech16k", "noise16k"))
    for _ in range(count):
        clean, disturbance = _take(speech, 60 * RATE), _take(noise, 60 * RATE)
        gain = 10 ** ((rms_level_db(clean) - rms_level_db(disturbance) - SNR_DB) / 20)
        yield clean, (clean + np.float32(gain) * disturbance).astype(np.float32)


def _take(pieces: Iterator[Samples], length: int) -> Samples:
    taken: list[Samples] = []
    while sum(piece.size for piece in taken) < length:
        taken.append(next(pieces))
    return np.concatenate(taken)[:length]


def _endless(folder: Path) -> Iterator[Samples]:
    files = sorted(path for path in folder.rglob("*") if path.suffix in (".ogg", ".flac", ".wav"))
    for path in itertools.cycle(files):
        samples, rate = soundfile.read(path, dtype="float32")
        samples = resample(samples, rate, RATE)
        # Each at the same level.
        yield samples * np.float32(10 ** ((-26 - rms_level_db(samples)) / 20))


if __name__ == "__main__":
    typer.run(main)
