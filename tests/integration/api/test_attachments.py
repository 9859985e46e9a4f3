"""PUT /api/attachments/{id} and POST /api/attachments/{id}/content."""

import hashlib
import uuid
from io import BytesIO
from typing import Any

import pytest

from sesphr.crypto.attachments import open_stream
from sesphr.crypto.encoding import b64u_decode
from sesphr.crypto.merkle import leaf_hash, root
from tests.integration.api.conftest import World
from tests.integration.api.test_deposits import Unread
from tests.support.people import Person, record_of
from tests.support.problems import problem

pytestmark = pytest.mark.django_db(databases="__all__")
CHUNK = 65536 + 16


def new() -> str:
    return str(uuid.uuid4())


def test_the_cloud_measures_what_it_stored(owner: Person) -> None:
    octets = bytes(range(256)) * 600
    found = owner.put_attachment(new(), octets).json()
    leaves = [octets[at : at + CHUNK] for at in range(0, len(octets), CHUNK)]
    assert found["size"] == len(octets)
    assert b64u_decode(found["root"]) == root([leaf_hash(leaf) for leaf in leaves])


def test_the_same_again_is_the_same_and_other_octets_conflict(owner: Person) -> None:
    name = new()
    first = owner.put_attachment(name, b"x" * 100)
    assert owner.put_attachment(name, b"x" * 100).json() == first.json()
    problem(owner.put_attachment(name, b"y" * 100), 409, "conflict")


def test_each_owner_has_ids_of_their_own(owner: Person, stranger: Person) -> None:
    name = new()
    assert owner.put_attachment(name, b"x" * 100).status_code == 200
    assert stranger.put_attachment(name, b"y" * 100).status_code == 200


def test_a_body_that_breaks_off_does_not_take_the_id(owner: Person) -> None:
    name, octets = new(), b"x" * 1000
    broken = owner.put_attachment(
        name, b"", CONTENT_LENGTH="1000", **{"wsgi.input": BytesIO(octets[:400])}
    )
    problem(broken, 400, "invalid")
    assert owner.put_attachment(name, octets).json()["size"] == 1000


@pytest.mark.parametrize("length", ["-1", "x", "1e3", "٣", "9" * 30])
def test_a_length_that_is_no_number_is_refused(owner: Person, length: str) -> None:
    answer = owner.put_attachment(new(), b"", CONTENT_LENGTH=length, **{"wsgi.input": Unread()})
    problem(answer, 400, "invalid")


def test_a_too_large_attachment_is_refused_unread(world: World) -> None:
    sent: dict[str, Any] = {"CONTENT_LENGTH": str(2**40), "wsgi.input": Unread()}
    problem(world.owner.put_attachment(new(), b"", **sent), 413, "too-large")
    problem(world.pending.put_attachment(new(), b"", **sent), 403, "not-authorised")
    problem(world.nobody.put_attachment(new(), b"", **sent), 401, "signed-out")


def test_the_bound_itself_is_taken(owner: Person, settings: Any) -> None:
    settings.SESPHR_MAX_WHOLE = 100
    assert owner.put_attachment(new(), b"x" * 100).status_code == 200
    problem(owner.put_attachment(new(), b"x" * 101), 413, "too-large")


def test_an_empty_attachment_is_not_acceptable(owner: Person) -> None:
    problem(owner.put_attachment(new(), b""), 422, "invalid")


@pytest.mark.parametrize(
    "kind", ["application/json", "multipart/form-data; boundary=b", "text/plain"]
)
def test_another_kind_of_body_is_refused(owner: Person, kind: str) -> None:
    answer = owner.put_attachment(new(), b"x", content_type=kind, CONTENT_TYPE=kind)
    problem(answer, 415, "unsupported-media-type")


@pytest.fixture
def scan(world: World) -> Any:
    """An attachment of medical, which the grantee may read."""
    return world.owner.with_attachment("medical", b"image" * 40_000)


def tickets(person: Person, record: str, *names: str) -> tuple[str, list[str]]:
    request = person.access_request({record: names})
    answer = person.post("access", {"request": request})
    return request, [one for node in answer.json()["answers"] for one in node["tickets"]]


def content(person: Person, attachment: str, request: str, given: list[str]) -> Any:
    return person.post(f"attachments/{attachment}/content", {"request": request, "tickets": given})


@pytest.mark.parametrize("who", ["owner", "grantee"])
def test_whoever_may_read_the_partition_gets_its_attachment(
    world: World, scan: Any, who: str
) -> None:
    person: Person = getattr(world, who)
    answer = content(person, scan.id, *tickets(person, record_of(scan.sealed), "medical"))
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/octet-stream"
    octets = b"".join(answer.streaming_content)
    assert hashlib.sha256(octets).digest() == hashlib.sha256(scan.cipher).digest()


def test_the_streamed_octets_open(world: World, scan: Any) -> None:
    answer = content(
        world.grantee, scan.id, *tickets(world.grantee, record_of(scan.sealed), "medical")
    )
    octets = b"".join(answer.streaming_content)
    assert b"".join(open_stream(scan.k, scan.id, [octets])) == scan.plain


@pytest.mark.parametrize("who", ["stranger", "revoked"])
def test_without_tickets_nothing_is_streamed(world: World, scan: Any, who: str) -> None:
    person: Person = getattr(world, who)
    request, given = tickets(person, record_of(scan.sealed), "medical")
    assert given == []
    problem(content(person, scan.id, request, given), 403, "too-few-tickets")


def test_somebody_elses_tickets_are_refused(world: World, scan: Any) -> None:
    request, given = tickets(world.grantee, record_of(scan.sealed), "medical")
    problem(content(world.stranger, scan.id, request, given), 403, "refused")
    own = world.stranger.access_request({record_of(scan.sealed): ["medical"]})
    problem(content(world.stranger, scan.id, own, given), 403, "foreign-ticket")


def test_tickets_from_before_the_revocation_are_refused(world: World, scan: Any) -> None:
    request, given = tickets(world.grantee, record_of(scan.sealed), "medical")
    world.owner.revoke_all()
    problem(content(world.grantee, scan.id, request, given), 403, "older-acl")


def test_old_tickets_are_refused(world: World, scan: Any, moved_clock: list[int]) -> None:
    request, given = tickets(world.grantee, record_of(scan.sealed), "medical")
    moved_clock[0] += 61
    problem(content(world.grantee, scan.id, request, given), 403, "expired")


def test_another_attachment_is_not_covered(world: World, scan: Any) -> None:
    request, given = tickets(world.grantee, world.record, "medical")
    problem(content(world.grantee, scan.id, request, given), 403, "too-few-tickets")
    problem(content(world.grantee, new(), request, given), 403, "too-few-tickets")


def test_a_damaged_attachment_is_an_integrity_failure(world: World, scan: Any) -> None:
    from cloudstore.models import Attachment

    Attachment.objects.filter(attachment=scan.id).delete()
    request, given = tickets(world.grantee, record_of(scan.sealed), "medical")
    problem(content(world.grantee, scan.id, request, given), 502, "integrity")


@pytest.mark.parametrize("given", [["x"], ["a.b.c"], [""], [1], "x", ["e30.e30.e30"] * 5000])
def test_what_are_no_tickets_is_not_acceptable(world: World, scan: Any, given: Any) -> None:
    request, _ = tickets(world.grantee, record_of(scan.sealed), "medical")
    problem(content(world.grantee, scan.id, request, given), 422, "invalid")
