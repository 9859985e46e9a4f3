"""What every implementation of `sesphr.ports.audit.Log` must do."""

import secrets
import uuid
from collections.abc import Callable

import pytest

from sesphr.crypto import log as logformat
from sesphr.crypto import merkle
from sesphr.crypto.errors import CryptoError
from sesphr.deployment import get_deployment
from sesphr.ports.audit import Entry, Log, LogProof
from sesphr.ports.errors import Conflict, Invalid, NotFound, Refused

Servers = Callable[[str], Log]


def an_entry(stream: str | None = None, number: int = 1) -> Entry:
    return Entry(stream or str(uuid.uuid4()), number, secrets.token_bytes(32))


def check(proof: LogProof, entry: bytes) -> bytes:
    """Verify a proof as a client does; the root that it leads to."""
    deployment = get_deployment()
    size, root = logformat.verify_note(deployment.log_name, deployment.log_key, proof.checkpoint)
    assert size == proof.size
    merkle.verify_inclusion(
        merkle.leaf_hash(entry), proof.index, proof.size, list(proof.path), root
    )
    return root


class LogContract:
    """Subclass it with fixtures `log` and `log_of` (the log as a server of that name calls it); the
    log may hold other entries already."""

    def test_an_appended_entry_is_proven(self, log: Log) -> None:
        entry = an_entry()
        check(log.append(entry), entry.entry)

    def test_indices_have_no_gaps(self, log: Log) -> None:
        indices = [log.append(an_entry()).index for _ in range(5)]
        assert indices == list(range(indices[0], indices[0] + 5))

    def test_appending_again_gives_the_same_index_and_no_second_entry(self, log: Log) -> None:
        entry = an_entry()
        first = log.append(entry)
        log.append(an_entry())
        again = log.append(entry)
        assert again.index == first.index
        assert again.size == first.size + 1
        check(again, entry.entry)
        assert log.stream_length(entry.stream) == 1

    def test_another_entry_at_the_same_number_is_a_conflict(self, log: Log) -> None:
        entry = an_entry()
        log.append(entry)
        with pytest.raises(Conflict):
            log.append(an_entry(entry.stream, 1))
        check(log.prove(entry.stream, 1), entry.entry)

    def test_a_gap_is_a_conflict(self, log: Log) -> None:
        stream = str(uuid.uuid4())
        with pytest.raises(Conflict):
            log.append(an_entry(stream, 2))
        log.append(an_entry(stream, 1))
        with pytest.raises(Conflict):
            log.append(an_entry(stream, 3))
        log.append(an_entry(stream, 2))
        assert log.stream_length(stream) == 2

    def test_a_refused_entry_leaves_the_tree_as_it_was(self, log: Log) -> None:
        before = log.append(an_entry()).size
        with pytest.raises(Conflict):
            log.append(an_entry(number=7))
        assert log.append(an_entry()).size == before + 1

    def test_the_same_octets_may_stand_in_two_streams(self, log: Log) -> None:
        one = an_entry()
        other = Entry(str(uuid.uuid4()), 1, one.entry)
        assert log.append(one).index != log.append(other).index

    @pytest.mark.parametrize("other", ["srs-3", "portal"])
    def test_nobody_else_goes_on_with_a_stream(self, log_of: Servers, other: str) -> None:
        own, foreign, entry = log_of("srs-1"), log_of(other), an_entry()
        own.append(entry)
        for tried in (an_entry(entry.stream, 2), an_entry(entry.stream, 1), entry):
            with pytest.raises(Refused, match="another server") as raised:
                foreign.append(tried)
            assert raised.value.code == "foreign-stream"
        second = an_entry(entry.stream, 2)
        check(own.append(second), second.entry)
        check(own.append(entry), entry.entry)
        assert own.stream_length(entry.stream) == 2

    def test_each_server_has_streams_of_its_own(self, log_of: Servers) -> None:
        for name in ("srs-1", "srs-2", "portal", "srs-1"):
            stream = str(uuid.uuid4())
            for number in (1, 2):
                entry = an_entry(stream, number)
                check(log_of(name).append(entry), entry.entry)

    def test_what_was_refused_makes_a_stream_nobodys(self, log_of: Servers) -> None:
        stream = str(uuid.uuid4())
        with pytest.raises(Conflict):
            log_of("srs-3").append(an_entry(stream, 2))
        entry = an_entry(stream)
        check(log_of("srs-1").append(entry), entry.entry)

    def test_everybody_may_read_a_stream(self, log_of: Servers) -> None:
        entry = an_entry()
        log_of("srs-1").append(entry)
        check(log_of("srs-3").prove(entry.stream, 1), entry.entry)
        assert log_of("portal").stream_length(entry.stream) == 1

    @pytest.mark.parametrize("entry", [b"", bytes(31), bytes(33), "x" * 32, None])
    def test_an_entry_of_another_length_is_invalid(self, log: Log, entry: bytes) -> None:
        with pytest.raises(Invalid):
            log.append(Entry(str(uuid.uuid4()), 1, entry))

    @pytest.mark.parametrize("number", [0, -1, 2**63, 2**200, True, 1.0, "1", None])
    def test_a_number_out_of_range_is_invalid(self, log: Log, number: int) -> None:
        with pytest.raises(Invalid):
            log.append(an_entry(number=number))

    @pytest.mark.parametrize(
        "stream", ["", "x", "A" * 36, str(uuid.UUID(int=1)).replace("-", ""), "é" * 10**5, None, 7]
    )
    def test_a_malformed_stream_is_invalid(self, log: Log, stream: str) -> None:
        with pytest.raises(Invalid):
            log.append(Entry(stream, 1, bytes(32)))
        with pytest.raises(Invalid):
            log.stream_length(stream)
        with pytest.raises(Invalid):
            log.prove(stream, 1)

    def test_what_is_not_there_is_not_proven(self, log: Log) -> None:
        entry = an_entry()
        with pytest.raises(NotFound):
            log.prove(entry.stream, 1)
        log.append(entry)
        with pytest.raises(NotFound):
            log.prove(entry.stream, 2)
        assert log.stream_length(str(uuid.uuid4())) == 0

    def test_old_entries_are_proven_in_the_present_tree(self, log: Log) -> None:
        entries = [an_entry() for _ in range(9)]
        for entry in entries:
            log.append(entry)
        proofs = [log.prove(entry.stream, 1) for entry in entries]
        roots = {check(proof, entry.entry) for proof, entry in zip(proofs, entries, strict=True)}
        assert len(roots) == 1

    def test_a_proof_is_of_no_other_entry(self, log: Log) -> None:
        log.append(an_entry())
        proof = log.append(an_entry())
        with pytest.raises(CryptoError):
            check(proof, secrets.token_bytes(32))

    def test_trees_are_consistent(self, log: Log) -> None:
        proofs, roots = [], []
        for _ in range(9):
            entry = an_entry()
            proofs.append(log.append(entry))
            roots.append(check(proofs[-1], entry.entry))
        for first in range(9):
            for second in range(first, 9):
                sizes = proofs[first].size, proofs[second].size
                path = list(log.consistency(*sizes))
                merkle.verify_consistency(*sizes, roots[first], roots[second], path)

    def test_impossible_sizes_are_invalid(self, log: Log) -> None:
        size = log.append(an_entry()).size
        for sizes in [(0, 1), (-1, 1), (size, size - 1), (1, size + 1), (size + 1, size + 1)]:
            with pytest.raises(Invalid):
                log.consistency(*sizes)

    def test_the_checkpoint_is_of_the_present_tree(self, log: Log) -> None:
        entry = an_entry()
        assert log.append(entry).checkpoint == log.checkpoint()

    def test_a_checkpoint_is_signed_under_the_logs_name(self, log: Log) -> None:
        deployment = get_deployment()
        note = log.checkpoint()
        assert note.startswith(f"{deployment.log_name}\n")
        with pytest.raises(CryptoError):
            logformat.verify_note(deployment.log_name, bytes(31) + b"\x01", note)
