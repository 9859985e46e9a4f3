"""Scalars modulo the group order q, as opaque immutable values.

A scalar may be secret: it shows itself in no representation, and inverting goes
through `invert_blinded`, because the library's inversion is not constant-time.
"""

import secrets
from typing import Self

from py_arkworks_bls12381 import Scalar as _Scalar

from sesphr.crypto.encoding import check_octets
from sesphr.crypto.errors import DecodingError

Q = 0x73EDA753299D7D483339D80809A1D80553BDA402FFFE5BFEFFFFFFFF00000001


class Scalar:
    """An integer modulo q."""

    __slots__ = ("_raw",)
    _raw: _Scalar

    def __new__(cls, raw: _Scalar) -> Self:
        """Wrap the library's scalar."""
        self = super().__new__(cls)
        object.__setattr__(self, "_raw", raw)
        return self

    def __setattr__(self, name: str, value: object) -> None:
        """Refuse: values never change."""
        raise AttributeError(name)

    @property
    def raw(self) -> _Scalar:
        """The library's scalar, for `groups` alone."""
        return self._raw

    def encode(self) -> bytes:
        """32 octets, big-endian."""
        return bytes(self._raw.to_be_bytes())

    def is_zero(self) -> bool:
        """Whether this is 0, which no key may be."""
        return bool(self._raw.is_zero())

    def __add__(self, other: "Scalar") -> "Scalar":
        return Scalar(self._raw + other._raw)

    def __sub__(self, other: "Scalar") -> "Scalar":
        return Scalar(self._raw - other._raw)

    def __mul__(self, other: "Scalar") -> "Scalar":
        return Scalar(self._raw * other._raw)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scalar) and secrets.compare_digest(self.encode(), other.encode())

    def __hash__(self) -> int:
        return hash(self.encode())

    def __repr__(self) -> str:
        return "Scalar(...)"


def scalar_from_int(value: int) -> Scalar:
    """A public integer modulo q, an index for example."""
    return Scalar(_Scalar(value % Q))


def scalar_from_wide(octets: bytes) -> Scalar:
    """48 uniform octets modulo q; 0 comes out with negligible chance and is the caller's to refuse."""
    return Scalar(_Scalar.from_be_bytes_mod_order(check_octets(octets, 48)))


def random_scalar() -> Scalar:
    """A fresh random scalar, never 0."""
    while (fresh := scalar_from_wide(secrets.token_bytes(48))).is_zero():
        pass
    return fresh


def decode_scalar(octets: bytes, *, allow_zero: bool = False) -> Scalar:
    """32 big-endian octets with 0 < x < q (0 too for a proof's z).

    Raises:
        DecodingError: length or range.
    """
    try:
        found = Scalar(_Scalar.from_be_bytes(check_octets(octets, 32)))
    except ValueError:
        raise DecodingError("a scalar out of range") from None
    if found.encode() != octets or (found.is_zero() and not allow_zero):
        raise DecodingError("a scalar out of range")
    return found


def invert_blinded(secret: Scalar) -> Scalar:
    """1/x as b (x b)^-1 with a fresh b, so that inversion never sees x itself.

    Raises:
        DecodingError: x is 0.
    """
    if secret.is_zero():
        raise DecodingError("0 has no inverse")
    blind = random_scalar()
    return Scalar(blind.raw * (secret.raw * blind.raw).inverse())
