"""The letters of accounts; a letter that cannot be sent stops nothing."""

import logging
from uuid import UUID

from django.core import signing
from django.core.mail import send_mail

from accounts import ratelimits
from accounts.errors import RateLimited
from accounts.models import Member
from sesphr.ports.errors import Invalid

logger = logging.getLogger("sesphr.accounts")

TOKEN_SECONDS = 3 * 24 * 3600
_signer = signing.TimestampSigner(salt="accounts.confirm")

CONFIRM = """Somebody, we hope you, registered at SeSPHR with this e-mail address.

Confirm the address within three days:

{link}

If it was not you, do nothing. After three days sign in to get another letter.
"""
KNOWN = """Somebody tried to register at SeSPHR with this e-mail address, which has an
account already. Nothing was changed.

If it was you, sign in instead, with your password or your recovery code. If it
was not you, there is nothing to do.
"""
RESET = """An administrator removed the second factor of your SeSPHR account, and signed you out
everywhere. From now on your password, or your recovery code, is enough to sign in.

If you asked for this, sign in and set up your authenticator app again. If you did
not, sign in at once, choose another password, and tell the administrator.
"""


def confirmation_token(member: UUID) -> str:
    """Return the signed text that confirms a member's address."""
    return _signer.sign(str(member))


def member_of_token(token: str) -> UUID:
    """Return the member whose address a token confirms.

    Raises:
        Invalid: the token is not ours or too old.
    """
    try:
        return UUID(_signer.unsign(token, max_age=TOKEN_SECONDS))
    except signing.SignatureExpired:
        raise Invalid("This link is too old. Sign in to get another letter.") from None
    except (signing.BadSignature, ValueError):
        raise Invalid("This link is not valid. Copy it whole from the letter.") from None


def send_confirmation(member: Member, page: str) -> None:
    """Send the link that confirms the address; `page` is the address of the page for it."""
    link = f"{page}?token={confirmation_token(member.id)}"
    _send(member, "Confirm your e-mail address", CONFIRM.format(link=link))


def send_known(member: Member) -> None:
    """Tell the holder of an address that somebody tried to register with it."""
    _send(member, "Somebody tried to register with your address", KNOWN)


def send_second_factor_reset(member: Member) -> None:
    """Tell a member that their second factor was removed by somebody else."""
    _send(member, "Your second factor was removed", RESET)


def _send(member: Member, subject: str, text: str) -> None:
    try:
        ratelimits.spend("mail:login", member.login)
        send_mail(subject, text, None, [member.login])
    except RateLimited:
        return
    except OSError as error:
        logger.warning("a letter to member %s was not sent: %s", member.id, type(error).__name__)
