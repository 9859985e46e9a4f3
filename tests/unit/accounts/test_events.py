"""The portal's events: committed first, sent to the log, owed while it is away."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from accounts import events
from accounts.models import Event, Stream
from sesphr.crypto.encoding import canonical_json
from tests.unit.accounts.fakes import OUT_OF_REACH, FakeLog
from tests.unit.accounts.people import registered

pytestmark = pytest.mark.django_db


def test_events_reach_the_log_in_order(log: FakeLog) -> None:
    person = registered()
    person.sign_in("recovery")
    stream = str(Stream.objects.get(member=person.id).stream)
    rows = Event.objects.filter(stream__member=person.id).order_by("number")
    assert [bytes(row.entry) for row in rows] == [entry for entry, _ in log.streams[stream]]
    assert [row.index for row in rows] == [0, 1]


def test_the_log_learns_neither_member_nor_event(log: FakeLog) -> None:
    person = registered()
    assert person.id not in repr(log.streams)
    assert list(log.streams) != [person.id]


def test_events_are_canonical_and_name_no_login() -> None:
    person = registered()
    text = Event.objects.get(stream__member=person.id).event
    event = json.loads(text)
    assert canonical_json(event).decode() == text
    assert person.login not in text
    assert (event["type"], event["source"], event["number"]) == ("registered", "portal", 1)


def test_a_log_out_of_reach_is_owed(log: FakeLog) -> None:
    log.failure = OUT_OF_REACH
    person = registered()
    assert person.id in events.portal_log().owing()
    with pytest.raises(CommandError, match="stay owed"):
        call_command("publish_events")
    log.failure = None
    out = io.StringIO()
    call_command("publish_events", stdout=out)
    assert "Nothing is owed" in out.getvalue()
    assert person.id not in events.portal_log().owing()


def test_views_are_the_members_own() -> None:
    person, other = registered(), registered()
    assert [view.event["member"] for view in events.views(person.id)] == [person.id]
    assert events.views(person.id, after=1) == ()
    assert events.stream(person.id) != events.stream(other.id)
    assert events.stream("00000000-0000-4000-8000-000000000000") is None
