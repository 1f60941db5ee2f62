"""The files of a listening test's page."""

import pytest

from benchbox.listening.pages import TESTS, files_of


@pytest.mark.parametrize("test", TESTS)
def test_a_page_says_its_task_and_asks_for_no_file_that_is_not_there(test: str) -> None:
    found = files_of(test, "server")
    page = found["index.html"].decode()
    assert TESTS[test] in page
    scripts = {name for name in found if name.endswith(".js")}
    assert {name for name in scripts if f'"{name}"' in page} == scripts
    assert ("mushra.js" in scripts) == (test == "mushra")
    assert all(found.values())
    assert "download the answers" not in page  # they are kept here
