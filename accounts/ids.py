"""What the portal says of a login before it looks whether anybody has it.

Ids and the salts of unknown logins are keyed hashes of the login, so that
known and unknown logins are answered alike and an endpoint learns its id before
it registers. Nothing here reads the database.
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
    """The id of whoever has, or will have, this login."""
    return uuid.UUID(bytes=keyed_hash("member", login)[:16], version=4)


def unknown_salt(login: str, slot_type: str) -> bytes:
    """The 16 octets answered as a slot's salt when nobody has this login."""
    return keyed_hash(f"salt-{slot_type}", login)[:SALT_LENGTH]
