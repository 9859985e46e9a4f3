"""Whatever happens to the stored octets, nothing changed is ever given, and it is logged."""

import logging
import secrets
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from cloudstore import reading
from cloudstore.models import Attachment, Author, Document
from sesphr.ports.errors import IntegrityFailure
from tests.contract import cloud_builder as build
from tests.contract.cloud_builder import Upload
from tests.contract.cloud_contract import Scene
from tests.unit.cloudstore.conftest import files

pytestmark = pytest.mark.django_db(databases="__all__")

CHUNK = build.CHUNK


def damage(scene: Scene, made: Upload, **columns: object) -> None:
    assert Document.objects.filter(digest=made.digest).update(**columns) == 1


def flipped(octets: bytes, at: int) -> bytes:
    return octets[:at] + bytes([octets[at] ^ 1]) + octets[at + 1 :]


def swap_document(scene: Scene, made: Upload) -> None:
    damage(scene, made, document=scene.deposit().document)


def swap_document_and_digest(scene: Scene, made: Upload) -> None:
    other = scene.deposit().document
    damage(scene, made, document=other, octets=build.sha256(other))


def truncate(scene: Scene, made: Upload) -> None:
    damage(scene, made, document=made.document[:-1])


def change_a_wrapped_key(scene: Scene, made: Upload) -> None:
    """What no manifest covers."""
    damage(scene, made, document=build.shell_of(made.parts))


def change_the_ciphertext(scene: Scene, made: Upload) -> None:
    parts = {name: flipped(octets, 50) for name, octets in made.parts.items()}
    document = build.shell_of(parts)
    damage(scene, made, document=document, octets=build.sha256(document))


def roll_back(scene: Scene, made: Upload) -> None:
    other = scene.deposit()
    damage(
        scene,
        made,
        manifest=other.manifest,
        document=other.document,
        octets=build.sha256(other.document),
    )


def change_the_signature(scene: Scene, made: Upload) -> None:
    head, payload, signature = made.manifest.split(".")
    damage(scene, made, manifest=f"{head}.{payload}.{signature[::-1]}")


def garble_the_manifest(scene: Scene, made: Upload) -> None:
    damage(scene, made, manifest="é" * 100)


def empty_the_manifest(scene: Scene, made: Upload) -> None:
    damage(scene, made, manifest="")


def change_the_author(scene: Scene, made: Upload) -> None:
    Author.objects.update(verification=scene.stranger.verification)


def lose_the_author(scene: Scene, made: Upload) -> None:
    Author.objects.all().delete()


def lose_the_document(scene: Scene, made: Upload) -> None:
    Document.objects.filter(digest=made.digest).delete()


@pytest.mark.parametrize(
    "harm",
    [
        swap_document,
        swap_document_and_digest,
        truncate,
        change_a_wrapped_key,
        change_the_ciphertext,
        roll_back,
        change_the_signature,
        garble_the_manifest,
        empty_the_manifest,
        change_the_author,
        lose_the_author,
        lose_the_document,
    ],
)
def test_a_changed_document_is_given_to_nobody(
    scene: Scene, harm: Callable[[Scene, Upload], None], caplog: pytest.LogCaptureFixture
) -> None:
    made = scene.deposit()
    assert scene.open(scene.doctor, made)
    harm(scene, made)
    for asker, whole in ((scene.doctor, False), (scene.owner, True)):
        caplog.clear()
        with caplog.at_level(logging.ERROR), pytest.raises(IntegrityFailure):
            scene.open(asker, made, whole=whole)
        assert f"integrity failure: manifest {made.digest.hex()}" in caplog.text


STREAM = secrets.token_bytes(3 * CHUNK + 100)


def attached(scene: Scene) -> tuple[Upload, str]:
    name = str(uuid.uuid4())
    scene.cloud.put_attachment(scene.owner.id, name, [STREAM])
    described = {"medical": [build.described(name, STREAM)]}
    return scene.deposit(attachments=described), name


def stream(scene: Scene, made: Upload, name: str) -> bytes:
    asked = scene.request(scene.doctor, made)
    tickets = scene.tickets(scene.doctor, asked, [(made.digest, ["medical"], False)])
    key = scene.doctor.verification
    return b"".join(scene.cloud.open_attachment(asked, key, tickets, name).chunks)


@pytest.mark.parametrize(
    "stored",
    [
        flipped(STREAM, 0),
        flipped(STREAM, len(STREAM) - 1),
        STREAM[:-1],
        STREAM[:CHUNK],
        STREAM + b"x",
        STREAM[CHUNK : 2 * CHUNK] + STREAM[:CHUNK] + STREAM[2 * CHUNK :],
        b"",
        None,
    ],
)
def test_a_changed_attachment_is_given_to_nobody(
    scene: Scene, stored: bytes | None, blob_folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    made, name = attached(scene)
    assert stream(scene, made, name) == STREAM
    (blob,) = files(blob_folder)
    if stored is None:
        blob.unlink()
    else:
        blob.write_bytes(stored)
    with pytest.raises(IntegrityFailure):
        stream(scene, made, name)
    assert f"integrity failure: manifest {made.digest.hex()}" in caplog.text


@pytest.mark.parametrize("change", ["flip", "cut"])
def test_a_blob_that_changes_while_it_is_read_is_not_given(
    scene: Scene, blob_folder: Path, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "BLOCK", 1)
    made, name = attached(scene)
    asked = scene.request(scene.doctor, made)
    tickets = scene.tickets(scene.doctor, asked, [(made.digest, ["medical"], False)])
    found = scene.cloud.open_attachment(asked, scene.doctor.verification, tickets, name)
    (blob,) = files(blob_folder)
    cut = STREAM[: 3 * CHUNK]
    blob.write_bytes(flipped(STREAM, 2 * CHUNK + 5) if change == "flip" else cut)
    given = []
    with pytest.raises(IntegrityFailure):
        given.extend(found.chunks)
    assert STREAM.startswith(b"".join(given))


def test_a_lost_attachment_row_is_noticed(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    made, name = attached(scene)
    Attachment.objects.all().delete()
    with pytest.raises(IntegrityFailure):
        stream(scene, made, name)
    with pytest.raises(IntegrityFailure):
        scene.keep(made)
    assert "deposits without their octets" in caplog.text


def test_a_reader_who_leaves_early_leaves_no_file_open(scene: Scene) -> None:
    made, name = attached(scene)
    asked = scene.request(scene.doctor, made)
    tickets = scene.tickets(scene.doctor, asked, [(made.digest, ["medical"], False)])
    found = scene.cloud.open_attachment(asked, scene.doctor.verification, tickets, name)
    assert next(found.chunks) == STREAM[:CHUNK]
    found.chunks.close()  # type: ignore[attr-defined]
