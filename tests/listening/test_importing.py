import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from benchbox.errors import BadRun
from benchbox.listening.choices import Kind, read_choices
from benchbox.listening.exporting import export, exported
from benchbox.listening.importing import import_answers
from benchbox.listening.ratings import read_ratings
from benchbox.listening.trials import Trial, trials_of
from benchbox.runs.folder import Run

Json = dict[str, Any]


@pytest.fixture(scope="module")
def trials(finished: Run) -> list[Trial]:
    return trials_of(finished, ["wiener", "log_mmse"])


def answers_to(site: Path, kind: str, listener: str = "ann") -> Json:
    """Return what a page would give: the first sound of each question is best."""
    told = json.loads((site / "test.json").read_text())
    answers = []
    for each in told["questions"]:
        first, last = each["signals"][0], each["signals"][-1]
        scores = {sound: 100 - place for place, sound in enumerate(each["signals"])}
        choice = {"said": first, "x": last if kind == "abx" else None}
        given = {"scores": scores} if kind == "mushra" else choice
        answers.append({"question": each["id"], **given})
    return {"benchbox": "answers", "test": told["test"], "listener": listener, "answers": answers}


@pytest.fixture
def sent(tmp_path: Path) -> Callable[[object], Path]:
    def write(content: object) -> Path:
        file = tmp_path / "answers.json"
        file.write_text(content if isinstance(content, str) else json.dumps(content))
        return file

    return write


@pytest.mark.parametrize("kind", ["mushra", "abx", "preference"])
def test_answers_are_kept_as_those_that_were_given_here(
    kind: str, trials: list[Trial], tmp_path: Path, sent: Callable[[object], Path]
) -> None:
    folder, site = tmp_path / "listening", tmp_path / "site"
    export(kind, trials, folder, site, seed=0)
    content = answers_to(site, kind)
    few = {**content, "answers": content["answers"][:1]}
    assert import_answers(folder, sent(few)) == ("ann", 1, 0)
    assert import_answers(folder, sent(content)) == ("ann", 2, 1)
    assert import_answers(folder, sent(content)) == ("ann", 2, 2)
    asked = exported(folder, content["test"]).questions
    for answer in content["answers"]:
        question = asked[answer["question"]]
        if kind == "mushra":
            (rating,) = (each for each in read_ratings(folder) if each.mixture == question.mixture)
            assert rating.jobs == question.jobs
            for sound, score in answer["scores"].items():
                assert rating.scores[question.signals[sound]] == score
        else:
            kept = read_choices(folder, Kind(kind))
            (choice,) = (each for each in kept if each.mixture == question.mixture)
            assert choice.said == question.signals[answer["said"]]
            assert choice.x == question.signals.get(answer["x"])
            assert choice.jobs == question.jobs
    assert import_answers(folder, sent({**content, "listener": "bob"})) == ("bob", 2, 0)


def changed(content: Json, path: tuple[Any, ...], value: object) -> Json:
    """Return the same with another value at a place."""
    made = deepcopy(content)
    place: Any = made
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return made


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("listener",), "../up", "wants letters"),
        (("listener",), None, "wants letters"),
        (("benchbox",), "else", "is no answers to a listening test"),
        (("test",), "0" * 16, "was not exported from this run; exported were: "),
        (("answers",), [], "it holds no answers"),
        (("answers",), {"a": 1}, "it holds no answers"),
        (("answers", 0), 5, "answer 1 is no object"),
        (("answers", 0, "question"), "0" * 16, "answer 1 is to no question of this test"),
        (("answers", 0, "question"), {"\ud800": 1}, "answer 1 is to no question of this test"),
        (("answers", 1, "scores"), [50] * 4, "answer 2: wants ratings of its 4 sounds"),
        (("answers", 1, "scores"), {"a": 50}, "answer 2: wants ratings of its 4 sounds"),
    ],
)
def test_what_is_no_answer_is_refused_and_nothing_of_it_kept(
    path: tuple[Any, ...],
    value: object,
    said: str,
    trials: list[Trial],
    tmp_path: Path,
    sent: Callable[[object], Path],
) -> None:
    folder, site = tmp_path / "listening", tmp_path / "site"
    export("mushra", trials, folder, site, seed=0)
    with pytest.raises(BadRun, match=said) as raised:
        import_answers(folder, sent(changed(answers_to(site, "mushra"), path, value)))
    assert "\n" not in str(raised.value)
    assert str(raised.value).startswith(f"{tmp_path}/answers.json: ")
    assert read_ratings(folder) == []


@pytest.mark.parametrize("score", [101, -1, "50", None, True, float("nan"), float("inf"), [50], 10**400])
def test_a_rating_outside_0_to_100_is_refused(
    score: object, trials: list[Trial], tmp_path: Path, sent: Callable[[object], Path]
) -> None:
    folder, site = tmp_path / "listening", tmp_path / "site"
    export("mushra", trials, folder, site, seed=0)
    content = answers_to(site, "mushra")
    sound = next(iter(content["answers"][1]["scores"]))
    with pytest.raises(BadRun, match="answer 2: a rating is a number from 0 to 100"):
        import_answers(folder, sent(changed(content, ("answers", 1, "scores", sound), score)))
    assert read_ratings(folder) == []


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("x", None, "X is one of the two systems"),
        ("said", None, "X is one of the two systems"),
        ("said", "0" * 16, "is none of its sounds"),
        ("said", ["a"], "is none of its sounds"),
    ],
)
def test_a_choice_that_is_none_is_refused(
    name: str,
    value: object,
    said: str,
    trials: list[Trial],
    tmp_path: Path,
    sent: Callable[[object], Path],
) -> None:
    folder, site = tmp_path / "listening", tmp_path / "site"
    export("abx", trials, folder, site, seed=0)
    content = changed(answers_to(site, "abx"), ("answers", 1, name), value)
    with pytest.raises(BadRun, match=f"answer 2: .*{said}"):
        import_answers(folder, sent(content))
    assert read_choices(folder, Kind.abx) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is no JSON"),
        ("{", "is no JSON"),
        ("[" * 200_000, "is no JSON"),
        ("[1]", "is no answers"),
        ('{"benchbox": "answers", "benchbox": "answers"}', "a name stands twice"),
        ('{"benchbox": "answers", "answers": [' + "1" * 5000 + "]}", "is no JSON"),
        ('"' + "a" * 6_000_000 + '"', "more than 5 MB"),
    ],
    ids=["empty", "cut", "deep", "list", "twice", "digits", "large"],
)
def test_hostile_json_is_refused_in_one_line(
    text: str, said: str, tmp_path: Path, sent: Callable[[object], Path]
) -> None:
    with pytest.raises(BadRun, match=said) as raised:
        import_answers(tmp_path, sent(text))
    assert len(str(raised.value)) < 300


def test_a_question_is_answered_once_and_by_one_person_of_a_name(
    trials: list[Trial], tmp_path: Path, sent: Callable[[object], Path]
) -> None:
    folder, site = tmp_path / "listening", tmp_path / "site"
    export("preference", trials, folder, site, seed=0)
    content = answers_to(site, "preference")
    twice = {**content, "answers": [content["answers"][0]] * 2}
    with pytest.raises(BadRun, match="answer 2 is to a question that was answered"):
        import_answers(folder, sent(twice))
    import_answers(folder, sent(content))
    with pytest.raises(BadRun, match="'ann' said something else before: of two people of one name"):
        import_answers(folder, sent(changed(content, ("answers", 1, "said"), None)))
    assert len(read_choices(folder, Kind.preference)) == 2
