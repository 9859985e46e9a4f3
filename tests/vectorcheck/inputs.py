"""From a case's JSON to the kernel's types.

Only here is a badly shaped input turned into a refusal on purpose; what the kernel
itself makes of hostile values is left to it.
"""

import re
from collections.abc import Callable
from typing import Any

from sesphr.crypto.errors import DecodingError
from sesphr.crypto.pre import Context

Given = dict[str, Any]
Operation = Callable[[Given, Any], Any]

_HEX = re.compile(r"([0-9a-f]{2})*")
_INDEX = re.compile(r"[0-9]{1,9}")


def octets(text: Any) -> bytes:
    """Lower-case hex."""
    if not isinstance(text, str) or not _HEX.fullmatch(text):
        raise DecodingError("not lower-case hex")
    return bytes.fromhex(text)


def octets_of(texts: Any) -> list[bytes]:
    """A list of hex."""
    if not isinstance(texts, list):
        raise DecodingError("not a list")
    return [octets(text) for text in texts]


def mapping(value: Any) -> dict[str, Any]:
    """An object."""
    if not isinstance(value, dict):
        raise DecodingError("not an object")
    return value


def row(value: Any, *names: str) -> dict[str, Any]:
    """An object that has at least these members."""
    if not set(names) <= mapping(value).keys():
        raise DecodingError("a member is missing")
    return mapping(value)


def rows(value: Any, *names: str) -> list[dict[str, Any]]:
    """A list of objects that each have at least these members."""
    if not isinstance(value, list):
        raise DecodingError("not a list")
    return [row(one, *names) for one in value]


def index(text: str) -> int:
    """A node's index as text, written in one way only."""
    if not _INDEX.fullmatch(text) or str(int(text)) != text:
        raise DecodingError("not an index")
    return int(text)


def context(value: Any) -> Context:
    """The context of a partition's key."""
    members = mapping(value)
    names = ("deployment", "owner", "record", "version", "partition", "epoch", "rh")
    if members.keys() != set(names):
        raise DecodingError("not a context")
    return Context(**{**members, "rh": octets(members["rh"])})
