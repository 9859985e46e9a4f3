"""Proving again, within a session, to be its member: before what a stolen session must not do."""

from dataclasses import dataclass, field

from django_otp import user_has_device

from accounts import events, otp
from accounts.errors import OtpNeeded, WrongCode, WrongSecret
from accounts.models import KeySlot, Member, SlotType
from accounts.signin import fail, failures, hashing, secret_matches
from accounts.transactions import atomic_retried


@dataclass(frozen=True)
class Proof:
    """A login secret that is valid now, a one-time code or None, and the address they come from."""

    type: str
    login_secret: str = field(repr=False)
    address: str
    otp: str | None = field(default=None, repr=False)


def demand(member: Member, proof: Proof) -> None:
    """Demand the proof of a login secret, and of a one-time code where a second factor is set.

    Raises:
        WrongSecret, OtpNeeded, RateLimited: it is not right, or it was too often wrong.
    """
    limits, bound = failures(member.login, proof.address), hashing(proof.address)
    bound.take()
    slot = KeySlot.objects.filter(member=member, type=proof.type).first()
    if not secret_matches(slot, proof.login_secret):
        fail(limits, WrongSecret())
    bound.give_back()
    if user_has_device(member, confirmed=True):
        if not proof.otp:
            raise OtpNeeded("Enter the one-time code of your second factor.")
        if otp.accept(member, proof.otp) is None:
            fail(limits, WrongCode())
    if proof.type == SlotType.RECOVERY:
        _note_recovery(member)


@atomic_retried
def _note_recovery(member: Member) -> None:
    events.record(member.pk, "recovery-used", purpose="second-factor")
