"""What `benchbox check` asks of a plugin: the contract of its kind, and of denoisers more than that."""

import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import perf_counter
from typing import ClassVar

import numpy as np
import psutil
import pytest

from benchbox.evaluation.alignment import estimate_alignment
from benchbox.evaluation.estimate import checked
from benchbox.evaluation.worker import Worker
from benchbox.interfaces import Denoiser, OracleDenoiser, TrainableDenoiser
from benchbox.mixing import mix, rms_level_db
from benchbox.records import Samples
from benchbox.registry.discovery import discover
from benchbox.registry.options import build
from benchbox.registry.specs import parse_spec
from benchbox.runs.contained import Contained, Limits
from benchbox.synthetic import speech_like
from benchbox.systems.system import limited_threads, one_thread
from benchbox.testing import (
    RATE,
    CorpusContract,
    DenoiserContract,
    MetricContract,
    NoiseContract,
    TrainableContract,
)

RATES = (8000, 16000, 44100, 48000)
"""What a denoiser that takes any rate is tried at, Hz."""
LONG_SECONDS = 10.0
"""Of the clip that a long one is made of."""
LATEST_MS = 1.0
DRIFT_DB = 1.0
PATIENCE_SECONDS = 300.0
"""A slow denoiser is given less than the minutes that were asked for."""

Note = Callable[[str, object], None]


def contract(kind: str, spec: str, minutes: float) -> type:
    """Return the class of tests for a plugin; pytest runs it."""
    if kind == "denoisers":
        denoiser = build(Denoiser, parse_spec(spec), discover())
        learns = isinstance(denoiser, TrainableDenoiser) and denoiser.needs_training
        bases: tuple[type, ...] = (Thorough, TrainableContract if learns else DenoiserContract)
    else:
        bases = ({"noises": NoiseContract, "metrics": MetricContract, "corpora": CorpusContract}[kind],)
    made = type("TestPlugin", bases, {"spec": spec, "minutes": minutes})
    if kind == "metrics":
        # Some are defined at one of the two rates only.
        rates = [rate for rate in (RATE, 2 * RATE) if made().make().measures(rate)]
        made.sample_rate = rates[0] if rates else RATE  # type: ignore[attr-defined]
    return made


class Thorough(DenoiserContract):
    """What is worth knowing of a denoiser before it is compared; some of it is no part of its contract."""

    minutes: ClassVar[float] = 10.0

    def rate(self, denoiser: Denoiser) -> int:
        return denoiser.sample_rates[0] if denoiser.sample_rates else RATE

    def speech(self, denoiser: Denoiser, seconds: float = 2.0, seed: int = 11) -> Samples:
        rate, rng = self.rate(denoiser), np.random.default_rng(seed)
        clean = speech_like(round(seconds * rate), rng, rate)
        return mix(clean, rng.standard_normal(clean.size).astype(np.float32), rate, 10.0).noisy

    @pytest.mark.parametrize("signal", ["impulse", "clipped", "beyond full scale", "very quiet", "offset"])
    def test_stays_finite_on_unusual_input(self, denoiser: Denoiser, signal: str) -> None:
        speech = self.speech(denoiser)
        impulse = np.zeros_like(speech)
        impulse[speech.size // 2] = 1.0
        signals = {
            "impulse": impulse,
            "clipped": np.clip(20 * speech, -1, 1),
            "beyond full scale": 20 * speech,
            "very quiet": 1e-6 * speech,
            "offset": speech + np.float32(0.5),
        }
        self.denoise(denoiser, signals[signal].astype(np.float32))

    def test_is_not_spoilt_by_a_clip_with_nan(self, denoiser: Denoiser) -> None:
        speech = self.speech(denoiser)
        before, bad = self.denoise(denoiser, speech), speech.copy()
        bad[100] = np.nan
        # To refuse it is as good as to give NaN back: no run has such a clip.
        with suppress(Exception):
            denoiser.denoise(bad, self.rate(denoiser))
        np.testing.assert_array_equal(
            self.denoise(denoiser, speech), before, "a NaN in one clip changed the estimate of the next"
        )

    def test_takes_the_rates_it_declares(self, denoiser: Denoiser, record_property: Note) -> None:
        for rate in denoiser.sample_rates or RATES:
            noisy = speech_like(rate, np.random.default_rng(12), rate)
            if isinstance(denoiser, OracleDenoiser):
                checked(denoiser.denoise_knowing(noisy, noisy, rate), noisy)
            else:
                checked(denoiser.denoise(noisy, rate), noisy)
        declared = ", ".join(map(str, denoiser.sample_rates)) or f"any; tried {', '.join(map(str, RATES))}"
        record_property("note", f"{declared} Hz")

    def test_gives_the_same_from_another_thread_and_with_two(self, denoiser: Denoiser) -> None:
        speech = self.speech(denoiser)
        with one_thread():
            once = self.denoise(denoiser, speech)
        got: list[Samples] = []
        with limited_threads(2):
            thread = threading.Thread(target=lambda: got.append(self.denoise(denoiser, speech)))
            thread.start()
            thread.join()
        assert got, "denoise fails when it is called from another thread than the one that built it"
        # Not to the last bit: two threads add in another order.
        np.testing.assert_allclose(got[0], once, atol=1e-3, err_msg="two threads gave another estimate")

    def test_gives_the_same_in_a_worker_process(
        self, denoiser: Denoiser, request: pytest.FixtureRequest
    ) -> None:
        speech = self.speech(denoiser)
        with one_thread():
            once = self.denoise(denoiser, speech)
        trained = request.getfixturevalue("trained_folder") if isinstance(self, TrainableContract) else None
        process = Contained(Path(), Limits())
        try:
            other = process.ask(denoised_there, self.spec, trained, speech, self.rate(denoiser))
        finally:
            process.close()
        np.testing.assert_allclose(other, once, atol=1e-6, err_msg="a worker gave another estimate")

    def test_comes_back_from_disk_as_it_was(self, denoiser: Denoiser, tmp_path: Path) -> None:
        if not isinstance(denoiser, TrainableDenoiser):
            pytest.skip("it does not learn")
        speech = self.speech(denoiser)
        once = self.denoise(denoiser, speech)
        denoiser.save(tmp_path)
        again: TrainableDenoiser = self.make()
        again.load(tmp_path)
        np.testing.assert_array_equal(
            again.denoise(speech, self.rate(denoiser)), once, "save and load gave another denoiser"
        )

    def test_is_in_step_with_its_input(self, denoiser: Denoiser, record_property: Note) -> None:
        rate, rng = self.rate(denoiser), np.random.default_rng(13)
        clean = speech_like(3 * rate, rng, rate)
        mixture = mix(clean, rng.standard_normal(clean.size).astype(np.float32), rate, 20.0)
        found = estimate_alignment(mixture, self.denoise(denoiser, mixture.noisy))
        if found.delay_samples is None:
            pytest.skip("its output is too unlike its input to tell")
        late_ms = 1000 * found.delay_samples / rate
        record_property("note", f"{late_ms:+.2f} ms, {found.gain_db or 0.0:+.1f} dB")
        assert abs(late_ms) <= LATEST_MS, f"its output is {late_ms:.2f} ms late: take that off"
        assert found.polarity == 1, "its output is upside down"

    def test_does_not_drift_over_long_audio(self, denoiser: Denoiser, record_property: Note) -> None:
        clip = self.speech(denoiser, LONG_SECONDS)
        self.denoise(denoiser, clip)
        started = perf_counter()
        with one_thread():
            self.denoise(denoiser, clip)
        seconds = perf_counter() - started
        clips = max(3, round(min(60 * self.minutes / LONG_SECONDS, PATIENCE_SECONDS / max(seconds, 1e-6))))
        with _PeakMemory() as memory, one_thread():
            estimate = self.denoise(denoiser, np.tile(clip, clips)).reshape(clips, -1)
        record_property(
            "note",
            f"{clips * LONG_SECONDS / 60:.1f} minutes; real-time factor {seconds / LONG_SECONDS:.4f} on one "
            f"thread, {memory.megabytes:.0f} MB at most",
        )
        # The first clip has no past: a noise estimate starts there.
        levels = [rms_level_db(estimate[number]) for number in (1, clips - 1)]
        if min(levels) > -120:
            drift = levels[1] - levels[0]
            assert abs(drift) <= DRIFT_DB, (
                f"the same clip comes out {drift:+.1f} dB louder after {clips - 2} more"
            )


def denoised_there(_: Worker, spec: str, trained: Path | None, noisy: Samples, rate: int) -> Samples:
    """Return what a process of its own makes of a clip."""
    denoiser = build(Denoiser, parse_spec(spec), discover())
    if trained is not None and isinstance(denoiser, TrainableDenoiser):
        denoiser.load(trained)
    with one_thread():
        if isinstance(denoiser, OracleDenoiser):
            return checked(denoiser.denoise_knowing(noisy, 0.5 * noisy, rate), noisy)
        return checked(denoiser.denoise(noisy, rate), noisy)


class _PeakMemory:
    """How much more this process held at most within a block than before it, sampled."""

    megabytes = 0.0

    def __enter__(self) -> "_PeakMemory":
        process, ended = psutil.Process(), threading.Event()
        before = process.memory_info().rss

        def watch() -> None:
            while not ended.wait(0.02):
                self.megabytes = max(self.megabytes, (process.memory_info().rss - before) / 2**20)

        self._ended, self._thread = ended, threading.Thread(target=watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
