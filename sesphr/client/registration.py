"""A member's own registration: public keys with proofs of knowledge, signed."""

from collections.abc import Iterable

from sesphr.client.statement import payload, sign
from sesphr.crypto import proofs
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
    """The JWS of a registration with epoch 1 of each partition; `previous` is a digest (b64u)."""
    receive, proof = proofs.prove(
        "key-B", deployment=deployment, secret=keys.receive_secret,
        ctx=proofs.KeyBContext(member, keys.verification),
    )  # fmt: skip
    octets = payload(
        deployment, member, verification=b64u_encode(keys.verification),
        receive=b64u_encode(receive.encode()), receive_proof=b64u_encode(proof),
        partitions={name: _partition(keys, deployment, member, name) for name in partitions},
        seq=seq, previous=previous,
    )  # fmt: skip
    return sign(keys, "sesphr-registration", octets)


def _partition(keys: MemberKeys, deployment: str, member: str, name: str) -> dict[str, object]:
    public, proof = proofs.prove(
        "key-A", deployment=deployment, secret=keys.partition(name, 1).secret,
        ctx=proofs.KeyAContext(member, name, 1, keys.verification),
    )  # fmt: skip
    return {"epoch": 1, "key": b64u_encode(public.encode()), "proof": b64u_encode(proof)}
