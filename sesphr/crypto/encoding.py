"""The encodings of every object: length prefixes, base64url, ids, strict JSON.

Strict both ways: each value has exactly one accepted encoding, so that a digest
over octets names one meaning. Never guesses, repairs or normalises input.
"""

import base64
import binascii
import json
import re
from typing import Any, NoReturn

from sesphr.crypto.errors import DecodingError

SUITE = "SeSPHR-BLS12381-SHA256-AES256GCM-v1"
MAX_INT = 2**53 - 1
MAX_DEPTH = 64

_BASE64URL = re.compile(r"[A-Za-z0-9_-]*")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_PARTITION = re.compile(r"[a-z0-9-]{1,32}")
_DEPLOYMENT = re.compile(r"[a-z0-9.-]{1,64}")
_LOGIN = re.compile(r"[a-z0-9._@+-]{1,254}")
# Possessive, so that an unterminated string costs linear time.
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


def lp(*parts: bytes) -> bytes:
    """Each part after its length in 4 big-endian octets."""
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def dec(number: int) -> bytes:
    """A non-negative I-JSON integer as decimal ASCII.

    Raises:
        DecodingError: not an integer from 0 to 2^53 - 1.
    """
    return str(check_int(number)).encode("ascii")


def check_int(value: object, least: int = 0, most: int = MAX_INT) -> int:
    """The value itself, when it is an integer (never a boolean) within the bounds."""
    if type(value) is not int or not least <= value <= most:
        raise DecodingError(f"not an integer from {least} to {most}")
    return value


def check_octets(value: object, *lengths: int) -> bytes:
    """The value itself, when it is octets of one of these lengths (of any when none is given)."""
    if not isinstance(value, bytes) or (lengths and len(value) not in lengths):
        raise DecodingError("octets of a wrong length")
    return value


def utf8(text: object) -> bytes:
    """Text as UTF-8 octets.

    Raises:
        DecodingError: not text, or it holds a lone surrogate.
    """
    if not isinstance(text, str):
        raise DecodingError("not text")
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise DecodingError("text with a lone surrogate") from None


def check_text(value: object) -> None:
    """Refuse what `utf8` refuses."""
    # ASCII, as most text is, has no surrogates: that is quicker to see than to encode.
    if not isinstance(value, str) or not value.isascii():
        utf8(value)


def b64u_encode(octets: bytes) -> str:
    """base64url without padding (RFC 4648, section 5)."""
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode("ascii")


def b64u_decode(text: object, length: int | None = None) -> bytes:
    """The octets of base64url text, of exactly `length` octets when given.

    Raises:
        DecodingError: padding, white space, another alphabet, unused bits set, or length.
    """
    if not isinstance(text, str) or not _BASE64URL.fullmatch(text) or len(text) % 4 == 1:
        raise DecodingError("not base64url without padding")
    octets = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    # Only the last group, of one or two octets, can have unused bits.
    if (rest := len(octets) % 3) and not text.endswith(b64u_encode(octets[-rest:])):
        raise DecodingError("base64url with unused bits set")
    return octets if length is None else check_octets(octets, length)


def b64_decode(text: str) -> bytes:
    """The octets of base64 text with padding (RFC 4648, section 4), strictly canonical.

    Raises:
        DecodingError: white space, missing padding, another alphabet, unused bits set.
    """
    try:
        octets = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise DecodingError("not base64") from None
    if base64.b64encode(octets).decode("ascii") != text:
        raise DecodingError("base64 that is not canonical")
    return octets


def _checked(text: object, pattern: re.Pattern[str], what: str) -> str:
    if not isinstance(text, str) or not pattern.fullmatch(text):
        raise DecodingError(f"not {what}")
    return text


def check_uuid(text: object) -> str:
    """The text itself, when it is a lower-case UUID with hyphens."""
    return _checked(text, _UUID, "a lower-case UUID")


def check_partition(text: object) -> str:
    """The text itself, when it is a partition id."""
    return _checked(text, _PARTITION, "a partition id")


def check_deployment(text: object) -> str:
    """The text itself, when it is a deployment id."""
    return _checked(text, _DEPLOYMENT, "a deployment id")


def check_login(text: object) -> str:
    """The text itself, when it is a login name."""
    return _checked(text, _LOGIN, "a login name")


def _check_nesting(octets: bytes) -> None:
    # Before parsing, because parsers recurse.
    depth = 0
    for bracket in _STRING.sub(b"", octets).translate(None, _NO_BRACKETS):
        depth += 1 if bracket in b"[{" else -1
        if depth > MAX_DEPTH:
            raise DecodingError("JSON nested too deeply")


def _integer(digits: str) -> int:
    # The length first: converting a million digits would take long.
    if len(digits) > 17 or digits == "-0":
        raise DecodingError("a JSON integer out of range")
    return check_int(int(digits), -MAX_INT)


def _no_float(_: str) -> NoReturn:
    raise DecodingError("a JSON number that is no integer")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise DecodingError("a JSON name twice")
    return found


def _check_texts(value: object) -> None:
    if isinstance(value, str):
        check_text(value)
    elif isinstance(value, list):
        for member in value:
            _check_texts(member)
    elif isinstance(value, dict):
        for name, member in value.items():
            check_text(name)
            _check_texts(member)


def parse_ijson(octets: bytes) -> Any:
    """The value of strict I-JSON octets (RFC 7493, integers only).

    Raises:
        DecodingError: not UTF-8, a byte order mark, a name twice at any depth, a number
            other than an integer below 2^53 (-0 included), a lone surrogate, nested
            deeper than 64, or not JSON at all.
    """
    if check_octets(octets).startswith(b"\xef\xbb\xbf"):
        raise DecodingError("JSON with a byte order mark")
    _check_nesting(octets)
    try:
        value = json.loads(
            octets.decode("utf-8"), object_pairs_hook=_object,
            parse_int=_integer, parse_float=_no_float, parse_constant=_no_float,
        )  # fmt: skip
    except (ValueError, RecursionError):
        raise DecodingError("not JSON") from None
    # UTF-8 holds no lone surrogate: only an escape can have made one.
    if b"\\u" in octets:
        _check_texts(value)
    return value


def _sorted(value: object, depth: int) -> object:
    if depth > MAX_DEPTH:
        raise DecodingError("JSON nested too deeply")
    if isinstance(value, str):
        check_text(value)
        return value
    if isinstance(value, dict):
        return {name: _sorted(value[name], depth + 1) for name in _sorted_names(value)}
    if isinstance(value, list | tuple):
        return [_sorted(member, depth + 1) for member in value]
    if value is None or isinstance(value, bool):
        return value
    return check_int(value, -MAX_INT)


def _sorted_names(value: dict[str, object]) -> list[str]:
    """RFC 8785 sorts names by UTF-16 code units, which is Python's order in ASCII."""
    for name in value:
        check_text(name)
    if all(map(str.isascii, value)):
        return sorted(value)
    return sorted(value, key=lambda name: name.encode("utf-16-be"))


def canonical_json(value: object) -> bytes:
    """RFC 8785 octets of text, integers, booleans, null, lists and objects of them.

    Raises:
        DecodingError: any other type, an integer beyond 2^53 - 1, a lone surrogate,
            nested deeper than 64.
    """
    ordered = _sorted(value, 0)
    return json.dumps(ordered, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
