"""Sealing a record: partitions, the original file, and the parameters for each node.

This is where a command-line owner's partitions are encrypted; what comes out is
ciphertext, signed, and R parameters that only their node can read.
"""

import base64
import hashlib
import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any
from xml.sax.saxutils import quoteattr

from sesphr.client import contents, times
from sesphr.client.again import Next
from sesphr.client.contents import Content
from sesphr.client.errors import FileNotAccepted
from sesphr.client.importer import Attached
from sesphr.client.outbox import Draft
from sesphr.client.people import Person
from sesphr.client.registration import ORIGINAL
from sesphr.client.session import Session
from sesphr.crypto import hpke
from sesphr.crypto.attachments import AttachmentSealer
from sesphr.crypto.document import PHR
from sesphr.crypto.encoding import SUITE, b64u_encode, dec, lp
from sesphr.crypto.envelope import Draft as Sealing
from sesphr.crypto.envelope import (
    Encapsulation,
    Place,
    SealedRecord,
    encapsulate_partition,
    encrypt_record,
)

MEDIA_TYPES = {
    "c-cda": "application/xml",
    "fhir-r4": "application/fhir+json",
    "fhir-r4-xml": "application/fhir+xml",
    "smart-health-card": "application/smart-health-card",
    "hand-entry": "application/fhir+json",
    "pdf": "application/pdf",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "dicom": "application/dicom",
}
MAX_NAME = 200
CHANGED = "The file was changed while it was read. Try again."


@dataclass(frozen=True)
class Original:
    """The imported file as it was: name without folders, media type, its octets or where they
    are, and their SHA-256."""

    name: str
    media_type: str
    content: Content
    sha256: bytes

    @classmethod
    def of(cls, path: str, media_type: str, content: Content) -> "Original":
        """With a name that an XML attribute and any file system can hold."""
        shown = "".join(
            one for one in PurePath(path).name if one.isprintable() and one not in "/\\"
        )
        name = shown.encode("utf-8", "ignore").decode()[-MAX_NAME:] or "original"
        return cls(name, media_type, content, contents.digest(content))

    def element(self, attachment: str, size: int) -> bytes:
        """The partition `original`: it says what the attachment, of so many octets, is."""
        attributes = {
            "attachment": attachment, "media-type": self.media_type, "name": self.name,
            "sha256": self.sha256.hex(), "size": str(size),
        }  # fmt: skip
        written = " ".join(f"{name}={quoteattr(value)}" for name, value in attributes.items())
        text = f'<partition xmlns="{PHR}" id="{ORIGINAL}"><original {written}/></partition>'
        return text.encode()


@dataclass(frozen=True)
class Deposit:
    """What is sealed as one record; attachments by partition, in the order of their numbers."""

    partitions: Mapping[str, bytes]
    attachments: Mapping[str, Sequence[Attached]] = field(default_factory=dict)
    original: Original | None = None


def seal_record(
    session: Session, person: Person, deposited: Deposit, draft: Draft, onto: Next | None = None
) -> dict[str, Any]:
    """Seal version 1 of a new record of `person`, or the version `onto`, into an outbox draft;
    its small parts come back.

    The caller has registered a key for every partition. For somebody else's record no key is
    wrapped: it waits for that owner's acceptance.

    Raises:
        FileNotAccepted: a file changed since it was looked at.
    """
    record, version = (onto.record, onto.version) if onto else (str(uuid.uuid4()), 1)
    place = Place(session.deployment.id, person.member, record, version)
    sealings = [
        _seal_partition(session, _encapsulated(place, person, name), deposited, name, draft)
        for name in deposited.partitions
    ]
    original, size = deposited.original, 0
    if original is not None:
        sealing, size = _seal_original(session, place, person, original, draft)
        sealings.append(sealing)
    sealed = encrypt_record(
        place,
        sealings,
        author=session.me.id,
        author_keys=session.keys,
        iat=times.now(),
        previous=onto.previous if onto else None,
        extra=onto.extra if onto else None,
    )
    draft.write("document", sealed.document)
    return {
        "record": place.record, "version": place.version, "manifest": sealed.manifest,
        "digest": b64u_encode(sealed.digest), "sealed": json.dumps(_for_nodes(session, sealed)),
        "attachments": [dict(entry) for sealing in sealings for entry in sealing.attachments],
        "partitions": {name: len(octets) for name, octets in deposited.partitions.items()},
        "original": size,
    }  # fmt: skip


def _encapsulated(place: Place, person: Person, name: str) -> Encapsulation:
    epoch = person.epoch(name)
    if epoch is None:
        raise AssertionError(name)
    return encapsulate_partition(place, name, epoch, person.partitions[name, epoch])


def _seal_partition(
    session: Session, made: Encapsulation, deposited: Deposit, name: str, draft: Draft
) -> Sealing:
    mine = made.context.owner == session.me.id
    wrap = session.keys.partition(name, made.context.epoch).wrap if mine else None
    entries = []
    for file in deposited.attachments.get(name, []):
        entry, size = _seal_file(made.k, file.content, bytes.fromhex(file.sha256), draft)
        if size != file.size:
            raise FileNotAccepted(CHANGED)
        entries.append(entry)
    return Sealing(made, deposited.partitions[name], wrap, entries)


def _seal_original(
    session: Session, place: Place, person: Person, original: Original, draft: Draft
) -> tuple[Sealing, int]:
    made = _encapsulated(place, person, ORIGINAL)
    entry, size = _seal_file(made.k, original.content, original.sha256, draft)
    wrap = session.keys.partition(ORIGINAL, made.context.epoch).wrap
    return Sealing(made, original.element(entry["id"], size), wrap, [entry]), size


def _seal_file(
    k: bytes, content: Content, sha256: bytes, draft: Draft
) -> tuple[dict[str, Any], int]:
    """The manifest's entry of a file sealed under k into the draft, and its size in plain."""
    identifier, found, size = str(uuid.uuid4()), hashlib.sha256(), 0

    def noted() -> Iterator[bytes]:
        nonlocal size
        for piece in contents.pieces(content):
            found.update(piece)
            size += len(piece)
            yield piece

    sealer = AttachmentSealer(k, identifier)
    with draft.open(identifier) as file:
        for chunk in sealer.seal(noted()):
            file.write(chunk)
    if found.digest() != sha256:
        raise FileNotAccepted(CHANGED)
    return {"id": identifier, "size": sealer.size, "root": b64u_encode(sealer.root)}, size


def _for_nodes(session: Session, sealed: SealedRecord) -> dict[str, dict[str, dict[str, str]]]:
    """R || proof of each partition, sealed to each node (protocol section 4)."""
    return {
        str(node.index): {
            name: _seal_to_node(session, sealed, name, node.index, node.hpke)
            for name in sealed.partitions
        }
        for node in session.deployment.nodes
    }


def _seal_to_node(
    session: Session, sealed: SealedRecord, name: str, index: int, key: bytes
) -> dict[str, str]:
    one = sealed.partitions[name]
    info = lp(
        SUITE.encode(), b"deposit", session.deployment.id.encode(), sealed.digest, name.encode(),
        dec(one.encapsulation.context.epoch), dec(index),
    )  # fmt: skip
    enc, ciphertext = hpke.seal(key, info, one.encapsulation.R.encode() + one.proof)
    return {
        "enc": base64.b64encode(enc).decode(), "ciphertext": base64.b64encode(ciphertext).decode()
    }  # fmt: skip
