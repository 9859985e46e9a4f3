"""Acting for a child or an elder: their seed is opened with one's own, for one command."""

import contextlib
import re
import secrets
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from sesphr.client import compared, people
from sesphr.client.answers.account import Registered
from sesphr.client.answers.family import (
    Acting,
    Dependant,
    Dependants,
    Found,
    GuardedSlot,
    Invitation,
)
from sesphr.client.answers.shapes import Anything
from sesphr.client.errors import IntegrityError, RefusedError, UsageError
from sesphr.client.lines import clean
from sesphr.client.people import Person
from sesphr.client.registration import FIRST_PARTITIONS, registration
from sesphr.client.session import Session, parameters
from sesphr.client.statement import payload, sign, verify
from sesphr.crypto import guardian, invitations
from sesphr.crypto.encoding import b64u_decode, b64u_encode
from sesphr.crypto.errors import CryptoError
from sesphr.crypto.guardian import Handing
from sesphr.crypto.invitations import Invited
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
    if compared.since(who.folder, person, login) is None:
        raise RefusedError(
            "A guardian can do everything. Call them, let them read their fingerprint to you, and "
            "give it with --fingerprint.",
            code="compare-first",
        )
    given = slot_of(who, dependant)
    seed = seed_of(who, dependant, given)
    handing = Handing(who.deployment.id, dependant.member, person.member)
    sealed = guardian.hand_over(seed, handing, key)
    members = _invited(handing, seed, sealed).members()
    statement = sign(
        who.keys, invitations.STATEMENT, payload(who.deployment.id, who.me.id, **members)
    )
    path = f"/dependants/{dependant.member}/guardians"
    who.api.post(Anything, path, guardian=person.member, statement=statement, **sealed)
    return found.name


def _invited(handing: Handing, seed: bytes, sealed: dict[str, str]) -> Invited:
    """What is signed of an invitation with this seed."""
    keys = MemberKeys.from_seed(seed)
    return Invited(
        handing.dependant,
        keys.verification,
        keys.receive_public.encode(),
        handing.guardian,
        **sealed,
    )


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


def inviter(who: Session, invitation: Invitation) -> Person:
    """The keys of the guardian who asks, proved and as they are pinned; the server names him.

    Raises:
        IntegrityError: keys that are not proved, or others than are pinned.
    """
    if invitation.by_login != clean(invitation.by_login):
        raise IntegrityError("The server names the guardian who asks by what is no address.")
    person = people.check_registrations(
        who.deployment.id, invitation.by_member, invitation.by_registrations
    )
    people.check_pin(who.folder, person, invitation.by_login)
    return person


def accept(who: Session, invitation: Invitation) -> None:
    """Open what a guardian who was compared sealed to this member, and keep it in a slot of one's own.

    Raises:
        RefusedError: `compare-first`; `invitation-unsigned` for one that nobody signed.
        IntegrityError: it is not what he signed, or not the seed of the keys that are registered.
    """
    if invitation.statement is None:
        raise RefusedError(
            "This invitation was made before invitations were signed, so nobody can tell whose it "
            f"is. Ask {clean(invitation.by_login)} to invite you anew; then accept.",
            code="invitation-unsigned",
        )
    person = inviter(who, invitation)
    _require_compared(who, person, invitation.by_login)
    seed = _handed(who, person, invitation, invitation.statement)
    people.pin(who.folder, person, invitation.by_login)
    dependant, deployment = invitation.dependant, who.deployment.id
    slot = guardian.make_slot(
        seed, deployment=deployment, dependant=dependant, generation=1, guardian_seed=who.seed
    )
    who.api.post(Anything, f"/guardianships/{invitation.id}/accept", slot=slot)


def _require_compared(who: Session, person: Person, login: str) -> None:
    if compared.since(who.folder, person, login) is None:
        raise RefusedError(
            f"Somebody else could ask in the name of {login}. Call them on a number that you know, "
            "ask whether they invited you, let them read their fingerprint to you (they find it "
            "under Security, or by `whoami`), and give it with --fingerprint. The invitation waits.",
            code="compare-first",
        )


def _handed(who: Session, by: Person, invitation: Invitation, statement: str) -> bytes:
    """The seed that was sealed to this member: the dependant's, and sealed by whoever asks."""
    handing = Handing(who.deployment.id, invitation.dependant, who.me.id)
    sealed = {"enc": invitation.enc, "ciphertext": invitation.ciphertext}
    try:
        seed = guardian.take_over(who.seed, handing, sealed)
    except CryptoError as error:
        raise IntegrityError("What was sealed to you does not open.") from error
    _require_seed_of(who, invitation.dependant, invitation.registrations, seed)
    try:
        invitations.check(
            statement, deployment=who.deployment.id, directory={by.member: by.verification},
            invited=_invited(handing, seed, sealed),
        )  # fmt: skip
    except CryptoError as error:
        raise IntegrityError(
            f"STOP: {invitation.by_login} did not sign what was sealed to you ({error}). "
            "Do not accept it. Tell the administrator."
        ) from error
    return seed


def end(who: Session, guardianship: str) -> None:
    """Leave, decline, or remove whom one invited."""
    who.api.post(Anything, f"/guardianships/{guardianship}/end")
