"""Registering, confirming the address, adding partition keys.

A login that somebody has already is answered like a new one, with about the
same work; only a letter to its address tells the difference.
"""

from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError
from django.db.models import Q

from accounts import applications, events, mail, selectors, slots
from accounts.applications import Application
from accounts.models import ActivationCode, HandOver, KeySlot, Member, SlotType
from accounts.organisations import codes, enrolling
from accounts.transactions import atomic_retried
from sesphr import clock, fanout
from sesphr.crypto.encoding import b64u_encode, parse_ijson
from sesphr.ports.errors import Conflict, Invalid, Refused


def register(
    *, application: Application, page: str, language: str = "", activation_code: str | None = None
) -> UUID:
    """Register a member at the nodes, then here; the member's id.

    With an activation code the member is enrolled by the organisation that issued it, and takes part
    at once. Of a login that somebody has already the code is not used.

    The nodes come first, so that a member here is always one there. The same
    application again changes nothing. `page` is where the letter's link leads; `language` is what letters
    are written in.

    Raises:
        Invalid, Unavailable: as a node says.
        Conflict: the nodes hold another registration for this login, which never
            came to an end here; its own endpoint must repeat it.
        BadCode: the code cannot be used, or is for somebody else.
    """
    code = None if activation_code is None else codes.for_application(activation_code, application)
    hashes = {slot.type: make_password(slot.login_secret) for slot in application.slots}
    _tell_nodes(application)
    created = _create_unless_taken(application, hashes, language, code)
    member = selectors.by_login(application.login)
    if member is not None:
        if created or _is_repeat(member, application):
            if code is not None:
                _admit(code, member)
            send_confirmation_again(member=member, page=page)
        else:
            mail.send_known(member)
        events.publish(member.id)
    return application.member


class _Promised(Exception):
    """An account that is being handed over gets this login."""


def _admit(code: ActivationCode, member: Member) -> None:
    """Only with the code that made this member: another is not used by a repeat."""
    used = ActivationCode.objects.filter(pk=code.pk, used_by=member).exists()
    if used:
        enrolling.admit(code, member)


def _tell_nodes(application: Application) -> None:
    try:
        fanout.write(lambda node: node.register(application.registration))
    except (Conflict, Refused):
        # Looked up after the answer: a racing registration may have won meanwhile.
        if not _is_taken(application):
            raise


def _is_taken(application: Application) -> bool:
    """Whether somebody has this login, or will: of a handed-over account it says nothing of the id."""
    named = Q(pk=application.member) | Q(login=application.login)
    return (
        Member.objects.filter(named).exists()
        or HandOver.objects.filter(login=application.login).exists()
    )


def _create_unless_taken(
    application: Application, hashes: dict[str, str], language: str, code: ActivationCode | None
) -> bool:
    try:
        _create(application, hashes, language, code)
    except _Promised:
        return False
    except IntegrityError:
        if not _is_taken(application):
            raise
        return False
    return True


@atomic_retried
def _create(
    application: Application, hashes: dict[str, str], language: str, code: ActivationCode | None
) -> None:
    member = Member(
        id=application.member,
        login=application.login,
        name=application.name,
        role=application.role,
        registration=application.digest,
        password=hashes[SlotType.PASSWORD],
        language=language,
    )
    member.save(force_insert=True)
    # After the insert, and locking, as a hand-over reserves its login: of two at once one sees the other.
    if HandOver.objects.select_for_update().filter(login=application.login).exists():
        raise _Promised
    KeySlot.objects.bulk_create(slots.row(slot, hashes[slot.type]) for slot in application.slots)
    digest = b64u_encode(application.digest)
    events.record(member.id, "registered", role=member.role, registration=digest)
    if code is not None:
        enrolling.redeem(code, member)


def _is_repeat(member: Member, application: Application) -> bool:
    """Whether this is what the member registered with, as it still stands."""
    if member.registration != application.digest:
        return False
    if (member.name, member.role) != (application.name, application.role):
        return False
    stored = {slot.type: slot for slot in member.slots.all()}
    return set(stored) == {slot.type for slot in application.slots} and all(
        slots.same(stored[slot.type], slot) for slot in application.slots
    )


def send_confirmation_again(*, member: Member, page: str) -> None:
    """Send the letter with the link, unless the address is confirmed."""
    if member.confirmed_at is None:
        mail.send_confirmation(member, page)


def confirm(*, token: str) -> None:
    """Note that a member's address works; again changes nothing.

    Raises:
        Invalid: the token is not ours, too old, or of nobody.
    """
    member = mail.member_of_token(token)
    _confirm(member)
    events.publish(member)


@atomic_retried
def _confirm(member: UUID) -> None:
    unconfirmed = Member.objects.filter(pk=member, confirmed_at=None)
    if unconfirmed.update(confirmed_at=clock.now()):
        events.record(member, "confirmed")


def add_registration(*, member: Member, registration: str) -> list[str]:
    """Give the nodes a further registration of a member; receipts of enough of them, in order.

    New keys come with a hand-over alone: what opens them is kept here before any node has them.

    Raises:
        Invalid, DecodingError, Conflict, Refused, Unavailable: as checked here or by a node.
    """
    payload = parse_ijson(applications.require_own(registration, member.id))
    if "possession" in payload:
        raise Invalid("Keys are changed by taking an account over, with what opens the new ones.")
    return fanout.write(lambda node: node.register(registration))
