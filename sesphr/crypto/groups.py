"""BLS12-381: points of G1 and G2 with strict decoding, blinded powers, the pairing.

Points are immutable values, written multiplicatively as in the paper: `p * q` is
the group operation, `multiply(p, s)` is p^s. A decoded point is canonical, of
order q and not the identity; arithmetic may yield the identity.
"""

from collections.abc import Callable
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

G1_GENERATOR = G1(G1Point())
G2_GENERATOR = G2(G2Point())


def _decode(octets: bytes, library: Any, read: Callable[[bytes], Any]) -> Any:
    try:
        raw = read(octets)
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
    return G1(_decode(check_octets(octets, 48), G1Point, G1Point.from_compressed_bytes), octets)


def decode_known_g1(octets: bytes) -> G1:
    """The same for octets that `decode_g1` took before, for certain: their order is not checked
    again, which is most of its work.

    Raises:
        DecodingError: as `decode_g1`, but not for a point of another order.
    """
    read = G1Point.from_compressed_bytes_unchecked
    return G1(_decode(check_octets(octets, 48), G1Point, read), octets)


def decode_g2(octets: bytes) -> G2:
    """A point of G2 from 96 octets; raises as `decode_g1`."""
    return G2(_decode(check_octets(octets, 96), G2Point, G2Point.from_compressed_bytes), octets)


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
