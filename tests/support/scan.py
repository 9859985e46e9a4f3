"""Looks for secrets in octets, in every spelling in which something could leak.

A haystack is looked through as it is, unpacked where it is gzip, and with every
base64, base64url and hexadecimal token in it decoded, three layers deep: a JWS
payload holds base64url of JSON that holds base64url.
"""

import base64
import binascii
import html
import json
import re
import urllib.parse
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from sesphr.crypto.errors import CryptoError
from sesphr.crypto.groups import G1, decode_g2, pair
from sesphr.crypto.gt import Z

LAYERS = 3
BASE64 = re.compile(rb"[A-Za-z0-9+/]{20,}={0,2}")
BASE64URL = re.compile(rb"[A-Za-z0-9_-]{20,}")
HEX = re.compile(rb"[0-9A-Fa-f]{32,}")
GZIP = b"\x1f\x8b\x08"
# Flags and leading octets that the two coordinates of a compressed G2 point can have.
POINT = re.compile(rb"(?=([\x80-\x9a\xa0-\xba].{47}[\x00-\x1a].{47}))", re.DOTALL)
LEAST = 6


def spellings(secret: bytes | str, *, number: bool = False) -> dict[str, bytes]:
    """How a text, octets, or a number of these octets (big-endian) may be written."""
    raw = secret.encode() if isinstance(secret, str) else secret
    found = {"raw": raw, "raw backwards": raw[::-1]}
    found |= {"hex": raw.hex().encode(), "HEX": raw.hex().upper().encode()}
    found |= {"hex backwards": raw[::-1].hex().encode()}
    found |= _base64("base64", raw)
    found["percent"] = urllib.parse.quote_from_bytes(raw, safe="").encode()
    found["every octet percent"] = "".join(f"%{one:02X}" for one in raw).encode()
    found["every octet percent, small"] = found["every octet percent"].lower()
    found["numbers"] = ",".join(str(one) for one in raw).encode()
    found["numbers, spaced"] = ", ".join(str(one) for one in raw).encode()
    found["escaped"] = "".join(f"\\x{one:02x}" for one in raw).encode()
    if number:
        value = int.from_bytes(raw, "big")
        found |= {"decimal": str(value).encode(), "hex number": f"{value:x}".encode()}
    return {**found, **(_of_text(secret) if isinstance(secret, str) else {})}


def _of_text(text: str) -> dict[str, bytes]:
    found = {"UTF-16LE": text.encode("utf-16-le"), "UTF-16BE": text.encode("utf-16-be")}
    found |= {"UTF-32LE": text.encode("utf-32-le"), "Latin-1": text.encode("latin-1", "replace")}
    found |= {"JSON": json.dumps(text)[1:-1].encode(), "XML": html.escape(text).encode()}
    escaped = "".join(f"\\u{ord(one):04x}" for one in text)
    found |= {
        "every letter JSON": escaped.encode(),
        "every letter JSON, BIG": escaped.upper().encode(),
    }
    found |= {"every letter XML": "".join(f"&#{ord(one)};" for one in text).encode()}
    found |= {"upper case": text.upper().encode(), "lower case": text.lower().encode()}
    found |= {"backwards": text[::-1].encode()}
    for name in ("UTF-16LE", "UTF-16BE"):
        found |= _base64(f"base64 of {name}", found[name])
    return found


def _base64(name: str, raw: bytes) -> dict[str, bytes]:
    """Base64 and base64url, wherever in a triple of octets the secret begins."""
    found = {}
    for shift in range(3):
        text = base64.b64encode(bytes(shift) + raw)
        # The letters at both ends also depend on what stands beside the secret.
        inner = text[(0, 2, 3)[shift] : len(text) - (0, 3, 2)[(shift + len(raw)) % 3] - 1]
        found[f"{name}, {shift}"] = inner
        found[f"{name}url, {shift}"] = inner.replace(b"+", b"-").replace(b"/", b"_")
    return found


@dataclass
class Scanner:
    """Secrets to look for, each under a name."""

    needles: dict[bytes, str] = field(default_factory=dict)

    def add(self, name: str, secret: bytes | str, *, number: bool = False) -> None:
        """Look for this secret from now on."""
        assert len(secret) >= 16, f"{name} is too short to be told from chance"
        for spelling, octets in spellings(secret, number=number).items():
            self.needles.setdefault(octets, f"{name} ({spelling})")

    def found(self, haystacks: Mapping[str, bytes]) -> list[str]:
        """What stands where; empty when nothing leaked."""
        hits: list[str] = []
        for where, octets in haystacks.items():
            text = _whole(octets)
            hits += [
                f"{name} in {where}" for needle, name in self.needles.items() if needle in text
            ]
        return hits


@lru_cache(maxsize=1024)
def _whole(octets: bytes) -> bytes:
    """All of it as one: what takes long, and is wanted again for other secrets."""
    return b"\0\0".join(unfolded(octets))


def unfolded(octets: bytes) -> list[bytes]:
    """A haystack and everything that is written in it in another form, each once."""
    seen: dict[bytes, None] = {octets: None}
    layer = [octets]
    for _ in range(LAYERS):
        layer = [part for one in layer for part in _inner(one) if part not in seen]
        seen |= dict.fromkeys(layer)
    return list(seen)


def _inner(octets: bytes) -> Iterator[bytes]:
    for pattern, decode in ((BASE64, _b64), (BASE64URL, _b64u), (HEX, _hex)):
        for match in pattern.finditer(octets):
            part = decode(match.group())
            if part is not None and len(part) >= LEAST:
                yield part
    start = octets.find(GZIP)
    while start >= 0:
        part = _gunzip(octets[start:])
        if part:
            yield part
        start = octets.find(GZIP, start + 1)


def _b64(token: bytes) -> bytes | None:
    text = token.rstrip(b"=")
    try:
        return base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except binascii.Error:
        return None


def _b64u(token: bytes) -> bytes | None:
    # Without either of its two letters it was decoded as base64 already.
    if b"-" not in token and b"_" not in token:
        return None
    return _b64(token.replace(b"-", b"+").replace(b"_", b"/"))


def _hex(token: bytes) -> bytes | None:
    return bytes.fromhex(token[: len(token) // 2 * 2].decode())


def _gunzip(octets: bytes) -> bytes | None:
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(octets)
    except zlib.error:
        return None


def points(haystacks: Iterable[bytes]) -> set[bytes]:
    """Every 96 octets, at any place and in any form, that are a point of G2's subgroup."""
    candidates = {
        match.group(1)
        for octets in haystacks
        for part in unfolded(octets)
        for match in POINT.finditer(part)
    }
    return {octets for octets in candidates if _is_point(octets)}


def _is_point(octets: bytes) -> bool:
    try:
        decode_g2(octets)
    except CryptoError:
        return False
    return True


def master_keys(found: Iterable[bytes], keys: Iterable[G1]) -> list[str]:
    """The points X of G2 with e(A, X) = Z for some A: each opens a whole partition for good."""
    named = list(keys)
    return [
        octets.hex() for octets in found for A in named if pair(A, decode_g2(octets)) == Z
    ]  # fmt: skip
