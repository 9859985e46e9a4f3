"""Relaying what somebody adds to an owner's records, and her answer.

Accepting: the cloud keeps the signed accept, the nodes commit, the cloud gets their receipts.
Declining: the nodes forget and commit, the cloud erases for their receipts. The statement is
kept before the first step and every step may be repeated, so `finish` ends what a crash left.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from phr.models import Proposal
from phr.relay import known, payload_by, receipt_for, verification_of
from phr.services.indexing import index
from sesphr import clock
from sesphr.adapters import get_cloud
from sesphr.crypto import statements
from sesphr.ports.errors import Conflict, Invalid, NotFound, PortError, Refused
from sesphr.ports.srs import Proposal as Waiting

logger = logging.getLogger("sesphr.phr")
State = Proposal.State


@dataclass(frozen=True)
class Answered:
    """What became of a proposal, and each node's receipt."""

    record: str
    state: str
    receipts: tuple[str, ...]


def require_right(by: UUID, payload: dict[str, Any], digest: str) -> None:
    """Refuse what no node would take, before the cloud stores it; what was taken may come again.

    Raises:
        Refused: the owner's list does not let this member add to all of it.
    """
    owner, parts = _text(payload.get("owner")), payload.get("partitions")
    if not isinstance(parts, dict):
        raise Invalid("The manifest does not name any partitions.")
    noted = Proposal.objects.filter(digest=digest).exists()
    if noted or any(one.digest == digest for one in _proposals(owner)):
        return
    found = known(lambda node: node.addable(str(by), owner))
    allowed = {name for one in found for name in one.partitions}
    if not set(parts) <= allowed:
        raise Refused("You may not add this to these records.", code="may-not-add")


def _proposals(owner: str) -> tuple[Waiting, ...]:
    return known(lambda node: node.proposals(owner))


def _text(owner: object) -> str:
    try:
        return str(UUID(str(owner)))
    except ValueError as error:
        raise Invalid("The manifest does not name its owner by an id.") from error


def note_proposal(manifest: str, payload: dict[str, Any], digest: str) -> None:
    """Write the row of a proposal that cloud and nodes hold."""
    Proposal.objects.get_or_create(
        record=UUID(payload["record"]),
        defaults={
            "owner": payload["owner"], "author": payload["iss"], "digest": digest,
            "manifest": manifest, "offered": clock.now(),
        },
    )  # fmt: skip


def accept(*, by: UUID, record: UUID, statement: str) -> Answered:
    """Make a proposal a record of its owner, who signed `statement`."""
    return _answer(by, record, statement, State.ACCEPTED)


def decline(*, by: UUID, record: UUID, statement: str) -> Answered:
    """Have a proposal erased, as its owner signed in `statement`."""
    return _answer(by, record, statement, State.DECLINED)


def _answer(by: UUID, record: UUID, statement: str, state: str) -> Answered:
    payload = payload_by(statement, by)
    if payload.get("record") != str(record):
        raise Invalid("The statement is about another record.")
    row = _row(by, record)
    if row.state not in (State.PENDING, state):
        raise Conflict(f"This was {row.state} already.", code=f"was-{row.state}")
    # Whatever is sent again after it was answered is what is in force.
    Proposal.objects.filter(pk=row.pk, state=State.PENDING).update(answer=statement)
    receipts = _settled(row, statement, state)
    return Answered(str(record), state, receipts)


def _row(owner: UUID, record: UUID) -> Proposal:
    """The owner's proposal; made anew where a crash kept it from being written."""
    found = Proposal.objects.filter(pk=record, owner=owner).first()
    if found is not None:
        return found
    for one in _proposals(str(owner)):
        if one.record == str(record):
            payload = statements.payload_of_unverified(one.manifest)
            note_proposal(one.manifest, payload, one.digest)
            return Proposal.objects.get(pk=record, owner=owner)
    raise NotFound("Nothing of this name was added to your records.")


def _settled(row: Proposal, statement: str, state: str) -> tuple[str, ...]:
    cloud, key = get_cloud(), verification_of(row.owner)
    if state == State.ACCEPTED:
        cloud.put_accept(statement, key)
        receipts = receipt_for(statement, "accept", lambda node: node.accept(statement))
        cloud.note(receipts)
    else:
        receipts = receipt_for(statement, "deletion", lambda node: node.erase(statement))
        cloud.erase(statement, key, receipts)
    _close(row, state)
    return receipts


def _close(row: Proposal, state: str) -> None:
    """Write what became of a proposal: an accepted one is a record in the index from now on."""
    with transaction.atomic():
        waiting = Proposal.objects.filter(pk=row.pk, state=State.PENDING)
        if state == State.ACCEPTED and row.manifest:
            index(row.owner, statements.payload_of_unverified(row.manifest), row.digest)
        waiting.update(state=state, answered=clock.now(), answer="", manifest="")


def finish(owner: UUID, waiting: Iterable[str]) -> None:
    """End what a crash left of this owner's answers; `waiting` are the records that the nodes
    still hold as proposals. What cannot be ended now is tried the next time."""
    rows = Proposal.objects.filter(owner=owner, state=State.PENDING).exclude(answer="")
    for row in rows.exclude(pk__in=[UUID(one) for one in waiting]):
        typ = statements.payload_of_unverified(row.answer)
        state = State.ACCEPTED if "wrapped" in typ else State.DECLINED
        try:
            _settled(row, row.answer, state)
        except Conflict:
            # Another device answered otherwise, and first.
            _close(row, State.DECLINED if state == State.ACCEPTED else State.ACCEPTED)
        except PortError as error:
            logger.warning("an answer to a proposal is still unfinished: %s", error.code)
