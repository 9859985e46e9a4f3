"""What was erased is gone, and the same document never comes back."""

import uuid
from pathlib import Path

import pytest

from cloudstore import services
from cloudstore.models import Attachment, Document, Tombstone
from sesphr.ports.errors import Refused
from tests.contract import cloud_builder as build
from tests.contract.cloud_contract import DAY, Scene
from tests.unit.cloudstore.conftest import files

pytestmark = pytest.mark.django_db(databases="__all__")


def test_document_attachments_and_blobs_go(scene: Scene, blob_folder: Path) -> None:
    name = str(uuid.uuid4())
    scene.cloud.put_attachment(scene.owner.id, name, [bytes(100)])
    made = scene.deposit(attachments={"medical": [build.described(name, bytes(100))]})
    other = scene.deposit()
    services.erase(digest=made.digest)
    assert not Attachment.objects.exists()
    assert not files(blob_folder)
    assert Document.objects.count() == 1
    assert scene.open(scene.doctor, other)
    with pytest.raises(Refused) as raised:
        scene.open(scene.owner, made, whole=True)
    assert raised.value.code == "erased"


def test_an_erased_document_is_not_put_again(scene: Scene) -> None:
    made = scene.deposit()
    services.erase(digest=made.digest)
    with pytest.raises(Refused):
        scene.cloud.put(made.manifest, scene.owner.verification, made.document)
    # Its old receipt is no integrity incident.
    scene.keep(made)


def test_what_was_never_stored_may_be_erased(scene: Scene) -> None:
    made = build.upload(scene.owner, scene.owner, iat=scene.now)
    services.erase(digest=made.digest)
    services.erase(digest=made.digest)
    assert Tombstone.objects.count() == 1
    with pytest.raises(Refused):
        scene.cloud.put(made.manifest, scene.owner.verification, made.document)


def test_a_document_that_came_in_beside_its_erasure_is_not_given(scene: Scene) -> None:
    made = scene.deposit()
    Tombstone.objects.create(digest=made.digest)
    with pytest.raises(Refused):
        scene.open(scene.owner, made, whole=True)


def test_a_receipt_keeps_nothing_that_was_erased(scene: Scene) -> None:
    made = build.upload(scene.owner, scene.owner, iat=scene.now)
    scene.cloud.put(made.manifest, scene.owner.verification, made.document)
    Tombstone.objects.create(digest=made.digest)
    scene.keep(made)
    assert scene.collect(scene.now + 2 * DAY) == 1
