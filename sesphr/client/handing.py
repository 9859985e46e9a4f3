"""Handing an account over to the person whom it is about: the guardian's side, and hers.

The guardian seals the seed under a code. Whoever has it makes a seed of her own, signs the change
with the old one, and keeps that for what was encrypted before.
"""

from typing import Any

from sesphr.client import guardians, people, recovery, sharing
from sesphr.client.answers.account import Parameters
from sesphr.client.answers.family import Dependant, Expiry, Offered, TakenOver
from sesphr.client.answers.shapes import Anything
from sesphr.client.app import App
from sesphr.client.errors import ConflictError, IntegrityError, RefusedError, UsageError
from sesphr.client.people import Person
from sesphr.client.recovery import Applicant, Application
from sesphr.client.registration import OWNER, key_change
from sesphr.client.session import Session, parameters
from sesphr.crypto import handover, statements
from sesphr.crypto.errors import CryptoError, SlotError
from sesphr.crypto.keys import FormerSeed, MemberKeys


def offer(who: Session, dependant: Dependant) -> tuple[str, int]:
    """Seal a dependant's seed under a fresh code: the code, and until when it is good."""
    seed = guardians.seed_of(who, dependant, guardians.slot_of(who, dependant))
    code = handover.fresh_code()
    slot = handover.make_offer(
        seed, deployment=who.deployment.id, dependant=dependant.member, code=code
    )
    path = f"/dependants/{dependant.member}/hand-over"
    found = who.api.post(Expiry, path, find=handover.find_of(code), slot=slot)
    return code, found.expires


def withdraw(who: Session, dependant: Dependant) -> None:
    """Make the code worthless."""
    who.api.send(Anything, "DELETE", f"/dependants/{dependant.member}/hand-over", dict)


def find(app: App, code: str) -> Offered:
    """Whose account a code is for.

    Raises:
        UsageError: it cannot be one. RefusedError: nobody's, not any more, or taken over already.
    """
    try:
        find_by = handover.find_of(code)
    except SlotError as error:
        raise UsageError(
            "A code is eight groups of four letters and digits from 2 to 7."
        ) from error
    return app.api.post(Offered, "/hand-over/find", find=find_by)


def finished(app: App, login: str, password: str) -> Application | None:
    """What was taken over from here before, where its answer was lost; None where nothing was."""
    kept = app.home.read(recovery.PENDING).get("who")
    if kept is None or kept["login"] != login:
        return None

    def never(seed: bytes) -> dict[str, Any]:
        raise AssertionError

    public = parameters(app.api, login)
    return recovery.prepared(app.home, Applicant(**kept), public, password, never)


def take_over(app: App, found: Offered, code: str, login: str, password: str) -> Application:
    """Make new keys and put them in the place of those that the guardians have.

    The same again after a lost answer sends the same octets.

    Raises:
        ConflictError: the address is somebody's, or it was begun with other keys. IntegrityError:
            what the server keeps is not the seed of the registered keys.
    """
    deployment = app.deployment().id
    person = people.check_registrations(deployment, found.member, found.registrations)
    old = _old_seed(found, code, deployment)
    public = parameters(app.api, login)
    who = Applicant(app.server, deployment, found.member, login, found.name, OWNER)

    def make(seed: bytes) -> dict[str, Any]:
        return _change(found, person, old, seed, deployment)

    with app.home.locked(recovery.PENDING):
        application = recovery.prepared(app.home, who, _slots_of(found, public), password, make)
        _send(app, application, code)
    return application


def _slots_of(found: Offered, public: Parameters) -> Parameters:
    """Slots are made with the salts of the new address, for the member whose account it is."""
    return public.model_copy(update={"member": found.member})


def _old_seed(found: Offered, code: str, deployment: str) -> bytes:
    try:
        return handover.open_offer(
            found.slot.model_dump(), deployment=deployment, dependant=found.member, code=code
        )
    except CryptoError as error:
        raise IntegrityError("The key that the server keeps for you does not open.") from error


def _change(
    found: Offered, person: Person, old: bytes, seed: bytes, deployment: str
) -> dict[str, Any]:
    earlier = handover.open_former(
        [slot.model_dump() for slot in found.former], deployment=deployment, member=found.member,
        seed=old,
    )  # fmt: skip
    before = MemberKeys.from_seed(old, earlier)
    if (before.verification, before.receive_public) != (person.verification, person.receive):
        raise IntegrityError("STOP: the seed is not that of the keys that are registered.")
    former = [*earlier, FormerSeed(person.next_epoch, old)]
    jws = key_change(
        MemberKeys.from_seed(seed, former), before, deployment=deployment, member=found.member,
        partitions=sorted({name for name, _ in person.partitions}), seq=person.seq + 1,
        previous=person.digest, acl=found.seq,
    )  # fmt: skip
    slots = handover.make_former(former, deployment=deployment, member=found.member, seed=seed)
    return {"registration": jws, "former": slots}


def _send(app: App, application: Application, code: str) -> None:
    wanted = ("login", "registration", "slots", "former")
    body = {name: application.body[name] for name in wanted}
    try:
        app.api.post(TakenOver, "/hand-over", find=handover.find_of(code), **body)
    except ConflictError as error:
        if error.code in ("registration-moved", "login-taken"):
            # Nothing was done with what was prepared; the next attempt begins anew.
            app.home.remove(recovery.PENDING)
        raise
    except RefusedError:
        app.home.remove(recovery.PENDING)
        raise


def deal_again(session: Session, taken: Application) -> sharing.Outcome:
    """Deal the new keys to those whom the list in force lets read.

    Raises:
        IntegrityError: the change that was sent named another list than the last; nothing was dealt.
    """
    sent = statements.payload_of_unverified(taken.body["registration"])
    check_lists(session, sent["acl"])
    return sharing.change(session, lambda present: present)


def check_lists(session: Session, sent: int) -> None:
    """Demand that the list whose number was sent with the key change is the last of the former keys.

    Raises:
        IntegrityError: it is not, or another number was registered.
    """
    head = sharing.read_head(session)
    last = head.seq == sent if head.seq == 0 or head.former else head.seq > sent
    # Whoever has the former keys can sign the change once more, with another number.
    if not last or session.registered().former[-1].lists != sent:
        # A number that is too high would let the former keys sign lists yet.
        raise IntegrityError(
            "STOP: the server named another access list than your last one, so that whoever has the "
            "former keys could still say who may read. Nothing was dealt; tell the operator."
        )
