"""Power fails between any two steps: a retry ends right, and what is left over is swept."""

import os
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage
from django.db.models import QuerySet

from cloudstore import attachments, blobs, orphans, services
from cloudstore.models import Attachment, Author, Document, Piece, Tombstone
from sesphr.ports.errors import Refused
from tests.contract import cloud_builder as build
from tests.contract.cloud_contract import DAY, Scene
from tests.unit.cloudstore.conftest import files

pytestmark = pytest.mark.django_db(databases="__all__")


class PowerCut(BaseException):
    """Nothing after it happens, as nothing catches it."""


Place = tuple[object, str]


def cut(patch: pytest.MonkeyPatch, place: Place, *, after: bool) -> list[bool]:
    """Cut the power before or after a call; the list tells whether it happened."""
    owner, name = place
    real, fired = getattr(owner, name), []

    def crash(*arguments: Any, **options: Any) -> None:
        if after:
            real(*arguments, **options)
        fired.append(True)
        raise PowerCut

    patch.setattr(owner, name, crash)
    return fired


def survive(call: Callable[[], object], place: Place, *, after: bool) -> None:
    """Run with a power cut at this place, which must be reached."""
    with pytest.MonkeyPatch.context() as patch:
        fired = cut(patch, place, after=after)
        with pytest.raises(PowerCut):
            call()
    assert fired


def age(folder: Path) -> None:
    """Make every blob two days old."""
    for path in files(folder):
        old = path.stat().st_mtime - 2 * DAY
        os.utime(path, (old, old))


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(
    "place",
    [
        (blobs, "measure"),
        (attachments, "renew"),
        (FileSystemStorage, "_save"),
        (blobs, "_make_durable"),
        (os, "fsync"),
        (blobs, "save"),
        (Piece.objects, "create"),
        (Attachment.objects, "create"),
    ],
)
def test_put_attachment(scene: Scene, blob_folder: Path, place: Place, after: bool) -> None:
    name = str(uuid.uuid4())

    def put() -> int:
        return scene.cloud.put_attachment(scene.owner.id, name, [bytes(500)]).size

    survive(put, place, after=after)
    assert put() == 500
    scene.deposit(attachments={"medical": [build.described(name, bytes(500))]})
    age(blob_folder)
    scene.collect(scene.now + 2 * DAY)
    (row,) = Attachment.objects.all()
    (piece,) = Piece.objects.filter(stream=row.stream)
    assert Piece.objects.count() == 1
    assert [str(path.relative_to(blob_folder)) for path in files(blob_folder)] == [piece.blob]


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(
    "place",
    [
        (services, "pin_author"),
        (services, "_renew_attachments"),
        (services, "_renew_document"),
        (Document.objects, "create"),
        (services, "_store"),
    ],
)
def test_put(scene: Scene, place: Place, after: bool) -> None:
    made = build.upload(scene.owner, scene.owner, iat=scene.now)

    def put() -> None:
        scene.cloud.put(made.manifest, scene.owner.verification, made.document)

    survive(put, place, after=after)
    # One transaction: until it ends, nothing is there.
    assert (Document.objects.count(), Author.objects.count()) == (0, 0)
    put()
    assert scene.open(scene.doctor, made)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("place", [(services, "_keep"), (services, "_raise_seq")])
def test_note(scene: Scene, place: Place, after: bool) -> None:
    made = build.upload(scene.owner, scene.owner, iat=scene.now)
    scene.cloud.put(made.manifest, scene.owner.verification, made.document)
    receipts = [
        build.receipt(scene.nodes[0], scene.owner, kind, made.digest, iat=scene.now, seq=3)
        for kind in ("deposit", "acl")
    ]
    survive(lambda: scene.cloud.note(receipts), place, after=after)
    scene.cloud.note(receipts)
    assert scene.collect(scene.now + 2 * DAY) == 0
    with pytest.raises(Refused):
        scene.open(scene.doctor, made, seq=2)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(
    "place", [(QuerySet, "delete"), (blobs, "remove"), (orphans, "_sweep"), (blobs, "older_than")]
)
def test_collect(scene: Scene, blob_folder: Path, place: Place, after: bool) -> None:
    loose = [str(uuid.uuid4()) for _ in range(3)]
    for name in loose:
        scene.cloud.put_attachment(scene.owner.id, name, [bytes(500)])
    kept = str(uuid.uuid4())
    scene.cloud.put_attachment(scene.owner.id, kept, [bytes(500)])
    made = scene.deposit(attachments={"medical": [build.described(kept, bytes(500))]})
    age(blob_folder)
    survive(lambda: scene.cloud.collect(scene.now + 2 * DAY), place, after=after)
    scene.collect(scene.now + 2 * DAY)
    (row,) = Attachment.objects.all()
    assert str(row.attachment) == kept
    assert len(files(blob_folder)) == 1
    assert scene.open(scene.doctor, made)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(
    "place", [(Tombstone.objects, "get_or_create"), (QuerySet, "delete"), (blobs, "remove")]
)
def test_erase(scene: Scene, blob_folder: Path, place: Place, after: bool) -> None:
    name = str(uuid.uuid4())
    scene.cloud.put_attachment(scene.owner.id, name, [bytes(500)])
    made = scene.deposit(attachments={"medical": [build.described(name, bytes(500))]})
    survive(lambda: services.erase(digest=made.digest), place, after=after)
    services.erase(digest=made.digest)
    age(blob_folder)
    scene.collect(scene.now + 2 * DAY)
    assert not files(blob_folder)
    assert not Document.objects.exists()
    assert not Attachment.objects.exists()
    with pytest.raises(Refused):
        scene.open(scene.owner, made, whole=True)
