"""The pages' engine: what it takes, what it escapes, and how words get into pages."""

import json
import re

import pytest
from django.template import TemplateDoesNotExist, engines
from django.template.loader import get_template
from jinja2 import Environment
from markupsafe import Markup

from sesphr.web import jinja


@pytest.fixture
def env() -> Environment:
    return next(engine.env for engine in engines.all() if isinstance(engine, jinja.Templates))


def test_only_names_with_its_suffix_are_its_own():
    assert get_template("layouts/plain.jinja").backend.env
    assert not hasattr(get_template("admin/base.html").backend, "env")
    with pytest.raises(TemplateDoesNotExist):
        get_template("pages/no-such-page.jinja")


def test_values_are_escaped(env):
    made = env.from_string("{{ name }} {{ _('Hello %(name)s', name=name) }}")
    assert "<b>" not in made.render(name="<b>Ada</b>")


def test_a_link_may_be_a_value(env):
    link = Markup('<a href="/help">help</a>')
    made = env.from_string("{{ _('Read %(link)s & go on', link=link) }}").render(link=link)
    assert made == 'Read <a href="/help">help</a> &amp; go on'


def test_words_without_values_keep_their_places_for_modules(env):
    assert env.from_string("{{ _('Hello %(name)s, 100%') }}").render() == "Hello %(name)s, 100%"


@pytest.mark.parametrize(("number", "words"), [(0, "0 rows"), (1, "1 row"), (2, "2 rows")])
def test_counted_words(env, number, words):
    made = env.from_string("{{ ngettext('%(num)s row', '%(num)s rows', n) }}").render(n=number)
    assert made == words


def test_plural_gives_every_category_of_the_language():
    assert jinja.plural("%(n)s row", "%(n)s rows") == {"one": "%(n)s row", "other": "%(n)s rows"}


def test_messages_cannot_end_their_element():
    words = {"a": "</script><script>alert(1)</script>", "b": {"one": "é", "other": "&"}}
    made = str(jinja.messages(words))
    assert made.count("</script>") == 1
    content = re.fullmatch(r'<script type="application/json" class="messages">(.*)</script>', made)
    assert content
    assert json.loads(content[1]) == words
