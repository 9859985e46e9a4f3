"""Schnorr proofs of knowledge of a discrete logarithm (protocol section 2).

A proof binds its whole context: copied under another name, partition, key or
digest it does not hold. `check_deposit` is what an SRS node checks of a deposit.
"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from sesphr.crypto.encoding import (
    SUITE,
    b64u_decode,
    check_deployment,
    check_int,
    check_octets,
    check_partition,
    check_uuid,
    dec,
    lp,
)
from sesphr.crypto.errors import DecodingError, ProofError
from sesphr.crypto.groups import (
    G1,
    G1_GENERATOR,
    G2,
    G2_GENERATOR,
    Scalar,
    decode_g1,
    decode_g2,
    decode_scalar,
    multiply,
    multiply_public,
    scalar_from_wide,
)
from sesphr.crypto.kdf import hkdf


@dataclass(frozen=True)
class KeyAContext:
    """Whose partition key A_P,c it is; `verification` is the raw 32-octet key."""

    kind: ClassVar[str] = "key-A"
    member: str
    partition: str
    epoch: int
    verification: bytes

    def parts(self) -> tuple[bytes, ...]:
        """The transcript's context, in order."""
        return (
            check_uuid(self.member).encode(), check_partition(self.partition).encode(),
            dec(check_int(self.epoch, 1)), check_octets(self.verification, 32),
        )  # fmt: skip


@dataclass(frozen=True)
class KeyBContext:
    """Whose receiving key B_U it is."""

    kind: ClassVar[str] = "key-B"
    member: str
    verification: bytes

    def parts(self) -> tuple[bytes, ...]:
        """The transcript's context, in order."""
        return check_uuid(self.member).encode(), check_octets(self.verification, 32)


@dataclass(frozen=True)
class DepositContext:
    """What R encapsulates a key for; `digest` is SHA-256 of the cipher octets, 32 octets."""

    kind: ClassVar[str] = "deposit"
    owner: str
    record: str
    version: int
    partition: str
    epoch: int
    author: str
    digest: bytes

    def parts(self) -> tuple[bytes, ...]:
        """The transcript's context, in order."""
        return (
            check_uuid(self.owner).encode(), check_uuid(self.record).encode(),
            dec(check_int(self.version, 1)), check_partition(self.partition).encode(),
            dec(check_int(self.epoch, 1)), check_uuid(self.author).encode(),
            check_octets(self.digest, 32),
        )  # fmt: skip


ProofContext = KeyAContext | KeyBContext | DepositContext


def _base(kind: str, base: G1 | None, ctx: ProofContext) -> G1 | G2:
    if kind not in ("key-A", "key-B", "deposit") or ctx.kind != kind:
        raise ProofError("an unknown kind of proof, or a context of another kind")
    if (base is None) == (kind == "deposit"):
        raise ProofError("a deposit's proof, and no other, names its base")
    if base is not None:
        if base.is_identity():
            raise ProofError("the base is the identity")
        return base
    return G1_GENERATOR if kind == "key-A" else G2_GENERATOR


def _head(deployment: str, kind: str, base: G1 | G2, Y: G1 | G2) -> bytes:
    return lp(
        SUITE.encode(),
        check_deployment(deployment).encode(),
        kind.encode(),
        base.encode(),
        Y.encode(),
    )


def _challenge(transcript: bytes) -> Scalar:
    return scalar_from_wide(hkdf(transcript, b"SeSPHR-v1 challenge", 48))


def prove(
    kind: str, *, deployment: str, secret: Scalar, base: G1 | None = None, ctx: ProofContext,
    random: bytes | None = None,
) -> tuple[G1 | G2, bytes]:  # fmt: skip
    """(Y, proof) for Y = base^secret; the proof is T || z, 80 octets in G1 and 128 in G2.

    Args:
        kind: "key-A" (base g1), "key-B" (base g2) or "deposit" (base A_P,c, which is given).
        deployment: deployment id.
        secret: the discrete logarithm, not 0.
        base: for a deposit only.
        ctx: the context of that kind.
        random: 32 fresh octets when None.

    Raises:
        ProofError: a kind, base or context that do not belong together, a secret of 0.
    """
    start = _base(kind, base, ctx)
    if secret.is_zero():
        raise ProofError("0 cannot be proved")
    noise = secrets.token_bytes(32) if random is None else check_octets(random, 32)
    Y = multiply(start, secret)
    head, tail = _head(deployment, kind, start, Y), lp(*ctx.parts())
    nonce = scalar_from_wide(hkdf(secret.encode() + noise, b"SeSPHR-v1 nonce" + head + tail, 48))
    if nonce.is_zero():
        raise ProofError("an unusable nonce: try again")
    T = multiply(start, nonce)
    z = nonce + _challenge(head + lp(T.encode()) + tail) * secret
    return Y, T.encode() + z.encode()


def verify(
    kind: str,
    *,
    deployment: str,
    Y: G1 | G2,
    proof: bytes,
    ctx: ProofContext,
    base: G1 | None = None,
) -> None:
    """Check base^z = T Y^c.

    Raises:
        ProofError: it does not hold, or kind, base, Y and context do not belong together.
        DecodingError: T or z is not canonical, in range and of order q.
    """
    start = _base(kind, base, ctx)
    if type(Y) is not type(start) or Y.is_identity():
        raise ProofError("Y is of another group, or the identity")
    size = len(start.encode())
    check_octets(proof, size + 32)
    T: G1 | G2 = decode_g1(proof[:48]) if isinstance(start, G1) else decode_g2(proof[:96])
    z = decode_scalar(proof[size:], allow_zero=True)
    c = _challenge(_head(deployment, kind, start, Y) + lp(T.encode(), *ctx.parts()))
    if not _holds(start, z, T, Y, c):
        raise ProofError("the proof does not hold")


def _holds(base: G1 | G2, z: Scalar, T: G1 | G2, Y: G1 | G2, c: Scalar) -> bool:
    if isinstance(base, G1) and isinstance(T, G1) and isinstance(Y, G1):
        return multiply_public(base, z) == T * multiply_public(Y, c)
    if isinstance(base, G2) and isinstance(T, G2) and isinstance(Y, G2):
        return multiply_public(base, z) == T * multiply_public(Y, c)
    return False


def check_deposit(
    manifest: Mapping[str, Any], registered: Mapping[tuple[str, int], G1],
    parameters: Mapping[str, bytes], proofs: Mapping[str, bytes],
) -> dict[str, G1]:  # fmt: skip
    """What an SRS node checks of a deposit, the access control list apart; gives the R points.

    Args:
        manifest: a verified manifest's payload.
        registered: the owner's A_P,c by partition and epoch.
        parameters: R's 48 octets by partition.
        proofs: the deposit proofs by partition.

    Raises:
        ProofError: the partitions are not the same three times, an epoch is not
            registered, SHA-256(R) is not rh, or a proof does not hold.
        DecodingError: an R or proof that does not decode.
    """
    entries = manifest["partitions"]
    if not entries.keys() == parameters.keys() == proofs.keys():
        raise ProofError("manifest, R parameters and proofs name other partitions")
    return {
        name: _check_partition_deposit(manifest, name, registered, parameters[name], proofs[name])
        for name in entries
    }


def _check_partition_deposit(
    manifest: Mapping[str, Any], name: str, registered: Mapping[tuple[str, int], G1],
    parameter: bytes, proof: bytes,
) -> G1:  # fmt: skip
    entry = manifest["partitions"][name]
    base = registered.get((name, entry["epoch"]))
    if base is None:
        raise ProofError("an epoch that is not registered")
    R = decode_g1(parameter)
    if hashlib.sha256(parameter).digest() != b64u_decode(entry["rh"], 32):
        raise ProofError("R is not the one that the manifest names")
    ctx = DepositContext(
        manifest["owner"], manifest["record"], manifest["version"], name, entry["epoch"],
        manifest["iss"], b64u_decode(entry["digest"], 32),
    )  # fmt: skip
    try:
        verify("deposit", deployment=manifest["deployment"], Y=R, proof=proof, ctx=ctx, base=base)
    except DecodingError:
        raise ProofError("a proof that does not decode") from None
    return R
