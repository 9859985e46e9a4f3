"""Points, scalars and GT against themselves and against an independent library."""

import pymcl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sesphr.crypto import groups, gt
from sesphr.crypto.errors import DecodingError
from sesphr.crypto.groups import G1_GENERATOR, G2_GENERATOR, Q, pair

SCALARS = st.one_of(
    st.sampled_from([1, 2, 3, Q - 1, Q - 2, gt.U, gt.U - 1, gt.U**2, gt.U**3]),
    st.integers(1, Q - 1),
)
FEW = settings(max_examples=15, deadline=None)


def scalar(value):
    return groups.decode_scalar(value.to_bytes(32, "big"))


@FEW
@given(SCALARS, SCALARS)
def test_pairing_is_bilinear_and_power_agrees(a, b):
    left = groups.multiply(G1_GENERATOR, scalar(a))
    right = groups.multiply(G2_GENERATOR, scalar(b))
    product = groups.scalar_from_int(a * b)
    found = pair(left, right)
    assert (
        found == gt.Z.power(product) == pair(groups.multiply_public(left, scalar(b)), G2_GENERATOR)
    )
    assert gt.decode_gt(found.encode()) == found
    assert found.root(scalar(b)) == gt.Z.power(scalar(a))
    assert (found * found.inverse()).is_identity()


@FEW
@given(SCALARS)
def test_points_read_back(a):
    for generator, decode in ((G1_GENERATOR, groups.decode_g1), (G2_GENERATOR, groups.decode_g2)):
        point = groups.multiply(generator, scalar(a))
        assert decode(point.encode()) == point == groups.multiply_public(generator, scalar(a))
        assert (point * point.inverse()).is_identity()


@FEW
@given(SCALARS)
def test_blinded_inverse(a):
    one = groups.invert_blinded(scalar(a)) * scalar(a)
    assert one == groups.scalar_from_int(1)
    assert pow(a, -1, Q) == int.from_bytes(groups.invert_blinded(scalar(a)).encode(), "big")


def test_squaring_agrees_with_multiplying():
    f = gt.Z.power(groups.random_scalar())._f
    assert gt._cyclotomic_square(f) == gt._multiply(f, f)
    assert gt._frobenius(gt._frobenius(f)) == gt._frobenius2(f)


@FEW
@given(SCALARS, SCALARS)
def test_an_independent_library_agrees(a, b):
    theirs = pymcl.pairing(pymcl.g1 * pymcl.Fr(str(a)), pymcl.g2 * pymcl.Fr(str(b)))
    base = pymcl.pairing(pymcl.g1, pymcl.g2)
    assert theirs == base ** pymcl.Fr(str(a * b % Q))
    ours = pair(groups.multiply(G1_GENERATOR, scalar(a)), groups.multiply(G2_GENERATOR, scalar(b)))
    # mcl writes the same twelve coefficients in the same order, as text.
    numbers = [int(word) for word in str(theirs).split()]
    assert b"".join(number.to_bytes(48, "big") for number in numbers) == ours.encode()


@pytest.mark.parametrize("size", [48, 96])
@pytest.mark.parametrize("first", [0xC0, 0xE0, 0xFF, 0x40, 0x00, 0x80, 0xA0])
@pytest.mark.parametrize("fill", [0x00, 0xFF, 0x01])
def test_no_encoding_of_infinity_or_nonsense(size, first, fill):
    octets = bytes([first]) + bytes([fill]) * (size - 1)
    with pytest.raises(DecodingError):
        (groups.decode_g1 if size == 48 else groups.decode_g2)(octets)


@pytest.mark.parametrize("octets", [b"", b"\0", None, "00", bytes(47), bytes(49), bytes(97)])
def test_wrong_lengths_and_types(octets):
    for decode in (groups.decode_g1, groups.decode_g2, groups.decode_scalar, gt.decode_gt):
        with pytest.raises(DecodingError):
            decode(octets)


def _shifted(octets):
    """The same point with p added to its last coordinate, where that still fits."""
    flags = octets[0] & 0xE0 if len(octets) == 48 else 0
    low = int.from_bytes(octets[-48:], "big") & ((1 << 381) - 1 if flags else (1 << 384) - 1)
    if low + gt.P >= 1 << 381:
        return None
    changed = bytearray(octets[:-48] + (low + gt.P).to_bytes(48, "big"))
    changed[len(octets) - 48] |= flags
    return bytes(changed)


def test_coordinates_plus_p_are_refused():
    for generator, decode in ((G1_GENERATOR, groups.decode_g1), (G2_GENERATOR, groups.decode_g2)):
        points = (
            groups.multiply_public(generator, groups.scalar_from_int(k)) for k in range(1, 60)
        )
        shifted = [octets for octets in (_shifted(point.encode()) for point in points) if octets]
        assert len(shifted) > 3
        for octets in shifted:
            with pytest.raises(DecodingError):
                decode(octets)


@FEW
@given(SCALARS)
def test_known_octets_give_the_same_point(a):
    point = groups.multiply(G1_GENERATOR, scalar(a))
    octets, affine = point.encode(), groups.affine_of(point)
    found = groups.decode_known_g1(octets, affine)
    assert found == groups.decode_g1(octets) == point
    assert groups.multiply(found, scalar(3)) == groups.multiply(point, scalar(3))


@pytest.mark.parametrize("octets", [
    b"", bytes(47), bytes(48), bytes(96), bytes([0xC0]) + bytes(47), bytes([0xC0]) + bytes(46) + b"\1",
    bytes([0x9F]) + bytes([0xFF]) * 47, bytes([0x80]) + bytes(46) + b"\1",
])  # fmt: skip
def test_known_octets_are_still_octets_of_a_point(octets):
    with pytest.raises(DecodingError):
        groups.decode_known_g1(octets, groups.affine_of(G1_GENERATOR))


def _affine(x, y):
    return x.to_bytes(48, "big") + y.to_bytes(48, "big")


def test_known_octets_are_those_of_the_point_beside_them():
    octets, affine = G1_GENERATOR.encode(), groups.affine_of(G1_GENERATOR)
    x, y = int.from_bytes(affine[:48], "big"), int.from_bytes(affine[48:], "big")
    other = groups.affine_of(groups.multiply(G1_GENERATOR, scalar(2)))
    wrong = [
        b"", affine[:95], affine + b"\0", other, affine[48:] + affine[:48], bytes(96),
        _affine(x, groups.FIELD - y), _affine(x, y ^ 1), _affine(x, y + 1), _affine(x, 0),
        _affine(x + groups.FIELD, y), _affine(x, 2**384 - 1),
    ]  # fmt: skip
    for one in wrong:
        with pytest.raises(DecodingError):
            groups.decode_known_g1(octets, one)
    # Its inverse has the same x, and octets of its own.
    inverse = G1_GENERATOR.inverse()
    assert groups.decode_known_g1(inverse.encode(), _affine(x, groups.FIELD - y)) == inverse


def test_every_flipped_bit_of_gt_is_refused():
    octets = gt.Z.encode()
    for place in range(0, 576, 7):
        changed = bytearray(octets)
        changed[place] ^= 1
        with pytest.raises(DecodingError):
            gt.decode_gt(bytes(changed))


@FEW
@given(st.binary(min_size=48, max_size=48))
def test_random_octets_are_no_points(octets):
    # A random x is on the curve half the time and in the subgroup never.
    with pytest.raises(DecodingError):
        groups.decode_g1(octets)
    with pytest.raises(DecodingError):
        groups.decode_g2(octets + octets)


def test_zero_has_no_inverse_and_values_are_constant():
    zero = groups.decode_scalar(bytes(32), allow_zero=True)
    with pytest.raises(DecodingError):
        groups.invert_blinded(zero)
    with pytest.raises(DecodingError):
        gt.Z.root(zero)
    for value in (zero, gt.Z, G1_GENERATOR):
        with pytest.raises(AttributeError):
            value._raw = None


def test_secrets_do_not_show():
    assert repr(scalar(12345)) == "Scalar(...)"
    assert "12345" not in f"{scalar(12345)}"
