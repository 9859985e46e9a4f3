"""How guardianships end, and that nothing ends the last one of somebody whose keys nobody else has.

A member whose membership ends although nobody else acts for a dependant is `caring`: they sign in and
act for that dependant, and can do nothing else, until there is another guardian or the account was
handed over. Then the rest ends, at that event or by `finish`.
"""

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts import events
from accounts.guardians import offers
from accounts.guardians.models import Guardianship
from accounts.models import Device, Member, State
from accounts.transactions import atomic_retried
from sesphr import clock
from sesphr.ports.errors import Conflict

ACTS = Q(guardian__state=State.AUTHORISED) | Q(guardian__caring=True)


class LastGuardian(Conflict):
    """The membership cannot end: somebody would be left whose keys nobody has."""

    def __init__(self, many: int) -> None:
        super().__init__(
            f"Nobody else acts for {many} of those for whom this member does, and their keys would be"
            " lost. First they need another guardian, or the account has to be handed over to them."
        )


def live() -> QuerySet[Guardianship]:
    """Guardianships that are not over; invitations too."""
    return Guardianship.objects.filter(live=True)


def sole(member: UUID) -> QuerySet[Guardianship]:
    """Those by which this member alone acts for somebody who has not departed."""
    others = live().filter(ACTS, dependant=OuterRef("dependant")).exclude(since=None)
    mine = live().filter(guardian=member).exclude(since=None)
    mine = mine.exclude(dependant__state=State.DEPARTED)
    return mine.filter(~Exists(others.exclude(guardian=member)))


def require_others(member: UUID) -> None:
    """Demand that nobody is left without a guardian when this member goes.

    Raises:
        LastGuardian.
    """
    many = sole(member).count()
    if many:
        raise LastGuardian(many)


def over(row: Guardianship, now: int | None = None) -> None:
    """End a guardianship within the caller's transaction; its slot goes, and offers of that guardian."""
    row.live, row.until = None, clock.now() if now is None else now
    row.enc = row.ciphertext = row.statement = row.generation = row.salt = row.sealed = None
    row.save()
    Device.objects.filter(acting=row).update(acting=None)
    offered = offers.live(row.dependant_id).filter(guardian=row.guardian_id)
    offers.lapse(offered, guardian=str(row.guardian_id))


def leave(member: UUID) -> int:
    """With a membership end its guardianships, of others and by others; within that transaction.

    Those stay without which somebody's keys would be lost; how many.
    """
    # Dependants' rows are the locks: of two guardians who leave at once the second one stays.
    guarded = live().filter(guardian=member).values_list("dependant_id", flat=True)
    list(Member.objects.select_for_update().filter(pk__in=list(guarded)).order_by("pk"))
    kept = set(sole(member).values_list("pk", flat=True))
    rows = live().filter(Q(guardian=member) | Q(dependant=member)).exclude(pk__in=kept)
    for row in rows.order_by("pk"):
        over(row)
    for begun in offers.live(member).select_for_update():
        offers.close(begun)
    return len(kept)


def end_for(dependant: UUID, now: int) -> list[UUID]:
    """End all guardianships of a dependant, within that transaction; who acted until now."""
    rows = live().select_for_update().filter(dependant=dependant)
    ended = list(rows.order_by("made", "pk"))
    for row in ended:
        over(row, now)
    return [row.guardian_id for row in ended if row.since is not None]


def close(member: Member) -> None:
    """Take all that a departed member signs in with; within the transaction that saves the row."""
    member.caring = False
    member.set_unusable_password()
    member.slots.all().delete()
    member.former.all().delete()


def release(dependant: UUID) -> None:
    """End what was left of those who left and acted on for somebody, where others act by now."""
    caring = Member.objects.filter(caring=True, guardianships__dependant=dependant)
    for pk in set(caring.values_list("pk", flat=True)):
        if _released(pk):
            events.publish(pk)


def finish() -> int:
    """The same for everybody, wherever it stopped; of how many all has ended now."""
    found = list(Member.objects.filter(caring=True).values_list("pk", flat=True))
    done = [pk for pk in found if _released(pk)]
    for pk in done:
        events.publish(pk)
    return len(done)


@atomic_retried
def _released(pk: UUID) -> bool:
    member = Member.objects.select_for_update().get(pk=pk)
    if not member.caring or leave(pk):
        return False
    close(member)
    member.session_epoch += 1
    member.save()
    Device.objects.filter(member=member).delete()
    events.record(pk, "caring-ended")
    return True
