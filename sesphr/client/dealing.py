"""Dealing what a list needs: re-encryption keys for members, shares for roles (protocol section 6).

A key is dealt only to the keys that the owner's own list names and that HOME has pinned.
"""

import hashlib
from dataclasses import dataclass, field
from typing import Any

from sesphr.client import people
from sesphr.client.errors import IntegrityError, UsageError
from sesphr.client.rules import Pair, Rule, keys_of
from sesphr.client.session import Session
from sesphr.client.statement import payload, sign
from sesphr.crypto import consent, hpke, pre
from sesphr.crypto.encoding import SUITE, b64u_encode, dec, lp


@dataclass(frozen=True)
class Lacking:
    """What a list needs and the nodes were not dealt: keys of (member, partition, epoch), shares
    of (partition, epoch).

    `secret`: the owner's new consent secret (20 octets; empty: to be forgotten), if there is one.
    `unknown`: partitions of which the owner has no key.
    """

    pairs: set[tuple[str, str, int]]
    shares: set[tuple[str, int]]
    secret: bytes | None = None
    unknown: set[str] = field(default_factory=set)

    def __repr__(self) -> str:
        return f"Lacking({self.pairs}, {self.shares})"


def deal(session: Session, acl: bytes, rules: list[Rule], lacking: Lacking) -> str | None:
    """Deal a re-encryption key for each pair and shares of each partition; None when none is needed.

    Raises:
        UsageError: the owner has no key for a partition. IntegrityError: changed keys.
    """
    digest = hashlib.sha256(acl).digest()
    for name in sorted(lacking.unknown):
        raise UsageError(f"You have no partition {name}; deposit something in it first.")
    pairs = {(who, name) for who, name, _ in lacking.pairs}
    found = {pair: _recipient(session, rules, pair) for pair in sorted(pairs)}
    # Suspended, departed, or with other keys by now: the nodes hold no keys for them.
    recipients = [
        (person, name, epoch)
        for who, name, epoch in sorted(lacking.pairs)
        if (person := found[who, name]) is not None
    ]
    shared = sorted(lacking.shares)
    if not recipients and not shared and lacking.secret is None:
        return None
    deals = [_deal_one(session, digest, *one) for one in recipients]
    standing = [_deal_shares(session, *one) for one in shared]
    octets = payload(
        session.deployment.id,
        session.me.id,
        acl=b64u_encode(digest),
        deals=deals,
        standing=standing,
        **_consent(session, lacking.secret),
    )
    return sign(session.keys, "sesphr-deal", octets)


def _consent(session: Session, secret: bytes | None) -> dict[str, Any]:
    """The consent secret sealed to each node, or to none; nothing where it stays as it is."""
    if secret is None:
        return {}
    place, owner = session.deployment, session.me.id
    sealed = [
        _seal(node.hpke, consent.secret_info(place.id, owner, node.index), secret)
        for node in place.nodes
    ]
    return {"consent": sealed if secret else []}


def _recipient(session: Session, rules: list[Rule], pair: Pair) -> people.Person | None:
    """Whom to deal to: the owner's own signed rule says with what key, not the server."""
    person = session.directory.find(pair[0])
    if person is None:
        return None
    people.check_pin(session.folder, person)
    named = {key for key in keys_of(rules, pair) if not person.had(key)}
    if not named:
        return None
    if named != {person.key}:
        raise IntegrityError(
            f"STOP: the server shows other keys for member {pair[0]} than those that your access "
            "list names. Nothing was dealt to them."
        )
    return person


def _deal_one(
    session: Session, digest: bytes, person: people.Person, partition: str, epoch: int
) -> dict[str, Any]:
    """Share 1/x_P,c among the nodes as D_i = B_U^f(i), each sealed to its node (eq. 14)."""
    place = session.deployment
    dealt = pre.deal(session.keys.partition(partition, epoch).secret, place.n, place.t)
    sealed = []
    for node, share in zip(place.nodes, dealt.shares, strict=True):
        info = lp(
            SUITE.encode(), b"delegation", place.id.encode(), digest, partition.encode(), dec(epoch),
            dec(node.index),
        )  # fmt: skip
        sealed.append(_seal(node.hpke, info, pre.direct_point(person.receive, share).encode()))
    return {
        "member": person.member, "key": person.key, "partition": partition, "epoch": epoch,
        "commitments": _encoded(dealt), "sealed": sealed,
    }  # fmt: skip


def _deal_shares(session: Session, partition: str, epoch: int) -> dict[str, Any]:
    """Share 1/x_P,c among the nodes for roles: s_i = f(i), each sealed to its node (section 6)."""
    place = session.deployment
    dealt = pre.deal(session.keys.partition(partition, epoch).secret, place.n, place.t)
    sealed = []
    for node, share in zip(place.nodes, dealt.shares, strict=True):
        info = lp(
            SUITE.encode(), b"share", place.id.encode(), session.me.id.encode(), partition.encode(),
            dec(epoch), dec(node.index),
        )  # fmt: skip
        sealed.append(_seal(node.hpke, info, share.encode()))
    return {
        "partition": partition, "epoch": epoch, "commitments": _encoded(dealt), "sealed": sealed
    }  # fmt: skip


def _encoded(dealt: pre.Deal) -> list[str]:
    return [b64u_encode(one.encode()) for one in dealt.commitments]


def _seal(key: bytes, info: bytes, octets: bytes) -> dict[str, str]:
    enc, ciphertext = hpke.seal(key, info, octets)
    return {"enc": b64u_encode(enc), "ciphertext": b64u_encode(ciphertext)}
