"""Small things that every relay needs: the nodes, and who a key belongs to.

The portal reads payloads only to route them; SRS and cloud check signatures.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sesphr import fanout
from sesphr.adapters import get_srs_nodes
from sesphr.crypto import statements
from sesphr.crypto.encoding import b64u_decode, b64u_encode
from sesphr.crypto.errors import CryptoError
from sesphr.crypto.payloads import check_payload
from sesphr.deployment import get_deployment
from sesphr.fanout import Gathered
from sesphr.ports.errors import IntegrityFailure, Invalid, NotFound, Refused
from sesphr.ports.srs import SrsNode


def nodes() -> tuple[SrsNode, ...]:
    """Every SRS node of the deployment."""
    return get_srs_nodes()


def payload_by(jws: str, member: object) -> dict[str, Any]:
    """A statement's payload, unverified, if it says that the signed-in member made it.

    Raises:
        Invalid: it cannot be read.
        Refused: it names somebody else.
    """
    try:
        payload = statements.payload_of_unverified(jws)
    except CryptoError as error:
        raise Invalid(f"The statement cannot be read: {error}") from error
    if payload.get("iss") != str(member):
        raise Refused("The statement was signed by somebody else than you.")
    return payload


def checked_by(jws: str, member: object, typ: str) -> dict[str, Any]:
    """The same, if it also has the members of this type.

    Raises:
        Invalid: it has others.
    """
    payload = payload_by(jws, member)
    try:
        return check_payload(typ, payload)
    except CryptoError as error:
        raise Invalid(str(error)) from error


def digest_of(jws: str) -> str:
    """A statement's name: b64u SHA-256 of its payload's octets."""
    return b64u_encode(hashlib.sha256(b64u_decode(jws.split(".")[1])).digest())


def verification_of(member: object) -> bytes:
    """A member's Ed25519 verification key as registered at the SRS."""
    found = fanout.newest(lambda node: node.registrations(str(member)), len, least=1)
    if not found:
        raise NotFound("This member has not registered any keys.")
    return b64u_decode(statements.payload_of_unverified(found[-1])["verification"], 32)


def ask_receipts(statement: str, kind: str, call: Callable[[SrsNode], str]) -> Gathered[str]:
    """Have the nodes take a statement; their receipts, each really for it. A node's worthless one
    counts as a failure."""
    about = _about(statement, kind)
    return fanout.gather(lambda node: _checked(node, call(node), about), fanout.to_write())


def receipt_for(statement: str, kind: str, call: Callable[[SrsNode], str]) -> tuple[str, ...]:
    """The receipts, if there are enough.

    Raises:
        PortError: as `fanout.write` says.
    """
    return enough(ask_receipts(statement, kind, call))


def enough(found: Gathered[str]) -> tuple[str, ...]:
    """The same of receipts that were asked for."""
    return tuple(fanout.require(found, fanout.to_write(), fanout.NOT_KEPT))


def said_by(node: SrsNode, jws: str, typ: str) -> dict[str, Any]:
    """The payload of a statement that this node must have signed.

    Raises:
        IntegrityFailure: it did not.
    """
    deployment = get_deployment()
    known = deployment.node(node.index)
    directory = {known.id: known.verification}
    try:
        checked = statements.verify(jws, typ=typ, deployment=deployment.id, directory=directory)
    except CryptoError as error:
        raise IntegrityFailure(f"Key node {node.index} signed no {typ}: {error}") from error
    return checked.payload


def _about(statement: str, kind: str) -> dict[str, Any]:
    """What a receipt for a statement must say: a node that says more, of whom it likes, could have
    others believe that it committed what it never saw."""
    payload = statements.payload_of_unverified(statement)
    seq = {"deposit": "version", "accept": "version", "acl": "seq"}
    return {
        "kind": kind,
        "object": digest_of(statement),
        "owner": payload.get("owner", payload["iss"]),
        # What is declined has the only version that a contribution has; a request has none.
        "seq": payload.get(seq[kind]) if kind in seq else int(kind == "deletion"),
    }


def _checked(node: SrsNode, receipt: str, about: dict[str, Any]) -> str:
    payload = said_by(node, receipt, "sesphr-receipt")
    if {name: payload[name] for name in about} != about:
        raise IntegrityFailure(f"Key node {node.index} gave a receipt for something else.")
    return receipt


def known(call: Callable[[SrsNode], tuple[Any, ...]]) -> tuple[Any, ...]:
    """What the best informed of enough nodes lists.

    Raises:
        Unavailable: too few nodes answer to know that nothing acknowledged is missing.
    """
    return fanout.newest(call, len)


def seq_of(acl: str | None) -> int:
    """A list's number; 0 before the first."""
    return 0 if acl is None else int(statements.payload_of_unverified(acl)["seq"])


@dataclass(frozen=True)
class Granted:
    """An owner's list in force, whom keys are held for (member, partition, epoch), and of what
    shares for roles are (partition, epoch)."""

    acl: str | None
    delegates: tuple[tuple[str, str, int], ...]
    standing: tuple[tuple[str, int], ...]


def granted(owner: str) -> Granted:
    """What the best informed nodes say of an owner's list, and the keys and shares that each of
    them holds: what one lacks, an endpoint deals to all.

    Raises:
        Unavailable: too few nodes answer to know which list is the last.
    """
    enough = fanout.to_read()
    found = fanout.gather(
        lambda node: Granted(node.acl(owner), node.delegates(owner), node.standing(owner)), enough
    )
    answers = fanout.require(found, enough, fanout.NOT_NOW)
    newest = max(answers, key=lambda one: seq_of(one.acl))
    same = [one for one in answers if one.acl == newest.acl]
    delegates = set(newest.delegates).intersection(*(one.delegates for one in same))
    shares = set(newest.standing).intersection(*(one.standing for one in same))
    return Granted(newest.acl, tuple(sorted(delegates)), tuple(sorted(shares)))
