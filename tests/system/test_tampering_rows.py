"""Rows of the SRS that its operator changes: refused or exit 4, never plaintext."""

import json
import secrets
from collections.abc import Iterator

import pytest

from sesphr.crypto import statements
from sesphr.crypto.encoding import b64u_encode
from sesphr.crypto.groups import G1_GENERATOR, multiply
from sesphr.crypto.scalars import scalar_from_int
from tests.system import tampering
from tests.system.place import System
from tests.system.tampering import Target, kept

SRS = ("srs_rparameter", "srs_delegation", "srs_version", "srs_acl")
ADD = "UPDATE srs_acl SET jws = %s WHERE jws = %s"


@pytest.fixture(scope="module")
def target(system: System) -> Target:
    """Whose rows are changed."""
    return tampering.made(system)


@pytest.fixture(autouse=True)
def _unharmed(target: Target) -> Iterator[None]:
    """Each attempt is undone, and what was allowed opens again."""
    with kept(target.databases, "srs", *SRS):
        yield
    target.opens(target.doctor, b"<m>rest</m>")


def change(target: Target, sql: str, *values: object) -> None:
    """One statement on the SRS's database."""
    target.databases.execute("srs", sql, *values)


def r_of(target: Target, partition: str) -> bytes:
    """The R of one partition of the record."""
    digest = b64u_encode(target.document(target.record)[0])
    sql = (
        "SELECT r FROM srs_rparameter p JOIN srs_version v ON v.id = p.version_id"
        " WHERE v.digest = %s AND p.partition = %s"
    )
    return bytes(
        target.databases.one("srs", sql.replace("p.partition", "p.`partition`"), digest, partition)[
            0
        ]
    )


def owner_row(target: Target) -> object:
    """The owner's row number at the SRS, as each database spells ids."""
    rows = target.databases.execute("srs", "SELECT owner_id, jws FROM srs_acl")
    return next(owner for owner, jws in rows if jws == head_of(target))


def head_of(target: Target) -> str:
    """The owner's list in force, as the SRS keeps it."""
    jws = [str(one) for (one,) in target.databases.execute("srs", "SELECT jws FROM srs_acl")]
    owner = target.member(target.owner)
    mine = [one for one in jws if statements.payload_of_unverified(one)["iss"] == owner]
    return max(mine, key=lambda one: statements.payload_of_unverified(one)["seq"])


def test_another_point_as_r(target: Target) -> None:
    other = multiply(G1_GENERATOR, scalar_from_int(7)).encode()
    change(target, "UPDATE srs_rparameter SET r = %s WHERE r = %s", other, r_of(target, "medical"))
    target.is_stopped(target.doctor)


def test_another_partitions_r(target: Target) -> None:
    change(
        target, "UPDATE srs_rparameter SET r = %s WHERE r = %s",
        r_of(target, "personal"), r_of(target, "medical"),
    )  # fmt: skip
    target.is_stopped(target.doctor)


def test_octets_that_are_no_r(target: Target) -> None:
    change(
        target, "UPDATE srs_rparameter SET r = %s WHERE r = %s", bytes(48), r_of(target, "medical")
    )
    target.is_stopped(target.doctor)


def test_another_point_as_d(target: Target) -> None:
    key = target.databases.one("srs", "SELECT receive FROM srs_member WHERE id = (SELECT MAX(user_id) FROM"
        " srs_delegation WHERE id = (SELECT MAX(id) FROM srs_delegation))")[0]  # fmt: skip
    change(target, "UPDATE srs_delegation SET d = %s", bytes(key))
    target.is_stopped(target.doctor)


def test_octets_that_are_no_d(target: Target) -> None:
    change(target, "UPDATE srs_delegation SET d = %s", secrets.token_bytes(96))
    target.is_stopped(target.doctor)


def test_no_d(target: Target) -> None:
    change(target, "DELETE FROM srs_delegation")
    target.gives_nothing(target.doctor, "medical", 5)


def test_another_manifest(target: Target) -> None:
    first, second = target.document(target.record), target.document(target.other)
    change(
        target, "UPDATE srs_version SET manifest = %s WHERE digest = %s",
        second[1], b64u_encode(first[0]),
    )  # fmt: skip
    # What was taken has another digest, by which R is read back.
    target.gives_nothing(target.doctor, "medical", 4)
    # The manifest by which the node answers is its digest, and that names another record's.
    change(target, "UPDATE srs_version SET digest = 'x' WHERE digest = %s", b64u_encode(second[0]))
    change(
        target, "UPDATE srs_version SET digest = %s WHERE digest = %s",
        b64u_encode(second[0]), b64u_encode(first[0]),
    )  # fmt: skip
    target.gives_nothing(target.doctor, "medical", 3, 4)


def forged(target: Target) -> str:
    """The list in force with a partition added, under the old signature."""
    jws = head_of(target)
    head, payload, signature = jws.split(".")
    told = dict(statements.payload_of_unverified(jws))
    told["rules"][0]["partitions"] = ["medical", "personal"]
    assert payload
    return f"{head}.{b64u_encode(json.dumps(told).encode())}.{signature}"


def test_a_forged_list_opens_nothing_more(target: Target) -> None:
    change(target, ADD, forged(target), head_of(target))
    # Its list allows it, and it was never given what opens it.
    target.gives_nothing(target.doctor, "personal", 5)


def test_a_forged_list_with_a_copied_key_opens_nothing_more(target: Target) -> None:
    change(target, ADD, forged(target), head_of(target))
    # All others who share this system keep what they have: only this owner's key is copied.
    copied = "UPDATE srs_delegation SET `partition` = 'personal' WHERE owner_id = %s"
    change(target, copied, owner_row(target))
    target.is_stopped(target.doctor, "personal")
    target.gives_nothing(target.doctor, "medical", 5)


def test_the_owner_never_builds_on_a_forged_list(target: Target) -> None:
    change(target, ADD, forged(target), head_of(target))
    for words in (
        ("revoke", target.doctor.login),
        ("grant", target.doctor.login, "--partition", "personal"),
    ):
        target.owner.fails(4, *words)


def test_an_old_list_in_force_again(system: System) -> None:
    mine = tampering.made(system)
    mine.owner.ok("revoke", mine.doctor.login)
    with kept(mine.databases, "srs", *SRS):
        change(mine, "DELETE FROM srs_acl WHERE jws = %s", head_of(mine))
        mine.gives_nothing(mine.doctor, "medical", 3)
        mine.owner.fails(4, "grant", mine.doctor.login, "--partition", "medical")
    mine.gives_nothing(mine.doctor, "medical", 3)
