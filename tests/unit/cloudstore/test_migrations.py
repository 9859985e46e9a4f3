"""What was stored before attachments had pieces is read afterwards as it was."""

import secrets
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from cloudstore import blobs, pieces, reading
from cloudstore.models import Attachment, Document
from sesphr.ports.errors import IntegrityFailure
from tests.contract import cloud_builder as build

pytestmark = pytest.mark.django_db(databases=["cloud"], transaction=True)

STREAM = secrets.token_bytes(2 * build.CHUNK + 100)


def steps() -> MigrationExecutor:
    """Goes by the migrations one by one, as a database does that had the first of them."""
    executor = MigrationExecutor(connections["cloud"])
    executor.loader = MigrationLoader(connections["cloud"], replace_migrations=False)
    return executor


def migrate(name: str) -> Any:
    """Bring the cloud's tables to a migration; the models as they are then."""
    executor = steps()
    executor.migrate([("cloudstore", name)])
    return executor.loader.project_state([("cloudstore", name)]).apps


def migrate_to_newest() -> None:
    """As today's models expect them."""
    executor = steps()
    executor.migrate(executor.loader.graph.leaf_nodes("cloudstore"))


@pytest.fixture
def earlier() -> Iterator[Any]:
    """The tables of the first version."""
    yield migrate("0001_initial")
    migrate_to_newest()


def test_attachments_of_the_first_version_are_read_as_they_were(earlier: Any) -> None:
    old = earlier.get_model("cloudstore", "Attachment").objects.using("cloud")
    root = build.root_of(STREAM)
    for blob in (blobs.save(STREAM), "00/lost"):
        old.create(
            owner=uuid.uuid4(), attachment=uuid.uuid4(), size=len(STREAM), root=root, blob=blob,
            stored=1, kept=True,
        )  # fmt: skip
    migrate_to_newest()
    there, lost = Attachment.objects.order_by("id")
    found = reading.octets(list(pieces.of(there.stream)), there.size, root, 0, there.size - 1)
    assert b"".join(found) == STREAM
    with pytest.raises(IntegrityFailure):
        reading.octets(list(pieces.of(lost.stream)), lost.size, root, 0, 1)


def test_an_empty_store_is_migrated_too(earlier: Any, blob_folder: Path) -> None:
    migrate_to_newest()
    assert not Attachment.objects.exists()
    assert not blob_folder.exists()


def test_the_owner_of_an_earlier_document_is_its_author() -> None:
    old = migrate("0005_upload_progress").get_model("cloudstore", "Document").objects.using("cloud")
    owner = uuid.uuid4()
    old.create(
        digest=bytes(32), owner=owner, record=uuid.uuid4(), version=1, manifest="x", document=b"x",
        octets=bytes(32), stored=1,
    )  # fmt: skip
    migrate_to_newest()
    assert Document.objects.get().author == owner
