"""How a port's calls become octets: MessagePack, by the protocols' type hints, read strictly.

A stream of chunks among the arguments, or in the answer, does not belong to the
message: it travels beside it (`sesphr.adapters.frames`).
"""

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, is_dataclass
from functools import cache, lru_cache
from typing import Any, get_type_hints

import msgspec

from sesphr.adapters.shapes import CHUNKS, Shape, members, shape, structure
from sesphr.ports.errors import Invalid
from sesphr.ports.http import PORTS, methods


class Undecodable(Exception):
    """Octets that are no message of this call."""


@dataclass(frozen=True)
class Call:
    """One method of a port, ready to cross.

    `stream` names the argument that is a chunk stream, `tail` the member of the answer that is one.
    """

    port: str
    method: str
    signature: inspect.Signature
    shapes: Mapping[str, Shape]
    message: type[msgspec.Struct]
    hint: Any
    answer: Shape
    stream: str | None
    tail: str | None

    def bind(self, given: tuple[Any, ...], named: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments of a call by name, defaults included, without `self`."""
        bound = self.signature.bind(None, *given, **named)
        bound.apply_defaults()
        return dict(list(bound.arguments.items())[1:])

    def encode_arguments(self, arguments: Mapping[str, Any]) -> bytes:
        """The message of a call; Invalid for what no message can hold."""
        return encode({name: one.plain(arguments[name]) for name, one in self.shapes.items()})

    def decode_arguments(self, octets: bytes) -> dict[str, Any]:
        """The arguments of a message.

        Raises:
            Undecodable: it is another one.
        """
        read = decode(self.message, octets)
        return {name: one.value(getattr(read, name)) for name, one in self.shapes.items()}

    def encode_answer(self, answer: Any) -> bytes:
        """The message of an answer, without its chunks."""
        return encode(self.answer.plain(answer))

    def decode_answer(self, octets: bytes) -> Any:
        """The answer of a message; Undecodable if it is another one."""
        return self.answer.value(decode(self.answer.wire, octets))

    def decode_streamed(self, octets: bytes, chunks: Iterator[bytes]) -> Any:
        """The same where chunks follow the message: with those in their place."""
        read = decode(self.answer.wire, octets)
        parts = members(self.hint).items()
        found = {name: part.value(getattr(read, name)) for name, part in parts}
        return self.hint(**found, **{str(self.tail): chunks})


@lru_cache(maxsize=1)
def calls() -> dict[tuple[str, str], Call]:
    """Every method of every port."""
    return {(port, name): _call(port, name) for port in PORTS for name in methods(port)}


def _call(port: str, name: str) -> Call:
    function = getattr(PORTS[port], name)
    hints = get_type_hints(function)
    answer = hints.pop("return")
    stream = next((one for one, hint in hints.items() if hint in CHUNKS), None)
    hints.pop(stream or "", None)
    shapes = {one: shape(hint) for one, hint in hints.items()}
    message = structure(f"{port}_{name}", [(one, part.wire) for one, part in shapes.items()])
    return Call(
        port, name, inspect.signature(function), shapes, message, answer, shape(answer), stream,
        _tail(answer),
    )  # fmt: skip


def _tail(answer: Any) -> str | None:
    """The member of an answer that is a stream of chunks."""
    if not is_dataclass(answer):
        return None
    return next((name for name, hint in get_type_hints(answer).items() if hint in CHUNKS), None)


def encode(message: Any) -> bytes:
    """MessagePack octets; Invalid for what it cannot hold (half a surrogate pair, a huge number)."""
    try:
        return msgspec.msgpack.encode(message)
    except (UnicodeEncodeError, OverflowError) as error:
        raise Invalid("What was sent cannot be written down.") from error


def decode(kind: Any, octets: bytes) -> Any:
    """What MessagePack octets say, which must be exactly of this kind; else Undecodable."""
    try:
        return _decoder(kind).decode(octets)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Undecodable(str(error)) from error


@cache
def _decoder(kind: Any) -> msgspec.msgpack.Decoder[Any]:
    return msgspec.msgpack.Decoder(kind)
