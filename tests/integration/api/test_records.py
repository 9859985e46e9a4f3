"""GET /api/records: own records with all partitions, others' with what one may read now."""

import uuid

import pytest

from sesphr.crypto.encoding import b64u_encode
from tests.integration.api.conftest import World, person
from tests.support.endpoints import element
from tests.support.people import Person, record_of

pytestmark = pytest.mark.django_db(databases="__all__")


def test_the_owner_sees_all_partitions(world: World) -> None:
    [found] = world.owner.get("records").json()["records"]
    assert (found["record"], found["owner"], found["owner_name"]) == (
        world.record,
        world.owner.id,
        "Olga",
    )
    assert (found["version"], found["partitions"]) == (1, ["medical", "personal"])


def test_the_grantee_sees_what_was_granted(world: World) -> None:
    [found] = world.grantee.get("records").json()["records"]
    assert (found["record"], found["partitions"]) == (world.record, ["medical"])
    assert found["until"] == {}


@pytest.mark.parametrize("who", ["stranger", "revoked"])
def test_others_see_nothing(world: World, who: str) -> None:
    other: Person = getattr(world, who)
    assert other.get("records").json() == {"records": []}
    assert other.get("records", owner=world.owner.id).json() == {"records": []}
    assert other.get("records", owner=str(uuid.uuid4())).json() == {"records": []}


def test_the_newest_version_is_listed(owner: Person) -> None:
    first = owner.deposited()
    second = owner.seal(
        {"medical": element("medical")},
        record=record_of(first),
        version=2,
        previous=b64u_encode(first.digest),
    )
    assert owner.send(second).status_code == 200
    [found] = owner.get("records").json()["records"]
    assert (found["version"], found["manifest"]) == (2, b64u_encode(second.digest))
    assert found["partitions"] == ["medical"]


def test_records_come_oldest_first_and_by_owner(world: World, moved_clock: list[int]) -> None:
    other = person("otto", "owner")
    moved_clock[0] += 10
    later = record_of(other.deposited("insurance"))
    other.grant(world.grantee, "insurance")
    listed = world.grantee.get("records").json()["records"]
    assert [one["record"] for one in listed] == [world.record, later]
    [only] = world.grantee.get("records", owner=other.id).json()["records"]
    assert only["record"] == later


def test_a_rule_that_ended_shows_nothing(world: World, moved_clock: list[int]) -> None:
    world.owner.grant(world.grantee, "medical", valid_until=moved_clock[0] + 100)
    [found] = world.grantee.get("records").json()["records"]
    assert found["until"] == {"medical": moved_clock[0] + 100}
    moved_clock[0] += 101
    assert world.grantee.get("records").json() == {"records": []}
