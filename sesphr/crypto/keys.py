"""A member's keys: everything is derived from one 32-octet seed (protocol section 3)."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sesphr.crypto.encoding import b64u_encode, check_int, check_octets, check_partition, dec, lp
from sesphr.crypto.errors import DecodingError
from sesphr.crypto.groups import (
    G1,
    G1_GENERATOR,
    G2,
    G2_GENERATOR,
    Scalar,
    multiply,
    scalar_from_wide,
)
from sesphr.crypto.kdf import hkdf


def _label(name: str, *parts: bytes) -> bytes:
    return lp(f"SeSPHR-v1 {name}".encode(), *parts)


def _secret_scalar(seed: bytes, info: bytes) -> Scalar:
    found = scalar_from_wide(hkdf(seed, info, 48))
    if found.is_zero():
        raise DecodingError("this seed yields no key")
    return found


@dataclass(frozen=True)
class PartitionKeys:
    """One epoch of one partition: x_P,c, A_P,c = g1^x_P,c and the wrapping key w_P,c (32 octets)."""

    secret: Scalar
    public: G1
    wrap: bytes

    def __repr__(self) -> str:
        return "PartitionKeys(...)"


@dataclass(frozen=True)
class FormerSeed:
    """A seed that a member had before a key change: its partition keys are those of the epochs
    below `below`, as far as no older seed has them."""

    below: int
    seed: bytes

    def __repr__(self) -> str:
        return f"FormerSeed({self.below})"


class MemberKeys:
    """The keys of one member; nothing of it is ever stored or shown."""

    def __init__(self, seed: bytes, former: Iterable[FormerSeed] = ()) -> None:
        """Take the seed's 32 octets; `from_seed` says the same."""
        self._seed = check_octets(seed, 32)
        ordered = sorted(former, key=lambda one: one.below)
        self._former = tuple((check_int(one.below, 2), MemberKeys(one.seed)) for one in ordered)

    @classmethod
    def from_seed(cls, seed: bytes, former: Iterable[FormerSeed] = ()) -> "MemberKeys":
        """The keys of a seed of exactly 32 octets, with the partition keys of former seeds.

        Raises:
            DecodingError: another length.
        """
        return cls(seed, former)

    @property
    def first_epoch(self) -> int:
        """The first epoch of the present seed: that of partitions which are new."""
        return self._former[-1][0] if self._former else 1

    @property
    def verifications(self) -> tuple[bytes, ...]:
        """All verification keys that the member ever had, oldest first."""
        return (*(keys.verification for _, keys in self._former), self.verification)

    def __repr__(self) -> str:
        return "MemberKeys(...)"

    @cached_property
    def receive_secret(self) -> Scalar:
        """x_U."""
        return _secret_scalar(self._seed, _label("receive"))

    @cached_property
    def receive_public(self) -> G2:
        """B_U = g2^x_U."""
        return multiply(G2_GENERATOR, self.receive_secret)

    @cached_property
    def signing_key(self) -> Ed25519PrivateKey:
        """The Ed25519 key that signs this member's objects."""
        return Ed25519PrivateKey.from_private_bytes(hkdf(self._seed, _label("sign")))

    @cached_property
    def verification(self) -> bytes:
        """The raw Ed25519 verification key, 32 octets."""
        return self.signing_key.public_key().public_bytes_raw()

    @property
    def thumbprint(self) -> str:
        """base64url SHA-256 of the verification key: `kid` of what this member signs."""
        return thumbprint(self.verification)

    def partition(self, name: str, epoch: int) -> PartitionKeys:
        """The keys of one partition and epoch (from 1 on).

        Raises:
            DecodingError: partition id or epoch.
        """
        check_int(epoch, 1)
        for below, keys in self._former:
            if epoch < below:
                return keys.partition(name, epoch)
        context = (check_partition(name).encode(), dec(epoch))
        secret = _secret_scalar(self._seed, _label("partition", *context))
        wrap = hkdf(self._seed, _label("wrap", *context))
        return PartitionKeys(secret, multiply(G1_GENERATOR, secret), wrap)


def thumbprint(verification: bytes) -> str:
    """base64url SHA-256 of a raw verification key."""
    return b64u_encode(hashlib.sha256(check_octets(verification, 32)).digest())


def key_digest(receive_public: G2) -> str:
    """base64url SHA-256 of B_U's 96 octets: how lists and requests name a member's key."""
    return b64u_encode(hashlib.sha256(receive_public.encode()).digest())


def fingerprint(verification: bytes, receive_octets: bytes) -> str:
    """SHA-256(lp(verification) lp(B_U)) as eight groups of five digits, about 132 bits.

    People compare it with each other, and with what an administrator reads to them.

    Raises:
        DecodingError: not 32 and 96 octets.
    """
    keys = lp(check_octets(verification, 32), check_octets(receive_octets, 96))
    digest = hashlib.sha256(keys).digest()
    words = (int.from_bytes(digest[start : start + 4], "big") for start in range(0, 32, 4))
    return " ".join(f"{word % 100_000:05d}" for word in words)
