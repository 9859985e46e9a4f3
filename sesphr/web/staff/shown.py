"""How the administration shows times, sizes and octets. No words: those stand in templates and models."""

from datetime import UTC, datetime

from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

EMPTY = "\N{EN DASH}"
DAY = 24 * 3600
# The last second of the year 9999; members may sign later times.
LAST = 253_402_300_799


def moment(seconds: int | None) -> datetime | None:
    """Unix seconds as a moment in UTC."""
    return None if seconds is None else datetime.fromtimestamp(min(seconds, LAST), UTC)


def when(seconds: int | None) -> SafeString | str:
    """A time with its zone, as `<time>`; a dash for none."""
    found = moment(seconds)
    if found is None:
        return EMPTY
    shown = date_format(found, "j M Y, H:i")
    return format_html('<time datetime="{}">{} UTC</time>', found.isoformat(), shown)


def day_of(seconds: int) -> str:
    """The day of a time in UTC, as YYYY-MM-DD."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d")


def code(text: object) -> SafeString:
    """An id or a digest, in figures that line up and may break anywhere."""
    return format_html("<code>{}</code>", text)


def octets(value: bytes | None) -> SafeString | str:
    """Octets as hexadecimal digits."""
    return EMPTY if value is None else code(bytes(value).hex())


def hexdump(value: bytes) -> str:
    """Octets in lines of 16, each with its offset."""
    lines = (f"{at:06x}  {bytes(value[at : at + 16]).hex(' ')}" for at in range(0, len(value), 16))
    return "\n".join(lines)
