"""Telling owners at once: a code of theirs was used, or somebody opened in an emergency.

The portal learns it from the nodes' signed answers that it relays. The row is written, and the
letter sent, before any of these answers leaves this server; the nodes had it in the owner's
stream of the log before they gave theirs.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from accounts import events, mail
from accounts.models import Member
from phr.models_notices import Notice
from phr.relay import digest_of, of_any
from phr.services import integrity
from sesphr import clock
from sesphr.crypto import statements
from sesphr.ports.errors import Conflict, NotFound
from sesphr.ports.srs import Access

KINDS = {"code-rule": Notice.Kind.CODE, "emergency-rule": Notice.Kind.EMERGENCY}
# Where a rule cannot be read any more: as long as a code opens unless its rule says so.
HOURS = 24
LISTED = 200
REASON = "emergency-questioned"


@dataclass(frozen=True)
class Opened:
    """That the nodes opened something of an owner by a rule of this kind."""

    owner: str
    kind: str
    rule: str


def tell(*, by: UUID, request: str, cosigns: Iterable[str], answers: Iterable[Access]) -> None:
    """Tell every owner of whom the nodes opened something by a code or in an emergency."""
    opened = {(one.owner, one.kind): one for access in answers for one in _opened(access)}
    if not opened:
        return
    given = _given(request, tuple(cosigns))
    for one in opened.values():
        made = _note(by, request, one, given)
        if made is not None:
            _send(made)


def _opened(access: Access) -> Iterator[Opened]:
    for item in statements.payload_of_unverified(access.answer)["items"]:
        for part in item["partitions"]:
            if part["reason"] in KINDS:
                yield Opened(item["owner"], KINDS[part["reason"]], part["rule"])


def _given(request: str, cosigns: tuple[str, ...]) -> dict[str, list[dict[str, Any]]]:
    """What a request brought along for whom: signed reasons, or a code (nothing to tell of it)."""
    found: dict[str, list[dict[str, Any]]] = {}
    for code in statements.payload_of_unverified(request).get("codes", []):
        found.setdefault(code["owner"], [])
    for cosign in cosigns:
        payload = statements.payload_of_unverified(cosign)
        found.setdefault(payload["owner"], []).append(payload)
    return found


def _note(
    by: UUID, request: str, one: Opened, given: dict[str, list[dict[str, Any]]]
) -> Notice | None:
    """A new notice; None where the owner was told already of what this goes on with."""
    now, hours = clock.now(), _hours(one)
    known = Notice.objects.filter(owner=one.owner, kind=one.kind, asker=by)
    if one.owner not in given and known.filter(until__gt=now).exists():
        return None
    signed = given.get(one.owner, [])
    signers = sorted({payload["iss"] for payload in signed}) or [str(by)]
    reason = next((one["reason"] for one in signed if one["iss"] == str(by)), "")
    notice, made = Notice.objects.get_or_create(
        owner=one.owner, kind=one.kind, request=digest_of(request),
        defaults={
            "asker": by, "at": now, "until": now + hours * 3600, "reason": reason,
            "signers": signers if one.kind == Notice.Kind.EMERGENCY else [],
        },
    )  # fmt: skip
    return notice if made else None


def _hours(one: Opened) -> int:
    """For how long the rule opens, as the owner's list says."""
    head = of_any(lambda node: node.acl(one.owner))
    rules = [] if head is None else statements.payload_of_unverified(head)["rules"]
    rule = next((rule for rule in rules if rule["id"] == one.rule), None)
    if rule is None:
        return HOURS
    terms = rule["emergency"]
    return int(rule.get("hours", HOURS) if terms is None else terms["hours"])


def _send(notice: Notice) -> None:
    owner = Member.objects.filter(id=notice.owner).first()
    asker = Member.objects.filter(id=notice.asker).first()
    if owner is not None and asker is not None:
        mail.send_opened(owner, notice.kind, asker.name)


def of_owner(owner: UUID) -> list[Notice]:
    """The owner's notices, newest first; 200 of them."""
    return list(Notice.objects.filter(owner=owner).order_by("-at", "id")[:LISTED])


def unseen(owner: UUID) -> int:
    """How many notices the owner has not seen."""
    return Notice.objects.filter(owner=owner, seen=None).count()


def see(*, by: UUID, notice: UUID) -> Notice:
    """Note that the owner saw it; a repeat changes nothing."""
    found = _own(by, notice)
    Notice.objects.filter(id=found.id, seen=None).update(seen=clock.now())
    found.refresh_from_db()
    return found


def review(*, by: UUID, notice: UUID, verdict: str) -> Notice:
    """Keep what the owner says of an emergency; to question one makes an incident for staff.

    Raises:
        NotFound, Conflict: it says the other already, or it is no emergency.
    """
    found = _own(by, notice)
    if found.kind != Notice.Kind.EMERGENCY:
        raise Conflict("Only emergencies are reviewed.")
    now = clock.now()
    changed = Notice.objects.filter(id=found.id, review="").update(review=verdict, reviewed=now)
    found.refresh_from_db()
    if found.review != verdict:
        raise Conflict("This emergency has been reviewed already.")
    if changed:
        events.record(by, "emergency-reviewed", user=str(found.asker), verdict=verdict)
    if verdict == Notice.Review.QUESTIONED:
        # Repeated too, so that a crash between the two loses no incident.
        integrity.keep_once(by=by, reason=REASON, emergency=found.id)
    events.publish(by)
    return see(by=by, notice=notice)


def _own(owner: UUID, notice: UUID) -> Notice:
    found = Notice.objects.filter(id=notice, owner=owner).first()
    if found is None:
        raise NotFound("There is no such notice to you.")
    return found
