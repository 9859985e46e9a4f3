"""SESPHR_LANGUAGE and SESPHR_LANGUAGES: languages that have a catalogue, or no start."""

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


@pytest.mark.parametrize(
    ("codes", "found"),
    [
        ("de, en", ("de", "en")),
        ("pt-br", ("pt-br", "en")),
        (" ,de,,de ", ("de", "en")),
    ],
)
def test_the_default_is_always_among_the_offered(folder, codes, found):
    assert languages.offered(codes, "en", [folder]) == found


def test_all_of_ours_are_offered_unless_told(tmp_path):
    for name in languages.NAMES:
        (tmp_path / name / "LC_MESSAGES").mkdir(parents=True)
        (tmp_path / name / "LC_MESSAGES" / "django.po").touch()
    assert languages.offered("", "de", [tmp_path]) == tuple(languages.NAMES)


def test_an_offered_language_without_a_catalogue_stops_the_start(folder):
    with pytest.raises(ImproperlyConfigured, match="SESPHR_LANGUAGES is 'fr'"):
        languages.offered("de,fr", "en", [folder])


@pytest.mark.parametrize(
    ("code", "html", "name", "direction"),
    [
        ("en", "en-GB", "English", "ltr"),
        ("ar", "ar", "العربية", "rtl"),
        ("he", "he", "עברית", "rtl"),
        ("pt-br", "pt-br", "português (Brasil)", "ltr"),
        ("en-xa", "en-xa", "English", "ltr"),
    ],
)
def test_what_pages_say_of_a_language(code, html, name, direction):
    found = languages.described(code)
    assert (found.html, found.name, found.direction) == (html, name, direction)


@pytest.mark.parametrize("code", languages.NAMES)
def test_every_plural_category_has_a_number(code):
    assert "other" in languages.samples(code)
    assert len(languages.samples("ar")) == 6
