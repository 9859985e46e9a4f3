"""What crosses a port is exactly what its type hints say, or it does not cross."""

from typing import Any

import msgspec
import pytest

from sesphr.adapters.codec import Undecodable, calls
from sesphr.adapters.failures import decode_failure, encode_failure
from sesphr.adapters.shapes import shape
from sesphr.ports import errors
from sesphr.ports.audit import Entry, LogProof
from sesphr.ports.cloudstore import AttachmentOctets, CloudObject, Span
from sesphr.ports.http import PORTS, may_call, methods
from sesphr.ports.srs import Access, Deposit, EventView, RecordView, Sealed

PROOF = LogProof(3, 9, (b"a" * 32, b""), "note\n")
ARGUMENTS = [
    ("srs", "deposit", {"deposit": Deposit("m", {"medical": Sealed(b"e", b"c")})}),
    ("srs", "set_acl", {"acl": "a", "deal": None}),
    ("srs", "records", {"asker": "é\u0000\U0001f600", "owner": "o"}),
    ("srs", "events", {"member": "", "after": 2**53}),
    ("cloud", "open_attachment", {"request": "r", "verification": b"\x00", "tickets": ("t", "u"),
                                  "attachment": "a", "span": Span(None, 7)}),
    ("cloud", "append", {"owner": "o", "attachment": "a", "offset": 0, "octets": b"", "total": 4}),
    ("audit", "append", {"entry": Entry("s", 1, b"x" * 32)}),
    ("audit", "checkpoint", {}),
]  # fmt: skip
ANSWERS = [
    ("srs", "access", Access("a", ("t",), (PROOF, PROOF))),
    ("srs", "records", (RecordView("r", "o", 1, "m", 5, ("p",), {"p": 9}),)),
    ("srs", "events", (EventView("s", 1, {"type": "x", "deep": [{"a": None}]}, b"s", None),
                       EventView("s", 2, {}, b"s", PROOF))),
    ("srs", "delegates", (("m", "p", 1),)),
    ("srs", "acl", None),
    ("srs", "suspend", None),
    ("cloud", "get", (CloudObject(b"d", "m", None, {"p": b"x"}),)),
    ("audit", "consistency", ()),
]  # fmt: skip


@pytest.mark.parametrize(("port", "method", "arguments"), ARGUMENTS)
def test_arguments_come_back_as_they_were(port: str, method: str, arguments: Any) -> None:
    call = calls()[port, method]
    assert call.decode_arguments(call.encode_arguments(arguments)) == arguments


@pytest.mark.parametrize(("port", "method", "answer"), ANSWERS)
def test_answers_come_back_as_they_were(port: str, method: str, answer: Any) -> None:
    call = calls()[port, method]
    assert call.decode_answer(call.encode_answer(answer)) == answer


def test_chunks_take_their_place_in_an_answer() -> None:
    call, chunks = calls()["cloud", "open_attachment"], iter([b"x"])
    sent = call.encode_answer(AttachmentOctets(9, 1, 3, iter(())))
    assert call.decode_streamed(sent, chunks) == AttachmentOctets(9, 1, 3, chunks)


def test_generators_of_texts_may_be_given() -> None:
    call = calls()["cloud", "note"]
    sent = call.encode_arguments({"receipts": (text for text in "ab")})
    assert call.decode_arguments(sent) == {"receipts": ("a", "b")}


def test_defaults_are_sent_too() -> None:
    assert calls()["srs", "events"].bind(("m",), {}) == {"member": "m", "after": 0}


ENTRY: dict[str, Any] = {"stream": "s", "number": 1, "entry": b"x"}


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"entry": ENTRY, "more": 1},
        {"entry": {**ENTRY, "more": 1}},
        {"entry": {"stream": "s", "number": 1}},
        {"entry": {**ENTRY, "number": True}},
        {"entry": {**ENTRY, "number": 1.0}},
        {"entry": {**ENTRY, "number": "1"}},
        {"entry": {**ENTRY, "entry": "x"}},
        {"entry": {**ENTRY, "stream": None}},
        {"entry": [1, 2, 3]},
        [ENTRY],
        None,
    ],
)
def test_anything_else_than_the_call_takes_is_refused(message: Any) -> None:
    with pytest.raises(Undecodable):
        calls()["audit", "append"].decode_arguments(msgspec.msgpack.encode(message))


@pytest.mark.parametrize(
    "octets",
    [b"", b"\xc1", b"\x81\xa5entry", b"\x80" + b"\x80", b"\x91" * 100_000, b"\xff" * 40,
     b"\x81\xa5entry\xa2\xff\xff"],
)  # fmt: skip
def test_broken_octets_are_refused(octets: bytes) -> None:
    with pytest.raises(Undecodable):
        calls()["audit", "append"].decode_arguments(octets)


@pytest.mark.parametrize(
    ("method", "arguments"),
    [("acl", {"owner": "\ud800"}), ("events", {"member": "m", "after": 2**64})],
)
def test_what_no_message_can_hold_is_invalid(method: str, arguments: Any) -> None:
    with pytest.raises(errors.Invalid):
        calls()["srs", method].encode_arguments(arguments)


@pytest.mark.parametrize("hint", [float, list[int], int | str, int | str | None, set[str], Any])
def test_types_that_cannot_cross_stop_the_start(hint: Any) -> None:
    with pytest.raises(TypeError):
        shape(hint)


@pytest.mark.parametrize(
    "error",
    [
        errors.Invalid("é"), errors.Refused("no", code="not-authorised"), errors.NotFound("x"),
        errors.Conflict("x"), errors.OutOfStep("x", 7), errors.OutOfRange("x", 0),
        errors.IntegrityFailure("x"), errors.Unavailable("x"), errors.PortError("x", code="odd"),
    ],
)  # fmt: skip
def test_failures_keep_their_class_code_and_numbers(error: errors.PortError) -> None:
    found = decode_failure(encode_failure(error))
    assert (type(found), str(found), found.code) == (type(error), str(error), error.code)
    assert vars(found) == {"code": error.code, **vars(error)}


def test_a_class_of_an_app_crosses_as_the_ports_own() -> None:
    class Own(errors.Refused):
        pass

    assert type(decode_failure(encode_failure(Own("x")))) is errors.Refused


GOOD: dict[str, Any] = {"kind": "OutOfStep", "code": "c", "message": "m", "received": 1}


@pytest.mark.parametrize(
    "message",
    [
        {}, {**GOOD, "kind": "Exception"}, {**GOOD, "kind": 7}, {**GOOD, "size": 1},
        {**GOOD, "received": "1"}, {**GOOD, "code": 1}, {"kind": "Invalid", "code": "c"}, [], "x",
    ],
)  # fmt: skip
def test_no_other_failure_is_believed(message: Any) -> None:
    with pytest.raises(Undecodable):
        decode_failure(msgspec.msgpack.encode(message))


def test_who_may_call_what() -> None:
    every = {(port, name) for port in PORTS for name in methods(port)}
    allowed = {
        peer: {one for one in every if may_call(peer, *one)}
        for peer in ("portal", "srs-1", "srs-16", "cloud", "audit", "srs-17", "srs-0", "", "admin")
    }
    assert every - allowed.pop("portal") == {("cloud", "collect"), ("srs", "journal")}
    for node in ("srs-1", "srs-16"):
        found = allowed.pop(node)
        assert {name for port, name in found if port == "audit"} == {
            "append", "prove", "stream_length", "checkpoint"
        }  # fmt: skip
        assert not [one for one in found if one[0] == "cloud"]
        assert {name for port, name in found if port == "srs"} == {"journal"}
    assert set(map(frozenset, allowed.values())) == {frozenset()}
