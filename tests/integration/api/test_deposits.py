"""POST /api/deposits: cloud first, then the SRS; acknowledged when all hold, and not before."""

import json
from base64 import b64encode
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cloudstore.models import Document
from cloudstore.store import LocalCloud
from phr.models import PartitionSize, Record, Version
from sesphr import clock
from sesphr.crypto import envelope
from sesphr.crypto.encoding import b64u_encode
from sesphr.deployment import get_deployment
from sesphr.ports.errors import Refused, Unavailable
from srs.context import Node
from srs.models import Version as NodeVersion
from srs.node import LocalSrs
from tests.integration.api.conftest import World
from tests.support.endpoints import digest_of, element
from tests.support.people import Person, record_of
from tests.support.problems import problem
from tests.support.tables import unchanged

pytestmark = pytest.mark.django_db(databases="__all__")


def sealed_by(owner: Person, **changed: Any) -> Any:
    return owner.seal({"medical": element("medical"), "personal": element("personal")}, **changed)


def nothing_is_acknowledged() -> None:
    assert not Record.objects.exists()
    assert not Version.objects.exists()


def test_a_deposit_is_acknowledged_and_indexed(owner: Person) -> None:
    sealed = sealed_by(owner)
    answer = owner.send(sealed)
    assert answer.status_code == 200
    found = answer.json()
    assert found["record"] == record_of(sealed)
    assert found["version"] == 1
    assert len(found["receipts"]) == 1
    [version] = Version.objects.all()
    assert (str(version.record.owner), version.n) == (owner.id, 1)
    assert set(PartitionSize.objects.values_list("partition", flat=True)) == {"medical", "personal"}


def test_the_same_deposit_again_gets_the_same_answer(owner: Person) -> None:
    sealed = sealed_by(owner)
    parcel = owner.parcel(sealed)
    first = owner.http.post("/api/deposits", parcel)
    parcel["document"].seek(0)
    assert owner.http.post("/api/deposits", parcel).json() == first.json()
    # Sealed to the nodes anew, it is still the same deposit.
    assert owner.send(sealed).json() == first.json()
    assert Version.objects.count() == NodeVersion.objects.count() == 1


@pytest.mark.parametrize(
    ("port", "call"),
    [(LocalCloud, "put"), (LocalSrs, "deposit"), (LocalCloud, "note")],
    ids=["cloud", "node", "cloud-note"],
)
@pytest.mark.parametrize("failure", [Unavailable("out of reach"), Refused("not now")])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_any_step_that_fails_leaves_nothing_acknowledged_and_a_retry_completes(
    owner: Person, monkeypatch: pytest.MonkeyPatch, port: Any, call: str, failure: Any, after: bool
) -> None:
    done = getattr(port, call)
    fired = []

    def fails(*args: Any, **named: Any) -> None:
        fired.append(call)
        if after:
            done(*args, **named)
        raise failure

    sealed = sealed_by(owner)
    with monkeypatch.context() as broken:
        broken.setattr(port, call, fails)
        status = 503 if isinstance(failure, Unavailable) else 403
        problem(owner.send(sealed), status)
    assert fired == [call]
    nothing_is_acknowledged()
    assert owner.send(sealed).status_code == 200
    assert Version.objects.count() == NodeVersion.objects.count() == 1
    answer = owner.access(record_of(sealed), "medical")
    assert answer.json()["objects"][0]["document"] is not None


def test_the_steps_come_in_their_order(owner: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    for port, call in ((LocalCloud, "put"), (LocalSrs, "deposit"), (LocalCloud, "note")):
        done = getattr(port, call)

        def noted(*args: Any, done: Any = done, call: str = call, **named: Any) -> Any:
            seen.append(call)
            assert not Version.objects.exists()
            return done(*args, **named)

        monkeypatch.setattr(port, call, noted)
    assert owner.send(sealed_by(owner)).status_code == 200
    assert seen == ["put", "deposit", "note"]


@pytest.mark.parametrize("lie", ["owner", "version"])
def test_a_receipt_for_another_deposit_counts_for_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, lie: str
) -> None:
    sealed = sealed_by(world.owner)
    owner = world.stranger.id if lie == "owner" else world.owner.id
    said = "deposit", owner, digest_of(sealed.manifest), 2 if lie == "version" else 1
    receipt = Node(1).receipt(*said)
    monkeypatch.setattr(LocalSrs, "deposit", lambda *_: receipt)
    problem(world.owner.send(sealed), 502, "integrity")
    assert not Document.objects.get(digest=sealed.digest).kept


def test_a_further_version_needs_its_predecessor(owner: Person) -> None:
    first = owner.deposited()
    record = record_of(first)
    skipping = sealed_by(owner, record=record, version=3, previous=b64u_encode(first.digest))
    problem(owner.send(skipping), 409, "conflict")
    second = sealed_by(owner, record=record, version=2, previous=b64u_encode(first.digest))
    assert owner.send(second).json()["version"] == 2
    rival = sealed_by(owner, record=record, version=2, previous=b64u_encode(first.digest))
    problem(owner.send(rival), 409, "conflict")
    assert sorted(Version.objects.values_list("n", flat=True)) == [1, 2]


@pytest.mark.parametrize("version", [2**31, 2**32, 2**53 - 1])
def test_an_absurd_version_is_no_crash(owner: Person, version: int) -> None:
    first = owner.deposited()
    absurd = sealed_by(
        owner, record=record_of(first), version=version, previous=b64u_encode(first.digest)
    )
    answer = owner.send(absurd)
    assert answer.status_code in (409, 422), answer.content


def test_nobody_deposits_for_somebody_else(world: World) -> None:
    sealed = world.owner.seal({"medical": element("medical")})
    problem(world.stranger.http.post("/api/deposits", world.owner.parcel(sealed)), 403, "refused")
    forged = Person(id=world.owner.id, seed=world.stranger.seed).seal(
        {"medical": element("medical")}
    )
    answer = world.owner.http.post("/api/deposits", world.owner.parcel(forged))
    problem(answer, 422, "invalid")


def test_the_cloud_stores_nothing_for_another_owner(world: World) -> None:
    owner, author = world.owner, world.stranger
    place = envelope.Place(get_deployment().id, owner.id, world.record, 1)
    made = envelope.encapsulate_partition(
        place, "medical", 1, owner.keys.partition("medical", 1).public
    )
    sealed = envelope.encrypt_record(
        place, [envelope.Draft(made, element("medical"))], author=author.id,
        author_keys=author.keys, iat=clock.now(), previous=None,
    )  # fmt: skip
    with unchanged():
        problem(author.send(sealed), 403, "may-not-add")


def test_another_owners_record_is_not_taken_over(world: World) -> None:
    other = Person.named("otto").register().authorised().signed_in()
    sealed = sealed_by(other, record=world.record)
    problem(other.send(sealed), 409, "conflict")
    assert str(Record.objects.get(id=world.record).owner) == world.owner.id


def test_a_member_who_cannot_own_deposits_nothing(stranger: Person) -> None:
    sealed = stranger.seal({"medical": element("medical")})
    problem(stranger.send(sealed), 422, "invalid")


@pytest.mark.parametrize(
    "sealed",
    [
        "", "null", "[]", "{}", "{", "1", '"x"', '{"1": {}}', '{"1": []}', '{"1": null}', '{"2": {}}',
        '{"1": {"medical": {"enc": "!", "ciphertext": "AA=="}}}', '{"1": {"medical": {"enc": 1}}}',
        '{"1": {"medical": {"enc": "AA==", "ciphertext": "AA=="}}}', "[" * 50_000, "9" * 5000,
        '{"\\ud800": {}}', '{"1": {"\\ud800": {"enc": "", "ciphertext": ""}}}', '{"1": {"medical": "x"}}',
    ],
)  # fmt: skip
def test_parameters_of_another_shape_are_not_acceptable(owner: Person, sealed: str) -> None:
    made = owner.seal({"medical": element("medical")})
    problem(owner.send(made, sealed=sealed), 422, "invalid")
    nothing_is_acknowledged()


def test_parameters_for_another_node_or_deposit_are_not_acceptable(owner: Person) -> None:
    one, other = sealed_by(owner), sealed_by(owner)
    swapped = owner.parcel(other)["sealed"]
    problem(owner.send(one, sealed=swapped), 422, "invalid")
    parts = json.loads(owner.parcel(one)["sealed"])
    problem(owner.send(one, sealed=json.dumps({**parts, "2": parts["1"]})), 422, "invalid")
    del parts["1"]["medical"]
    problem(owner.send(one, sealed=json.dumps(parts)), 422, "invalid")
    nothing_is_acknowledged()


@pytest.mark.parametrize("octets", [b"", b"<", b"<record/>", b"\x00" * 100, b"<!DOCTYPE a []><a/>"])
def test_another_document_is_not_acceptable(owner: Person, octets: bytes) -> None:
    document = SimpleUploadedFile("x", octets, "application/xml")
    answer = owner.send(sealed_by(owner), document=document)
    problem(answer, 422, "invalid")
    nothing_is_acknowledged()


def test_a_flipped_octet_is_not_acceptable(owner: Person) -> None:
    sealed = sealed_by(owner)
    cipher = b64encode(sealed.partitions["medical"].octets)
    at = sealed.document.index(cipher) + 30
    changed = bytearray(sealed.document)
    changed[at] = ord("A") if changed[at] != ord("A") else ord("B")
    document = SimpleUploadedFile("x", bytes(changed), "application/xml")
    problem(owner.send(sealed, document=document), 422, "invalid")


@pytest.mark.parametrize("missing", ["manifest", "sealed", "document"])
def test_every_part_is_needed(owner: Person, missing: str) -> None:
    parcel = owner.parcel(sealed_by(owner))
    del parcel[missing]
    found = problem(owner.http.post("/api/deposits", parcel), 422, "invalid")
    assert missing in found["detail"]


def test_a_document_in_the_place_of_text_and_text_in_the_place_of_a_document(owner: Person) -> None:
    parcel = owner.parcel(sealed_by(owner))
    problem(owner.http.post("/api/deposits", {**parcel, "document": "text"}), 422, "invalid")
    file = SimpleUploadedFile("m", b"x")
    problem(owner.http.post("/api/deposits", {**parcel, "manifest": file}), 422, "invalid")


@pytest.mark.parametrize(
    ("kind", "octets"),
    [
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=", b"x"),
        ("multipart/form-data; boundary=\xe9", b"x"),
        ("multipart/form-data; boundary=" + "b" * 300, b"x"),
        ("multipart/form-data; boundary=b", b""),
        ("multipart/form-data; boundary=b", b"--b\r\n\r\n"),
        (
            "multipart/form-data; boundary=b",
            b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--",
        ),
        ("multipart/form-data; boundary=b", b"--b\r\n" + b"X: y\r\n" * 2000 + b"\r\n--b--"),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="manifest"\r\nContent-Transfer-Encoding: base64\r\n\r\n!\r\n--b--',
        ),
    ],
)
def test_a_broken_form_is_refused(owner: Person, kind: str, octets: bytes) -> None:
    answer = owner.http.generic("POST", "/api/deposits", octets, kind, CONTENT_TYPE=kind)
    assert answer.status_code in (400, 422)
    problem(answer, answer.status_code, "invalid")


def test_very_many_fields_are_refused(owner: Person) -> None:
    parcel = owner.parcel(sealed_by(owner))
    answer = owner.http.post("/api/deposits", {**parcel, **{f"f{n}": "x" for n in range(1100)}})
    problem(answer, 400, "invalid")


@pytest.mark.parametrize(
    "kind", ["application/json", "application/x-www-form-urlencoded", "text/xml"]
)
def test_another_kind_of_body_is_refused(owner: Person, kind: str) -> None:
    answer = owner.http.generic("POST", "/api/deposits", b"{}", content_type=kind)
    problem(answer, 415, "unsupported-media-type")


def test_a_too_large_document_is_refused(owner: Person, settings: Any) -> None:
    settings.SESPHR_MAX_DOCUMENT = 100
    problem(owner.send(sealed_by(owner)), 413, "too-large")


class Unread:
    """A body that nobody may read."""

    def read(self, size: int = -1) -> bytes:
        raise AssertionError("the body was read")

    readline = read


@pytest.mark.parametrize("who", ["nobody", "pending", "owner"])
def test_a_huge_upload_is_refused_unread(world: World, who: str) -> None:
    person: Person = getattr(world, who)
    answer = person.http.generic(
        "POST", "/api/deposits",
        **{"CONTENT_TYPE": "multipart/form-data; boundary=b", "CONTENT_LENGTH": str(10**12), "wsgi.input": Unread()},
    )  # fmt: skip
    problem(answer, 413, "too-large")


@pytest.mark.parametrize(("who", "status"), [("nobody", 401), ("pending", 403)])
def test_nobody_uploads_without_being_let_in(world: World, who: str, status: int) -> None:
    person: Person = getattr(world, who)
    answer = person.http.generic(
        "POST", "/api/deposits",
        **{"CONTENT_TYPE": "multipart/form-data; boundary=b", "CONTENT_LENGTH": "1000", "wsgi.input": Unread()},
    )  # fmt: skip
    problem(answer, status)
