"""What a role authority must know before it certifies a member: that the request is this member's.

The member's verification key is what the nodes have registered; a request signed with it, about
an identity certificate of it, proves that whoever asks has the key.
"""

from itertools import groupby

from sesphr.adapters import get_srs_nodes
from sesphr.crypto import statements
from sesphr.crypto.certificates import Certificate, read_certificate
from sesphr.crypto.credentials import holder_of_identity
from sesphr.crypto.encoding import b64u_decode
from sesphr.deployment import get_deployment
from sesphr.ports.errors import Invalid, PortError, Refused, Unavailable

LIFE = 7 * 24 * 3600
SKEW = 300


def verification_of(member: str) -> bytes:
    """The verification key in force that at least t nodes have registered for a member.

    A node that has not heard of new keys yet neither speaks for them nor against them.

    Raises:
        Invalid: nodes disagree, or there is none. Unavailable: too few within reach.
    """
    said = _said(member)
    newest = max(said, key=len, default=[])
    if any(keys != newest[: len(keys)] for keys in said):
        raise Invalid("The nodes name different keys of this member: find out why.")
    if said.count(newest) < get_deployment().t:
        raise Unavailable("Too few key nodes told the newest keys; try again in a moment.")
    return newest[-1]


def _said(member: str) -> list[list[bytes]]:
    """The verification keys that a member has had, oldest first, as each node within reach says.

    Raises:
        Invalid: a node knows none.
    """
    said = []
    for node in get_srs_nodes():
        try:
            found = node.registrations(member)
        except PortError:
            continue
        if not found:
            raise Invalid(f"Node {node.index} has no keys of this member registered.")
        said.append([key for key, _ in groupby(map(_verification, found))])
    return said


def _verification(registration: str) -> bytes:
    payload = statements.payload_of_unverified(registration)
    return b64u_decode(payload["verification"], 32)


def checked_request(
    jws: str, *, member: str, role: str, organisation: str, now: int
) -> Certificate:
    """Check a member's request for a credential; the identity certificate to certify.

    Raises:
        CryptoError: signature, payload or identity certificate are not right.
        Refused: it asks for something else, or is too old. Invalid, Unavailable: as above.
    """
    key = verification_of(member)
    checked = statements.verify(
        jws, typ="sesphr-credential-request", deployment=get_deployment().id, directory={member: key}
    )  # fmt: skip
    asked = checked.payload
    if not -SKEW <= now - asked["iat"] <= LIFE:
        raise Refused("The request is older than 7 days; the member makes a new one.")
    if (asked["role"], asked["organisation"]) != (role, organisation):
        raise Refused(
            f"The member asks for {asked['role']} at {asked['organisation']}, nothing else."
        )
    identity = read_certificate(b64u_decode(asked["identity"]))
    if holder_of_identity(identity) != (key, member):
        raise Refused("The identity certificate in the request is somebody else's.")
    return identity
