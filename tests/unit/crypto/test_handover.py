"""Key changes, former seeds, and the code under which a seed waits."""

import json
import uuid
from typing import Any

import pytest

from sesphr.client.registration import key_change, registration
from sesphr.crypto import ed25519, handover, statements
from sesphr.crypto.encoding import b64u_decode, b64u_encode
from sesphr.crypto.errors import CryptoError, SlotError, StatementError
from sesphr.crypto.keys import FormerSeed, MemberKeys

DEPLOYMENT = "test.example"
MEMBER, OTHER = str(uuid.UUID(int=1, version=4)), str(uuid.UUID(int=2, version=4))
OLD_SEED, SEED = b"o" * 32, b"n" * 32
OLD, NEW = MemberKeys(OLD_SEED), MemberKeys(SEED, [FormerSeed(2, OLD_SEED)])
CODE = handover.fresh_code()


def _changed(**more: Any) -> str:
    terms = {"seq": 2, "previous": "A" * 43, "acl": 0, "partitions": ["medical"], **more}
    return key_change(NEW, OLD, deployment=DEPLOYMENT, member=MEMBER, **terms)


def _verified(jws: str, key: bytes = OLD.verification) -> statements.Verified:
    return statements.verify(
        jws, typ="sesphr-registration", deployment=DEPLOYMENT, directory={MEMBER: key}
    )


def _resigned(keys: MemberKeys, **more: Any) -> str:
    """The same payload with other members, as `keys` would sign it, unchecked."""
    payload = {**_verified(_changed()).payload, **more}
    body = b64u_encode(
        json.dumps({k: v for k, v in payload.items() if v is not None or k == "previous"}).encode()
    )
    head = statements._header("sesphr-registration", keys.verification)
    signed = f"{head}.{body}"
    return f"{signed}.{b64u_encode(ed25519.sign(keys.signing_key, signed.encode()))}"


def test_is_signed_with_the_old_key_and_names_the_new() -> None:
    checked = _verified(_changed())
    assert b64u_decode(checked.payload["verification"]) == NEW.verification
    assert checked.payload["partitions"]["medical"]["epoch"] == 2


def test_the_new_key_cannot_sign_its_own_change() -> None:
    with pytest.raises(CryptoError):
        _verified(_resigned(NEW), NEW.verification)


def test_nobody_takes_a_key_that_they_do_not_have() -> None:
    theirs = MemberKeys(b"t" * 32)
    with pytest.raises(CryptoError):
        _verified(_resigned(OLD, verification=b64u_encode(theirs.verification)))


@pytest.mark.parametrize(
    "members",
    [
        {"possession": b64u_encode(b"\0" * 64)},
        {"possession": None},
        {"acl": None},
        {"acl": None, "possession": None},
        {"acl": -1},
        {"seq": 3},
        {"seq": 1, "previous": None},
        {"verification": b64u_encode(OLD.verification)},
        {"iss": OTHER},
    ],
)
def test_anything_else_is_refused(members: dict[str, Any]) -> None:
    with pytest.raises(CryptoError):
        _verified(_resigned(OLD, **members))


def test_without_proof_a_later_registration_keeps_the_key() -> None:
    jws = registration(
        OLD, deployment=DEPLOYMENT, member=MEMBER, partitions=["dental"], seq=2, previous="A" * 43
    )
    assert _verified(jws).payload["seq"] == 2


def test_signing_checks_the_same() -> None:
    payload = _verified(_changed()).octets
    with pytest.raises(StatementError):
        statements.sign(NEW, "sesphr-registration", payload)


def test_signer_is_the_key_that_the_header_names() -> None:
    jws = _changed()
    assert statements.signer(jws, NEW.verifications) == OLD.verification
    for text in ("", "a.b.c", "W10.e30.x", jws.replace("e", "f", 1)):
        assert statements.signer(text, NEW.verifications) == NEW.verification


def test_partition_keys_are_of_the_seed_of_their_epoch() -> None:
    assert NEW.partition("medical", 1).wrap == OLD.partition("medical", 1).wrap
    assert NEW.partition("medical", 2).wrap == MemberKeys(SEED).partition("medical", 2).wrap
    assert (NEW.first_epoch, OLD.first_epoch) == (2, 1)


def test_of_several_former_seeds_each_has_its_epochs() -> None:
    seeds = [FormerSeed(5, b"b" * 32), FormerSeed(2, b"a" * 32)]
    keys = MemberKeys(SEED, seeds)
    owners = {1: b"a" * 32, 2: b"b" * 32, 4: b"b" * 32, 5: SEED, 9: SEED}
    for epoch, seed in owners.items():
        assert keys.partition("x", epoch).wrap == MemberKeys(seed).partition("x", epoch).wrap


def test_former_seeds_open_with_the_present_one_alone() -> None:
    former = [FormerSeed(2, OLD_SEED), FormerSeed(3, b"m" * 32)]
    slots = handover.make_former(former, deployment=DEPLOYMENT, member=MEMBER, seed=SEED)
    names = {"deployment": DEPLOYMENT, "member": MEMBER}
    assert handover.open_former(reversed(slots), **names, seed=SEED) == tuple(former)
    with pytest.raises(SlotError):
        handover.open_former(slots, **names, seed=OLD_SEED)
    with pytest.raises(SlotError):
        handover.open_former([slots[0], slots[0]], **names, seed=SEED)
    with pytest.raises(SlotError):
        handover.open_former([{**slots[0], "generation": 3}], **names, seed=SEED)
    with pytest.raises(SlotError):
        handover.open_former(slots, deployment=DEPLOYMENT, member=OTHER, seed=SEED)


def test_an_offer_opens_with_its_code_alone() -> None:
    names = {"deployment": DEPLOYMENT, "dependant": MEMBER}
    slot = handover.make_offer(OLD_SEED, **names, code=CODE)
    assert handover.open_offer(slot, **names, code=CODE.lower().replace("-", " ")) == OLD_SEED
    with pytest.raises(SlotError):
        handover.open_offer(slot, **names, code=handover.fresh_code())
    with pytest.raises(SlotError):
        handover.open_offer(slot, deployment=DEPLOYMENT, dependant=OTHER, code=CODE)
    with pytest.raises(SlotError):
        handover.open_offer({**slot, "type": "former"}, **names, code=CODE)


def test_what_finds_an_offer_does_not_open_it() -> None:
    assert len(handover.find_of(CODE)) == 64
    with pytest.raises(SlotError):
        handover.find_of("too-short")
