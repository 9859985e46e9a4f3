"""Collecting never takes what is young, kept, or being deposited."""

import os
import uuid
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from cloudstore import blobs, pieces, reading, services
from cloudstore.models import Attachment, Document
from tests.contract import cloud_builder as build
from tests.contract.cloud_contract import DAY, Scene
from tests.unit.cloudstore.conftest import files

pytestmark = pytest.mark.django_db(databases="__all__")


def put(scene: Scene, name: str) -> None:
    scene.cloud.put_attachment(scene.owner.id, name, [bytes(500)])


def test_a_day_is_counted_from_the_last_put(scene: Scene, moved_clock: list[int]) -> None:
    name, start = str(uuid.uuid4()), moved_clock[0]
    put(scene, name)
    moved_clock[0] = start + DAY - 1
    put(scene, name)
    assert scene.collect(start + DAY + 100) == 0
    assert scene.collect(start + 2 * DAY + 100) == 1


def test_putting_a_document_renews_its_attachments(scene: Scene, moved_clock: list[int]) -> None:
    name, start = str(uuid.uuid4()), moved_clock[0]
    put(scene, name)
    made = build.upload(
        scene.owner,
        scene.owner,
        iat=scene.now,
        attachments={"medical": [build.described(name, bytes(500))]},
    )
    for later in (DAY - 1, 2 * DAY - 10):
        moved_clock[0] = start + later
        scene.cloud.put(made.manifest, scene.owner.verification, made.document)
        assert scene.collect(start + later + DAY - 1) == 0
    scene.keep(made)
    assert scene.collect(start + 100 * DAY) == 0


def test_a_young_blob_without_a_row_stays(scene: Scene, blob_folder: Path) -> None:
    """It is an upload whose row comes next."""
    with blobs.draft([bytes(500)], 1000) as stream:
        blobs.save(stream.file)
    assert scene.collect(scene.now + DAY - 60) == 0
    assert len(files(blob_folder)) == 1
    assert scene.collect(scene.now + DAY + 60) == 1
    assert not files(blob_folder)


def test_an_old_blob_with_a_row_stays(scene: Scene, blob_folder: Path) -> None:
    name = str(uuid.uuid4())
    put(scene, name)
    scene.deposit(attachments={"medical": [build.described(name, bytes(500))]})
    (blob,) = files(blob_folder)
    os.utime(blob, (0, 0))
    assert scene.collect(scene.now + 100 * DAY) == 0
    assert blob.exists()


def test_nothing_stored_yet(scene: Scene) -> None:
    assert scene.collect(scene.now) == 0


def meanwhile(
    monkeypatch: pytest.MonkeyPatch, owner: object, name: str, act: Callable[[], None]
) -> None:
    """Do something else, once, right before a step."""
    real, done = getattr(owner, name), []

    def step(*arguments: object) -> object:
        if not done:
            done.append(True)
            act()
        return real(*arguments)

    monkeypatch.setattr(owner, name, step)


def test_an_attachment_put_again_while_collecting_stays(
    scene: Scene, moved_clock: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [str(uuid.uuid4()) for _ in range(3)]
    for name in names:
        put(scene, name)
    moved_clock[0] += 2 * DAY
    # After the list was made, before anything is removed.
    meanwhile(monkeypatch, blobs, "remove", lambda: [put(scene, name) for name in names])
    scene.collect(moved_clock[0])
    monkeypatch.undo()
    for row in Attachment.objects.all():
        found = reading.octets(list(pieces.of(row.stream)), row.size, row.root, 0, row.size - 1)
        assert b"".join(found) == bytes(500)
    assert Attachment.objects.count() == 3


def test_a_row_that_goes_between_two_steps_of_a_put_is_made_again(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = build.upload(scene.owner, scene.owner, iat=scene.now)
    scene.cloud.put(made.manifest, scene.owner.verification, made.document)
    meanwhile(
        monkeypatch, services, "_renew_document", lambda: Document.objects.all().delete() and None
    )
    scene.cloud.put(made.manifest, scene.owner.verification, made.document)
    assert scene.open(scene.doctor, made)


def test_the_command(scene: Scene, moved_clock: list[int]) -> None:
    put(scene, str(uuid.uuid4()))
    out = StringIO()
    call_command("collect_orphans", stdout=out)
    moved_clock[0] += 2 * DAY
    call_command("collect_orphans", stdout=out)
    assert out.getvalue() == "Removed 0 objects.\nRemoved 1 objects.\n"
