"""Appending: places, order, hashes, number of queries."""

import secrets
import uuid

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from audit import selectors, services
from audit.models import Entry, Hash, Lock, Stream
from sesphr.crypto import merkle
from sesphr.ports.errors import Conflict, IntegrityFailure, Refused

pytestmark = pytest.mark.django_db(databases="__all__")


def append(
    stream: uuid.UUID | None = None,
    number: int = 1,
    entry: bytes | None = None,
    caller: str | None = None,
) -> int:
    return services.append(
        stream=stream or uuid.uuid4(),
        number=number,
        entry=entry or secrets.token_bytes(32),
        caller=caller,
    )


def leaves() -> list[bytes]:
    rows = Entry.objects.order_by("index").values_list("entry", flat=True)
    return [merkle.leaf_hash(entry) for entry in rows]


def test_the_root_is_that_of_all_entries() -> None:
    assert selectors.root(0) == merkle.root([])
    for size in range(1, 20):
        append()
        assert selectors.size() == size
        assert selectors.root(size) == merkle.root(leaves())


def test_paths_verify() -> None:
    for _ in range(13):
        append()
    root, path, leaf = selectors.root_path_leaf(5, 13)
    assert leaf == leaves()[5]
    merkle.verify_inclusion(leaves()[5], 5, 13, path, root)
    merkle.verify_consistency(6, 13, selectors.root(6), root, selectors.consistency(6, 13))


def test_queries_do_not_grow_with_the_log() -> None:
    def cost() -> int:
        with CaptureQueriesContext(connections["audit"]) as queries:
            append()
            selectors.root_path_leaf(0, selectors.size())
        return len(queries)

    append()
    early = cost()
    for _ in range(62):
        append()
    assert cost() <= early


def test_streams_are_numbered_each_for_itself() -> None:
    one, other = uuid.uuid4(), uuid.uuid4()
    places = [append(one, 1), append(other, 1), append(one, 2), append(other, 2)]
    assert places == [0, 1, 2, 3]
    assert selectors.stream_length(one) == selectors.stream_length(other) == 2


def test_a_conflict_writes_nothing() -> None:
    stream = uuid.uuid4()
    append(stream, 1)
    for number in (1, 3, 2**53 - 1):
        with pytest.raises(Conflict):
            append(stream, number)
    assert (Entry.objects.count(), Hash.objects.count()) == (1, 1)


def test_a_failure_between_entry_and_hashes_leaves_neither(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> None:
        raise ConnectionError

    stream = uuid.uuid4()
    with monkeypatch.context() as broken:
        broken.setattr(Hash.objects, "bulk_create", fail)
        with pytest.raises(ConnectionError):
            append(stream)
    assert not Entry.objects.exists()
    assert append(stream) == 0


def test_missing_hashes_are_an_integrity_failure() -> None:
    with pytest.raises(IntegrityFailure, match="verify_log"):
        selectors.root(1)


def test_there_is_one_lock() -> None:
    append()
    append()
    assert list(Lock.objects.values_list("id", flat=True)) == [1]


class TestWhose:
    """A stream is the server's that appended to it first, over TLS."""

    def test_one_from_before_is_that_of_the_next_who_appends(self) -> None:
        stream, entry = uuid.uuid4(), bytes(32)
        append(stream, 1, entry)
        # What is there already is told, and makes it nobody's.
        assert append(stream, 1, entry, caller="srs-3") == 0
        append(stream, 2, caller="srs-1")
        for number in (1, 2, 3):
            with pytest.raises(Refused, match="another server"):
                append(stream, number, entry, caller="srs-3")
        assert append(stream, 1, entry, caller="srs-1") == 0
        assert Entry.objects.count() == 2

    def test_within_one_process_nothing_is_claimed_or_refused(self) -> None:
        """So that a deployment can be split into servers, and joined again."""
        stream = uuid.uuid4()
        append(stream, 1)
        assert not Stream.objects.exists()
        append(stream, 2, caller="srs-1")
        append(stream, 3)
        append(stream, 4, caller="srs-1")
        assert list(Stream.objects.values_list("id", "writer")) == [(stream, "srs-1")]

    def test_a_failure_claims_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(*_: object) -> None:
            raise ConnectionError

        stream = uuid.uuid4()
        with monkeypatch.context() as broken:
            broken.setattr(Hash.objects, "bulk_create", fail)
            with pytest.raises(ConnectionError):
                append(stream, caller="srs-3")
        assert append(stream, caller="srs-1") == 0

    def test_who_is_refused_is_told_to_the_operator(self, caplog: pytest.LogCaptureFixture) -> None:
        stream = uuid.uuid4()
        append(stream, caller="srs-1")
        with pytest.raises(Refused):
            append(stream, 2, caller="srs-3")
        assert f"srs-3 was refused the stream {stream} of srs-1" in caplog.text
