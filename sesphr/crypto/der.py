"""Strict DER and strict PEM: what is read has exactly one encoding, and bounded size and depth.

Parsers of certificates are more forgiving than a signature allows, and some recurse as deep
as their input says. Nothing reaches one here that did not pass `check_der`.
"""

import base64
import binascii
import re
from collections.abc import Callable

from sesphr.crypto.errors import DecodingError

MAX_DEPTH = 20
_SEQUENCE, _SET, _CONSTRUCTED, _CLASS = 16, 17, 0x20, 0xC0
_TIMES = {23: re.compile(rb"[0-9]{12}Z"), 24: re.compile(rb"[0-9]{14}Z")}
_BLOCK = re.compile(
    rb"-----BEGIN ([A-Z0-9][A-Z0-9 ]{0,38}[A-Z0-9])-----\r?\n"
    rb"((?:[A-Za-z0-9+/=]{64}\r?\n)*[A-Za-z0-9+/=]{1,64}\r?\n)"
    rb"-----END \1-----(?:\r?\n|\Z)"
)


def check_der(octets: bytes, most: int) -> bytes:
    """The octets themselves, when they are one DER value of at most `most` octets.

    Raises:
        DecodingError: too long or deep, trailing octets, or not the one encoding that DER allows.
    """
    if not isinstance(octets, bytes) or not 2 <= len(octets) <= most:
        raise DecodingError("DER of a wrong length")
    if _value(octets, 0, len(octets), 0) != len(octets):
        raise DecodingError("octets after the end of a DER value")
    return octets


def _value(octets: bytes, at: int, end: int, depth: int) -> int:
    """Check one value within octets[at:end]; where it ends."""
    if depth > MAX_DEPTH:
        raise DecodingError("DER nested too deep")
    tag, start, stop = _header(octets, at, end)
    universal, number = not tag & _CLASS, tag & 0x1F
    if universal and (number in (_SEQUENCE, _SET)) != bool(tag & _CONSTRUCTED):
        raise DecodingError("a DER value of a wrong form")
    if tag & _CONSTRUCTED:
        _members(octets, start, stop, depth, ordered=universal and number == _SET)
    elif universal:
        _primitive(number, octets[start:stop])
    return stop


def _header(octets: bytes, at: int, end: int) -> tuple[int, int, int]:
    """Tag, where the contents start, where they stop."""
    if end - at < 2:
        raise DecodingError("DER cut short")
    tag, length, start = octets[at], octets[at + 1], at + 2
    if tag & 0x1F == 0x1F or tag == 0:
        raise DecodingError("a DER tag that no certificate has")
    if length >= 0x80:
        size = length - 0x80
        field = octets[start : min(start + size, end)]
        length, start = int.from_bytes(field, "big"), start + size
        if not 1 <= size <= 4 or len(field) < size or field[0] == 0 or length < 0x80:
            raise DecodingError("a DER length that is indefinite, cut or not the shortest")
    if length > end - start:
        raise DecodingError("DER cut short")
    return tag, start, start + length


def _members(octets: bytes, at: int, end: int, depth: int, *, ordered: bool) -> None:
    before = b""
    while at < end:
        start, at = at, _value(octets, at, end, depth + 1)
        if ordered and octets[start:at] < before:
            raise DecodingError("a DER set that is not in order")
        before = octets[start:at]


def _integer(contents: bytes) -> bool:
    if len(contents) < 2:
        return len(contents) == 1
    return (contents[0], contents[1] >> 7) not in ((0, 0), (0xFF, 1))


def _bits(contents: bytes) -> bool:
    if len(contents) < 2:
        return contents == b"\0"
    return contents[0] < 8 and not contents[-1] & ((1 << contents[0]) - 1)


def _identifier(contents: bytes) -> bool:
    begins = (at == 0 or contents[at - 1] < 0x80 for at in range(len(contents)))
    shortest = all(octet != 0x80 for octet, first in zip(contents, begins, strict=True) if first)
    return bool(contents) and contents[-1] < 0x80 and shortest


def _utf8(contents: bytes) -> bool:
    try:
        contents.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


_PRIMITIVES: dict[int, Callable[[bytes], object]] = {
    1: lambda contents: contents in (b"\0", b"\xff"),
    2: _integer,
    3: _bits,
    4: lambda _: True,
    5: lambda contents: not contents,
    6: _identifier,
    10: _integer,
    12: _utf8,
    19: bytes.isascii,
    20: bytes.isascii,
    22: bytes.isascii,
    23: _TIMES[23].fullmatch,
    24: _TIMES[24].fullmatch,
    26: bytes.isascii,
    28: lambda contents: len(contents) % 4 == 0,
    30: lambda contents: len(contents) % 2 == 0,
}


def _primitive(number: int, contents: bytes) -> None:
    check = _PRIMITIVES.get(number)
    if check is None or not check(contents):
        raise DecodingError("a DER value that is not the one encoding of its kind")


def members(octets: bytes) -> list[bytes]:
    """The encodings that a constructed value (checked by `check_der`) is made of, in order."""
    _, at, end = _header(octets, 0, len(octets))
    found = []
    while at < end:
        _, _, stop = _header(octets, at, end)
        found.append(octets[at:stop])
        at = stop
    return found


def read_pem(text: bytes, most: int) -> list[tuple[str, bytes]]:
    """The blocks (label, DER) of strict PEM (RFC 7468), with nothing before, between or after.

    Raises:
        DecodingError: anything else, or more than `most` octets.
    """
    if len(text) > most:
        raise DecodingError("PEM too long")
    blocks, at = [], 0
    while at < len(text):
        found = _BLOCK.match(text, at)
        if found is None:
            raise DecodingError("not PEM, or something before, between or after its blocks")
        blocks.append((found[1].decode("ascii"), _base64(found[2])))
        at = found.end()
    if not blocks:
        raise DecodingError("not PEM")
    return blocks


def _base64(lines: bytes) -> bytes:
    text = lines.replace(b"\r", b"").replace(b"\n", b"")
    try:
        octets = binascii.a2b_base64(text, strict_mode=True)
    except binascii.Error:
        raise DecodingError("PEM that is not base64") from None
    if base64.b64encode(octets) != text:
        raise DecodingError("PEM that is not the one base64 of its octets")
    return octets


def write_pem(label: str, der: bytes) -> bytes:
    """One PEM block as `read_pem` takes it."""
    text = base64.b64encode(der).decode("ascii")
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""]).encode()
