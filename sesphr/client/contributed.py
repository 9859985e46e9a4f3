"""The key of what somebody else wrote for oneself: by one's own accept, or by the nodes.

An accept carries k under w_P,c, as the document of one's own record does. Before it, or
without it, a node's e(R, g2) gives K = e(R, g2)^(1/x_P,c); any node will do, for the key is
compared with the commitment that the author signed.
"""

from typing import Any

from sesphr.client import authors
from sesphr.client.access import Opening, decode_points
from sesphr.client.errors import IntegrityError
from sesphr.client.session import Session
from sesphr.client.statement import verify
from sesphr.crypto import envelope, pre
from sesphr.crypto.encoding import b64u_decode, b64u_encode
from sesphr.crypto.errors import OpenError


def accepted(
    session: Session, opening: Opening, payload: dict[str, Any], accept: str | None, *, proposed: bool
) -> dict[str, Any] | None:  # fmt: skip
    """What the owner signed on taking what somebody else wrote.

    None for a record that its owner wrote, and for one of one's own that waits for an answer,
    where it is `proposed`: where it may be such a one.

    Raises:
        IntegrityError: it is hers of something else, nobody's, or missing where it must be there.
    """
    if payload["iss"] == payload["owner"]:
        return None
    if accept is None:
        if proposed and opening.owner == session.me.id:
            return None
        raise IntegrityError("STOP: the owner has not accepted what somebody else wrote here.")
    signed = verify(
        accept, typ="sesphr-accept", deployment=session.deployment.id,
        directory=authors.directory_of(session, opening.owner, accept), what="The acceptance of this record",
    ).payload  # fmt: skip
    named = (signed["record"], signed["version"], signed["author"], signed["manifest"])
    about = (payload["record"], payload["version"], payload["iss"], b64u_encode(opening.manifest))
    if named != about or set(signed["wrapped"]) != set(payload["partitions"]):
        raise IntegrityError("STOP: the cloud gave the acceptance of something else.")
    return signed


def own_key(
    session: Session,
    opening: Opening,
    taken: dict[str, Any] | None,
    payload: dict[str, Any],
    name: str,
) -> bytes:
    """k of a partition of a record that this member owns and somebody else wrote.

    Raises:
        IntegrityError, CryptoError: neither the accept nor a node gives the committed key.
    """
    if taken is None:
        return _from_nodes(session, opening, payload, name)
    wrap = session.keys.partition(name, payload["partitions"][name]["epoch"]).wrap
    return envelope.unwrap_key(wrap, b64u_decode(taken["wrapped"][name], 40))


def _from_nodes(session: Session, opening: Opening, payload: dict[str, Any], name: str) -> bytes:
    entry = payload["partitions"][name]
    context = pre.Context(
        session.deployment.id, opening.owner, opening.record, opening.version, name, entry["epoch"],
        b64u_decode(entry["rh"], 32),
    )  # fmt: skip
    secret, kc = session.keys.partition(name, entry["epoch"]).secret, b64u_decode(entry["kc"], 32)
    for index, point in sorted(opening.points.get(name, {}).items()):
        try:
            points, _ = decode_points({index: point})
            return pre.owner_key_of_answer(secret, points[index], context, kc)
        except (OpenError, IntegrityError, KeyError):
            # A node that lies must not keep her from what another one tells.
            continue
    raise IntegrityError("STOP: no key node gave what opens this.")
