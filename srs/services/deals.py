"""What an owner dealt to this node with a list: each part opened and checked (protocol section 6).

Of a list that another node took, what is not for this node is left out, and the list is taken all
the same: what was dealt before it was added to the deployment, or sealed to keys that it lost.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from uuid import UUID

from sesphr.crypto import pre, statements
from sesphr.crypto.encoding import b64u_decode
from sesphr.crypto.errors import OpenError
from sesphr.crypto.groups import decode_g1, decode_g2
from sesphr.ports.errors import Invalid
from sesphr.ports.srs import Sealed
from srs import consent, standing
from srs.context import Node, digest_of
from srs.formerly import had
from srs.models import Member

Pair = tuple[str, str]
T = TypeVar("T")


@dataclass(frozen=True)
class Dealt:
    """A checked re-encryption key share for a member and one partition's epoch."""

    user: Member
    partition: str
    epoch: int
    d: bytes

    def __repr__(self) -> str:
        return f"Dealt({self.partition!r}, {self.epoch})"


@dataclass(frozen=True)
class Deal:
    """All that was dealt to this node with a list, checked: keys for members, shares for roles.

    `secret`: see `consent.opened`. `bare`: the deal seals nothing to anybody.
    """

    keys: tuple[Dealt, ...] = ()
    shares: tuple[standing.DealtShare, ...] = ()
    secret: bytes | None = None
    bare: bool = False

    def __repr__(self) -> str:
        return "Deal(...)"

    @property
    def is_told(self) -> bool:
        """Whether this node passes the deal on: one of which it holds something, so that it
        forgets it in time, or that holds nothing for anybody."""
        return self.bare or bool(self.keys or self.shares or self.secret)

    def without(self, owner: Member, ended: set[UUID]) -> "Deal":
        """What may still be kept: nothing for memberships that have ended, the owner's own
        included."""
        if owner.pk in ended:
            return Deal()
        return replace(self, keys=tuple(one for one in self.keys if one.user.pk not in ended))


def opened(
    node: Node, owner: Member, acl: statements.Verified, jws: str, wanted: set[Pair], *, heard: bool
) -> Deal:
    """Check the owner's deal for this list and open this node's part of it.

    `wanted` are the pairs (member, partition) that may be dealt a key.

    Raises:
        CryptoError, Invalid: it is for another list, or some part is wrong.
    """
    deal, dealer = node.verified(jws, "sesphr-deal", earlier=heard)
    payload = deal.payload
    if dealer.id != owner.id or payload["acl"] != digest_of(acl):
        raise Invalid("The keys were dealt for another list.")
    pairs, shares = payload["deals"], payload["standing"]
    if heard:
        pairs = [one for one in _ours(node, pairs) if not _changed_since(node, one)]
        shares = _ours(node, shares)

    def key(one: dict[str, Any]) -> Dealt:
        return _key_dealt(node, owner, acl, one, wanted)

    def share(one: dict[str, Any]) -> standing.DealtShare:
        return standing.checked(node, owner, acl.payload["rules"], [one])[0]

    return Deal(
        tuple(_each(key, pairs, heard)), tuple(_each(share, shares, heard)),
        consent.opened(node, owner, payload, heard=heard),
        bare=not (payload["deals"] or payload["standing"] or payload.get("consent")),
    )  # fmt: skip


def _ours(node: Node, parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those that were dealt to so many nodes as there are now, so many of which are enough."""
    shape = (node.deployment.n, node.deployment.t - 1)
    return [one for one in parts if (len(one["sealed"]), len(one["commitments"])) == shape]


def _each(
    check: Callable[[dict[str, Any]], T], parts: Iterable[dict[str, Any]], heard: bool
) -> Iterable[T]:
    for one in parts:
        try:
            yield check(one)
        except OpenError:
            # Sealed to keys that this node has no more.
            if not heard:
                raise


def _changed_since(node: Node, one: dict[str, Any]) -> bool:
    """Whether a key was dealt for keys that its member has changed by now."""
    user = node.member(one["member"])
    return user.key_digest != one["key"] and had(node.alias, user, one["key"])


def _key_dealt(
    node: Node, owner: Member, acl: statements.Verified, one: dict[str, Any], wanted: set[Pair]
) -> Dealt:
    partition, epoch = one["partition"], one["epoch"]
    if (one["member"], partition) not in wanted:
        raise Invalid(f"A key was dealt for {partition} that the list does not allow.")
    user = node.member(one["member"])
    if user.key_digest != one["key"]:
        raise Invalid("A key was dealt for another key than the member's.")
    if len(one["sealed"]) != node.deployment.n:
        raise Invalid("A key was not dealt to every node.")
    sealed = one["sealed"][node.index - 1]
    d = node.unseal(
        "delegation", acl.digest, partition, epoch,
        Sealed(b64u_decode(sealed["enc"], 32), b64u_decode(sealed["ciphertext"])),
    )  # fmt: skip
    pre.check_direct(
        standing.partition_key(node, owner, partition, epoch),
        decode_g2(bytes(user.receive)),
        node.index,
        node.deployment.n,
        node.deployment.t,
        [decode_g1(b64u_decode(point, 48)) for point in one["commitments"]],
        decode_g2(d),
    )
    return Dealt(user, partition, epoch, d)
