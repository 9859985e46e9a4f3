"""A guardian offers a dependant's account to whoever has a code, and takes the offer back."""

from uuid import UUID

from django.db import IntegrityError

from accounts import events
from accounts.guardians import offers, services
from accounts.guardians.forms import Offer
from accounts.guardians.models import HandOver
from accounts.models import Member
from accounts.transactions import atomic_retried
from sesphr import clock
from sesphr.ports.errors import Conflict


def offer(*, guardian: Member, dependant: UUID, made: Offer) -> HandOver:
    """Let whoever has the code take over a dependant's account; the same again changes nothing.

    It takes the place of an offer that nobody began.

    Raises:
        NotFound: no dependant of this guardian's. Conflict: not authorised, or that code was used.
        BadHandOver: somebody began already.
    """
    try:
        row = _offer(guardian, dependant, made)
    except IntegrityError:
        raise Conflict("This code was used before. Make a new one.") from None
    events.publish(dependant)
    return row


@atomic_retried
def _offer(guardian: Member, dependant: UUID, made: Offer) -> HandOver:
    member = _locked(guardian, dependant)
    if not member.is_authorised:
        raise Conflict("An administrator must authorise this account first.")
    before = offers.live(dependant).select_for_update().first()
    if before is not None:
        if before.begun is not None:
            raise offers.begun()
        if _same(before, guardian, made):
            return before
        offers.close(before)
    now = clock.now()
    row = HandOver.objects.create(
        dependant=member, guardian=guardian, made=now, expires=now + offers.LIFE,
        found_by=made.found_by, salt=made.salt, sealed=made.sealed,
    )  # fmt: skip
    events.record(dependant, "hand-over-offered", guardian=str(guardian.id))
    return row


def _same(row: HandOver, guardian: Member, made: Offer) -> bool:
    kept = (row.guardian_id, row.found_by, row.sealed)
    return kept == (guardian.id, made.found_by, made.sealed) and row.expires > clock.now()


def _locked(guardian: Member, dependant: UUID) -> Member:
    # The dependant's row is the lock, as for invitations; who is a guardian is read after it.
    services.slot_of(guardian=guardian, dependant=dependant)
    Member.objects.select_for_update().get(pk=dependant)
    return services.slot_of(guardian=guardian, dependant=dependant).dependant


def withdraw(*, guardian: Member, dependant: UUID) -> None:
    """Make the code useless; again changes nothing.

    Raises:
        NotFound: no dependant of this guardian's. BadHandOver: somebody began already.
    """
    _withdraw(guardian, dependant)
    events.publish(dependant)


@atomic_retried
def _withdraw(guardian: Member, dependant: UUID) -> None:
    _locked(guardian, dependant)
    rows = offers.live(dependant)
    if not offers.lapse(rows, guardian=str(guardian.id)) and rows.exists():
        raise offers.begun()
