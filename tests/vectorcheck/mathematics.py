"""encodings, keys, proofs and delegation."""

import hashlib
from typing import Any

from sesphr.crypto import hpke, pre, proofs
from sesphr.crypto.encoding import b64u_decode, check_partition, check_uuid, lp
from sesphr.crypto.errors import DecodingError
from sesphr.crypto.groups import (
    G1,
    G1_GENERATOR,
    G2,
    G2_GENERATOR,
    decode_g1,
    decode_g2,
    decode_scalar,
    multiply_public,
    pair,
)
from sesphr.crypto.gt import Z, decode_gt
from sesphr.crypto.keys import MemberKeys
from tests.vectorcheck.inputs import Given, Operation, mapping, octets, octets_of, rows


def constants(_: Given, __: Any) -> Any:
    z = Z.encode()
    return {
        "g1": G1_GENERATOR.encode().hex(), "g2": G2_GENERATOR.encode().hex(), "Z": z.hex(),
        "Z_sha256": hashlib.sha256(z).hexdigest(),
    }  # fmt: skip


def pairing(given: Given, _: Any) -> Any:
    found = pair(decode_g1(octets(given["P"])), decode_g2(octets(given["Q"])))
    return {"sha256": hashlib.sha256(found.encode()).hexdigest()}


def _power(op: str, scalar: bytes) -> bytes:
    exponent = decode_scalar(scalar)
    if op == "g1":
        return multiply_public(G1_GENERATOR, exponent).encode()
    if op == "g2":
        return multiply_public(G2_GENERATOR, exponent).encode()
    return Z.power(exponent).encode()


def element(given: Given, expect: Any) -> Any:
    """Decode; then the power that the expected scalar gives must encode to the same octets."""
    decoders: dict[str, Any] = {"g1": decode_g1, "g2": decode_g2, "gt": decode_gt}
    decode = decoders[given["op"]]
    given_octets = octets(given["octets"])
    again = decode(given_octets).encode()
    if not isinstance(expect, dict) or again != given_octets:
        return {"octets": again.hex()}
    power = _power(given["op"], octets(expect["scalar"]))
    return {"scalar": expect["scalar"]} if power == again else {"octets": power.hex()}


def derive(given: Given, _: Any) -> Any:
    keys = MemberKeys.from_seed(octets(given["seed"]))
    named = rows(given["partitions"], "partition", "epoch")
    parts = [keys.partition(one["partition"], one["epoch"]) for one in named]
    return {
        "x": keys.receive_secret.encode().hex(), "B": keys.receive_public.encode().hex(),
        "verification": keys.verification.hex(), "kid": keys.thumbprint,
        "partitions": [
            {"x": one.secret.encode().hex(), "A": one.public.encode().hex(), "w": one.wrap.hex()}
            for one in parts
        ],
    }  # fmt: skip


_CONTEXTS: dict[str, tuple[type[Any], tuple[str, ...]]] = {
    "key-A": (proofs.KeyAContext, ("member", "partition", "epoch", "verification")),
    "key-B": (proofs.KeyBContext, ("member", "verification")),
    "deposit": (
        proofs.DepositContext,
        ("owner", "record", "version", "partition", "epoch", "author", "digest"),
    ),
}


def _context(given: Given) -> Any:
    if not isinstance(given["kind"], str) or given["kind"] not in _CONTEXTS:
        raise DecodingError("an unknown kind")
    made, names = _CONTEXTS[given["kind"]]
    members = mapping(given["ctx"])
    if members.keys() != set(names):
        raise DecodingError("not this kind's context")
    raw = ("verification", "digest")
    return made(*(octets(members[name]) if name in raw else members[name] for name in names))


def _base(given: Given) -> G1 | None:
    return decode_g1(octets(given["A"])) if "A" in given else None


def verify(given: Given, _: Any) -> None:
    ctx = _context(given)
    y = octets(given["Y"])
    Y: G1 | G2 = decode_g2(y) if given["kind"] == "key-B" else decode_g1(y)
    proofs.verify(
        given["kind"], deployment=given["deployment"], Y=Y, proof=octets(given["proof"]), ctx=ctx,
        base=_base(given),
    )  # fmt: skip


def prove(given: Given, _: Any) -> Any:
    Y, proof = proofs.prove(
        given["kind"], deployment=given["deployment"], secret=decode_scalar(octets(given["secret"])),
        base=_base(given), ctx=_context(given), random=octets(given["random"]),
    )  # fmt: skip
    return {"Y": Y.encode().hex(), "proof": proof.hex()}


def deal(given: Given, _: Any) -> Any:
    keys = MemberKeys.from_seed(octets(given["seed"])).partition(given["partition"], given["epoch"])
    coefficients = [decode_scalar(one) for one in octets_of(given["coefficients"])]
    n, t, B = given["n"], given["t"], decode_g2(octets(given["B"]))
    found = pre.deal(keys.secret, n, t, coefficients)
    points = [pre.verification_point(i, n, t, found.commitments) for i in range(1, n + 1)]
    return {
        "A": keys.public.encode().hex(),
        "commitments": [one.encode().hex() for one in found.commitments],
        "shares": [one.encode().hex() for one in found.shares],
        "V": [one.encode().hex() for one in points],
        "D": [pre.direct_point(B, one).encode().hex() for one in found.shares],
    }


def _commitments(given: Given) -> list[G1]:
    return [decode_g1(one) for one in octets_of(given["commitments"])]


def check_direct(given: Given, _: Any) -> None:
    pre.check_direct(
        decode_g1(octets(given["A"])), decode_g2(octets(given["B"])), given["index"], given["n"],
        given["t"], _commitments(given), decode_g2(octets(given["D"])),
    )  # fmt: skip


def check_standing(given: Given, _: Any) -> None:
    pre.check_standing(
        decode_g1(octets(given["A"])), given["index"], given["n"], given["t"], _commitments(given),
        decode_scalar(octets(given["share"])),
    )  # fmt: skip


def point(given: Given, _: Any) -> Any:
    D = pre.direct_point(decode_g2(octets(given["B"])), decode_scalar(octets(given["share"])))
    return {"D": D.encode().hex()}


def unseal(given: Given, _: Any) -> Any:
    names = ("sk", "enc", "info", "ciphertext")
    return {"plaintext": hpke.unseal(*(octets(given[name]) for name in names)).hex()}


OPERATIONS: dict[tuple[str, str], Operation] = {
    ("encodings", "constants"): constants,
    ("encodings", "pairing"): pairing,
    ("encodings", "g1"): element,
    ("encodings", "g2"): element,
    ("encodings", "gt"): element,
    ("encodings", "scalar"): lambda given, _: decode_scalar(octets(given["octets"])),
    ("encodings", "lp"): lambda given, _: {"octets": lp(*octets_of(given["parts"])).hex()},
    ("encodings", "base64url"): lambda given, _: {"octets": b64u_decode(given["text"]).hex()},
    ("encodings", "uuid"): lambda given, _: check_uuid(given["text"]),
    ("encodings", "partition-id"): lambda given, _: check_partition(given["text"]),
    ("keys", "derive"): derive,
    ("proofs", "verify"): verify,
    ("proofs", "prove"): prove,
    ("delegation", "deal"): deal,
    ("delegation", "check-direct"): check_direct,
    ("delegation", "check-standing"): check_standing,
    ("delegation", "point"): point,
    ("delegation", "unseal"): unseal,
}
