"""Authorising, suspending and ending memberships; ending sessions.

The nodes are told first and may be told again: a crash between them and the
portal is mended by repeating the call.
"""

from uuid import UUID

from accounts import events, mail, selectors
from accounts.guardians import ending
from accounts.models import Member, Post, Role, State
from accounts.services import devices
from accounts.transactions import atomic_retried
from sesphr import clock, fanout
from sesphr.ports.errors import Conflict, Refused


def authorise(*, member: Member, by: str, checked: str, confirmed: bool = True) -> Member:
    """Let a member take part; `checked` says what was checked of the person, `by` whom.

    The e-mail address counts as confirmed then, unless `confirmed` is false. A member who is
    authorised already stays as they are.

    Raises:
        Refused: administrators have no keys. Conflict: the member departed.
        Invalid, Unavailable: as a node says.
    """
    _require_member(member)
    if member.state == State.DEPARTED:
        raise Conflict("A membership that ended cannot be authorised again.")
    if member.state == State.AUTHORISED:
        return member
    joined = min(fanout.write(lambda node: node.activate(str(member.id), member.role)))
    found = _authorise(member.id, by, checked, joined, confirmed)
    events.publish(member.id)
    mail.send_authorised(found)
    return found


@atomic_retried
def _authorise(pk: UUID, by: str, checked: str, joined: int, confirmed: bool) -> Member:
    member = _locked(pk)
    if member.state == State.AUTHORISED:
        return member
    if member.state == State.DEPARTED:
        raise Conflict("This membership ended meanwhile.")
    now = clock.now()
    member.state, member.authorised_at, member.joined = State.AUTHORISED, now, joined
    member.checked, member.checked_by = checked, by
    if confirmed and member.confirmed_at is None:
        member.confirmed_at = now
    member.save()
    events.record(pk, "authorised", by=by, checked=checked, role=member.role, joined=joined)
    return member


def suspend(*, member: Member, by: str) -> Member:
    """Refuse everything that a member asks until authorised again; end their sessions.

    Raises:
        Refused: an administrator. Conflict: the member departed. Unavailable: a node.
    """
    _require_member(member)
    if member.state == State.DEPARTED:
        raise Conflict("This membership ended.")
    fanout.write(lambda node: node.suspend(str(member.id)))
    found = _close(member.id, State.SUSPENDED, by)
    events.publish(member.id)
    return found


def depart(*, member: Member, by: str) -> Member:
    """End a membership for ever: no sessions, no key slots, no keys at any node.

    Raises:
        Refused: an administrator. Unavailable: a node; repeat the call.
        LastGuardian: somebody's keys would be lost with it.
    """
    _require_member(member)
    if member.state == State.DEPARTED:
        return member
    ending.require_others(member.pk)
    fanout.write(lambda node: node.depart(str(member.id)))
    found = _close(member.id, State.DEPARTED, by)
    events.publish(member.id)
    ending.release(member.id)
    return found


def close_departed(*, member: Member, by: str) -> Member:
    """End a membership at the portal alone, where the nodes are told afterwards; again changes nothing.

    Whoever alone acts for a dependant keeps what that takes, as `ending` says.
    """
    return _close(member.pk, State.DEPARTED, by)


@atomic_retried
def _close(pk: UUID, state: State, by: str) -> Member:
    member = _locked(pk)
    if member.state in (state, State.DEPARTED):
        return member
    now = clock.now()
    member.state = state
    member.session_epoch += 1
    if state == State.DEPARTED:
        # Posts that the organisations did not end are over with the membership.
        member.posts.filter(current=True).update(current=None, state=Post.State.LEFT, until=now)
        member.caring = bool(ending.leave(pk))
        if not member.caring:
            ending.close(member)
    member.save()
    devices.end_all(pk)
    events.record(pk, state.value, by=by)
    return member


@atomic_retried
def _forget(pk: UUID, by: str) -> None:
    member = selectors.forgettable().select_for_update().filter(pk=pk).first()
    if member is None:
        raise Refused(
            "Only an application can be forgotten whose address was not confirmed, that was never"
            " authorised, and that is older than 30 days."
        )
    events.record(pk, "application-forgotten", by=by)
    member.delete()


def forget_application(*, member: Member, by: str) -> None:
    """Remove an old application that nobody confirmed or authorised, with its key slots.

    The nodes keep the registration, which was never activated.

    Raises:
        Refused: it is no such application.
    """
    _forget(member.id, by)
    events.publish(member.id)


def end_sessions(*, member: Member) -> Member:
    """Sign a member out of every session, this one included."""
    found = _end_sessions(member.id)
    events.publish(member.id)
    return found


@atomic_retried
def _end_sessions(pk: UUID) -> Member:
    member = _locked(pk)
    member.session_epoch += 1
    member.save(update_fields=["session_epoch"])
    devices.end_all(pk)
    events.record(pk, "signed-out-everywhere")
    return member


def _locked(pk: UUID) -> Member:
    return Member.objects.select_for_update().get(pk=pk)


def _require_member(member: Member) -> None:
    if member.role == Role.ADMINISTRATOR:
        raise Refused("This is an administrator's account, not a member's.")
