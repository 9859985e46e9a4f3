"""Authorising, suspending, departing, by service and by command."""

import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts import services
from accounts.models import KeySlot, Member
from sesphr.ports.errors import Conflict, Refused, Unavailable
from tests.unit.accounts.fakes import OUT_OF_REACH, FakeNode
from tests.unit.accounts.people import Person, registered, signed_in
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


def test_the_commands_print_one_line() -> None:
    person = registered(role="nurse")
    line = command("authorise", person.login, "--checked", "badge 7")
    assert line == f"Authorised {person.login} (nurse), joined 2023-11-14 22:13:21 UTC.\n"
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
    with pytest.raises(CommandError, match="Out of reach"):
        command(name, person.login)


def test_createsuperuser_makes_an_administrator(monkeypatch: Any) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "correct horse battery")
    command("createsuperuser", "--noinput", "--login", "chief@example.org", "--name", "Chief")
    member = Member.objects.get(login="chief@example.org")
    assert (member.role, member.is_staff, member.is_superuser) == ("administrator", True, True)
