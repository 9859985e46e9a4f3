"""Setting, renewing and removing a second factor: an authenticator app with backup codes.

Who changes it proves a present login secret, and a code where a factor is set. The app's
key leaves the server once, while it is set up, and backup codes once, when they are made.
"""

from base64 import b32encode
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from django.utils import timezone
from django_otp.oath import hotp
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import events, mail, otp, reauthentication
from accounts.errors import WrongCode
from accounts.models import Member
from accounts.reauthentication import Proof
from accounts.services import devices
from accounts.signin import fail, failures
from accounts.transactions import atomic_retried
from sesphr.ports.errors import Conflict, Invalid

BACKUP_CODES = 10
SETUP = timedelta(minutes=15)
# For how long the first code, sent again, gets the same answer again.
REPEAT = timedelta(minutes=2)


@dataclass(frozen=True)
class Setup:
    """What an authenticator app is told: the otpauth address for its camera, the key to type."""

    uri: str = field(repr=False)
    secret: str = field(repr=False)


@dataclass(frozen=True)
class Status:
    """Whether a second factor is set, since when (Unix seconds), and how many backup codes are left."""

    since: int | None
    codes_left: int


def status(member: Member) -> Status:
    """Return how a member's second factor stands."""
    device = _set(member)
    if device is None:
        return Status(None, 0)
    made = device.created_at
    left = StaticToken.objects.filter(device__user=member, device__confirmed=True).count()
    return Status(None if made is None else int(made.timestamp()), left)


def begin(*, member: Member, proof: Proof) -> Setup:
    """Make a key for an authenticator app; what is set counts until the new one is confirmed.

    Raises:
        WrongSecret, OtpNeeded, RateLimited: the proof is not right.
    """
    reauthentication.demand(member, proof)
    device = _begin(member)
    return Setup(device.config_url, b32encode(device.bin_key).decode())


def begin_first(*, member: Member) -> TOTPDevice:
    """Begin for staff, whose password the caller has just checked, and who must set a factor.

    Raises:
        Conflict: one is set meanwhile, and proves more than a password does.
    """
    if _set(member) is not None:
        raise Conflict("A second factor is set already.")
    return _begin(member)


@atomic_retried
def _begin(member: Member) -> TOTPDevice:
    _lock(member.pk)
    TOTPDevice.objects.filter(user=member, confirmed=False).delete()
    return TOTPDevice.objects.create(user=member, name="authenticator", confirmed=False)


def confirm(*, member: Member, code: str, address: str) -> list[str]:
    """Set the app that was begun, with a code of it; backup codes in the place of all others.

    The same code again, within two minutes, gives the same backup codes while none was used.

    Raises:
        Conflict: nothing was begun, or too long ago. WrongCode, RateLimited: the code is not right.
    """
    codes = _confirm(member, code)
    if codes is None:
        fail(failures(member.login, address), WrongCode())
    events.publish(member.pk)
    return codes


@atomic_retried
def _confirm(member: Member, code: str) -> list[str] | None:
    _lock(member.pk)
    begun = TOTPDevice.objects.select_for_update().filter(user=member, confirmed=False).first()
    if begun is None:
        return _repeated(member, code)
    if begun.created_at is None or begun.created_at < timezone.now() - SETUP:
        raise Conflict("This took too long. Begin again.")
    if not otp.confirm(begun, code):
        return None
    TOTPDevice.objects.filter(user=member).exclude(pk=begun.pk).delete()
    begun.confirmed = True
    begun.save(update_fields=["confirmed"])
    events.record(member.pk, "second-factor-set")
    return _new_codes(member)


def _repeated(member: Member, code: str) -> list[str]:
    """The codes of a confirmation whose answer may have been lost."""
    device = _set(member)
    codes = [one.token for one in StaticToken.objects.filter(device__user=member).order_by("pk")]
    if device is None or len(codes) != BACKUP_CODES or not _just_now(device, otp.tidy(code)):
        raise Conflict("There is no authenticator app to confirm. Begin again.")
    return codes


def _just_now(device: TOTPDevice, code: str) -> bool:
    used = device.last_used_at
    if used is None or used < timezone.now() - REPEAT or device.last_t < 0:
        return False
    return code == f"{hotp(device.bin_key, device.last_t, device.digits):0{device.digits}d}"


def renew_codes(*, member: Member, proof: Proof) -> list[str]:
    """Make new backup codes in the place of all others.

    Raises:
        Invalid: no second factor is set. WrongSecret, OtpNeeded, RateLimited: the proof.
    """
    _require_set(member)
    reauthentication.demand(member, proof)
    codes = _renew(member)
    events.publish(member.pk)
    return codes


@atomic_retried
def _renew(member: Member) -> list[str]:
    _lock(member.pk)
    _require_set(member)
    events.record(member.pk, "backup-codes-renewed")
    return _new_codes(member)


def remove(*, member: Member, proof: Proof) -> None:
    """Sign in without a second factor from now on; again, it changes nothing.

    Raises:
        WrongSecret, OtpNeeded, RateLimited: the proof is not right.
    """
    reauthentication.demand(member, proof)
    _remove(member)
    events.publish(member.pk)


@atomic_retried
def _remove(member: Member) -> None:
    _lock(member.pk)
    if _forget(member):
        events.record(member.pk, "second-factor-removed")


def reset(*, member: Member, by: str, checked: str) -> bool:
    """Remove the second factor of somebody who lost it, and end their sessions; tell them by letter.

    `checked` says what was checked of the person, `by` whom. Whether there was one.

    Raises:
        Invalid: nothing was checked.
    """
    if not checked.strip():
        raise Invalid("Say what you checked of the person.")
    if not _reset(member, by, checked.strip()):
        return False
    events.publish(member.pk)
    mail.send_second_factor_reset(member)
    return True


@atomic_retried
def _reset(member: Member, by: str, checked: str) -> bool:
    found = _lock(member.pk)
    if not _forget(member):
        return False
    found.session_epoch += 1
    found.save(update_fields=["session_epoch"])
    devices.end_all(member.pk)
    events.record(member.pk, "second-factor-reset", by=by, checked=checked)
    return True


def _require_set(member: Member) -> None:
    if _set(member) is None:
        raise Invalid("No second factor is set.")


def _set(member: Member) -> TOTPDevice | None:
    found: TOTPDevice | None = TOTPDevice.objects.filter(user=member, confirmed=True).first()
    return found


def _lock(pk: UUID) -> Member:
    """Let changes of one member's second factor wait for each other."""
    return Member.objects.select_for_update().get(pk=pk)


def _forget(member: Member) -> bool:
    """Whether there was a second factor."""
    was_set = _set(member) is not None
    TOTPDevice.objects.filter(user=member).delete()
    StaticDevice.objects.filter(user=member).delete()
    return was_set


def _new_codes(member: Member) -> list[str]:
    StaticDevice.objects.filter(user=member).delete()
    device = StaticDevice.objects.create(user=member, name="backup", confirmed=True)
    codes = [StaticToken.random_token() for _ in range(BACKUP_CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=device, token=one) for one in codes)
    return codes
