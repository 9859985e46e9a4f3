"""Answering an access request (protocol section 5): decide, log, then re-encrypt.

The order is the promise. The node commits decisions and events under the
request's digest; appends the events to the log; stores the answer; releases.
A crash may leave an event without a release, never a release without its event. What was
committed for an earlier call is decided again before it is released.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from itertools import groupby
from typing import Any

from django.db import IntegrityError

from sesphr import clock
from sesphr.adapters import get_log
from sesphr.crypto import pre, statements
from sesphr.crypto.encoding import b64u_encode
from sesphr.crypto.errors import CryptoError
from sesphr.crypto.groups import decode_g2
from sesphr.ports.audit import LogProof
from sesphr.ports.errors import IntegrityFailure, Invalid, Refused
from sesphr.ports.srs import Access
from srs import consent, emergency, standing
from srs.context import Node, digest_of, refusing_bad_input, uuid_of
from srs.decisions import NOT_HERE, Decision, Docket, from_json
from srs.models import AccessRequest, Delegation, Event, Member
from srs.services import beginnings
from srs.services.beginnings import Asked, holding, settle
from srs.services.owners import for_owner
from srs.services.parameters import kept

TICKET_LIFE = 60
# After this a request is refused as too old, and its answer can go.
ANSWER_LIFE = statements.PAST + statements.FUTURE
# Reasons that speak of the asker alone, or of a code that the asker gave, or to whom the owner's
# list allows it; every other refusal looks the same.
TOLD = ("inactive", "credential", consent.WRONG, consent.TOO_MANY, NOT_HERE)
Pair = tuple[str, str]


@dataclass(frozen=True)
class Published:
    """An event of this request that the log has, with its proof."""

    owner: str
    event: Event
    proof: LogProof


def access(node: Node, jws: str, cosigns: Iterable[str] = ()) -> Access:
    """Decide, log and answer; the same request within its life gets the same answer."""
    request, user = node.verified(jws, "sesphr-access-request")
    with refusing_bad_input():
        _check_fresh(request)
    _forget_old_answers(node)
    row, known = _committed(node, request, user, cosigns)
    events = _published(node, row, owners_of(from_json(row.decisions)))
    if row.answer is None:
        decisions = from_json(row.decisions)
        if known:
            user.refresh_from_db(using=node.alias)
            decisions = holding(Asked(node, request, user, clock.now()), decisions)
        _answer(node, user, row, decisions, _of_released(decisions, events))
    published = _of_released(from_json(row.decisions), events)
    return Access(row.answer or "", tuple(row.tickets or ()), tuple(one.proof for one in published))


def _of_released(decisions: list[Decision], events: list[Published]) -> list[Published]:
    """The events of owners of whom something is released."""
    released = owners_of(one for one in decisions if one.allowed)
    return [one for one in events if one.owner in released]


def _check_fresh(request: statements.Verified) -> None:
    try:
        statements.check_fresh(request.payload["iat"], clock.now())
    except CryptoError:
        raise Refused(
            "This request is too old or from the future; send it again.", code="expired"
        ) from None


def _forget_old_answers(node: Node) -> None:
    """Keep no T longer than its request lives: with a user's seed it opens what it was made for."""
    old = AccessRequest.objects.using(node.alias).filter(keep_until__lt=clock.now())
    old.update(answer=None, keep_until=None)


def _committed(
    node: Node, request: statements.Verified, user: Member, cosigns: Iterable[str]
) -> tuple[AccessRequest, bool]:
    """The row of this request, with its decisions and events, made once; whether it was known."""
    asked = Asked(node, request, user, clock.now())
    # Also where the answer is known already: who relays it reads what was signed.
    claims = emergency.claims(node, request, cosigns, asked.now)
    known = _row(node, request)
    if known is not None:
        return known, True
    try:
        with refusing_bad_input(), node.atomic():
            return _commit(asked, claims), False
    except IntegrityError:
        known = _row(node, request)
        if known is None:
            raise Invalid("Another request has the same nonce.") from None
        return known, True


def _row(node: Node, request: statements.Verified) -> AccessRequest | None:
    return AccessRequest.objects.using(node.alias).filter(digest=digest_of(request)).first()


def _commit(asked: Asked, claims: Mapping[str, emergency.Claim]) -> AccessRequest:
    node, request, payload = asked.node, asked.request, asked.request.payload
    # First of all: with a nonce that was used before no code is even looked at, for whatever
    # came of it would be rolled back.
    row = AccessRequest.objects.using(node.alias).create(
        digest=digest_of(request), user=asked.user, nonce=payload["nonce"], taken=asked.now,
        decisions=[], events=[],
    )  # fmt: skip
    docket = Docket(node, [item["record"] for item in payload["items"]])
    settled = settle(asked, docket, claims)
    decisions, events = settled.decisions, []
    for owner in owners_of(decisions):
        events.extend(beginnings.record(asked, settled, owner, digest_of(request)))
        events.append(_record(node, request, owner, decisions))
    row.decisions = [one.as_json() for one in decisions]
    row.events = [one.pk for one in events]
    row.save(using=node.alias, update_fields=["decisions", "events"])
    return row


def owners_of(decisions: Iterable[Decision]) -> list[str]:
    """The owners concerned, in one order everywhere, so that locks never cross."""
    return sorted({one.owner for one in decisions if one.owner is not None})


def _record(
    node: Node, request: statements.Verified, owner: str, decisions: list[Decision]
) -> Event:
    own = [one for one in decisions if one.owner == owner]
    return node.events.record(
        owner, "access", user=request.issuer, purpose=request.payload["purpose"],
        request=digest_of(request), items=[_event_item(one) for one in own if one.present],
        # Names that the asker made up are counted, not kept.
        unknown=sum(not one.present for one in own),
    )  # fmt: skip


def _event_item(one: Decision) -> dict[str, Any]:
    return {
        "record": one.record, "version": one.version, "partition": one.partition,
        "allowed": one.allowed, "rule": one.rule, "reason": one.reason,
    }  # fmt: skip


def _published(node: Node, row: AccessRequest, owners: list[str]) -> list[Published]:
    """This request's events, appended to the log with whatever their owners' streams owe it.

    Raises:
        Unavailable: the log is out of reach, which means refusal.
    """
    log = get_log()
    sent = {
        event.pk: Published(owner, event, proof)
        for owner in owners
        for event, proof in node.events.publish(owner, log)
    }
    # The log has the others: the request came again, or another one sent them along.
    if others := [pk for pk in row.events if pk not in sent]:
        rows = Event.objects.using(node.alias).select_related("stream").filter(pk__in=others)
        for event in rows.defer("event", "salt"):
            proof = node.events.prove(event, log)
            sent[event.pk] = Published(str(event.stream.member), event, proof)
    return [sent[pk] for pk in row.events]


def _answer(
    node: Node,
    user: Member,
    row: AccessRequest,
    decisions: list[Decision],
    published: list[Published],
) -> None:
    """Re-encrypt, sign and store; whoever stores first decides what everybody gets."""
    points = _points(node, user, decisions)
    answer = node.sign(
        "sesphr-access-answer",
        request=row.digest,
        items=_items(decisions, points),
        log=[_log_entry(one) for one in published],
    )
    tickets = _tickets(node, user, row.digest, decisions)
    waiting = AccessRequest.objects.using(node.alias).filter(pk=row.pk, answer=None)
    kept = [one.as_json() for one in decisions]
    changed = {} if kept == row.decisions else {"decisions": kept}
    if waiting.update(
        answer=answer, tickets=tickets, keep_until=row.taken + ANSWER_LIFE, **changed
    ):
        row.answer, row.tickets, row.decisions = answer, tickets, kept
    else:
        row.refresh_from_db(fields=["answer", "tickets", "decisions"])


def _points(node: Node, user: Member, decisions: list[Decision]) -> dict[Pair, str]:
    try:
        return {**reencrypt_all(node, user, decisions), **for_owner(node, user, decisions)}
    except CryptoError:
        # Each R and D was checked when it was taken, so this is not the asker's fault.
        raise IntegrityFailure("What this key node keeps is not what it took.") from None


def reencrypt_all(node: Node, user: Member, decisions: list[Decision]) -> dict[Pair, str]:
    """T = e(R, D) (eq. 17) for each allowed pair of somebody else's record, b64u of 576 octets."""
    allowed = [one for one in decisions if one.allowed and one.owner != str(user.id)]
    if not allowed:
        return {}
    parameters = kept(node, (one.manifest or "" for one in allowed))
    keys = _delegations(node, user, allowed)
    # All records of an owner's partition share one D, which is dear to check and to form.
    decode_d = cache(decode_g2)
    form_d = cache(partial(standing.point, node, user=user))
    found = {}
    for one in allowed:
        kept_here = parameters.get((one.manifest or "", one.partition))
        if kept_here is None:
            continue
        r, epoch = kept_here
        place = (one.owner or "", one.partition, epoch)
        d = keys.get(place)
        if d is None and one.reason != "member-rule":
            # A rule for a role allowed it, and nothing was dealt for this user alone.
            d = form_d(*place)
        if d is not None:
            point = pre.reencrypt(r, decode_d(d))
            found[one.record, one.partition] = b64u_encode(point.encode())
    return found


def _delegations(
    node: Node, user: Member, allowed: list[Decision]
) -> dict[tuple[str, str, int], bytes]:
    owners = [uuid_of(one) for one in owners_of(allowed)]
    rows = Delegation.objects.using(node.alias).filter(
        user=user, owner__in=owners, group__in=node.deployment.groups
    )
    return {
        (str(owner), partition, epoch): bytes(d)
        for owner, partition, epoch, d in rows.values_list("owner_id", "partition", "epoch", "d")
    }


def _items(decisions: list[Decision], points: dict[Pair, str]) -> list[dict[str, Any]]:
    return [
        _item(record, list(group), points)
        for record, group in groupby(decisions, key=lambda one: one.record)
    ]


def _item(record: str, group: list[Decision], points: dict[Pair, str]) -> dict[str, Any]:
    partitions = [_partition(one, points.get((record, one.partition))) for one in group]
    # Where nothing is released, a record that exists looks like one that does not.
    known = any(one["decision"] == "allow" for one in partitions)
    first = group[0]
    return {
        "record": record,
        "owner": first.owner if known else None,
        "version": first.version if known else None,
        "manifest": first.manifest if known else None,
        "partitions": partitions,
    }


def _partition(one: Decision, point: str | None) -> dict[str, Any]:
    released = one.allowed and (point is not None or (one.reason == "owner" and not one.bare))
    if released:
        return {
            "partition": one.partition, "decision": "allow", "rule": one.rule, "reason": one.reason,
            "answer": point,
        }  # fmt: skip
    given = NOT_HERE if one.allowed else one.reason
    reason = given if given in TOLD else "no-rule"
    return {
        "partition": one.partition, "decision": "deny", "rule": None, "reason": reason, "answer": None
    }  # fmt: skip


def _log_entry(one: Published) -> dict[str, Any]:
    return {
        "stream": str(one.event.stream.stream), "number": one.event.number,
        "index": one.proof.index, "entry": b64u_encode(bytes(one.event.entry)),
    }  # fmt: skip


def _tickets(node: Node, user: Member, request: str, decisions: list[Decision]) -> list[str]:
    allowed = [one for one in decisions if one.allowed]
    return [
        _ticket(node, user, request, owner, [one for one in allowed if one.owner == owner])
        for owner in owners_of(allowed)
    ]


def _ticket(node: Node, user: Member, request: str, owner: str, allowed: list[Decision]) -> str:
    whole = owner == str(user.id)
    objects = [
        {"manifest": manifest, "partitions": [one.partition for one in group], "whole": whole}
        for manifest, group in _by_manifest(allowed).items()
    ]
    return node.sign(
        "sesphr-ticket",
        key=b64u_encode(hashlib.sha256(bytes(user.verification)).digest()),
        request=request,
        owner=owner,
        seq=allowed[0].seq,
        objects=objects,
        expires=clock.now() + TICKET_LIFE,
    )


def _by_manifest(allowed: list[Decision]) -> dict[str, list[Decision]]:
    found: dict[str, list[Decision]] = {}
    for one in allowed:
        found.setdefault(one.manifest or "", []).append(one)
    return found
