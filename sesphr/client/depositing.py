"""Depositing: seal once into the outbox, then send until it is acknowledged."""

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sesphr.client import contents
from sesphr.client.answers import Attachment, Deposited
from sesphr.client.contents import Content
from sesphr.client.errors import ConflictError, FileNotAccepted, IntegrityError, UsageError
from sesphr.client.outbox import Outbox, Parcel
from sesphr.client.registration import ORIGINAL
from sesphr.client.sealing import Deposit, seal_record
from sesphr.client.session import Session, check_receipts
from sesphr.crypto.encoding import b64u_decode, lp
from sesphr.crypto.errors import OpenError
from sesphr.crypto.kdf import hkdf

DONE = "deposits"


def outbox_key(seed: bytes, inputs: Mapping[str, Content]) -> str:
    """The name under which a deposit of these inputs waits: an HMAC, so that it tells nothing."""
    key = hkdf(seed, lp(b"SeSPHR-v1 outbox"))
    parts = [
        part for name in sorted(inputs) for part in (name.encode(), contents.digest(inputs[name]))
    ]
    return hmac.new(key, lp(*parts), hashlib.sha256).hexdigest()


def deposit(session: Session, inputs: Mapping[str, Content], deposited: Deposit) -> dict[str, Any]:
    """Deposit a new record; the command's answer.

    `inputs` name the files as given: the same ones, while an earlier deposit of them
    was not acknowledged, send that one again instead of making another record.

    Raises:
        ClientError: as the server says; what waits in the outbox stays for the next try,
            unless it can never be accepted.
    """
    outbox, key = Outbox(session.folder), outbox_key(session.seed, inputs)
    with outbox.held():
        parcel = outbox.find(key) or _sealed(session, outbox, key, deposited)
        try:
            _send(session, parcel)
        except ConflictError as error:
            # It may be this very deposit, still on its way in another call: it waits.
            raise ConflictError(f"{error} What was sealed waits; give the same command.") from error
        except (UsageError, FileNotAccepted):
            outbox.remove(parcel)
            raise
        # Before the parcel goes: an export misses a record that no server shows any more.
        session.folder.update(
            DONE, **{parcel.parts["record"]: {"manifest": parcel.parts["digest"]}}
        )
        outbox.remove(parcel)
        return {name: parcel.parts[name] for name in ("record", "partitions", "original")}


def _sealed(session: Session, outbox: Outbox, key: str, deposited: Deposit) -> Parcel:
    person = session.registered()
    needed = [*deposited.partitions, *([ORIGINAL] if deposited.original else [])]
    unknown = [name for name in needed if person.epoch(name) is None]
    if unknown:
        person = session.register_partitions(person, unknown)
    try:
        with outbox.drafted() as draft:
            parts = seal_record(session, person, deposited, draft)
            return outbox.seal(draft, key, parts)
    except OpenError:
        raise FileNotAccepted(
            "This record is larger than the 32 MiB that a document may have. Deposit it in parts."
        ) from None


def _send(session: Session, parcel: Parcel) -> None:
    parts = parcel.parts
    for entry in parts["attachments"]:
        _send_attachment(session, parcel, entry)
    document = parcel.file("document").read_bytes()
    found = session.api.send(
        Deposited, "POST", "/deposits",
        lambda: {
            "data": {"manifest": parts["manifest"], "sealed": parts["sealed"]},
            "files": {"document": ("document.xml", document, "application/xml")},
        },
    )  # fmt: skip
    digest = b64u_decode(parts["digest"], 32)
    nodes = check_receipts(session, found.receipts, kind="deposit", digest=digest)
    if nodes < session.deployment.n or found.record != parts["record"]:
        raise IntegrityError("The server confirmed the deposit without the key servers' receipts.")


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(65536):
            yield piece


def _send_attachment(session: Session, parcel: Parcel, entry: dict[str, Any]) -> None:
    path = parcel.file(entry["id"])
    length = str(entry["size"])

    def body() -> dict[str, Any]:
        # Read anew for each attempt, in constant memory.
        headers = {"Content-Type": "application/octet-stream", "Content-Length": length}
        return {"content": _pieces(path), "headers": headers}

    try:
        stored = session.api.send(Attachment, "PUT", f"/attachments/{entry['id']}", body)
    except ConflictError as error:
        raise IntegrityError("The cloud holds another file under a fresh name.") from error
    if (stored.size, stored.root) != (entry["size"], entry["root"]):
        raise IntegrityError("The cloud stored another file than the one that was sent.")
