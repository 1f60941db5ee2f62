import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from benchbox.costs.cost import cost_of, measure_cost
from benchbox.errors import BadPlugin
from benchbox.evaluation.estimate import nearest_rate
from benchbox.interfaces import Denoiser, TrainableDenoiser
from benchbox.records import Samples, System
from benchbox.registry.specs import parse_spec
from benchbox.spectral import Stft

RATE = 8000


class Filter(Denoiser):
    """Whatever a function of samples does."""

    def __init__(self, function: Callable[[Samples], Samples], sample_rates: tuple[int, ...] = ()) -> None:
        self.function, self.sample_rates = function, sample_rates

    def denoise(self, noisy: Samples, sample_rate: int) -> Samples:
        return self.function(noisy).astype(np.float32)


def gated(length: int, hop: int) -> Callable[[Samples], Samples]:
    """A gain a frame, from that frame alone."""
    stft = Stft(length, hop)

    def gate(noisy: Samples) -> Samples:
        spectrum = stft.analyze(noisy)
        level = np.abs(spectrum).mean(axis=0)
        return stft.synthesize(spectrum * (level / (level + 0.01)), noisy.size)

    return gate


def late(noisy: Samples) -> Samples:
    return np.concatenate([np.zeros(160, np.float32), noisy])[: noisy.size]


def delay_ms(function: Callable[[Samples], Samples]) -> float | None:
    return cost_of(Filter(function), RATE).algorithmic_delay_ms


def test_a_system_that_works_sample_by_sample_has_no_algorithmic_delay() -> None:
    assert delay_ms(lambda noisy: 0.5 * noisy) == 0


@pytest.mark.parametrize(("length", "hop"), [(256, 64), (256, 128), (512, 128)])
def test_a_system_that_works_frame_by_frame_waits_for_a_frame(length: int, hop: int) -> None:
    # A frame's ends are hardly heard under a Hann window, and cuts fall anywhere within a hop.
    found = delay_ms(gated(length, hop))
    assert found is not None
    assert 1000 * (length - hop) / RATE < found < 1000 * length / RATE


def test_a_late_output_is_algorithmic_delay_too() -> None:
    assert delay_ms(late) == 20
    # One that looks 32 ms ahead and is 20 ms late waits for 32 ms: it looks 12 ms beyond its own output.
    assert delay_ms(lambda noisy: late(gated(256, 64)(noisy))) == pytest.approx(28, abs=4)


def test_looking_ahead_is_algorithmic_delay_and_looking_back_is_not() -> None:
    assert delay_ms(lambda noisy: noisy + np.concatenate([noisy[400:], np.zeros(400, np.float32)])) == 50
    assert delay_ms(lambda noisy: noisy + np.concatenate([np.zeros(400, np.float32), noisy[:-400]])) == 0


def test_a_system_that_hears_the_whole_utterance_first_has_no_finite_delay() -> None:
    assert delay_ms(lambda noisy: noisy / np.abs(noisy).max()) is None


def test_measures_at_the_rate_that_scoring_takes_where_two_are_equally_near() -> None:
    lengths = []

    def note(noisy: Samples) -> Samples:
        lengths.append(noisy.size)
        return noisy

    denoiser = Filter(note, sample_rates=(8000, 24000))
    cost_of(denoiser, 16000)
    assert set(lengths) == {5 * nearest_rate(denoiser, 16000)}


def test_measures_at_the_accepted_rate_nearest_to_the_one_asked_for() -> None:
    lengths = []

    def note(noisy: Samples) -> Samples:
        lengths.append(noisy.size)
        return noisy

    cost_of(Filter(note, (16000, 48000)), RATE)
    assert set(lengths) == {5 * 16000}


def test_times_a_call_against_the_duration_of_its_clip() -> None:
    from time import sleep

    def slow(noisy: Samples) -> Samples:
        sleep(0.05)
        return noisy

    cost = cost_of(Filter(slow), RATE)
    assert 0.01 <= cost.real_time_factor_p50 <= cost.real_time_factor_p95
    assert cost.real_time_factor_p50 < 0.03


class Convolution(TrainableDenoiser):
    """One 1-d convolution of 31 weights."""

    def __init__(self) -> None:
        self.network = torch.nn.Conv1d(1, 1, 31, padding=15, bias=False)

    def denoise(self, noisy: Samples, sample_rate: int) -> Samples:
        with torch.inference_mode():
            return self.network(torch.from_numpy(noisy)[None, None])[0, 0].numpy()

    @property
    def parameters(self) -> int:
        return 31

    def fit(self, *_: Any, **__: Any) -> None:
        raise NotImplementedError

    def save(self, folder: Path) -> None:
        (folder / "weights.bin").write_bytes(self.network.weight.detach().numpy().tobytes())

    def load(self, folder: Path) -> None:
        raise NotImplementedError


def test_counts_what_a_torch_system_does_a_second_and_what_it_leaves_on_disk() -> None:
    cost = cost_of(Convolution(), RATE)
    assert cost.macs_per_second_network == 31 * RATE
    assert cost.macs_per_second_total == 31 * RATE
    assert cost.macs_coverage is not None
    assert "convolution" in cost.macs_coverage
    assert cost.parameters == 31
    assert cost.checkpoint_bytes == 4 * 31
    # Not a property of the system: what this process held before is no measure of it.
    assert cost.peak_memory_mb is None


def test_systems_without_torch_have_no_macs_and_no_checkpoint() -> None:
    cost = cost_of(Filter(gated(256, 64)), RATE)
    assert cost.macs_per_second_network is None
    assert cost.macs_per_second_total is None
    assert cost.checkpoint_bytes is None


PLUGINS = """
import numpy as np
from benchbox.hookspecs import hookimpl
from benchbox.interfaces import Denoiser

class Frugal(Denoiser):
    def denoise(self, noisy, sample_rate):
        print("talks")
        return noisy

class Hungry(Denoiser):
    def denoise(self, noisy, sample_rate):
        return noisy * np.ones((200, 2**17))[0, 0].astype(np.float32)

class Broken(Denoiser):
    def denoise(self, noisy, sample_rate):
        raise RuntimeError("out of ideas")

@hookimpl
def register_denoisers(register):
    for name, factory in (("frugal", Frugal), ("hungry", Hungry), ("broken", Broken)):
        register(name, factory)
"""


def system(name: str) -> System:
    return System(name, parse_spec(name), identity=name)


def test_measures_memory_in_a_process_of_its_own(
    install_plugin: Callable[[str, str], None], tmp_path: Path
) -> None:
    install_plugin("appetites", PLUGINS)
    ballast = np.ones(2**24)  # 128 MB here are nothing to a fresh process.
    frugal, hungry = (measure_cost(system(name), tmp_path, RATE) for name in ("frugal", "hungry"))
    assert ballast.size
    assert frugal.peak_memory_mb is not None
    assert hungry.peak_memory_mb is not None
    assert frugal.peak_memory_mb < 20
    assert hungry.peak_memory_mb - frugal.peak_memory_mb == pytest.approx(200, abs=20)
    json.dumps(asdict(frugal), allow_nan=False)


def test_a_system_that_cannot_be_run_is_one_line(
    install_plugin: Callable[[str, str], None], tmp_path: Path
) -> None:
    install_plugin("appetites", PLUGINS)
    with pytest.raises(BadPlugin, match=r"broken.*out of ideas") as caught:
        measure_cost(system("broken"), tmp_path, RATE)
    assert "\n" not in str(caught.value)
