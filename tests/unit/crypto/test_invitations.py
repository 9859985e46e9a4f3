"""A guardian's signed invitation: fixed octets, and every other one refused (JavaScript has the same file)."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sesphr.crypto import guardian, invitations, statements
from sesphr.crypto.encoding import b64u_encode
from sesphr.crypto.errors import CryptoError, DecodingError, SignatureError, StatementError
from sesphr.crypto.guardian import Handing
from sesphr.crypto.invitations import Invited
from sesphr.crypto.keys import MemberKeys

FIXED: dict[str, Any] = json.loads(
    Path(__file__).with_name("guardian_invitation.json").read_text("utf-8")
)
DEPLOYMENT, ALICE = FIXED["deployment"], FIXED["inviter"]
EVE = "00000000-0000-4000-8000-00000000000e"
KEYS = MemberKeys.from_seed(bytes.fromhex(FIXED["inviter_seed"]))
_OCTETS = {name: bytes.fromhex(FIXED["invited"][name]) for name in ("verification", "receive")}
INVITED = Invited(**{**FIXED["invited"], **_OCTETS})


def check(jws: str, invited: Invited = INVITED, **more: Any) -> statements.Verified:
    given = {"deployment": DEPLOYMENT, "directory": {ALICE: KEYS.verification}, **more}
    return invitations.check(jws, invited=invited, **given)


def test_what_is_signed_is_fixed_for_ever() -> None:
    payload = json.loads(FIXED["payload"])
    assert {name: payload[name] for name in INVITED.members()} == INVITED.members()
    assert (
        statements.sign(KEYS, invitations.STATEMENT, FIXED["payload"].encode())
        == FIXED["statement"]
    )
    assert check(FIXED["statement"]).payload == payload


def test_what_was_sealed_opens_to_the_seed_of_the_keys_that_are_named() -> None:
    handing = Handing(DEPLOYMENT, INVITED.dependant, INVITED.guardian)
    sealed = {"enc": INVITED.enc, "ciphertext": INVITED.ciphertext}
    seed = guardian.take_over(bytes.fromhex(FIXED["guardian_seed"]), handing, sealed)
    keys = MemberKeys.from_seed(seed)
    assert seed.hex() == FIXED["dependant_seed"]
    assert (keys.verification, keys.receive_public.encode()) == (
        INVITED.verification, INVITED.receive,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("named", "change"),
    [
        ("dependant", {"dependant": EVE}), ("guardian", {"guardian": EVE}),
        ("verification", {"verification": bytes(32)}), ("key", {"receive": bytes(96)}),
        ("sealed", {"enc": b64u_encode(bytes(32))}), ("sealed", {"ciphertext": b64u_encode(bytes(48))}),
    ],
)  # fmt: skip
def test_an_invitation_that_differs_in_one_thing_is_refused(
    named: str, change: dict[str, Any]
) -> None:
    with pytest.raises(StatementError, match=f"another {named}$"):
        check(FIXED["statement"], replace(INVITED, **change))


def test_a_statement_of_somebody_else_another_kind_or_another_place_is_refused() -> None:
    eve = MemberKeys.from_seed(bytes([3]) * 32)
    forged = statements.sign(eve, invitations.STATEMENT, FIXED["payload"].encode())
    other = json.loads(FIXED["payload"])
    elsewhere = statements.sign_members(KEYS, invitations.STATEMENT, {**other, "iss": EVE})
    key = {name: other[name] for name in ("suite", "deployment", "iss", "iat", "key")}
    bad: list[tuple[str, dict[str, Any]]] = [
        (forged, {}), (elsewhere, {}), (FIXED["statement"][:-4] + "AAAA", {}), ("", {}), ("a.b.c", {}),
        (statements.sign_members(KEYS, "sesphr-guardian-key", key), {}),
        (FIXED["statement"], {"deployment": "other.example"}), (FIXED["statement"], {"directory": {}}),
        (FIXED["statement"], {"directory": {ALICE: eve.verification}}),
    ]  # fmt: skip
    for jws, more in bad:
        with pytest.raises((SignatureError, StatementError)):
            check(jws, **more)


@pytest.mark.parametrize(
    "change",
    [
        {"verification": bytes(31)}, {"receive": bytes(95)}, {"dependant": "tim"}, {"guardian": ""},
        {"enc": ""}, {"ciphertext": "A" * 65},
    ],
)  # fmt: skip
def test_what_cannot_be_an_invitation_is_not_signed(change: dict[str, Any]) -> None:
    with pytest.raises(DecodingError):
        replace(INVITED, **change).members()
    with pytest.raises(CryptoError):
        check(FIXED["statement"], replace(INVITED, **change))
