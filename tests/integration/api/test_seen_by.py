"""GET /api/records?seen_by=: what a member gets now, asked by the owner; nobody else may ask."""

import uuid
from typing import Any

import pytest

from accounts import services
from tests.integration.api.conftest import World, person
from tests.support.people import Person
from tests.support.problems import problem

pytestmark = pytest.mark.django_db(databases="__all__")


def seen(owner: Person, member: Person | str) -> Any:
    answer = owner.get("records", seen_by=member if isinstance(member, str) else member.id)
    assert answer.status_code == 200, answer.content
    return answer.json()["records"]


def same(world: World, member: Person) -> Any:
    """What the owner is told; it must be what the member is told."""
    found = seen(world.owner, member)
    assert found == member.get("records", owner=world.owner.id).json()["records"]
    return found


def test_the_owner_sees_what_the_grantee_sees(world: World) -> None:
    [found] = same(world, world.grantee)
    assert (found["record"], found["partitions"]) == (world.record, ["medical"])
    assert found["owner_name"] == "Olga"


def test_it_follows_every_change(world: World, moved_clock: list[int]) -> None:
    until = moved_clock[0] + 100
    world.owner.grant(world.grantee, "medical", "personal", valid_until=until)
    assert same(world, world.grantee)[0]["partitions"] == ["medical", "personal"]
    moved_clock[0] = until
    assert same(world, world.grantee) == []
    world.owner.grant(world.grantee, "personal", valid_from=until + 50)
    assert same(world, world.grantee) == []
    moved_clock[0] = until + 50
    assert same(world, world.grantee)[0]["partitions"] == ["personal"]
    world.owner.revoke_all()
    assert same(world, world.grantee) == []


def test_history_counts(world: World, moved_clock: list[int]) -> None:
    moved_clock[0] += 10
    late = person("lara", "nurse")
    world.owner.grant(late, "medical", history=False)
    assert same(world, late) == []
    moved_clock[0] += 10
    sealed = world.owner.deposited("medical")
    assert [one["manifest"] for one in same(world, late)] != []
    assert len(same(world, late)) == 1
    assert sealed.manifest


@pytest.mark.parametrize("who", ["stranger", "revoked", "pending"])
def test_others_would_see_nothing(world: World, who: str) -> None:
    assert seen(world.owner, getattr(world, who)) == []
    assert seen(world.owner, str(uuid.uuid4())) == []


@pytest.mark.parametrize("end", [services.suspend, services.depart])
def test_who_left_would_see_nothing(world: World, end: Any) -> None:
    end(member=world.grantee.member, by="admin@example.org")
    assert seen(world.owner, world.grantee) == []


def test_the_owner_seen_by_the_owner(world: World) -> None:
    [found] = seen(world.owner, world.owner)
    assert found["partitions"] == ["medical", "personal"]


def test_another_owners_records_stay_out(world: World) -> None:
    other = person("otto", "owner")
    other.deposited("medical")
    other.grant(world.grantee, "medical")
    assert [one["owner"] for one in seen(world.owner, world.grantee)] == [world.owner.id]
    problem(other.get("records", seen_by=world.grantee.id, owner=world.owner.id), 403, "refused")
    assert seen(other, world.owner) == []


def test_nobody_but_an_owner_asks(world: World) -> None:
    for one in (world.grantee, world.stranger):
        for whom in (world.owner.id, one.id, world.stranger.id):
            problem(one.get("records", seen_by=whom), 403, "refused")
    problem(world.pending.get("records", seen_by=world.owner.id), 403, "not-authorised")
    problem(world.nobody.get("records", seen_by=world.owner.id), 401, "signed-out")


@pytest.mark.parametrize("bad", ["", "x", "%00", "1" * 500])
def test_a_bad_member_is_told(world: World, bad: str) -> None:
    problem(world.owner.get("records", seen_by=bad), 422, "invalid")


def test_looking_changes_and_logs_nothing(world: World) -> None:
    before = world.owner.get("activity").json()["streams"]
    seen(world.owner, world.grantee)
    assert world.owner.get("activity").json()["streams"] == before
