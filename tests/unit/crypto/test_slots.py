"""Key slots: round trips, refused parameters, typed codes, weak passwords."""

import pytest

from sesphr.crypto import slots
from sesphr.crypto.encoding import b64u_decode, b64u_encode
from sesphr.crypto.errors import CryptoError, DecodingError, SlotError
from sesphr.crypto.strength import check_password_strength

SEED, ME, PEER = (
    bytes(range(32)),
    "390597f8-182b-4387-8564-9c4ba805d4a6",
    "d8865541-6170-49b6-925a-e8bf7060ee80",
)
WHO = {"deployment": "demo.sesphr.example", "login": "ada@example.org"}
PASSWORD = "cre\u0300me br\u00fbl\u00e9e 7 tractors"


def test_password_slot():
    slot, secret = slots.make_password_slot(SEED, **WHO, member=ME, password=PASSWORD, generation=2)
    # The same password composed otherwise is the same password.
    assert slots.open_slot(slot, **WHO, secret="cr\u00e8me bru\u0302le\u0301e 7 tractors") == (
        SEED,
        secret,
    )
    early = slots.derive(
        "password",
        **WHO,
        member=ME,
        salt=b64u_decode(slot["salt"]),
        params=slot["params"],
        secret=PASSWORD,
    )
    assert early.login_secret == secret
    assert SEED.hex() not in repr(early)


def test_recovery_slot_as_typed():
    slot, secret, code = slots.make_recovery_slot(SEED, **WHO, member=ME, generation=1)
    assert len(code) == 39
    for typed in (code, code.lower(), code.replace("-", ""), code.replace("-", " "), f" - {code} "):
        assert slots.open_slot(slot, **WHO, secret=typed) == (SEED, secret)
    other = "B" if code[0] != "B" else "C"
    for typed in (
        code[:-1], code + "A", other + code[1:], code.replace("-", "_"), code.replace("-", "\u2010"),
        code + "\n", code.replace("-", "\t"), code[:-1] + "1", code[:-1] + "=", "\u0131" + code[1:], "",
        None, code.encode(), "\uff21" + code[1:], code.replace("-", "\u00a0"),
    ):  # fmt: skip
        with pytest.raises(SlotError):
            slots.open_slot(slot, **WHO, secret=typed)


def test_two_recovery_slots_differ():
    made = [slots.make_recovery_slot(SEED, **WHO, member=ME, generation=1) for _ in range(2)]
    assert made[0][2] != made[1][2]
    assert made[0][0]["salt"] != made[1][0]["salt"]


SALT = bytes(range(16))


def test_slots_of_a_given_salt():
    password = {"password": PASSWORD, "salt": SALT}
    first, old = slots.make_password_slot(SEED, **WHO, member=ME, generation=1, **password)
    second, new = slots.make_password_slot(SEED, **WHO, member=ME, generation=2, **password)
    assert first["salt"] == second["salt"] == b64u_encode(SALT)
    # The same password gives the same key: only nonce and generation keep the slots apart.
    assert old == new
    assert first["sealed"][:16] != second["sealed"][:16]
    with pytest.raises(SlotError):
        slots.open_slot({**second, "generation": 1}, **WHO, secret=PASSWORD)
    who = {**WHO, "member": ME, "generation": 1, "salt": SALT}
    (one, _, code), (other, _, another) = [slots.make_recovery_slot(SEED, **who) for _ in range(2)]
    assert one["salt"] == other["salt"] == b64u_encode(SALT)
    assert code != another


@pytest.mark.parametrize("salt", [b"", bytes(15), bytes(17), "A" * 16, 16, False])
def test_salts_of_another_form(salt, monkeypatch):
    monkeypatch.setattr(slots, "hash_secret_raw", lambda *_, **__: pytest.fail("hashed"))
    who = {**WHO, "member": ME, "generation": 1, "salt": salt}
    with pytest.raises(DecodingError):
        slots.make_password_slot(SEED, password=PASSWORD, **who)
    with pytest.raises(DecodingError):
        slots.make_recovery_slot(SEED, **who)


@pytest.mark.parametrize(
    "change",
    [
        {"member": PEER}, {"generation": 2}, {"generation": 0}, {"generation": True}, {"type": "passkey"},
        {"type": "password"}, {"type": None}, {"salt": b64u_encode(bytes(16))}, {"salt": b64u_encode(bytes(15))},
        {"salt": None}, {"params": {"m": 65536, "t": 3, "p": 1}}, {"params": None}, {"params": []},
        {"sealed": b64u_encode(bytes(60))}, {"sealed": b64u_encode(bytes(59))}, {"sealed": None}, {"more": 1},
    ],
)  # fmt: skip
def test_changed_slots(change):
    slot, _, code = slots.make_recovery_slot(SEED, **WHO, member=ME, generation=1)
    with pytest.raises(SlotError):
        slots.open_slot({**slot, **change}, **WHO, secret=code)
    for missing in slot:
        with pytest.raises(SlotError):
            slots.open_slot({k: v for k, v in slot.items() if k != missing}, **WHO, secret=code)


@pytest.mark.parametrize(
    "params",
    [
        {}, None, [], {"m": 65535, "t": 3, "p": 1}, {"m": 1048577, "t": 3, "p": 1}, {"m": 65536, "t": 2, "p": 1},
        {"m": 65536, "t": 17, "p": 1}, {"m": 65536, "t": 3, "p": 2}, {"m": 65536, "t": 3, "p": 0},
        {"m": 65536, "t": 3, "p": True}, {"m": 65536, "t": 3}, {"m": 65536, "t": 3, "p": 1, "v": 19},
        {"m": "65536", "t": 3, "p": 1}, {"m": 65536.0, "t": 3, "p": 1}, {"m": 2**64, "t": 3, "p": 1},
        {"m": -65536, "t": 3, "p": 1}, {"M": 65536, "t": 3, "p": 1},
    ],
)  # fmt: skip
def test_refused_before_hashing(params, monkeypatch):
    monkeypatch.setattr(slots, "hash_secret_raw", lambda *_, **__: pytest.fail("hashed"))
    with pytest.raises(SlotError):
        slots.derive("password", **WHO, member=ME, salt=bytes(16), params=params, secret=PASSWORD)


def test_passkey_slot():
    salt, prf = bytes(16), bytes(range(32, 64))
    slot, secret = slots.make_passkey_slot(SEED, **WHO, member=ME, generation=1, salt=salt, prf=prf)
    assert slots.open_slot(slot, **WHO, secret=prf) == (SEED, secret)
    assert len(slots.passkey_input(salt)) == 32
    for wrong in (bytes(32), prf[:31], "text", None):
        with pytest.raises(SlotError):
            slots.open_slot(slot, **WHO, secret=wrong)


@pytest.mark.parametrize(
    "password",
    ["", "password", "Passw0rd!", "12345678", "ada@example.org", "aaaaaaaaaaaa", "qwertyuiop"],
)
def test_weak_passwords(password):
    with pytest.raises(SlotError):
        slots.make_password_slot(SEED, **WHO, member=ME, password=password, generation=1)


@pytest.mark.parametrize("password", ["adanewman1946", "NewmanAda46", "ada.n@example.org 1946"])
def test_ones_own_name_adds_nothing_to_a_password(password):
    with pytest.raises(SlotError, match="too easy to guess"):
        check_password_strength(password, "ada.n@example.org", "Ada Newman")


def test_strength_takes_long_and_hostile_text():
    check_password_strength("correct horse battery staple" * 500, "ada")
    with pytest.raises(CryptoError):
        check_password_strength("\ud800" * 20)
    with pytest.raises(CryptoError):
        check_password_strength("a" * 100_000)


def test_texts_with_lone_surrogates():
    with pytest.raises(CryptoError):
        slots.derive(
            "password",
            **WHO,
            member=ME,
            salt=bytes(16),
            params=slots.DEFAULT_PARAMS,
            secret="\ud800",
        )
