"""Authorising, suspending, departing, by service and by command."""

import hashlib
import io
import json
import struct
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts import mail as letters
from accounts import services
from accounts.models import KeySlot, Member
from sesphr.crypto.encoding import b64u_decode
from sesphr.ports.errors import Conflict, Refused, Unavailable
from tests.unit.accounts.fakes import OUT_OF_REACH, FakeNode
from tests.unit.accounts.people import Person, application, registered, signed_in
from tests.unit.accounts.test_registration import kinds

pytestmark = pytest.mark.django_db


def authorise(person: Person, checked: str = "passport") -> Member:
    return services.authorise(member=person.member, by="root", checked=checked)


def command(*words: str) -> str:
    out = io.StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def test_authorising_activates_at_every_node_and_takes_the_earliest_date(
    nodes: tuple[FakeNode, ...],
) -> None:
    person = registered(role="physician")
    found = authorise(person)
    assert found.joined == min(node.moment for node in nodes)
    assert all(("activate", person.id, "physician") in node.calls for node in nodes)
    stored = person.member
    assert (stored.state, stored.checked, stored.checked_by) == ("authorised", "passport", "root")
    assert stored.confirmed_at is not None
    assert kinds(person) == ["registered", "authorised"]


def test_whoever_waits_is_told_once_that_the_account_is_open(mailoutbox: list[Any]) -> None:
    person = registered()
    mailoutbox.clear()
    authorise(person)
    authorise(person)
    assert [(one.to, one.subject) for one in mailoutbox] == [([person.login], "You can begin")]


def test_authorising_again_changes_nothing() -> None:
    person = registered()
    authorise(person)
    before = Member.objects.values().get(pk=person.id)
    authorise(person, checked="something else")
    assert Member.objects.values().get(pk=person.id) == before
    assert kinds(person) == ["registered", "authorised"]


def test_a_node_out_of_reach_leaves_the_member_pending(nodes: tuple[FakeNode, ...]) -> None:
    person = registered()
    nodes[1].failure = OUT_OF_REACH
    with pytest.raises(Unavailable):
        authorise(person)
    assert person.member.state == "pending"
    nodes[1].failure = None
    assert authorise(person).state == "authorised"


def test_a_session_survives_authorisation() -> None:
    person = signed_in()
    authorise(person)
    assert person.me().json()["state"] == "authorised"


def test_suspension_and_return(nodes: tuple[FakeNode, ...]) -> None:
    person = signed_in()
    joined = authorise(person).joined
    for _ in range(2):
        services.suspend(member=person.member, by="root")
    assert person.member.state == "suspended"
    assert all(node.states[person.id] == "suspended" for node in nodes)
    assert person.me().status_code == 401
    assert authorise(person).joined == joined
    assert person.me().status_code == 401
    assert person.sign_in().status_code == 200
    assert kinds(person) == ["registered", "authorised", "suspended", "authorised"]


def test_departure_is_for_ever(nodes: tuple[FakeNode, ...]) -> None:
    person = signed_in()
    authorise(person)
    for _ in range(2):
        services.depart(member=person.member, by="root")
    assert person.member.state == "departed"
    assert not person.member.has_usable_password()
    assert not KeySlot.objects.filter(member=person.id).exists()
    assert all(node.states[person.id] == "departed" for node in nodes)
    assert kinds(person) == ["registered", "authorised", "departed"]
    for again in (authorise, lambda p: services.suspend(member=p.member, by="root")):
        with pytest.raises(Conflict):
            again(person)


def test_departure_waits_for_every_node(nodes: tuple[FakeNode, ...]) -> None:
    person = registered()
    nodes[1].failure = OUT_OF_REACH
    with pytest.raises(Unavailable):
        services.depart(member=person.member, by="root")
    assert person.member.state == "pending"
    nodes[1].failure = None
    assert services.depart(member=person.member, by="root").state == "departed"


@pytest.mark.parametrize("change", ["authorise", "suspend", "depart"])
def test_administrators_are_no_members(change: str, nodes: tuple[FakeNode, ...]) -> None:
    member = Member.objects.create_superuser(login="root@example.org", name="Root", password="x")
    more = {"checked": ""} if change == "authorise" else {}
    member.state = "pending"
    with pytest.raises(Refused):
        getattr(services, change)(member=member, by="root", **more)
    assert nodes[0].calls == []


def test_stale_objects_do_not_undo_a_departure() -> None:
    person = registered()
    stale = person.member
    services.depart(member=person.member, by="root")
    with pytest.raises(Conflict):
        services.authorise(member=stale, by="root", checked="")
    services.suspend(member=stale, by="root")
    assert person.member.state == "departed"


def fingerprint_of(person: Person) -> str:
    """As the protocol says it, from the statement that was sent."""
    payload = json.loads(b64u_decode(person.sent["registration"].split(".")[1]))
    sha = hashlib.sha256()
    for name in ("verification", "receive"):
        key = b64u_decode(payload[name])
        sha.update(len(key).to_bytes(4, "big") + key)
    words = struct.unpack(">8I", sha.digest())
    return " ".join(f"{word % 100000:05d}" for word in words)


def test_authorising_shows_whose_keys_and_whether_the_address_was_confirmed() -> None:
    person = registered(role="nurse")
    services.confirm(token=letters.confirmation_token(person.member.id))
    told = [command("authorise", person.login) for _ in range(2)]
    assert told[0] == told[1]
    assert told[0].splitlines()[1:] == [
        f"Fingerprint of the registered keys: {fingerprint_of(person)}"
    ]


def test_the_commands_say_what_they_did() -> None:
    person = registered(role="nurse")
    lines = command("authorise", person.login, "--checked", "badge 7").splitlines()
    assert lines == [
        f"Authorised {person.login} (nurse), joined 2023-11-14 22:13:21 UTC.",
        f"Fingerprint of the registered keys: {fingerprint_of(person)}",
        "The person had not confirmed this address; it counts as confirmed now.",
    ]
    assert person.member.checked == "badge 7"
    assert command("suspend", person.login.upper()) == f"Suspended {person.login}.\n"
    assert command("depart", person.login) == f"Departed {person.login}.\n"


@pytest.mark.parametrize("name", ["authorise", "suspend", "depart"])
def test_the_commands_say_what_went_wrong(name: str, nodes: tuple[FakeNode, ...]) -> None:
    with pytest.raises(
        CommandError, match=r"Nobody is registered as nobody@example\.org\."
    ) as error:
        command(name, "nobody@example.org")
    assert error.value.returncode == 1
    person = registered()
    nodes[0].failure = OUT_OF_REACH
    with pytest.raises(CommandError, match="Too few key nodes can be reached"):
        command(name, person.login)


MONTH = 30 * 24 * 3600


def test_an_old_application_is_listed_and_forgotten(
    moved_clock: list[int], nodes: tuple[FakeNode, ...]
) -> None:
    person = registered(role="nurse")
    day = datetime.fromtimestamp(moved_clock[0], UTC)
    moved_clock[0] += MONTH
    assert command("forget_application") == ""
    with pytest.raises(CommandError, match="older than 30 days"):
        command("forget_application", person.login)
    moved_clock[0] += 1
    assert command("forget_application") == f"{day:%Y-%m-%d} {person.login} (nurse)\n"
    assert person.login in command("forget_application", person.login.upper())
    assert not Member.objects.filter(login=person.login).exists()
    assert not KeySlot.objects.filter(member=person.id).exists()
    assert command("forget_application") == ""
    assert kinds(person) == ["registered", "application-forgotten"]
    assert all(node.held[person.id] == [person.sent["registration"]] for node in nodes)
    assert Person.post(person, "members", application(person.login)).status_code == 409
    assert person.register().status_code == 202
    assert person.sign_in().status_code == 200


def test_other_members_are_never_forgotten(moved_clock: list[int]) -> None:
    people = [registered() for _ in range(5)]
    services.confirm(token=letters.confirmation_token(people[0].member.id))
    authorise(people[1])
    authorise(people[2])
    services.suspend(member=people[2].member, by="root")
    services.depart(member=people[3].member, by="root")
    Member.objects.create_superuser(login="root@example.org", name="Root", password="x")
    moved_clock[0] += 10 * MONTH
    logins = [person.login for person in people[:4]] + ["root@example.org"]
    for login in logins:
        with pytest.raises(CommandError, match="Only an application"):
            command("forget_application", login)
    assert people[4].login in command("forget_application")
    assert command("forget_application").count("\n") == 1
    assert Member.objects.count() == 6
    with pytest.raises(CommandError, match="Nobody is registered"):
        command("forget_application", "nobody@example.org")


def test_createsuperuser_makes_an_administrator(monkeypatch: Any) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "correct horse battery")
    command("createsuperuser", "--noinput", "--login", "chief@example.org", "--name", "Chief")
    member = Member.objects.get(login="chief@example.org")
    assert (member.role, member.is_staff, member.is_superuser) == ("administrator", True, True)
