"""What is too large, too much or out of reach gets a clear error; what just fits, fits."""

import secrets
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import OperationalError
from django.db.models import QuerySet

from cloudstore import blobs, pieces, reading, selectors, store
from cloudstore.models import AclSeq, Attachment, Author, Document, Piece, Tombstone, Upload
from sesphr.ports.errors import Invalid, Unavailable
from tests.contract import cloud_builder as build
from tests.contract.cloud_contract import Scene
from tests.unit.cloudstore.conftest import files

pytestmark = pytest.mark.django_db(databases="__all__")


def test_an_attachment_ends_where_the_limit_says(
    scene: Scene, settings: Any, blob_folder: Any
) -> None:
    settings.SESPHR_MAX_WHOLE = 1000
    owner = scene.owner.id
    assert scene.cloud.put_attachment(owner, str(uuid.uuid4()), [bytes(1000)]).size == 1000
    with pytest.raises(Invalid) as raised:
        scene.cloud.put_attachment(owner, str(uuid.uuid4()), [bytes(1000), b"x"])
    assert raised.value.code == "too-large"
    assert len(files(blob_folder)) == 1


def test_an_endless_attachment_is_cut_off(scene: Scene, settings: Any) -> None:
    settings.SESPHR_MAX_WHOLE = 10**6
    taken = []

    def endless() -> Iterator[bytes]:
        while True:
            taken.append(1)
            yield bytes(10**5)

    with pytest.raises(Invalid):
        scene.cloud.put_attachment(scene.owner.id, str(uuid.uuid4()), endless())
    assert len(taken) == 11


def test_the_largest_document_is_stored(scene: Scene) -> None:
    """32 MiB, of which base64 takes a quarter."""
    made = scene.deposit(partitions=["medical"], size=25_165_000)
    assert 32 * 2**20 - 3000 < len(made.document) <= 32 * 2**20
    assert scene.open(scene.owner, made, whole=True)[0].document == made.document


def test_a_larger_document_is_not(scene: Scene, settings: Any) -> None:
    made = build.upload(scene.owner, scene.owner, iat=scene.now)
    settings.SESPHR_MAX_DOCUMENT = len(made.document) - 1
    with pytest.raises(Invalid) as raised:
        scene.cloud.put(made.manifest, scene.owner.verification, made.document)
    assert raised.value.code == "too-large"


def test_a_huge_manifest_is_not_even_parsed(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MAX_MANIFEST", 10)
    with pytest.raises(Invalid) as raised:
        scene.cloud.put("x" * 11, scene.owner.verification, b"")
    assert raised.value.code == "too-large"


def test_one_answer_holds_only_so_much(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    made = scene.deposit(partitions=["medical"], size=1000)
    monkeypatch.setattr(selectors, "MAX_ANSWER", 1000)
    assert scene.open(scene.doctor, made)
    monkeypatch.setattr(selectors, "MAX_ANSWER", 999)
    with pytest.raises(Invalid) as raised:
        scene.open(scene.doctor, made)
    assert raised.value.code == "too-large"


def test_memory_does_not_grow_with_an_attachment(scene: Scene) -> None:
    import tracemalloc

    piece = secrets.token_bytes(10**6)
    name, size = str(uuid.uuid4()), 40
    tracemalloc.start()
    try:
        stored = scene.cloud.put_attachment(scene.owner.id, name, (piece for _ in range(size)))
        row = Attachment.objects.get()
        found = list(pieces.of(row.stream))
        octets = reading.octets(found, stored.size, stored.root, 0, stored.size - 1)
        read = sum(len(chunk) for chunk in octets)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert read == size * 10**6
    # A few blocks of 2 MiB: the next is read while the last is still referred to.
    assert peak < 8 * 2**20


def no_database(*_: object, **__: object) -> None:
    raise OperationalError("gone")


def no_disk(*_: object, **__: object) -> None:
    raise OSError(28, "No space left on device")


def calls(scene: Scene) -> list[Callable[[], object]]:
    name = str(uuid.uuid4())
    scene.cloud.put_attachment(scene.owner.id, name, [bytes(100)])
    described = {"medical": [build.described(name, bytes(100))]}
    made = scene.deposit(attachments=described)
    asked = scene.request(scene.doctor, made)
    tickets = scene.tickets(scene.doctor, asked, [(made.digest, ["medical"], False)])
    key, cloud = scene.doctor.verification, scene.cloud
    return [
        lambda: cloud.put_attachment(scene.owner.id, str(uuid.uuid4()), [bytes(100)]),
        lambda: cloud.put(made.manifest, scene.owner.verification, made.document),
        lambda: scene.keep(made),
        lambda: scene.acl(1),
        lambda: cloud.get(asked, key, tickets),
        lambda: cloud.open_attachment(asked, key, tickets, name),
        lambda: cloud.collect(scene.now),
    ]


def test_without_the_database_every_call_is_unavailable(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared = calls(scene)
    for method in ("filter", "update", "get_or_create", "defer"):
        monkeypatch.setattr(QuerySet, method, no_database)
    for call in prepared:
        with pytest.raises(Unavailable):
            call()


@pytest.mark.parametrize("step", ["_write", "save", "_make_durable"])
def test_a_full_disk_is_unavailable_and_leaves_no_row(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    monkeypatch.setattr(blobs, step, no_disk)
    with pytest.raises(Unavailable):
        scene.cloud.put_attachment(scene.owner.id, str(uuid.uuid4()), [bytes(100)])
    assert not Attachment.objects.exists()


A, B, C = (uuid.UUID(int=number) for number in (1, 2, 3))
OCTETS = bytes(32)


def a_document(**columns: object) -> Document:
    given: dict[str, object] = {
        "digest": OCTETS, "owner": A, "author": A, "record": B, "version": 1, "manifest": "x",
        "document": b"x", "octets": OCTETS, "stored": 1,
    }  # fmt: skip
    return Document(**{**given, **columns})


def an_attachment(**columns: object) -> Attachment:
    given: dict[str, object] = {
        "owner": A, "attachment": B, "size": 16, "root": OCTETS, "stream": A, "stored": 1,
    }  # fmt: skip
    return Attachment(**{**given, **columns})


def an_upload(**columns: object) -> Upload:
    return Upload(**{"owner": A, "attachment": B, "stream": A, "begun": 1, "touched": 1, **columns})


def a_piece(**columns: object) -> Piece:
    given: dict[str, object] = {"stream": A, "first": 0, "size": 1, "blob": "a", "leaves": OCTETS}
    return Piece(**{**given, **columns})


@pytest.mark.parametrize(
    "rows",
    [
        [a_document(digest=bytes(31))],
        [a_document(digest=bytes(33))],
        [a_document(octets=b"")],
        [a_document(version=0)],
        [a_document(), a_document(owner=B, record=C)],
        [an_attachment(size=15)],
        [an_attachment(root=bytes(31))],
        [an_attachment(), an_attachment(stream=B)],
        [an_attachment(), an_attachment(owner=B)],
        [an_upload(), an_upload(stream=B)],
        [an_upload(), an_upload(owner=B)],
        [a_piece(), a_piece(blob="b")],
        [a_piece(), a_piece(first=1)],
        [a_piece(size=0)],
        [Author(id=A, verification=bytes(31))],
        [AclSeq(owner=A, seq=-1)],
        [Tombstone(digest=bytes(31))],
        [Tombstone(digest=OCTETS), Tombstone(digest=OCTETS)],
    ],
)
def test_the_database_itself_refuses_impossible_rows(db: None, rows: list[Any]) -> None:
    from django.db import DatabaseError, transaction

    *fine, wrong = rows
    for row in fine:
        row.save(force_insert=True)
    with pytest.raises(DatabaseError), transaction.atomic(using="cloud"):
        wrong.save(force_insert=True)
