"""Registration, activation, suspension, departure (protocol sections 3 and 7)."""

import hashlib
import uuid
from typing import Any

from django.db import IntegrityError

from sesphr import clock
from sesphr.crypto import groups, proofs, statements
from sesphr.crypto.encoding import b64u_decode, b64u_encode, lp
from sesphr.ports.errors import Conflict, Invalid, NotFound
from srs import consent, standing
from srs.context import Node, digest_of, refusing_bad_input
from srs.models import Delegation, Member, PartitionKey, Registration
from srs.services import credentials


def register(node: Node, jws: str) -> str:
    """Take the first registration of a member, or one that adds partition keys."""
    with refusing_bad_input():
        checked = _self_signed(node, jws)
    known = _known(node, checked)
    if known is not None:
        return known.receipt
    with refusing_bad_input():
        _check_proofs(node, checked.payload)
    try:
        with node.atomic():
            return _commit(node, checked)
    except IntegrityError:
        # Another call committed first: the same statement, or a rival one.
        known = _known(node, checked)
        if known is None:
            raise Conflict("Another registration was taken first; read it again.") from None
        return known.receipt


def _self_signed(node: Node, jws: str) -> statements.Verified:
    """Check with the key inside; that it is the member's own key `_commit` decides."""
    claimed = statements.payload_of_unverified(jws)
    directory = {str(claimed.get("iss")): b64u_decode(claimed.get("verification"), 32)}
    return statements.verify(
        jws, typ="sesphr-registration", deployment=node.deployment.id, directory=directory
    )


def _check_proofs(node: Node, payload: dict[str, Any]) -> None:
    """Proof of knowledge for each public key (kinds key-B and key-A)."""
    member, verification = payload["iss"], b64u_decode(payload["verification"], 32)
    receive = b64u_decode(payload["receive"], 96)
    proofs.verify(
        "key-B",
        deployment=node.deployment.id,
        Y=groups.decode_g2(receive),
        proof=b64u_decode(payload["receive_proof"], 128),
        ctx=proofs.KeyBContext(member, verification),
    )
    for partition, key in payload["partitions"].items():
        proofs.verify(
            "key-A",
            deployment=node.deployment.id,
            Y=groups.decode_g1(b64u_decode(key["key"], 48)),
            proof=b64u_decode(key["proof"], 80),
            ctx=proofs.KeyAContext(member, partition, key["epoch"], verification),
        )


def _known(node: Node, checked: statements.Verified) -> Registration | None:
    rows = Registration.objects.using(node.alias)
    return rows.filter(member_id=checked.issuer, digest=digest_of(checked)).first()


def _commit(node: Node, checked: statements.Verified) -> str:
    payload = checked.payload
    member = _member_of(node, payload)
    # The identical statement may have been committed while this one waited for the lock.
    known = _known(node, checked)
    if known is not None:
        return known.receipt
    last = member.registrations.using(node.alias).order_by("-seq").first()
    expected = (1, None) if last is None else (last.seq + 1, last.digest)
    if (payload["seq"], payload["previous"]) != expected:
        raise Conflict("Another registration was taken first; read it again.")
    for partition, key in payload["partitions"].items():
        _add_key(node, member, partition, key)
    receipt = node.receipt("registration", checked.issuer, digest_of(checked), payload["seq"])
    Registration.objects.using(node.alias).create(
        member=member,
        seq=payload["seq"],
        digest=digest_of(checked),
        jws=checked.jws,
        receipt=receipt,
    )
    node.events.record(
        checked.issuer, "registration", seq=payload["seq"], partitions=sorted(payload["partitions"])
    )
    return receipt


def _member_of(node: Node, payload: dict[str, Any]) -> Member:
    """The member's row, locked; a later registration must keep both keys."""
    receive, verification = (
        b64u_decode(payload["receive"], 96),
        b64u_decode(payload["verification"], 32),
    )
    digest = b64u_encode(hashlib.sha256(receive).digest())
    members = Member.objects.using(node.alias).select_for_update()
    member, _ = members.get_or_create(
        pk=uuid.UUID(payload["iss"]),
        defaults={"verification": verification, "receive": receive, "key_digest": digest},
    )
    if (bytes(member.verification), bytes(member.receive)) != (verification, receive):
        raise Conflict("This member is registered with other keys.")
    return member


def _add_key(node: Node, member: Member, partition: str, key: dict[str, Any]) -> None:
    """A further registration adds keys; it never replaces one."""
    a = b64u_decode(key["key"], 48)
    found, made = PartitionKey.objects.using(node.alias).get_or_create(
        member=member, partition=partition, epoch=key["epoch"], defaults={"a": a}
    )
    if not made and bytes(found.a) != a:
        raise Invalid(f"The key of partition {partition} is registered and cannot be replaced.")


def activate(node: Node, member: str, role: str) -> int:
    """Let a member take part; the first activation sets the joining date for good."""
    with node.atomic():
        row = _locked(node, member)
        if row.state == Member.State.DEPARTED:
            raise Conflict("This membership has ended; it cannot be activated again.")
        if not row.active:
            row.state, row.role = Member.State.ACTIVE, role
            row.joined = row.joined or clock.now()
            row.save(using=node.alias)
            node.events.record(member, "activated", role=role)
        return int(row.joined or 0)


def suspend(node: Node, member: str) -> None:
    """Refuse the member everything until the next activation."""
    with node.atomic():
        row = _locked(node, member)
        if row.state in (Member.State.ACTIVE, Member.State.PENDING):
            row.state = Member.State.SUSPENDED
            row.save(using=node.alias)
            node.events.record(member, "suspended")


def depart(node: Node, member: str) -> str:
    """Forget every re-encryption key for the member, and those that it gave, for ever."""
    with node.atomic():
        row = _locked(node, member)
        if row.state != Member.State.DEPARTED:
            _end(node, row)
        return row.departure


def _end(node: Node, row: Member) -> None:
    member = str(row.id)
    held = Delegation.objects.using(node.alias).filter(user=row)
    for owner in sorted({str(one) for one in held.values_list("owner_id", flat=True)}):
        node.events.record(owner, "departure-of", user=member)
    held.delete()
    Delegation.objects.using(node.alias).filter(owner=row).delete()
    consent.forget(node, row)
    standing.forget(node, row)
    credentials.forget(node, row)
    digest = b64u_encode(hashlib.sha256(lp(b"SeSPHR-v1 departure", member.encode())).digest())
    row.state, row.departure = Member.State.DEPARTED, node.receipt("departure", member, digest, 0)
    row.save(using=node.alias)
    node.events.record(member, "departed")


def _locked(node: Node, member: str) -> Member:
    row = Member.objects.using(node.alias).select_for_update().filter(pk=member).first()
    if row is None:
        raise NotFound("This member is not registered here.")
    return row
