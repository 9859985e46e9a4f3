"""Replacing a key slot: a new password or a new recovery code."""

from uuid import UUID

from django.contrib.auth.hashers import make_password

from accounts import events, slots
from accounts.errors import WrongSecret
from accounts.models import KeySlot, Member, SlotType
from accounts.services import devices
from accounts.signin import fail, failures, hashing, secret_matches
from accounts.slots import NewSlot
from accounts.transactions import atomic_retried
from sesphr.ports.errors import Conflict

EVENTS = {SlotType.PASSWORD: "password-changed", SlotType.RECOVERY: "recovery-renewed"}


def replace_slot(
    *,
    member: Member,
    new: NewSlot,
    current_type: str,
    current_secret: str,
    address: str,
    session: bytes | None = None,
) -> Member:
    """Replace a slot by its next generation, for somebody who proves a present secret.

    A new password ends all sessions but the one of the device named `session`.
    The identical slot again changes nothing, and needs no other proof than its
    own login secret: the present one is the new one by then.

    Raises:
        WrongSecret, RateLimited: the present secret is wrong; it was too often (a right
            one is then taken still, until a flood of wrong ones).
        Conflict: the stored slot is not of the generation before.
    """
    bound = hashing(address)
    bound.take()
    current = _proof(member, new, current_type, current_secret, address)
    bound.give_back()
    if current is None:
        return member
    found = _replace(member.id, new, make_password(new.login_secret), current, session)
    events.publish(member.id)
    return found


def _proof(
    member: Member, new: NewSlot, current_type: str, current_secret: str, address: str
) -> KeySlot | None:
    """Return the slot that the present secret opens; None if the new slot is there already."""
    stored = KeySlot.objects.filter(member=member, type=new.type).first()
    if stored is not None and slots.identical(stored, new):
        return None
    current = KeySlot.objects.filter(member=member, type=current_type).first()
    if not secret_matches(current, current_secret) or current is None:
        fail(failures(member.login, address), WrongSecret())
    return current


@atomic_retried
def _replace(
    pk: UUID, new: NewSlot, secret_hash: str, current: KeySlot, session: bytes | None
) -> Member:
    member = Member.objects.select_for_update().get(pk=pk)
    stored = {slot.type: slot for slot in member.slots.select_for_update()}
    _require_next(stored, new, current)
    row = slots.row(new, secret_hash)
    row.pk = stored[new.type].pk
    row.save(force_update=True)
    if new.type == SlotType.PASSWORD:
        member.password = secret_hash
        member.session_epoch += 1
        member.save(update_fields=["password", "session_epoch"])
        devices.end_all(pk, keep=session)
    if current.type == SlotType.RECOVERY:
        events.record(pk, "recovery-used", purpose=f"replace-{new.type}")
    events.record(pk, EVENTS[SlotType(new.type)], generation=new.generation, proof=current.type)
    return member


def _require_next(stored: dict[str, KeySlot], new: NewSlot, current: KeySlot) -> None:
    """Between the proof and this transaction another replacement may have won."""
    proof = stored.get(current.type)
    if proof is None or proof.secret_hash != current.secret_hash or new.type not in stored:
        raise Conflict("The key slots changed meanwhile. Sign in again.")
    if new.generation != stored[new.type].generation + 1:
        raise Conflict(f"The slot must have generation {stored[new.type].generation + 1}.")
