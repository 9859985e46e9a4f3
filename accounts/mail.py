"""The letters of accounts; a letter that cannot be sent stops nothing."""

import logging
from textwrap import fill
from uuid import UUID

from django.core import signing
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils import translation

from accounts import ratelimits
from accounts.errors import RateLimited
from accounts.models import Member
from sesphr.ports.errors import Invalid
from sesphr.web.languages import of_letters

logger = logging.getLogger("sesphr.accounts")

CONFIRM_PAGE = "/confirm"
TOKEN_SECONDS = 3 * 24 * 3600
_signer = signing.TimestampSigner(salt="accounts.confirm")

# Letters are read in windows of any width, but answered with "> " before each line.
LINE = 76


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
        raise Invalid("This link is too old. Sign in to get another e-mail.") from None
    except (signing.BadSignature, ValueError):
        raise Invalid("This link is not valid. Copy it whole from the e-mail.") from None


def send_confirmation(member: Member, page: str) -> None:
    """Send the link that confirms the address; `page` is the address of the page for it."""
    link = f"{page}?token={confirmation_token(member.id)}"
    _send(member, "confirm", link=link)


def send_known(member: Member) -> None:
    """Tell the holder of an address that somebody tried to register with it."""
    _send(member, "known")


def send_authorised(member: Member) -> None:
    """Tell somebody who waits that the account is open."""
    _send(member, "authorised")


def send_second_factor_reset(member: Member) -> None:
    """Tell a member that their second factor was removed by somebody else."""
    _send(member, "reset")


def send_handed_over(guardian: Member) -> None:
    """Tell a guardian that a dependant has the account for themselves now; not who, as letters are not sealed."""
    _send(guardian, "handed-over")


def _addresses(member: Member) -> list[str]:
    """Where a member's letters go: a dependant's to the guardians."""
    guardians = member.guarded.filter(live=True).exclude(since=None).order_by("made", "pk")
    return [row.guardian.login for row in guardians.select_related("guardian")] or [member.login]


def send_opened(owner: Member, kind: str, name: str) -> None:
    """Tell an owner that somebody opened by a code of theirs (kind "code"), or in an emergency.

    The letter does not say why: what is wrong with somebody is not written on a postcard. It
    has a limit of its own, so that no other letters can use it up.
    """
    _send(owner, f"opened-{kind}", limit="mail:opened", name=name)


def send_leaver(member: Member, *, ended: bool) -> None:
    """Tell an owner that somebody with whom they share has left; not who, because letters are not sealed."""
    _send(member, "leaver" if ended else "moved")


def _send(member: Member, letter: str, *, limit: str = "mail:login", **values: str) -> None:
    with translation.override(of_letters(member.language)):
        subject, text = _written(letter, values)
    try:
        ratelimits.spend(limit, member.login)
        send_mail(subject, text, None, _addresses(member))
    except RateLimited:
        return
    except OSError as error:
        logger.warning("a letter to member %s was not sent: %s", member.id, type(error).__name__)


def _written(letter: str, values: dict[str, str]) -> tuple[str, str]:
    """Subject and text of templates/letters/NAME.txt, whose first paragraph is the subject."""
    words = render_to_string(f"letters/{letter}.txt", values)
    subject, *paragraphs = filter(None, (part.strip() for part in words.split("\n\n")))
    # A link in two pieces opens nothing.
    filled = [
        fill(part, LINE, break_long_words=False, break_on_hyphens=False) for part in paragraphs
    ]
    return subject, "\n\n".join(filled) + "\n"
