"""How a value of a type hint is written in MessagePack and read again, strictly.

For each frozen data class there is a structure of msgspec that refuses unknown,
missing and mistyped members; what was read is then put into the data class itself.
"""

import collections.abc
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec

# Hints of streams of chunks, which are no part of a message.
CHUNKS = (Iterable[bytes], Iterator[bytes])
ATOMS = (str, int, bool, bytes, NoneType)
SEQUENCES = (tuple, collections.abc.Iterable)
MAPPINGS = (dict, collections.abc.Mapping)
Convert = Callable[[Any], Any]


def same(given: Any) -> Any:
    """What needs no other form."""
    return given


@dataclass(frozen=True)
class Shape:
    """What msgspec reads for a hint; how a value is made ready to write, and made of what was read."""

    wire: Any
    plain: Convert = same
    value: Convert = same


@cache
def shape(hint: Any) -> Shape:
    """The shape of a hint.

    Raises:
        TypeError: a port uses a type that cannot cross; found when a server starts.
    """
    origin = get_origin(hint)
    if hint is object:
        return Shape(Any)
    if hint in ATOMS:
        return Shape(hint)
    if is_dataclass(hint):
        return _of_dataclass(hint)
    for origins, make in MAKERS:
        if origin in origins:
            return make(get_args(hint))
    raise TypeError(f"{hint} cannot cross a port.")


def structure(name: str, members: Iterable[tuple[str, Any]]) -> type[msgspec.Struct]:
    """A structure that takes exactly these members."""
    return msgspec.defstruct(name, members, forbid_unknown_fields=True, frozen=True, kw_only=True)


def members(kind: Any) -> dict[str, Shape]:
    """The shapes of a data class's members that are no streams of chunks."""
    hints = get_type_hints(kind)
    return {name: shape(hint) for name, hint in hints.items() if hint not in CHUNKS}


def _of_dataclass(kind: Any) -> Shape:
    parts = members(kind)
    read = structure(kind.__name__, [(name, part.wire) for name, part in parts.items()])
    return Shape(
        read,
        lambda given: {name: part.plain(getattr(given, name)) for name, part in parts.items()},
        lambda got: kind(**{name: part.value(getattr(got, name)) for name, part in parts.items()}),
    )


def _of_sequence(inner: tuple[Any, ...]) -> Shape:
    if len(inner) == 1 or inner[-1] is Ellipsis:
        one = shape(inner[0])
        return Shape(
            tuple.__class_getitem__((one.wire, ...)),
            lambda given: [one.plain(part) for part in given],
            lambda got: tuple(one.value(part) for part in got),
        )
    parts = [shape(one) for one in inner]
    return Shape(
        tuple.__class_getitem__(tuple(one.wire for one in parts)),
        lambda given: [one.plain(part) for one, part in zip(parts, given, strict=True)],
        lambda got: tuple(one.value(part) for one, part in zip(parts, got, strict=True)),
    )


def _of_mapping(inner: tuple[Any, ...]) -> Shape:
    key, one = shape(inner[0]), shape(inner[1])
    return Shape(
        dict.__class_getitem__((key.wire, one.wire)),
        lambda given: {name: one.plain(part) for name, part in given.items()},
        lambda got: {name: one.value(part) for name, part in got.items()},
    )


def _of_optional(inner: tuple[Any, ...]) -> Shape:
    others = [one for one in inner if one is not NoneType]
    if len(others) != 1 or len(inner) != 2:
        raise TypeError(f"{inner}: of several types only X | None can cross a port.")
    one = shape(others[0])
    return Shape(
        one.wire | None,
        lambda given: None if given is None else one.plain(given),
        lambda got: None if got is None else one.value(got),
    )


MAKERS: tuple[tuple[tuple[Any, ...], Callable[[tuple[Any, ...]], Shape]], ...] = (
    (SEQUENCES, _of_sequence),
    (MAPPINGS, _of_mapping),
    ((UnionType, Union), _of_optional),
)
