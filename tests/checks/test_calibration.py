from collections.abc import Callable
from pathlib import Path

import pytest

from benchbox.checks.calibration import ESTIMATES, KNOWN, Problem, calibrate, committed_scores, rows
from benchbox.records import Spec
from benchbox.registry.discovery import discover
from benchbox.registry.specs import parse_spec

FIRST_PARTY = [Spec(name) for name in ("pesq", "stoi", "nsr", "si_sdr", "snr", "composite", "lsd")]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


def scores(metric: str, measure: str, sample_rate: int = 8000) -> dict[str, float]:
    [row] = [
        row
        for row in rows(Spec(metric), discover())
        if (row.measure, row.sample_rate) == (measure, sample_rate)
    ]
    assert row.problem is None
    return dict(row.scores)


def test_our_own_metrics_score_as_is_known() -> None:
    assert calibrate(FIRST_PARTY, discover()) == []


@pytest.mark.parametrize(
    ("metric", "measure", "sample_rate", "itself"),
    [
        ("pesq", "pesq_nb", 8000, 4.5486),
        ("pesq", "pesq_nb", 16000, 4.5486),
        ("pesq", "pesq_wb", 16000, 4.6439),
        ("stoi", "stoi", 8000, 1.0),
        ("stoi", "estoi", 16000, 1.0),
        ("nsr", "nsr", 8000, 0.0),
        ("lsd", "lsd", 8000, 0.0),
        ("composite", "seg_snr", 8000, 35.0),
        ("composite", "covl", 16000, 5.0),
    ],
)
def test_a_clip_against_itself_has_its_published_score(
    metric: str, measure: str, sample_rate: int, itself: float
) -> None:
    assert scores(metric, measure, sample_rate)["itself"] == pytest.approx(itself, abs=5e-5)


def test_the_test_clips_have_the_snr_they_say() -> None:
    assert scores("snr", "snr")["25 dB"] == pytest.approx(25, abs=1e-4)
    assert scores("nsr", "nsr")["25 dB"] == pytest.approx(10**-2.5, rel=1e-4)
    assert scores("snr", "snr", 16000)["5 dB"] == pytest.approx(5, abs=1e-4)


def test_committed_scores_are_those_that_the_documented_command_writes() -> None:
    import json
    from importlib.resources import files

    committed = json.loads((files("benchbox.checks") / "calibration.json").read_text())
    written = committed_scores(FIRST_PARTY, discover())
    assert {name: set(rates) for name, rates in written.items()}.items() <= {
        name: set(rates) for name, rates in committed.items()
    }.items()
    for measure, rates in written.items():
        for rate, values in rates.items():
            assert values == pytest.approx(committed[measure][rate], abs=KNOWN[measure].tolerance)


METRIC = """
from benchbox.errors import Unscorable
from benchbox.hookspecs import hookimpl
from benchbox.interfaces import Metric
from benchbox.records import Measure

class Strange(Metric):
    def measures(self, sample_rate):
        return [Measure({measure!r}, higher_is_better={higher})]

    def score(self, reference, estimate):
        clean, sample_rate = reference
        error = float(abs(estimate - clean).mean())
        {body}

@hookimpl
def register_metrics(register):
    register("strange", Strange)
"""


@pytest.fixture
def strange(install_plugin: Callable[[str, str], None]) -> Callable[..., list[Problem]]:
    """Return calibrated(body): the problems of a metric that scores so."""

    def calibrated(body: str, measure: str = "oddity", higher: bool = False) -> list[Problem]:
        install_plugin("strange_metric", METRIC.format(measure=measure, higher=higher, body=body))
        return calibrate([Spec("strange")], discover())

    return calibrated


def test_a_strangers_metric_that_prefers_the_clean_clip_is_plausible(
    strange: Callable[..., list[Problem]],
) -> None:
    assert strange("return {'oddity': error}") == []


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("return {'oddity': -error}", "does not prefer"),
        ("return {'oddity': 3.0}", "does not prefer"),
        ("return {'oddity': float('nan')}", "is nan"),
        ("return {}", "not given"),
        ("raise RuntimeError('no model\\nfile')", "RuntimeError: no model"),
        ("raise Unscorable('too short')", "too short"),
    ],
)
def test_names_what_is_wrong_with_a_strangers_metric(
    strange: Callable[..., list[Problem]], body: str, says: str
) -> None:
    problems = strange(body)
    assert problems
    for problem in problems:
        assert says in str(problem)
        assert str(problem).startswith("strange: ")
        assert "\n" not in str(problem)


def test_holds_a_stranger_who_takes_a_known_name_to_its_known_scores(
    strange: Callable[..., list[Problem]],
) -> None:
    [at_8000, at_16000] = strange("return {'pesq_nb': 4.5 - error}", measure="pesq_nb", higher=True)
    assert "4.5481 to 4.5491" in at_8000.reason
    assert "16000 Hz" in at_16000.reason


def test_finds_a_metric_that_is_right_only_about_identical_clips(
    strange: Callable[..., list[Problem]],
) -> None:
    problems = strange("return {'stoi': 1.0 if error == 0 else 0.5}", measure="stoi", higher=True)
    assert " is 0.5, which should be " in problems[0].reason


def test_does_not_hold_options_to_the_scores_of_the_defaults() -> None:
    assert calibrate([parse_spec("stoi(extended=false)"), parse_spec("pesq(mode=nb)")], discover()) == []


def test_a_pass_is_remembered_and_a_failure_is_not(
    strange: Callable[..., list[Problem]], cache: Path, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    noted = f"open({str(log)!r}, 'a').write('x')"
    assert strange(f"{noted}; return {{'oddity': error}}") == []
    calls = len(log.read_text())
    assert calls == 2 * len(ESTIMATES)
    assert calibrate([Spec("strange")], discover()) == []
    assert len(log.read_text()) == calls
    for file in cache.rglob("*"):
        if file.is_file():
            file.unlink()
    assert calibrate([Spec("strange")], discover()) == []
    assert len(log.read_text()) == 2 * calls


def test_a_failure_is_found_again(strange: Callable[..., list[Problem]]) -> None:
    problems = strange("return {}")
    assert problems
    assert calibrate([Spec("strange")], discover()) == problems


def test_does_without_a_cache_that_cannot_be_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert calibrate([Spec("nsr")], discover()) == []
