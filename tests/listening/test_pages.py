"""The files of a listening test's page."""

from typing import Literal

import pytest

from benchbox.listening.pages import TESTS, files_of


@pytest.mark.parametrize("source", ["server", "export"])
@pytest.mark.parametrize("test", TESTS)
def test_a_page_says_its_task_and_asks_for_no_file_that_is_not_there(
    test: str, source: Literal["server", "export"]
) -> None:
    found = files_of(test, source)
    page = found["index.html"].decode()
    assert TESTS[test] in page
    scripts = {name for name in found if name.endswith(".js")}
    assert {name for name in scripts if f'"{name}"' in page} == scripts
    assert f"{source}.js" in scripts
    assert ("mushra.js" in scripts) == (test == "mushra")
    assert all(found.values())


def test_answers_that_stay_in_the_browser_are_to_be_sent() -> None:
    assert b"download the answers" in files_of("abx", "export")["index.html"]
    assert b"download the answers" not in files_of("abx", "server")["index.html"]
