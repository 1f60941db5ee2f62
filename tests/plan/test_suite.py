from pathlib import Path
from typing import Any

import pytest

from benchbox.errors import BadSuite
from benchbox.plan.suite import Suite, slug
from benchbox.records import Spec


def test_specs_are_read_from_text_and_lists_alike() -> None:
    text = Suite(denoisers="a(x=1),b", snrs="-5,0")
    lists = Suite(denoisers=["a(x=1)", Spec("b")], snrs=[-5, 0])
    assert text == lists
    assert text.denoisers == (Spec("a", {"x": 1}), Spec("b"))


def test_a_suite_survives_its_json_form() -> None:
    suite = Suite(denoisers="vqunet(channels=[8,16])", corpus="folder(path=a/b)", limit=3)
    assert Suite(**suite.model_dump(mode="json")) == suite


def test_the_key_follows_what_matters_and_not_the_name() -> None:
    assert Suite(name="a").key == Suite(name="b").key
    assert Suite(seed=0).key != Suite(seed=1).key
    assert Suite(noises="white").key != Suite(noises="pink").key


def test_a_file_is_named_after_itself_and_flags_win(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('denoisers = ["spectral_sub"]\nsnrs = [0, 5]\nseed = 3\n')
    suite = Suite.from_toml(file, {"snrs": "10"})
    assert (suite.name, suite.snrs, suite.seed) == ("mine", (10.0,), 3)


def test_a_file_with_any_name_gives_a_name_that_a_folder_may_have(tmp_path: Path) -> None:
    for stem, name in {"my suite (2)": "my-suite-2", "..": "quick", "a_b.c": "a_b.c", "ü": "quick"}.items():
        file = tmp_path / f"{stem}.toml"
        file.touch()
        assert Suite.from_toml(file).name == name
    assert slug("x" * 100) == "x" * 64


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"snr": "1"}, "no suite setting 'snr'; did you mean 'snrs'?"),
        ({"snrs": "a,b"}, "snrs = 'a,b': input should be a valid number"),
        ({"snrs": [float("nan")]}, "finite"),
        ({"snrs": ""}, "snrs"),
        ({"limit": 0}, "limit = 0: input should be greater than or equal to 1"),
        ({"denoisers": ""}, "denoisers = ''"),
        ({"train_snrs": "15,-5"}, "train_snrs wants (lowest, highest)"),
        ({"snr_definition": "peak"}, "'active' or 'rms'"),
    ],
)
def test_a_wrong_setting_is_one_line_with_the_valid_ones(settings: dict[str, Any], says: str) -> None:
    with pytest.raises(BadSuite) as caught:
        Suite(**settings)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "no suite file"),
        ("denoisers = [", "is not a suite file"),
        ("noises = 3", "noises = 3"),
        ("noises = " + "[" * 50_000, "is not a suite file"),
        ("#" * (2**20 + 1), "is not a suite file: it holds more than 1048576 bytes"),
        ("colour = 1", "no suite setting 'colour'"),
    ],
)
def test_a_wrong_suite_file_is_named(tmp_path: Path, content: str | None, says: str) -> None:
    file = tmp_path / "suite.toml"
    if content is not None:
        file.write_text(content)
    with pytest.raises(BadSuite, match=r"suite\.toml") as caught:
        Suite.from_toml(file)
    assert says in str(caught.value)


def test_what_is_no_suite_file_says_what_it_may_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, file in (("recordings", "a.wav"), ("suites", "quick.toml"), ("run", "manifest.json")):
        Path(name).mkdir()
        (Path(name) / file).touch()
    for path, says in {
        "recordings": "recordings is a folder, not a suite file; to score on recordings in it: "
        "--corpus 'folder(path=recordings)'",
        "suites": "suites is a folder, not a suite file; suites in it: suites/quick.toml",
        "run": "run is a folder, not a suite file; it holds a run: `benchbox leaderboard run` shows it",
        "wiener": "no suite file wiener; to run a denoiser of that name: --denoisers wiener",
        "absent.toml": "no suite file absent.toml; those that come along are in benchmarks/suites",
    }.items():
        with pytest.raises(BadSuite) as refused:
            Suite.from_toml(Path(path))
        assert str(refused.value) == says


def test_the_shipped_suites_are_valid() -> None:
    files = sorted((Path(__file__).parents[2] / "benchmarks" / "suites").glob("*.toml"))
    assert files
    for file in files:
        assert Suite.from_toml(file).name == file.stem
