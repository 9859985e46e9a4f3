"""Other people's keys: registrations checked with their proofs, pinned, shown as fingerprints.

The server only passes registrations on. A person's keys are pinned when access is
first granted to them (or when something of theirs is first opened); other keys later
are a red stop.
"""

from dataclasses import dataclass, field
from typing import Any

from sesphr.client.answers.account import DirectoryEntry
from sesphr.client.errors import IntegrityError, RefusedError
from sesphr.client.home import Folder
from sesphr.client.http import Api
from sesphr.client.statement import verify
from sesphr.crypto import keys, proofs, statements
from sesphr.crypto.encoding import b64u_decode, b64u_encode
from sesphr.crypto.errors import CryptoError
from sesphr.crypto.groups import G1, G2, decode_g1, decode_g2
from sesphr.crypto.keys import key_digest

PINS = "people"


@dataclass(frozen=True)
class FormerKeys:
    """Keys that were changed: verification key, key digest (b64u), the epoch below which they hold,
    and the number of the last access list that may be signed with them."""

    verification: bytes
    key: str
    below: int
    lists: int


@dataclass(frozen=True)
class Person:
    """A member's checked public keys; `seq` and `digest` (b64u) name the last registration.

    `former`: the keys that were changed, oldest first.
    """

    member: str
    verification: bytes
    receive: G2
    seq: int
    digest: str
    partitions: dict[tuple[str, int], G1] = field(default_factory=dict)
    former: tuple[FormerKeys, ...] = ()

    @property
    def key(self) -> str:
        """b64u SHA-256 of B_U: how lists and requests name the key."""
        return key_digest(self.receive)

    @property
    def fingerprint(self) -> str:
        """What people compare with each other."""
        return fingerprint(self.verification, self.receive)

    def epoch(self, partition: str) -> int | None:
        """The newest registered epoch of a partition."""
        return max(self.epochs(partition), default=None)

    def epochs(self, partition: str) -> list[int]:
        """All registered epochs of a partition."""
        return sorted(epoch for name, epoch in self.partitions if name == partition)

    @property
    def next_epoch(self) -> int:
        """The epoch with which keys begin that take the place of these."""
        return max((epoch for _, epoch in self.partitions), default=1) + 1

    def signed(self, jws: str) -> dict[str, bytes]:
        """The directory for a statement that may be old: the key of this member's, of all that
        they ever had, which it says signed it."""
        keys = [*(one.verification for one in self.former), self.verification]
        return {self.member: statements.signer(jws, keys)}

    def had(self, key: str) -> bool:
        """Whether a key digest (b64u) is of a key that this member has changed."""
        return any(key == one.key for one in self.former)


def fingerprint(verification: bytes, receive: G2) -> str:
    """What people compare with each other: eight groups of five digits."""
    return keys.fingerprint(verification, receive.encode())


def check_registrations(deployment: str, member: str, registrations: list[str]) -> Person:
    """The keys that a chain of signed registrations proves to be this member's.

    Raises:
        IntegrityError: there is none, a link is missing, or a signature or proof is wrong.
    """
    if not registrations:
        raise IntegrityError("The server shows no registration of this member.")
    try:
        person = None
        for jws in registrations:
            person = _next(deployment, member, person, jws)
    except CryptoError as error:
        raise IntegrityError(f"The registration of this member is not valid ({error}).") from error
    if person is None:
        raise AssertionError
    return person


def _next(deployment: str, member: str, before: Person | None, jws: str) -> Person:
    claimed = statements.payload_of_unverified(jws).get("verification")
    key = b64u_decode(claimed, 32) if before is None else before.verification
    checked = verify(
        jws, typ="sesphr-registration", deployment=deployment, directory={member: key},
        what="The registration of this member",
    )  # fmt: skip
    payload = checked.payload
    expected = (1, None) if before is None else (before.seq + 1, before.digest)
    if (payload["seq"], payload["previous"]) != expected:
        raise IntegrityError("A registration of this member is missing.")
    named = b64u_decode(payload["verification"], 32)
    receive = _receive(deployment, member, named, payload)
    found = _partitions(deployment, member, named, payload)
    former = before.former if before else ()
    _check_epochs(former, found)
    if before is not None and "possession" in payload:
        _check_change(before, receive, found)
        former = (*former, _replaced(before, payload["acl"]))
    elif before is not None and before.receive != receive:
        raise IntegrityError("A later registration of this member changes the key.")
    keys = {**(before.partitions if before else {}), **found}
    digest = b64u_encode(checked.digest)
    return Person(member, named, receive, payload["seq"], digest, keys, former)


def _check_epochs(former: tuple[FormerKeys, ...], found: dict[tuple[str, int], G1]) -> None:
    """Keys have the epochs from their first on; those before are of the keys before."""
    if former and any(epoch < former[-1].below for _, epoch in found):
        raise IntegrityError("A registration of this member names an epoch of former keys.")


def _replaced(before: Person, lists: int) -> FormerKeys:
    return FormerKeys(before.verification, before.key, before.next_epoch, lists)


def _check_change(before: Person, receive: G2, found: dict[tuple[str, int], G1]) -> None:
    """New keys are new as a whole: for receiving, and for each partition in one new epoch."""
    first = before.next_epoch
    if receive == before.receive or set(found) != {(name, first) for name, _ in before.partitions}:
        raise IntegrityError("A key change of this member is not whole.")


def _receive(deployment: str, member: str, key: bytes, payload: dict[str, object]) -> G2:
    receive = decode_g2(b64u_decode(payload["receive"], 96))
    proofs.verify(
        "key-B", deployment=deployment, Y=receive, proof=b64u_decode(payload["receive_proof"], 128),
        ctx=proofs.KeyBContext(member, key),
    )  # fmt: skip
    return receive


def _partitions(
    deployment: str, member: str, key: bytes, payload: dict[str, dict[str, dict[str, object]]]
) -> dict[tuple[str, int], G1]:
    found = {}
    for name, one in payload["partitions"].items():
        epoch, point = int(str(one["epoch"])), decode_g1(b64u_decode(one["key"], 48))
        proofs.verify(
            "key-A", deployment=deployment, Y=point, proof=b64u_decode(one["proof"], 80),
            ctx=proofs.KeyAContext(member, name, epoch, key),
        )  # fmt: skip
        found[name, epoch] = point
    return found


def check_pin(folder: Folder, person: Person, login: str | None = None) -> bool:
    """Whether this person is pinned with these keys; False for one who is not pinned.

    A pin binds login, member id and keys to one another; `login` is under what address
    the server names the person, None where it names none. Whoever is pinned with keys that they
    have changed since, signed with those, is pinned with the new ones from then on, and may have
    another address.

    Raises:
        IntegrityError: one of the three is pinned with another of the others.
    """
    pinned = _agrees(folder, person, login)
    if pinned and moved(folder, person):
        pin(folder, person, login)
    return pinned


def _agrees(folder: Folder, person: Person, login: str | None) -> bool:
    pins = folder.read(PINS)
    owner_of_login = _pinned_id(pins, login)
    if owner_of_login not in (None, person.member):
        raise _changed(folder, str(login), "the server names another person for {}")
    known = pins.get(person.member)
    if known is None:
        return False
    shown = known.get("login") or person.member
    if _moved(known, person):
        return True
    if (known.get("verification"), known.get("key")) != _keys(person):
        raise _changed(folder, shown, "the keys of {} are not those that you approved before")
    if None not in (login, known.get("login")) and login != known["login"]:
        raise _changed(folder, shown, "the server shows {} under another address")
    return True


def _moved(known: dict[str, Any], person: Person) -> bool:
    """Whether the keys that are known are some that this person has changed."""
    pair = known.get("verification"), known.get("key")
    return any(pair == (b64u_encode(one.verification), one.key) for one in person.former)


def moved(folder: Folder, person: Person) -> bool:
    """Whether this person is pinned with keys that they have changed since."""
    return _moved(folder.read(PINS).get(person.member, {}), person)


def pinned_id(folder: Folder, login: str) -> str | None:
    """The member id that is pinned with a login; None when the login is not pinned."""
    return _pinned_id(folder.read(PINS), login)


def known_logins(folder: Folder) -> dict[str, str]:
    """The pinned members' logins by id, as far as they were pinned with one."""
    pins = folder.read(PINS)
    return {member: str(one["login"]) for member, one in pins.items() if one.get("login")}


def _pinned_id(pins: dict[str, Any], login: str | None) -> str | None:
    if login is None:
        return None
    return next((member for member, one in pins.items() if one.get("login") == login), None)


def check_id(folder: Folder, login: str, member: str) -> str:
    """The member id that the server names for a login, compared with the pin.

    Raises:
        IntegrityError: another id is pinned with this login, or another login with this id.
    """
    pins = folder.read(PINS)
    if _pinned_id(pins, login) not in (None, member):
        raise _changed(folder, login, "the server names another person for {}")
    known = pins.get(member, {}).get("login")
    if known not in (None, login):
        raise _changed(folder, known, "the server shows {} under another address")
    return member


def _changed(folder: Folder, who: str, what: str) -> IntegrityError:
    return IntegrityError(
        f"STOP: {what.format(who)}. Somebody may be posing as them. Compare fingerprints with them "
        f"in person; only then remove their entry from {folder.path / PINS}.json and approve anew."
    )


def pin(folder: Folder, person: Person, login: str | None = None) -> None:
    """Remember a person's keys from now on, and the login under which they were approved.

    Raises:
        IntegrityError: login, id or keys are pinned otherwise.
    """
    verification, key = _keys(person)
    with folder.locked(PINS):
        _agrees(folder, person, login)
        pins = folder.read(PINS)
        before = pins.get(person.member, {})
        known = None if _moved(before, person) else before.get("login")
        one = {"login": known or login, "verification": verification, "key": key}
        if pins.get(person.member) != one:
            folder.write(PINS, {**pins, person.member: one})


def _keys(person: Person) -> tuple[str, str]:
    return b64u_encode(person.verification), person.key


class Directory:
    """The members whom one may see, each looked up and checked once a command."""

    def __init__(self, api: Api, deployment: str) -> None:
        self._api, self._deployment = api, deployment
        self._found: dict[str, Person | None] = {}

    def by_login(self, login: str) -> tuple[DirectoryEntry, Person]:
        """A member by exact login, with what the server says of them.

        Raises:
            RefusedError: nobody whom one may see. IntegrityError: keys without valid proofs.
        """
        entry = self._api.post(DirectoryEntry, "/directory", login=login)
        person = check_registrations(self._deployment, entry.member, entry.registrations)
        self._found[entry.member] = person
        return entry, person

    def find(self, member: str) -> Person | None:
        """A member by id; None for one whom one may not see.

        Raises:
            IntegrityError: keys without valid proofs.
        """
        if member not in self._found:
            self._found[member] = self._look_up(member)
        return self._found[member]

    def _look_up(self, member: str) -> Person | None:
        try:
            entry = self._api.get(DirectoryEntry, f"/directory/{member}")
        except RefusedError as error:
            if error.code != "not-found":
                raise
            return None
        return check_registrations(self._deployment, member, entry.registrations)
