"""The payload schema of every signed object (protocol section 2): exact members and types."""

from collections.abc import Mapping
from typing import Any

from sesphr.crypto import schema as s
from sesphr.crypto.encoding import SUITE, check_deployment
from sesphr.crypto.errors import DecodingError, StatementError
from sesphr.crypto.rules import LIST_MEMBERS

MAX_PAIRS = 1000
MAX_DEALS = 10_000
MAX_STANDING = 1000
MAX_NODES = 255
# What one registration or one request may name: each costs its reader work.
MAX_NAMES = 64

_COMMON: dict[str, s.Check] = {
    "suite": s.one_of(SUITE), "deployment": check_deployment, "iss": s.ID, "iat": s.TIME,
}  # fmt: skip
# A signed note's key name has neither white space nor a plus sign (C2SP signed-note).
_LOG_KEY = s.record({"name": s.matching(r"[!-*,-~]{1,200}"), "key": s.DIGEST})


def _object(
    members: Mapping[str, s.Check], optional: Mapping[str, s.Check] | None = None
) -> s.Check:
    return s.record({**_COMMON, **members}, optional)


def _chained(number: str) -> s.Check:
    """The first of a chain has no predecessor, every other one names it."""

    def check(value: Any) -> None:
        if (value["previous"] is None) != (value[number] == 1):
            raise DecodingError("the first has no predecessor, every other one has")

    return check


_ATTACHMENT = s.record({"id": s.ID, "size": s.integer(16), "root": s.DIGEST})
_ENTRY = s.record({
    "epoch": s.POSITIVE, "rh": s.DIGEST, "kc": s.DIGEST, "digest": s.DIGEST,
    "size": s.integer(28), "attachments": s.list_of(_ATTACHMENT),
})  # fmt: skip


def _manifest_rules(value: Any) -> None:
    entries = value["partitions"].values()
    s.distinct([attachment["id"] for entry in entries for attachment in entry["attachments"]])
    by_owner = value["iss"] == value["owner"]
    if not by_owner and value.keys() & {"date", "open_from", "open_until"}:
        raise DecodingError("only the owner dates a record or sets its window")
    if "date" in value and value["version"] != 1:
        raise DecodingError("only version 1 has a date")


_MANIFEST = s.both(
    _object(
        {
            "owner": s.ID, "record": s.ID, "version": s.POSITIVE, "previous": s.nullable(s.DIGEST),
            "partitions": s.map_of(s.PARTITION, _ENTRY, 1),
        },
        {"date": s.TIME, "open_from": s.TIME, "open_until": s.TIME},
    ),
    _chained("version"),
    _manifest_rules,
)  # fmt: skip


def _pairs(value: Any) -> None:
    pairs = [(item["record"], one) for item in value["items"] for one in item["partitions"]]
    if len(pairs) > MAX_PAIRS:
        raise DecodingError("more than 1000 pairs")
    s.distinct(pairs)


_ITEM = s.record({"record": s.ID, "partitions": s.list_of(s.PARTITION, 1, MAX_PAIRS)})
# A code of six digits, or a secret of 20 octets, each sealed to every node in order.
_SEALED_CODE = s.record({"enc": s.octets(32), "ciphertext": s.octets(6 + 16)})
_SEALED_SECRET = s.record({"enc": s.octets(32), "ciphertext": s.octets(20 + 16)})
_CODE = s.record({"owner": s.ID, "sealed": s.list_of(_SEALED_CODE, 1, MAX_NODES)})


def _codes(value: Any) -> None:
    s.distinct([code["owner"] for code in value.get("codes", [])])


_REQUEST = s.both(
    _object(
        {"nonce": s.octets(16), "purpose": s.NAME, "items": s.list_of(_ITEM, 1, MAX_PAIRS)},
        {"codes": s.list_of(_CODE, 1, MAX_PAIRS)},
    ),
    _pairs,
    _codes,
)
_COSIGN = _object({"request": s.DIGEST, "owner": s.ID, "reason": s.text(1, 1000)})

_ACL = s.both(
    _object({"seq": s.POSITIVE, "previous": s.nullable(s.DIGEST), **LIST_MEMBERS}), _chained("seq")
)

_NODE = s.record({"index": s.POSITIVE, "id": s.ID, "verification": s.DIGEST, "hpke": s.DIGEST})


def _deployment_rules(value: Any) -> None:
    if not value["t"] <= value["n"] == len(value["nodes"]):
        raise DecodingError("not n nodes, or t above n")
    if [node["index"] for node in value["nodes"]] != list(range(1, value["n"] + 1)):
        raise DecodingError("nodes that are not numbered in order")
    s.distinct([node["id"] for node in value["nodes"]])


_DEPLOYMENT = s.both(
    _object({
        "n": s.integer(1, MAX_NODES), "t": s.integer(1, MAX_NODES), "nodes": s.list_of(_NODE, 1),
        "log": _LOG_KEY, "witnesses": s.list_of(_LOG_KEY),
    }),
    _deployment_rules,
)  # fmt: skip

_PARTITION_KEY = s.record({"epoch": s.POSITIVE, "key": s.octets(48), "proof": s.octets(80)})


def _key_change(value: Any) -> None:
    """A registration that changes keys says so with both members, and follows another."""
    if ("possession" in value) != ("acl" in value):
        raise DecodingError("half a key change")
    if "possession" in value and value["seq"] == 1:
        raise DecodingError("a first registration changes no keys")


_REGISTRATION = s.both(
    _object(
        {
            "verification": s.DIGEST, "receive": s.octets(96), "receive_proof": s.octets(128),
            "partitions": s.map_of(s.PARTITION, _PARTITION_KEY, 0, MAX_NAMES), "seq": s.POSITIVE,
            "previous": s.nullable(s.DIGEST),
        },
        {"possession": s.octets(64), "acl": s.integer()},
    ),
    _chained("seq"),
    _key_change,
)  # fmt: skip


def _sealed_to_each(octets: int) -> dict[str, s.Check]:
    """One polynomial's commitments, and so many octets of it sealed to each node."""
    sealed = s.record({"enc": s.octets(32), "ciphertext": s.octets(octets + 16)})
    return {
        "commitments": s.list_of(s.octets(48), 0, MAX_NODES),
        "sealed": s.list_of(sealed, 1, MAX_NODES),
    }


_PART = {"partition": s.PARTITION, "epoch": s.POSITIVE}
_DEAL = s.record({"member": s.ID, "key": s.DIGEST, **_PART, **_sealed_to_each(96)})
_STANDING = s.record({**_PART, **_sealed_to_each(32)})


def _deals(value: Any) -> None:
    s.distinct([(deal["member"], deal["partition"], deal["epoch"]) for deal in value["deals"]])
    s.distinct([(share["partition"], share["epoch"]) for share in value["standing"]])


_DEALS = s.both(
    _object(
        {
            "acl": s.DIGEST, "deals": s.list_of(_DEAL, 0, MAX_DEALS),
            "standing": s.list_of(_STANDING, 0, MAX_STANDING),
        },
        # Of no node: the nodes forget the secret.
        {"consent": s.list_of(_SEALED_SECRET, 0, MAX_NODES)},
    ),
    _deals,
)  # fmt: skip

_KEY_REQUEST = _object({
    "owner": s.ID, "partitions": s.list_of(s.PARTITION, 1, MAX_NAMES, unique=True),
    "purpose": s.text(1, 100), "reason": s.text(1, 1000),
    "nonce": s.octets(16), "key": s.DIGEST,
})  # fmt: skip

# `identity` is an X.509 certificate of the asking member's verification key (DER).
_CREDENTIAL_REQUEST = _object({
    "role": s.NAME, "organisation": s.text(1, 200), "identity": s.some_octets(1, 8192),
})  # fmt: skip

_ANSWERED = s.record({
    "partition": s.PARTITION, "decision": s.one_of("allow", "deny"), "rule": s.nullable(s.text(1, 100)),
    "reason": s.text(1, 1000), "answer": s.nullable(s.octets(576)),
})  # fmt: skip


def _answered(value: Any) -> None:
    _ANSWERED(value)
    if value["decision"] == "deny" and value["answer"] is not None:
        raise DecodingError("a refusal with an answer")


_ANSWER_ITEM = s.record({
    "record": s.ID, "owner": s.nullable(s.ID), "version": s.nullable(s.POSITIVE),
    "manifest": s.nullable(s.DIGEST), "partitions": s.list_of(_answered, 1, MAX_PAIRS),
})  # fmt: skip
_LOGGED = s.record({"stream": s.ID, "number": s.POSITIVE, "index": s.TIME, "entry": s.DIGEST})
_ANSWER = _object({
    "request": s.DIGEST, "items": s.list_of(_ANSWER_ITEM, 0, MAX_PAIRS), "log": s.list_of(_LOGGED),
})  # fmt: skip

_TICKETED = s.record(
    {"manifest": s.DIGEST, "partitions": s.list_of(s.PARTITION, unique=True), "whole": s.boolean}
)
_TICKET = _object({
    "key": s.DIGEST, "request": s.DIGEST, "owner": s.ID, "seq": s.TIME,
    "objects": s.list_of(_TICKETED), "expires": s.TIME,
})  # fmt: skip

# The owner takes a contribution: k of each partition, wrapped under w_P,c (section 4).
_ACCEPT = _object({
    "record": s.ID, "version": s.POSITIVE, "author": s.ID, "manifest": s.DIGEST,
    "wrapped": s.map_of(s.PARTITION, s.octets(40), 1),
})  # fmt: skip
_DELETION = _object({"record": s.ID, "manifest": s.DIGEST})

# Digests alone: of the dependant's keys, and of the seed as it was sealed to the guardian.
_INVITATION = _object({
    "dependant": s.ID, "verification": s.DIGEST, "key": s.DIGEST,
    "guardian": s.ID, "sealed": s.DIGEST,
})  # fmt: skip

_RECEIPTS = (
    "acl", "deposit", "registration", "departure", "key-request", "credential", "accept", "deletion",
)  # fmt: skip
_RECEIPT = _object({
    "owner": s.ID, "kind": s.one_of(*_RECEIPTS),
    "object": s.DIGEST, "seq": s.TIME, "effective": s.boolean,
})  # fmt: skip

SCHEMAS: dict[str, s.Check] = {
    "sesphr-manifest": _MANIFEST,
    "sesphr-access-request": _REQUEST,
    "sesphr-emergency-cosign": _COSIGN,
    "sesphr-acl": _ACL,
    "sesphr-deployment": _DEPLOYMENT,
    "sesphr-registration": _REGISTRATION,
    "sesphr-deal": _DEALS,
    "sesphr-key-request": _KEY_REQUEST,
    "sesphr-credential-request": _CREDENTIAL_REQUEST,
    "sesphr-access-answer": _ANSWER,
    "sesphr-ticket": _TICKET,
    "sesphr-accept": _ACCEPT,
    "sesphr-deletion": _DELETION,
    "sesphr-receipt": _RECEIPT,
    "sesphr-guardian-key": _object({"key": s.DIGEST}),
    "sesphr-guardian-invitation": _INVITATION,
}


def check_payload(typ: str, payload: object) -> dict[str, Any]:
    """The payload itself, when it is one of this type.

    Raises:
        StatementError: an unknown type, or a payload that its schema refuses.
    """
    schema = SCHEMAS.get(typ) if isinstance(typ, str) else None
    if schema is None:
        raise StatementError("an unknown type of signed object")
    try:
        schema(payload)
    except DecodingError as error:
        raise StatementError(f"{typ}: {error}") from None
    if not isinstance(payload, dict):
        raise StatementError("a payload that is no object")
    return payload
