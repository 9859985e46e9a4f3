"""What a request and the nodes' tickets allow: the cloud's only access decision.

Pure but for the configuration's node keys: the highest known ACL numbers and the
time are given. A ticket that expired, or was issued under an older ACL, does
not count; one for another key or request, or not signed by a node, ends it.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from sesphr.crypto import statements
from sesphr.crypto.deployment import Deployment
from sesphr.crypto.encoding import b64u_decode, b64u_encode
from sesphr.crypto.errors import CryptoError
from sesphr.ports.errors import Invalid, Refused

LIFE = 60
# A request names at most 1000 pairs, so 1000 owners, each with a ticket a node.
MAX_TICKETS_PER_NODE = 1000


@dataclass(frozen=True)
class Request:
    """A verified access request: who asks, its digest, and what of each record it names."""

    asker: str
    digest: bytes
    asked: Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class Grant:
    """What enough nodes allow of one document: all of it, or some partitions."""

    owner: str
    manifest: bytes
    whole: bool
    partitions: frozenset[str]


@dataclass
class _Votes:
    """Which nodes vouch for what of one document."""

    whole: set[str] = field(default_factory=set)
    partitions: dict[str, set[str]] = field(default_factory=dict)

    def add(self, node: str, item: Mapping[str, Any]) -> None:
        if item["whole"]:
            self.whole.add(node)
        for partition in item["partitions"]:
            self.partitions.setdefault(partition, set()).add(node)

    def grant(self, owner: str, manifest: bytes, threshold: int) -> Grant:
        allowed = (name for name, nodes in self.partitions.items() if len(nodes) >= threshold)
        return Grant(owner, manifest, len(self.whole) >= threshold, frozenset(allowed))


def check_request(request: str, verification: bytes, deployment: Deployment, now: int) -> Request:
    """Verify an access request with its signer's key.

    Raises:
        Invalid: signature or payload are wrong. Refused: it is not fresh.
    """
    verified = verify_by(request, "sesphr-access-request", verification, deployment.id)
    try:
        statements.check_fresh(verified.payload["iat"], now)
    except CryptoError as error:
        raise Refused(str(error), code="expired") from error
    asked: dict[str, frozenset[str]] = {}
    for item in verified.payload["items"]:
        asked[item["record"]] = asked.get(item["record"], frozenset()) | set(item["partitions"])
    return Request(verified.issuer, verified.digest, asked)


def verify_by(jws: str, typ: str, key: bytes, deployment: str) -> statements.Verified:
    """Verify a statement that whoever it names as issuer must have signed with `key`.

    Raises:
        Invalid: it is malformed or not signed with that key.
    """
    try:
        issuer = statements.payload_of_unverified(jws)["iss"]
        return statements.verify(jws, typ=typ, deployment=deployment, directory={issuer: key})
    except (CryptoError, KeyError, TypeError) as error:
        raise Invalid(f"The {typ} statement is not valid: {error}") from error


def verify_by_node(jws: str, typ: str, deployment: Deployment) -> statements.Verified:
    """Verify a statement that one of the deployment's nodes must have signed; Invalid otherwise."""
    try:
        return statements.verify(
            jws, typ=typ, deployment=deployment.id, directory=deployment.node_keys()
        )
    except CryptoError as error:
        raise Invalid(f"The {typ} statement is not a node's: {error}") from error


def check_vouched(
    statement: statements.Verified, kind: str, receipts: Iterable[str], deployment: Deployment
) -> None:
    """Demand that t distinct nodes' receipts of this kind name an owner's statement.

    Raises:
        Invalid: no node signed one. Refused: fewer.
    """
    wanted = (kind, statement.issuer, b64u_encode(statement.digest))
    taken = list(islice(receipts, deployment.n))
    found = [verify_by_node(one, "sesphr-receipt", deployment).payload for one in taken]
    vouching = {one["iss"] for one in found if (one["kind"], one["owner"], one["object"]) == wanted}
    if len(vouching) < deployment.t:
        raise Refused("Not enough nodes vouch for this.", code="too-few-receipts")


def decide(
    request: Request,
    verification: bytes,
    tickets: Iterable[str],
    *,
    deployment: Deployment,
    highest: Callable[[set[str]], Mapping[str, int]],
    now: int,
) -> list[Grant]:
    """What at least t distinct nodes' tickets allow the signer of `request`.

    `highest` gives the highest known ACL number of each of these owners.

    Raises:
        Invalid: a ticket is malformed, or no node signed it.
        Refused: a ticket is for another key or request, or what counts allows nothing.
    """
    payloads = _checked(request, verification, tickets, deployment)
    known = highest({payload["owner"] for payload in payloads})
    reasons = [_discounted(payload, known.get(payload["owner"], 0), now) for payload in payloads]
    counted = [payload for payload, reason in zip(payloads, reasons, strict=True) if not reason]
    allowed = [grant for grant in _tally(counted, deployment.t) if grant.whole or grant.partitions]
    if not allowed:
        few = Refused("Not enough nodes vouch for this request.", code="too-few-tickets")
        raise next((reason for reason in reasons if reason), few)
    return allowed


def _tally(payloads: list[dict[str, Any]], threshold: int) -> list[Grant]:
    """What these tickets allow of each document that they name, nothing included."""
    votes: dict[tuple[str, str], _Votes] = {}
    for payload in payloads:
        for item in payload["objects"]:
            place = payload["owner"], item["manifest"]
            votes.setdefault(place, _Votes()).add(payload["iss"], item)
    return [
        vote.grant(owner, b64u_decode(manifest, 32), threshold)
        for (owner, manifest), vote in votes.items()
    ]


def _checked(
    request: Request, verification: bytes, tickets: Iterable[str], deployment: Deployment
) -> list[dict[str, Any]]:
    """The payloads of tickets that nodes signed for this very key and request."""
    limit = MAX_TICKETS_PER_NODE * deployment.n
    taken = list(islice(tickets, limit + 1))
    if len(taken) > limit:
        raise Invalid(f"At most {limit} tickets at once.")
    payloads = [verify_by_node(ticket, "sesphr-ticket", deployment).payload for ticket in taken]
    key = b64u_encode(hashlib.sha256(verification).digest())
    digest = b64u_encode(request.digest)
    if any(payload["key"] != key or payload["request"] != digest for payload in payloads):
        raise Refused("A ticket is for another member or another request.", code="foreign-ticket")
    return payloads


def _discounted(payload: Mapping[str, Any], known: int, now: int) -> Refused | None:
    """Why a genuine ticket does not count, if so."""
    if now >= payload["expires"] or payload["expires"] > payload["iat"] + LIFE:
        return Refused("A ticket has expired: send the request again.", code="expired")
    if payload["seq"] < known:
        return Refused("A ticket is of an older access control list.", code="older-acl")
    return None
