"""Which language this server speaks: one, chosen when it starts."""

from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

DEFAULT = "en"
# Where the code for catalogues says less than pages should: dates, reading aloud.
HTML_LANGUAGES = {"en": "en-GB"}
# What Django's own words, and its date formats, come in.
DJANGO_LANGUAGES = {"en": "en-gb"}


def _known(folder: Path) -> set[str]:
    """The languages of a folder of catalogues, as codes such as pt-br."""
    found = folder.glob("*/LC_MESSAGES/django.*")
    return {path.parent.parent.name.replace("_", "-").lower() for path in found}


def checked(code: str, folders: list[Path]) -> str:
    """The code, when there is a catalogue for it."""
    known = sorted({DEFAULT}.union(*map(_known, folders)))
    if code not in known:
        raise ImproperlyConfigured(
            f"SESPHR_LANGUAGE is {code!r}; there are catalogues for {', '.join(known)}."
        )
    return code
