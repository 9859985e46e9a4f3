"""Whoever has the code takes the account over: new keys at the nodes, a way to sign in here.

What was sent is committed first, so that it can be finished whenever the power went: then the nodes
take the key change, then the cloud, and one transaction puts the new person in the guardians'
place. Every step may be repeated. What the nodes refuse is forgotten again once every one of them says
that it took none of it.
"""

import json
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError

from accounts import events, mail
from accounts import selectors as accounts
from accounts.guardians import ending, forms, offers, selectors
from accounts.guardians.forms import TakeOver
from accounts.guardians.models import FormerSlot, Guardianship, HandOver
from accounts.models import KeySlot, Member, SlotType
from accounts.services import devices
from accounts.transactions import atomic_retried
from sesphr import clock, fanout
from sesphr.adapters import get_cloud, get_srs_nodes
from sesphr.crypto import statements
from sesphr.ports.errors import Conflict, Invalid, NotFound, Refused, Unavailable
from sesphr.web.problems import Problem

REFUSALS = (Conflict, Invalid, NotFound, Refused)


class LoginTaken(Problem):
    """Somebody has this login, or an account that is being handed over gets it."""

    def __init__(self) -> None:
        detail = "This e-mail address has an account already. Use another one."
        super().__init__(409, "login-taken", detail)


class RegistrationMoved(Problem):
    """The nodes took another registration meanwhile: the key change does not follow it."""

    def __init__(self) -> None:
        detail = "Something changed meanwhile. Nothing was done; begin again with the code."
        super().__init__(409, "registration-moved", detail)


def take_over(*, row: HandOver, sent: TakeOver, page: str, language: str) -> UUID:
    """Give a dependant's account to whoever has the code; the member's id.

    The same again goes on where it stopped. `page` is where the letter's link leads.

    Raises:
        BadHandOver: as `offers.require_open`; `hand-over-finished` too when somebody began with
            something else, which is finished then.
        LoginTaken. RegistrationMoved: prepare it again. Invalid, Refused, Unavailable: as a node says.
    """
    if row.finished is None:
        row = _begun(row, sent, language)
    if row.finished is None:
        row = _carried_out(row, mine=row.digest == sent.digest)
    _tell(row.pk, page)
    if row.digest != sent.digest:
        raise offers.finished()
    return row.dependant_id


def _begun(row: HandOver, sent: TakeOver, language: str) -> HandOver:
    hashes = {}
    if row.begun is None:
        hashes = {slot.type: make_password(slot.login_secret) for slot in sent.slots}
    try:
        return _begin(row, sent, forms.packed(sent, hashes, language) if hashes else "")
    except IntegrityError:
        raise LoginTaken from None


@atomic_retried
def _begin(found: HandOver, sent: TakeOver, body: str) -> HandOver:
    row = _locked(found)
    if row.finished is not None:
        return row
    offers.require_open(row)
    if row.begun is not None:
        return row
    if not body:
        raise RegistrationMoved
    offers.require_no_list(row.dependant_id)
    forms.require_former(sent, row.dependant.former.values_list("below", flat=True))
    row.begun, row.login, row.digest, row.body = clock.now(), sent.login, sent.digest, body
    row.save()
    # After the update, and locking, as a registration looks here after its insert.
    if Member.objects.select_for_update().filter(login=sent.login).exists():
        raise LoginTaken
    return row


def _locked(found: HandOver) -> HandOver:
    """The row as it stands, locked, with the dependant's, which is the lock of guardianships."""
    dependant = Member.objects.select_for_update().get(pk=found.dependant_id)
    row = HandOver.objects.select_for_update().get(pk=found.pk)
    row.dependant = dependant
    return row


def _carried_out(row: HandOver, *, mine: bool) -> HandOver:
    """The row when it is finished, which another call may have done, with something else at that."""
    registration = json.loads(row.body or "{}")["registration"]
    try:
        _require_list(row.dependant_id, registration)
        fanout.write(lambda node: node.register(registration))
    except REFUSALS as refusal:
        if not _taken_nowhere(row.dependant_id, registration):
            row.refresh_from_db()
            if row.finished is None:
                raise Unavailable(fanout.NOT_KEPT) from None
            return row
        now = _dropped(row)
        if now.finished is not None:
            return now
        if mine and not isinstance(refusal, Conflict):
            raise
        raise RegistrationMoved from None
    get_cloud().change_key(registration)
    return _finish(row)


def _taken_nowhere(member: UUID, registration: str) -> bool:
    """Whether every node says that it has not taken a key change. One that has passes it on to the
    others, and what opens the new keys is kept here alone: then it must not be forgotten."""
    nodes = get_srs_nodes()
    found = fanout.gather(lambda node: registration in node.registrations(str(member)), len(nodes))
    return len(found.answers) == len(nodes) and not any(found.answers.values())


def _require_list(member: UUID, registration: str) -> None:
    """Demand that a key change names the list in force, unless it was taken: every later list would
    be none, as it is signed with the old key.

    Raises:
        Conflict: there is another list by now. Unavailable: too few nodes answer.
    """
    if registration in accounts.registrations(member):
        return
    if statements.payload_of_unverified(registration)["acl"] != selectors.list_of(member):
        raise Conflict("Who may read was changed meanwhile.")


@atomic_retried
def _dropped(begun: HandOver) -> HandOver:
    """Forget what the nodes will never take, unless it is finished: the code can be used again."""
    row = _locked(begun)
    if row.live and row.digest == begun.digest:
        row.begun = row.login = row.body = row.digest = None
        row.save()
    return row


@atomic_retried
def _finish(begun: HandOver) -> HandOver:
    row = _locked(begun)
    if row.finished is not None:
        return row
    if row.live is None or row.digest != begun.digest:
        # The membership ended, or the nodes refused another call's.
        raise RegistrationMoved
    body = json.loads(row.body or "{}")
    _give(row, body)
    now = clock.now()
    guardians = [str(one) for one in ending.end_for(row.dependant_id, now)]
    row.finished = now
    offers.close(row)
    events.record(row.dependant_id, "handed-over", guardians=guardians)
    for guardian in guardians:
        events.record(guardian, "dependant-handed-over", dependant=str(row.dependant_id))
    return row


def _give(row: HandOver, body: dict[str, Any]) -> None:
    """A login, a password, and slots that open with them, in the place of all that there were."""
    member = row.dependant
    kept = {one["type"]: one for one in forms.unpacked(body["slots"])}
    member.login, member.confirmed_at = str(row.login), None
    member.password = kept[SlotType.PASSWORD]["secret_hash"]
    member.session_epoch += 1
    member.language = body["language"] or member.language
    member.save()
    devices.end_all(member.id)
    member.slots.all().delete()
    KeySlot.objects.bulk_create(KeySlot(member=member, **one) for one in kept.values())
    member.former.all().delete()
    FormerSlot.objects.bulk_create(
        FormerSlot(member=member, **one) for one in forms.unpacked(body["former"])
    )


def _tell(pk: UUID, page: str) -> None:
    """Letters and events to whom it concerns; letters once, unless the power goes between."""
    row = HandOver.objects.select_related("dependant").get(pk=pk)
    ended = Guardianship.objects.filter(dependant=row.dependant_id, until=row.finished)
    guardians = [one.guardian for one in ended.exclude(since=None).select_related("guardian")]
    for member in (row.dependant, *guardians):
        events.publish(member.id)
    ending.release(row.dependant_id)
    if row.told:
        return
    if row.dependant.confirmed_at is None:
        mail.send_confirmation(row.dependant, page)
    for guardian in guardians:
        mail.send_handed_over(guardian)
    HandOver.objects.filter(pk=pk).update(told=True)
