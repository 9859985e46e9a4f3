"""A log and events that their operator rewrites or removes: the owner's client stops, exit 4."""

import secrets
from collections.abc import Iterator

import pytest

from sesphr.crypto import merkle
from tests.system import tampering
from tests.system.place import System
from tests.system.tampering import Target, kept


@pytest.fixture(scope="module")
def witness(system: System) -> Iterator[Target]:
    """An owner whose client has seen the log; the operator has removed every trigger."""
    # Somebody joins before her, so that the log's first entry is not hers.
    system.join("relative", authorised=False)
    found = tampering.made(system)
    found.opens(found.doctor, b"<m>rest</m>")
    assert found.owner.ok("activity")["pending"] == 0
    triggers = {
        alias: found.databases.drop_triggers(alias) for alias in ("audit", "srs", "default")
    }
    assert len(triggers["audit"]) == 6
    yield found
    for alias, sql in triggers.items():
        found.databases.make_triggers(alias, sql)
    assert found.owner.ok("activity")["verified"] is True


@pytest.fixture
def rewritten(witness: Target) -> Iterator[Target]:
    """Everything that an attempt changes, put back afterwards."""
    with (
        kept(witness.databases, "audit", "audit_entry", "audit_hash"),
        kept(witness.databases, "srs", "srs_event", "srs_stream"),
    ):
        yield witness


def of_witness(target: Target) -> tuple[str, list[int]]:
    """The owner's stream at the SRS as its database names it, and its leaves in the log."""
    sql = "SELECT id, member FROM srs_stream"
    member = target.member(target.owner).replace("-", "")
    (stream,) = [
        one
        for one, whose in target.databases.execute("srs", sql)
        if str(whose).replace("-", "") == member
    ]
    rows = target.databases.execute(
        "srs", "SELECT `index` FROM srs_event WHERE stream_id = %s ORDER BY number", stream
    )
    return stream, [int(index) for (index,) in rows]


def rebuild(target: Target) -> None:
    """Make all of the log's hashes fit its entries again, as an operator with the code can."""
    databases = target.databases
    entries = databases.execute("audit", "SELECT `index`, entry FROM audit_entry ORDER BY `index`")
    layer = [merkle.leaf_hash(bytes(entry)) for _, entry in entries]
    rows, level = [], 0
    while layer:
        rows += [(len(rows) + at + 1, level, at, value) for at, value in enumerate(layer)]
        pairs = zip(layer[::2], layer[1::2], strict=False)
        layer, level = [merkle.node_hash(left, right) for left, right in pairs], level + 1
    databases.replace("audit", {"audit_hash": rows})


def activity_stops(target: Target) -> None:
    """The owner's client does not accept this history."""
    found = target.owner.fails(4, "activity")
    assert "verified" not in found


def test_the_rebuilt_log_is_the_same(rewritten: Target) -> None:
    """A control: rebuilding alone changes nothing that anybody could notice."""
    rebuild(rewritten)
    assert rewritten.owner.ok("activity")["verified"] is True


@pytest.mark.parametrize("rebuilt", [False, True], ids=["entry alone", "whole tree"])
def test_an_entry_of_the_log_is_rewritten(rewritten: Target, rebuilt: bool) -> None:
    _, leaves = of_witness(rewritten)
    sql = "UPDATE audit_entry SET entry = %s WHERE `index` = %s"
    rewritten.databases.execute("audit", sql, secrets.token_bytes(32), leaves[1])
    if rebuilt:
        rebuild(rewritten)
    activity_stops(rewritten)


def test_somebody_elses_entry_is_rewritten(rewritten: Target) -> None:
    """Not hers, but the tree that her client remembers held it."""
    _, leaves = of_witness(rewritten)
    sql = "UPDATE audit_entry SET entry = %s WHERE `index` = 0"
    assert 0 not in leaves
    rewritten.databases.execute("audit", sql, secrets.token_bytes(32))
    rebuild(rewritten)
    activity_stops(rewritten)


def test_a_hash_of_the_log_is_rewritten(rewritten: Target) -> None:
    _, leaves = of_witness(rewritten)
    sql = "UPDATE audit_hash SET hash = %s WHERE level = 0 AND position = %s"
    rewritten.databases.execute("audit", sql, secrets.token_bytes(32), leaves[0] ^ 1)
    activity_stops(rewritten)


def test_the_last_entries_are_removed(rewritten: Target) -> None:
    _, leaves = of_witness(rewritten)
    rewritten.databases.execute("audit", "DELETE FROM audit_entry WHERE `index` >= %s", leaves[-1])
    rebuild(rewritten)
    activity_stops(rewritten)


def test_entry_and_event_are_removed(rewritten: Target) -> None:
    stream, leaves = of_witness(rewritten)
    rewritten.databases.execute("audit", "DELETE FROM audit_entry WHERE `index` >= %s", leaves[-1])
    rebuild(rewritten)
    last = "DELETE FROM srs_event WHERE stream_id = %s AND number = %s"
    rewritten.databases.execute("srs", last, stream, len(leaves))
    shorter = "UPDATE srs_stream SET length = length - 1 WHERE id = %s"
    rewritten.databases.execute("srs", shorter, stream)
    activity_stops(rewritten)


def test_an_event_is_reworded(rewritten: Target) -> None:
    stream, leaves = of_witness(rewritten)
    where = "WHERE stream_id = %s AND number = %s"
    sql = f"SELECT event FROM srs_event {where}"
    text = str(rewritten.databases.one("srs", sql, stream, len(leaves))[0])
    assert '"allowed":true' in text
    changed = text.replace('"allowed":true', '"allowed":false')
    rewritten.databases.execute(
        "srs", f"UPDATE srs_event SET event = %s {where}", changed, stream, len(leaves)
    )
    activity_stops(rewritten)


def test_an_event_is_hidden(rewritten: Target) -> None:
    stream, _ = of_witness(rewritten)
    hide = "DELETE FROM srs_event WHERE stream_id = %s AND number = 2"
    rewritten.databases.execute("srs", hide, stream)
    activity_stops(rewritten)
