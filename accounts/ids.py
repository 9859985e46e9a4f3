"""What the portal says of a login before it looks whether anybody has it.

Ids and the salts of key slots are keyed hashes of the login, so that known and
unknown logins are answered alike and an endpoint learns its id and its salts
before it registers. Nothing here may ever read the database; that an account which was
handed over keeps its id under another login, `selectors.member_of` knows.
"""

import hashlib
import hmac
import uuid

from django.conf import settings

from sesphr.secretfiles import secret

DEFAULT_PARAMS = {"m": 65536, "t": 3, "p": 1}
SALT_LENGTH = 16


def keyed_hash(label: str, text: str) -> bytes:
    """HMAC-SHA256 of label and text under the portal's own secret, 32 octets."""
    key = secret(settings.SESPHR_DATA, "lookup")
    return hmac.new(key, f"{label}|{text}".encode(), hashlib.sha256).digest()


def member_id(login: str) -> uuid.UUID:
    """The id of whoever registers with this login."""
    return uuid.UUID(bytes=keyed_hash("member", login)[:16], version=4)


def slot_salt(login: str, slot_type: str) -> bytes:
    """The salt, 16 octets, of every slot of this type that this login has or may ever have.

    Fixed, not drawn for each slot: the salt is answered before sign-in, and a
    stranger who asks again and again would see a fresh one appear with each new
    password, which tells that somebody has the login, and when they were there.
    """
    return keyed_hash(f"salt-{slot_type}", login)[:SALT_LENGTH]
