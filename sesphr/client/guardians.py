"""Acting for a child or an elder: their seed is opened with one's own, for one command."""

import contextlib
import re
import secrets
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from sesphr.client import compared, people
from sesphr.client.answers import (
    Acting,
    Anything,
    Dependant,
    Dependants,
    Found,
    GuardedSlot,
    Invitation,
    Registered,
)
from sesphr.client.errors import IntegrityError, RefusedError, UsageError
from sesphr.client.people import Person
from sesphr.client.registration import FIRST_PARTITIONS, registration
from sesphr.client.session import Session, parameters
from sesphr.client.statement import payload, sign, verify
from sesphr.crypto import guardian
from sesphr.crypto.encoding import b64u_decode, b64u_encode
from sesphr.crypto.errors import CryptoError
from sesphr.crypto.guardian import Handing
from sesphr.crypto.keys import MemberKeys

PENDING = "dependant-sending"
LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
ACTING = "X-Acting-For"


def overview(who: Session) -> Dependants:
    """For whom this member acts, and who asks them to."""
    return who.api.get(Dependants, "/dependants")


def chosen(who: Session, text: str) -> Dependant:
    """The dependant of this login, member id or name.

    Raises:
        UsageError: none, or more than one of that name.
    """
    found = [one for one in overview(who).dependants if text in (one.login, one.member, one.name)]
    if len(found) != 1:
        raise UsageError(
            f"You act for {len(found) or 'nobody'} of the name {text!r}; see `dependant list`."
        )
    return found[0]


@contextlib.contextmanager
def acting(who: Session, text: str) -> Iterator[Session]:
    """A session of the dependant's, in which every call says for whom it is made."""
    dependant = chosen(who, text)
    found = who.api.post(Acting, f"/dependants/{dependant.member}/act")
    if found.member.id != dependant.member:
        raise IntegrityError("The server lets you act for somebody else.")
    seed = _opened(who, dependant.member, found.slot.model_dump())
    with who.api.naming(ACTING, dependant.member):
        yield replace(who, me=found.member, keys=MemberKeys.from_seed(seed), seed=seed)


def _opened(who: Session, dependant: str, slot: dict[str, Any]) -> bytes:
    try:
        return guardian.open_slot(
            slot, deployment=who.deployment.id, dependant=dependant, guardian_seed=who.seed
        )
    except CryptoError as error:
        raise IntegrityError("The key that the server keeps for them does not open.") from error


def add(who: Session, name: str) -> tuple[str, str, str]:
    """Make a dependant's keys and register them: (member, login, state).

    The same name again after a lost answer sends the same octets.
    """
    with who.folder.locked(PENDING):
        body = who.folder.read(PENDING)
        if body.get("name") != name:
            body = _prepared(who, name)
            who.folder.write(PENDING, body)
        found = who.api.post(Registered, "/dependants", **body)
        if found.member != body["slot"]["member"]:
            raise IntegrityError("The server registered somebody else.")
        who.folder.remove(PENDING)
    return found.member, str(body["login"]), found.state


def _prepared(who: Session, name: str) -> dict[str, Any]:
    login = _fresh_login(name)
    member = parameters(who.api, login).member
    seed = secrets.token_bytes(32)
    jws = registration(
        MemberKeys.from_seed(seed), deployment=who.deployment.id, member=member,
        partitions=list(FIRST_PARTITIONS),
    )  # fmt: skip
    slot = guardian.make_slot(
        seed, deployment=who.deployment.id, dependant=member, generation=1, guardian_seed=who.seed
    )
    return {"login": login, "name": name, "registration": jws, "slot": slot}


def _fresh_login(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).lower()
    word = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:24].strip("-") or "person"
    letters = "".join(secrets.choice(LETTERS) for _ in range(10))
    return f"{word}.{letters}@dependant.invalid"


def let_find(who: Session, *, yes: bool) -> None:
    """Let this member be found as a second guardian, or no more."""
    if not yes:
        who.api.send(Anything, "DELETE", "/guardian-key", dict)
        return
    key = b64u_encode(guardian.receive_public(who.seed))
    statement = sign(who.keys, guardian.STATEMENT, payload(who.deployment.id, who.me.id, key=key))
    who.api.put(Anything, "/guardian-key", statement=statement)


def find(who: Session, login: str) -> tuple[Found, Person, bytes]:
    """Somebody who lets themselves be found as a guardian, their keys, and to what seeds are sealed.

    Raises:
        RefusedError: nobody. IntegrityError: keys that are not proved, or others than are pinned.
    """
    found = who.api.post(Found, "/guardian-keys", login=login)
    person = people.check_registrations(who.deployment.id, found.member, found.registrations)
    people.check_pin(who.folder, person, login)
    signed = verify(
        found.statement, typ=guardian.STATEMENT, deployment=who.deployment.id,
        directory={person.member: person.verification}, what="The guardian's key",
    )  # fmt: skip
    return found, person, b64u_decode(signed.payload["key"], 32)


def invite(who: Session, dependant: Dependant, login: str) -> str:
    """Seal a dependant's seed to a further guardian who was compared; the guardian's name."""
    found, person, key = find(who, login)
    if compared.since(who.folder, person) is None:
        raise RefusedError(
            "A guardian can do everything. Call them, let them read their fingerprint to you, and "
            "give it with --fingerprint.",
            code="compare-first",
        )
    given = slot_of(who, dependant)
    seed = seed_of(who, dependant, given)
    handing = Handing(who.deployment.id, dependant.member, person.member)
    sealed = guardian.hand_over(seed, handing, key)
    path = f"/dependants/{dependant.member}/guardians"
    who.api.post(Anything, path, guardian=person.member, **sealed)
    return found.name


def slot_of(who: Session, dependant: Dependant) -> GuardedSlot:
    """This guardian's own slot of a dependant, and what the dependant registered."""
    return who.api.get(GuardedSlot, f"/dependants/{dependant.member}/slot")


def seed_of(who: Session, dependant: Dependant, given: GuardedSlot) -> bytes:
    """A dependant's seed, which is that of the keys that they registered.

    Raises:
        IntegrityError: it is not, or the slot does not open.
    """
    seed = _opened(who, dependant.member, given.slot.model_dump())
    _require_seed_of(who, dependant.member, given.registrations, seed)
    return seed


def _require_seed_of(who: Session, member: str, registrations: list[str], seed: bytes) -> None:
    person = people.check_registrations(who.deployment.id, member, registrations)
    keys = MemberKeys.from_seed(seed)
    if (person.verification, person.receive) != (keys.verification, keys.receive_public):
        raise IntegrityError("STOP: the seed is not that of the keys that they registered.")


def accept(who: Session, invitation: Invitation) -> None:
    """Open what was sealed to this member, and keep it in a slot of one's own."""
    dependant = invitation.dependant
    sealed = {"enc": invitation.enc, "ciphertext": invitation.ciphertext}
    try:
        seed = guardian.take_over(
            who.seed, Handing(who.deployment.id, dependant, who.me.id), sealed
        )
    except CryptoError as error:
        raise IntegrityError("What was sealed to you does not open.") from error
    _require_seed_of(who, dependant, invitation.registrations, seed)
    slot = guardian.make_slot(
        seed,
        deployment=who.deployment.id,
        dependant=dependant,
        generation=1,
        guardian_seed=who.seed,
    )
    who.api.post(Anything, f"/guardianships/{invitation.id}/accept", slot=slot)


def end(who: Session, guardianship: str) -> None:
    """Leave, decline, or remove whom one invited."""
    who.api.post(Anything, f"/guardianships/{guardianship}/end")
