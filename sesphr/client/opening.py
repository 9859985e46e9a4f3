"""Opening what was granted: manifest, author, octets, key, tag; plaintext only after all hold.

Nothing is written here. A failure is reported to the server, so that the owner and
the administrator see it, and raised; no partial plaintext ever leaves.
"""

import base64
import binascii
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sesphr.client import authors, contributed
from sesphr.client.access import Opening, ask_everybody, decode_points
from sesphr.client.answers.opening import CloudObject
from sesphr.client.answers.shapes import Anything
from sesphr.client.errors import ClientError, IntegrityError
from sesphr.client.session import Session
from sesphr.client.statement import verify
from sesphr.crypto import envelope, pre
from sesphr.crypto.document import parse_document
from sesphr.crypto.encoding import b64u_decode, b64u_encode
from sesphr.crypto.errors import CryptoError, OpenError

VERSIONS = "versions"


@dataclass(frozen=True)
class Opened:
    """A record's verified manifest (payload and JWS), plaintexts, keys k, and the whole document
    where the opener owns it, with her accept of what somebody else wrote."""

    payload: dict[str, Any]
    manifest: str
    plaintexts: dict[str, bytes]
    keys: dict[str, bytes]
    document: bytes | None
    accept: str | None = None

    @property
    def proposed(self) -> bool:
        """Whether somebody else wrote it and its owner has not accepted it."""
        return bool(self.payload["iss"] != self.payload["owner"]) and self.accept is None

    def __repr__(self) -> str:
        return "Opened(...)"


def open_record(
    session: Session, opening: Opening, *, owner: str | None, proposed: bool = False
) -> Opened:
    """Verify and decrypt all that was allowed.

    `owner`: whose it is meant to be (member id); a list that puts one person's record under
    another's name must not be believed. None where nobody said whose. `proposed`: it may be one
    that somebody else wrote and its owner, who asks, has not accepted.

    Raises:
        IntegrityError: anything is not what was signed, or somebody else's; it was reported.
    """
    with reporting(session, opening, "manifest"):
        if owner not in (None, opening.owner):
            raise IntegrityError("STOP: this is another person's record than it should be.")
        stored, manifest = _manifest(session, opening)
        payload = manifest.payload
        _check_not_older(session, opening)
        missing = set(opening.allowed) - set(payload["partitions"])
        if missing:
            raise IntegrityError("A key node allowed a partition that the record does not have.")
        taken = contributed.accepted(session, opening, payload, stored.accept, proposed=proposed)
    mine = opening.owner == session.me.id
    opened = _as_owner(session, opening, stored, payload, taken) if mine else _as_user(
        session, opening, stored, payload
    )  # fmt: skip
    _report_nodes(session, opening)
    _remember_version(session, opening)
    document = _octets(stored.document) if mine and stored.document is not None else None
    plaintexts = {name: text for name, (_, text) in opened.items()}
    keys = {name: key for name, (key, _) in opened.items()}
    accept = stored.accept if taken else None
    return Opened(payload, manifest.jws, plaintexts, keys, document, accept)


@contextlib.contextmanager
def reporting(
    session: Session, opening: Opening, reason: str, partition: str | None = None
) -> Iterator[None]:
    """Report an integrity failure inside, then let it go on; reasons are of a-z and hyphens."""
    try:
        yield
    except (IntegrityError, CryptoError) as error:
        # A report that does not arrive must not hide the failure itself.
        with contextlib.suppress(ClientError):
            session.api.post(
                Anything, "/integrity-reports", record=opening.record, partition=partition,
                manifest=b64u_encode(opening.manifest), reason=reason,
            )  # fmt: skip
        if isinstance(error, IntegrityError):
            raise
        what = f"Partition {partition}" if partition else "This record"
        raise IntegrityError(f"STOP: {what} is not what was sealed. It was reported.") from error


def _manifest(session: Session, opening: Opening) -> tuple[CloudObject, Any]:
    stored = opening.stored
    if stored is None:
        raise IntegrityError("The cloud does not have this record as the key nodes know it.")
    author = authors.author_of(stored.manifest)
    manifest = verify(
        stored.manifest, typ="sesphr-manifest", deployment=session.deployment.id,
        directory=authors.directory_of(session, author, stored.manifest), what="This record",
    )  # fmt: skip
    payload = manifest.payload
    named = (manifest.digest, payload["owner"], payload["record"], payload["version"])
    if named != (opening.manifest, opening.owner, opening.record, opening.version):
        raise IntegrityError("STOP: the cloud gave another record, or another version of it.")
    return stored, manifest


def _check_not_older(session: Session, opening: Opening) -> None:
    known = session.folder.read(VERSIONS).get(opening.record)
    if known is None:
        return
    digest = b64u_encode(opening.manifest)
    same = known["version"] == opening.version and known["manifest"] == digest
    if opening.version < known["version"] or (opening.version == known["version"] and not same):
        raise IntegrityError(
            f"STOP: the server gave version {opening.version} of this record, older or other than "
            f"version {known['version']}, which you have seen."
        )


def _remember_version(session: Session, opening: Opening) -> None:
    found = {"version": opening.version, "manifest": b64u_encode(opening.manifest)}
    if session.folder.read(VERSIONS).get(opening.record) != found:
        session.folder.update(VERSIONS, **{opening.record: found})


def _as_owner(
    session: Session,
    opening: Opening,
    stored: CloudObject,
    payload: dict[str, Any],
    taken: dict[str, Any] | None,
) -> dict[str, tuple[bytes, bytes]]:
    """(k, plaintext) by partition, with the owner's wrapping keys and without the nodes."""
    with reporting(session, opening, "document"):
        if stored.document is None:
            raise IntegrityError("The cloud did not give the whole document.")
        parts = parse_document(_octets(stored.document), payload)
    found = {}
    for name in opening.allowed:
        entry = payload["partitions"][name]
        with reporting(session, opening, "partition", name):
            if payload["iss"] == session.me.id:
                wrap = session.keys.partition(name, entry["epoch"]).wrap
                k = envelope.unwrap_key(wrap, parts[name].wrapped)
            else:
                k = contributed.own_key(session, opening, taken, payload, name)
            found[name] = k, envelope.open_partition(k, entry, parts[name].cipher_octets)
    return found


def _as_user(
    session: Session, opening: Opening, stored: CloudObject, payload: dict[str, Any]
) -> dict[str, tuple[bytes, bytes]]:
    """(k, plaintext) by partition: K = (prod T_i^lambda_i)^(1/x_U), then k, kc, tag."""
    place, found = session.deployment, {}
    for name in opening.allowed:
        entry = payload["partitions"][name]
        with reporting(session, opening, "partition", name):
            octets = _octets(stored.partitions.get(name))
            context = pre.Context(
                place.id, opening.owner, opening.record, opening.version, name, entry["epoch"],
                b64u_decode(entry["rh"], 32),
            )  # fmt: skip
            k = _key(session, opening, name, context, b64u_decode(entry["kc"], 32))
            found[name] = k, envelope.open_partition(k, entry, octets)
    return found


def _key(session: Session, opening: Opening, name: str, context: pre.Context, kc: bytes) -> bytes:
    """k from the nodes' answers; asks again for those of all nodes where the first do not give it.

    What does not fit is noted in `opening.wrong`.
    """
    place = session.deployment
    while True:
        points, wrong = decode_points(opening.points[name])
        try:
            if len(points) < place.t:
                raise OpenError
            key, others = pre.user_key_named(
                session.keys.receive_secret, place.n, place.t, points, context, kc
            )
        except OpenError:
            if opening.everybody:
                raise
            _hear_everybody(session, opening)
            continue
        opening.wrong |= wrong | set(others)
        return key


def _hear_everybody(session: Session, opening: Opening) -> None:
    again = ask_everybody(session, opening)
    opening.everybody = True
    if again.manifest != opening.manifest or not set(opening.allowed) <= set(again.points):
        raise IntegrityError("The key nodes disagree about this record.")
    opening.points, opening.tickets = again.points, again.tickets
    opening.wrong |= again.wrong


def _report_nodes(session: Session, opening: Opening) -> None:
    """Name the key nodes whose answers were not what they must be; the opening went on."""
    for index in sorted(opening.wrong):
        with contextlib.suppress(ClientError):
            session.api.post(
                Anything, "/integrity-reports", record=opening.record,
                manifest=b64u_encode(opening.manifest), reason="node-answer", node=index,
            )  # fmt: skip


def _octets(text: str | None) -> bytes:
    """The octets of the API's base64.

    Raises:
        IntegrityError: nothing there, or no base64.
    """
    try:
        return base64.b64decode(text or "-", validate=True)
    except (binascii.Error, ValueError) as error:
        raise IntegrityError("STOP: the cloud did not give what was deposited.") from error
