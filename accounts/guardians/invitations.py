"""What one guardian sends to invite another, checked as far as the portal can; the seed stays sealed.

What was sealed cannot be opened here: the invited guardian's endpoint checks the rest, and all again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings

from accounts import selectors
from sesphr.crypto import invitations
from sesphr.crypto.encoding import b64u_decode
from sesphr.crypto.errors import CryptoError
from sesphr.crypto.invitations import Invited
from sesphr.crypto.statements import payload_of_unverified
from sesphr.ports.errors import Invalid


@dataclass(frozen=True)
class Invitation:
    """Whom, a dependant's seed sealed to him (base64url), and what the guardian who asks signed."""

    guardian: UUID
    enc: str
    ciphertext: str
    statement: str


def parse(sent: Mapping[str, Any]) -> Invitation:
    """Check an invitation for form.

    Raises:
        DecodingError: a value that cannot be one.
    """
    b64u_decode(sent["enc"], 32)
    b64u_decode(sent["ciphertext"], 48)
    return Invitation(UUID(sent["guardian"]), sent["enc"], sent["ciphertext"], sent["statement"])


def require_signed(sent: Invitation, *, by: UUID, dependant: UUID) -> None:
    """Demand that whoever invites signed just this, of the keys that the dependant has now.

    Raises:
        Invalid: another statement. Unavailable: no node answers.
    """
    mine, theirs = _newest(by), _newest(dependant)
    try:
        invited = Invited(
            str(dependant), b64u_decode(theirs["verification"]), b64u_decode(theirs["receive"]),
            str(sent.guardian), sent.enc, sent.ciphertext,
        )  # fmt: skip
        directory = {str(by): b64u_decode(mine["verification"], 32)}
        invitations.check(
            sent.statement,
            deployment=settings.SESPHR_DEPLOYMENT,
            directory=directory,
            invited=invited,
        )
    except CryptoError:
        raise Invalid("Sign the invitation as it is, with the keys that they have now.") from None


def _newest(member: UUID) -> dict[str, Any]:
    return payload_of_unverified(selectors.registrations(member)[-1])
