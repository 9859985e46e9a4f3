"""Dates between people and statements: ISO text here, Unix seconds there."""

import time
from datetime import UTC, date, datetime, timedelta

from sesphr.client.errors import UsageError

LAST = datetime(9999, 12, 30, tzinfo=UTC)


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
        UsageError: not ISO 8601, or not in the future.
    """
    if text is None:
        return None
    try:
        end = _end(text)
    except (ValueError, OverflowError, OSError):
        raise UsageError("Give --until as 2027-01-31 or 2027-01-31T18:00.") from None
    if end <= now():
        raise UsageError("--until must be in the future.")
    return end


def _end(text: str) -> int:
    try:
        # The day itself still counts, so the end is the next midnight.
        moment = datetime.combine(date.fromisoformat(text) + timedelta(days=1), datetime.min.time())
    except ValueError:
        moment = datetime.fromisoformat(text)
    moment = moment.astimezone(UTC)
    if moment > LAST:
        raise ValueError(text)
    return int(moment.timestamp())
