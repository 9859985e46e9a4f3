"""Standing delegation (protocol section 6): what this node does for roles while an owner is away.

The owner deals it s_i = f(i) with commitments; the node keeps it as long as a rule
for a role names the partition, and forms D_i = B_U^s_i for one answer when such a
rule allowed it. D_i is never stored: a revocation has nothing to forget.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sesphr.crypto import pre
from sesphr.crypto.encoding import b64u_decode
from sesphr.crypto.groups import decode_g1, decode_g2, decode_scalar
from sesphr.ports.errors import Invalid
from sesphr.ports.srs import Sealed
from srs.context import Node, uuid_of
from srs.models import Member, PartitionKey, RoleGiver, Share

Rules = Iterable[dict[str, Any]]
# Role, issuer and partition.
Given = tuple[str, str, str]


@dataclass(frozen=True)
class DealtShare:
    """A checked share of one partition's epoch: 32 octets."""

    partition: str
    epoch: int
    s: bytes

    def __repr__(self) -> str:
        return f"DealtShare({self.partition!r}, {self.epoch})"


def of_roles(rules: Rules) -> set[Given]:
    """(role, issuer, partition) that some rule for a role, of whatever kind, lets read."""
    return {
        (rule["who"]["role"], rule["who"]["issuer"], partition)
        for rule in rules
        if "role" in rule["who"] and not rule["deny"] and "read" in rule["actions"]
        for partition in rule["partitions"]
    }


def wanted(rules: Rules) -> set[str]:
    """The partitions of which a node must hold a share, and may."""
    return {partition for _, _, partition in of_roles(rules)}


def checked(
    node: Node, owner: Member, rules: Rules, dealt: list[dict[str, Any]]
) -> list[DealtShare]:
    """This node's shares of what the owner dealt, opened and compared with their commitments.

    Raises:
        CryptoError, Invalid: one is wrong, sealed for something else, or not wanted.
    """
    named = wanted(rules)
    for one in dealt:
        if one["partition"] not in named:
            raise Invalid(f"A share was dealt for {one['partition']}, which no rule gives a role.")
    return [_checked(node, owner, one) for one in dealt]


def _checked(node: Node, owner: Member, one: dict[str, Any]) -> DealtShare:
    partition, epoch = one["partition"], one["epoch"]
    group = node.deployment
    if len(one["sealed"]) != group.n:
        raise Invalid("A share was not dealt to every node.")
    sealed = one["sealed"][node.index - 1]
    s = node.unseal(
        "share", str(owner.id).encode(), partition, epoch,
        Sealed(b64u_decode(sealed["enc"], 32), b64u_decode(sealed["ciphertext"])),
    )  # fmt: skip
    pre.check_standing(
        partition_key(node, owner, partition, epoch), node.index, group.n, group.t,
        [decode_g1(b64u_decode(point, 48)) for point in one["commitments"]], decode_scalar(s),
    )  # fmt: skip
    return DealtShare(partition, epoch, s)


def partition_key(node: Node, owner: Member, partition: str, epoch: int) -> Any:
    """A_P,c as registered here; Invalid when there is none."""
    keys = PartitionKey.objects.using(node.alias)
    found = keys.filter(member=owner, partition=partition, epoch=epoch).first()
    if found is None:
        raise Invalid(f"No key is registered for partition {partition}, epoch {epoch}.")
    return decode_g1(bytes(found.a))


def take(
    node: Node, owner: Member, rules: Rules, dealt: Iterable[DealtShare], *, complete: bool = True
) -> None:
    """Keep what was dealt, forget what no rule for a role names any more, and note for which
    roles there are rules; call inside the list's transaction. Without `complete`, shares may lack:
    of a list that another node took, those that were forgotten since.

    Raises:
        Invalid: a rule names a partition of which this node would hold no share.
    """
    shares = Share.objects.using(node.alias)
    for one in dealt:
        shares.update_or_create(
            owner=owner, partition=one.partition, epoch=one.epoch,
            defaults={"s": one.s, "group": node.deployment.group},
        )  # fmt: skip
    named = wanted(rules)
    gone = [row.pk for row in shares.filter(owner=owner) if row.partition not in named]
    shares.filter(pk__in=gone).delete()
    if complete:
        _require_shares(node, owner, named)
    _note_roles(node, owner, rules)


def epochs(node: Node, owner: Member) -> dict[str, set[int]]:
    """The registered epochs of each of an owner's partitions."""
    rows = PartitionKey.objects.using(node.alias).filter(member=owner)
    found: dict[str, set[int]] = {}
    for partition, epoch in rows.values_list("partition", "epoch"):
        found.setdefault(partition, set()).add(epoch)
    return found


def _require_shares(node: Node, owner: Member, named: set[str]) -> None:
    registered, there = epochs(node, owner), set(held(node, owner.pk))
    for partition in sorted(named):
        if any((partition, epoch) not in there for epoch in registered.get(partition, {0})):
            raise Invalid(f"No share was dealt for partition {partition}, though a rule gives it.")


def _note_roles(node: Node, owner: Member, rules: Rules) -> None:
    ordinary = [rule for rule in rules if rule["emergency"] is None]
    roles = {(role, issuer) for role, issuer, _ in of_roles(ordinary)}
    rows = RoleGiver.objects.using(node.alias)
    known = {(row.role, row.issuer): row.pk for row in rows.filter(owner=owner)}
    rows.filter(pk__in=[known[one] for one in known.keys() - roles]).delete()
    for role, issuer in sorted(roles - known.keys()):
        rows.create(owner=owner, role=role, issuer=issuer)


def forget(node: Node, owner: Member) -> None:
    """Forget all shares of an owner whose membership has ended, and that it gave to roles."""
    Share.objects.using(node.alias).filter(owner=owner).delete()
    RoleGiver.objects.using(node.alias).filter(owner=owner).delete()


def held(node: Node, owner: UUID) -> list[tuple[str, int]]:
    """(partition, epoch) of each share of an owner that the present nodes were dealt."""
    rows = Share.objects.using(node.alias).filter(owner=owner, group=node.deployment.group)
    return list(rows.order_by("partition", "epoch").values_list("partition", "epoch"))


def givers(node: Node, role: str, issuer: str) -> set[UUID]:
    """Owners with a rule for this role of this issuer."""
    rows = RoleGiver.objects.using(node.alias).filter(role=role, issuer=issuer)
    return set(rows.values_list("owner_id", flat=True))


def point(node: Node, owner: str, partition: str, epoch: int, user: Member) -> bytes | None:
    """D_i = B_U^s_i, 96 octets, for a user whom a rule for a role allowed; None without a share.

    Made for one answer and never stored.
    """
    rows = Share.objects.using(node.alias).filter(group__in=node.deployment.groups)
    share = rows.filter(owner=uuid_of(owner), partition=partition, epoch=epoch).first()
    if share is None:
        return None
    return pre.direct_point(decode_g2(bytes(user.receive)), decode_scalar(bytes(share.s))).encode()
