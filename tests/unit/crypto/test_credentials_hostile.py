"""Hostile credentials, lists and pins: always the one error, never another, never taken."""

import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sesphr.crypto.authorities import read_authority, write_authority
from sesphr.crypto.credentials import MAX_CREDENTIAL, verify_role
from sesphr.crypto.der import MAX_DEPTH, check_der, members, read_pem, write_pem
from sesphr.crypto.errors import CredentialError, DecodingError
from sesphr.crypto.revocations import der_of_list, read_revocations
from tests.support.admissions import admission_certificate
from tests.support.credentials import Council

NOW = 1_800_000_000
MEMBER = "11111111-2222-3333-4444-555555555555"
KEY = Ed25519PrivateKey.from_private_bytes(b"\x07" * 32)
RAW = KEY.public_key().public_bytes_raw()
COUNCIL = Council(NOW)
ISSUERS = (COUNCIL.issuer,)
LISTS = COUNCIL.lists()
CREDENTIAL = COUNCIL.credential(MEMBER, KEY)
CRL = COUNCIL.crl(5, 6)
CHAMBER, CARD = admission_certificate(KEY, NOW)
PARTS = [der for _, der in read_pem(CREDENTIAL, MAX_CREDENTIAL)]
FAST = settings(
    max_examples=300, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


def outcome(octets: bytes) -> None:
    """It raises a CredentialError."""
    with pytest.raises(CredentialError):
        verify_role(
            octets, issuers=(*ISSUERS, CHAMBER), revocations=LISTS, verification=RAW, now=NOW
        )


# Values of DER as trees ----------------------------------------------------


def tree(der: bytes):
    """(tag, octets or a list of trees)."""
    if der[0] & 0x20:
        return der[0], [tree(one) for one in members(der)]
    head = 2 if der[1] < 0x80 else 2 + der[1] - 0x80
    return der[0], der[head:]


def encoded(node) -> bytes:
    tag, value = node
    contents = value if isinstance(value, bytes) else b"".join(map(encoded, value))
    size = len(contents)
    length = bytes([size]) if size < 0x80 else b""
    if size >= 0x80:
        octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
        length = bytes([0x80 + len(octets)]) + octets
    return bytes([tag]) + length + contents


def paths(node, at=()):
    yield at
    if isinstance(node[1], list):
        for index, child in enumerate(node[1]):
            yield from paths(child, (*at, index))


def changed(node, path, change):
    """The tree with what `change` makes of the list of siblings at `path`."""
    if len(path) == 1:
        return node[0], change(list(node[1]), path[0])
    children = list(node[1])
    children[path[0]] = changed(children[path[0]], path[1:], change)
    return node[0], children


LEAVES = st.sampled_from([1, 2, 3, 4, 5, 6, 10, 12, 19, 22, 23, 24, 0x80, 0x82, 0x86])
VALUES = st.one_of(
    st.tuples(LEAVES, st.binary(max_size=20)),
    st.tuples(st.sampled_from([0x30, 0x31, 0xA0, 0xA1, 0xA2, 0xA3, 0xA4]), st.just([])),
    st.sampled_from([(1, b"\0"), (1, b"\xff"), (2, b"\1"), (5, b""), (24, b"99991231235959Z"),
                     (24, b"20270230000000Z"), (24, b"00000101000000Z"), (6, b"\x2a" + b"\xff" * 9 + b"\1")]),
)  # fmt: skip


@st.composite
def mutants(draw, der: bytes) -> bytes:
    """Well-formed DER that differs from `der` in one or two nodes."""
    node = tree(der)
    for _ in range(draw(st.integers(1, 2))):
        path = draw(st.sampled_from([one for one in paths(node) if one]))
        new, kind = (
            draw(VALUES),
            draw(st.sampled_from(["replace", "drop", "twice", "before", "retag"])),
        )
        node = changed(
            node, path, lambda row, at, new=new, kind=kind: _siblings(row, at, new, kind)
        )
    return encoded(node)


def _siblings(row, at, new, kind):
    old = row[at]
    made = {
        "replace": [new], "drop": [], "twice": [old, old], "before": [new, old],
        "retag": [(new[0], old[1]) if isinstance(old[1], bytes) and not new[0] & 0x20 else new],
    }  # fmt: skip
    return [*row[:at], *made[kind], *row[at + 1 :]]


def bundle(attributes: bytes, identity: bytes) -> bytes:
    return write_pem("ATTRIBUTE CERTIFICATE", attributes) + write_pem("CERTIFICATE", identity)


@FAST
@given(mutants(PARTS[0]))
def test_any_other_attribute_certificate_is_refused(der):
    if der != PARTS[0]:
        outcome(bundle(der, PARTS[1]))


@FAST
@given(mutants(PARTS[1]))
def test_any_other_identity_certificate_is_refused(der):
    if der != PARTS[1]:
        outcome(bundle(PARTS[0], der))


@FAST
@given(mutants(CARD))
def test_any_other_card_is_refused(der):
    if der != CARD:
        outcome(write_pem("CERTIFICATE", der))
        outcome(der)


@FAST
@given(st.integers(0, len(CREDENTIAL) - 1), st.integers(0, 3), st.binary(max_size=4))
def test_octets_changed_anywhere(at, cut, put):
    made = CREDENTIAL[:at] + put + CREDENTIAL[at + cut :]
    if made not in (CREDENTIAL, CREDENTIAL.rstrip(b"\n")):
        outcome(made)


@FAST
@given(st.binary(max_size=200))
@example(b"\x30\x80\x00\x00")
@example(b"\x30" * 5000)
@example(b"-----BEGIN A-----\n" * 500)
@example(b"-----BEGIN CERTIFICATE-----\n" + b"A" * 20_000)
def test_any_octets(octets):
    outcome(octets)
    outcome(b"\x30" + octets)
    with pytest.raises(CredentialError):
        read_authority(octets)
    with pytest.raises(CredentialError):
        der_of_list(octets)


@FAST
@given(mutants(CRL))
def test_any_other_list_is_refused(der):
    if der != CRL:
        with pytest.raises(CredentialError):
            read_revocations(der_of_list(der), ISSUERS)


@FAST
@given(st.integers(0, 900), st.integers(0, 2), st.binary(max_size=3))
def test_a_pin_is_read_strictly(at, cut, put):
    good = write_authority(COUNCIL.issuer)
    made = good[:at] + put + good[at + cut :]
    try:
        found = read_authority(made)
    except CredentialError:
        return
    # White space, or another role: what it says must at least be of the same key.
    assert found.id == COUNCIL.issuer.id


def nested(depth: int) -> bytes:
    der = b"\x05\x00"
    for _ in range(depth):
        der = encoded((0x30, [tree(der)])) if len(der) < 100 else _wrapped(der)
    return der


def _wrapped(der: bytes) -> bytes:
    size = len(der).to_bytes(3, "big").lstrip(b"\0")
    return b"\x30" + (bytes([0x80 + len(size)]) + size if len(der) > 127 else size) + der


def test_depth_is_bounded():
    assert check_der(nested(MAX_DEPTH), 10_000)
    with pytest.raises(DecodingError):
        check_der(nested(MAX_DEPTH + 1), 10_000)
    outcome(nested(5000))


@pytest.mark.parametrize(
    "octets",
    [
        "0500ff", "05", "", "1f0100", "0000", "308005000000", "308200020500", "3081020500",
        "010101", "0102ffff", "02020001", "0202ff80", "0200", "0301", "03020801", "03020101",
        "0600", "0603558004", "06028001", "060181", "050100", "3003010100ff", "31040201020101",
        "3106020102020101", "170c323730313134303830303030", "18015a", "0c02c328",
        "2203040100", "1000", "84ff",
    ],
)  # fmt: skip
def test_what_der_does_not_allow(octets):
    with pytest.raises(DecodingError):
        check_der(bytes.fromhex(octets), 100)


@given(st.binary(min_size=1, max_size=300))
def test_pem_is_read_as_it_is_written(octets):
    assert read_pem(write_pem("CERTIFICATE", octets), 1000) == [("CERTIFICATE", octets)]


def test_a_large_list_is_read_in_no_time():
    council = Council(NOW)
    der = council.crl(*range(1, 20_001))
    began = time.monotonic()
    found = read_revocations(der, (council.issuer,))
    assert len(found.serials) == 20_000
    assert time.monotonic() - began < 5
    assert x509.load_der_x509_crl(der)
