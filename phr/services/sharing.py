"""Relaying access control lists and requests for access."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.guardians import offers
from phr.models import KeyRequest
from phr.relay import digest_of, granted, payload_by, receipt_for
from sesphr import clock
from sesphr.adapters import get_cloud
from sesphr.ports.errors import Conflict, Invalid, NotFound

# How many requests of one member may wait at one owner.
MOST_WAITING = 20


@dataclass(frozen=True)
class InForce:
    """A list as enough nodes took it, of which each gave a receipt; effective until the next list."""

    seq: int
    receipts: tuple[str, ...]
    effective: bool


def set_acl(*, by: UUID, acl: str, deal: str | None, answers: Iterable[UUID]) -> InForce:
    """Put the owner's list in force everywhere and note which requests it answers.

    Raises:
        PortError: as the nodes and the cloud say; what was done stays done and a
            repeat of the same call finishes it.
        BadHandOver: the account is being taken over, by whom this list would not be signed.
    """
    payload = payload_by(acl, by)
    waiting = _own_requests(by, answers)
    offers.note_list(by)
    receipts = receipt_for(acl, "acl", lambda node: node.set_acl(acl, deal))
    get_cloud().note(receipts)
    effective = _is_head(by, acl)
    # An old list that is sent again gets its receipt again, and changes nothing.
    if effective:
        _answer(waiting, KeyRequest.State.APPROVED)
    return InForce(payload["seq"], receipts, effective)


def _is_head(owner: UUID, acl: str) -> bool:
    head = granted(str(owner)).acl
    return head is not None and digest_of(head) == digest_of(acl)


def _own_requests(owner: UUID, ids: Iterable[UUID]) -> list[KeyRequest]:
    wanted = set(ids)
    found = list(KeyRequest.objects.filter(owner=owner, id__in=wanted))
    if len(found) != len(wanted):
        raise NotFound("There is no such request to you.")
    if any(request.state == KeyRequest.State.DECLINED for request in found):
        raise Conflict("This request was declined already.")
    return found


def _answer(requests: Iterable[KeyRequest], state: str) -> None:
    ids = [request.id for request in requests]
    waiting = KeyRequest.objects.filter(id__in=ids, state=KeyRequest.State.PENDING)
    waiting.update(state=state, answered=clock.now())


def ask(*, by: UUID, statement: str) -> KeyRequest:
    """Keep a signed request for access and have every node log it; repeats give the same one.

    Raises:
        PortError: as the nodes say. Conflict: too many of this member's requests wait at
            this owner already; of owners who are nobody just the same.
    """
    payload = payload_by(statement, by)
    _require_room(by, payload.get("owner"), digest_of(statement))
    receipt_for(statement, "key-request", lambda node: node.key_request(statement))
    defaults = {
        "statement": statement, "owner": payload["owner"], "asker": by, "asked": payload["iat"]
    }  # fmt: skip
    try:
        with transaction.atomic():
            request, _ = KeyRequest.objects.get_or_create(
                digest=digest_of(statement), defaults=defaults
            )
    except IntegrityError as error:
        raise Invalid("This request cannot be kept.") from error
    return request


def _require_room(asker: UUID, owner: object, digest: str) -> None:
    """Rows are counted by the owner's id alone, so that nobody reads like somebody."""
    if KeyRequest.objects.filter(digest=digest).exists():
        return
    waiting = KeyRequest.objects.filter(asker=asker, state=KeyRequest.State.PENDING)
    if waiting.filter(owner=_id(owner)).count() >= MOST_WAITING:
        raise Conflict(
            f"{MOST_WAITING} of your requests to this owner wait for an answer already."
            " Wait until they are answered."
        )


def _id(text: object) -> UUID:
    try:
        return UUID(str(text))
    except ValueError as error:
        raise Invalid("The request does not name its owner by an id.") from error


def decline(*, by: UUID, request: UUID) -> KeyRequest:
    """Say no to a request that waits for this owner; a repeat changes nothing."""
    found = KeyRequest.objects.filter(owner=by, id=request).first()
    if found is None:
        raise NotFound("There is no such request to you.")
    if found.state == KeyRequest.State.APPROVED:
        raise Conflict("This request was approved already; take the access back instead.")
    _answer([found], KeyRequest.State.DECLINED)
    found.refresh_from_db()
    return found
