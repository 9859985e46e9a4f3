"""The cloud's contract with blobs in a real S3 server, and what happens when that fails."""

import secrets
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.storage import storages

import cloudstore.s3
from cloudstore import blobs, checks
from cloudstore.models import Attachment, Piece
from cloudstore.store import LocalCloud
from sesphr.ports.cloudstore import Cloud
from sesphr.ports.errors import IntegrityFailure, Unavailable
from tests.contract import cloud_builder as build
from tests.contract.cloud_contract import (
    DAY,
    NoteAndCollectContract,
    OpenAttachmentContract,
    PutAttachmentContract,
    Scene,
    scene,
)
from tests.contract.upload_contract import SpanContract, UploadContract, finish, read, send
from tests.support.mariadb import _free_port
from tests.support.seaweed import BUCKET, Server

__all__ = ["scene"]

pytestmark = pytest.mark.django_db(databases="__all__")

CHUNK = build.CHUNK
STREAM = secrets.token_bytes(3 * CHUNK + 100)


@pytest.fixture(autouse=True)
def use(settings: Any, s3: Server) -> Callable[..., None]:
    """Keep blobs at the S3 server, in a place of this test's own; again with other options."""
    prefix = f"test/{uuid.uuid4()}"

    def chosen(**changed: str) -> None:
        options = {**s3.options(prefix), **changed}
        blobs = {"BACKEND": "cloudstore.s3.S3Blobs", "OPTIONS": options}
        settings.STORAGES = {**settings.STORAGES, "blobs": blobs}

    chosen()
    return chosen


@pytest.fixture
def cloud() -> Cloud:
    return LocalCloud()


@pytest.fixture
def nodes() -> list[build.Signer]:
    return build.own_nodes()


def names(s3: Server) -> list[str]:
    """The keys of this test."""
    location = storages["blobs"].location  # type: ignore[attr-defined]
    found = s3.client().list_objects_v2(Bucket=BUCKET, Prefix=f"{location}/")
    return [one["Key"] for one in found.get("Contents", ())]


class TestPutAttachment(PutAttachmentContract):
    pass


class TestNoteAndCollect(NoteAndCollectContract):
    pass


class TestOpenAttachment(OpenAttachmentContract):
    pass


class TestUpload(UploadContract):
    pass


class TestSpan(SpanContract):
    pass


def test_pieces_lie_under_the_prefix_and_go_with_the_upload(scene: Scene, s3: Server) -> None:
    name = str(uuid.uuid4())
    send(scene, name, STREAM, CHUNK, 2 * CHUNK + 7)
    assert len(names(s3)) == 3
    scene.cloud.discard(scene.owner.id, name)
    assert names(s3) == []


def test_a_part_is_read_as_a_part(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    from sesphr.ports.cloudstore import Span

    name, asked = str(uuid.uuid4()), []
    scene.cloud.put_attachment(scene.owner.id, name, [STREAM])
    made = scene.deposit(attachments={"medical": [build.described(name, STREAM)]})
    client = storages["blobs"]._client  # type: ignore[attr-defined]
    get = client.get_object
    monkeypatch.setattr(
        client, "get_object", lambda **given: asked.append(given["Range"]) or get(**given)
    )
    assert read(scene, made, name, Span(CHUNK + 10, CHUNK + 19)) == STREAM[CHUNK + 10 : CHUNK + 20]
    assert asked == [f"bytes={CHUNK}-{2 * CHUNK - 1}"]


def test_sweeping_takes_blobs_that_nobody_names_and_nothing_else(
    scene: Scene, s3: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = str(uuid.uuid4())
    scene.cloud.put_attachment(scene.owner.id, name, [STREAM])
    scene.deposit(attachments={"medical": [build.described(name, STREAM)]})
    orphan, location = blobs.save(b"orphan"), storages["blobs"].location  # type: ignore[attr-defined]
    s3.client().put_object(Bucket=BUCKET, Key=f"{location}/somebody-elses", Body=b"x")
    assert scene.collect(scene.now + DAY - 60) == 0
    assert scene.collect(scene.now + 2 * DAY) == 1
    assert len(names(s3)) == 2
    with pytest.raises(FileNotFoundError):
        blobs.read_at(orphan, 0, 10)


def test_sweeping_goes_on_after_the_first_page(
    scene: Scene, s3: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cloudstore.s3, "PAGE", 10)
    client, location = s3.client(), storages["blobs"].location  # type: ignore[attr-defined]
    for number in range(25):
        client.put_object(Bucket=BUCKET, Key=f"{location}/00/{number:032x}", Body=b"")
    pages = [len(page) for page in blobs.older_than(scene.now + 100)]
    assert (sum(pages), max(pages)) == (25, 10)


@pytest.mark.parametrize("stored", [None, b"", STREAM[:-1], STREAM + b"x", b"x" + STREAM[1:]])
def test_what_was_changed_in_the_bucket_is_given_to_nobody(
    scene: Scene, s3: Server, stored: bytes | None
) -> None:
    name = str(uuid.uuid4())
    scene.cloud.put_attachment(scene.owner.id, name, [STREAM])
    made = scene.deposit(attachments={"medical": [build.described(name, STREAM)]})
    (key,) = names(s3)
    if stored is None:
        s3.client().delete_object(Bucket=BUCKET, Key=key)
    else:
        s3.client().put_object(Bucket=BUCKET, Key=key, Body=stored)
    with pytest.raises(IntegrityFailure):
        read(scene, made, name)


FAILING = {
    "unreachable": lambda: {"endpoint_url": f"http://127.0.0.1:{_free_port()}"},
    "wrong secret": lambda: {"secret_key": "x" * 40},
    "unknown key": lambda: {"access_key": "somebody"},
    "bucket gone": lambda: {"bucket_name": "gone-for-good"},
}


@pytest.mark.parametrize("why", FAILING)
def test_a_store_that_fails_is_unavailable_and_nothing_is_lost(
    scene: Scene, use: Callable[..., None], why: str, caplog: pytest.LogCaptureFixture
) -> None:
    name, other = str(uuid.uuid4()), str(uuid.uuid4())
    scene.cloud.put_attachment(scene.owner.id, name, [STREAM])
    made = scene.deposit(attachments={"medical": [build.described(name, STREAM)]})
    send(scene, other, STREAM[: CHUNK + 5])
    use(**FAILING[why]())
    for call in (
        lambda: scene.cloud.put_attachment(scene.owner.id, str(uuid.uuid4()), [STREAM]),
        lambda: scene.cloud.append(scene.owner.id, other, CHUNK + 5, STREAM[CHUNK + 5 :]),
        lambda: read(scene, made, name),
        lambda: scene.cloud.collect(scene.now),
    ):
        with pytest.raises(Unavailable):
            call()
    (failed,) = checks.check_blobs(None)
    assert failed.id == "cloud.E001"
    assert "x" * 40 not in caplog.text + failed.msg
    use()
    assert checks.check_blobs(None) == []
    assert read(scene, made, name) == STREAM
    send(scene, other, STREAM, start=CHUNK + 5)
    assert finish(scene, other, STREAM).size == len(STREAM)
    assert Attachment.objects.count() == 2
    assert Piece.objects.count() == 4


def test_a_store_that_goes_away_while_reading_is_unavailable(
    scene: Scene, use: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    from cloudstore import reading
    from tests.contract.upload_contract import opened

    monkeypatch.setattr(reading, "BLOCK", 1)
    name = str(uuid.uuid4())
    scene.cloud.put_attachment(scene.owner.id, name, [STREAM])
    made = scene.deposit(attachments={"medical": [build.described(name, STREAM)]})
    chunks = opened(scene, made, name).chunks
    assert next(chunks) == STREAM[:CHUNK]
    use(secret_key="x" * 40)
    with pytest.raises(Unavailable):
        next(chunks)
