"""access, acl and slots."""

import hashlib
from dataclasses import asdict
from typing import Any

from sesphr.crypto import acl, pre, slots
from sesphr.crypto.groups import decode_g1, decode_g2
from sesphr.crypto.gt import GT, decode_gt
from sesphr.crypto.keys import MemberKeys
from tests.vectorcheck.inputs import Given, Operation, context, index, mapping, octets, row


def reencrypt(given: Given, _: Any) -> Any:
    answer = pre.reencrypt(decode_g1(octets(given["R"])), decode_g2(octets(given["D"])))
    return {"T": answer.encode().hex()}


def _result(encapsulated: GT, key: bytes) -> Any:
    return {"K_sha256": hashlib.sha256(encapsulated.encode()).hexdigest(), "k": key.hex()}


def user(given: Given, _: Any) -> Any:
    keys = MemberKeys.from_seed(octets(given["user_seed"]))
    answers = {index(i): decode_gt(octets(T)) for i, T in mapping(given["answers"]).items()}
    where, n, t = context(given["context"]), given["n"], given["t"]
    key = pre.user_key(keys.receive_secret, n, t, answers, where, octets(given["kc"]))
    return _result(pre.combine(keys.receive_secret, n, t, answers), key)


def owner(given: Given, _: Any) -> Any:
    where, R = context(given["context"]), decode_g1(octets(given["R"]))
    keys = MemberKeys.from_seed(octets(given["owner_seed"])).partition(where.partition, where.epoch)
    key = pre.owner_key(keys.secret, R, where, octets(given["kc"]))
    return _result(pre.owner_encapsulated(keys.secret, R, where), key)


def decide(given: Given, _: Any) -> Any:
    return asdict(acl.decide(given["acl"], given["member"], given["request"]))


def successor(given: Given, _: Any) -> None:
    head = None
    if given["head"] is not None:
        said = row(given["head"], "seq", "digest")
        head = acl.Head(said["seq"], octets(said["digest"]))
    acl.check_successor(head, given["acl"])


def open_slot(given: Given, _: Any) -> Any:
    seed, login_secret = slots.open_slot(
        given["slot"], deployment=given["deployment"], login=given["login"], secret=given["secret"]
    )
    return {"seed": seed.hex(), "login_secret": login_secret.hex()}


OPERATIONS: dict[tuple[str, str], Operation] = {
    ("access", "reencrypt"): reencrypt,
    ("access", "user"): user,
    ("access", "owner"): owner,
    ("acl", "decide"): decide,
    ("acl", "successor"): successor,
    ("slots", "open"): open_slot,
}
