"""Relaying an opening: every node decides, logs and re-encrypts; then the cloud hands out."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from accounts import events
from phr.relay import from_enough, nodes, payload_by, verification_of
from phr.services import integrity, notices
from sesphr.adapters import get_cloud
from sesphr.ports.cloudstore import AttachmentOctets, CloudObject, Span
from sesphr.ports.errors import IntegrityFailure, PortError
from sesphr.ports.srs import Access


@dataclass(frozen=True)
class Opening:
    """What the endpoint combines: nodes' answers, and the cloud's octets."""

    answers: tuple[Access, ...]
    objects: tuple[CloudObject, ...]


def access(*, by: UUID, request: str, cosigns: tuple[str, ...] = ()) -> Opening:
    """Relay a signed access request to all nodes, and their tickets to the cloud.

    Owners of whom something was opened by a code or in an emergency are told before it leaves.

    Raises:
        PortError: refused, too few nodes, or what is stored is not what was signed
            (that is noted for whoever asked and for the owner's eyes).
    """
    payload = payload_by(request, by)
    try:
        answers = _ask_nodes(request, cosigns)
        notices.tell(by=by, request=request, cosigns=cosigns, answers=answers)
        return Opening(answers, _fetch(by, request, answers))
    except IntegrityFailure as failure:
        _note(by, {item["record"] for item in payload["items"]}, reason=failure.code)
        raise


def _fetch(by: UUID, request: str, answers: Iterable[Access]) -> tuple[CloudObject, ...]:
    tickets = [ticket for answer in answers for ticket in answer.tickets]
    return get_cloud().get(request, verification_of(by), tickets) if tickets else ()


def _ask_nodes(request: str, cosigns: tuple[str, ...]) -> tuple[Access, ...]:
    answers, failures = [], []
    for node in nodes():
        try:
            answers.append(node.access(request, cosigns))
        except PortError as failure:
            failures.append(failure)
    return tuple(from_enough(answers, failures))


def open_attachment(
    *, by: UUID, request: str, tickets: Iterable[str], attachment: str, span: Span
) -> AttachmentOctets:
    """Relay an attachment's cipher octets, or some of them."""
    payload_by(request, by)
    return get_cloud().open_attachment(request, verification_of(by), tickets, attachment, span)


def report_integrity(
    *, by: UUID, reason: str, record: str | None, partition: str | None, manifest: str | None
) -> None:
    """Note that an endpoint got something else than what was signed, for everybody concerned."""
    records = set() if record is None else {record}
    _note(by, records, reason=reason, record=record, partition=partition, manifest=manifest)


def _note(by: UUID, records: set[str], *, reason: str, **details: str | None) -> None:
    """Put an `integrity` event into the streams of the reporter and of these records' owners."""
    _keep(by, records, reason=reason, **details)
    concerned = sorted({str(by)} | _owners_of(records, by))
    for member in concerned:
        events.record(member, "integrity", reported_by=str(by), reason=reason, **details)
    for member in concerned:
        events.publish(member)


def _keep(by: UUID, records: set[str], *, reason: str, **details: str | None) -> None:
    """Keep one report for staff, naming the record where there is only one."""
    record = next(iter(records)) if len(records) == 1 else None
    found = {"partition": None, "manifest": None, **details, "record": record}
    integrity.keep(by=by, reason=reason, **found)


def _owners_of(records: set[str], asker: UUID) -> set[str]:
    """The owners of those records that the asker may know of at all."""
    if not records:
        return set()
    known = nodes()[0].records(str(asker))
    return {view.owner for view in known if view.record in records}
