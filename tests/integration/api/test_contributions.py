"""What somebody adds to an owner's records, over the API: cloud, nodes, rows, and after crashes."""

import uuid
from typing import Any

import pytest

from cloudstore.models import Acceptance, Attachment, Document
from cloudstore.store import LocalCloud
from phr.models import Proposal, Record, Version
from sesphr.crypto import envelope, statements
from sesphr.crypto.attachments import AttachmentSealer
from sesphr.crypto.encoding import b64u_decode, b64u_encode
from sesphr.deployment import get_deployment
from sesphr.ports.errors import Unavailable
from srs.models import RParameter
from srs.node import LocalSrs
from tests.integration.api.conftest import World, person
from tests.support.endpoints import element
from tests.support.people import Person, record_of, verdicts
from tests.support.problems import problem
from tests.support.tables import unchanged

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def laboratory(owner: Person) -> Person:
    """Somebody who may add to the owner's medical part, and read nothing."""
    made = person("lab", "physician")
    may_add(owner, made, "medical")
    return made


def may_add(owner: Person, who: Person, *names: str, **changed: Any) -> None:
    rule = owner.rule(who, names, **{"actions": ["add"], "history": False, **changed})
    assert owner.put_list(owner.list_body([rule])).status_code == 200


def sealed_for(author: Person, owner: Person, *names: str, **changed: Any) -> Any:
    parts = {name: element(name, "glucose") for name in names or ("medical",)}
    return author.contribution(owner, parts, **changed)


def offered(author: Person, owner: Person, **changed: Any) -> envelope.SealedRecord:
    sealed: envelope.SealedRecord = sealed_for(author, owner, **changed)
    answer = author.send(sealed)
    assert answer.status_code == 200, answer.content
    return sealed


def accept(owner: Person, sealed: Any, **changed: Any) -> Any:
    body = {"accept": owner.accept(sealed, **changed)}
    return owner.post(f"proposals/{record_of(sealed)}/accept", body)


def decline(owner: Person, sealed: Any) -> Any:
    body = {"deletion": owner.deletion(sealed)}
    return owner.post(f"proposals/{record_of(sealed)}/decline", body)


def waiting(owner: Person) -> list[str]:
    return [one["record"] for one in owner.get("proposals").json()["incoming"]]


def states(author: Person) -> list[str]:
    return [one["state"] for one in author.get("proposals").json()["outgoing"]]


def with_scan(author: Person, owner: Person) -> tuple[envelope.SealedRecord, str, bytes]:
    """A contribution with an attachment that its author uploaded: sealed, id, cipher octets."""
    found: dict[str, Any] = {}

    def attach(k: bytes) -> list[dict[str, Any]]:
        identifier = str(uuid.uuid4())
        sealer = AttachmentSealer(k, identifier)
        found.update(id=identifier, cipher=b"".join(sealer.seal([b"scan" * 1000])))
        return [{"id": identifier, "size": sealer.size, "root": b64u_encode(sealer.root)}]

    sealed = author.contribution(owner, {"medical": element("medical")}, attachments=attach)
    assert author.put_attachment(found["id"], found["cipher"]).status_code == 200
    assert author.send(sealed).status_code == 200
    return sealed, found["id"], found["cipher"]


def test_the_owner_sees_who_added_what_and_when(owner: Person, laboratory: Person) -> None:
    sealed = offered(laboratory, owner)
    [found] = owner.get("proposals").json()["incoming"]
    assert (found["record"], found["author"]) == (record_of(sealed), laboratory.id)
    assert (found["author_login"], found["author_role"]) == (laboratory.login, "physician")
    assert (found["manifest"], found["partitions"]) == (sealed.manifest, ["medical"])
    assert found["digest"] == b64u_encode(sealed.digest)
    [mine] = laboratory.get("proposals").json()["outgoing"]
    assert (mine["owner_name"], mine["state"], mine["answered"]) == ("Olga", "pending", None)
    assert owner.get("records").json() == {"records": []}
    assert not Record.objects.exists()


def test_who_may_add_is_told_so_and_sees_the_owners_keys(
    owner: Person, laboratory: Person, stranger: Person
) -> None:
    for query in ({}, {"owner": owner.id}):
        [found] = laboratory.get("addable", **query).json()["addable"]
        assert (found["owner"], found["owner_name"]) == (owner.id, "Olga")
        assert found["partitions"] == ["medical"]
    assert laboratory.get(f"directory/{owner.id}").status_code == 200
    assert stranger.get("addable", owner=owner.id).json() == {"addable": []}
    problem(stranger.get(f"directory/{owner.id}"), 404)


def test_the_owner_reads_and_accepts_and_then_it_is_a_record(
    owner: Person, laboratory: Person
) -> None:
    sealed = offered(laboratory, owner)
    before = owner.access(record_of(sealed), "medical").json()["objects"]
    assert before[0]["document"] is not None
    assert before[0]["accept"] is None
    answer = accept(owner, sealed)
    assert answer.status_code == 200, answer.content
    assert (answer.json()["state"], len(answer.json()["receipts"])) == (
        "accepted",
        get_deployment().n,
    )
    assert waiting(owner) == []
    assert states(laboratory) == ["accepted"]
    [record] = owner.get("records").json()["records"]
    assert record["record"] == record_of(sealed)
    assert str(Version.objects.get().record.owner) == owner.id
    [opened] = owner.access(record_of(sealed), "medical").json()["objects"]
    payload = statements.payload_of_unverified(opened["accept"])
    wrap = owner.keys.partition("medical", 1).wrap
    k = envelope.unwrap_key(wrap, b64u_decode(payload["wrapped"]["medical"], 40))
    assert k == sealed.partitions["medical"].encapsulation.k


def test_the_same_answer_again_is_answered_alike(owner: Person, laboratory: Person) -> None:
    sealed = offered(laboratory, owner)
    body = {"accept": owner.accept(sealed)}
    path = f"proposals/{record_of(sealed)}/accept"
    first = owner.post(path, body)
    with unchanged():
        assert owner.post(path, body).json() == first.json()
    problem(decline(owner, sealed), 409, "was-accepted")


def test_what_is_declined_goes_everywhere_and_never_comes_back(
    owner: Person, laboratory: Person
) -> None:
    sealed, attachment, _ = with_scan(laboratory, owner)
    body = {"deletion": owner.deletion(sealed)}
    path = f"proposals/{record_of(sealed)}/decline"
    first = owner.post(path, body)
    assert first.status_code == 200, first.content
    assert owner.post(path, body).json() == first.json()
    assert not any(model.objects.exists() for model in (Document, Attachment, Acceptance, Record))
    assert not RParameter.objects.using("srs").exists()
    assert Proposal.objects.get().manifest == ""
    assert waiting(owner) == []
    assert states(laboratory) == ["declined"]
    problem(accept(owner, sealed), 409, "was-declined")
    assert laboratory.received(attachment) == 0
    assert laboratory.put_attachment(str(uuid.uuid4()), bytes(100)).status_code == 200
    assert laboratory.send(sealed).status_code in (403, 422)


def test_an_attachment_is_read_by_the_owner(owner: Person, laboratory: Person) -> None:
    sealed, attachment, cipher = with_scan(laboratory, owner)
    for _ in range(2):
        request = owner.access_request({record_of(sealed): ["medical"]})
        answers = owner.post("access", {"request": request}).json()["answers"]
        tickets = [ticket for node in answers for ticket in node["tickets"]]
        found = owner.post(
            f"attachments/{attachment}/content", {"request": request, "tickets": tickets}
        )
        assert b"".join(found.streaming_content) == cipher
        accept(owner, sealed)


def test_nobody_adds_without_the_right_and_nothing_is_stored(
    owner: Person, laboratory: Person, stranger: Person, world: World
) -> None:
    for who, names in (
        (stranger, ["medical"]),
        (world.grantee, ["medical"]),
        (laboratory, ["personal"]),
    ):
        problem(who.send(sealed_for(who, owner, *names)), 403, "may-not-add")
    assert not Document.objects.exclude(author=uuid.UUID(owner.id)).exists()


def test_one_cannot_deposit_in_somebody_elses_name(
    owner: Person, laboratory: Person, stranger: Person
) -> None:
    sealed = sealed_for(laboratory, owner)
    problem(stranger.send(sealed), 403)
    assert not Document.objects.exists()


def test_nobody_else_answers_or_reads(owner: Person, laboratory: Person, stranger: Person) -> None:
    sealed = offered(laboratory, owner)
    for who in (laboratory, stranger):
        problem(accept(who, sealed), 404)
        problem(decline(who, sealed), 404)
        assert who.get("proposals").json()["incoming"] == []
        assert verdicts(who.access(record_of(sealed), "medical")) == [
            ("medical", "deny", "no-rule")
        ]
    problem(owner.post(f"proposals/{uuid.uuid4()}/accept", {"accept": owner.accept(sealed)}), 422)
    forged = {"accept": laboratory.accept(sealed)}
    problem(owner.post(f"proposals/{record_of(sealed)}/accept", forged), 403)
    assert waiting(owner) == [record_of(sealed)]


def test_a_reader_verifies_whoever_wrote_it_even_after_they_left(
    owner: Person, laboratory: Person, grantee: Person
) -> None:
    from accounts import services

    sealed = offered(laboratory, owner)
    assert accept(owner, sealed).status_code == 200
    owner.grant(grantee, "medical")
    services.suspend(member=laboratory.member, by="admin@example.org")
    assert grantee.get(f"directory/{laboratory.id}").status_code == 200
    answer = grantee.access(record_of(sealed), "medical")
    assert grantee.opened(answer, record_of(sealed), "medical") == element("medical", "glucose")
    told = statements.payload_of_unverified(answer.json()["objects"][0]["accept"])
    assert (told["iss"], told["manifest"]) == (owner.id, b64u_encode(sealed.digest))


def failing(monkeypatch: Any, port: Any, call: str, *, after: bool) -> Any:
    """Let one call of a port fail, before or after it did its work."""
    done = getattr(port, call)

    def fails(*args: Any, **named: Any) -> None:
        if after:
            done(*args, **named)
        raise Unavailable("out of reach")

    broken = monkeypatch.context()
    return broken, lambda patch: patch.setattr(port, call, fails)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(
    ("port", "call"), [(LocalCloud, "put"), (LocalSrs, "deposit"), (LocalCloud, "note")]
)
def test_an_interrupted_offer_is_completed_by_the_same_one(
    owner: Person, laboratory: Person, monkeypatch: Any, port: Any, call: str, after: bool
) -> None:
    sealed = sealed_for(laboratory, owner)
    broken, fail = failing(monkeypatch, port, call, after=after)
    with broken as patch:
        fail(patch)
        problem(laboratory.send(sealed), 503)
    assert not Proposal.objects.exists()
    # Even if the right was taken back meanwhile, what the nodes took is completed.
    if (port, after) == (LocalSrs, True):
        owner.revoke_all()
    assert laboratory.send(sealed).status_code == 200
    assert waiting(owner) == [record_of(sealed)]
    assert accept(owner, sealed).status_code == 200


def test_an_offer_that_was_never_completed_can_be_answered(
    owner: Person, laboratory: Person, monkeypatch: Any
) -> None:
    sealed = sealed_for(laboratory, owner)
    broken, fail = failing(monkeypatch, LocalCloud, "note", after=False)
    with broken as patch:
        fail(patch)
        problem(laboratory.send(sealed), 503)
    assert waiting(owner) == [record_of(sealed)]
    assert decline(owner, sealed).status_code == 200
    assert not Document.objects.exists()


ANSWERS = [
    (accept, LocalCloud, "put_accept"), (accept, LocalSrs, "accept"), (accept, LocalCloud, "note"),
    (decline, LocalSrs, "erase"), (decline, LocalCloud, "erase"),
]  # fmt: skip


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(
    ("answer", "port", "call"), ANSWERS, ids=[f"{one.__name__}-{name}" for one, _, name in ANSWERS]
)
@pytest.mark.parametrize("again", ["repeat", "look"])
def test_an_interrupted_answer_is_completed_by_the_next_or_by_looking(
    owner: Person, laboratory: Person, monkeypatch: Any, answer: Any, port: Any, call: str,
    after: bool, again: str,
) -> None:  # fmt: skip
    sealed, _, _ = with_scan(laboratory, owner)
    broken, fail = failing(monkeypatch, port, call, after=after)
    with broken as patch:
        fail(patch)
        problem(answer(owner, sealed), 503)
    if again == "look" and waiting(owner):
        # Nothing was committed: it still waits, and is answered anew.
        again = "repeat"
    if again == "repeat":
        assert answer(owner, sealed).status_code == 200
    state = "accepted" if answer is accept else "declined"
    assert states(laboratory) == [state]
    assert Document.objects.exists() == Attachment.objects.exists() == (answer is accept)
    assert Acceptance.objects.filter(kept=True).exists() == (answer is accept)
    assert Version.objects.exists() == (answer is accept)


def test_events_tell_both(owner: Person, laboratory: Person) -> None:
    first, second = offered(laboratory, owner), offered(laboratory, owner)
    accept(owner, first)
    decline(owner, second)
    for who in (owner, laboratory):
        streams = who.get("activity").json()["streams"]
        node = next(one for one in streams if one["source"] == "srs-1")
        kinds = [one["event"]["type"] for one in node["events"]]
        assert kinds[-4:] == ["contribution", "contribution", "accepted", "declined"]
        assert all(one["proof"] is not None for one in node["events"])
        told = node["events"][-1]["event"]
        assert (told["owner"], told["user"]) == (owner.id, laboratory.id)
        assert told["record"] == record_of(second)
