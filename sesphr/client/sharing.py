"""Putting the next access control list in force, with the re-encryption keys that it needs.

The list in force is the owner's own signature over it, not what the server says of
it: it is verified and compared with the last one that HOME saw. A list that was
sent and not acknowledged is sent again, octet for octet, before anything else.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sesphr.client.answers.lists import AclState, InForce
from sesphr.client.dealing import Lacking, deal
from sesphr.client.errors import (
    ConflictError,
    IntegrityError,
    RefusedError,
    UsageError,
)
from sesphr.client.rules import Rule, same, wanted_pairs
from sesphr.client.session import Session, check_receipts
from sesphr.client.standing import wanted_shares
from sesphr.client.statement import payload, sign, verify
from sesphr.crypto.encoding import b64u_encode

HEAD, PENDING = "acl", "acl-sending"
ATTEMPTS = 3
# Refusals of the moment: the same list may be taken later.
NOT_NOW = ("signed-out", "idle", "rate-limited")
Change = Callable[[list[Rule]], list[Rule]]


@dataclass(frozen=True)
class Head:
    """The list in force; `seq` 0 and no JWS before the first. `former`: it is signed with keys that
    were changed since, and is signed anew at the next occasion."""

    seq: int
    digest: str | None
    jws: str | None
    rules: list[Rule]
    default_partitions: list[str]
    held: set[tuple[str, str, int]]
    shares: set[tuple[str, int]]
    former: bool = False


@dataclass(frozen=True)
class Outcome:
    """What a change led to; `changed` is False when the list said it already."""

    seq: int
    effective: bool
    receipts: int
    changed: bool

    def as_json(self) -> dict[str, Any]:
        """For the command's answer."""
        return {
            "seq": self.seq, "effective": self.effective, "receipts": self.receipts,
            "changed": self.changed,
        }  # fmt: skip


def change(
    session: Session, build: Change, answers: Iterable[str] = (), *, secret: bytes | None = None
) -> Outcome:
    """Put in force what `build` makes of the present rules, and mark requests as answered.

    `secret`: a new consent secret that goes to the nodes with it; empty: they forget the old one.

    Raises:
        ConflictError: other devices were faster, three times. ClientError: as the server says.
    """
    with session.folder.locked(HEAD):
        _send_pending(session)
        for attempt in range(ATTEMPTS):
            try:
                return _attempt(session, build, list(answers), secret)
            except ConflictError:
                if attempt == ATTEMPTS - 1:
                    raise
    raise AssertionError


def _attempt(session: Session, build: Change, answers: list[str], secret: bytes | None) -> Outcome:
    head = read_head(session)
    rules = build(head.rules)
    acl = payload(
        session.deployment.id, session.me.id, seq=head.seq + 1, previous=head.digest,
        default_partitions=head.default_partitions, rules=rules,
    )  # fmt: skip
    dealt = deal(session, acl, rules, _lacking(session, head, rules, secret))
    if dealt is None and same(rules, head.rules) and not head.former:
        return _again(session, head, answers)
    body = {"acl": sign(session.keys, "sesphr-acl", acl), "deal": dealt, "answers": answers}
    session.folder.write(PENDING, body)
    try:
        return _send(session, body, changed=True)
    except (UsageError, RefusedError) as error:
        if error.code not in NOT_NOW:
            # Turned down for good: sending it again would change nothing.
            session.folder.remove(PENDING)
        raise


def _lacking(session: Session, head: Head, rules: list[Rule], secret: bytes | None) -> Lacking:
    """What the list needs of every epoch, but for what the nodes hold."""
    pairs, shared = wanted_pairs(rules), wanted_shares(rules)
    if not pairs and not shared:
        return Lacking(set(), set(), secret)
    own = session.registered()
    return Lacking(
        {(who, name, epoch) for who, name in pairs for epoch in own.epochs(name)} - head.held,
        {(name, epoch) for name in shared for epoch in own.epochs(name)} - head.shares,
        secret,
        {name for _, name in pairs if not own.epochs(name)}
        | {name for name in shared if not own.epochs(name)},
    )


def _again(session: Session, head: Head, answers: list[str]) -> Outcome:
    """The list says it already: collect the receipts anew, and let the portal mark the requests."""
    if head.jws is None:
        return Outcome(0, effective=True, receipts=0, changed=False)
    return _send(session, {"acl": head.jws, "deal": None, "answers": answers}, changed=False)


def _send_pending(session: Session) -> None:
    body = session.folder.read(PENDING)
    if not body:
        return
    try:
        _send(session, body, changed=True)
    except (UsageError, RefusedError) as error:
        if error.code in NOT_NOW:
            raise
        # Another device's list came first: this one will never be in force.
        session.folder.remove(PENDING)


def _send(session: Session, body: dict[str, Any], *, changed: bool) -> Outcome:
    found = session.api.post(InForce, "/acl", **body)
    checked = verify(
        body["acl"], typ="sesphr-acl", deployment=session.deployment.id,
        directory=session.own_signed(body["acl"]), what="Your access list",
    )  # fmt: skip
    receipts = check_receipts(session, found.receipts, kind="acl", digest=checked.digest)
    enough = session.deployment.n - session.deployment.t + 1
    if found.seq != checked.payload["seq"]:
        raise IntegrityError("The server confirmed another access list than the one that was sent.")
    _remember(session, found.seq, b64u_encode(checked.digest))
    session.folder.remove(PENDING)
    return Outcome(found.seq, receipts >= enough, receipts, changed)


def _remember(session: Session, seq: int, digest: str) -> None:
    """Note the newest list seen; a repeat of an older one never moves the mark back."""
    if seq > session.folder.read(HEAD).get("seq", 0):
        session.folder.write(HEAD, {"seq": seq, "digest": digest})


def read_head(session: Session) -> Head:
    """The list in force, verified, and never older than the last one seen.

    Raises:
        IntegrityError: not one's own signature, or an older or another list.
    """
    state = session.api.get(AclState, "/acl")
    held = {(one.member, one.partition, one.epoch) for one in state.delegations}
    shares = {(one.partition, one.epoch) for one in state.standing}
    known = session.folder.read(HEAD)
    if state.acl is None:
        if known:
            raise IntegrityError("STOP: the server has lost your access list.")
        return Head(0, None, None, [], [], held, shares)
    checked = verify(
        state.acl, typ="sesphr-acl", deployment=session.deployment.id,
        directory=session.own_signed(state.acl), what="Your access list",
    )  # fmt: skip
    seq, digest = checked.payload["seq"], b64u_encode(checked.digest)
    former = _is_former(session, state.acl, seq)
    _check_not_older(known, seq, digest)
    _remember(session, seq, digest)
    rules, defaults = checked.payload["rules"], checked.payload["default_partitions"]
    return Head(seq, digest, state.acl, rules, defaults, held, shares, former)


def _is_former(session: Session, jws: str, seq: int) -> bool:
    """Whether a list is signed with a former key of one's own, which counts for the lists that there
    were when it was changed.

    Raises:
        IntegrityError: it came after that.
    """
    key = session.own_signed(jws)[session.me.id]
    if key == session.keys.verification:
        return False
    former = session.registered().former
    if not any(one.verification == key and seq <= one.lists for one in former):
        raise IntegrityError(
            "STOP: this access list is signed with keys that you have changed. Nothing was changed."
        )
    return True


def _check_not_older(known: dict[str, Any], seq: int, digest: str) -> None:
    last = known.get("seq", 0)
    if seq < last or (seq == last and known.get("digest") != digest):
        raise IntegrityError(
            f"STOP: the server shows an older or another access list (number {seq}) than the one "
            f"in force (number {last}). Nothing was changed."
        )
