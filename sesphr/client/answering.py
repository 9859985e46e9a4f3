"""Answering what somebody added to one's records: the signed accept, or the signed deletion.

Nothing is accepted unread: every partition is opened, so that each key k that the accept
wraps is the one that the author committed to.
"""

from dataclasses import dataclass

from sesphr.client import people
from sesphr.client.access import Opening, ask, require_all
from sesphr.client.errors import ClientError, IntegrityError, RefusedError, ServerError
from sesphr.client.listing import listed
from sesphr.client.offered import Proposal, ProposalAnswered, Proposals
from sesphr.client.opening import Opened, open_record
from sesphr.client.people import Person
from sesphr.client.session import Session, acknowledging, check_receipts
from sesphr.client.statement import payload, sign, verify
from sesphr.crypto.encoding import b64u_encode
from sesphr.crypto.envelope import wrap_key
from sesphr.crypto.statements import Verified


@dataclass(frozen=True)
class Offer:
    """A proposal with what its author signed; None where that does not hold."""

    shown: Proposal
    author: Person | None
    manifest: Verified | None


def offers(session: Session) -> list[Offer]:
    """What waits for this member's answer, oldest first, each compared with its signature."""
    return [_offer(session, one) for one in _proposals(session).incoming]


def _proposals(session: Session) -> Proposals:
    return session.api.get(Proposals, "/proposals")


def _offer(session: Session, one: Proposal) -> Offer:
    try:
        return check(session, one)
    except ServerError:
        raise
    except ClientError:
        # Listed all the same, marked: accepting it will refuse with the reason.
        return Offer(one, None, None)


def check(session: Session, one: Proposal) -> Offer:
    """A proposal whose author's pinned keys signed what is shown of it.

    Raises:
        RefusedError: the author cannot be looked up. IntegrityError: it is not what they signed.
    """
    person = session.directory.find(one.author)
    if person is None:
        raise RefusedError("Whoever added this cannot be looked up.")
    people.check_pin(session.folder, person, one.author_login)
    signed = verify(
        one.manifest, typ="sesphr-manifest", deployment=session.deployment.id,
        directory=person.signed(one.manifest), what="What was added",
    )  # fmt: skip
    told, digest = signed.payload, b64u_encode(signed.digest)
    named = (told["owner"], told["record"], digest, sorted(told["partitions"]))
    if named != (session.me.id, one.record, one.digest, sorted(one.partitions)):
        raise IntegrityError("STOP: the server shows something else than what was added.")
    return Offer(one, person, signed)


def _waiting(session: Session, record: str) -> Offer | None:
    found = [one for one in _proposals(session).incoming if one.record == record]
    return check(session, found[0]) if found else None


def accept(session: Session, record: str) -> Opened:
    """Make a proposal a record of one's own; again for one that was accepted.

    Raises:
        RefusedError: nothing of this name was added. IntegrityError: it is not what was signed.
    """
    opening, opened = _whole(session, record)
    manifest = b64u_encode(opening.manifest)
    wrapped = {
        name: b64u_encode(wrap_key(session.keys.partition(name, entry["epoch"]).wrap, k))
        for name, entry in opened.payload["partitions"].items()
        for k in [opened.keys[name]]
    }
    _send(
        session, record, "accept", "sesphr-accept", record=record, manifest=manifest,
        version=opened.payload["version"], author=opened.payload["iss"], wrapped=wrapped,
    )  # fmt: skip
    return opened


def _whole(session: Session, record: str) -> tuple[Opening, Opened]:
    """All of what somebody else added: waiting, or accepted before."""
    offer = _waiting(session, record)
    if offer is not None:
        names = list(offer.shown.partitions)
    else:
        views = listed(session, session.me.id)
        names = next((list(one.partitions) for one in views if one.record == record), [])
    if not names:
        raise RefusedError("Nothing of this name was added to your records.", code="not-found")
    opening = ask(session, record, names)
    opened = open_record(session, opening, owner=session.me.id, proposed=True)
    told = opened.payload
    if told["iss"] == session.me.id or told["version"] != 1:
        raise RefusedError("This record is your own already.", code="not-found")
    if offer is not None and b64u_encode(opening.manifest) != offer.shown.digest:
        raise IntegrityError("STOP: the key nodes hold something else than what was added.")
    require_all(opening)
    if set(opened.keys) != set(told["partitions"]):
        raise IntegrityError("STOP: the server left out a part of what was added.")
    return opening, opened


def decline(session: Session, record: str) -> None:
    """Have a proposal erased everywhere, unread if one likes.

    Raises:
        RefusedError: nothing of this name waits.
    """
    found = [one for one in _proposals(session).incoming if one.record == record]
    if not found:
        raise RefusedError("Nothing of this name waits for your answer.", code="not-found")
    _send(
        session, record, "decline", "sesphr-deletion", record=record, manifest=found[0].digest
    )  # fmt: skip


def _send(session: Session, record: str, act: str, typ: str, /, **members: object) -> None:
    statement = sign(session.keys, typ, payload(session.deployment.id, session.me.id, **members))
    checked = verify(
        statement, typ=typ, deployment=session.deployment.id, directory=session.own_keys,
        what="Your answer",
    )  # fmt: skip
    name = "accept" if act == "accept" else "deletion"
    found = session.api.post(ProposalAnswered, f"/proposals/{record}/{act}", **{name: statement})
    nodes = check_receipts(session, found.receipts, kind=name, digest=checked.digest)
    if nodes < acknowledging(session.deployment):
        raise IntegrityError("The server confirmed this without the key nodes' receipts.")
