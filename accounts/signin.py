"""Signing in with a login secret, and with a one-time code where one is set.

Only failures are counted, and what was counted refuses further failures alone: a
right secret passes an exhausted limit, or a stranger behind the same proxy could lock
everybody out. Hashing for one address has a much higher bound of its own.
A wrong secret and an unknown login read alike and cost the same.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NoReturn

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django_otp import user_has_device

from accounts import events, selectors
from accounts import otp as codes
from accounts.errors import NotAdmitted, OtpNeeded, WrongCode, WrongSecret
from accounts.models import KeySlot, Member, SlotType
from accounts.ratelimits import Limit
from accounts.transactions import atomic_retried
from sesphr.web.problems import Problem


@dataclass(frozen=True)
class SignedIn:
    """Who proved to be whom, the slot that was opened, the second factor that was used.

    The generations of all the member's slots were read together with that slot.
    """

    member: Member
    slot: KeySlot
    generations: dict[str, int]
    device: Any


@lru_cache(maxsize=4)
def _hash_of_nobody(hasher: str) -> str:
    """Return a hash, as this hasher makes it, of a secret that nobody knows."""
    return make_password(secrets.token_hex(32))


def secret_matches(slot: KeySlot | None, login_secret: str) -> bool:
    """Whether a login secret belongs to a slot; without a slot it costs as much."""
    # Asked for in either case: the first call of a process makes that hash, which takes time.
    nobody = _hash_of_nobody(settings.PASSWORD_HASHERS[0])
    expected = nobody if slot is None else slot.secret_hash
    return check_password(login_secret, expected) and slot is not None


def failures(login: str, address: str) -> tuple[Limit, Limit]:
    """Return the limits on failed attempts: of an address, and of an address at one login."""
    return Limit("sign-in:address", address), Limit("sign-in:login", login, address)


def fail(limits: Iterable[Limit], refusal: Problem) -> NoReturn:
    """Count a failed attempt and refuse it.

    Raises:
        RateLimited: there were too many before. Otherwise `refusal` itself.
    """
    for limit in limits:
        limit.check()
    for limit in limits:
        limit.count()
    raise refusal


def hashing(address: str) -> Limit:
    """Return the bound on secrets that are hashed for an address and turn out wrong.

    Take from it before hashing, and give back when the secret was right.
    """
    return Limit("sign-in:hash", address)


def sign_in(
    *, login: str, slot_type: str, login_secret: str, otp: str | None, address: str
) -> SignedIn:
    """Check who somebody is; the caller makes the session.

    Raises:
        RateLimited: a failure after too many, or whatever after a flood of them.
        WrongSecret: also for unknown logins.
        OtpNeeded: the one-time code is missing or wrong. NotAdmitted: suspended.
    """
    limits, bound = failures(login, address), hashing(address)
    bound.take()
    stored = selectors.slots_of(login)
    slot = stored.get(slot_type)
    if not secret_matches(slot, login_secret) or slot is None:
        fail(limits, WrongSecret())
    bound.give_back()
    if not slot.member.is_active:
        raise NotAdmitted
    device = _second_factor(slot.member, otp, limits, bound)
    if slot_type == SlotType.RECOVERY:
        _note_recovery(slot.member)
        events.publish(slot.member.id)
    return SignedIn(
        slot.member, slot, {kind: one.generation for kind, one in stored.items()}, device
    )


def _second_factor(member: Member, otp: str | None, limits: tuple[Limit, ...], bound: Limit) -> Any:
    """Return the device that accepts the code; None for a member who has none."""
    if not user_has_device(member, confirmed=True):
        return None
    if not otp:
        raise OtpNeeded("Enter the one-time code of your second factor.")
    device = codes.accept(member, otp)
    if device is None:
        bound.count()
        fail(limits, WrongCode())
    return device


@atomic_retried
def _note_recovery(member: Member) -> None:
    events.record(member.id, "recovery-used", purpose="sign-in")
