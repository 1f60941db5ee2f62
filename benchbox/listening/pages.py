"""The files that a browser needs for a listening test, whoever serves them."""

from functools import cache
from importlib.resources import files
from typing import Literal

from benchbox.render.templates import templates

_PAIRS = "You will hear short recordings of speech in two versions, A and B"
TESTS = {
    "mushra": "You will hear short recordings of speech in several versions. Compare each version with the "
    "reference, and say how good it is from 0 (bad) to 100 (excellent). One of the versions is the reference "
    "itself: give it 100.",
    "abx": f"{_PAIRS}, and a third time as X, which is one of the two. Say which. Where you cannot tell, "
    "guess.",
    "preference": f"{_PAIRS}. Say which sounds better to you.",
}
"""Test -> what the listener is told."""
_THANKS = "All of them are answered. {} You may close this page."
_WORDS = {
    "server": {"where": "", "thanks": _THANKS.format("The answers are kept.")},
    "export": {
        "where": ", in this browser",
        "thanks": _THANKS.format("Please download the answers, and send the file to who asked you."),
    },
}


@cache
def files_of(test: str, source: Literal["server", "export"]) -> dict[str, bytes]:
    """Return name -> content of a test's page, its style and its scripts.

    Args:
        source: where trials come from and answers go: our server, or files beside the page.
    """
    scripts = [source, "player", "mushra" if test == "mushra" else "comparison"]
    names = ["style.css", *(f"{name}.js" for name in scripts)]
    page = (
        templates("benchbox.listening")
        .get_template("test.html.j2")
        .render(test=test, task=TESTS[test], scripts=names[1:], **_WORDS[source])
    )
    folder = files("benchbox.listening").joinpath("page")
    return {"index.html": page.encode(), **{name: folder.joinpath(name).read_bytes() for name in names}}
