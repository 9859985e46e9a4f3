"""Asking for access, and checking what the nodes answered before anything is opened.

Checked here: each node's signature, that it answers this very request, pair by pair,
and that the log holds the event (its inclusion proof) wherever something was released.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from sesphr.client import transparency
from sesphr.client.answers import Access, CloudObject, NodeAnswer
from sesphr.client.errors import IntegrityError, RefusedError
from sesphr.client.session import Session
from sesphr.client.statement import payload, sign, verify
from sesphr.crypto.deployment import Deployment
from sesphr.crypto.encoding import b64u_decode, b64u_encode
from sesphr.crypto.errors import CryptoError
from sesphr.crypto.gt import GT, decode_gt
from sesphr.crypto.statements import Verified

PURPOSE = "treatment"


@dataclass(frozen=True)
class Vote:
    """What one node answered for one record."""

    index: int
    version: int
    manifest: bytes
    owner: str
    points: dict[str, bytes | None]


@dataclass
class Opening:
    """What the nodes allow of one record, agreed by at least t of them.

    `points` holds, by partition and node index, the T_i of a user's opening; it is
    empty for the owner, who needs none.
    """

    record: str
    owner: str
    version: int
    manifest: bytes
    allowed: list[str]
    request: str
    tickets: list[str]
    stored: CloudObject | None
    points: dict[str, dict[int, bytes]] = field(default_factory=dict)


def ask(session: Session, record: str, partitions: list[str], purpose: str = PURPOSE) -> Opening:
    """Send one signed access request for partitions of one record.

    Raises:
        RefusedError: nothing was allowed. IntegrityError: an answer is not what it must be.
    """
    octets = payload(
        session.deployment.id, session.me.id, nonce=b64u_encode(secrets.token_bytes(16)),
        purpose=purpose, items=[{"record": record, "partitions": partitions}],
    )  # fmt: skip
    request = sign(session.keys, "sesphr-access-request", octets)
    asked = verify(
        request, typ="sesphr-access-request", deployment=session.deployment.id,
        directory=session.own_keys, what="Your request",
    )  # fmt: skip
    found = session.api.post(Access, "/access", request=request)
    agreeing = [one for one in votes(session.deployment, asked, found.answers) if one is not None]
    return _agreed(session, asked, found, agreeing)


def votes(deployment: Deployment, asked: Verified, answers: list[NodeAnswer]) -> list[Vote | None]:
    """What each node answered, verified; None for one that allows nothing.

    Raises:
        IntegrityError: an answer is not what it must be.
    """
    seen, found = set(), []
    for answer in answers:
        checked = verify(
            answer.answer, typ="sesphr-access-answer", deployment=deployment.id,
            directory=deployment.node_keys(), what="A key server's answer",
        )  # fmt: skip
        if checked.issuer in seen or b64u_decode(checked.payload["request"]) != asked.digest:
            raise IntegrityError("A key server answered another request.")
        seen.add(checked.issuer)
        found.append(_vote(deployment, asked, checked, answer))
    return found


def _vote(
    deployment: Deployment, asked: Verified, checked: Verified, answer: NodeAnswer
) -> Vote | None:
    """One node's answer; None when it allows nothing.

    Raises:
        IntegrityError: it is not about what was asked, or the log does not hold its event.
    """
    wanted = asked.payload["items"][0]
    items = checked.payload["items"]
    if len(items) != 1 or items[0]["record"] != wanted["record"]:
        raise IntegrityError("A key server answered for another record.")
    item = items[0]
    if sorted(one["partition"] for one in item["partitions"]) != sorted(wanted["partitions"]):
        raise IntegrityError("A key server answered for other partitions.")
    allowed = {
        one["partition"]: None if one["answer"] is None else b64u_decode(one["answer"], 576)
        for one in item["partitions"]
        if one["decision"] == "allow"
    }
    if not allowed:
        return None
    if item["owner"] is None or item["version"] is None or item["manifest"] is None:
        raise IntegrityError("A key server allows something without saying what.")
    _check_logged(deployment, checked, answer)
    return Vote(
        deployment.index_of(checked.issuer), item["version"], b64u_decode(item["manifest"]),
        item["owner"], allowed,
    )  # fmt: skip


def _check_logged(deployment: Deployment, checked: Verified, answer: NodeAnswer) -> None:
    """Nothing is released without its event: each entry is proved to be in the log."""
    entries = checked.payload["log"]
    if not entries or len(entries) != len(answer.proofs):
        raise IntegrityError("A key server released something that the log does not hold.")
    for entry, proof in zip(entries, answer.proofs, strict=True):
        if entry["index"] != proof.index:
            raise IntegrityError("A proof of the log is for another event.")
        transparency.check_inclusion(deployment, b64u_decode(entry["entry"], 32), proof)


def _agreed(session: Session, asked: Verified, found: Access, votes: list[Vote]) -> Opening:
    place, item = session.deployment, asked.payload["items"][0]
    if len({(vote.owner, vote.version, vote.manifest) for vote in votes}) > 1:
        raise IntegrityError("The key servers disagree about this record.")
    # Whom the list allows and for whom the nodes have no key yet: there is nothing to open with.
    allowed = [
        name for name in item["partitions"]
        if sum(_opens(session, vote, name) for vote in votes) >= place.t
    ]  # fmt: skip
    if not votes or not allowed:
        raise RefusedError("There is no such record, or nothing of it may be opened.")
    first = votes[0]
    return Opening(
        item["record"], first.owner, first.version, first.manifest, allowed, asked.jws,
        tickets=[ticket for answer in found.answers for ticket in answer.tickets],
        stored=_object(found, first.manifest),
        points=_points(votes, allowed, mine=first.owner == session.me.id),
    )  # fmt: skip


def _opens(session: Session, vote: Vote, name: str) -> bool:
    if vote.owner == session.me.id:
        return name in vote.points
    return vote.points.get(name) is not None


def _points(votes: list[Vote], allowed: list[str], *, mine: bool) -> dict[str, dict[int, bytes]]:
    if mine:
        return {}
    found: dict[str, dict[int, bytes]] = {}
    for name in allowed:
        points = {vote.index: vote.points.get(name) for vote in votes}
        found[name] = {index: point for index, point in points.items() if point is not None}
    return found


def _object(found: Access, manifest: bytes) -> CloudObject | None:
    name = b64u_encode(manifest)
    return next((one for one in found.objects if one.digest == name), None)


def decode_points(points: Mapping[int, bytes]) -> dict[int, GT]:
    """Nodes' T_i, each checked to be a member of GT.

    Raises:
        IntegrityError: one is not.
    """
    try:
        return {index: decode_gt(point) for index, point in points.items()}
    except CryptoError as error:
        raise IntegrityError("A key server gave something that is no answer.") from error
