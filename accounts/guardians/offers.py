"""Offers of an account: which stands, and how one ends that nobody has taken up."""

from uuid import UUID

from django.db.models import QuerySet

from accounts import events
from accounts.guardians.forms import hashed
from accounts.guardians.models import Guardianship, HandOver, ListSent
from accounts.models import Member, State
from accounts.transactions import atomic_retried
from sesphr import clock
from sesphr.ports.errors import Unavailable
from sesphr.web.problems import Problem

LIFE = 14 * 24 * 3600
# For how long a list that a guardian sent may be on its way to some node.
UNDER_WAY = 60


class BadHandOver(Problem):
    """The code opens nothing, or nothing any more; the sentence says why."""


def unknown() -> BadHandOver:
    """The refusal of a code that nobody knows, which reads like that of one that was taken back."""
    detail = "This code is not right, or it was taken back. Ask whoever gave it to you."
    return BadHandOver(404, "code-wrong", detail)


def finished() -> BadHandOver:
    """The refusal of a code whose account was taken over."""
    detail = "This account was taken over already. Sign in with the password that you chose then."
    return BadHandOver(409, "hand-over-finished", detail)


def begun() -> BadHandOver:
    """The refusal to a guardian, once whoever has the code began."""
    detail = "They have begun to take over the account. It cannot be taken back any more."
    return BadHandOver(409, "hand-over-begun", detail)


def theirs_now() -> BadHandOver:
    """The same, to a guardian who would say who may read."""
    detail = "They have begun to take over the account. From now on they say who may read it."
    return BadHandOver(409, "hand-over-begun", detail)


def live(dependant: UUID) -> QuerySet[HandOver]:
    """What is offered of this dependant's account, or begun: one row at most."""
    return HandOver.objects.filter(dependant=dependant, live=True)


def waiting(dependant: UUID) -> HandOver | None:
    """The same, unless it could not be taken up any more."""
    row = live(dependant).select_related("guardian").first()
    stands = row is not None and (row.begun is not None or _may_begin(row))
    return row if stands else None


def _may_begin(row: HandOver) -> bool:
    return row.guardian.may_act and row.expires > clock.now()


def known(find: str) -> HandOver:
    """The offer that is found by this, also one that was taken up not long ago.

    Raises:
        BadHandOver: `code-wrong`.
    """
    rows = HandOver.objects.select_related("dependant", "guardian")
    row = rows.filter(found_by=hashed(find)).first()
    if row is None or (row.live is None and not _just_finished(row)):
        raise unknown()
    return row


def _just_finished(row: HandOver) -> bool:
    return row.finished is not None and row.finished + LIFE > clock.now()


def require_open(row: HandOver) -> None:
    """Demand that an account may be taken over with this offer now, or that this may go on.

    Raises:
        BadHandOver: `hand-over-finished`, `code-expired` or `code-wrong`.
        Problem: 403 `not-authorised` while the dependant is suspended.
    """
    if row.finished is not None:
        raise finished()
    if row.live is None:
        raise unknown()
    if row.dependant.state != State.AUTHORISED:
        detail = "This account is suspended. Ask the administrator."
        raise Problem(403, "not-authorised", detail)
    if row.begun is not None or _may_begin(row):
        return
    if not row.guardian.may_act:
        raise unknown()
    raise BadHandOver(410, "code-expired", "This code is too old. Ask your guardian for a new one.")


@atomic_retried
def note_list(dependant: UUID) -> None:
    """Say that a list signed with the dependant's keys is about to go to the nodes.

    Nodes that take it after others took new keys would leave the new holder with a list that the old
    key signed: so none is sent once somebody began, and nobody begins while one is under way.

    Raises:
        BadHandOver: `hand-over-begun`.
    """
    if not Guardianship.objects.filter(dependant=dependant, live=True).exists():
        return
    # The dependant's row is the lock, as for whoever begins: of the two at once one sees the other.
    Member.objects.select_for_update().get(pk=dependant)
    if live(dependant).exclude(begun=None).exists():
        raise theirs_now()
    ListSent.objects.update_or_create(dependant_id=dependant, defaults={"time": clock.now()})


def require_no_list(dependant: UUID) -> None:
    """Demand that no guardian's list is under way; call with the dependant's row locked.

    Raises:
        Unavailable: one may be.
    """
    if ListSent.objects.filter(dependant=dependant, time__gt=clock.now() - UNDER_WAY).exists():
        raise Unavailable("A guardian has just changed who may read. Try again in a minute.")


def lapse(rows: QuerySet[HandOver], **details: str) -> int:
    """Take back what nobody began, within the caller's transaction; how many there were."""
    ended = [row for row in rows.select_for_update() if row.begun is None]
    for row in ended:
        close(row)
        events.record(row.dependant_id, "hand-over-withdrawn", **details)
    return len(ended)


def close(row: HandOver) -> None:
    """End a hand-over; what was sealed and what was sent are forgotten."""
    row.live = row.salt = row.sealed = row.login = row.body = None
    row.save()
