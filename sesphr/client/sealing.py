"""Sealing a record: partitions, the original file, and the parameters for each node.

This is where a command-line owner's partitions are encrypted; what comes out is
ciphertext, signed, and R parameters that only their node can read.
"""

import base64
import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any
from xml.sax.saxutils import quoteattr

from sesphr.client import times
from sesphr.client.again import Next
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
}
MAX_NAME = 200


@dataclass(frozen=True)
class Original:
    """The imported file as it was: name without folders, media type, octets."""

    name: str
    media_type: str
    octets: bytes

    @classmethod
    def of(cls, path: str, media_type: str, octets: bytes) -> "Original":
        """With a name that an XML attribute and any file system can hold."""
        shown = "".join(
            one for one in PurePath(path).name if one.isprintable() and one not in "/\\"
        )
        return cls(
            shown.encode("utf-8", "ignore").decode()[-MAX_NAME:] or "original", media_type, octets
        )

    def element(self, attachment: str) -> bytes:
        """The partition `original`: it says what the attachment is."""
        attributes = {
            "attachment": attachment, "media-type": self.media_type, "name": self.name,
            "sha256": hashlib.sha256(self.octets).hexdigest(), "size": str(len(self.octets)),
        }  # fmt: skip
        written = " ".join(f"{name}={quoteattr(value)}" for name, value in attributes.items())
        text = f'<partition xmlns="{PHR}" id="{ORIGINAL}"><original {written}/></partition>'
        return text.encode()


def seal_record(
    session: Session, person: Person, partitions: Mapping[str, bytes], original: Original | None,
    draft: Draft, onto: Next | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Seal version 1 of a new record, or the version `onto`, into an outbox draft; its small
    parts come back.

    The caller has registered a key for every partition.
    """
    record, version = (onto.record, onto.version) if onto else (str(uuid.uuid4()), 1)
    place = Place(session.deployment.id, session.me.id, record, version)
    sealings, attachments = [], []
    for name, plaintext in partitions.items():
        made = _encapsulated(place, person, name)
        wrap = session.keys.partition(name, made.context.epoch).wrap
        sealings.append(Sealing(made, plaintext, wrap))
    if original is not None:
        sealing = _seal_original(session, place, person, original, draft)
        sealings.append(sealing)
        attachments = [dict(one) for one in sealing.attachments]
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
        "record": place.record, "version": place.version, "manifest": sealed.manifest, "digest": b64u_encode(sealed.digest),
        "sealed": json.dumps(_for_nodes(session, sealed)), "attachments": attachments,
        "partitions": {name: len(octets) for name, octets in partitions.items()},
        "original": 0 if original is None else len(original.octets),
    }  # fmt: skip


def _encapsulated(place: Place, person: Person, name: str) -> Encapsulation:
    epoch = person.epoch(name)
    if epoch is None:
        raise AssertionError(name)
    return encapsulate_partition(place, name, epoch, person.partitions[name, epoch])


def _seal_original(
    session: Session, place: Place, person: Person, original: Original, draft: Draft
) -> Sealing:
    made = _encapsulated(place, person, ORIGINAL)
    identifier = str(uuid.uuid4())
    sealer = AttachmentSealer(made.k, identifier)
    with draft.open(identifier) as file:
        for chunk in sealer.seal([original.octets]):
            file.write(chunk)
    entry = {"id": identifier, "size": sealer.size, "root": b64u_encode(sealer.root)}
    wrap = session.keys.partition(ORIGINAL, made.context.epoch).wrap
    return Sealing(made, original.element(identifier), wrap, [entry])


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
