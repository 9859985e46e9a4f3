"""Dates between people and statements: ISO text here, Unix seconds there."""

import re
import time
from datetime import UTC, date, datetime, timedelta

from sesphr.client.errors import UsageError

# Days before the calendar's end, so that every time zone can still say it.
LAST = datetime(9999, 12, 29)  # noqa: DTZ001 -- compared with what people type, in any zone
LAST_DAY = LAST.date() - timedelta(days=1)
FAR_YEAR = re.compile(r"\+?\d{5,}-")


def now() -> int:
    """Unix seconds of this machine's clock."""
    return int(time.time())


def iso(seconds: int | None) -> str | None:
    """Unix seconds as ISO 8601 in UTC; None stays None, an impossible time too."""
    if seconds is None:
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
    except (OverflowError, OSError, ValueError):
        return None


def until(text: str | None) -> int | None:
    """The moment at which a grant ends: ISO date (its whole day, local time) or date and time.

    Raises:
        UsageError: not ISO 8601, not in the future, or beyond the last day.
    """
    if text is None:
        return None
    try:
        end = _end(text)
    except OverflowError:
        raise UsageError(
            f"--until can be {LAST_DAY} at the latest; leave it out for access without an end."
        ) from None
    except ValueError:
        raise UsageError("Give --until as 2027-01-31 or 2027-01-31T18:00.") from None
    if end <= now():
        raise UsageError("--until must be in the future.")
    return end


def _end(text: str) -> int:
    """Unix seconds; 0 for long ago, OverflowError beyond the last day, ValueError for no date."""
    if FAR_YEAR.match(text):
        raise OverflowError
    try:
        # The day itself still counts, so the end is the next midnight.
        moment = datetime.combine(date.fromisoformat(text) + timedelta(days=1), datetime.min.time())
    except ValueError:
        moment = datetime.fromisoformat(text)
    typed = moment.replace(tzinfo=None)
    if typed > LAST:
        raise OverflowError
    return int(moment.timestamp()) if typed.year > 1970 else 0
