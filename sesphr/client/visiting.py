"""Opening by an owner's consent code, or in an emergency: the request with which it begins.

It names one record, which the server says may be named; what came of it is read from the
nodes' own signed answers. After it, records are listed and opened as always, for some hours.
"""

import secrets
from collections.abc import Iterable
from typing import Any

from sesphr.client.access import Checked, checked_answers, verdicts
from sesphr.client.answers.opening import Access, NodeAnswer
from sesphr.client.answers.visits import Openable, Ways
from sesphr.client.errors import (
    IntegrityError,
    NotNowError,
    RefusedError,
    ServerError,
    UsageError,
)
from sesphr.client.session import Session
from sesphr.client.statement import payload, sign, verify
from sesphr.crypto import consent, hpke
from sesphr.crypto.encoding import b64u_encode
from sesphr.crypto.errors import DecodingError
from sesphr.crypto.statements import Verified

TREATMENT, EMERGENCY = "treatment", "emergency"
SAID = {
    "code": "That code was not right or has been used; ask for the next one.",
    "code-tries": "Too many wrong codes were given within an hour. Wait, or ask for access.",
    "credential": "Your credential is not valid now.",
    "inactive": "Your membership is not active.",
}
REFUSED = "The key nodes opened nothing."


def way(session: Session, owner: str, kind: str) -> Openable:
    """What this owner's rules would open by this kind of way.

    Raises:
        RefusedError: nothing; nobody with this address reads the same.
    """
    found = session.api.get(Ways, "/openable", owner=owner).ways
    for one in found:
        if one.way == kind:
            return one
    what = "a code" if kind == "code" else "an emergency"
    raise RefusedError(f"No rule of this patient lets you in by {what}, or there is no record.")


def with_code(session: Session, owner: str, code: str) -> None:
    """Give the nodes an owner's code; her code rules count from then.

    Raises:
        UsageError: it has not six digits. RefusedError: it was not right, or nothing opens by it.
    """
    try:
        octets = consent.check_code("".join(code.split()))
    except DecodingError:
        raise UsageError("A consent code has six digits.") from None
    nonce = secrets.token_bytes(16)
    named = way(session, owner, "code")
    codes = [{"owner": owner, "sealed": _sealed(session, owner, octets, nonce)}]
    begin(session, request(session, named, TREATMENT, nonce=b64u_encode(nonce), codes=codes))


def _sealed(session: Session, owner: str, code: bytes, nonce: bytes) -> list[dict[str, str]]:
    place, made = session.deployment, []
    for node in place.nodes:
        info = consent.code_info(place.id, owner, session.me.id, nonce, node.index)
        enc, ciphertext = hpke.seal(node.hpke, info, code)
        made.append({"enc": b64u_encode(enc), "ciphertext": b64u_encode(ciphertext)})
    return made


def request(session: Session, named: Openable, purpose: str, **more: Any) -> str:
    """A signed access request for the record that may be named."""
    members = {
        "nonce": b64u_encode(secrets.token_bytes(16)), "purpose": purpose,
        "items": [{"record": named.record, "partitions": named.partitions}], **more,
    }  # fmt: skip
    octets = payload(session.deployment.id, session.me.id, **members)
    return sign(session.keys, "sesphr-access-request", octets)


def begin(session: Session, signed: str, cosigns: Iterable[str] = ()) -> None:
    """Send a request with what it brings along, and read what the nodes made of it.

    Raises:
        RefusedError: fewer than t nodes let one in; `code` says why where they do. NotNowError: too
            few answer that could.
        IntegrityError: an answer is not what it must be.
    """
    asked = verify(
        signed, typ="sesphr-access-request", deployment=session.deployment.id,
        directory=session.own_keys, what="Your request",
    )  # fmt: skip
    found, checked = _heard(session, asked, {"cosigns": list(cosigns)} if cosigns else {})
    if not checked.good:
        raise ServerError("No key node answered.")
    if len(checked.votes) >= session.deployment.t:
        return
    named = asked.payload["items"][0]["partitions"]
    said = verdicts(session, named, checked.votes, checked.denials)
    if "not-now" in said.values():
        raise NotNowError
    reasons = {one for answer in found.answers for one in _reasons(session, asked, answer)}
    why = next((one for one in SAID if one in reasons), None)
    raise RefusedError(SAID.get(why or "", REFUSED), code=why or "refused")


def _heard(session: Session, asked: Verified, more: dict[str, Any]) -> tuple[Access, Checked]:
    """What the nodes that were quick answered, or all, waiting a little, where those are not enough
    and the others could be. The same request gets the same answer; a code counts once."""
    place = session.deployment
    found = session.api.post(Access, "/access", request=asked.jws, **more)
    complete = len(found.answers) >= place.n
    try:
        checked = checked_answers(place, asked, found.answers)
        votes = len(checked.votes)
        if complete or votes >= place.t or votes + place.n - checked.good < place.t:
            return found, checked
    except IntegrityError:
        if complete:
            raise
    found = session.api.post(Access, "/access", request=asked.jws, everybody=True, **more)
    return found, checked_answers(place, asked, found.answers)


def _reasons(session: Session, asked: Verified, answer: NodeAnswer) -> list[str]:
    """Why a node denied; nothing of an answer that is not what it must be."""
    place = session.deployment
    try:
        said = verify(
            answer.answer, typ="sesphr-access-answer", deployment=place.id,
            directory=place.node_keys(), what="A key node's answer",
        ).payload  # fmt: skip
    except IntegrityError:
        return []
    if said["request"] != b64u_encode(asked.digest):
        return []
    return [part["reason"] for item in said["items"] for part in item["partitions"]]
