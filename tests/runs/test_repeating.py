"""A run is repeated from its manifest, to the last bit, or what differs is named."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import benchbox
from benchbox.cli import app
from benchbox.errors import BadRun, BadSuite
from benchbox.runs import shards
from benchbox.runs.folder import Run


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def first() -> Run:
    suite = benchbox.Suite(
        denoisers="ours=wiener", noises="white", snrs="5", metrics="si_sdr", limit=1, seed=3, name="mine"
    )
    return benchbox.run(suite, "runs/x", in_process=True, examples=0)


def repeat(*flags: str) -> Result:
    return CliRunner().invoke(app, ["run", "runs/x/manifest.json", "--in-process", "--examples", "0", *flags])


def edit(run: Run, change: Callable[[dict[str, Any]], None]) -> None:
    content = json.loads(run.manifest_path.read_text())
    content.pop("sha256")
    change(content)
    run.manifest_path.write_text(json.dumps(content))


def test_a_run_is_repeated_to_the_last_bit(first: Run) -> None:
    result = repeat()
    assert result.exit_code == 0, result.output
    assert "repeated: all scores are those of runs/x, to the last bit" in result.output
    again = Run.open("runs/x-again")
    assert again.manifest.suite == first.manifest.suite
    assert list(again.manifest.systems) == ["noisy", "ours"]


def test_what_earlier_code_left_and_other_libraries_are_no_other_scores(
    first: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    shard = next((first.path / "scores").glob("*.parquet"))
    shard.with_name("0123456789ab.parquet").write_bytes(shard.read_bytes())
    versions = {**shards.library_versions(), "numpy": "9.9"}
    monkeypatch.setattr(shards, "library_versions", lambda: versions)
    assert "repeated: all scores are those of runs/x" in repeat().output


def test_a_run_is_not_its_own_repeat(first: Run) -> None:
    result = repeat("--output", "runs/../runs/x")
    assert isinstance(result.exception, BadSuite)
    assert "is the run that is to be repeated: choose another --output" in str(result.exception)


def _of_system(content: dict[str, Any]) -> None:
    content["systems"]["ours"]["identity"] = "benchbox-speech 0.0 wiener abc"


def _of_library(content: dict[str, Any]) -> None:
    content["identities"]["si_sdr"]["version"] = "0"


def _of_speech(content: dict[str, Any]) -> None:
    content["corpus_fingerprint"] = "abc"


def _of_noise(content: dict[str, Any]) -> None:
    content["jobs"] = [f"{key[:-1]}x" for key in content["jobs"]]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (_of_system, "ours is 'benchbox-speech .*', and was 'benchbox-speech 0.0 wiener abc'"),
        (_of_library, "measure si_sdr: version .*, was 0"),
        (_of_speech, "the test speech of spoken has fingerprint .*, was abc"),
        (_of_noise, "what is mixed or how it is scored changed for white"),
    ],
)
def test_what_is_no_more_what_it_was_is_named(
    first: Run, change: Callable[[dict[str, Any]], None], says: str
) -> None:
    edit(first, change)
    with pytest.raises(BadRun, match=f"runs/x cannot be repeated exactly: {says}") as refused:
        CliRunner().invoke(
            app,
            ["run", "runs/x/manifest.json", "--in-process"],
            catch_exceptions=False,
            standalone_mode=False,
        )
    assert "\n" not in str(refused.value)
    assert not Path("runs/x-again").exists()


def test_a_run_is_repeated_with_its_own_settings_alone(first: Run) -> None:
    result = repeat("--seed", "4")
    assert isinstance(result.exception, BadSuite)
    assert "is repeated as it is: leave out seed" in str(result.exception)
    Path("other.json").write_text("{}")
    result = CliRunner().invoke(app, ["run", "other.json"])
    assert "neither a suite file (.toml) nor the manifest.json of a run" in str(result.exception)
