"""Relaying an opening: every node decides, logs and re-encrypts; then the cloud hands out."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from accounts import events
from phr.relay import from_enough, nodes, payload_by, verification_of
from sesphr.adapters import get_cloud
from sesphr.ports.cloudstore import CloudObject
from sesphr.ports.errors import IntegrityFailure, PortError
from sesphr.ports.srs import Access


@dataclass(frozen=True)
class Opening:
    """What the endpoint combines: nodes' answers, and the cloud's octets."""

    answers: tuple[Access, ...]
    objects: tuple[CloudObject, ...]


def access(*, by: UUID, request: str) -> Opening:
    """Relay a signed access request to all nodes, and their tickets to the cloud.

    Raises:
        PortError: refused, too few nodes, or what is stored is not what was signed
            (that is noted for whoever asked and for the owner's eyes).
    """
    payload_by(request, by)
    answers = _ask_nodes(request)
    tickets = [ticket for answer in answers for ticket in answer.tickets]
    if not tickets:
        return Opening(answers, ())
    try:
        return Opening(answers, get_cloud().get(request, verification_of(by), tickets))
    except IntegrityFailure as failure:
        report_integrity(by=by, reason=str(failure), record=None, partition=None, manifest=None)
        raise


def _ask_nodes(request: str) -> tuple[Access, ...]:
    answers, failures = [], []
    for node in nodes():
        try:
            answers.append(node.access(request))
        except PortError as failure:
            failures.append(failure)
    return tuple(from_enough(answers, failures))


def open_attachment(
    *, by: UUID, request: str, tickets: Iterable[str], attachment: str
) -> Iterator[bytes]:
    """Relay an attachment's cipher octets."""
    payload_by(request, by)
    return get_cloud().open_attachment(request, verification_of(by), tickets, attachment)


def report_integrity(
    *, by: UUID, reason: str, record: str | None, partition: str | None, manifest: str | None
) -> None:
    """Note that an endpoint got something else than what was signed, for everybody concerned."""
    details = {
        "reported_by": str(by),
        "record": record,
        "partition": partition,
        "manifest": manifest,
    }
    concerned = {str(by)} | _owner_of(record, by)
    for member in sorted(concerned):
        events.record(member, "integrity", reason=reason, **details)
    for member in sorted(concerned):
        events.publish(member)


def _owner_of(record: str | None, asker: UUID) -> set[str]:
    """The record's owner, if the asker may know of that record at all."""
    if record is None:
        return set()
    return {
        view.owner
        for node in nodes()[:1]
        for view in node.records(str(asker))
        if view.record == record
    }
