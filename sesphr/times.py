"""Days as commands print them."""

from datetime import UTC, datetime


def day(time: int) -> str:
    """The day of a time (Unix seconds), in UTC: 2026-11-29."""
    return str(datetime.fromtimestamp(time, UTC).date())
