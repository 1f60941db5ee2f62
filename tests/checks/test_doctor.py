import pytest

from benchbox.checks.doctor import examine

OURS = "bounds,corpora,metrics,noises,spectral,unets"


@pytest.fixture(autouse=True)
def _our_plugins_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCHBOX_LOAD_PLUGINS", OURS)


def test_finds_nothing_off_in_a_sound_installation() -> None:
    found = examine()
    assert found.problems == []
    measures = {row.measure for row in found.metrics}
    assert {"pesq_nb", "pesq_wb", "stoi", "estoi", "nsr", "si_sdr"} <= measures
    assert {"benchbox-speech", "numpy", "torch", "pesq"} <= {finding.subject for finding in found.libraries}
    assert {"python", "cores", "device", "free disk"} <= {finding.subject for finding in found.machine}
