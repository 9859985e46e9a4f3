"""Taking the next access control list with its re-encryption keys (protocol section 6).

The list, the dealt keys and the forgetting of those that it no longer allows
are one transaction: approving and taking back are one call each.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError
from django.db.models import QuerySet

from sesphr import clock
from sesphr.crypto import acl as kernel
from sesphr.crypto import statements
from sesphr.crypto.encoding import b64u_decode
from sesphr.crypto.errors import AclError
from sesphr.ports.errors import Conflict, Invalid
from srs import consent, journal, standing
from srs.context import (
    Node,
    digest_of,
    locked,
    refusing_bad_input,
    require_active,
    require_signer,
    uuid_of,
)
from srs.formerly import had
from srs.models import Acl, Adder, Delegation, Keyless, Member
from srs.services import deals
from srs.services.deals import Deal, Dealt, Pair

EMPTY: dict[str, Any] = {"rules": []}


def set_acl(node: Node, acl_jws: str, deal_jws: str | None, *, heard: bool = False) -> str:
    """Put the owner's next list in force; the same list again gets the same receipt.

    Of a list that another node took (`heard`), who was a member when that node took it is not
    asked again: keys for memberships that ended here are left out, and none needs to be there,
    as where the list was dealt before this node was added.
    """
    acl, owner = node.verified(acl_jws, "sesphr-acl", earlier=True)
    known = _known(node, owner, acl)
    if known is not None:
        return known.receipt
    if not heard:
        require_active(owner)
        require_signer(owner, acl)
    try:
        return _taken(node, owner, acl, deal_jws, heard)
    except (IntegrityError, Conflict):
        # Another call committed first: the same list, or a rival one.
        known = _known(node, owner, acl)
        if known is None:
            raise Conflict("Another list was taken first; read it again.") from None
        return known.receipt


def _taken(
    node: Node, owner: Member, acl: statements.Verified, deal_jws: str | None, heard: bool
) -> str:
    # Asked again under the lock; here it spares the dear checks of what cannot be taken.
    _check_successor(_head(node, owner), acl.payload)
    with refusing_bad_input():
        kernel.check_rules(acl.payload)
        dealt = Deal() if deal_jws is None else _dealt(node, owner, acl, deal_jws, heard)
    _check_rules_name_members(node, acl.payload)
    with node.atomic():
        return _commit(node, owner, acl, dealt, deal_jws, heard)


def _known(node: Node, owner: Member, acl: statements.Verified) -> Acl | None:
    return Acl.objects.using(node.alias).filter(owner=owner, digest=digest_of(acl)).first()


def allowed_pairs(payload: dict[str, Any]) -> set[Pair]:
    """(member, partition) that some rule lets read; a later deny may still forbid it."""
    return {
        (rule["who"]["member"], partition)
        for rule in payload["rules"]
        if "member" in rule["who"] and not rule["deny"] and "read" in rule["actions"]
        for partition in rule["partitions"]
    }


def denied_pairs(payload: dict[str, Any]) -> set[Pair]:
    """(member, partition) that a deny rule without bounds forbids reading for good."""
    return {
        (rule["who"]["member"], partition)
        for rule in payload["rules"]
        if "member" in rule["who"] and rule["deny"] and "read" in rule["actions"]
        and not rule["purposes"] and rule["valid_from"] == 0 and rule["valid_until"] is None
        for partition in rule["partitions"]
    }  # fmt: skip


def wanted_pairs(payload: dict[str, Any]) -> set[Pair]:
    """The pairs for which a node must hold a key, and may."""
    return allowed_pairs(payload) - denied_pairs(payload)


def _of_present_keys(node: Node, payload: dict[str, Any]) -> dict[str, Any]:
    """The list without the rules that allow something to keys which members changed since."""
    named = [rule["who"] for rule in payload["rules"] if "member" in rule["who"]]
    rows = Member.objects.using(node.alias).filter(pk__in={who["member"] for who in named})
    keys = {str(pk): key for pk, key in rows.values_list("pk", "key_digest")}
    rules = [
        rule
        for rule in payload["rules"]
        if rule["deny"] or "member" not in rule["who"]
        or keys.get(rule["who"]["member"]) == rule["who"]["key"]
    ]  # fmt: skip
    return {**payload, "rules": rules}


def _check_rules_name_members(node: Node, payload: dict[str, Any]) -> None:
    """A rule that allows names a member with the key that is registered here."""
    for rule in payload["rules"]:
        who = rule["who"]
        if "member" not in who or rule["deny"]:
            continue
        found = Member.objects.using(node.alias).filter(pk=who["member"]).first()
        # One sentence for both: whether somebody is registered is not told.
        # One for a former key gives nothing, but must not keep its owner from any other change.
        if found is None or not had(node.alias, found, who["key"]):
            raise Invalid(f"Rule {rule['id']} names nobody who is registered with that key.")


def _dealt(node: Node, owner: Member, acl: statements.Verified, jws: str, heard: bool) -> Deal:
    wanted = wanted_pairs(_of_present_keys(node, acl.payload))
    return deals.opened(node, owner, acl, jws, wanted, heard=heard)


def _commit(
    node: Node, owner: Member, acl: statements.Verified, dealt: Deal, deal_jws: str | None,
    heard: bool,
) -> str:  # fmt: skip
    # The owner's row is the lock under which lists follow one another; those of the
    # users keep a departure from slipping between check and key.
    users = {one.user.pk for one in dealt.keys}
    rows = {row.pk: row for row in locked(node, [owner.pk, *users])}
    known = _known(node, owner, acl)
    if known is not None:
        return known.receipt
    ended = {pk for pk, row in rows.items() if row.state == Member.State.DEPARTED}
    if heard:
        dealt = dealt.without(owner, ended)
    else:
        require_active(rows[owner.pk])
        require_signer(rows[owner.pk], acl)
        if users & ended:
            raise Invalid("A key was dealt for a membership that has ended.")
    head = _head(node, owner)
    _check_successor(head, acl.payload)
    before = _Given(_held(node, owner), _of_roles(head))
    _store(node, owner, dealt.keys)
    gone = _forget(node, owner, acl.payload)
    if not heard:
        _require_complete(node, owner, acl.payload)
    standing.take(node, owner, acl.payload["rules"], dealt.shares, complete=not heard)
    consent.keep(node, owner, dealt.secret)
    receipt = node.receipt("acl", str(owner.id), digest_of(acl), acl.payload["seq"])
    Acl.objects.using(node.alias).create(
        owner=owner, seq=acl.payload["seq"], digest=digest_of(acl), jws=acl.jws, receipt=receipt
    )
    _note_named(node, owner, acl.payload)
    after = _Given(_held(node, owner), standing.of_roles(acl.payload["rules"]))
    _record(node, owner, acl, before, after)
    told = deal_jws if not heard or dealt.is_told else None
    journal.append(node, "acl", str(owner.id), clock.now(), acl.jws, deal=told)
    if gone or before.roles - after.roles:
        journal.forget_deals(node, [str(owner.id)])
    return receipt


def _head(node: Node, owner: Member) -> Acl | None:
    return Acl.objects.using(node.alias).filter(owner=owner).order_by("-seq").first()


def _check_successor(head: Acl | None, payload: dict[str, Any]) -> None:
    known = None if head is None else kernel.Head(head.seq, b64u_decode(head.digest, 32))
    try:
        kernel.check_successor(known, payload)
    except AclError:
        raise Conflict("This is not the successor of the list in force; read that again.") from None


def _of_roles(head: Acl | None) -> set[standing.Given]:
    if head is None:
        return set()
    return standing.of_roles(statements.payload_of_unverified(head.jws)["rules"])


def _held(node: Node, owner: Member) -> set[Pair]:
    """The pairs for which this node holds a key that still opens."""
    rows = Delegation.objects.using(node.alias).filter(
        owner=owner, group__in=node.deployment.groups
    )
    return {(str(user), partition) for user, partition in rows.values_list("user_id", "partition")}


def _rows(node: Node, owner: Member) -> QuerySet[Delegation]:
    """The keys that the present nodes were dealt, all of them."""
    return Delegation.objects.using(node.alias).filter(owner=owner, group=node.deployment.group)


def _store(node: Node, owner: Member, dealt: Iterable[Dealt]) -> None:
    for one in dealt:
        Delegation.objects.using(node.alias).update_or_create(
            owner=owner,
            user=one.user,
            partition=one.partition,
            epoch=one.epoch,
            defaults={
                "d": one.d,
                "key_digest": one.user.key_digest,
                "group": node.deployment.group,
            },
        )


def _forget(node: Node, owner: Member, payload: dict[str, Any]) -> bool:
    """Delete every key that the list no longer allows (forward access control), or that was dealt
    to others than these nodes or the first of them; whether there was one."""
    wanted, groups = wanted_pairs(_of_present_keys(node, payload)), node.deployment.groups
    rows = Delegation.objects.using(node.alias).filter(owner=owner)
    gone = [
        row.pk
        for row in rows
        if (str(row.user_id), row.partition) not in wanted or row.group not in groups
    ]
    rows.filter(pk__in=gone).delete()
    return bool(gone)


def _require_complete(node: Node, owner: Member, payload: dict[str, Any]) -> None:
    """A list that allows without a key would promise what this node cannot do."""
    wanted = wanted_pairs(_of_present_keys(node, payload))
    epochs = standing.epochs(node, owner)
    held = set(_rows(node, owner).values_list("user_id", "partition", "epoch"))
    missing = {
        (user, name)
        for user, name in wanted
        for epoch in epochs.get(name, {None})
        if (UUID(user), name, epoch) not in held
    }
    active = Member.objects.using(node.alias).filter(
        pk__in={user for user, _ in missing}, state="active"
    )
    alive = {str(member.pk) for member in active}
    for user, partition in sorted(missing):
        if user in alive:
            raise Invalid(f"No key was dealt for partition {partition}, though the list allows it.")


def _note_named(node: Node, owner: Member, payload: dict[str, Any]) -> None:
    """Keep whom the list names for adding, and for reading without a key of theirs being here, so
    that they find this owner; call when the keys are what the list says."""
    named = {
        rule["who"]["member"]
        for rule in payload["rules"]
        if "member" in rule["who"] and not rule["deny"] and "add" in rule["actions"]
    }
    Adder.objects.using(node.alias).filter(owner=owner).delete()
    Adder.objects.using(node.alias).bulk_create(
        Adder(owner=owner, user_id=user) for user in sorted(named)
    )
    readers = {user for user, _ in wanted_pairs(payload) - _held(node, owner)}
    Keyless.objects.using(node.alias).filter(owner=owner).delete()
    Keyless.objects.using(node.alias).bulk_create(
        Keyless(owner=owner, user_id=user) for user in sorted(readers)
    )


@dataclass(frozen=True)
class _Given:
    """What is given: to members as pairs, to roles as rules say."""

    pairs: set[Pair]
    roles: set[standing.Given]


def _record(
    node: Node, owner: Member, acl: statements.Verified, before: _Given, after: _Given
) -> None:
    node.events.record(
        str(owner.id), "acl", seq=acl.payload["seq"], acl=digest_of(acl),
        granted=_listed(after.pairs - before.pairs), revoked=_listed(before.pairs - after.pairs),
        roles_granted=_listed_roles(after.roles - before.roles),
        roles_revoked=_listed_roles(before.roles - after.roles),
    )  # fmt: skip


def _listed(pairs: set[Pair]) -> list[dict[str, str]]:
    return [{"user": user, "partition": partition} for user, partition in sorted(pairs)]


def _listed_roles(given: set[standing.Given]) -> list[dict[str, str]]:
    return [
        {"role": role, "issuer": issuer, "partition": partition}
        for role, issuer, partition in sorted(given)
    ]


def undo(node: Node, owner: str, seq: int, before: list[tuple[str, str | None]]) -> None:
    """Take back an owner's lists from `seq` on, which nobody acknowledged; what nodes hold
    afterwards are the keys and shares of the lists `before` (with their deals), oldest first."""
    [row] = locked(node, [uuid_of(owner)])
    Acl.objects.using(node.alias).filter(owner=row, seq__gte=seq).delete()
    Delegation.objects.using(node.alias).filter(owner=row).delete()
    standing.forget(node, row)
    _note_named(node, row, EMPTY)
    for acl_jws, deal_jws in before:
        _redo(node, row, acl_jws, deal_jws)


def _redo(node: Node, owner: Member, acl_jws: str, deal_jws: str | None) -> None:
    acl, _ = node.verified(acl_jws, "sesphr-acl", earlier=True)
    dealt = Deal() if deal_jws is None else _dealt(node, owner, acl, deal_jws, True)
    ended = {one.user.pk for one in dealt.keys if one.user.state == Member.State.DEPARTED}
    if owner.state == Member.State.DEPARTED:
        ended.add(owner.pk)
    kept = dealt.without(owner, ended)
    _store(node, owner, kept.keys)
    _forget(node, owner, acl.payload)
    standing.take(node, owner, acl.payload["rules"], kept.shares, complete=False)
    consent.keep(node, owner, kept.secret)
    _note_named(node, owner, acl.payload)
