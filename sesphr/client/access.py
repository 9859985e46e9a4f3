"""Asking for access, and checking what the nodes answered before anything is opened.

Checked here: each node's signature, that it answers this very request, pair by pair,
and that the log holds the event (its inclusion proof) wherever something was released.
"""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sesphr.client import transparency
from sesphr.client.answers.opening import Access, CloudObject, NodeAnswer
from sesphr.client.errors import IntegrityError, NotNowError, RefusedError
from sesphr.client.session import Session
from sesphr.client.statement import payload, sign, verify
from sesphr.client.verdicts import Denials, Verdict, verdict
from sesphr.crypto.deployment import Deployment
from sesphr.crypto.encoding import b64u_decode, b64u_encode
from sesphr.crypto.errors import CryptoError
from sesphr.crypto.gt import GT, decode_gt
from sesphr.crypto.statements import Verified, payload_of_unverified

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
class Checked:
    """The votes of nodes whose answers are what they must be, and their tickets; `good` counts
    them, those that allow nothing included. `wrong` are the others, by index, with what is wrong."""

    votes: list[Vote] = field(default_factory=list)
    tickets: list[str] = field(default_factory=list)
    good: int = 0
    denials: Denials = field(default_factory=Denials)
    wrong: dict[int, IntegrityError] = field(default_factory=dict)


@dataclass
class Opening:
    """What the nodes allow of one record, agreed by at least t of them.

    `points` holds, by partition and node index, the T_i of a user's opening; for the owner
    e(R, g2) of what somebody else wrote, and nothing of her own, for which she needs none.
    `away` is what nobody refused and too few nodes can open right now.
    `wrong` are nodes whose answers are not what they must be; `everybody` says that all nodes had
    the time to answer.
    """

    record: str
    owner: str
    version: int
    manifest: bytes
    allowed: list[str]
    request: str
    tickets: list[str]
    stored: CloudObject | None
    away: list[str] = field(default_factory=list)
    points: dict[str, dict[int, bytes]] = field(default_factory=dict)
    wrong: set[int] = field(default_factory=set)
    everybody: bool = False


def ask(session: Session, record: str, partitions: list[str], purpose: str = PURPOSE) -> Opening:
    """Send one signed access request for partitions of one record.

    Raises:
        RefusedError: nothing was allowed. NotNowError: nothing can be opened, and not all of it was
            refused. IntegrityError: an answer is not what it must be.
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
    try:
        return _once(session, asked)
    except _NotEnoughError:
        return _once(session, asked, everybody=True)


def require_all(opening: Opening) -> None:
    """Go on only where nothing of what was asked for is out of reach.

    Raises:
        NotNowError
    """
    if opening.away:
        raise NotNowError


class _NotEnoughError(IntegrityError):
    """Fewer than t answers are what they must be, or agree, and others may come."""


def ask_everybody(session: Session, opening: Opening) -> Opening:
    """The same request again, waiting a little for the answers of all nodes."""
    asked = verify(
        opening.request, typ="sesphr-access-request", deployment=session.deployment.id,
        directory=session.own_keys, what="Your request",
    )  # fmt: skip
    return _once(session, asked, everybody=True)


def _once(session: Session, asked: Verified, *, everybody: bool = False) -> Opening:
    more = {"everybody": True} if everybody else {}
    found = session.api.post(Access, "/access", request=asked.jws, **more)
    complete = everybody or len(found.answers) >= session.deployment.n
    try:
        checked = checked_answers(session.deployment, asked, found.answers)
        return _agreed(session, asked, found, checked, complete)
    except IntegrityError as error:
        if complete:
            raise
        raise _NotEnoughError(str(error)) from error


def checked_answers(deployment: Deployment, asked: Verified, answers: list[NodeAnswer]) -> Checked:
    """The answers to a request that are what they must be.

    Raises:
        IntegrityError: fewer than t are, and some are not.
    """
    found, seen, unknown = Checked(), set[int](), list[IntegrityError]()
    for answer in answers:
        claimed = _claimed(deployment, answer)
        try:
            if claimed is None or claimed in seen:
                raise IntegrityError("A key node answered twice, or one of another deployment.")
            seen.add(claimed)
            said = _verified(deployment, asked, answer)
            vote = _vote(deployment, said, answer)
        except (IntegrityError, CryptoError) as error:
            failure = error if isinstance(error, IntegrityError) else IntegrityError(str(error))
            unknown.append(failure)
            if claimed is not None:
                found.wrong.setdefault(claimed, failure)
            continue
        found.good += 1
        found.denials.count(said.payload["items"][0]["partitions"])
        found.tickets += answer.tickets
        found.votes += [] if vote is None else [vote]
    if found.good < deployment.t and unknown:
        raise unknown[0]
    return found


def _claimed(deployment: Deployment, answer: NodeAnswer) -> int | None:
    """Which node says that it made an answer; nobody has checked that."""
    try:
        return deployment.index_of(payload_of_unverified(answer.answer)["iss"])
    except (CryptoError, KeyError, TypeError, ValueError, StopIteration):
        return None


def _verified(deployment: Deployment, asked: Verified, answer: NodeAnswer) -> Verified:
    """One node's answer, which is about what was asked.

    Raises:
        IntegrityError: it is not.
    """
    checked = verify(
        answer.answer, typ="sesphr-access-answer", deployment=deployment.id,
        directory=deployment.node_keys(), what="A key node's answer",
    )  # fmt: skip
    if b64u_decode(checked.payload["request"]) != asked.digest:
        raise IntegrityError("A key node answered another request.")
    wanted = asked.payload["items"][0]
    items = checked.payload["items"]
    if len(items) != 1 or items[0]["record"] != wanted["record"]:
        raise IntegrityError("A key node answered for another record.")
    if sorted(one["partition"] for one in items[0]["partitions"]) != sorted(wanted["partitions"]):
        raise IntegrityError("A key node answered for other partitions.")
    return checked


def _vote(deployment: Deployment, checked: Verified, answer: NodeAnswer) -> Vote | None:
    """What a node allows; None when it allows nothing.

    Raises:
        IntegrityError: it does not say of what, or the log does not hold its event.
    """
    item = checked.payload["items"][0]
    allowed = {
        one["partition"]: None if one["answer"] is None else b64u_decode(one["answer"], 576)
        for one in item["partitions"]
        if one["decision"] == "allow"
    }
    if not allowed:
        return None
    if item["owner"] is None or item["version"] is None or item["manifest"] is None:
        raise IntegrityError("A key node allows something without saying what.")
    _check_logged(deployment, checked, answer)
    return Vote(
        deployment.index_of(checked.issuer), item["version"], b64u_decode(item["manifest"]),
        item["owner"], allowed,
    )  # fmt: skip


def _check_logged(deployment: Deployment, checked: Verified, answer: NodeAnswer) -> None:
    """Nothing is released without its event: each entry is proved to be in the log."""
    entries = checked.payload["log"]
    if not entries or len(entries) != len(answer.proofs):
        raise IntegrityError("A key node released something that the log does not hold.")
    for entry, proof in zip(entries, answer.proofs, strict=True):
        if entry["index"] != proof.index:
            raise IntegrityError("A proof of the log is for another event.")
        transparency.check_inclusion(deployment, b64u_decode(entry["entry"], 32), proof)


def _agreed(
    session: Session, asked: Verified, found: Access, checked: Checked, complete: bool
) -> Opening:
    place, item = session.deployment, asked.payload["items"][0]
    votes = _of_one_version(checked.votes, place.t)
    said = verdicts(session, item["partitions"], votes, checked.denials)
    allowed, away = ([name for name in said if said[name] == one] for one in ("open", "not-now"))
    if not complete and away:
        raise IntegrityError("The key nodes disagree about what may be opened.")
    if not allowed:
        if away:
            raise NotNowError
        raise RefusedError("There is no such record, or nothing of it may be opened.")
    first = votes[0]
    return Opening(
        item["record"], first.owner, first.version, first.manifest, allowed, asked.jws,
        tickets=checked.tickets,
        stored=_object(found, first.manifest), away=away,
        points=_points(votes, allowed),
        wrong=set(checked.wrong), everybody=complete,
    )  # fmt: skip


def verdicts(
    session: Session, partitions: Iterable[str], votes: list[Vote], denials: Denials
) -> dict[str, Verdict]:
    """What the group says of each partition, by these votes for one version."""
    place, found = session.deployment, {}
    for name in partitions:
        allowing = [vote for vote in votes if name in vote.points]
        grants = sum(_opens(session, vote, name) for vote in allowing)
        # Whom the list allows and for whom a node has no key yet: it has nothing to open with.
        without = denials.without[name] + len(allowing) - grants
        denied = denials.denied[name]
        found[name] = verdict(place.n, place.t, grants=grants, denials=denied, without=without)
    return found


def _opens(session: Session, vote: Vote, name: str) -> bool:
    if vote.owner == session.me.id:
        return name in vote.points
    return vote.points.get(name) is not None


def _of_one_version(votes: list[Vote], t: int) -> list[Vote]:
    """The votes for the newest version that t nodes vote for; a node may still be catching up.

    Raises:
        IntegrityError: there are votes for several, and for none of them enough.
    """
    groups: dict[tuple[int, str, bytes], list[Vote]] = {}
    for vote in votes:
        groups.setdefault((vote.version, vote.owner, vote.manifest), []).append(vote)
    if len(groups) <= 1:
        return votes
    enough = [group for group in groups.items() if len(group[1]) >= t]
    if not enough:
        raise IntegrityError("The key nodes disagree about this record.")
    return max(enough, key=lambda group: group[0])[1]


def _points(votes: list[Vote], allowed: list[str]) -> dict[str, dict[int, bytes]]:
    found: dict[str, dict[int, bytes]] = {}
    for name in allowed:
        points = {vote.index: vote.points.get(name) for vote in votes}
        found[name] = {index: point for index, point in points.items() if point is not None}
    return found


def _object(found: Access, manifest: bytes) -> CloudObject | None:
    name = b64u_encode(manifest)
    return next((one for one in found.objects if one.digest == name), None)


def decode_points(points: Mapping[int, bytes]) -> tuple[dict[int, GT], set[int]]:
    """Nodes' T_i, each checked to be a member of GT; and the nodes whose are not."""
    found, wrong = {}, set()
    for index, point in points.items():
        try:
            found[index] = decode_gt(point)
        except CryptoError:
            wrong.add(index)
    return found, wrong
