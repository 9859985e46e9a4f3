"""Statements, key slots and the log's formats: both kernels write and take the same."""

import json
import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sesphr.crypto import ed25519, log, merkle, slots, statements
from sesphr.crypto.encoding import b64u_encode
from sesphr.crypto.errors import CryptoError
from sesphr.crypto.keys import MemberKeys
from sesphr.crypto.payloads import SCHEMAS
from tests.integration.crypto_node import NodeKernel, Refused, running
from tests.integration.crypto_payloads import DEPLOYMENT, ISSUER, OTHER, PAYLOADS

OWNER_SEED = bytes(range(32))
OWNER = MemberKeys.from_seed(OWNER_SEED)
DIRECTORY = {ISSUER: OWNER.verification.hex(), OTHER: bytes(32).hex()}
CHANGES: tuple[Any, ...] = (None, -1, 1.5, "", [], {}, True, "absent")
PASSWORD = "correct horse battery 863dd2"


@pytest.fixture(scope="module")
def node() -> Iterator[NodeKernel]:
    """One Node process for the module."""
    with running() as kernel:
        yield kernel


def test_every_type_of_statement_has_a_payload_here() -> None:
    assert PAYLOADS.keys() == SCHEMAS.keys()


def _payload(typ: str) -> dict[str, Any]:
    own = {"verification": b64u_encode(OWNER.verification)}
    return {**PAYLOADS[typ], **(own if typ == "sesphr-registration" else {})}


@pytest.mark.parametrize("typ", sorted(PAYLOADS))
def test_statement(node: NodeKernel, typ: str) -> None:
    text = json.dumps(_payload(typ), ensure_ascii=False)
    ours = statements.sign(OWNER, typ, text.encode())
    theirs = node.ask("make/statement", seed=OWNER_SEED.hex(), typ=typ, payload=text)["jws"]
    assert theirs == ours
    found = node.ask(
        "statements/verify", jws=ours, typ=typ, deployment=DEPLOYMENT, directory=DIRECTORY
    )
    verified = statements.verify(
        theirs, typ=typ, deployment=DEPLOYMENT, directory={ISSUER: OWNER.verification}
    )
    assert found == {"payload": text, "name": verified.name}


@pytest.mark.parametrize("typ", sorted(PAYLOADS))
def test_both_refuse_a_member_missing_changed_or_added(node: NodeKernel, typ: str) -> None:
    good = _payload(typ)
    for name in [*good, "extra"]:
        for value in CHANGES:
            payload = {**good, name: value}
            if value == "absent":
                del payload[name]
            _agree(node, typ, json.dumps(payload))


def _agree(node: NodeKernel, typ: str, text: str) -> None:
    try:
        ours: str | None = statements.sign(OWNER, typ, text.encode())
    except CryptoError:
        ours = None
    try:
        theirs = node.ask("make/statement", seed=OWNER_SEED.hex(), typ=typ, payload=text)["jws"]
    except Refused:
        theirs = None
    assert ours == theirs, text


WHO: dict[str, Any] = {
    "deployment": DEPLOYMENT,
    "login": "ada@example.org",
    "member": ISSUER,
    "generation": 2,
}


@pytest.mark.parametrize("kind", ["password", "recovery", "passkey"])
def test_slot_from_javascript(node: NodeKernel, kind: str) -> None:
    secrets_by_kind: dict[str, str | bytes] = {
        "password": PASSWORD,
        "recovery": "",
        "passkey": bytes(32),
    }
    given = secrets_by_kind[kind]
    secret = given.hex() if isinstance(given, bytes) else given
    made = node.ask("make/slot", seed=OWNER_SEED.hex(), type=kind, secret=secret, **WHO)
    opened = slots.open_slot(
        made["slot"], deployment=DEPLOYMENT, login=WHO["login"], secret=made.get("code", given)
    )
    assert opened == (OWNER_SEED, bytes.fromhex(made["login_secret"]))


@pytest.mark.parametrize("kind", ["password", "recovery"])
def test_slot_of_a_given_salt_from_javascript(node: NodeKernel, kind: str) -> None:
    salt = bytes(range(16))
    made = node.ask(
        "make/slot", seed=OWNER_SEED.hex(), type=kind, secret=PASSWORD, salt=salt.hex(), **WHO
    )
    assert made["slot"]["salt"] == b64u_encode(salt)
    opened = slots.open_slot(
        made["slot"], deployment=DEPLOYMENT, login=WHO["login"], secret=made.get("code", PASSWORD)
    )
    assert opened == (OWNER_SEED, bytes.fromhex(made["login_secret"]))


def _python_slots() -> Iterator[tuple[dict[str, Any], bytes, str]]:
    yield (*slots.make_password_slot(OWNER_SEED, password=PASSWORD, **WHO), PASSWORD)
    yield slots.make_recovery_slot(OWNER_SEED, **WHO)
    yield slots.make_recovery_slot(OWNER_SEED, salt=bytes(range(16)), **WHO)
    made = slots.make_passkey_slot(OWNER_SEED, salt=bytes(16), prf=bytes(32), **WHO)
    yield (*made, bytes(32).hex())


def test_slots_from_python(node: NodeKernel) -> None:
    for slot, login_secret, secret in _python_slots():
        place = {"deployment": DEPLOYMENT, "login": WHO["login"]}
        found = node.ask("open/slot", slot=slot, secret=secret, **place)
        assert found == {"seed": OWNER_SEED.hex(), "login_secret": login_secret.hex()}
        with pytest.raises(Refused):
            node.ask("open/slot", slot={**slot, "generation": 3}, secret=secret, **place)


def test_weak_passwords_are_refused_by_both(node: NodeKernel) -> None:
    for password in ("password1", "ada@example.org", "qwertyuiop", ""):
        with pytest.raises(Refused):
            node.ask("make/slot", seed=OWNER_SEED.hex(), type="password", secret=password, **WHO)
        with pytest.raises(CryptoError):
            slots.make_password_slot(OWNER_SEED, password=password, **WHO)


def test_log_entries_and_checkpoints(node: NodeKernel) -> None:
    event = {"type": "access", "é": [1, None, True, "\u2028"], "\U0001f600": -1, "\ufb33": {}}
    salt, name = secrets.token_bytes(16), "log.sesphr.example"
    assert (
        node.ask("log/leaf", salt=salt.hex(), event=event)["entry"] == log.entry(salt, event).hex()
    )
    seed, root = secrets.token_bytes(32), secrets.token_bytes(32)
    note = log.sign_note(name, seed, log.format_checkpoint(name, 13, root))
    public = MemberKeys.from_seed(OWNER_SEED).verification
    key = _public(seed)
    found = node.ask("open/checkpoint", name=name, public=key.hex(), note=note)
    assert found == {"size": 13, "root": root.hex()}
    assert node.ask(
        "make/checkpoint", name=name, seed=seed.hex(), public=key.hex(), size=13, root=root.hex()
    ) == {"note": note}
    with pytest.raises(Refused):
        node.ask("open/checkpoint", name=name, public=public.hex(), note=note)


def _public(seed: bytes) -> bytes:
    key = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    return ed25519.check_key(key)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 13])
def test_merkle_paths(node: NodeKernel, size: int) -> None:
    entries = [bytes([i]) * i for i in range(size)]
    leaves = [merkle.leaf_hash(one) for one in entries]
    for index in range(size):
        made = node.ask(
            "make/paths", entries=[e.hex() for e in entries], index=index, first=index + 1
        )
        inclusion = merkle.inclusion_path(leaves, index)
        consistency = merkle.consistency_path(leaves, index + 1)
        assert made["inclusion"] == [one.hex() for one in inclusion]
        assert made["consistency"] == [one.hex() for one in consistency]
        root = bytes.fromhex(made["root"])
        merkle.verify_inclusion(leaves[index], index, size, inclusion, root)
        first = bytes.fromhex(made["first_root"])
        merkle.verify_consistency(index + 1, size, first, root, consistency)
