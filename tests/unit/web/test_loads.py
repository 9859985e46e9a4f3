"""What a page names for browsers to fetch at once."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from sesphr.web import loads


@pytest.fixture
def built(tmp_path: Path, settings: Any) -> Path:
    """A collected build, found by no finder."""
    settings.STATICFILES_DIRS = []
    settings.STATIC_ROOT = tmp_path
    (tmp_path / "js").mkdir()
    told = {"": ["js/chunks/b.js", "js/chunks/c.js"], "home": ["js/chunks/a.js", "js/chunks/b.js"]}
    loads.finders.get_finder.cache_clear()
    (tmp_path / "js" / "loads.json").write_text(json.dumps(told))
    return tmp_path


def named(html: str) -> list[str]:
    return [line.split('href="/static/')[1].split('"')[0] for line in html.split("\n")[:-1]]


def test_a_page_names_its_modules_and_those_of_the_session(built: Path) -> None:
    assert named(loads.page_module("home")) == ["js/chunks/a.js", "js/chunks/b.js"]
    assert named(loads.page_module("home", True)) == [f"js/chunks/{one}.js" for one in "abc"]
    assert loads.page_module("home").endswith(
        '<script type="module" src="/static/js/pages/home.js"></script>'
    )


def test_another_build_is_seen_and_none_is_no_error(built: Path) -> None:
    loads.page_module("home")
    (built / "js" / "loads.json").unlink()
    script = '<script type="module" src="/static/js/pages/home.js"></script>'
    assert loads.page_module("home", True) == script
    (built / "js" / "loads.json").write_text('{"home": ["js/chunks/new.js"]}')
    assert named(loads.page_module("home")) == ["js/chunks/new.js"]


@pytest.mark.parametrize(
    ("code", "other"), [("en", []), ("de", []), ("ar", ["arabic"]), ("hi", ["devanagari"])]
)
def test_only_the_letters_of_the_language_are_fetched_at_once(code: str, other: list[str]) -> None:
    with translation.override(code):
        files = loads.fonts()
    assert len(files) == 2 + 2 * len(other)
    assert all(any(script in file for script in ("hyperlegible", *other)) for file in files)
