"""The portal's own events: committed with what they speak of, then owed to the log."""

import logging
from typing import Any
from uuid import UUID

from django.conf import settings

from accounts.guardians import naming
from accounts.models import Event, Stream
from accounts.transactions import atomic_retried
from sesphr.adapters import get_log
from sesphr.eventlog import EventLog
from sesphr.ports.errors import PortError
from sesphr.ports.srs import EventView
from sesphr.roles import PORTAL_DATABASE

logger = logging.getLogger("sesphr.accounts")

SOURCE = "portal"


def portal_log() -> EventLog[Stream, Event]:
    """Return the writer of the portal's events."""
    return EventLog(Stream, Event, PORTAL_DATABASE, SOURCE, settings.SESPHR_DEPLOYMENT)


@atomic_retried
def record(member: UUID | str, kind: str, **details: Any) -> Event:
    """Commit an event in a member's stream, within the transaction of what it speaks of.

    Kinds of accounts: registered, confirmed, authorised, suspended, departed,
    application-forgotten, password-changed, recovery-used, recovery-renewed, signed-out-everywhere,
    second-factor-set, second-factor-removed, second-factor-reset, backup-code-used,
    backup-codes-renewed; of organisations: enrolled, left-organisation, leaver, code-issued,
    code-withdrawn, staff-removed. Of guardians, in the dependant's stream: guardian-invited, -accepted,
    -ended, -began, -acts, hand-over-offered, hand-over-withdrawn, handed-over; in the guardian's:
    dependant-added, dependant-ended, dependant-handed-over, caring-ended, guardian-asked. What a guardian does for a
    member names the guardian, whatever its kind.
    """
    return portal_log().record(str(member), kind, **{**naming.named(member), **details})


def publish(member: UUID | str) -> bool:
    """Send what the log lacks of a member's stream, after commit.

    Returns whether nothing is owed any more. What the log could not take now
    stays owed; `manage.py publish_events` sends it later.
    """
    try:
        portal_log().publish(str(member), get_log())
    except PortError as error:
        logger.warning("events of the portal stay owed to the log: %s", error.code)
        return False
    return True


def stream(member: UUID | str) -> str | None:
    """Return the member's stream as the log knows it; None before the first event."""
    return portal_log().stream(str(member))


def views(member: UUID | str, after: int = 0) -> tuple[EventView, ...]:
    """Return a page of the member's events numbered above `after`, oldest first."""
    return portal_log().views(str(member), get_log(), after)
