"""Train the 16 kHz weights of vqunet(preset="pretrained") or of preset="streaming", in as many stretches
as it takes.

    python benchmarks/train_pretrained.py decode AUDIO CACHE          once: the train parts as plain samples
    python benchmarks/train_pretrained.py pack AUDIO CACHE PART       60 MiB of it, for a machine with a GPU
    python benchmarks/train_pretrained.py train CACHE OUT             start, or go on where OUT left off
    python benchmarks/train_pretrained.py train CACHE OUT --preset streaming --rate 3e-3 --seconds 2
    python benchmarks/train_pretrained.py fall CACHE OUT BRANCH       let a copy's rate fall to zero
    python benchmarks/train_pretrained.py ship BRANCH FOLDER          store its weights in half precision

A training can be killed at any time: it goes on from its last checkpoint. It rests while there is a file
PAUSE beside OUT.
"""

import json
import signal
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Literal

import torch
import typer
from benchbox_unets.checkpoint import CONFIG, MODEL
from benchbox_unets.network import Network
from benchbox_unets.presets import STREAMING, WIDEBAND
from benchbox_unets.vqunet import SHIPPED
from safetensors.torch import load_file, save_file
from wideband.course import STATE, Course, Training
from wideband.growth import from_narrow_band
from wideband.judge import Judge
from wideband.mixtures import Mixtures
from wideband.packing import pack
from wideband.recordings import SAMPLE_RATE, decode, load

STORE_EVERY_SECONDS = 150
CONFIGS = {"pretrained": WIDEBAND, "streaming": STREAMING}
app = typer.Typer(add_completion=False)

Preset = Literal["pretrained", "streaming"]
Device = Annotated[str, typer.Option(help="cpu or cuda")]
Minutes = Annotated[float, typer.Option(help="stop after so many; 0: do not")]
JudgeEvery = Annotated[int, typer.Option(help="steps between looks at held-out speakers")]


@app.command("decode")
def decode_audio(audio: Path, cache: Path) -> None:
    decode(audio, cache)


@app.command("pack")
def pack_audio(audio: Path, cache: Path, part: Path, mebibytes: float = 60) -> None:
    print(f"{pack(audio, cache, part, mebibytes):.1f} MiB in {part}; decode it there, and train as here")


@app.command()
def train(
    cache: Path,
    out: Path,
    preset: Annotated[Preset, typer.Option(help="which network")] = "pretrained",
    start: Annotated[
        Path | None,
        typer.Option(
            help="weights to start from, of 8 or of 16 kHz; without: the 8 kHz ones that are shipped, "
            "and for streaming, new ones"
        ),
    ] = None,
    rate: Annotated[float, typer.Option(help="the learning rate")] = 1e-3,
    batch: int = 4,
    seconds: float = 1.5,
    steps: Annotated[int, typer.Option(help="where to stop; 0: nowhere")] = 0,
    minutes: Minutes = 0,
    judge_every: JudgeEvery = 500,
    device: Device = "cpu",
) -> None:
    course = Course(preset=preset, learning_rate=rate, batch=batch, seconds=seconds)
    torch.manual_seed(course.seed)
    network = Network(CONFIGS[preset], SAMPLE_RATE)
    training = Training(network, course, device)
    if start is None and preset == "pretrained":
        start = SHIPPED[8000]
    if (out / STATE).exists():
        training.restore(out)
    elif start is not None:
        weights = {name: weight.float() for name, weight in load_file(start / MODEL).items()}
        if any(".treble." in name for name in weights):
            network.load_state_dict(weights)
        else:
            from_narrow_band(weights, network)
        training.mean.load_state_dict(network.state_dict())
    _go_on(training, cache, out, steps, minutes, judge_every)


@app.command()
def fall(
    cache: Path,
    out: Path,
    branch: Path,
    steps: int = 1200,
    minutes: Minutes = 0,
    judge_every: JudgeEvery = 400,
    device: Device = "cpu",
) -> None:
    source = branch if (branch / STATE).exists() else out
    state = torch.load(source / STATE, map_location="cpu", weights_only=True)
    course = Course(**json.loads(state["course"]))
    if not course.fall_steps:
        # The mean then looks back on the last steps only, where the rate is small.
        course = replace(course, fall_from=state["step"], fall_steps=steps, averaged_over=max(50, steps // 8))
    training = Training(Network(CONFIGS[course.preset], SAMPLE_RATE), course, device)
    training.restore(source)
    _go_on(training, cache, branch, course.fall_from + course.fall_steps, minutes, judge_every)


@app.command()
def ship(branch: Path, folder: Path) -> None:
    """Store the mean of the weights: kernels in half precision, which changes scores in the third digit."""
    state = torch.load(branch / STATE, map_location="cpu", weights_only=True)
    mean, config = state["mean"], CONFIGS[Course(**json.loads(state["course"])).preset]
    folder.mkdir(parents=True, exist_ok=True)
    halves = {name: (w.half() if w.is_floating_point() and w.ndim > 1 else w) for name, w in mean.items()}
    save_file({name: weight.contiguous() for name, weight in halves.items()}, folder / MODEL)
    (folder / CONFIG).write_text(json.dumps(asdict(config), indent=2) + "\n")


def _go_on(training: Training, cache: Path, out: Path, steps: int, minutes: float, judge_every: int) -> None:
    torch.set_num_threads(1)  # another number gives (a little) other weights
    recordings = load(cache)
    mixtures, judge = Mixtures(recordings), Judge(recordings)
    began = stored = time.monotonic()
    spent = time.process_time()
    stop = _Stop()
    while not stop.asked and not (steps and training.step >= steps):
        if minutes and time.monotonic() - began > 60 * minutes:
            break
        while (out.parent / "PAUSE").exists() and not stop.asked:
            time.sleep(1)
        judging = training.step % judge_every == 0 and not _judged(training)
        if judging:
            spent = _judge(training, judge, spent)
        training.advance(mixtures)
        if time.monotonic() - stored > STORE_EVERY_SECONDS:
            training.store(out)
            stored = time.monotonic()
    if not stop.asked and not _judged(training):
        _judge(training, judge, spent)
    training.store(out)


def _judged(training: Training) -> bool:
    return bool(training.curve) and training.curve[-1]["step"] == training.step


def _judge(training: Training, judge: Judge, spent: float) -> float:
    with torch.inference_mode():
        scores = judge.scores(
            lambda noisy: training.mean(torch.from_numpy(noisy)[None].to(training.device))[0].cpu().numpy()
        )
    now = time.process_time()
    row = training.record(scores, now - spent)
    print(json.dumps({name: round(value, 4) for name, value in row.items()}), flush=True)
    return now


class _Stop:
    """Whether somebody asked for an end, by Ctrl-C or kill: what was learnt is then stored first."""

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask)

    def _ask(self, *_: object) -> None:
        self.asked = True


if __name__ == "__main__":
    app()
