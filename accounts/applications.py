"""What somebody who registers sends, checked as far as the portal can.

The nodes check the signed registration itself; here only whose it is.
"""

import hashlib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from accounts import selectors, slots
from accounts.ids import member_id
from accounts.models import Role, SlotType
from accounts.slots import NewSlot
from sesphr.crypto.encoding import b64u_decode, check_login, parse_ijson
from sesphr.ports.errors import Invalid

OPEN_ROLES = tuple(role.value for role in Role if role is not Role.ADMINISTRATOR)
FIRST_SLOTS = sorted((SlotType.PASSWORD.value, SlotType.RECOVERY.value))
NAME_LENGTH = 200
# Joiners belong to names in some scripts; other invisible characters hide something.
JOINERS = "\u200c\u200d"


@dataclass(frozen=True)
class Application:
    """A registration that may go to the nodes; `digest` names the signed statement."""

    member: UUID
    login: str
    name: str
    role: str
    registration: str
    digest: bytes
    slots: tuple[NewSlot, ...]

    def slot(self, slot_type: str) -> NewSlot:
        """Return the slot of a type; there is exactly one of each."""
        return next(slot for slot in self.slots if slot.type == slot_type)


def parse(
    *, login: str, name: str, role: str, registration: str, sent_slots: Sequence[Mapping[str, Any]]
) -> Application:
    """Check a registration; `sent_slots` are {slot, login_secret} objects.

    Raises:
        Invalid, DecodingError: with a sentence that says what is not acceptable.
    """
    member = _member(address(login), registration)
    if role not in OPEN_ROLES:
        raise Invalid(f"The role must be one of {', '.join(OPEN_ROLES)}.")
    return Application(
        member=member,
        login=login,
        name=check_name(name),
        role=role,
        registration=registration,
        digest=digest_of_first(registration, member),
        slots=first_slots(sent_slots, member, login),
    )


def _member(login: str, registration: str) -> UUID:
    """Whose a registration for a login is: whoever has it, or the id that it has had for everybody
    before its account was handed over to it. Both are answered alike later on."""
    before = member_id(login)
    claimed = parse_ijson(b64u_decode(registration.split(".")[1])) if "." in registration else None
    if isinstance(claimed, dict) and claimed.get("iss") == str(before):
        return before
    return selectors.member_of(login)


def address(login: str) -> str:
    """Return a login that is an e-mail address.

    Raises:
        Invalid, DecodingError: it is none, or not in lower case.
    """
    check_login(login)
    try:
        validate_email(login)
    except ValidationError:
        raise Invalid("The login name must be an e-mail address in lower case.") from None
    if login.endswith("@dependant.invalid"):
        raise Invalid("Only a guardian registers a dependant.")
    return login


def check_name(name: str) -> str:
    """Return a person's name in NFC.

    Raises:
        Invalid: empty, too long, or with characters that nobody can see.
    """
    found = unicodedata.normalize("NFC", name).strip()
    if not 1 <= len(found) <= NAME_LENGTH:
        raise Invalid(f"The name must have 1 to {NAME_LENGTH} characters.")
    if any(_hidden(character) for character in found):
        raise Invalid("The name has characters that cannot be seen.")
    return found


def _hidden(character: str) -> bool:
    kind = unicodedata.category(character)
    return kind in ("Zl", "Zp") or (kind.startswith("C") and character not in JOINERS)


def digest_of_first(jws: str, member: UUID) -> bytes:
    """Return the digest (32 octets) of a statement that claims to be a member's first registration.

    A later one would be refused for a new login and swallowed for a known one.

    Raises:
        Invalid, DecodingError: it is no statement, somebody else's, or not the first.
    """
    octets = require_own(jws, member)
    payload = parse_ijson(octets)
    if payload.get("seq") != 1 or payload.get("previous") is not None:
        raise Invalid("The first registration has seq 1 and no predecessor.")
    return hashlib.sha256(octets).digest()


def require_own(jws: str, member: UUID) -> bytes:
    """Return the payload octets of a statement that claims to come from this member.

    Raises:
        Invalid, DecodingError: it is no statement, or somebody else's.
    """
    parts = jws.split(".")
    if len(parts) != 3:
        raise Invalid("The registration must be a compact JWS.")
    octets = b64u_decode(parts[1])
    payload = parse_ijson(octets)
    if not isinstance(payload, dict) or payload.get("iss") != str(member):
        raise Invalid("The registration must come from the member who registers.")
    return octets


def first_slots(sent: Sequence[Mapping[str, Any]], member: UUID, login: str) -> tuple[NewSlot, ...]:
    """Check the first password slot and recovery slot of a member with this login.

    Raises:
        Invalid, DecodingError: others, more or less, or not of this login.
    """
    found = tuple(
        slots.parse(one["slot"], one["login_secret"], member=member, login=login) for one in sent
    )
    if sorted(slot.type for slot in found) != FIRST_SLOTS:
        raise Invalid("Send one password slot and one recovery slot.")
    if any(slot.generation != 1 for slot in found):
        raise Invalid("First key slots have generation 1.")
    return found
