"""statements and log."""

from typing import Any

from sesphr.crypto import log, merkle, statements
from sesphr.crypto.encoding import canonical_json, utf8
from sesphr.crypto.keys import MemberKeys
from tests.vectorcheck.inputs import Given, Operation, mapping, octets, octets_of


def sign(given: Given, _: Any) -> Any:
    keys = MemberKeys.from_seed(octets(given["seed"]))
    return {"jws": statements.sign(keys, given["typ"], utf8(given["payload"]))}


def verify(given: Given, _: Any) -> Any:
    directory = {name: octets(key) for name, key in mapping(given["directory"]).items()}
    found = statements.verify(
        given["jws"], typ=given["typ"], deployment=given["deployment"], directory=directory
    )
    return {"payload": found.octets.decode(), "name": found.name}


def leaf(given: Given, _: Any) -> Any:
    salt, event = octets(given["salt"]), given["event"]
    return {
        "canonical": canonical_json(event).decode(), "entry": log.entry(salt, event).hex(),
        "leaf": log.leaf(salt, event).hex(),
    }  # fmt: skip


def root(given: Given, _: Any) -> Any:
    leaves = [merkle.leaf_hash(entry) for entry in octets_of(given["entries"])]
    return {"leaves": [one.hex() for one in leaves], "root": merkle.root(leaves).hex()}


def inclusion(given: Given, _: Any) -> None:
    merkle.verify_inclusion(
        octets(given["leaf"]), given["index"], given["size"], octets_of(given["path"]),
        octets(given["root"]),
    )  # fmt: skip


def consistency(given: Given, _: Any) -> None:
    merkle.verify_consistency(
        given["first"], given["second"], octets(given["first_root"]), octets(given["second_root"]),
        octets_of(given["path"]),
    )  # fmt: skip


OPERATIONS: dict[tuple[str, str], Operation] = {
    ("statements", "sign"): sign,
    ("statements", "verify"): verify,
    ("statements", "fresh"): lambda given, _: statements.check_fresh(given["iat"], given["now"]),
    ("log", "leaf"): leaf,
    ("log", "root"): root,
    ("log", "inclusion"): inclusion,
    ("log", "consistency"): consistency,
}
