"""What all commands have in common: they accept the words that the code behind them has an answer to."""

from benchbox.commands.gate import VerdictFormat
from benchbox.commands.inventory import Kind
from benchbox.commands.tables import DRAW, Form, Picture
from benchbox.hookspecs import INTERFACES
from benchbox.registry.discovery import SINGULAR
from benchbox.render import FORMATS, VERDICT_FORMATS


def test_every_choice_is_answered_and_every_answer_can_be_chosen() -> None:
    assert list(Form) == list(FORMATS)
    assert list(VerdictFormat) == list(VERDICT_FORMATS)
    assert list(Kind) == list(INTERFACES) == list(SINGULAR)
    assert list(Picture) == list(DRAW)
