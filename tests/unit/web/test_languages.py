"""SESPHR_LANGUAGE: a language that has a catalogue, or no start."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from sesphr.settings import languages


@pytest.fixture
def folder(tmp_path):
    for name, file in (("de", "django.po"), ("pt_BR", "django.mo")):
        (tmp_path / name / "LC_MESSAGES").mkdir(parents=True)
        (tmp_path / name / "LC_MESSAGES" / file).touch()
    (tmp_path / "fr").mkdir()
    return tmp_path


@pytest.mark.parametrize("code", ["en", "de", "pt-br"])
def test_a_language_with_a_catalogue_is_taken(folder, code):
    assert languages.checked(code, [folder, folder / "missing"]) == code


@pytest.mark.parametrize("code", ["fr", "EN", "../de", "xx"])
def test_any_other_stops_the_start_with_a_sentence(folder, code):
    with pytest.raises(ImproperlyConfigured, match="there are catalogues for de, en, pt-br"):
        languages.checked(code, [folder])


def test_english_is_there_without_any_catalogue():
    assert languages.checked("en", []) == "en"
