"""What happened to one's records and account, checked against the log."""

from argparse import Namespace
from typing import Any

from sesphr.client import activity as history
from sesphr.client import people
from sesphr.client.answers.activity import Event
from sesphr.client.answers.requests import KeyRequests
from sesphr.client.app import Answer, App
from sesphr.client.lines import event_line
from sesphr.client.session import Session
from sesphr.client.times import iso

SAID_ANYWAY = ("deployment", "source", "member", "number", "type", "time")


def activity(app: App, options: Namespace) -> Answer:
    """List all events, newest last, after checking that none is missing or changed."""
    with app.signed_in() as who, who.folder.locked(history.SEEN):
        found = history.read(who)
        names = _names(who)
    shown = [_event(one, names) for one in found.events]
    data = {
        "events": shown, "verified": True, "pending": found.pending, "away": found.away,
        "lost": found.lost,
    }  # fmt: skip
    lines = [event_line(one, names) for one in shown] or ["Nothing happened yet."]
    return Answer(data, [*lines, *_missing(found)])


def _missing(found: history.Read) -> list[str]:
    """What is not in the list, and why."""
    away = [f"{one} cannot be reached right now; what it noted is not shown." for one in found.away]
    lost = [
        f"{source} lost {count} of its events; the log shows that they were there."
        for source, count in found.lost.items()
    ]
    return away + lost


def _names(who: Session) -> dict[str, str]:
    """Addresses of members as far as this client knows them."""
    found = people.known_logins(who.folder)
    for one in who.api.get(KeyRequests, "/key-requests").incoming:
        found.setdefault(one.asker, one.asker_login)
    found[who.me.id] = who.me.login
    return found


def _event(one: Event, names: dict[str, str]) -> dict[str, Any]:
    told = one.event
    time = told.get("time")
    actor = told.get("user") or told.get("reported_by")
    return {
        "time": iso(time) if isinstance(time, int) else None, "source": told.get("source"),
        "number": one.number, "type": told.get("type"),
        "who": names.get(actor, actor) if isinstance(actor, str) else None,
        "logged": one.proof is not None,
        **{name: value for name, value in told.items() if name not in SAID_ANYWAY},
    }  # fmt: skip
