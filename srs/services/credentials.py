"""Taking role credentials and the revocation lists of their authorities."""

import hashlib

from sesphr import clock
from sesphr.crypto.credentials import CredentialNotInForce, Role, holder_of
from sesphr.crypto.encoding import b64u_encode
from sesphr.crypto.revocations import RevocationList, der_of_list, read_revocations
from sesphr.ports.errors import Conflict, Invalid, Refused
from srs import credentials, journal
from srs.context import Node, locked, refusing_bad_input
from srs.models import Credential, Member, Revocations


def present(node: Node, octets: bytes, *, heard: bool = False) -> tuple[str, str]:
    """Take a credential; the member whose it is, and the receipt. Repeats get the same one.

    Of one that another node took (`heard`) it is not asked whether it is in force now: a node that
    was away for long may lack the revocation list of that time, and every decision asks anew.
    """
    member = _holder(node, octets)
    digest = b64u_encode(hashlib.sha256(octets).digest())
    with node.atomic():
        (member,) = locked(node, [member.pk])
        held = Credential.objects.using(node.alias).filter(member=member).first()
        if held is not None and held.digest == digest:
            return str(member.id), held.receipt
        if not heard or member.state == Member.State.DEPARTED:
            _require_member(member)
        role = _heard(node, member, octets) if heard else _in_force(node, member, octets)
        if held is not None and not _follows(node, member, held, (role.valid_from, digest), heard):
            return str(member.id), held.receipt
        return str(member.id), _keep(node, member, octets, digest, role)


def _holder(node: Node, octets: bytes) -> Member:
    with refusing_bad_input():
        key, named = holder_of(octets)
    rows = Member.objects.using(node.alias).filter(verification=key)
    found = list(rows if named is None else rows.filter(pk=named))
    if len(found) != 1:
        raise Invalid("This credential is about a key that no one member has registered here.")
    return found[0]


def _require_member(member: Member) -> None:
    if member.state in (Member.State.SUSPENDED, Member.State.DEPARTED):
        raise Refused("This membership is not active.", code="not-authorised")


def _heard(node: Node, member: Member, octets: bytes) -> Role:
    found = credentials.judged(node, member, octets, clock.now())
    if found is None:
        raise Invalid("No authority that is pinned here vouches for this credential.")
    return found[0]


def _in_force(node: Node, member: Member, octets: bytes) -> Role:
    try:
        with refusing_bad_input():
            return credentials.verified(node, member, octets, clock.now())
    except Invalid as error:
        if isinstance(error.__cause__, CredentialNotInForce):
            raise Refused(str(error), code="not-in-force") from error
        raise


def _follows(
    node: Node, member: Member, held: Credential, place: tuple[int, str], heard: bool
) -> bool:
    """Whether a credential (its beginning and digest) takes the place of another one that is held.

    Whoever has an earlier one of a member, also one still valid, cannot bring it back. Of two that
    begin in one second the first that is handed in stays; where nodes hold one each, all take the
    one with the greater digest, so that none is ever put in the other's place twice.

    Raises:
        Conflict: it was handed in here and does not begin later.
    """
    before = credentials.judged(node, member, bytes(held.octets), clock.now())
    if before is None:
        return True
    if heard:
        return place > (before[0].valid_from, held.digest)
    if place[0] <= before[0].valid_from:
        raise Conflict(
            "A credential that was issued later, or at the same moment, is held already.",
            code="older",
        )
    return True


def _keep(node: Node, member: Member, octets: bytes, digest: str, role: Role) -> str:
    receipt = node.receipt("credential", str(member.id), digest, 0)
    Credential.objects.using(node.alias).update_or_create(
        member=member, defaults={"octets": octets, "digest": digest, "receipt": receipt}
    )
    node.events.record(
        str(member.id), "credential", role=role.role, issuer=role.issuer, until=role.valid_until
    )
    journal.append(node, "credential", str(member.id), clock.now(), b64u_encode(octets))
    return receipt


def take_revocations(node: Node, crl: bytes) -> None:
    """Take an authority's next list; the same one again changes nothing."""
    with refusing_bad_input():
        der = der_of_list(crl)
        found = read_revocations(der, credentials.authorities())
    node.require_past(found.this_update, "This revocation list is dated in the future.")
    with node.atomic():
        _replace(node, found, der)


def _replace(node: Node, found: RevocationList, der: bytes) -> None:
    row, made = (
        Revocations.objects.using(node.alias)
        .select_for_update()
        .get_or_create(issuer=found.issuer, defaults={"number": found.number, "octets": der})
    )
    if not made and bytes(row.octets) == der:
        return
    if not made and found.number <= row.number:
        raise Conflict(f"List {row.number} of this authority is held already.", code="older")
    row.number, row.octets = found.number, der
    row.save(using=node.alias)
    journal.append(node, "revocations", found.issuer, clock.now(), b64u_encode(der))


def forget(node: Node, member: Member) -> None:
    """A departed member's credential goes; call inside the transaction."""
    Credential.objects.using(node.alias).filter(member=member).delete()
