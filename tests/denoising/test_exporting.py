"""Networks as ONNX files: equal to torch on ten clips, and refused where they cannot be."""

from pathlib import Path

import pytest

from benchbox.denoising.exporting import export_model
from benchbox.errors import BadOption
from benchbox.registry.discovery import discover

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")


@pytest.mark.parametrize(("rate", "spectra"), [(8000, False), (16000, True)])
def test_the_shipped_weights_do_as_an_onnx_file_what_they_do_in_torch(
    tmp_path: Path, rate: int, spectra: bool
) -> None:
    path = tmp_path / "model.onnx"
    exported = export_model("vqunet(preset=pretrained)", path, discover(), sample_rate=rate, spectra=spectra)
    assert exported.clips == 10
    assert exported.sample_rate == rate
    assert exported.difference < 1e-4


def test_what_cannot_be_exported_is_refused(tmp_path: Path) -> None:
    path, registry = tmp_path / "model.onnx", discover()
    with pytest.raises(BadOption, match="spectral_sub cannot be exported: its class has no export"):
        export_model("spectral_sub", path, registry)
    with pytest.raises(BadOption, match="takes no 44100 Hz; valid: 8000, 16000"):
        export_model("vqunet(preset=pretrained)", path, registry, sample_rate=44100)
    with pytest.raises(BadOption, match=r"to be called something\.onnx"):
        export_model("vqunet(preset=pretrained)", tmp_path / "model", registry)
