"""POST /api/access: every node decides and logs, the cloud hands out what was granted."""

import json
import uuid

import pytest
from django.test import Client

from sesphr.crypto import log as logformat
from sesphr.crypto import merkle, statements
from sesphr.crypto.encoding import b64u_decode, b64u_encode
from sesphr.deployment import get_deployment
from tests.integration.api.conftest import World
from tests.support.endpoints import element
from tests.support.people import Person, verdicts
from tests.support.problems import problem

pytestmark = pytest.mark.django_db(databases="__all__")


def test_the_grantee_opens_what_was_granted_and_no_more(world: World) -> None:
    answer = world.grantee.access(world.record, "medical", "personal")
    assert verdicts(answer)[0][:2] == ("medical", "allow")
    assert verdicts(answer)[1] == ("personal", "deny", "no-rule")
    [found] = answer.json()["objects"]
    assert found["document"] is None
    assert set(found["partitions"]) == {"medical"}
    assert world.grantee.opened(answer, world.record, "medical") == element("medical")


def test_the_owner_gets_the_whole_document_and_no_answer_from_nodes(world: World) -> None:
    answer = world.owner.access(world.record, "medical", "personal")
    assert [one[1:] for one in verdicts(answer)] == [("allow", "owner")] * 2
    [found] = answer.json()["objects"]
    assert found["document"] is not None
    assert found["partitions"] == {}


@pytest.mark.parametrize("who", ["stranger", "revoked"])
def test_whoever_has_no_rule_gets_no_object_and_learns_nothing(world: World, who: str) -> None:
    person: Person = getattr(world, who)
    there = person.access(world.record, "medical", "personal")
    assert verdicts(there) == [("medical", "deny", "no-rule"), ("personal", "deny", "no-rule")]
    assert there.json()["objects"] == []
    assert there.json()["answers"][0]["tickets"] == []
    nowhere = person.access(str(uuid.uuid4()), "medical", "personal")
    assert _without_ids(there) == _without_ids(nowhere)


def _without_ids(answer: object) -> list[object]:
    items = statements.payload_of_unverified(answer.json()["answers"][0]["answer"])["items"]  # type: ignore[attr-defined]
    return [{**item, "record": None} for item in items]


def test_revocation_ends_access_at_once(world: World) -> None:
    assert world.grantee.access(world.record, "medical").json()["objects"]
    world.owner.revoke_all()
    again = world.grantee.access(world.record, "medical")
    assert again.json()["objects"] == []
    assert verdicts(again) == [("medical", "deny", "no-rule")]


def test_the_same_request_gets_the_same_answer_and_one_event(world: World) -> None:
    jws = world.grantee.access_request({world.record: ["medical"]})
    first = world.grantee.post("access", {"request": jws})
    second = world.grantee.post("access", {"request": jws})
    assert first.json()["objects"] == second.json()["objects"]
    assert [one["answer"] for one in first.json()["answers"]] == [
        one["answer"] for one in second.json()["answers"]
    ]
    events = world.owner.get("activity", source="srs-1").json()["streams"][0]["events"]
    assert sum(one["event"]["type"] == "access" for one in events) == 1


def test_a_request_taken_before_the_revocation_opens_nothing_after_it(world: World) -> None:
    jws = world.grantee.access_request({world.record: ["medical"]})
    assert world.grantee.post("access", {"request": jws}).json()["objects"]
    world.owner.revoke_all()
    problem(world.grantee.post("access", {"request": jws}), 403, "older-acl")


def test_released_events_are_proved_by_the_log(world: World) -> None:
    [node] = world.grantee.access(world.record, "medical").json()["answers"]
    entries = statements.payload_of_unverified(node["answer"])["log"]
    deployment = get_deployment()
    assert len(entries) == len(node["proofs"]) == 1
    for entry, proof in zip(entries, node["proofs"], strict=True):
        size, root = logformat.verify_note(
            deployment.log_name, deployment.log_key, proof["checkpoint"]
        )
        assert size == proof["size"]
        leaf = merkle.leaf_hash(b64u_decode(entry["entry"]))
        path = [b64u_decode(one) for one in proof["path"]]
        merkle.verify_inclusion(leaf, proof["index"], size, path, root)


def test_somebody_elses_request_is_refused(world: World) -> None:
    jws = world.grantee.access_request({world.record: ["medical"]})
    problem(world.stranger.post("access", {"request": jws}), 403, "refused")


def test_a_request_signed_with_another_key_is_not_acceptable(world: World) -> None:
    forged = Person(id=world.grantee.id).access_request({world.record: ["medical"]})
    problem(world.grantee.post("access", {"request": forged}), 422, "invalid")


@pytest.mark.parametrize("age", [-130, 200, 10**9])
def test_an_old_request_or_one_from_the_future_is_refused(
    world: World, age: int, moved_clock: list[int]
) -> None:
    jws = world.grantee.access_request(
        {world.record: ["medical"]}, iat=max(0, moved_clock[0] - age)
    )
    problem(world.grantee.post("access", {"request": jws}), 403, "expired")


@pytest.mark.parametrize("who", ["pending", "nobody"])
def test_without_authorisation_nothing_is_asked(world: World, who: str) -> None:
    person: Person = getattr(world, who)
    code = {"pending": (403, "not-authorised"), "nobody": (401, "signed-out")}[who]
    problem(person.access(world.record, "medical"), *code)


@pytest.mark.parametrize(
    "request_text",
    [
        "",
        "a.b",
        "a.b.c",
        "..",
        "é.é.é",
        "\ud800.e30.e30",
        "e30.bnVsbA.e30",
        "e30.W10.e30",
    ],
)
def test_what_is_no_statement_is_not_acceptable(world: World, request_text: str) -> None:
    problem(world.grantee.post("access", {"request": request_text}), 422, "invalid")


@pytest.mark.parametrize(
    "body", [None, [], {}, {"request": 1}, {"request": ["x"]}, {"request": None}]
)
def test_another_shape_is_not_acceptable(world: World, body: object) -> None:
    problem(world.grantee.post("access", body), 422, "invalid")


def test_more_than_a_thousand_pairs_are_not_acceptable(world: World) -> None:
    with_many = {
        "iss": world.grantee.id,
        "items": [{"record": world.record, "partitions": ["p"] * 1001}],
    }
    jws = _unsigned(with_many)
    problem(world.grantee.post("access", {"request": jws}), 422, "invalid")


def test_a_statement_of_nobody_is_refused(world: World) -> None:
    problem(world.grantee.post("access", {"request": "e30.e30.e30"}), 403, "refused")


def _unsigned(payload: object) -> str:
    return f"e30.{b64u_encode(json.dumps(payload).encode())}.{b64u_encode(bytes(64))}"


def test_a_form_is_of_the_wrong_kind(world: World) -> None:
    client: Client = world.grantee.http
    answer = client.post("/api/access", {"request": "x"})
    problem(answer, 415, "unsupported-media-type")
