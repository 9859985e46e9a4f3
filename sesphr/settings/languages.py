"""Which languages this server speaks, and which when nobody asks for another."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from babel import Locale, UnknownLocaleError
from django.core.exceptions import ImproperlyConfigured

DEFAULT = "en"
# Each in its own words, as people look for it.
NAMES = {
    "en": "English",
    "es": "Español",
    "de": "Deutsch",
    "fr": "Français",
    "hi": "हिन्दी",
    "ar": "العربية",
}
# Where the code for catalogues says less than pages should: dates, reading aloud.
HTML_LANGUAGES = {"en": "en-GB"}
# What Django's own words, and its date formats, come in.
DJANGO_LANGUAGES = {"en": "en-gb"}
# Numbers among which every plural category of every language has one.
_COUNTED = range(201)


def _known(folder: Path) -> set[str]:
    """The languages of a folder of catalogues, as codes such as pt-br."""
    found = folder.glob("*/LC_MESSAGES/django.*")
    return {path.parent.parent.name.replace("_", "-").lower() for path in found}


def checked(code: str, folders: list[Path], name: str = "SESPHR_LANGUAGE") -> str:
    """The code, when there is a catalogue for it; `name` is the setting that has it."""
    known = sorted({DEFAULT}.union(*map(_known, folders)))
    if code not in known:
        raise ImproperlyConfigured(
            f"{name} is {code!r}; there are catalogues for {', '.join(known)}."
        )
    return code


def offered(codes: str, default: str, folders: list[Path]) -> tuple[str, ...]:
    """The languages that people may choose, as SESPHR_LANGUAGES lists them; all ours if it does not.

    The default is always among them.
    """
    wanted = [code.strip() for code in codes.split(",") if code.strip()] or list(NAMES)
    found = [checked(code, folders, "SESPHR_LANGUAGES") for code in wanted]
    return tuple(dict.fromkeys([*found, *([] if default in found else [default])]))


def of_staff(default: str) -> str:
    """What the administration speaks: English, whose words no other catalogue of ours has."""
    return DEFAULT if default in NAMES else default


def django(code: str) -> str:
    """Django's own code of this language."""
    return DJANGO_LANGUAGES.get(code, code)


def name(code: str) -> str:
    """The language's name in its own words; its code where nobody knows it."""
    return NAMES.get(code) or (_locale(code).get_display_name() or code)


@dataclass(frozen=True)
class Language:
    """A language as pages tell browsers of it; `direction` is "ltr" or "rtl"."""

    code: str
    html: str
    name: str
    direction: str


@cache
def described(code: str) -> Language:
    """What pages say of a language."""
    html = HTML_LANGUAGES.get(code, code)
    return Language(code, html, name(code), _locale(code).text_direction)


@cache
def samples(code: str) -> dict[str, int]:
    """A number of every plural category of a language (CLDR: one, few, other ...)."""
    rule = _locale(code).plural_form
    found: dict[str, int] = {}
    for number in _COUNTED:
        found.setdefault(rule(number), number)
    return found


def _locale(code: str) -> Locale:
    """The platform's knowledge of a language, of its family where it has none of its own."""
    try:
        return Locale.parse(code, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale.parse(code.partition("-")[0])
