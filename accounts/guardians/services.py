"""Registering a dependant, inviting a further guardian, accepting, acting, and ending it."""

from uuid import UUID

from django.db import IntegrityError
from django.db.models import QuerySet

from accounts import applications, events
from accounts.guardians import ending
from accounts.guardians.applications import Dependant, GuardianSlot, same
from accounts.guardians.invitations import Invitation, require_signed
from accounts.guardians.models import GuardianKey, Guardianship
from accounts.models import Device, Member, Role, State
from accounts.transactions import atomic_retried
from sesphr import clock, fanout
from sesphr.crypto.encoding import b64u_decode, b64u_encode
from sesphr.ports.errors import Conflict, Invalid, NotFound

MOST_DEPENDANTS, MOST_GUARDIANS = 20, 6
NOBODY = "There is nobody for whom you act under this name."


def register(*, guardian: Member, dependant: Dependant) -> Member:
    """Register a dependant at the nodes, then here with this guardian; the same again changes nothing.

    Raises:
        Invalid, Unavailable: as a node says. Conflict: somebody else's, or too many.
    """
    known = _known(guardian, dependant)
    if known is not None:
        return known
    if ending.live().filter(guardian=guardian).count() >= MOST_DEPENDANTS:
        raise Conflict(f"You act for {MOST_DEPENDANTS} people already.")
    fanout.write(lambda node: node.register(dependant.registration))
    try:
        found = _create(guardian, dependant)
    except IntegrityError:
        known = _known(guardian, dependant)
        if known is None:
            raise
        found = known
    _publish(found.id, guardian.id)
    return found


def _known(guardian: Member, dependant: Dependant) -> Member | None:
    """The dependant, if this very guardian registered it with this very statement."""
    found = Member.objects.filter(pk=dependant.member).first()
    if found is None:
        return None
    mine = ending.live().filter(guardian=guardian, dependant=found, invited_by=guardian).first()
    if found.registration != dependant.digest or mine is None or not same(mine, dependant.slot):
        raise Conflict("Somebody is registered under this name already.")
    return found


@atomic_retried
def _create(guardian: Member, dependant: Dependant) -> Member:
    # Whoever left at this moment would have keys of somebody that nobody opens any more.
    if not Member.objects.select_for_update().get(pk=guardian.pk).is_authorised:
        raise Conflict("Your membership has ended, or it is suspended.")
    member = Member(
        id=dependant.member, login=dependant.login, name=dependant.name, role=Role.OWNER,
        registration=dependant.digest, language=guardian.language,
    )  # fmt: skip
    member.set_unusable_password()
    member.save(force_insert=True)
    _keep(Guardianship(guardian=guardian, dependant=member, invited_by=guardian), dependant.slot)
    digest = b64u_encode(dependant.digest)
    events.record(
        member.id, "registered", role=member.role, registration=digest, guardian=str(guardian.id)
    )
    events.record(guardian.id, "dependant-added", dependant=str(member.id))
    return member


def _keep(row: Guardianship, slot: GuardianSlot) -> None:
    row.since, row.enc, row.ciphertext, row.statement = clock.now(), None, None, None
    row.generation, row.salt, row.sealed = slot.generation, slot.salt, slot.sealed
    row.save()


def publish_key(*, member: Member, statement: str) -> None:
    """Let a member be found as a second guardian, with the key that they signed for that.

    Raises:
        Invalid, DecodingError: it claims to come from somebody else.
    """
    applications.require_own(statement, member.id)
    GuardianKey.objects.update_or_create(member=member, defaults={"statement": statement})


def withdraw_key(*, member: Member) -> None:
    """Let a member be found no more; guardianships that there are go on."""
    GuardianKey.objects.filter(member=member).delete()


def invite(*, by: Member, dependant: UUID, invitation: Invitation) -> Guardianship:
    """Keep a dependant's seed, as this guardian sealed it, for a further one until he accepts.

    A newer invitation takes the place of one that waits.

    Raises:
        NotFound: whoever asks is no guardian, or the other is not to be found.
        Conflict: he is one already; there are too many.
        Invalid: nobody else, or not signed. Unavailable: no node tells the keys.
    """
    _mine(by, dependant)
    if invitation.guardian in (by.id, dependant):
        raise Invalid("Invite somebody else.")
    to = _ready().filter(pk=invitation.guardian).first()
    if to is None:
        raise NotFound("There is nobody whom you may invite under this name.")
    require_signed(invitation, by=by.id, dependant=dependant)
    made = _invite(by, dependant, to, invitation)
    _publish(dependant, to.id)
    return made


def _ready() -> QuerySet[Member]:
    """Those who let themselves be found."""
    found = Member.objects.filter(state=State.AUTHORISED, guardian_key__isnull=False)
    return found.select_related("guardian_key")


@atomic_retried
def _invite(by: Member, dependant: UUID, to: Member, invitation: Invitation) -> Guardianship:
    # The dependant's row is the lock: nobody is invited twice, nor by one who just left.
    Member.objects.select_for_update().get(pk=dependant)
    _mine(by, dependant)
    rows = ending.live().filter(dependant=dependant)
    before = rows.filter(guardian=to).first()
    if before is not None and before.since is not None:
        raise Conflict("They are a guardian already.")
    if before is None and rows.count() >= MOST_GUARDIANS:
        raise Conflict(f"There are {MOST_GUARDIANS} guardians already.")
    row = before or Guardianship(guardian=to, dependant_id=dependant)
    row.invited_by, row.statement = by, invitation.statement
    row.enc, row.ciphertext = b64u_decode(invitation.enc), b64u_decode(invitation.ciphertext)
    row.save()
    events.record(dependant, "guardian-invited", invited=str(to.id), guardian=str(by.id))
    events.record(to.id, "guardian-asked", dependant=str(dependant), by=str(by.id))
    return row


def accept(*, guardian: Member, guardianship: UUID, slot: GuardianSlot) -> Guardianship:
    """Become a guardian, with the slot that his endpoint made; the same again changes nothing.

    Raises:
        NotFound: he was not invited, or it was taken back.
        Conflict: another slot stands, or nobody signed the invitation.
    """
    found = _accept(guardian, guardianship, slot)
    _publish(found.dependant_id, guardian.id)
    ending.release(found.dependant_id)
    return found


@atomic_retried
def _accept(guardian: Member, guardianship: UUID, slot: GuardianSlot) -> Guardianship:
    row = ending.live().select_for_update().filter(pk=guardianship, guardian=guardian).first()
    if row is None:
        raise NotFound("There is no such invitation to you.")
    if row.since is not None:
        if same(row, slot):
            return row
        raise Conflict("You accepted this already.")
    if row.statement is None:
        raise Conflict("This invitation is from before they were signed. Ask for a new one.")
    _keep(row, slot)
    events.record(row.dependant_id, "guardian-accepted", guardian=str(guardian.id))
    events.record(guardian.id, "dependant-added", dependant=str(row.dependant_id))
    return row


def end(*, by: Member, guardianship: UUID) -> None:
    """Leave, decline, or remove whom one invited; his slot goes, and he acts no more.

    Raises:
        NotFound: it is not one's own to end. Conflict: the last guardian cannot leave.
    """
    row = _end(by, guardianship)
    if row is not None:
        _publish(row.dependant_id, row.guardian_id)
        ending.release(row.dependant_id)


@atomic_retried
def _end(by: Member, guardianship: UUID) -> Guardianship | None:
    row = Guardianship.objects.filter(pk=guardianship).first()
    if row is None or by.id not in (row.guardian_id, row.invited_by_id):
        raise NotFound("There is no such guardian for you to remove.")
    Member.objects.select_for_update().get(pk=row.dependant_id)
    row.refresh_from_db()
    if not row.live:
        return None
    others = ending.live().filter(dependant=row.dependant_id).exclude(since=None).exclude(pk=row.pk)
    if row.since is not None and not others.exists():
        raise Conflict("They have no other guardian. Invite one first.")
    if by.id != row.guardian_id:
        _mine(by, row.dependant_id)
    ending.over(row)
    events.record(
        row.dependant_id, "guardian-ended", guardian=str(by.id), ended=str(row.guardian_id)
    )
    events.record(
        row.guardian_id, "dependant-ended", dependant=str(row.dependant_id), by=str(by.id)
    )
    return row


def act(*, guardian: Member, device: Device, dependant: UUID) -> Guardianship:
    """Let a session act for a dependant from now on, and give out the slot that it needs for it.

    Raises:
        NotFound: no dependant of this guardian's.
    """
    row = _mine(guardian, dependant)
    _act(row, device)
    events.publish(dependant)
    return row


def slot_of(*, guardian: Member, dependant: UUID) -> Guardianship:
    """The guardianship that holds a guardian's own slot.

    Raises:
        NotFound: no dependant of this guardian's.
    """
    return _mine(guardian, dependant)


@atomic_retried
def _act(row: Guardianship, device: Device) -> None:
    Device.objects.filter(pk=device.pk).update(acting=row)
    events.record(row.dependant_id, "guardian-began", guardian=str(row.guardian_id))


def stop_acting(*, device: Device) -> None:
    """Let a session act for its own member again."""
    Device.objects.filter(pk=device.pk).update(acting=None)


def _mine(guardian: Member, dependant: UUID) -> Guardianship:
    """The guardianship by which somebody acts for a dependant."""
    rows = ending.live().select_related("dependant").exclude(since=None)
    found = rows.filter(guardian=guardian, dependant=dependant).first()
    if found is None or found.dependant.state in (State.SUSPENDED, State.DEPARTED):
        raise NotFound(NOBODY)
    return found


def _publish(*members: UUID) -> None:
    for member in members:
        events.publish(member)
