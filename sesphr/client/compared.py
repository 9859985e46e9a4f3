"""Whose fingerprint was compared with them, and when: kept in HOME beside the pins.

Nobody but the person can tell that keys are theirs. So before a relative or friend is
given anything for the first time, the owner compares.
"""

from sesphr.client import people
from sesphr.client.errors import IntegrityError, RefusedError, UsageError
from sesphr.client.home import Folder
from sesphr.client.people import Person
from sesphr.client.times import now
from sesphr.crypto.encoding import b64u_encode

COMPARED = "people-compared"
PRIVATE = "relative"


def since(folder: Folder, person: Person, login: str | None = None) -> int | None:
    """When these keys were compared (Unix seconds); None if never in this HOME.

    `login` demands that it was as those of this address: the server names whoever asks, and could
    put a name before the keys of somebody else who was compared.

    Raises:
        IntegrityError: other keys of theirs were, or these as somebody else's.
    """
    one = folder.read(COMPARED).get(person.member)
    if one is None:
        return None
    if any(
        (one.get("verification"), one.get("key")) == (b64u_encode(former.verification), former.key)
        for former in person.former
    ):
        # They changed their keys, signed with those: the new ones are to be compared anew.
        return None
    if (one.get("verification"), one.get("key")) != _keys(person):
        raise IntegrityError(
            "STOP: these are not the keys that you compared before. Somebody may be posing as "
            f"them. Compare anew, in person; then remove them from {folder.path / COMPARED}.json."
        )
    known = one.get("login")
    _require_same(known, login)
    # What was compared before addresses were noted counts for no address.
    return None if login is not None and known is None else int(one["at"])


def _require_same(known: str | None, login: str | None) -> None:
    if None not in (known, login) and known != login:
        raise IntegrityError(
            f"STOP: you compared these keys as those of {known}, and the server shows them as those "
            f"of {login}. Somebody may be posing as them. Call {login} on a number that you know."
        )


def note(folder: Folder, person: Person, login: str, read_out: str) -> int:
    """Remember that what somebody read out is the fingerprint of these keys; since when.

    Raises:
        UsageError: it cannot be a fingerprint.
        IntegrityError: it is another one, or contradicts pins or an earlier comparison.
    """
    people.check_pin(folder, person, login)
    if _digits(read_out) != _digits(person.fingerprint):
        raise IntegrityError(
            f"STOP: this is not the fingerprint of the keys that the server shows for {login}. "
            "Somebody may be posing as them. Share nothing with them here."
        )
    with folder.locked(COMPARED):
        before = since(folder, person, login)
        if before is not None:
            return before
        verification, key = _keys(person)
        made = now()
        one = {
            "at": made, "how": "digits", "login": login, "verification": verification, "key": key,
        }  # fmt: skip
        folder.write(COMPARED, {**folder.read(COMPARED), person.member: one})
        return made


def require(folder: Folder, person: Person, login: str, role: str) -> None:
    """Let nobody into the private circle who was not compared; who was approved before stays.

    Raises:
        RefusedError: a relative or friend whose keys were never compared.
        IntegrityError: other keys than those compared.
    """
    compared = since(folder, person) is not None
    if compared or role != PRIVATE or people.check_pin(folder, person, login):
        return
    raise RefusedError(
        f"Compare first: call {login} on a number that you know, let them read their fingerprint "
        "to you (they find it under Security, or by `whoami`), and give it to `compare`.",
        code="compare-first",
    )


def _digits(text: str) -> str:
    digits = "".join(character for character in text if not character.isspace())
    if len(digits) != 40 or not digits.isascii() or not digits.isdigit():
        raise UsageError("A fingerprint is eight groups of five digits.")
    return digits


def _keys(person: Person) -> tuple[str, str]:
    return b64u_encode(person.verification), person.key
