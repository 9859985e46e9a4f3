"""What a guardian signs when he invites another: whose seed it is, of which keys, to whom, as sealed.

HPKE's base mode names no sender: whoever knows the second guardian's public key can seal him a
seed. Nothing is opened here, so that a server may check it, too.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from sesphr.crypto import statements
from sesphr.crypto.encoding import b64u_decode, b64u_encode, check_octets, check_uuid
from sesphr.crypto.errors import StatementError
from sesphr.crypto.keys import thumbprint

STATEMENT = "sesphr-guardian-invitation"


@dataclass(frozen=True)
class Invited:
    """One invitation: the dependant's present public keys (32 and 96 octets), whom it is for, and
    the seed as it was sealed to him (base64url of 32 and of 48 octets)."""

    dependant: str
    verification: bytes
    receive: bytes
    guardian: str
    enc: str
    ciphertext: str

    def members(self) -> dict[str, str]:
        """What the statement says of it.

        Raises:
            DecodingError: a value of another form.
        """
        sealed = b64u_decode(self.enc, 32) + b64u_decode(self.ciphertext, 48)
        return {
            "dependant": check_uuid(self.dependant),
            "verification": thumbprint(self.verification),
            "key": _digest(check_octets(self.receive, 96)),
            "guardian": check_uuid(self.guardian),
            "sealed": _digest(sealed),
        }


def _digest(octets: bytes) -> str:
    return b64u_encode(hashlib.sha256(octets).digest())


def check(
    jws: str, *, deployment: str, directory: Mapping[str, bytes], invited: Invited
) -> statements.Verified:
    """Check that somebody of the directory signed exactly this invitation.

    Raises:
        SignatureError, StatementError: it is another one, or somebody else's.
        DecodingError: an invitation that cannot be one.
    """
    found = statements.verify(jws, typ=STATEMENT, deployment=deployment, directory=directory)
    for name, value in invited.members().items():
        if found.payload[name] != value:
            raise StatementError(f"an invitation with another {name}")
    return found
