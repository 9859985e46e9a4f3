"""Emergencies between two clinicians: asking, confirming, opening; all signed at the endpoints.

A request is taken for three minutes. Who asks signs it and its reason; the colleague signs what
the asker signed, after checking it; then the asker sends all of it.
"""

from typing import Any

from sesphr.client import people, visiting
from sesphr.client.answers.visits import Emergencies, Emergency, Openable
from sesphr.client.errors import IntegrityError, RefusedError, UsageError
from sesphr.client.session import Session
from sesphr.client.statement import payload, sign, verify
from sesphr.crypto.acl import is_blank
from sesphr.crypto.encoding import b64u_encode
from sesphr.crypto.statements import Verified

COSIGN = "sesphr-emergency-cosign"
MOST = 1000


def check_reason(text: str) -> str:
    """A reason that says something.

    Raises:
        UsageError: it is blank or too long.
    """
    if is_blank(text) or len(text) > MOST:
        raise UsageError(f"Give --reason: why this is an emergency, up to {MOST} characters.")
    return text


def cosign(session: Session, request: Verified, owner: str, reason: str) -> str:
    """One's own signature of a request for an owner."""
    octets = payload(
        session.deployment.id, session.me.id, request=b64u_encode(request.digest), owner=owner,
        reason=reason,
    )  # fmt: skip
    return sign(session.keys, COSIGN, octets)


def ask(
    session: Session, owner: str, reason: str, colleague: str | None
) -> tuple[Openable, Emergency]:
    """Sign a request and its reason, and leave it with the portal for the colleague (a member id)."""
    named = visiting.way(session, owner, visiting.EMERGENCY)
    if named.signers > 1 and colleague is None:
        raise UsageError("This patient asks for two clinicians: name the other with --colleague.")
    signed = visiting.request(session, named, visiting.EMERGENCY)
    mine = cosign(session, _own(session, signed), owner, reason)
    sent = session.api.post(
        Emergency, "/emergencies", request=signed, cosign=mine, colleague=colleague
    )
    return named, sent


def _own(session: Session, request: str) -> Verified:
    return verify(
        request, typ="sesphr-access-request", deployment=session.deployment.id,
        directory=session.own_keys, what="Your request",
    )  # fmt: skip


def waiting(session: Session) -> list[Emergency]:
    """What waits for one's signature."""
    return session.api.get(Emergencies, "/emergencies").waiting


def confirm(session: Session, one: Emergency, reason: str) -> None:
    """Check what a colleague signed, and sign it.

    Raises:
        IntegrityError: the portal shows something else than what the colleague signed.
    """
    request = check(session, one)
    mine = cosign(session, request, one.owner, reason)
    session.api.post(Emergency, f"/emergencies/{one.id}/confirm", cosign=mine)


def check(session: Session, one: Emergency) -> Verified:
    """The colleague's request, verified with what it is shown as."""
    person = session.directory.find(one.asker)
    if person is None:
        raise RefusedError("The server does not show who asks; nothing was confirmed.")
    people.check_pin(session.folder, person)
    directory = {one.asker: person.verification}
    place = session.deployment.id
    request = verify(
        one.request, typ="sesphr-access-request", deployment=place, directory=directory,
        what="This emergency's request",
    )  # fmt: skip
    signed = [
        verify(jws, typ=COSIGN, deployment=place, directory=directory, what="Its reason").payload
        for jws in one.cosigns[:1]
    ]
    shown: dict[str, Any] = {
        "request": b64u_encode(request.digest), "owner": one.owner, "reason": one.reason
    }  # fmt: skip
    if request.payload["purpose"] != visiting.EMERGENCY or not signed:
        raise IntegrityError("STOP: this is no emergency's request. Nothing was confirmed.")
    if any(signed[0][name] != value for name, value in shown.items()):
        raise IntegrityError("STOP: the server shows another reason or patient than was signed.")
    return request


def open_(session: Session, owner: str) -> None:
    """Send what was signed for this owner.

    Raises:
        RefusedError: nobody asked within three minutes, or nobody confirmed yet.
    """
    asked = session.api.get(Emergencies, "/emergencies").asked
    found = [one for one in asked if one.owner == owner]
    if not found:
        raise RefusedError(
            "You did not ask within the last three minutes. Ask again.", code="expired"
        )
    _own(session, found[0].request)
    visiting.begin(session, found[0].request, found[0].cosigns)
