"""Role credentials: asking an authority for one, handing it in, what the key nodes say of it."""

import hashlib
from argparse import Namespace
from pathlib import Path
from typing import Any

from sesphr.client import times
from sesphr.client.answers.credentials import Credentials, SaidOfCredential, TakenCredential
from sesphr.client.app import Answer, App
from sesphr.client.errors import IntegrityError, RefusedError, UsageError
from sesphr.client.files import write_atomically
from sesphr.client.session import Session, acknowledging, check_receipts, checked_login
from sesphr.client.statement import payload, sign
from sesphr.client.times import iso
from sesphr.crypto.authority import identity_certificate
from sesphr.crypto.credentials import MAX_CREDENTIAL, holder_of
from sesphr.crypto.encoding import b64u_encode
from sesphr.crypto.errors import CryptoError
from sesphr.crypto.schema import NAME

DAY = 24 * 3600
# Longer than any credential that is issued for it.
IDENTITY_DAYS = 1095
NONE = "No credential: this role is stated by the administrator, not certified."


def request(app: App, options: Namespace) -> Answer:
    """Write a signed request for a role's authority: it proves that one holds the key."""
    _check_words(options)
    with app.signed_in() as who:
        who.registered()
        now = times.now()
        identity = identity_certificate(
            who.me.id, who.keys.signing_key, now - DAY, now + IDENTITY_DAYS * DAY
        )
        octets = payload(
            who.deployment.id, who.me.id, role=options.role, organisation=options.organisation,
            identity=b64u_encode(identity.der),
        )  # fmt: skip
        jws = sign(who.keys, "sesphr-credential-request", octets)
    write_atomically(Path(options.output), jws.encode("ascii") + b"\n")
    data = {"output": options.output, "role": options.role, "organisation": options.organisation}
    line = (
        f"Wrote the request to {options.output}. Send it to the authority within 7 days, and hand "
        "in what it sends back with `credential present FILE`."
    )
    return Answer(data, [line])


def _check_words(options: Namespace) -> None:
    try:
        NAME(options.role)
    except CryptoError:
        raise UsageError("Give --role one word, such as physician.") from None
    if not (1 <= len(options.organisation) <= 200 and options.organisation.isprintable()):
        raise UsageError("Give --organisation of 1 to 200 characters.")


def present(app: App, options: Namespace) -> Answer:
    """Hand in what the authority sent back; every key node verifies it."""
    octets = _read(options.file)
    with app.signed_in() as who:
        _require_own(who, octets)
        found = who.api.put(TakenCredential, "/credential", credential=octets.decode("ascii"))
        digest = hashlib.sha256(octets).digest()
        taken = check_receipts(who, found.receipts, kind="credential", digest=digest)
        if taken < acknowledging(who.deployment):
            raise IntegrityError("Fewer key nodes gave receipts than it takes.")
        data, lines = _told(_agreed(who, who.api.get(Credentials, "/credential")))
        counts = {"taken": taken, "servers": who.deployment.n}
    if taken < who.deployment.n:
        lines.append(
            f"{taken} of {who.deployment.n} key nodes have it. Give the same command again later."
        )
    return Answer({**data, **counts}, lines)


def _read(name: str) -> bytes:
    path = Path(name)
    try:
        with path.open("rb") as file:
            octets = file.read(MAX_CREDENTIAL + 1)
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror}.", code="file") from None
    octets = octets.strip() + b"\n"
    if not octets.isascii() or not octets.startswith(b"-----BEGIN "):
        raise UsageError(
            f"{name} is not a credential: that is a text file which begins with -----BEGIN. "
            "Ask the authority to send it in PEM."
        )
    return octets


def _require_own(who: Session, octets: bytes) -> None:
    try:
        key, named = holder_of(octets)
    except CryptoError as error:
        raise UsageError(f"This is not a whole credential: {error}.") from None
    if key != who.keys.verification or named not in (None, who.me.id):
        raise RefusedError(
            "This credential is about somebody else's key. Make a new `credential request` and "
            "send that to the authority."
        )


def show(app: App, options: Namespace) -> Answer:
    """What the key nodes say of one's own credential, or of somebody else's."""
    with app.signed_in() as who:
        where = "/credential"
        if options.email and checked_login(options.email) != who.me.login:
            _, person = who.directory.by_login(checked_login(options.email))
            where = f"/credentials/{person.member}"
        data, lines = _told(_agreed(who, who.api.get(Credentials, where)))
    return Answer(data, lines)


def _agreed(who: Session, found: Credentials) -> SaidOfCredential | None:
    """What at least t key nodes say; None when that many say that there is none.

    The servers' answers come by the portal, unsigned: what they decide is in their signed answers.
    """
    for one in found.said:
        if len(set(one.nodes)) >= who.deployment.t:
            return one
    return None


def _told(said: SaidOfCredential | None) -> tuple[dict[str, Any], list[str]]:
    if said is None:
        return {"credential": None}, [NONE]
    now = times.now()
    state = "valid"
    if said.revoked:
        state = "revoked"
    elif now >= said.valid_until:
        state = "expired"
    data = {
        "role": said.role, "organisation": said.organisation, "authority": said.issuer_name,
        "issuer": said.issuer, "from": iso(said.valid_from), "until": iso(said.valid_until),
        "state": state,
    }  # fmt: skip
    place = f", {said.organisation}" if said.organisation else ""
    line = f"{said.role}, certified by {said.issuer_name}{place}, until {iso(said.valid_until)}"
    return {"credential": data}, [line if state == "valid" else f"{line}: {state}"]
