"""What a member's credential says at this node, verified anew at every use.

The node trusts nobody's word for it, the portal's included: it has the octets, the
authorities that its operator pinned, and the revocation lists that those signed.
"""

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from sesphr.crypto.authorities import Issuer
from sesphr.crypto.credentials import CredentialNotInForce, Role, verify_role
from sesphr.crypto.errors import CredentialError
from sesphr.crypto.revocations import RevocationList, read_revocations
from sesphr.pins import pinned_authorities
from sesphr.ports.errors import Unavailable
from srs.context import Node
from srs.models import Credential, Member, Revocations

logger = logging.getLogger("sesphr.srs")


def current(node: Node, member: Member, now: int) -> dict[str, Any] | None:
    """A member's credential as `crypto.acl.decide` takes it.

    None when there is none, or none that an authority pinned here vouches for. One whose
    revocation nobody can tell counts as revoked.
    """
    row = Credential.objects.using(node.alias).filter(member=member).first()
    found = None if row is None else judged(node, member, bytes(row.octets), now)
    if found is None:
        return None
    role, revoked = found
    return {
        "role": role.role, "issuer": role.issuer, "valid_from": role.valid_from,
        "valid_until": role.valid_until, "revoked": revoked,
    }  # fmt: skip


def judged(node: Node, member: Member, octets: bytes, now: int) -> tuple[Role, bool] | None:
    """The role that a stored credential certifies, and whether it is revoked (or may be)."""
    [found] = judged_all(node, [(member, octets)], now)
    return found


def judged_all(
    node: Node, stored: Iterable[tuple[Member, bytes]], now: int
) -> list[tuple[Role, bool] | None]:
    """The same of several at once, in their order: authorities and revocation lists are read once."""
    issuers = authorities()
    lists = revocation_lists(node, issuers)
    return [_judged(issuers, lists, member, octets, now) for member, octets in stored]


def _judged(
    issuers: tuple[Issuer, ...],
    lists: Mapping[str, RevocationList],
    member: Member,
    octets: bytes,
    now: int,
) -> tuple[Role, bool] | None:
    try:
        return _verified(issuers, lists, member, octets, now), False
    except CredentialNotInForce as error:
        return error.role, error.revoked
    except CredentialError:
        return None


def verified(node: Node, member: Member, octets: bytes, now: int) -> Role:
    """Verify a credential of a member with this node's authorities and revocation lists.

    Raises:
        CredentialError: as `crypto.credentials.verify_role`, or it names another member.
    """
    issuers = authorities()
    return _verified(issuers, revocation_lists(node, issuers), member, octets, now)


def _verified(
    issuers: tuple[Issuer, ...],
    lists: Mapping[str, RevocationList],
    member: Member,
    octets: bytes,
    now: int,
) -> Role:
    role = verify_role(
        octets, issuers=issuers, revocations=lists, verification=bytes(member.verification), now=now
    )
    if role.holder not in (None, str(member.id)):
        raise CredentialError("It names another member.")
    return role


def authorities() -> tuple[Issuer, ...]:
    """The authorities that are pinned at this node.

    Raises:
        Unavailable: a file of theirs is not right; deciding without it would change who is certified.
    """
    try:
        return pinned_authorities()
    except ImproperlyConfigured as error:
        logger.exception("the pinned authorities cannot be read")
        raise Unavailable("This key node's pinned authorities cannot be read.") from error


def revocation_lists(node: Node, issuers: tuple[Issuer, ...]) -> Mapping[str, RevocationList]:
    """The newest list of each pinned authority; they were verified when they came, and are again."""
    rows = Revocations.objects.using(node.alias).filter(issuer__in=[one.id for one in issuers])
    found = {}
    for row in rows:
        try:
            found[row.issuer] = read_revocations(bytes(row.octets), issuers)
        except CredentialError:
            # Without a list that holds, its credentials count as revoked.
            continue
    return found
