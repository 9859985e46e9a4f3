"""A dependant's seed: what one endpoint seals for a guardian, the other opens, and nobody else."""

import secrets
from collections.abc import Iterator

import pytest

from sesphr.crypto import guardian, slots
from sesphr.crypto.encoding import b64u_decode, b64u_encode
from sesphr.crypto.errors import CryptoError, DecodingError, OpenError, SlotError
from sesphr.crypto.guardian import Handing
from tests.integration.test_account_agrees import Browser

DEPLOYMENT = "made-up.example"
TIM = "00000000-0000-4000-8000-00000000000a"
KIM = "00000000-0000-4000-8000-00000000000b"
BEN = "00000000-0000-4000-8000-00000000000c"
# Fixed, so that neither side can drift: HKDF of this seed and X25519 of that.
SEED = bytes(range(32))
KNOWN = {
    "slot_key": "85d9c77650d4f76ef943b01f7fb10a9997e5e93182d9712c643c193ead9cac5c",
    "public": "855235fddd7a4f9ba3b0d3d756348fd74a0f8f26cb713986a1e222e3bda39c23",
}
KNOWN_SLOT = {
    "salt": "c7CbtEguQbm815fnqZnTaw",
    "sealed": "9pZEFtl0cn276px5T1cTGLl33AcANutTj5MSIHyZdVcDV5ij0NuYUebOdpTqdDEel2GO2p4Ch7fJ9Gak",
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Node process for the module."""
    running = Browser()
    yield running
    running.close()


@pytest.fixture
def child() -> bytes:
    """The dependant's seed, another in each test."""
    return secrets.token_bytes(32)


def spoiled(text: str) -> str:
    """The same octets but for one bit."""
    octets = bytearray(b64u_decode(text))
    octets[-1] ^= 1
    return b64u_encode(bytes(octets))


def test_keys_that_follow_from_a_guardians_seed_are_fixed_for_ever(browser: Browser) -> None:
    assert guardian.slot_key(SEED, TIM).hex() == KNOWN["slot_key"]
    assert guardian.receive_public(SEED).hex() == KNOWN["public"]
    assert browser.ask("guardianPublic", SEED.hex()) == KNOWN["public"]
    fixed = {**KNOWN_SLOT, "member": TIM, "type": "guardian", "generation": 3, "params": {}}
    assert (
        guardian.open_slot(fixed, deployment=DEPLOYMENT, dependant=TIM, guardian_seed=SEED) == SEED
    )
    options = {"deployment": DEPLOYMENT, "dependant": TIM}
    assert browser.ask("openGuardianSlot", fixed, SEED.hex(), options) == SEED.hex()


def test_a_guardians_slot_opens_on_both_sides(browser: Browser, child: bytes) -> None:
    options = {"deployment": DEPLOYMENT, "dependant": TIM}
    theirs = browser.ask("guardianSlot", child.hex(), SEED.hex(), {**options, "generation": 2})
    assert guardian.open_slot(theirs, **options, guardian_seed=SEED) == child
    ours = guardian.make_slot(child, **options, generation=1, guardian_seed=SEED)
    assert browser.ask("openGuardianSlot", ours, SEED.hex(), options) == child.hex()


def test_a_guardians_slot_opens_for_nobody_else_and_for_no_other_dependant(
    browser: Browser, child: bytes
) -> None:
    options = {"deployment": DEPLOYMENT, "dependant": TIM}
    slot = guardian.make_slot(child, **options, generation=1, guardian_seed=SEED)
    other = secrets.token_bytes(32)
    bad = [
        (slot, other, options),
        ({**slot, "member": KIM}, SEED, {**options, "dependant": KIM}),
        ({**slot, "member": KIM}, SEED, options),
        (slot, SEED, {**options, "deployment": "other.example"}),
        ({**slot, "generation": 2}, SEED, options),
        ({**slot, "type": "recovery"}, SEED, options),
        ({**slot, "sealed": spoiled(slot["sealed"])}, SEED, options),
        ({**slot, "salt": spoiled(slot["salt"])}, SEED, options),
        ({**slot, "params": {"m": 1}}, SEED, options),
    ]
    for changed, seed, given in bad:
        with pytest.raises(CryptoError):
            guardian.open_slot(changed, **given, guardian_seed=seed)
        assert browser.ask("openGuardianSlot", changed, seed.hex(), given).startswith("refused")


def test_a_guardians_slot_signs_in_nobody(child: bytes) -> None:
    slot = guardian.make_slot(
        child, deployment=DEPLOYMENT, dependant=TIM, generation=1, guardian_seed=SEED
    )
    with pytest.raises(SlotError):
        slots.open_slot(slot, deployment=DEPLOYMENT, login="t@example.org", secret=SEED)


def test_a_seed_travels_to_the_second_guardian_both_ways(browser: Browser, child: bytes) -> None:
    handing = Handing(DEPLOYMENT, TIM, BEN)
    as_json = {"deployment": DEPLOYMENT, "dependant": TIM, "guardian": BEN}
    public = guardian.receive_public(SEED)
    theirs = browser.ask("handOver", child.hex(), as_json, public.hex())
    assert guardian.take_over(SEED, handing, theirs) == child
    ours = guardian.hand_over(child, handing, public)
    assert browser.ask("takeOver", SEED.hex(), as_json, ours) == child.hex()


def test_a_seed_that_travels_opens_for_nobody_else(browser: Browser, child: bytes) -> None:
    handed = guardian.hand_over(child, Handing(DEPLOYMENT, TIM, BEN), guardian.receive_public(SEED))
    short = {**handed, "ciphertext": handed["ciphertext"][:-2]}
    changed = {**handed, "ciphertext": spoiled(handed["ciphertext"])}
    cases = [
        (secrets.token_bytes(32), (DEPLOYMENT, TIM, BEN), handed),
        (SEED, (DEPLOYMENT, KIM, BEN), handed), (SEED, (DEPLOYMENT, TIM, KIM), handed),
        (SEED, ("other.example", TIM, BEN), handed), (SEED, (DEPLOYMENT, TIM, BEN), changed),
        (SEED, (DEPLOYMENT, TIM, BEN), short), (SEED, (DEPLOYMENT, TIM, BEN), {**handed, "enc": ""}),
    ]  # fmt: skip
    for seed, (deployment, dependant, to), sealed in cases:
        with pytest.raises(OpenError):
            guardian.take_over(seed, Handing(deployment, dependant, to), sealed)
        given = {"deployment": deployment, "dependant": dependant, "guardian": to}
        assert browser.ask("takeOver", seed.hex(), given, sealed).startswith("refused")
    with pytest.raises(DecodingError):
        guardian.hand_over(child, Handing(DEPLOYMENT, TIM, BEN), bytes(32))
