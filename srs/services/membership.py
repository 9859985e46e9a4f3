"""Registration, activation, suspension, departure (protocol sections 3 and 7)."""

import hashlib
import uuid
from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError
from django.db.models import Q

from sesphr import clock
from sesphr.crypto import groups, proofs, statements
from sesphr.crypto.encoding import b64u_decode, b64u_encode, lp
from sesphr.ports.errors import Conflict, Invalid, NotFound
from srs import consent, journal, standing
from srs.context import SKEW, Node, digest_of, refusing_bad_input, require_signer
from srs.formerly import former_keys
from srs.models import (
    AccessRequest,
    Acl,
    Adder,
    Delegation,
    KeyRequest,
    Member,
    PartitionKey,
    Record,
    Registration,
    RParameter,
    Version,
)
from srs.services import contributions, credentials


def register(node: Node, jws: str, *, heard: bool = False) -> str:
    """Take the first registration of a member, one that adds partition keys, or one that puts
    other keys in their place.

    Of one that another node took (`heard`) it is not asked whether a list came in between here:
    where one did, nodes settle that as they settle every other difference.
    """
    with refusing_bad_input():
        checked = signed(node, jws)
    known = _known(node, checked)
    if known is not None:
        return known.receipt
    with refusing_bad_input():
        _check_proofs(node, checked.payload)
    try:
        with node.atomic():
            return _commit(node, checked, heard)
    except IntegrityError:
        # Another call committed first: the same statement, or a rival one.
        known = _known(node, checked)
        if known is None:
            raise Conflict("Another registration was taken first; read it again.") from None
        return known.receipt


def signed(node: Node, jws: str) -> statements.Verified:
    """Check with the key inside, a key change with a key that the member has or had; that it is
    the member's key now `_commit` decides.

    Raises:
        CryptoError: it is not signed so. Invalid: a key change of nobody.
    """
    claimed = statements.payload_of_unverified(jws)
    issuer = str(claimed.get("iss"))
    if "possession" in claimed:
        member = node.member(issuer)
        former = [one.verification for one in former_keys(node.alias, member)]
        key = statements.signer(jws, [*former, bytes(member.verification)])
    else:
        key = b64u_decode(claimed.get("verification"), 32)
    return statements.verify(
        jws, typ="sesphr-registration", deployment=node.deployment.id, directory={issuer: key}
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


def _commit(node: Node, checked: statements.Verified, heard: bool) -> str:
    payload, changed = checked.payload, "possession" in checked.payload
    member = _member_of(node, payload)
    # The identical statement may have been committed while this one waited for the lock.
    known = _known(node, checked)
    if known is not None:
        return known.receipt
    last = member.registrations.using(node.alias).order_by("-seq").first()
    expected = (1, None) if last is None else (last.seq + 1, last.digest)
    if (payload["seq"], payload["previous"]) != expected:
        raise Conflict("Another registration was taken first; read it again.")
    require_signer(member, checked)
    if changed:
        _require_all(node, member, payload)
        if not heard:
            _require_last_list(node, member, payload)
        _change(node, member, payload)
    else:
        _require_own_epochs(node, member, payload)
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
        checked.issuer, "registration", seq=payload["seq"],
        partitions=sorted(payload["partitions"]), **({"changed": True} if changed else {}),
    )  # fmt: skip
    journal.append(node, "registration", checked.issuer, clock.now(), checked.jws)
    return receipt


def _member_of(node: Node, payload: dict[str, Any]) -> Member:
    """The member's row, locked; a later registration keeps both keys, unless it changes them."""
    keys = _keys_of(payload)
    members = Member.objects.using(node.alias).select_for_update()
    member, _ = members.get_or_create(pk=uuid.UUID(payload["iss"]), defaults=keys)
    if "possession" not in payload and any(
        bytes(getattr(member, name)) != keys[name] for name in ("verification", "receive")
    ):
        raise Conflict("This member is registered with other keys.")
    return member


def _require_all(node: Node, member: Member, payload: dict[str, Any]) -> None:
    """A key change gives every partition that the member has a new epoch, one for all."""
    epochs = standing.epochs(node, member)
    first = max((max(one) for one in epochs.values()), default=1) + 1
    if {name: {first} for name in epochs} != {
        name: {key["epoch"]} for name, key in payload["partitions"].items()
    }:
        raise Invalid(f"New keys need epoch {first} of each registered partition, and no other.")
    if payload["receive"] == b64u_encode(bytes(member.receive)):
        raise Invalid("New keys need another key for receiving, too.")


def _require_own_epochs(node: Node, member: Member, payload: dict[str, Any]) -> None:
    """The epochs below the present keys' first are of the keys before, and none is added to them."""
    former = former_keys(node.alias, member)
    if former and any(key["epoch"] < former[-1].below for key in payload["partitions"].values()):
        raise Invalid(f"These keys begin with epoch {former[-1].below}.")


def _require_last_list(node: Node, member: Member, payload: dict[str, Any]) -> None:
    """No list may come between what the new holder saw and the change, signed with the old key."""
    if Acl.objects.using(node.alias).filter(owner=member, seq__gt=payload["acl"]).exists():
        raise Conflict("Another access list was taken first; read it again.")


def _change(node: Node, member: Member, payload: dict[str, Any]) -> None:
    """Put new keys in the old ones' place, and forget what was dealt to the old: it opens nothing
    with the new, and whoever kept the old may not have it."""
    held = Delegation.objects.using(node.alias).filter(user=member)
    givers = sorted({str(one) for one in held.values_list("owner_id", flat=True)})
    held.delete()
    AccessRequest.objects.using(node.alias).filter(user=member).update(answer=None)
    credentials.forget(node, member)
    journal.forget_deals(node, givers)
    for name, value in _keys_of(payload).items():
        setattr(member, name, value)
    member.save(using=node.alias)
    for owner in givers:
        node.events.record(owner, "keys-changed-of", user=str(member.id))


def _keys_of(payload: dict[str, Any]) -> dict[str, Any]:
    receive = b64u_decode(payload["receive"], 96)
    return {
        "verification": b64u_decode(payload["verification"], 32),
        "receive": receive,
        "key_digest": b64u_encode(hashlib.sha256(receive).digest()),
    }


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
            row.role, row.joined = role, row.joined or clock.now()
            _turn(row, Member.State.ACTIVE)
            row.save(using=node.alias)
            node.events.record(member, "activated", role=role)
            _note(node, row)
        return int(row.joined or 0)


def suspend(node: Node, member: str) -> None:
    """Refuse the member everything until the next activation."""
    with node.atomic():
        row = _locked(node, member)
        if row.state in (Member.State.ACTIVE, Member.State.PENDING):
            _turn(row, Member.State.SUSPENDED)
            row.save(using=node.alias)
            node.events.record(member, "suspended")
            _note(node, row)


def _turn(row: Member, state: Member.State) -> None:
    row.state, row.turn = state, row.turn + 1


def _note(node: Node, row: Member) -> None:
    facts = {"state": row.state, "role": row.role, "turn": str(row.turn)}
    journal.append(node, "membership", str(row.id), row.joined or 0, facts=facts)


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
    givers = sorted({str(one) for one in held.values_list("owner_id", flat=True)})
    for owner in givers:
        node.events.record(owner, "departure-of", user=member)
    held.delete()
    Delegation.objects.using(node.alias).filter(owner=row).delete()
    consent.forget(node, row)
    standing.forget(node, row)
    credentials.forget(node, row)
    journal.forget_deals(node, [*givers, member])
    digest = b64u_encode(hashlib.sha256(lp(b"SeSPHR-v1 departure", member.encode())).digest())
    _turn(row, Member.State.DEPARTED)
    row.departure = node.receipt("departure", member, digest, 0)
    row.save(using=node.alias)
    node.events.record(member, "departed")
    _note(node, row)


# Of two states with the same number of changes every node takes the one further on here.
_RANK = {"pending": 0, "active": 1, "suspended": 2, "departed": 3}


def learn(node: Node, member: str, state: str, role: str, turn: int, joined: int) -> None:
    """Follow another node in a member's state, where it is further on than this one.

    The more changes, the later; an end is for ever. The joining date of a member who has none
    here is the other node's; one that differs from the first that was known here by no more than
    clocks may becomes the earlier.
    """
    with node.atomic():
        row = _locked(node, member)
        unknown = row.joined is None
        if joined and _earlier(node, row, joined):
            row.joined = joined
            row.save(using=node.alias, update_fields=["joined"])
        if row.state != Member.State.DEPARTED and _further(row, state, turn):
            _follow(node, row, state, role, turn)
        elif unknown and row.joined is not None:
            # So that the date that was known first stands in the journal.
            _note(node, row)


def _earlier(node: Node, row: Member, joined: int) -> bool:
    """Whether to take another node's joining date. It is compared with what this node had at
    first, or a lie could move it step by step."""
    if row.joined is None:
        return True
    if joined >= row.joined:
        return False
    first = journal.first_time(node, "membership", str(row.id))
    return joined >= (row.joined if first is None else first - SKEW)


def _further(row: Member, state: str, turn: int) -> bool:
    own = (row.state == Member.State.DEPARTED, row.turn, _RANK[row.state])
    return (state == Member.State.DEPARTED, turn, _RANK[state]) > own


def _follow(node: Node, row: Member, state: str, role: str, turn: int) -> None:
    row.turn = max(turn - 1, 0)
    if state == Member.State.DEPARTED:
        _end(node, row)
        return
    kind = "activated" if state == Member.State.ACTIVE else "suspended"
    row.state, row.turn, row.role = state, turn, role
    row.save(using=node.alias)
    node.events.record(str(row.id), kind, **({"role": role} if kind == "activated" else {}))
    _note(node, row)


def _locked(node: Node, member: str) -> Member:
    row = Member.objects.using(node.alias).select_for_update().filter(pk=member).first()
    if row is None:
        raise NotFound("This member is not registered here.")
    return row


def undo(node: Node, member: str, seq: int, first: str) -> None:
    """Take back a member's registrations from `seq` on, which nobody acknowledged.

    If that is all of them, the member becomes whom the registration `first` describes: whatever
    was signed with the other keys, or dealt to them, goes. Activation and end stay.
    """
    row = _locked(node, member)
    rows = Registration.objects.using(node.alias).filter(member=row)
    gone = rows.filter(seq__gte=seq)
    for partition, epoch in _keys(gone) - _keys(rows.filter(seq__lt=seq)):
        PartitionKey.objects.using(node.alias).filter(
            member=row, partition=partition, epoch=epoch
        ).delete()
    gone.delete()
    if seq == 1:
        _forget_all_signed(node, row)
    left = rows.order_by("-seq").values_list("jws", flat=True).first()
    keys = _keys_of(statements.payload_of_unverified(first if left is None else left))
    Member.objects.using(node.alias).filter(pk=row.pk).update(**keys)


def _forget_all_signed(node: Node, row: Member) -> None:
    Delegation.objects.using(node.alias).filter(Q(owner=row) | Q(user=row)).delete()
    _forget_records(node, row)
    Adder.objects.using(node.alias).filter(owner=row).delete()
    standing.forget(node, row)
    consent.forget(node, row)
    credentials.forget(node, row)
    Acl.objects.using(node.alias).filter(owner=row).delete()
    KeyRequest.objects.using(node.alias).filter(asker=row).delete()
    AccessRequest.objects.using(node.alias).filter(user=row).delete()


def _forget_records(node: Node, row: Member) -> None:
    """Forget the member's records, and what the member wrote for others."""
    records = Record.objects.using(node.alias).filter(
        Q(owner=row) | Q(versions__contribution__author=row)
    )
    gone = Record.objects.using(node.alias).filter(pk__in=[one.pk for one in records])
    versions = Version.objects.using(node.alias).filter(record__in=gone)
    RParameter.objects.using(node.alias).filter(version__in=versions).delete()
    contributions.undo(node, versions)
    versions.delete()
    gone.delete()


def _keys(rows: Iterable[Registration]) -> set[tuple[str, int]]:
    return {
        (name, one["epoch"])
        for row in rows
        for name, one in statements.payload_of_unverified(row.jws)["partitions"].items()
    }
