"""Emergencies at a node: who signed for one, and for how long their word counts.

An emergency begins with a request of purpose `emergency` and a co-signature by each clinician,
the asker included: all of this very request, for this owner, fresh, and with a reason. Whether
that is enough, her rule says (`crypto.acl`). For the rule's hours the asker's later requests need
no new signatures; that all signers still are who they were is asked anew each time.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sesphr import clock
from sesphr.crypto import statements
from sesphr.crypto.acl import is_blank
from sesphr.crypto.errors import CryptoError
from sesphr.ports.errors import Invalid, Refused
from srs.context import Node, digest_of
from srs.models import Member
from srs.models_visits import Emergency

PURPOSE = "emergency"
# Two for each owner suffice; each costs a signature check.
MOST = 64
Describe = Callable[[Member], Mapping[str, Any]]


@dataclass(frozen=True)
class Claim:
    """What clinicians signed for one owner: the asker's reason, and all who gave one."""

    owner: str
    reason: str
    signers: tuple[Member, ...]
    cosigns: tuple[str, ...]
    since: int

    def statement(self, described: Describe) -> dict[str, Any]:
        """As `crypto.acl.decide` takes it, with what is known of the signers now."""
        people = (described(one) for one in self.signers)
        signers = [{name: one[name] for name in ("id", "active", "credential")} for one in people]
        return {"since": self.since, "reason": self.reason, "signers": signers}


def claims(
    node: Node, request: statements.Verified, cosigns: Iterable[str], now: int
) -> dict[str, Claim]:
    """The claims that come with a request, by owner; signatures are checked here.

    Raises:
        Invalid: a co-signature of something else, or by nobody. Refused: one that is not fresh.
    """
    given = tuple(cosigns)
    if given and request.payload["purpose"] != PURPOSE:
        raise Invalid("Co-signatures belong to a request in an emergency.")
    if len(given) > MOST:
        raise Invalid("There are more co-signatures than any emergency needs.")
    found: dict[str, list[tuple[statements.Verified, Member]]] = {}
    for jws in given:
        checked, signer = _checked(node, request, jws)
        found.setdefault(checked.payload["owner"], []).append((checked, signer))
    return {owner: _claim(owner, request.issuer, signed, now) for owner, signed in found.items()}


def _checked(
    node: Node, request: statements.Verified, jws: str
) -> tuple[statements.Verified, Member]:
    checked, signer = node.verified(jws, "sesphr-emergency-cosign")
    if checked.payload["request"] != digest_of(request):
        raise Invalid("A co-signature is for another request.")
    try:
        statements.check_fresh(checked.payload["iat"], clock.now())
    except CryptoError:
        raise Refused("A co-signature is too old; sign again.", code="expired") from None
    return checked, signer


def _claim(
    owner: str, asker: str, signed: list[tuple[statements.Verified, Member]], now: int
) -> Claim:
    # Who gives no reason has not signed for one.
    with_reason = [one for one in signed if not is_blank(one[0].payload["reason"])]
    reasons = {one.issuer: one.payload["reason"] for one, _ in with_reason}
    signers = {signer.pk: signer for _, signer in with_reason}
    return Claim(
        owner, reasons.get(asker, ""), tuple(signers.values()),
        tuple(one.jws for one, _ in with_reason), now,
    )  # fmt: skip


def begun(node: Node, owner: UUID, user: UUID) -> Claim | None:
    """The last emergency that was signed for, whether or not its hours are over."""
    rows = Emergency.objects.using(node.alias).filter(owner=owner, user=user)
    row = rows.order_by("-since", "-pk").first()
    if row is None:
        return None
    signers = Member.objects.using(node.alias).filter(pk__in=row.signers)
    return Claim(str(owner), row.reason, tuple(signers), tuple(row.cosigns), row.since)


def begin(node: Node, claim: Claim, request: statements.Verified, user: Member) -> None:
    """Keep what was signed, in the transaction of the request that it let through."""
    Emergency.objects.using(node.alias).create(
        owner_id=UUID(claim.owner), user=user, request=digest_of(request), since=claim.since,
        reason=claim.reason, signers=[str(one.pk) for one in claim.signers],
        cosigns=list(claim.cosigns),
    )  # fmt: skip


def owners(node: Node, user: UUID) -> set[UUID]:
    """Owners for whom the user ever began an emergency."""
    rows = Emergency.objects.using(node.alias).filter(user=user)
    return set(rows.values_list("owner_id", flat=True))
