"""Staff signing in: first the password, then a one-time code or a backup code.

Nobody is signed in between the two: the session only remembers who proved the
password, for ten minutes. Failures count against the same limits as members'.
"""

import logging
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.http import HttpRequest
from django_otp import user_has_device

from accounts import otp
from accounts.errors import WrongCode, WrongSecret
from accounts.models import Member
from accounts.signin import _hash_of_nobody, fail, failures, hashing
from sesphr import clock

logger = logging.getLogger("sesphr.staff")

PENDING = "staff_sign_in"
PENDING_SECONDS = 600


@dataclass(frozen=True)
class Pending:
    """Somebody who proved a staff password and nothing else yet."""

    member: Member

    @property
    def enrols(self) -> bool:
        """Whether a device must be enrolled, because there is none."""
        return not user_has_device(self.member, confirmed=True)


def address_of(request: HttpRequest) -> str:
    """The client's address as the server in front of Django saw it."""
    return str(request.META.get("REMOTE_ADDR", ""))


def check_staff_password(*, login: str, password: str, address: str) -> Member:
    """The active staff member with this login and password.

    Raises:
        RateLimited: too many failures before. WrongSecret: everything else, alike and at the
            same cost, members' own logins included.
    """
    limits, bound = failures(login, address), hashing(address)
    bound.take()
    found = Member.objects.filter(login=login, is_staff=True).first()
    expected = _hash_of_nobody(settings.PASSWORD_HASHERS[0]) if found is None else found.password
    right = check_password(password, expected)
    if found is None or not right or not found.is_active:
        logger.warning("a staff sign-in was refused: password, from %s", address)
        fail(limits, WrongSecret())
    bound.give_back()
    return found


def remember(request: HttpRequest, member: Member) -> None:
    """Note in a fresh session that the password was right."""
    request.session.cycle_key()
    request.session[PENDING] = {
        "member": str(member.pk),
        "since": clock.now(),
        "hash": member.get_session_auth_hash(),
    }


def pending(request: HttpRequest) -> Pending | None:
    """Who proved the password in this session; None when nobody did, or too long ago."""
    kept = request.session.get(PENDING)
    if kept is None or clock.now() - kept["since"] > PENDING_SECONDS:
        return None
    member = Member.objects.filter(pk=UUID(kept["member"]), is_staff=True).first()
    if member is None or not member.is_active or member.get_session_auth_hash() != kept["hash"]:
        return None
    return Pending(member)


def forget(request: HttpRequest) -> None:
    """Forget who proved the password."""
    request.session.pop(PENDING, None)


def check_code(*, member: Member, code: str, address: str) -> object:
    """The device whose code this is: an authenticator's, or a backup code, which is then used up.

    Raises:
        RateLimited: too many failures before. WrongCode: it is not right.
    """
    device = otp.accept(member, code)
    if device is None:
        logger.warning("a staff sign-in was refused: code, from %s", address)
        fail(failures(member.login, address), WrongCode())
    return device
