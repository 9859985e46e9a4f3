"""Who sees whom; everybody else is answered as if there were nobody."""

from typing import Any

import pytest

from accounts import services
from accounts.models import Member
from tests.unit.accounts.fakes import OUT_OF_REACH, FakeNode, some_id
from tests.unit.accounts.people import Person, registered, signed_in
from tests.unit.accounts.test_membership import authorise
from tests.unit.accounts.test_signin import status

pytestmark = pytest.mark.django_db


@pytest.fixture
def asker() -> Person:
    person = signed_in(role="physician")
    authorise(person)
    return person


def look(asker: Person, login: str) -> Any:
    return asker.post("directory", {"login": login})


def test_an_authorised_colleague_is_seen_by_login_and_by_id(asker: Person) -> None:
    nurse = registered(role="nurse")
    authorise(nurse, checked="badge 7")
    expected = {
        "member": nurse.id, "name": "Ada Example", "role": "nurse", "state": "authorised",
        "registrations": [nurse.sent["registration"]], "checked": "badge 7",
        "joined": Member.objects.get(pk=nurse.id).joined,
    }  # fmt: skip
    assert look(asker, nurse.login).json() == expected
    assert asker.call("GET", f"directory/{nurse.id}").json() == expected


def test_oneself_is_always_seen() -> None:
    person = signed_in()
    assert look(person, person.login).json()["state"] == "pending"
    authorise(person, checked="passport")
    assert look(person, person.login).json()["checked"] == "passport"


def test_an_owner_is_seen_by_whom_they_let_read(asker: Person, nodes: tuple[FakeNode, ...]) -> None:
    owner = registered()
    authorise(owner)
    assert look(asker, owner.login).status_code == 404
    nodes[1].shown[asker.id, owner.id] = ("record",)
    found = look(asker, owner.login).json()
    assert (found["member"], found["checked"]) == (owner.id, "")


def everybody_hidden() -> list[str]:
    owner, pending, suspended, departed = (
        registered(role=role) for role in ("owner", *["nurse"] * 3)
    )
    for one in (owner, suspended, departed):
        authorise(one)
    services.suspend(member=suspended.member, by="root")
    services.depart(member=departed.member, by="root")
    Member.objects.create_superuser(login="root@example.org", name="Root", password="x")
    return [owner.login, pending.login, suspended.login, departed.login, "root@example.org"]


def test_the_hidden_and_the_unknown_are_answered_alike(asker: Person) -> None:
    answers = [look(asker, login) for login in (*everybody_hidden(), "nobody@example.org")]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert len({tuple(answer.items()) for answer in answers}) == 1
    unknown = asker.call("GET", f"directory/{some_id()}")
    assert unknown.content == answers[0].content


def test_hidden_owners_and_unknown_logins_cost_the_same_calls(
    asker: Person, nodes: tuple[FakeNode, ...]
) -> None:
    owner = registered()
    authorise(owner)
    counts = []
    for login in (owner.login, "nobody@example.org"):
        before = len(nodes[0].calls)
        look(asker, login)
        counts.append([call[0] for call in nodes[0].calls[before:]])
    assert counts == [["records"], ["records"]]


def test_those_who_are_not_authorised_see_only_themselves() -> None:
    nurse = registered(role="nurse")
    authorise(nurse)
    person = signed_in(role="physician")
    assert look(person, nurse.login).content == look(person, "nobody@example.org").content


def test_a_node_out_of_reach_shows_nothing(asker: Person, nodes: tuple[FakeNode, ...]) -> None:
    owner = registered()
    authorise(owner)
    nodes[0].shown[asker.id, owner.id] = ("record",)
    nodes[0].failure = OUT_OF_REACH
    assert look(asker, owner.login).status_code == 404


@pytest.mark.parametrize("login", ["", "NURSE@example.org", "%", "a" * 255, "nurse"])
def test_only_exact_logins(asker: Person, login: str) -> None:
    assert look(asker, login).status_code in (404, 422)


@pytest.mark.parametrize("member", ["x", "00000000-0000-0000-0000-00000000000G", "%00", "a" * 5000])
def test_only_ids(asker: Person, member: str) -> None:
    assert asker.call("GET", f"directory/{member}").status_code in (404, 422)


def test_strangers_see_nothing() -> None:
    assert status(look(Person(), "nobody@example.org")) == (401, "signed-out")


def test_lookups_are_limited_by_member(asker: Person, settings: Any) -> None:
    settings.SESPHR_RATES = {**settings.SESPHR_RATES, "directory:member": (2, 3600)}
    answers = [look(asker, asker.login).status_code for _ in range(3)]
    assert answers == [200, 200, 429]
