"""Small checks from which the payload schemas are put together.

A check takes a value of parsed JSON, returns nothing and raises DecodingError;
an object has exactly the members that its check names.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from sesphr.crypto.encoding import b64u_decode, check_int, check_partition, check_text, check_uuid
from sesphr.crypto.errors import DecodingError

Check = Callable[[Any], object]


def integer(least: int = 0, most: int | None = None) -> Check:
    """An integer within bounds; a boolean is none."""

    def check(value: Any) -> None:
        check_int(value, least) if most is None else check_int(value, least, most)

    return check


def octets(length: int) -> Check:
    """base64url of exactly this many octets."""
    return lambda value: b64u_decode(value, length)


def some_octets(least: int, most: int) -> Check:
    """base64url of a number of octets within bounds."""

    def check(value: Any) -> None:
        if not least <= len(b64u_decode(value)) <= most:
            raise DecodingError("octets of a wrong length")

    return check


def boolean(value: Any) -> None:
    """True or false."""
    if not isinstance(value, bool):
        raise DecodingError("not a boolean")


def text(least: int, most: int) -> Check:
    """Text of so many code points."""

    def check(value: Any) -> None:
        check_text(value)
        if not least <= len(value) <= most:
            raise DecodingError("text too short or too long")

    return check


def matching(pattern: str) -> Check:
    """Text that matches a pattern whole."""
    compiled = re.compile(pattern)

    def check(value: Any) -> None:
        if not isinstance(value, str) or not compiled.fullmatch(value):
            raise DecodingError("text of another form")

    return check


def one_of(*values: Any) -> Check:
    """One of these values, of the same type."""

    def check(value: Any) -> None:
        if not any(type(value) is type(one) and value == one for one in values):
            raise DecodingError("none of the values allowed")

    return check


def nullable(inner: Check) -> Check:
    """Null, or what `inner` takes."""
    return lambda value: None if value is None else inner(value)


def list_of(
    inner: Check, least: int = 0, most: int | None = None, *, unique: bool = False
) -> Check:
    """A list of so many values; with `unique` (hashable values only) none twice."""

    def check(value: Any) -> None:
        if not isinstance(value, list) or len(value) < least:
            raise DecodingError("not a list, or too short")
        if most is not None and len(value) > most:
            raise DecodingError("a list too long")
        for member in value:
            inner(member)
        if unique and len(set(value)) != len(value):
            raise DecodingError("a value twice")

    return check


def map_of(name: Check, inner: Check, least: int = 0, most: int | None = None) -> Check:
    """An object whose names and values are checked alike."""

    def check(value: Any) -> None:
        if not isinstance(value, dict) or not least <= len(value) <= (most or len(value)):
            raise DecodingError("not an object, or of another size")
        for key, member in value.items():
            name(key)
            inner(member)

    return check


def record(members: Mapping[str, Check], optional: Mapping[str, Check] | None = None) -> Check:
    """An object with exactly these members, and at most these optional ones."""
    known = {**members, **(optional or {})}
    needed, every = frozenset(members), frozenset(known)

    def check(value: Any) -> None:
        if not isinstance(value, dict):
            raise DecodingError("not an object")
        if not needed <= value.keys() <= every:
            raise DecodingError("a member is missing or unknown")
        for name, member in value.items():
            known[name](member)

    return check


def both(*checks: Check) -> Check:
    """All of these, in order."""

    def check(value: Any) -> None:
        for one in checks:
            one(value)

    return check


def distinct(values: list[Any]) -> None:
    """No value twice."""
    if len(set(values)) != len(values):
        raise DecodingError("a value twice")


ID: Check = check_uuid
PARTITION: Check = check_partition
PARTITIONS = list_of(PARTITION, 1, unique=True)
NAME = matching(r"[a-z0-9-]{1,32}")
DIGEST = octets(32)
TIME = integer()
POSITIVE = integer(1)
