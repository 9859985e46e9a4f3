"""Asking an owner for access: the signed request waits in HOME until it is acknowledged.

After a crash or a lost answer the same command sends the very same octets, so that
the owner is asked once. A key node takes a request for an hour after its signing.
"""

import secrets
from typing import Any

from sesphr.client import times
from sesphr.client.answers.requests import KeyRequestId
from sesphr.client.depositing import outbox_key
from sesphr.client.errors import ConflictError, RefusedError, UsageError
from sesphr.client.session import Session
from sesphr.client.statement import payload, sign
from sesphr.crypto.encoding import b64u_encode, canonical_json
from sesphr.crypto.keys import key_digest

PENDING = "request-sending"
# Less than the hour: the server's clock may be ahead, and sending takes a while.
LIFE = 3300


def ask(session: Session, terms: dict[str, Any]) -> str:
    """Send a request of these terms (owner, partitions, purpose, reason); its id.

    Raises:
        ClientError: as the server says; the request waits unless it can never be taken.
    """
    name = outbox_key(session.seed, {"request": canonical_json(terms)})
    with session.folder.locked(PENDING):
        waiting = _still_good(session)
        if name not in waiting:
            waiting[name] = {"signed": times.now(), "request": _signed(session, terms)}
        session.folder.write(PENDING, waiting)
        try:
            found = session.api.post(
                KeyRequestId, "/key-requests", request=waiting[name]["request"]
            )
        except ConflictError:
            raise
        except UsageError:
            _forget(session, waiting, name)
            raise
        except RefusedError as error:
            if error.code == "expired":
                _forget(session, waiting, name)
            raise
        _forget(session, waiting, name)
    return found.request


def _still_good(session: Session) -> dict[str, Any]:
    """The requests that wait and that a key node would still take."""
    now = times.now()
    kept = session.folder.read(PENDING)
    return {name: one for name, one in kept.items() if 0 <= now - one["signed"] < LIFE}


def _forget(session: Session, waiting: dict[str, Any], name: str) -> None:
    rest = {other: one for other, one in waiting.items() if other != name}
    if rest:
        session.folder.write(PENDING, rest)
    else:
        session.folder.remove(PENDING)


def _signed(session: Session, terms: dict[str, Any]) -> str:
    octets = payload(
        session.deployment.id, session.me.id, **terms,
        nonce=b64u_encode(secrets.token_bytes(16)), key=key_digest(session.keys.receive_public),
    )  # fmt: skip
    return sign(session.keys, "sesphr-key-request", octets)
