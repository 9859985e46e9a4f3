"""Guardians: who holds a dependant's seed, and how a second guardian gets it (protocol section 3).

The dependant is an owner with a seed of its own, which no server ever sees: it lies in a key slot
for each guardian, and travels to a further guardian sealed to a key that follows from his seed.
"""

from dataclasses import dataclass
from typing import Any

from sesphr.crypto import hpke, slots
from sesphr.crypto.encoding import (
    SUITE,
    b64u_decode,
    b64u_encode,
    check_deployment,
    check_octets,
    check_uuid,
    lp,
)
from sesphr.crypto.errors import CryptoError, OpenError, SlotError
from sesphr.crypto.kdf import hkdf

STATEMENT = "sesphr-guardian-key"


def slot_key(seed: bytes, dependant: str) -> bytes:
    """What seals a dependant's seed for the guardian of this seed, 32 octets."""
    info = lp(b"SeSPHR-v1 guardian", check_uuid(dependant).encode())
    return hkdf(check_octets(seed, 32), info)


def receive_secret(seed: bytes) -> bytes:
    """The X25519 secret to which dependants' seeds are sealed for the guardian of this seed."""
    return hkdf(check_octets(seed, 32), lp(b"SeSPHR-v1 guardian receive"))


def receive_public(seed: bytes) -> bytes:
    """The public key of `receive_secret`: what the guardian signs and publishes."""
    return hpke.public_key(receive_secret(seed))


@dataclass(frozen=True)
class Handing:
    """Between whom a seed travels; it opens for no other dependant and no other guardian."""

    deployment: str
    dependant: str
    guardian: str

    def info(self) -> bytes:
        """HPKE's info, checked.

        Raises:
            DecodingError: a deployment or an id that cannot be one.
        """
        return lp(
            SUITE.encode(), b"guardian", check_deployment(self.deployment).encode(),
            check_uuid(self.dependant).encode(), check_uuid(self.guardian).encode(),
        )  # fmt: skip


def hand_over(seed: bytes, handing: Handing, public: bytes) -> dict[str, str]:
    """A dependant's seed sealed to a further guardian's public key: {enc, ciphertext}, base64url.

    Raises:
        DecodingError: a value of another form, or a public key of small order.
    """
    enc, ciphertext = hpke.seal(public, handing.info(), check_octets(seed, 32))
    return {"enc": b64u_encode(enc), "ciphertext": b64u_encode(ciphertext)}


def take_over(seed: bytes, handing: Handing, sealed: dict[str, Any]) -> bytes:
    """The dependant's seed, opened by the guardian of `seed`.

    Raises:
        OpenError: it was sealed to somebody else, for another dependant, or changed.
    """
    try:
        enc, ciphertext = b64u_decode(sealed["enc"], 32), b64u_decode(sealed["ciphertext"], 48)
        return hpke.unseal(receive_secret(seed), enc, handing.info(), ciphertext)
    except (CryptoError, KeyError, TypeError):
        raise OpenError from None


def make_slot(
    seed: bytes, *, deployment: str, dependant: str, generation: int, guardian_seed: bytes
) -> dict[str, Any]:
    """The slot in which a guardian keeps a dependant's seed."""
    return slots.make_keyed_slot(
        seed, slots.GUARDIAN, deployment=deployment, member=dependant, generation=generation,
        slot_key=slot_key(guardian_seed, dependant),
    )  # fmt: skip


def open_slot(
    slot: dict[str, Any], *, deployment: str, dependant: str, guardian_seed: bytes
) -> bytes:
    """The dependant's seed from a guardian's own slot.

    Raises:
        SlotError: another's slot, or of somebody else than this dependant.
    """
    if slot.get("member") != dependant:
        raise SlotError("not this dependant's slot")
    return slots.open_keyed_slot(
        slot, slots.GUARDIAN, deployment=deployment, slot_key=slot_key(guardian_seed, dependant)
    )
