"""Depositing: seal once into the outbox, then send until it is acknowledged."""

import hashlib
import hmac
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from sesphr.client import contents, uploading
from sesphr.client.again import Next
from sesphr.client.answers.records import Deposited
from sesphr.client.contents import Content
from sesphr.client.errors import (
    ConflictError,
    FileNotAccepted,
    IntegrityError,
    RefusedError,
    UsageError,
)
from sesphr.client.listing import DONE, listed
from sesphr.client.opening import VERSIONS
from sesphr.client.outbox import Outbox, Parcel
from sesphr.client.people import Person
from sesphr.client.registration import ORIGINAL
from sesphr.client.sealing import Deposit, seal_record
from sesphr.client.session import Session, acknowledging, check_receipts
from sesphr.crypto.encoding import b64u_decode, lp
from sesphr.crypto.errors import OpenError
from sesphr.crypto.kdf import hkdf

# Refusals of the moment: the same parcel may be taken later.
NOT_NOW = ("signed-out", "idle", "rate-limited", "too-many-uploads", "too-much-waits")


def outbox_key(seed: bytes, inputs: Mapping[str, Content]) -> str:
    """The name under which a deposit of these inputs waits: an HMAC, so that it tells nothing."""
    key = hkdf(seed, lp(b"SeSPHR-v1 outbox"))
    parts = [
        part for name in sorted(inputs) for part in (name.encode(), contents.digest(inputs[name]))
    ]
    return hmac.new(key, lp(*parts), hashlib.sha256).hexdigest()


def deposit(
    session: Session,
    inputs: Mapping[str, Content],
    deposited: Deposit,
    place: Callable[[], Next | None] = lambda: None,
) -> dict[str, Any]:
    """Deposit a new record, or the next version of one; the command's answer.

    `place` tells whose next version it is, if any; it is asked only where nothing waits yet.

    `inputs` name the files as given: the same ones, while an earlier deposit of them
    was not acknowledged, send that one again instead of making another record.

    Raises:
        ClientError: as the server says; what waits in the outbox stays for the next try,
            unless it can never be accepted.
    """
    outbox, key = Outbox(session.folder), outbox_key(session.seed, inputs)
    with outbox.held():
        parcel = outbox.find(key) or _sealed(session, outbox, key, deposited, place())
        try:
            _send(session, parcel)
        except ConflictError as error:
            if _superseded(session, parcel):
                outbox.remove(parcel)
                raise ConflictError(
                    "Another version of this record was deposited first. Give the same command to "
                    "compare with that one."
                ) from error
            # It may be this very deposit, still on its way in another call: it waits.
            raise ConflictError(f"{error} What was sealed waits; give the same command.") from error
        except (UsageError, FileNotAccepted):
            outbox.remove(parcel)
            raise
        # Before the parcel goes: an export misses a record that no server shows any more.
        _note_done(session, parcel)
        outbox.remove(parcel)
        told = {name: parcel.parts[name] for name in ("record", "partitions", "original")}
        return {**told, "version": _version(parcel)}


def contribute(
    session: Session, owner: Person, inputs: Mapping[str, Content], deposited: Deposit
) -> dict[str, Any]:
    """Add a new record to somebody else's; it waits for that owner's answer. As `deposit`.

    The caller has asked to which partitions this member may add.
    """
    outbox, key = Outbox(session.folder), outbox_key(session.seed, inputs)
    with outbox.held():
        parcel = outbox.find(key)
        if parcel is None:
            with _small_enough(), outbox.drafted() as draft:
                parcel = outbox.seal(draft, key, seal_record(session, owner, deposited, draft))
        try:
            _send(session, parcel, owner.member)
        except (UsageError, RefusedError, FileNotAccepted) as error:
            if error.code not in NOT_NOW:
                outbox.remove(parcel)
            raise
        outbox.remove(parcel)
        return {name: parcel.parts[name] for name in ("record", "partitions")}


@contextmanager
def _small_enough() -> Iterator[None]:
    try:
        yield
    except OpenError:
        raise FileNotAccepted(
            "This record is larger than the 32 MiB that a document may have. Deposit it in parts."
        ) from None


def _version(parcel: Parcel) -> int:
    # What was sealed before there were versions is the first.
    return int(parcel.parts.get("version", 1))


def _note_done(session: Session, parcel: Parcel) -> None:
    record, version = parcel.parts["record"], _version(parcel)
    done = {"version": version, "manifest": parcel.parts["digest"]}
    for name in (DONE, VERSIONS):
        if session.folder.read(name).get(record, {}).get("version", 0) <= version:
            session.folder.update(name, **{record: done})


def _superseded(session: Session, parcel: Parcel) -> bool:
    """Whether the record has another version of this number, or a later one, already."""
    for view in listed(session, session.me.id):
        if view.record == parcel.parts["record"]:
            return view.version >= _version(parcel) and view.manifest != parcel.parts["digest"]
    return False


def _sealed(
    session: Session, outbox: Outbox, key: str, deposited: Deposit, onto: Next | None
) -> Parcel:
    person = session.registered()
    if onto is not None:
        deposited = replace(deposited, partitions=onto.partitions)
    needed = [*deposited.partitions, *([ORIGINAL] if deposited.original else [])]
    unknown = [name for name in needed if person.epoch(name) is None]
    if unknown:
        person = session.register_partitions(person, unknown)
    with _small_enough(), outbox.drafted() as draft:
        return outbox.seal(draft, key, seal_record(session, person, deposited, draft, onto))


def _send(session: Session, parcel: Parcel, owner: str | None = None) -> None:
    parts = parcel.parts
    for entry in parts["attachments"]:
        uploading.send(session.api, parcel.file(entry["id"]), entry)
    document = parcel.file("document").read_bytes()
    found = session.api.send(
        Deposited, "POST", "/deposits",
        lambda: {
            "data": {"manifest": parts["manifest"], "sealed": parts["sealed"]},
            "files": {"document": ("document.xml", document, "application/xml")},
        },
    )  # fmt: skip
    digest = b64u_decode(parts["digest"], 32)
    nodes = check_receipts(session, found.receipts, kind="deposit", digest=digest, owner=owner)
    if nodes < acknowledging(session.deployment) or found.record != parts["record"]:
        raise IntegrityError("The server confirmed the deposit without the key nodes' receipts.")
