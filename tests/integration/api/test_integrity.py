"""POST /api/integrity-reports, and what the portal notes itself."""

import uuid
from typing import Any

import pytest

from cloudstore.models import Document
from tests.integration.api.conftest import World
from tests.support.people import Person
from tests.support.problems import problem
from tests.support.tables import unchanged

pytestmark = pytest.mark.django_db(databases="__all__")


def noted(person: Person) -> list[dict[str, Any]]:
    found = person.get("activity", source="portal").json()["streams"]
    events = [one["event"] for stream in found for one in stream["events"]]
    return [one for one in events if one["type"] == "integrity"]


def report(person: Person, **members: Any) -> Any:
    return person.post("integrity-reports", {"reason": "digest", **members})


def test_the_owner_and_the_reporter_see_the_report(world: World) -> None:
    answer = report(world.grantee, record=world.record, partition="medical", manifest="A" * 43)
    assert answer.json() == {"reported": True}
    for person in (world.owner, world.grantee):
        [one] = noted(person)
        assert (one["reported_by"], one["record"]) == (world.grantee.id, world.record)
        assert (one["partition"], one["reason"]) == ("medical", "digest")
    assert noted(world.stranger) == []


@pytest.mark.parametrize("who", ["stranger", "revoked"])
def test_whoever_may_not_know_the_record_alarms_nobody_else(world: World, who: str) -> None:
    person: Person = getattr(world, who)
    there, nowhere = report(person, record=world.record), report(person, record=str(uuid.uuid4()))
    assert there.json() == nowhere.json()
    assert noted(world.owner) == []
    assert len(noted(person)) == 2


def test_a_damaged_document_is_reported_to_both(world: World) -> None:
    Document.objects.using("cloud").all().delete()
    problem(world.grantee.access(world.record, "medical"), 502, "integrity")
    assert [one["reason"] for one in noted(world.owner)] == ["integrity"]
    assert [one["reported_by"] for one in noted(world.grantee)] == [world.grantee.id]


def test_a_flipped_octet_in_the_store_is_never_handed_out(world: World) -> None:
    row = Document.objects.using("cloud").get()
    octets = bytearray(bytes(row.document))
    octets[len(octets) // 2] ^= 1
    Document.objects.using("cloud").filter(pk=row.pk).update(document=bytes(octets))
    for person in (world.owner, world.grantee):
        answer = person.access(world.record, "medical")
        problem(answer, 502, "integrity")


def test_reports_are_limited(world: World, settings: Any) -> None:
    settings.SESPHR_RATES = {**settings.SESPHR_RATES, "request:member": (2, 3600)}
    assert [report(world.grantee).status_code for _ in range(3)] == [200, 200, 429]


@pytest.mark.parametrize(
    "changed",
    [
        {"reason": ""}, {"reason": "Text, with a secret"}, {"reason": "a" * 65}, {"reason": "a\n"},
        {"reason": None}, {"record": "x"}, {"partition": "A"}, {"partition": "a" * 33},
        {"manifest": "A" * 42}, {"manifest": "A" * 43 + "="}, {"unknown": 1},
    ],
)  # fmt: skip
def test_other_shapes_are_not_acceptable(world: World, changed: dict[str, Any]) -> None:
    with unchanged():
        problem(report(world.grantee, **changed), 422, "invalid")
