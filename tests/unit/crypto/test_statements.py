"""Signed objects: header, signature, issuer, and every payload schema."""

import copy
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sesphr.crypto import ed25519, statements
from sesphr.crypto.encoding import SUITE, b64u_decode, b64u_encode
from sesphr.crypto.errors import CryptoError, SignatureError, StatementError
from sesphr.crypto.keys import MemberKeys

KEYS, OTHER = MemberKeys.from_seed(bytes(32)), MemberKeys.from_seed(bytes([1]) * 32)
ME, PEER = "390597f8-182b-4387-8564-9c4ba805d4a6", "d8865541-6170-49b6-925a-e8bf7060ee80"
PLACE = "demo.sesphr.example"
DIRECTORY = {ME: KEYS.verification, PEER: OTHER.verification}
D32, D16, D48, D96 = (b64u_encode(bytes(n)) for n in (32, 16, 48, 96))
COMMON = {"suite": SUITE, "deployment": PLACE, "iss": ME, "iat": 10}
SEALED = {"enc": D32, "ciphertext": b64u_encode(bytes(112))}
DEAL = {
    "member": PEER, "key": D32, "partition": "medical", "epoch": 1, "commitments": [D48],
    "sealed": [SEALED, SEALED],
}  # fmt: skip
STANDING = {
    "partition": "medical", "epoch": 1, "commitments": [D48],
    "sealed": [{"enc": D32, "ciphertext": D48}, {"enc": D32, "ciphertext": D48}],
}  # fmt: skip
ANSWERED = {
    "partition": "medical", "decision": "allow", "rule": ME, "reason": "member-rule",
    "answer": b64u_encode(bytes(576)),
}  # fmt: skip
ENTRY = {
    "epoch": 1, "rh": D32, "kc": D32, "digest": D32, "size": 28,
    "attachments": [{"id": ME, "size": 16, "root": D32}],
}  # fmt: skip
RULE = {
    "id": ME, "who": {"role": "nurse", "issuer": D32}, "partitions": ["medical"], "actions": ["read"],
    "purposes": ["treatment"], "valid_from": 0, "valid_until": 5, "history": True, "deny": False,
    "emergency": {"hours": 4, "signers": 2},
}  # fmt: skip
CODE = {"owner": PEER, "sealed": [{"enc": D32, "ciphertext": b64u_encode(bytes(22))}]}
PAYLOADS = {
    "sesphr-manifest": {
        "owner": ME, "record": PEER, "version": 1, "previous": None, "date": 5, "open_from": 1,
        "open_until": 9, "partitions": {"medical": ENTRY},
    },
    "sesphr-access-request": {
        "nonce": D16, "purpose": "treatment", "items": [{"record": ME, "partitions": ["medical"]}],
        "codes": [CODE],
    },
    "sesphr-emergency-cosign": {"request": D32, "owner": PEER, "reason": "unconscious"},
    "sesphr-acl": {"seq": 2, "previous": D32, "default_partitions": ["medical"], "rules": [RULE]},
    "sesphr-deployment": {
        "n": 1, "t": 1, "nodes": [{"index": 1, "id": PEER, "verification": D32, "hpke": D32}],
        "log": {"name": f"{PLACE}/log", "key": D32}, "witnesses": [{"name": "w", "key": D32}],
    },
    "sesphr-registration": {
        "verification": b64u_encode(KEYS.verification), "receive": D96,
        "receive_proof": b64u_encode(bytes(128)), "seq": 1, "previous": None,
        "partitions": {"medical": {"epoch": 1, "key": D48, "proof": b64u_encode(bytes(80))}},
    },
    "sesphr-deal": {
        "acl": D32, "deals": [DEAL], "standing": [STANDING],
        "consent": [{"enc": D32, "ciphertext": b64u_encode(bytes(36))}],
    },
    "sesphr-key-request": {
        "owner": PEER, "partitions": ["medical"], "purpose": "treatment", "reason": "visit",
        "nonce": D16, "key": D32,
    },
    "sesphr-access-answer": {
        "request": D32, "log": [{"stream": ME, "number": 1, "index": 0, "entry": D32}],
        "items": [{"record": ME, "owner": PEER, "version": 1, "manifest": D32, "partitions": [ANSWERED]}],
    },
    "sesphr-ticket": {
        "key": D32, "request": D32, "owner": ME, "seq": 0, "expires": 70,
        "objects": [{"manifest": D32, "partitions": ["medical"], "whole": False}],
    },
    "sesphr-accept": {
        "record": ME, "version": 1, "author": PEER, "manifest": D32,
        "wrapped": {"medical": b64u_encode(bytes(40))},
    },
    "sesphr-deletion": {"record": ME, "manifest": D32},
    "sesphr-guardian-key": {"key": D32},
    "sesphr-guardian-invitation": {
        "dependant": PEER, "verification": D32, "key": D32, "guardian": ME, "sealed": D32,
    },
    "sesphr-receipt": {"owner": ME, "kind": "acl", "object": D32, "seq": 1, "effective": True},
}  # fmt: skip
OPTIONAL = {"date", "open_from", "open_until", "codes", "consent"}


def octets(typ, **changes):
    return json.dumps({**COMMON, **PAYLOADS[typ], **changes}).encode()


def verify(jws, typ, directory=DIRECTORY):
    return statements.verify(jws, typ=typ, deployment=PLACE, directory=directory)


def forged(typ, payload, keys=KEYS, header=None):
    """A JWS signed rightly over whatever it says."""
    standard = f'{{"alg":"EdDSA","typ":"{typ}","kid":"{keys.thumbprint}"}}'
    head = b64u_encode((header or standard).encode())
    signed = f"{head}.{b64u_encode(payload)}"
    return f"{signed}.{b64u_encode(keys.signing_key.sign(signed.encode()))}"


@pytest.mark.parametrize("typ", PAYLOADS)
def test_round_trip(typ):
    payload = octets(typ)
    found = verify(statements.sign(KEYS, typ, payload), typ)
    assert found.octets == payload
    assert found.issuer == ME
    assert found.name == found.digest.hex()
    assert statements.payload_of_unverified(found.jws) == found.payload


def places(value, path=()):
    """Every member and list item below the top, with its path."""
    members = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for name, inner in members:
        yield (*path, name)
        yield from places(inner, (*path, name))


def changed(typ, path, change):
    payload = copy.deepcopy({**COMMON, **PAYLOADS[typ]})
    parent = payload
    for name in path[:-1]:
        parent = parent[name]
    change(parent, path[-1])
    return json.dumps(payload).encode()


ALL = [(typ, path) for typ, payload in PAYLOADS.items() for path in places({**COMMON, **payload})]


@pytest.mark.parametrize(("typ", "path"), ALL, ids=str)
def test_every_member_is_checked(typ, path):
    def wrong(value):
        return lambda parent, name: parent.__setitem__(name, value)

    for value in ({"x": 1}, [None], 1.5, -1, "\u00e9 " * 600, [[]]):
        with pytest.raises(CryptoError):
            verify(forged(typ, changed(typ, path, wrong(value))), typ)
    if isinstance(path[-1], str):
        if path[-1] not in OPTIONAL and path[-2:-1] != ("partitions",):
            with pytest.raises(CryptoError):
                verify(forged(typ, changed(typ, path, lambda parent, name: parent.pop(name))), typ)
        extra = changed(typ, path, lambda parent, _: parent.__setitem__("extra member", 1))
        with pytest.raises(CryptoError):
            verify(forged(typ, extra), typ)


@pytest.mark.parametrize(
    ("typ", "changes"),
    [
        ("sesphr-manifest", {"owner": PEER}),
        ("sesphr-manifest", {"version": 2, "previous": D32}),
        ("sesphr-manifest", {"previous": D32}),
        ("sesphr-manifest", {"version": True}),
        ("sesphr-manifest", {"partitions": {"a": ENTRY, "b": ENTRY}}),
        ("sesphr-manifest", {"partitions": {}}),
        ("sesphr-acl", {"rules": [RULE, RULE]}),
        ("sesphr-acl", {"rules": [{**RULE, "valid_until": 0}]}),
        ("sesphr-acl", {"rules": [{**RULE, "deny": True}]}),
        ("sesphr-acl", {"rules": [{**RULE, "who": {"member": ME, "key": D32}}]}),
        ("sesphr-acl", {"rules": [{**RULE, "emergency": {"hours": 0, "signers": 1}}]}),
        ("sesphr-acl", {"rules": [{**RULE, "partitions": ["a", "a"]}]}),
        ("sesphr-deployment", {"n": 2}),
        ("sesphr-deployment", {"t": 2}),
        ("sesphr-deployment", {"log": {"name": "a b", "key": D32}}),
        ("sesphr-registration", {"verification": D32}),
        ("sesphr-registration", {"seq": 2}),
        ("sesphr-deal", {"deals": [DEAL, DEAL]}),
        ("sesphr-deal", {"deals": [{**DEAL, "epoch": i + 1} for i in range(10_001)]}),
        ("sesphr-deal", {"standing": [STANDING, {**STANDING, "commitments": []}]}),
        ("sesphr-deal", {"standing": [{**STANDING, "sealed": DEAL["sealed"]}]}),
        ("sesphr-deal", {"standing": [{**STANDING, "epoch": i + 1} for i in range(1001)]}),
        ("sesphr-key-request", {"partitions": ["a", "a"]}),
        ("sesphr-key-request", {"purpose": ""}),
        ("sesphr-access-request", {"items": [{"record": ME, "partitions": ["a", "a"]}]}),
        ("sesphr-access-request", {"codes": [CODE, CODE]}),
        ("sesphr-access-request", {"codes": []}),
        ("sesphr-access-request", {"codes": [{**CODE, "sealed": []}]}),
        ("sesphr-deal", {"consent": [SEALED]}),
        ("sesphr-emergency-cosign", {"reason": ""}),
        ("sesphr-emergency-cosign", {"reason": "x" * 1001}),
        ("sesphr-receipt", {"kind": "erasure"}),
        ("sesphr-accept", {"wrapped": {}}),
        ("sesphr-accept", {"wrapped": {"medical": D32}}),
        ("sesphr-accept", {"version": 0}),
        ("sesphr-deletion", {"manifest": D16}),
        ("sesphr-receipt", {"effective": 1}),
    ],
)
def test_rules_across_members(typ, changes):
    with pytest.raises(StatementError):
        verify(forged(typ, octets(typ, **changes)), typ)
    with pytest.raises(StatementError):
        statements.sign(KEYS, typ, octets(typ, **changes))


def test_a_refusal_carries_no_answer():
    refusal = [{**ANSWERED, "decision": "deny"}]
    item = {**PAYLOADS["sesphr-access-answer"]["items"][0], "partitions": refusal}
    with pytest.raises(StatementError):
        verify(
            forged("sesphr-access-answer", octets("sesphr-access-answer", items=[item])),
            "sesphr-access-answer",
        )


@pytest.mark.parametrize("typ", ["sesphr-accept", "sesphr-deletion", "", "JWT", None, []])
def test_reserved_and_unknown_types(typ):
    jws = forged(str(typ), octets("sesphr-receipt"))
    with pytest.raises(StatementError):
        verify(jws, typ)
    with pytest.raises(StatementError):
        statements.sign(KEYS, typ, octets("sesphr-receipt"))


KID = KEYS.thumbprint


@pytest.mark.parametrize(
    "header",
    [
        f'{{"alg":"EdDSA", "typ":"sesphr-receipt","kid":"{KID}"}}',
        f'{{"typ":"sesphr-receipt","alg":"EdDSA","kid":"{KID}"}}',
        f'{{"alg":"EdDSA","typ":"sesphr-receipt","kid":"{KID}"}} ',
        f'{{"alg":"EdDSA","typ":"sesphr-receipt","kid":"{KID}","b64":false}}',
        f'{{"alg":"EdDSA","alg":"EdDSA","typ":"sesphr-receipt","kid":"{KID}"}}',
        f'{{"alg":"\\u0045dDSA","typ":"sesphr-receipt","kid":"{KID}"}}',
        f'{{"alg":"none","typ":"sesphr-receipt","kid":"{KID}"}}',
        f'{{"alg":"EdDSA","typ":"sesphr-ticket","kid":"{KID}"}}',
        f'{{"alg":"EdDSA","typ":"sesphr-receipt","kid":"{OTHER.thumbprint}"}}',
        f'{{"alg":"EdDSA","typ":"sesphr-receipt","kid":"{KID}="}}',
        f'\ufeff{{"alg":"EdDSA","typ":"sesphr-receipt","kid":"{KID}"}}',
        "{}",
    ],
)
def test_no_other_header(header):
    with pytest.raises(StatementError):
        verify(forged("sesphr-receipt", octets("sesphr-receipt"), header=header), "sesphr-receipt")


GOOD = forged("sesphr-receipt", octets("sesphr-receipt"))


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t + "=", lambda t: t + "\n", lambda t: " " + t, lambda t: t + ".", lambda t: "." + t,
        lambda t: t.rsplit(".", 1)[0], lambda t: t.rsplit(".", 1)[0] + ".", lambda t: t + "." + t,
        lambda t: ".".join([t.split(".")[0], "", t.split(".")[2]]), lambda t: t + "A", lambda t: t[:-1],
        lambda t: t.replace(".", "..", 1), lambda t: "", lambda t: None, lambda t: t.encode(),
        lambda t: {"payload": t}, lambda t: t + "\ud800", lambda t: t.replace("e", "\u0435", 1),
    ],
)  # fmt: skip
def test_no_other_serialisation(change):
    assert verify(GOOD, "sesphr-receipt").payload["kind"] == "acl"
    with pytest.raises(CryptoError):
        verify(change(GOOD), "sesphr-receipt")


def test_every_changed_character_is_refused():
    for place in range(0, len(GOOD), 5):
        letter = "A" if GOOD[place] != "A" else "B"
        with pytest.raises(CryptoError):
            verify(GOOD[:place] + letter + GOOD[place + 1 :], "sesphr-receipt")


def test_issuer_and_deployment():
    for directory in ({}, {PEER: KEYS.verification}, {ME: OTHER.verification}, {ME: bytes(31)}):
        with pytest.raises(CryptoError):
            verify(GOOD, "sesphr-receipt", directory)
    with pytest.raises(StatementError):
        statements.verify(GOOD, typ="sesphr-receipt", deployment="other", directory=DIRECTORY)
    for issuer in (None, 1, [], {}):
        with pytest.raises(StatementError):
            verify(forged("sesphr-receipt", octets("sesphr-receipt", iss=issuer)), "sesphr-receipt")


ORDER = 2**252 + 27742317777372353535851937790883648493


def test_signature_plus_order_is_refused():
    message = b"m"
    signature = ed25519.sign(KEYS.signing_key, message)
    ed25519.verify(KEYS.verification, signature, message)
    s = int.from_bytes(signature[32:], "little") + ORDER
    with pytest.raises(SignatureError):
        ed25519.verify(KEYS.verification, signature[:32] + s.to_bytes(32, "little"), message)


@pytest.mark.parametrize("y", [0, 1, 2**255 - 20, 2**255 - 19, 2**255 - 18, 2**255 - 1])
@pytest.mark.parametrize("sign_bit", [0, 1])
def test_keys_of_small_order_or_not_canonical(y, sign_bit):
    key = (y | sign_bit << 255).to_bytes(32, "little")
    with pytest.raises(SignatureError):
        ed25519.verify(key, bytes(64), b"m")
    # R and S of the identity satisfy the equation for a key of small order.
    with pytest.raises(SignatureError):
        ed25519.verify(key, (1).to_bytes(32, "little") + bytes(32), b"m")


def test_points_of_order_8_are_refused_both_ways():
    y = bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")
    other = (2**255 - 19 - int.from_bytes(y, "little")).to_bytes(32, "little")
    for key in (y, other):
        for flipped in (key, key[:31] + bytes([key[31] | 128])):
            with pytest.raises(SignatureError):
                ed25519.check_key(flipped)


def test_signing_with_a_raw_key():
    seed = bytes(range(32))
    key = Ed25519PrivateKey.from_private_bytes(seed)
    jws = statements.sign(seed, "sesphr-receipt", octets("sesphr-receipt"))
    assert jws == statements.sign(key, "sesphr-receipt", octets("sesphr-receipt"))
    assert verify(jws, "sesphr-receipt", {ME: key.public_key().public_bytes_raw()}).issuer == ME
    assert len(b64u_decode(jws.split(".")[2])) == 64


@pytest.mark.parametrize(
    ("iat", "now"), [(None, 1), (1, None), (True, 1), (-1, 1), (1.0, 1), (10, 191), (131, 10)]
)
def test_not_fresh(iat, now):
    with pytest.raises(StatementError):
        statements.check_fresh(iat, now)


@pytest.mark.parametrize("typ", sorted(PAYLOADS))
def test_members_are_signed_as_their_octets_would_be(typ):
    members = json.loads(octets(typ))
    found = statements.sign_members(KEYS, typ, members)
    assert verify(found, typ).payload == members
    with pytest.raises(StatementError):
        statements.sign_members(KEYS, typ, {**members, "iat": 1.0})
    with pytest.raises(StatementError):
        statements.sign_members(KEYS, typ, {**members, "more": 1})
