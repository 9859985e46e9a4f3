"""The keys that a member had before: what other nodes took while they were in force stays taken.

Nothing that a member sends now may be signed with them.
"""

import hashlib
from dataclasses import dataclass

from sesphr.crypto import statements
from sesphr.crypto.encoding import b64u_decode, b64u_encode
from srs.models import Member, Registration


@dataclass(frozen=True)
class FormerKeys:
    """Keys that a later registration took the place of; `below`: their epochs are below it;
    `lists`: the number of the last access list that may be signed with them."""

    verification: bytes
    key_digest: str
    below: int
    lists: int


def had(alias: str, member: Member, key: str) -> bool:
    """Whether a key to receive with (its digest, b64u) is a member's, or was."""
    return member.key_digest == key or any(
        one.key_digest == key for one in former_keys(alias, member)
    )


def former_keys(alias: str, member: Member) -> list[FormerKeys]:
    """The keys that a member had before the present ones, oldest first."""
    rows = Registration.objects.using(alias).filter(member=member).order_by("seq")
    found: list[FormerKeys] = []
    before, highest = None, 1
    for jws in rows.values_list("jws", flat=True):
        payload = statements.payload_of_unverified(jws)
        if before is not None and "possession" in payload:
            receive = hashlib.sha256(b64u_decode(before["receive"], 96)).digest()
            verification = b64u_decode(before["verification"], 32)
            keys = FormerKeys(verification, b64u_encode(receive), highest + 1, payload["acl"])
            found.append(keys)
        highest = max([highest, *(key["epoch"] for key in payload["partitions"].values())])
        before = payload
    return found
