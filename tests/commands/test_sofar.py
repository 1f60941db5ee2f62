from rich.console import Console

from benchbox.commands.sofar import SoFar
from benchbox.records import Measure, Score

MEASURES = (Measure("si_sdr", "dB"),)


def score(system: str, value: float | None, failure: str | None = None) -> Score:
    return Score(
        system, "white", 5.0, "u", "r", None, "m", "si_sdr", value,
        "error" if failure else "ok", failure, 5.0, 4.0, 0.0, 0.0, 1.0,
    )  # fmt: skip


def test_nothing_is_shown_before_the_first_score() -> None:
    assert SoFar().lines() == []


def test_the_best_is_first_and_failures_are_told() -> None:
    sofar = SoFar()
    sofar.add([score("noisy", 1.0), score("[b]wiener", 7.25)], MEASURES)
    sofar.add([score("broken", None, "exploded\x1b")], MEASURES)
    console = Console(width=100, force_terminal=False)
    with console.capture() as captured:
        console.print(*sofar.lines())
    text = captured.get()
    assert text.index("[b]wiener") < text.index("noisy") < text.index("broken")
    assert "7.2" in text
    assert "broken failed 1 scores: exploded\\x1b" in text
