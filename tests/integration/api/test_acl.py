"""GET and POST /api/acl: approving, granting and taking back are one signed, numbered list."""

import base64
import uuid
from typing import Any

import pytest

from cloudstore.models import AclSeq
from phr.models import KeyRequest
from sesphr.crypto.encoding import MAX_INT, b64u_encode
from srs.context import Node
from srs.models import Acl, Delegation
from srs.node import LocalSrs
from tests.integration.api.conftest import World
from tests.support.endpoints import Endpoint, digest_of
from tests.support.people import Person, verdicts
from tests.support.problems import problem
from tests.support.tables import unchanged

pytestmark = pytest.mark.django_db(databases="__all__")


def test_the_owner_reads_the_list_in_force_and_who_holds_keys(world: World) -> None:
    found = world.owner.get("acl").json()
    assert found["acl"] == world.owner.acl_head
    assert found["delegations"] == [
        {"member": world.grantee.id, "partition": "medical", "epoch": 1}
    ]


@pytest.mark.parametrize("who", ["grantee", "stranger", "revoked"])
def test_nobody_else_reads_it(world: World, who: str) -> None:
    person: Person = getattr(world, who)
    assert person.get("acl").json() == {"acl": None, "delegations": [], "standing": []}
    assert person.get("acl/lists").json() == {"lists": []}
    assert person.http.get(f"/api/acl?owner={world.owner.id}").json()["acl"] is None


def test_keys_are_never_told(world: World) -> None:
    [delegation] = Delegation.objects.using("srs").all()
    for spelled in (base64.b64encode(bytes(delegation.d)), bytes(delegation.d).hex().encode()):
        for path in ("acl", "activity", "records", "key-requests"):
            assert spelled[:40] not in world.owner.get(path).content


def test_revoking_forgets_the_keys_in_the_same_call(world: World) -> None:
    world.owner.revoke_all()
    assert not Delegation.objects.using("srs").exists()
    assert world.owner.get("acl").json()["delegations"] == []


def test_a_list_is_effective_and_numbered(owner: Person, stranger: Person) -> None:
    body = owner.list_body([owner.rule(stranger, ["medical"])], [(stranger, "medical")])
    found = owner.put_list(body).json()
    assert (found["seq"], found["effective"], len(found["receipts"])) == (1, True, 1)


def test_a_list_without_its_keys_is_not_acceptable(owner: Person, stranger: Person) -> None:
    body = owner.list_body([owner.rule(stranger, ["medical"])])
    with unchanged():
        problem(owner.put_list(body), 422, "invalid")


@pytest.mark.parametrize("lie", ["owner", "number", "both", "object", "kind"])
def test_a_receipt_for_another_list_counts_for_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, lie: str
) -> None:
    """The grantee's node answers a list with a word about the owner, whom it would lock out."""
    acl = world.grantee.acl([])
    said = {"kind": "acl", "owner": world.grantee.id, "digest": digest_of(acl), "seq": 1}
    wrong = {
        "owner": {"owner": world.owner.id},
        "number": {"seq": MAX_INT - 1},
        "both": {"owner": world.owner.id, "seq": MAX_INT - 1},
        "object": {"digest": digest_of(world.owner.acl_head)},
        "kind": {"kind": "deposit"},
    }
    receipt = Node(1).receipt(**{**said, **wrong[lie]})
    before = list(AclSeq.objects.order_by("owner").values())
    monkeypatch.setattr(LocalSrs, "set_acl", lambda *_: receipt)
    problem(world.grantee.post("acl", {"acl": acl}), 502, "integrity")
    assert list(AclSeq.objects.order_by("owner").values()) == before
    assert world.owner.access(world.record, "medical").status_code == 200


@pytest.mark.parametrize("seq", [1, 3, 5, 2**53 - 1])
def test_only_the_next_number_is_taken(world: World, seq: int) -> None:
    """The world's list in force has number 3."""
    previous = None if seq == 1 else b64u_encode(bytes(32))
    acl = world.owner.acl([], seq=seq, previous=previous)
    with unchanged():
        problem(world.owner.post("acl", {"acl": acl}), 409, "conflict")


def test_a_fork_is_refused(world: World) -> None:
    one, other = (
        world.owner.acl([]),
        world.owner.acl([world.owner.rule(world.revoked, ["medical"], deny=True)]),
    )
    assert world.owner.post("acl", {"acl": one}).status_code == 200
    with unchanged():
        problem(world.owner.post("acl", {"acl": other}), 409, "conflict")


@pytest.mark.parametrize("again", [0, 1, 2])
def test_an_old_list_played_again_changes_nothing(
    owner: Person, stranger: Person, again: int
) -> None:
    sent = [
        owner.grant(stranger, "medical"),
        owner.revoke_all(),
        owner.grant(stranger, "personal"),
        owner.revoke_all(),
    ]
    owner.deposited()
    with unchanged():
        answer = owner.post("acl", sent[again])
    assert answer.status_code == 200
    assert answer.json()["effective"] is False
    assert answer.json()["seq"] == again + 1


def test_an_old_list_answers_no_request(world: World) -> None:
    old = world.owner.grant(world.stranger, "medical")
    world.owner.revoke_all()
    waiting = world.stranger.asked(world.owner, "medical")
    with unchanged():
        world.owner.post("acl", {**old, "answers": [waiting]})
    assert KeyRequest.objects.get(id=waiting).state == "pending"


def test_somebody_else_plays_a_list_in_vain(world: World) -> None:
    body = world.owner.list_body([])
    with unchanged():
        problem(world.stranger.post("acl", body), 403, "refused")
        problem(world.grantee.post("acl", {"acl": world.owner.acl_head}), 403, "refused")


def test_an_old_deal_does_not_fit_another_list(world: World) -> None:
    old = world.owner.grant(world.stranger, "medical")
    world.owner.revoke_all()
    acl = world.owner.acl([world.owner.rule(world.stranger, ["medical"])])
    with unchanged():
        problem(world.owner.post("acl", {"acl": acl, "deal": old["deal"]}), 422, "invalid")


def test_a_stolen_session_without_the_key_grants_nothing(world: World) -> None:
    thief = Person(id=world.owner.id, http=world.owner.http, acl_head=world.owner.acl_head)
    rules = [thief.rule(world.stranger, ["medical"])]
    with unchanged():
        problem(
            thief.post("acl", thief.list_body(rules, [(world.stranger, "medical")])), 422, "invalid"
        )


def test_a_rule_for_another_key_than_the_members_is_not_acceptable(world: World) -> None:
    impostor = Endpoint(id=world.stranger.id)
    body = world.owner.list_body([world.owner.rule(impostor, ["medical"])], [(impostor, "medical")])
    with unchanged():
        problem(world.owner.put_list(body), 422, "invalid")


def test_a_rule_for_nobody_is_not_acceptable(world: World) -> None:
    ghost = Endpoint()
    body = world.owner.list_body([world.owner.rule(ghost, ["medical"])], [(ghost, "medical")])
    with unchanged():
        problem(world.owner.put_list(body), 422, "invalid")


def test_approving_answers_the_request(world: World) -> None:
    waiting = world.stranger.asked(world.owner, "medical")
    rules = [
        world.owner.rule(world.grantee, ["medical"]),
        world.owner.rule(world.stranger, ["medical"]),
    ]
    body = world.owner.list_body(rules, [(world.stranger, "medical")], [waiting])
    assert world.owner.put_list(body).json()["effective"] is True
    [one] = world.stranger.get("key-requests").json()["outgoing"]
    assert (one["state"], one["id"]) == ("approved", waiting)
    assert one["answered"] is not None
    assert verdicts(world.stranger.access(world.record, "medical"))[0][1] == "allow"
    with unchanged():
        assert world.owner.post("acl", body).json()["effective"] is True


@pytest.mark.parametrize("answers", [["11111111-1111-4111-8111-111111111111"], None])
def test_only_own_requests_are_answered(world: World, answers: Any) -> None:
    other = Person.named("otto").register().authorised().signed_in()
    answers = answers or [world.stranger.asked(other, "medical")]
    body = {**world.owner.list_body([]), "answers": answers}
    with unchanged():
        problem(world.owner.post("acl", body), 404, "not-found")


def test_a_declined_request_is_not_approved(world: World) -> None:
    waiting = world.stranger.asked(world.owner, "medical")
    world.owner.post(f"key-requests/{waiting}/decline")
    with unchanged():
        problem(
            world.owner.post("acl", world.owner.list_body([], answers=[waiting])), 409, "conflict"
        )


@pytest.mark.parametrize(
    "changed",
    [
        {"answers": ["x"]},
        {"answers": "x"},
        {"answers": [str(uuid.uuid4())] * 101},
        {"more": 1},
        {"deal": ""},
        {"deal": "a.b.c"},
    ],
)
def test_another_shape_is_not_acceptable(world: World, changed: dict[str, Any]) -> None:
    with unchanged():
        problem(world.owner.post("acl", {**world.owner.list_body([]), **changed}), 422, "invalid")


def test_a_list_of_very_many_rules_is_taken_or_refused_in_order(world: World) -> None:
    rules = [world.owner.rule(world.revoked, ["medical"], deny=True) for _ in range(300)]
    answer = world.owner.put_list(world.owner.list_body(rules))
    assert answer.status_code in (200, 422), answer.content
    assert Acl.objects.using("srs").filter(owner=world.owner.id).count() in (3, 4)
