"""How the failures of a port cross: class, code, message and what else the class holds."""

import inspect
from collections.abc import Iterator
from typing import Any

from sesphr.adapters.codec import Undecodable, decode, encode
from sesphr.ports import errors
from sesphr.ports.errors import PortError

FORM = dict[str, str | int]


def _classes(kind: type[PortError]) -> Iterator[type[PortError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from _classes(below)


def _known() -> dict[str, type[PortError]]:
    """The port's own errors by name; not what an app may derive from them."""
    return {one.__name__: one for one in _classes(PortError) if one.__module__ == errors.__name__}


def _more(kind: type[PortError]) -> list[str]:
    """What else a class is made of, by name: `received`, `size`."""
    parameters = inspect.signature(kind).parameters
    return [name for name in parameters if name not in ("message", "code")]


def encode_failure(error: PortError) -> bytes:
    """The message that a failure crosses as."""
    kind = next(one for one in type(error).__mro__ if one.__name__ in _known())
    sent: dict[str, Any] = {"kind": kind.__name__, "code": error.code, "message": str(error)}
    return encode(sent | {name: getattr(error, name) for name in _more(kind)})


def decode_failure(octets: bytes) -> PortError:
    """The failure of a message.

    Raises:
        Undecodable: it is none that this version knows.
    """
    read = decode(FORM, octets)
    kind = _known().get(str(read.get("kind")))
    if kind is None or set(read) != {"kind", "code", "message", *_more(kind)}:
        raise Undecodable("no failure of a port")
    more = {name: read[name] for name in _more(kind)}
    if not (isinstance(read["code"], str) and all(type(one) is int for one in more.values())):
        raise Undecodable("no failure of a port")
    error = kind(str(read["message"]), **more)
    error.code = read["code"]
    return error
