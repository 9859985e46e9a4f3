"""A member's own registration: public keys with proofs of knowledge, signed."""

from collections.abc import Iterable
from typing import Any

from sesphr.client.statement import payload, sign
from sesphr.crypto import keychange, proofs
from sesphr.crypto.encoding import b64u_encode
from sesphr.crypto.keys import MemberKeys

OWNER = "owner"
ROLES = (OWNER, "physician", "nurse", "pharmacist", "insurer", "researcher", "relative")
ORIGINAL = "original"
DEFAULT_PARTITIONS = ("personal", "medical", "insurance", "prescription")
FIRST_PARTITIONS = (*DEFAULT_PARTITIONS, ORIGINAL)


def registration(
    keys: MemberKeys, *, deployment: str, member: str, partitions: Iterable[str], seq: int = 1,
    previous: str | None = None,
) -> str:  # fmt: skip
    """The JWS of a registration with the first epoch of each partition that these keys have;
    `previous` is a digest (b64u)."""
    octets = payload(
        deployment, member, **_keys(keys, deployment, member, partitions, keys.first_epoch),
        seq=seq, previous=previous,
    )  # fmt: skip
    return sign(keys, "sesphr-registration", octets)


def key_change(
    new: MemberKeys, old: MemberKeys, *, deployment: str, member: str,
    partitions: Iterable[str], seq: int, previous: str, acl: int,
) -> str:  # fmt: skip
    """The JWS of a registration that puts new keys in the old ones' place, signed with the old.

    Args:
        new: with the old seed among its former ones.
        old: the keys that are registered.
        deployment: deployment id.
        member: whose keys they are.
        partitions: all that the member has; each gets the first epoch of the new seed.
        seq: its number in the chain.
        previous: the digest of the registration before (b64u).
        acl: the number of the owner's list in force; 0 without one.
    """
    possession = keychange.prove(
        new.signing_key, deployment=deployment, member=member, seq=seq, old=old.verification
    )
    octets = payload(
        deployment, member, **_keys(new, deployment, member, partitions, new.first_epoch),
        seq=seq, previous=previous, possession=b64u_encode(possession), acl=acl,
    )  # fmt: skip
    return sign(old, "sesphr-registration", octets)


def _keys(
    keys: MemberKeys, deployment: str, member: str, partitions: Iterable[str], epoch: int
) -> dict[str, Any]:
    receive, proof = proofs.prove(
        "key-B", deployment=deployment, secret=keys.receive_secret,
        ctx=proofs.KeyBContext(member, keys.verification),
    )  # fmt: skip
    return {
        "verification": b64u_encode(keys.verification), "receive": b64u_encode(receive.encode()),
        "receive_proof": b64u_encode(proof),
        "partitions": {name: _partition(keys, deployment, member, name, epoch) for name in partitions},
    }  # fmt: skip


def _partition(
    keys: MemberKeys, deployment: str, member: str, name: str, epoch: int
) -> dict[str, object]:
    public, proof = proofs.prove(
        "key-A", deployment=deployment, secret=keys.partition(name, epoch).secret,
        ctx=proofs.KeyAContext(member, name, epoch, keys.verification),
    )  # fmt: skip
    return {"epoch": epoch, "key": b64u_encode(public.encode()), "proof": b64u_encode(proof)}
