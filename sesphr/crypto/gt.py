"""The target group GT: parsing with both membership tests, power, blinded root.

The curve library neither parses nor raises elements of GT, so Python integers do.
An element is the polynomial f(w) over F_p of degree < 12 modulo w^12 - 2 w^6 + 2,
which is the tower u^2 = -1, v^3 = 1 + u, w^2 = v flattened by u = w^6 - 1.
Python integers are not constant-time: `power` takes public or blinded exponents
only, and a secret exponent goes through `root`.
"""

import hashlib
from typing import Self

from py_arkworks_bls12381 import GT as _GT
from py_arkworks_bls12381 import G1Point, G2Point

from sesphr.crypto.encoding import check_octets
from sesphr.crypto.errors import DecodingError
from sesphr.crypto.scalars import Scalar, invert_blinded, random_scalar

P = 0x1A0111EA397FE69A4B1BA7B6434BACD764774B84F38512BF6730D2A0F6B0F6241EABFFFEB153FFFFB9FEFFFFFFFFAAAB
U = 0xD201000000010000
Z_SHA256 = "06fa588b89fdfb034dbc1c163ecb3dfac228f552b643c7294cc5f2c4dc170b84"

Coefficients = tuple[int, ...]
_ONE: Coefficients = (1,) + (0,) * 11
# A product's coefficient is below 12 * 2^762; a slot of 96 octets never overflows.
_SLOT = 96
# Powers of w of the tower's six F_p2 coefficients, in canonical order.
_ORDER = (0, 2, 4, 1, 3, 5)


def _multiply(f: Coefficients, g: Coefficients) -> Coefficients:
    """The product, by one multiplication of packed integers (Kronecker's substitution)."""
    left = int.from_bytes(b"".join([c.to_bytes(_SLOT, "little") for c in f]), "little")
    right = int.from_bytes(b"".join([c.to_bytes(_SLOT, "little") for c in g]), "little")
    octets = (left * right).to_bytes(24 * _SLOT, "little")
    h = [int.from_bytes(octets[i : i + _SLOT], "little") for i in range(0, 23 * _SLOT, _SLOT)]
    for k in range(22, 11, -1):
        h[k - 6] += 2 * h[k]
        h[k - 12] -= 2 * h[k]
    return tuple([c % P for c in h[:12]])


def _cyclotomic_square(f: Coefficients) -> Coefficients:
    """f^2 by Granger and Scott (PKC 2010, 3.2): only for f that passed the first membership test."""
    result = [0] * 12
    for k, even, odd in ((0, 0, 3), (1, 2, 5), (2, 4, 1)):
        b, d = f[k + 6], f[k + 9]
        a, c = f[k] + b, f[k + 3] + d
        # x = a + bu, y = c + du: x^2 + (1 + u) y^2, and 2xy, times 1 + u for the last pair.
        square, twice = (c + d) * (c - d), 2 * c * d
        real, imaginary = (a + b) * (a - b) + square - twice, 2 * a * b + square + twice
        cross, across = 2 * (a * c - b * d), 2 * (a * d + b * c)
        if k == 2:
            cross, across = cross - across, cross + across
        result[even] = (3 * (real - imaginary) - 2 * f[even]) % P
        result[even + 6] = (3 * imaginary - 2 * f[even + 6]) % P
        result[odd] = (3 * (cross - across) + 2 * f[odd]) % P
        result[odd + 6] = (3 * across + 2 * f[odd + 6]) % P
    return tuple(result)


def _conjugate(f: Coefficients) -> Coefficients:
    """f^(p^6), which is 1/f in the cyclotomic subgroup: w becomes -w."""
    return tuple([P - c if i & 1 and c else c for i, c in enumerate(f)])


def _fp2_power(base: tuple[int, int], exponent: int) -> tuple[int, int]:
    result = (1, 0)
    for bit in f"{exponent:b}":
        a, b = result
        result = ((a * a - b * b) % P, 2 * a * b % P)
        if bit == "1":
            (a, b), (c, d) = result, base
            result = ((a * c - b * d) % P, (a * d + b * c) % P)
    return result


_GAMMA = [_fp2_power((1, 1), k * (P - 1) // 6) for k in range(6)]
_GAMMA2 = [_fp2_power((1, 1), k * (P * P - 1) // 6)[0] for k in range(12)]


def _frobenius(f: Coefficients) -> Coefficients:
    """f^p: conjugate each F_p2 coefficient of w^k, then multiply by (1 + u)^(k (p-1)/6)."""
    result = [0] * 12
    for k, (c, d) in enumerate(_GAMMA):
        b = f[k + 6]
        a = f[k] + b
        high = (a * d - b * c) % P
        result[k], result[k + 6] = (a * c + b * d - high) % P, high
    return tuple(result)


def _frobenius2(f: Coefficients) -> Coefficients:
    """f^(p^2): w becomes w times a sixth root of unity in F_p."""
    return tuple([c * g % P for c, g in zip(f, _GAMMA2, strict=True)])


def _power_u(f: Coefficients) -> Coefficients:
    """f^|u| for f of the cyclotomic subgroup."""
    result = f
    for bit in f"{U:b}"[1:]:
        result = _cyclotomic_square(result)
        if bit == "1":
            result = _multiply(result, f)
    return result


def _is_member(f: Coefficients) -> bool:
    # The first test keeps f inside the cyclotomic subgroup, the second inside GT;
    # either alone lets elements of small order through.
    once = _frobenius2(f)
    if _multiply(_frobenius2(once), f) != once:
        return False
    return _multiply(_frobenius(f), _power_u(f)) == _ONE


def _table(f: Coefficients) -> list[Coefficients]:
    """Products of the subsets of f, f^|u|, f^(|u|^2), f^(|u|^3): on GT f^|u| = 1 / f^p."""
    table = [_ONE]
    base = f
    for _ in range(4):
        table += [base if entry is _ONE else _multiply(entry, base) for entry in table]
        base = _conjugate(_frobenius(base))
    return table


def _power(f: Coefficients, exponent: int) -> Coefficients:
    """Four digits of the exponent to the base |u| at once: 64 squarings."""
    digits = [exponent // U**i % U for i in range(3)] + [exponent // U**3]
    table = _table(f)
    result = _ONE
    for bit in range(63, -1, -1):
        if result is not _ONE:
            result = _cyclotomic_square(result)
        entry = table[sum((digit >> bit & 1) << i for i, digit in enumerate(digits))]
        if entry is not _ONE:
            result = entry if result is _ONE else _multiply(result, entry)
    return result


class GT:
    """An element of the order-q subgroup of F_p12."""

    __slots__ = ("_known", "_octets")
    _known: Coefficients | None
    _octets: bytes | None

    def __new__(cls, coefficients: Coefficients | None, octets: bytes | None = None) -> Self:
        """Wrap what is already known to be a member's, in one form or both: use `decode_gt` for others."""
        self = super().__new__(cls)
        object.__setattr__(self, "_known", coefficients)
        object.__setattr__(self, "_octets", octets)
        return self

    @property
    def _f(self) -> Coefficients:
        # A node only passes on what it pairs: it never needs the coefficients.
        if self._known is None:
            object.__setattr__(self, "_known", _coefficients(self._octets or b""))
        return self._known or _ONE

    def __setattr__(self, name: str, value: object) -> None:
        """Refuse: values never change."""
        raise AttributeError(name)

    def encode(self) -> bytes:
        """576 octets: c0.c0.c0, c0.c0.c1, c0.c1.c0 ... c1.c2.c1, each 48 big-endian."""
        if self._octets is not None:
            return self._octets
        pairs = (((self._f[k] + self._f[k + 6]) % P, self._f[k + 6]) for k in _ORDER)
        return b"".join(c.to_bytes(48, "big") for pair in pairs for c in pair)

    def is_identity(self) -> bool:
        """Whether this is 1."""
        return self._f == _ONE

    def inverse(self) -> "GT":
        """1/f."""
        return GT(_conjugate(self._f))

    def power(self, exponent: Scalar) -> "GT":
        """f^exponent for a public or blinded exponent, never a secret itself."""
        return GT(_power(self._f, int.from_bytes(exponent.encode(), "big")))

    def root(self, secret: Scalar) -> "GT":
        """f^(1/x) as (f^b)^(1/(b x)) with a fresh b (protocol section 12).

        Raises:
            DecodingError: x is 0.
        """
        blind = random_scalar()
        return self.power(blind).power(invert_blinded(secret * blind))

    def __mul__(self, other: "GT") -> "GT":
        return GT(_multiply(self._f, other._f))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, GT) and self._f == other._f

    def __hash__(self) -> int:
        return hash(self._f)

    def __repr__(self) -> str:
        return "GT(...)"


def _coefficients(octets: bytes) -> Coefficients:
    numbers = [int.from_bytes(octets[i : i + 48], "big") for i in range(0, 576, 48)]
    if any(number >= P for number in numbers):
        raise DecodingError("an element of GT that is not canonical")
    f = [0] * 12
    for position, k in enumerate(_ORDER):
        a, b = numbers[2 * position], numbers[2 * position + 1]
        f[k], f[k + 6] = (a - b) % P, b
    return tuple(f)


def decode_gt(octets: bytes) -> GT:
    """An element of GT from 576 octets, checked before any exponent touches it.

    Raises:
        DecodingError: length, a coordinate not canonical, 0, 1, or outside the subgroup
            of order q (f^(p^4) f = f^(p^2) and f^p f^|u| = 1 are both demanded).
    """
    f = _coefficients(check_octets(octets, 576))
    if not any(f) or f == _ONE or not _is_member(f):
        raise DecodingError("not an element of GT")
    return GT(f)


def from_library(element: _GT) -> GT:
    """The library's element; its text is each coefficient in little-endian order."""
    octets = bytes.fromhex(str(element))[::-1]
    return GT(None, b"".join([octets[i : i + 48] for i in range(528, -1, -48)]))


def _self_test() -> GT:
    # The library prints GT in a layout it does not promise: a change must stop the start.
    raw = _GT.pairing(G1Point(), G2Point())
    z = from_library(raw)
    if hashlib.sha256(z.encode()).hexdigest() != Z_SHA256 or from_library(raw * raw) != z * z:
        raise ImportError("py_arkworks_bls12381 computes or prints GT in another way than expected")
    return z


Z = _self_test()
