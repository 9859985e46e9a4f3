"""GET, PATCH, POST and DELETE /api/attachments/{id}/upload, and parts of .../content."""

import uuid
from io import BytesIO
from typing import Any

import pytest

from sesphr.crypto.attachments import chunk_range, open_range
from sesphr.crypto.encoding import b64u_encode
from sesphr.crypto.merkle import leaf_hash, root
from tests.integration.api.conftest import World
from tests.integration.api.test_attachments import CHUNK, tickets
from tests.integration.api.test_deposits import Unread
from tests.support.people import Person, record_of
from tests.support.problems import problem

pytestmark = pytest.mark.django_db(databases="__all__")
OCTETS = bytes(range(256)) * 600


def new() -> str:
    return str(uuid.uuid4())


def root_of(octets: bytes) -> str:
    leaves = [octets[at : at + CHUNK] for at in range(0, len(octets), CHUNK)]
    return b64u_encode(root([leaf_hash(leaf) for leaf in leaves]))


def test_an_upload_in_pieces_ends_as_the_same_attachment(owner: Person) -> None:
    name = new()
    assert owner.received(name) == 0
    for at in range(0, len(OCTETS), 50_000):
        answer = owner.append(name, at, OCTETS[at : at + 50_000])
        assert answer.json() == {"received": min(at + 50_000, len(OCTETS))}
        assert owner.received(name) == answer.json()["received"]
    done = owner.finish(name, len(OCTETS), root_of(OCTETS))
    assert done.json() == owner.put_attachment(name, OCTETS).json()
    assert owner.finish(name, len(OCTETS), root_of(OCTETS)).json() == done.json()
    assert owner.received(name) == len(OCTETS)


def test_a_wrong_offset_is_told_the_right_one(owner: Person) -> None:
    name = new()
    assert problem(owner.append(name, 7, b"x"), 409, "out-of-step")["received"] == 0
    owner.append(name, 0, OCTETS)
    for offset in (0, 5, 2**53 - 1):
        told = problem(owner.append(name, offset, b"x"), 409, "out-of-step")
        assert told["received"] == len(OCTETS)


@pytest.mark.parametrize("offset", ["", "-1", "x", "1e3", "0.5", str(2**53), "9" * 400, "٣x"])
def test_an_offset_that_is_none_is_refused(owner: Person, offset: str) -> None:
    problem(owner.append(new(), offset, b"x"), 422, "invalid")


def test_a_piece_that_breaks_off_changes_nothing(owner: Person) -> None:
    name = new()
    owner.append(name, 0, OCTETS[:1000])
    broken = owner.append(
        name, 1000, b"", CONTENT_LENGTH="500", **{"wsgi.input": BytesIO(OCTETS[1000:1400])}
    )
    problem(broken, 400, "invalid")
    assert owner.received(name) == 1000


def test_a_too_large_piece_is_refused_unread(world: World) -> None:
    sent: dict[str, Any] = {"CONTENT_LENGTH": str(8 * 2**20 + 1), "wsgi.input": Unread()}
    problem(world.owner.append(new(), 0, b"", **sent), 413, "too-large")
    problem(world.pending.append(new(), 0, b"", **sent), 403, "not-authorised")
    problem(world.nobody.append(new(), 0, b"", **sent), 401, "signed-out")


def test_the_largest_piece_is_taken(owner: Person) -> None:
    name, octets = new(), bytes(8 * 2**20)
    assert owner.append(name, 0, octets).json() == {"received": len(octets)}
    assert owner.finish(name, len(octets), root_of(octets)).status_code == 200


def test_an_empty_piece_and_another_kind_are_refused(owner: Person) -> None:
    problem(owner.append(new(), 0, b""), 422, "invalid")
    kind = {"content_type": "text/plain", "CONTENT_TYPE": "text/plain"}
    problem(owner.append(new(), 0, b"x", **kind), 415, "unsupported-media-type")


def test_an_attachment_has_a_largest_size(owner: Person, settings: Any) -> None:
    settings.SESPHR_MAX_ATTACHMENT = 1000
    name = new()
    owner.append(name, 0, OCTETS[:900])
    problem(owner.append(name, 900, OCTETS[:101]), 413, "too-large")
    assert owner.append(name, 900, OCTETS[:100]).json() == {"received": 1000}


def test_other_octets_than_announced_are_refused_and_thrown_away(owner: Person) -> None:
    name = new()
    problem(owner.finish(name, 16, root_of(b"x")), 409, "out-of-step")
    owner.append(name, 0, OCTETS)
    told = problem(owner.finish(name, len(OCTETS) - 1, root_of(OCTETS)), 409, "out-of-step")
    assert told["received"] == len(OCTETS)
    problem(owner.finish(name, len(OCTETS), root_of(b"x")), 422, "other-octets")
    assert owner.discard(name).json() == {"received": 0}
    assert owner.discard(name).json() == {"received": 0}
    owner.append(name, 0, b"y" * 100)
    assert owner.finish(name, 100, root_of(b"y" * 100)).status_code == 200
    problem(owner.finish(name, 100, root_of(b"z" * 100)), 409, "conflict")
    assert owner.discard(name).json() == {"received": 100}


@pytest.mark.parametrize("size", [0, 15, -1, 2**53, "x", None, 1.5])
def test_a_size_that_is_none_is_refused(owner: Person, size: Any) -> None:
    problem(owner.finish(new(), size, root_of(b"x")), 422, "invalid")


@pytest.mark.parametrize("text", ["", "x", "A" * 42 + "B", "A" * 44, "!" * 43, None, 7])
def test_a_root_that_is_none_is_refused(owner: Person, text: Any) -> None:
    problem(owner.finish(new(), 16, text), 422, "invalid")


def test_nobody_sees_or_touches_another_members_upload(owner: Person, stranger: Person) -> None:
    name = new()
    owner.append(name, 0, OCTETS)
    assert stranger.received(name) == 0
    assert stranger.discard(name).json() == {"received": 0}
    problem(stranger.append(name, len(OCTETS), b"x"), 409, "out-of-step")
    problem(stranger.finish(name, len(OCTETS), root_of(OCTETS)), 409, "out-of-step")
    assert owner.finish(name, len(OCTETS), root_of(OCTETS)).status_code == 200


def test_only_so_many_uploads_and_octets_may_wait(
    owner: Person, stranger: Person, settings: Any
) -> None:
    settings.SESPHR_MAX_UPLOADS, settings.SESPHR_MAX_WAITING = 2, 1000
    first, second = new(), new()
    owner.append(first, 0, b"x" * 100)
    owner.append(second, 0, b"x" * 100)
    problem(owner.append(new(), 0, b"x"), 403, "too-many-uploads")
    owner.discard(second)
    assert owner.append(new(), 0, b"x" * 400).status_code == 200
    owner.finish(first, 100, root_of(b"x" * 100))
    problem(owner.append(new(), 0, b"x" * 501), 403, "too-many-uploads")
    problem(owner.put_attachment(new(), b"x" * 501), 403, "too-many-uploads")
    assert owner.put_attachment(new(), b"x" * 500).status_code == 200
    assert stranger.append(new(), 0, b"x" * 1000).status_code == 200


def test_whoever_sends_too_often_waits(owner: Person, settings: Any) -> None:
    settings.SESPHR_RATES = {**settings.SESPHR_RATES, "upload:member": (2, 3600)}
    name = new()
    owner.append(name, 0, b"x")
    owner.append(name, 1, b"x")
    problem(owner.append(name, 2, b"x"), 429, "rate-limited")
    problem(owner.discard(name), 429, "rate-limited")


@pytest.fixture
def scan(world: World) -> Any:
    """An attachment of medical, which the grantee may read."""
    return world.owner.with_attachment("medical", OCTETS)


def content(person: Person, scan: Any, asked: str | None) -> Any:
    request, given = tickets(person, record_of(scan.sealed), "medical")
    headers = {} if asked is None else {"HTTP_RANGE": asked}
    body = {"request": request, "tickets": given}
    return person.call("POST", f"attachments/{scan.id}/content", body, **headers)


def test_the_whole_says_how_long_it_is(world: World, scan: Any) -> None:
    answer = content(world.grantee, scan, None)
    assert answer.status_code == 200
    assert answer.headers["Content-Length"] == str(len(scan.cipher))
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert "Content-Range" not in answer.headers
    assert b"".join(answer.streaming_content) == scan.cipher


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0), ("bytes=0-65551", 0, 65551), ("bytes=65000-66000", 65000, 66000),
        ("bytes=153647-153647", 153647, 153647), ("bytes=100000-", 100000, 153647),
        ("bytes=-10", 153638, 153647), ("bytes=-999999999999999", 0, 153647),
        ("bytes=153000-999999999999999", 153000, 153647),
    ],
)  # fmt: skip
def test_a_range_is_that_range(world: World, scan: Any, asked: str, first: int, last: int) -> None:
    assert len(scan.cipher) == 153648
    answer = content(world.grantee, scan, asked)
    assert answer.status_code == 206
    assert answer.headers["Content-Range"] == f"bytes {first}-{last}/153648"
    assert answer.headers["Content-Length"] == str(last + 1 - first)
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert b"".join(answer.streaming_content) == scan.cipher[first : last + 1]


def test_the_chunks_of_a_range_open(world: World, scan: Any) -> None:
    size = len(scan.cipher)
    low, high = chunk_range(70_000, 50_000, size)
    asked = f"bytes={low * CHUNK}-{min((high + 1) * CHUNK, size) - 1}"
    octets = b"".join(content(world.grantee, scan, asked).streaming_content)
    assert open_range(scan.k, scan.id, octets, 70_000, 50_000, size) == OCTETS[70_000:120_000]


@pytest.mark.parametrize(
    "asked", ["bytes=153648-", "bytes=999999-1000000", "bytes=5-4", "bytes=-0"]
)
def test_a_range_outside_the_file_is_416_with_its_size(world: World, scan: Any, asked: str) -> None:
    answer = content(world.grantee, scan, asked)
    problem(answer, 416, "range")
    assert answer.headers["Content-Range"] == "bytes */153648"


@pytest.mark.parametrize(
    "asked",
    ["", "bytes", "bytes=", "bytes=-", "bytes=x-y", "bytes=0-1,5-6", "bytes= 0-1", "octets=0-1",
     "bytes=0-1 ", "bytes=+1-2", "bytes=0x0-0x1", "bytes=" + "9" * 5000 + "-", "bytes=1--2"],
)  # fmt: skip
def test_what_is_no_single_range_is_416(world: World, scan: Any, asked: str) -> None:
    problem(content(world.grantee, scan, asked), 416, "range")


@pytest.mark.parametrize("who", ["stranger", "revoked"])
def test_no_range_without_tickets(world: World, scan: Any, who: str) -> None:
    answer = content(getattr(world, who), scan, "bytes=0-9")
    problem(answer, 403, "too-few-tickets")


def test_damage_that_shows_late_ends_the_connection(
    world: World, scan: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cloudstore import blobs, reading

    monkeypatch.setattr(reading, "BLOCK", 1)
    answer = content(world.grantee, scan, None)
    monkeypatch.setattr(blobs, "read_at", lambda *_: b"")
    given = []
    with pytest.raises(ConnectionResetError):
        given.extend(answer.streaming_content)
    assert b"".join(given) == scan.cipher[:CHUNK]
