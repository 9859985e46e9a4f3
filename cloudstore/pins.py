"""The keys of those who sign: the first one seen is kept, and only its holder can change it."""

import uuid

from django.db import transaction

from cloudstore import tickets
from cloudstore.models import Author
from sesphr.crypto import statements
from sesphr.crypto.encoding import b64u_decode
from sesphr.crypto.errors import CryptoError
from sesphr.ports.errors import Conflict, Invalid

KEY = 32


def pin_author(author: uuid.UUID, verification: bytes) -> None:
    """Keep the key of somebody unknown; call inside the transaction of what it signed.

    Raises:
        Conflict: the author is known with another key.
    """
    known, _ = Author.objects.get_or_create(id=author, defaults={"verification": verification})
    if known.verification != verification:
        raise Conflict("This author is known with another key.", code="other-key")


def keys_of(author: Author) -> tuple[bytes, ...]:
    """All keys that an author ever had here, oldest first."""
    former = bytes(author.former)
    before = (former[start : start + KEY] for start in range(0, len(former), KEY))
    return (*before, bytes(author.verification))


def change_key(statement: str, deployment: str) -> None:
    """Follow a registration that changes an author's keys; of somebody unknown, and again,
    nothing happens.

    Raises:
        Invalid: it is none, or not signed with the key that is pinned.
    """
    author = _author_of(statement)
    with transaction.atomic():
        known = Author.objects.select_for_update().filter(pk=author).first()
        if known is not None:
            _follow(known, statement, deployment)


def _author_of(statement: str) -> uuid.UUID:
    try:
        return uuid.UUID(str(statements.payload_of_unverified(statement).get("iss")))
    except (CryptoError, ValueError) as error:
        raise Invalid("The registration cannot be read.") from error


def _follow(known: Author, statement: str, deployment: str) -> None:
    *former, present = keys_of(known)
    key = statements.signer(statement, [*former, present])
    checked = tickets.verify_by(statement, "sesphr-registration", key, deployment)
    new = b64u_decode(checked.payload["verification"], KEY)
    if "possession" not in checked.payload:
        raise Invalid("This registration changes no key.")
    if new == present:
        return
    if key != present:
        raise Invalid("This key change is not signed with the key that is known.")
    known.former, known.verification = bytes(known.former) + present, new
    known.save()
