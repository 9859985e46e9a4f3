"""Each invariant of the tables, and that events stay as they were written."""

import uuid
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, OperationalError, connection, transaction

from accounts import events
from accounts.ids import member_id, slot_salt
from accounts.models import Event, KeySlot, Member, RateLimit, Stream
from tests.unit.accounts.people import new_login

pytestmark = pytest.mark.django_db


def make(**more: Any) -> Member:
    login = new_login()
    values = {
        "id": member_id(login),
        "login": login,
        "name": "A",
        "role": "owner",
        "registration": b"d" * 32,
    }
    member = Member(**{**values, **more})
    member.save(force_insert=True)
    return member


def make_slot(member: Member, **more: Any) -> KeySlot:
    values = {
        "type": "password", "generation": 1, "salt": b"s" * 16, "params": {}, "sealed": b"x" * 60,
        "secret_hash": "h",
    }  # fmt: skip
    return KeySlot.objects.create(member=member, **{**values, **more})


@pytest.mark.parametrize(
    "wrong",
    [
        {"role": "king"},
        {"state": "asleep"},
        {"is_staff": True},
        {"registration": None},
        {"id": None},
    ],
)
def test_member_constraints(wrong: dict[str, Any]) -> None:
    with pytest.raises((IntegrityError, OperationalError)), transaction.atomic():
        make(**wrong)


def test_login_and_id_are_unique() -> None:
    first = make()
    with pytest.raises(IntegrityError), transaction.atomic():
        make(login=first.login, id=uuid.uuid4())
    with pytest.raises(IntegrityError), transaction.atomic():
        make(id=first.id)


@pytest.mark.parametrize("wrong", [{"type": "passkey"}, {"generation": 0}])
def test_slot_constraints(wrong: dict[str, Any]) -> None:
    with pytest.raises((IntegrityError, OperationalError)), transaction.atomic():
        make_slot(make(), **wrong)


def test_one_slot_of_a_type() -> None:
    member = make()
    make_slot(member)
    make_slot(member, type="recovery")
    with pytest.raises(IntegrityError), transaction.atomic():
        make_slot(member)


def test_one_row_for_a_key_and_window() -> None:
    RateLimit.objects.create(key="k", window=0, expires=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        RateLimit.objects.create(key="k", window=0, expires=1)


def test_administrators_have_an_id_of_their_login_and_no_registration() -> None:
    login = new_login()
    member = Member.objects.create_superuser(login=login, name="Root", password="a long password")
    assert member.id == member_id(login)
    assert member.is_active
    assert member.check_password("a long password")


def test_sessions_end_with_password_and_epoch() -> None:
    member = make(password="one")
    hashes = {member.get_session_auth_hash()}
    member.session_epoch += 1
    hashes.add(member.get_session_auth_hash())
    member.password = "two"
    hashes.add(member.get_session_auth_hash())
    assert len(hashes) == 3


def test_ids_and_salts_are_keyed_and_distinct() -> None:
    assert member_id("a@example.org") == member_id("a@example.org") != member_id("b@example.org")
    assert member_id("a@example.org").version == 4
    logins, kinds = ("a@example.org", "b@example.org"), ("password", "recovery")
    salts = [slot_salt(login, kind) for login in logins for kind in kinds]
    assert salts == [slot_salt(login, kind) for login in logins for kind in kinds]
    assert len(set(salts)) == 4
    assert {len(salt) for salt in salts} == {16}


CHANGES = [
    "DELETE FROM accounts_event WHERE id = {event}",
    "DELETE FROM accounts_stream WHERE id = {stream}",
    "UPDATE accounts_event SET event = '{{}}' WHERE id = {event}",
    "UPDATE accounts_event SET event = NULL WHERE id = {event}",
    "UPDATE accounts_event SET salt = NULL WHERE id = {event}",
    "UPDATE accounts_event SET number = 2 WHERE id = {event}",
    "UPDATE accounts_event SET entry = 'x' WHERE id = {event}",
    "UPDATE accounts_stream SET length = 0 WHERE id = {stream}",
    "UPDATE accounts_stream SET member = stream WHERE id = {stream}",
    (
        "REPLACE INTO accounts_event (id, stream_id, number, event, salt, entry)"
        " VALUES ({event}, {stream}, 7, 'x', 'x', 'x')"
    ),
    (
        "REPLACE INTO accounts_event (stream_id, number, event, salt, entry)"
        " VALUES ({stream}, 1, 'x', 'x', 'x')"
    ),
    (
        "REPLACE INTO accounts_stream (id, member, stream, length) SELECT {stream}, member, stream, 0"
        " FROM accounts_stream WHERE id = {stream}"
    ),
]


@pytest.fixture
def event() -> Event:
    return events.record(uuid.uuid4(), "confirmed")


@pytest.mark.parametrize("sql", CHANGES)
def test_raw_sql_cannot_change_events(sql: str, event: Event) -> None:
    before = (
        Event.objects.values().get(pk=event.pk),
        Stream.objects.values().get(pk=event.stream_id),
    )
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        connection.cursor().execute(sql.format(event=event.pk, stream=event.stream_id))
    after = Event.objects.values().get(pk=event.pk), Stream.objects.values().get(pk=event.stream_id)
    assert before == after


def test_an_index_is_set_once(event: Event) -> None:
    rows = Event.objects.filter(pk=event.pk)
    rows.update(index=5)
    rows.update(index=5)
    for other in (6, None):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            rows.update(index=other)
    assert rows.get().index == 5


def test_event_and_salt_are_erased_together_and_stay_erased(event: Event) -> None:
    rows = Event.objects.filter(pk=event.pk)
    rows.update(event=None, salt=None)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        rows.update(event="{}", salt=b"s" * 32)
    assert bytes(rows.get().entry) == bytes(event.entry)
