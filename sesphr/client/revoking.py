"""Taking access back from a login, although only an id stands in the access list.

Which id a login has is the pin's to say. Without one, the server's word is all there
is: then the answer names everybody whom the list still lets read and whom no pin
explains, and never says that nothing was granted while there is such a member.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sesphr.client import people, rules, sharing, times
from sesphr.client.errors import IntegrityError, RefusedError
from sesphr.client.people import Person
from sesphr.client.rules import Rule
from sesphr.client.session import Session, member_of
from sesphr.client.sharing import Outcome


@dataclass(frozen=True)
class Revocation:
    """What became of it; `unknown` are ids whom the list lets read and whom no pin explains.

    `granted_to` are the logins of all others whom it still lets read, as the pins know them.
    `certain` is False when the server alone said who this is, the list does not name
    them, and it names somebody unknown, who may be meant.
    """

    member: str
    outcome: Outcome
    unknown: list[str]
    granted_to: list[str]
    certain: bool


def revoke(session: Session, login: str, partitions: Collection[str] | None) -> Revocation:
    """Take back partitions (None: all) from whoever has a login.

    Raises:
        IntegrityError: the server names another member than the pin, the directory or the list.
    """
    was_pinned = people.pinned_id(session.folder, login) is not None
    member = member_of(session, login)
    person = None if was_pinned else _looked_up(session, login, member)
    listed, after = False, list[Rule]()

    def build(present: list[Rule]) -> list[Rule]:
        nonlocal listed, after
        listed = _is_listed(present, member, person)
        key = _key_of(session, present, member, person)
        after = rules.revoked(present, member, partitions, key)
        return after

    outcome = sharing.change(session, build)
    if person is not None and listed:
        # The list and the directory agree on this key: the next command knows them.
        people.pin(session.folder, person, login)
    unknown = _unknown(session, after, member)
    certain = was_pinned or listed or not unknown
    return Revocation(member, outcome, unknown, _granted_to(session, after), certain)


def _looked_up(session: Session, login: str, member: str) -> Person | None:
    """Whom the directory shows under a login; None for nobody whom one may see."""
    try:
        _, person = session.directory.by_login(login)
    except RefusedError as error:
        if error.code != "not-found":
            raise
        return None
    if person.member != member:
        raise IntegrityError(f"STOP: the server names two different members for {login}.")
    people.check_pin(session.folder, person, login)
    return person


def _is_listed(present: list[Rule], member: str, person: Person | None) -> bool:
    """Whether a rule lets this very member do something.

    Raises:
        IntegrityError: a rule names them with another key than the directory shows.
    """
    keys = {
        rule["who"]["key"]
        for rule in present
        if rules.is_members(rule, member) and not rule["deny"]
    }
    if person is not None and keys and keys != {person.key}:
        raise IntegrityError(
            f"STOP: the server shows other keys for member {member} than those that your access "
            "list names. Nothing was changed."
        )
    return bool(keys)


def _key_of(session: Session, present: list[Rule], member: str, person: Person | None) -> str:
    """The key digest that a deny rule carries beside the member's id; it decides nothing there."""
    for rule in present:
        if rules.is_members(rule, member):
            return str(rule["who"]["key"])
    found = person or session.directory.find(member)
    # For somebody who cannot be looked up any digest will do: a deny rule goes by id alone.
    return found.key if found else people.key_digest(session.keys.receive_public)


def _unknown(session: Session, after: list[Rule], member: str) -> list[str]:
    """Members whom the list lets read and of whom this HOME does not know an address."""
    known = set(people.known_logins(session.folder))
    return sorted({who for who, _ in rules.wanted_pairs(after)} - known - {member})


def _granted_to(session: Session, after: list[Rule]) -> list[str]:
    """The logins of those who may read something at this moment."""
    readers = {who for who, _ in rules.wanted_pairs(rules.unexpired(after, times.now()))}
    known = people.known_logins(session.folder)
    return sorted(login for member, login in known.items() if member in readers)
