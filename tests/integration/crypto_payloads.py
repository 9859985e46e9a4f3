"""One good payload for every type of signed object that is issued."""

from typing import Any

from sesphr.crypto.encoding import SUITE, b64u_encode

ISSUER = "390597f8-182b-4387-8564-9c4ba805d4a6"
OTHER = "d8865541-6170-49b6-925a-e8bf7060ee80"
DEPLOYMENT = "demo.sesphr.example"


def octets(length: int) -> str:
    """base64url of that many octets."""
    return b64u_encode(bytes(range(length % 251)) + bytes(length - length % 251))


DIGEST = octets(32)
_RULE = {
    "id": OTHER, "who": {"role": "physician", "issuer": DIGEST}, "partitions": ["medical"],
    "actions": ["read"], "purposes": [], "valid_from": 0, "valid_until": None, "history": False,
    "deny": False, "emergency": {"hours": 24, "signers": 2},
}  # fmt: skip
_NODE = {"index": 1, "id": OTHER, "verification": DIGEST, "hpke": DIGEST}
_DEAL = {
    "member": OTHER, "key": DIGEST, "partition": "medical", "epoch": 1, "commitments": [octets(48)],
    "sealed": [{"enc": DIGEST, "ciphertext": octets(112)}],
}  # fmt: skip
_STANDING = {
    "partition": "medical", "epoch": 1, "commitments": [octets(48)],
    "sealed": [{"enc": DIGEST, "ciphertext": octets(48)}],
}  # fmt: skip
_PART = {
    "epoch": 1, "rh": DIGEST, "kc": DIGEST, "digest": DIGEST, "size": 28,
    "attachments": [{"id": OTHER, "size": 16, "root": DIGEST}],
}  # fmt: skip
_ANSWERED = {
    "partition": "medical", "decision": "allow", "rule": OTHER, "reason": "role-rule",
    "answer": octets(576),
}  # fmt: skip
_ITEM = {
    "record": OTHER,
    "owner": ISSUER,
    "version": 1,
    "manifest": DIGEST,
    "partitions": [_ANSWERED],
}
_LOGGED = {"stream": OTHER, "number": 1, "index": 0, "entry": DIGEST}

_MEMBERS: dict[str, dict[str, Any]] = {
    "sesphr-manifest": {
        "owner": ISSUER, "record": OTHER, "version": 1, "previous": None, "date": 0, "open_from": 1,
        "open_until": 2, "partitions": {"medical": _PART},
    },
    "sesphr-access-request": {
        "nonce": octets(16), "purpose": "treatment",
        "items": [{"record": OTHER, "partitions": ["medical", "personal"]}],
    },
    "sesphr-acl": {
        "seq": 2, "previous": DIGEST, "default_partitions": ["medical"], "rules": [_RULE],
    },
    "sesphr-deployment": {
        "n": 1, "t": 1, "nodes": [_NODE], "log": {"name": "log.example", "key": DIGEST},
        "witnesses": [{"name": "witness.example", "key": DIGEST}],
    },
    "sesphr-registration": {
        "verification": DIGEST, "receive": octets(96), "receive_proof": octets(128),
        "partitions": {"medical": {"epoch": 1, "key": octets(48), "proof": octets(80)}},
        "seq": 1, "previous": None,
    },
    "sesphr-deal": {"acl": DIGEST, "deals": [_DEAL], "standing": [_STANDING]},
    "sesphr-key-request": {
        "owner": OTHER, "partitions": ["medical"], "purpose": "treatment", "reason": "Überweisung 🩺",
        "nonce": octets(16), "key": DIGEST,
    },
    "sesphr-credential-request": {
        "role": "physician", "organisation": "Klinik am Park 🩺", "identity": octets(300),
    },
    "sesphr-access-answer": {"request": DIGEST, "items": [_ITEM], "log": [_LOGGED]},
    "sesphr-ticket": {
        "key": DIGEST, "request": DIGEST, "owner": OTHER, "seq": 0, "expires": 1,
        "objects": [{"manifest": DIGEST, "partitions": ["medical"], "whole": False}],
    },
    "sesphr-accept": {
        "record": OTHER, "version": 1, "author": OTHER, "manifest": DIGEST,
        "wrapped": {"medical": octets(40)},
    },
    "sesphr-deletion": {"record": OTHER, "manifest": DIGEST},
    "sesphr-emergency-cosign": {"request": DIGEST, "owner": OTHER, "reason": "Bewusstlos 🩺"},
    "sesphr-guardian-key": {"key": DIGEST},
    "sesphr-guardian-invitation": {
        "dependant": OTHER, "verification": DIGEST, "key": DIGEST, "guardian": ISSUER, "sealed": DIGEST,
    },
    "sesphr-receipt": {"owner": OTHER, "kind": "acl", "object": DIGEST, "seq": 0, "effective": True},
}  # fmt: skip

_COMMON = {"suite": SUITE, "deployment": DEPLOYMENT, "iss": ISSUER, "iat": 1_790_244_934}
PAYLOADS = {typ: {**_COMMON, **members} for typ, members in _MEMBERS.items()}
