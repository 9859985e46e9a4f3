"""Catalogues are complete, and say what the source says."""

from collections.abc import Callable
from functools import cache
from gettext import GNUTranslations, c2py
from pathlib import Path

import pytest
from babel import Locale
from babel.messages import Message

from scripts import messages
from sesphr.settings import languages

SOURCE = cache(messages.extracted)


@pytest.fixture(autouse=True)
def read_once(monkeypatch) -> None:
    """The source does not change meanwhile, and reading it takes a second."""
    monkeypatch.setattr(messages, "extracted", SOURCE)


def test_catalogues_are_up_to_date_and_no_translation_is_wrong() -> None:
    assert messages.problems() == []


def test_words_are_found_wherever_they_may_stand() -> None:
    found = messages.extracted()
    assert found.get("Skip to the main content")
    assert found.get(("%(n)s row shown", "%(n)s rows shown")), "plural() in a template"


def test_the_same_words_make_the_same_file() -> None:
    source = messages.extracted()
    first = messages.rendered(messages.updated("en", source))
    assert first == messages.rendered(messages.updated("en", source))
    assert b"POT-Creation-Date" not in first
    assert b"#:" not in first


ROW = ("%(n)s row", "%(n)s rows")


@pytest.mark.parametrize(
    ("id_", "string", "faults"),
    [
        ("Hello %(name)s", "Hallo %(name)s", 0),
        ("Hello %(name)s", "", 0),
        ("Hello %(name)s", "Hallo %(nom)s", 1),
        ("Hello %(name)s", "Hallo", 1),
        ("Hello %(name)s", "Hallo %(name)s, 100%", 1),
        ("Hello %(name)s, 100%", "100% %(name)s", 0),
        ("%(n)s%% of %(all)s", "%(n)s%% von %(all)s", 0),
        ("%(n)s%% of %(all)s", "%(n)s von %(all)s", 1),
        ("Up to %{count}", "Bis zu %{count}", 0),
        ("Up to %{count}", "Bis zu %(count)s", 1),
        (ROW, ("eine Zeile", "%(n)s Zeilen"), 0),
        (ROW, ("", ""), 0),
        (ROW, ("%(n)s Zeile", ""), 1),
        (ROW, ("%(n)s Zeile",), 1),
        (ROW, ("eine Zeile", "Zeilen"), 1),
    ],
)
def test_other_places_and_missing_forms_are_found(id_, string, faults) -> None:
    assert len(messages.faults(Message(id_, string), 2)) == faults


def test_arabic_has_six_forms() -> None:
    forms = messages.blank("ar").num_plurals
    assert forms == 6
    assert messages.faults(Message(ROW, ("%(n)s صف", "%(n)s صفوف")), forms)
    assert not messages.faults(Message(ROW, ("%(n)s صف",) * 6), forms)


@pytest.mark.parametrize(
    ("id_", "string", "flags", "gaps"),
    [
        ("Sign in", "Anmelden", [], 0),
        ("Sign in", "Anmelden", ["fuzzy"], 1),
        ("Sign in", "", [], 1),
        (ROW, ("", ""), [], 1),
        (ROW, ("%(n)s Zeile", "%(n)s Zeilen"), [], 0),
    ],
)
def test_missing_and_unsure_words_are_found(id_, string, flags, gaps) -> None:
    assert len(messages.gaps(Message(id_, string, flags=flags), 2)) == gaps


@pytest.fixture
def german(tmp_path, monkeypatch) -> Callable[[str], Path]:
    """Catalogues that are German alone, with what is given."""
    monkeypatch.setattr(messages, "CATALOGUES", tmp_path)
    path = tmp_path / "de" / messages.FILE
    path.parent.mkdir(parents=True)

    def write(words: str) -> Path:
        path.write_text(words, encoding="utf-8")
        return path

    return write


def test_new_words_of_other_languages_stay_empty_and_old_ones_are_kept(german):
    path = german(
        '# Not "Einloggen".\nmsgid "Sign in"\nmsgstr "Anmelden"\n\nmsgid "Gone"\nmsgstr "Weg"\n\n'
        '#, fuzzy\nmsgid "Sign out"\nmsgstr "Abmelden?"\n\n#~ msgid "Old"\n#~ msgstr "Alt"\n'
    )
    messages.update()
    made = messages.read(path, "de")
    assert (made.get("Sign in").string, made.get("Sign in").user_comments) == (
        "Anmelden",
        ['Not "Einloggen".'],
    )
    assert made.get("Sign out").fuzzy
    assert made.get("Home").string == ""
    assert made.get("Gone") is None
    assert not made.obsolete


def test_updating_twice_changes_nothing(german):
    path = german('msgid "Sign in"\nmsgstr "Anmelden"\n')
    messages.update()
    first = path.read_bytes()
    messages.update()
    assert path.read_bytes() == first


def test_up_to_date_is_less_than_complete(german):
    german('msgid "Sign in"\nmsgstr "Anmelden"\n')
    messages.update()
    assert messages.problems() == []
    assert "de: no words for 'Sign out'" in messages.missing()
    assert "de: no words for 'Sign in'" not in messages.missing("de")
    assert messages.missing("en") == []


def test_words_that_begin_to_be_counted_are_written_anew(german):
    german('msgid "%(n)s row shown"\nmsgstr "%(n)s Zeile"\n')
    made = messages.updated("de", messages.extracted())
    assert made.get(("%(n)s row shown", "%(n)s rows shown")).string == ("", "")


def test_what_is_missing_or_unsure_is_not_compiled(german, tmp_path):
    messages.update()
    german(
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'
        'msgid "Sign in"\nmsgstr "Anmelden"\n\n#, fuzzy\nmsgid "Sign out"\nmsgstr "Ab"\n\n'
        'msgid "%(n)s row"\nmsgid_plural "%(n)s rows"\nmsgstr[0] ""\nmsgstr[1] ""\n\n'
        'msgid "Hi %(name)s"\nmsgstr "Hallo %(nam)s"\n'
    )
    messages.compile_all(tmp_path / "made")
    with (tmp_path / "made" / "de" / messages.FILE.with_suffix(".mo")).open("rb") as file:
        known = GNUTranslations(file)
    assert known.gettext("Sign in") == "Anmelden"
    assert known.gettext("Sign out") == "Sign out"
    assert known.ngettext(*ROW, 2) == ROW[1]
    assert known.gettext("Hi %(name)s") == "Hi %(name)s"


def test_words_of_the_administration_are_english_alone():
    source = messages.extracted()
    staff = [one.id for one in source if one.id and not messages.places(one)]
    assert len(staff) > 100
    made = messages.updated("de", source)
    assert not any(made.get(one) for one in staff)
    assert made.get("Sign in")


@pytest.mark.parametrize("language", languages.NAMES)
def test_plural_forms_are_those_by_which_pages_choose(language):
    """Each of CLDR's categories has one form of its own, for every number that a page may count."""
    catalogue = messages.blank(language)
    form = c2py(catalogue.plural_expr)
    rule = Locale.parse(language).plural_form
    pairs = {(rule(number), form(number)) for number in range(2000)}
    assert len(pairs) == len({category for category, _ in pairs}) == catalogue.num_plurals
    assert len({index for _, index in pairs}) == catalogue.num_plurals


def test_every_language_has_its_catalogue():
    assert messages.languages() == sorted(languages.NAMES)


def test_the_pseudo_language_marks_every_message_and_keeps_its_places(tmp_path):
    messages.compile_pseudo(tmp_path)
    content = (tmp_path / messages.PSEUDO / messages.FILE.with_suffix(".mo")).read_bytes()
    assert b"[[Skip to the main content]]" in content
    assert b"[[%(n)s rows shown]]" in content
