"""What all our pages have in common."""

import pytest

from benchbox.render.templates import templates

jinja2 = pytest.importorskip("jinja2")


@pytest.mark.parametrize("package", ["benchbox.report", "benchbox.listening"])
def test_what_a_page_shows_is_escaped_and_what_it_lacks_is_an_error(package: str) -> None:
    page = templates(package).from_string("<p>{{ name }}")
    assert page.render(name="<b>&") == "<p>&lt;b&gt;&amp;"
    with pytest.raises(jinja2.UndefinedError, match="'name' is undefined"):
        page.render()
