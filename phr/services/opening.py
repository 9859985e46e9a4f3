"""Relaying an opening: every node decides, logs and re-encrypts; then the cloud hands out."""

import hashlib
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from accounts import events
from phr.relay import digest_of, payload_by, said_by, verification_of
from phr.services import integrity, notices
from sesphr import fanout
from sesphr.adapters import get_cloud
from sesphr.crypto.encoding import b64u_encode
from sesphr.deployment import get_deployment
from sesphr.ports.cloudstore import AttachmentOctets, CloudObject, Span
from sesphr.ports.errors import IntegrityFailure, PortError, Refused
from sesphr.ports.srs import Access, SrsNode

logger = logging.getLogger("sesphr.portal")

# Seconds that an endpoint is willing to wait for the answers of all nodes.
WAIT_FOR_ALL = 5.0
TOO_FEW = "too-few-tickets"


@dataclass(frozen=True)
class Opening:
    """What the endpoint combines: nodes' answers, and the cloud's octets."""

    answers: tuple[Access, ...]
    objects: tuple[CloudObject, ...]


def access(
    *, by: UUID, request: str, cosigns: tuple[str, ...] = (), everybody: bool = False
) -> Opening:
    """Relay a signed access request to all nodes, and their tickets to the cloud.

    Owners of whom something was opened by a code or in an emergency are told before it leaves.
    `everybody` waits longer than a moment for nodes beyond the first t, as whoever got answers
    that do not fit together asks for.

    Raises:
        PortError: refused, too few nodes, or what is stored is not what was signed
            (that is noted for whoever asked and for the owner's eyes).
    """
    payload = payload_by(request, by)
    try:
        verification = verification_of(by)
        answers = _ask_nodes(request, verification, cosigns, everybody)
        notices.tell(by=by, request=request, cosigns=cosigns, answers=answers)
        return Opening(answers, _fetch(request, verification, answers))
    except IntegrityFailure as failure:
        _note(by, {item["record"] for item in payload["items"]}, reason=failure.code)
        raise


def _fetch(request: str, verification: bytes, answers: Iterable[Access]) -> tuple[CloudObject, ...]:
    tickets = [ticket for answer in answers for ticket in answer.tickets]
    try:
        return get_cloud().get(request, verification, tickets) if tickets else ()
    except Refused as refusal:
        if refusal.code != TOO_FEW:
            raise
        # The nodes' answers say whether that is a refusal: the endpoint reads them, not this server.
        return ()


def _ask_nodes(
    request: str, verification: bytes, cosigns: tuple[str, ...], everybody: bool
) -> tuple[Access, ...]:
    enough = get_deployment().t
    wait = WAIT_FOR_ALL if everybody else fanout.GRACE
    found = fanout.gather(
        lambda node: _checked(node, node.access(request, cosigns), request, verification),
        enough,
        wait,
    )
    for index, failure in found.failures.items():
        logger.log(_level(failure), "key node %s gave no answer: %s", index, failure)
    sentence = (
        "This cannot be opened right now: too few key nodes can be reached. Nothing is lost;"
        " try again in a moment."
    )
    return tuple(fanout.require(found, enough, sentence))


def _level(failure: PortError) -> int:
    return logging.ERROR if isinstance(failure, IntegrityFailure) else logging.INFO


def _checked(node: SrsNode, answer: Access, request: str, verification: bytes) -> Access:
    """An answer that this node signed, with tickets that the cloud can take: one bad ticket ends
    what all the others would open."""
    said_by(node, answer.answer, "sesphr-access-answer")
    key = b64u_encode(hashlib.sha256(verification).digest())
    for ticket in answer.tickets:
        payload = said_by(node, ticket, "sesphr-ticket")
        if (payload["key"], payload["request"]) != (key, digest_of(request)):
            raise IntegrityFailure(f"Key node {node.index} gave a ticket for something else.")
    return answer


def open_attachment(
    *, by: UUID, request: str, tickets: Iterable[str], attachment: str, span: Span
) -> AttachmentOctets:
    """Relay an attachment's cipher octets, or some of them."""
    payload_by(request, by)
    return get_cloud().open_attachment(request, verification_of(by), tickets, attachment, span)


def report_integrity(
    *, by: UUID, reason: str, record: str | None, partition: str | None, manifest: str | None,
    node: int | None = None,
) -> None:  # fmt: skip
    """Note that an endpoint got something else than what was signed, for everybody concerned.

    `node` is the key node whose answer did not fit, where that is known.
    """
    records = set() if record is None else {record}
    details: dict[str, Any] = {"record": record, "partition": partition, "manifest": manifest}
    if node is not None:
        details["node"] = node
    _note(by, records, reason=reason, **details)


def _note(by: UUID, records: set[str], *, reason: str, **details: Any) -> None:
    """Put an `integrity` event into the streams of the reporter and of these records' owners."""
    _keep(by, records, reason=reason, **details)
    concerned = sorted({str(by)} | _owners_of(records, by))
    for member in concerned:
        events.record(member, "integrity", reported_by=str(by), reason=reason, **details)
    for member in concerned:
        events.publish(member)


def _keep(by: UUID, records: set[str], *, reason: str, **details: Any) -> None:
    """Keep one report for staff, naming the record where there is only one."""
    record = next(iter(records)) if len(records) == 1 else None
    found = {"partition": None, "manifest": None, **details, "record": record}
    integrity.keep(by=by, reason=reason, **found)


def _owners_of(records: set[str], asker: UUID) -> set[str]:
    """The owners of those records that the asker may know of at all."""
    if not records:
        return set()
    found = fanout.gather(lambda node: node.records(str(asker)), get_deployment().t)
    known = (view for views in found.in_order() for view in views)
    return {view.owner for view in known if view.record in records}
