"""Catalogues are complete, and say what the source says."""

import pytest
from babel.messages import Message

from scripts import messages


def test_catalogues_are_complete_and_up_to_date() -> None:
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


@pytest.mark.parametrize(
    ("id_", "string", "faults"),
    [
        ("Hello %(name)s", "Hallo %(name)s", 0),
        ("Hello %(name)s", "", 1),
        ("Hello %(name)s", "Hallo %(nom)s", 1),
        ("Hello %(name)s", "Hallo", 1),
        (("%(n)s row", "%(n)s rows"), ("eine Zeile", "%(n)s Zeilen"), 0),
        (("%(n)s row", "%(n)s rows"), ("%(n)s Zeile", ""), 1),
    ],
)
def test_missing_words_and_places_are_found(id_, string, faults) -> None:
    assert len(messages.faults(Message(id_, string))) == faults


def test_new_words_of_other_languages_stay_empty_and_old_ones_are_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(messages, "CATALOGUES", tmp_path)
    path = tmp_path / "de" / messages.FILE
    path.parent.mkdir(parents=True)
    path.write_text('msgid "Sign in"\nmsgstr "Anmelden"\n\nmsgid "Gone"\nmsgstr "Weg"\n')
    made = messages.updated("de", messages.extracted())
    assert made.get("Sign in").string == "Anmelden"
    assert made.get("Sign out").string == ""
    assert made.get("Gone") is None
    assert "de: no words for 'Sign out'" in messages.problems()


def test_the_pseudo_language_marks_every_message_and_keeps_its_places(tmp_path):
    messages.compile_pseudo(tmp_path)
    content = (tmp_path / messages.PSEUDO / messages.FILE.with_suffix(".mo")).read_bytes()
    assert b"[[Skip to the main content]]" in content
    assert b"[[%(n)s rows shown]]" in content
