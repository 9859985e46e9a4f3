"""BLS12-381: points of G1 and G2 with strict decoding, blinded powers, the pairing.

Points are immutable values, written multiplicatively as in the paper: `p * q` is
the group operation, `multiply(p, s)` is p^s. A decoded point is canonical, of
order q and not the identity; arithmetic may yield the identity.
"""

from typing import Any, Self, TypeVar

from py_arkworks_bls12381 import GT as _GT
from py_arkworks_bls12381 import G1Point, G2Point

from sesphr.crypto.encoding import check_octets
from sesphr.crypto.errors import DecodingError
from sesphr.crypto.gt import GT, from_library
from sesphr.crypto.scalars import (
    Q,
    Scalar,
    decode_scalar,
    invert_blinded,
    random_scalar,
    scalar_from_int,
    scalar_from_wide,
)

__all__ = [
    "G1",
    "G1_GENERATOR",
    "G2",
    "G2_GENERATOR",
    "GT",
    "Point",
    "Q",
    "Scalar",
    "affine_of",
    "decode_g1",
    "decode_g2",
    "decode_known_g1",
    "decode_scalar",
    "invert_blinded",
    "multiply",
    "multiply_public",
    "pair",
    "pairings_cancel",
    "random_scalar",
    "scalar_from_int",
    "scalar_from_wide",
]  # fmt: skip


class Point:
    """What G1 and G2 share; never used itself."""

    __slots__ = ("_octets", "_raw")
    _raw: Any
    _octets: bytes

    def __new__(cls, raw: Any, octets: bytes | None = None) -> Self:
        """Wrap the library's point; `octets`, where known, are its compressed form."""
        self = super().__new__(cls)
        object.__setattr__(self, "_raw", raw)
        object.__setattr__(self, "_octets", octets or bytes(raw.to_compressed_bytes()))
        return self

    def __setattr__(self, name: str, value: object) -> None:
        """Refuse: values never change."""
        raise AttributeError(name)

    @property
    def raw(self) -> Any:
        """The library's point, for this module alone."""
        return self._raw

    def encode(self) -> bytes:
        """The ZCash compressed octets."""
        return self._octets

    def is_identity(self) -> bool:
        """Whether this is the group's identity."""
        return bool(self._raw == type(self._raw).identity())

    def inverse(self) -> Self:
        """The inverse."""
        return type(self)(-self._raw)

    def __mul__(self, other: Self) -> Self:
        return type(self)(self._raw + other._raw)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self._octets == other.encode()

    def __hash__(self) -> int:
        return hash(self._octets)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(...)"


class G1(Point):
    """A point of G1; 48 octets."""

    __slots__ = ()


class G2(Point):
    """A point of G2; 96 octets."""

    __slots__ = ()


AnyPoint = TypeVar("AnyPoint", bound=Point)

# The field's order, and the flags of the ZCash encoding in an octet.
FIELD = int(
    "1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab",
    16,
)
_COMPRESSED, _GREATER = 0x80, 0x20

G1_GENERATOR = G1(G1Point())
G2_GENERATOR = G2(G2Point())


def _decode(octets: bytes, library: Any) -> Any:
    try:
        raw = library.from_compressed_bytes(octets)
    except ValueError:
        raise DecodingError("not a point of the group") from None
    # The library takes several encodings of infinity, and infinity itself.
    if raw == library.identity() or bytes(raw.to_compressed_bytes()) != octets:
        raise DecodingError("the identity, or not a canonical encoding")
    return raw


def decode_g1(octets: bytes) -> G1:
    """A point of G1 from 48 octets.

    Raises:
        DecodingError: length, not canonical, not on the curve, not of order q, the identity.
    """
    return G1(_decode(check_octets(octets, 48), G1Point), octets)


def decode_known_g1(octets: bytes, affine: bytes) -> G1:
    """The same for octets that `decode_g1` took before, for certain, with what `affine_of` gave then.

    Neither the root nor the order is computed again, which is most of the work: that `affine` is a
    point of the curve, and the one that the octets name, takes a few multiplications.

    Raises:
        DecodingError: it is not, or they are not canonical.
    """
    check_octets(octets, 48)
    x = int.from_bytes(check_octets(affine, 96)[:48], "big")
    y = int.from_bytes(affine[48:], "big")
    flags = _COMPRESSED | (_GREATER if 2 * y > FIELD else 0)
    named = (x | flags << 376).to_bytes(48, "big") if x < FIELD and y < FIELD else b""
    if named != octets or (y * y - x * x * x - 4) % FIELD:
        raise DecodingError("not the point of the group that it was")
    return G1(G1Point.from_xy_bytes_unchecked_be(affine), octets)


def affine_of(point: G1) -> bytes:
    """x and y, 48 octets each, big-endian; of no use for the identity."""
    return bytes(point.raw.to_xy_bytes_be())


def decode_g2(octets: bytes) -> G2:
    """A point of G2 from 96 octets; raises as `decode_g1`."""
    return G2(_decode(check_octets(octets, 96), G2Point), octets)


def multiply(point: AnyPoint, secret: Scalar) -> AnyPoint:
    """point^secret as point^s1 point^s2 with fresh s1 + s2 = secret (protocol section 12)."""
    first = random_scalar()
    second = secret - first
    return type(point)(point.raw * first.raw + point.raw * second.raw)


def multiply_public(point: AnyPoint, exponent: Scalar) -> AnyPoint:
    """point^exponent for an exponent that everybody may know."""
    return type(point)(point.raw * exponent.raw)


def pair(left: G1, right: G2) -> GT:
    """e(left, right)."""
    return from_library(_GT.pairing(left.raw, right.raw))


def pairings_cancel(pairs: list[tuple[G1, G2]]) -> bool:
    """Whether the product of these pairings is 1."""
    return bool(
        _GT.pairing_check([left.raw for left, _ in pairs], [right.raw for _, right in pairs])
    )
