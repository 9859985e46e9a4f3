"""Strict encodings: one value, one encoding."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sesphr.crypto import encoding
from sesphr.crypto.errors import DecodingError

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=4), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@pytest.mark.parametrize(
    "octets",
    [
        b'{"a":1,"a":1}', b'{"a":1,"\\u0061":2}', b'{"x":{"a":1,"a":2}}', b'[{"a":1,"a":2}]',
        b'{"":1,"":2}', b"-0", b"[-0]", b"1.0", b"1e3", b"1E0", b"-0.0", b"9007199254740992",
        b"-9007199254740992", b"1" * 5000, b"01", b"+1", b".5", b"0x10", b"NaN", b"Infinity",
        b"-Infinity", b"\xef\xbb\xbf{}", b"\xff\xfe{\x00}\x00", b'"\\ud800"', b'{"\\ud800":1}',
        b'["\\udc00\\ud800"]', b'[["\\ud800"]]', b'"\xed\xa0\x80"', b'"\x00"', b'"\n"', b'"\x1f"',
        b"{}\x00", b"{} {}", b"{},", b"[1,]", b'{"a":1,}', b"{'a':1}", b"{a:1}", b"/**/{}", b"",
        b" ", b"\xc2\xa0{}", b"\x0b{}", b'"\\x41"', b'"\\u00g0"', b'"open', b"[" * 65 + b"]" * 65,
        b"[" * 200_000, b'{"a":' * 100_000, b'"' + b'\\"' * 200_000, b"tru", b"nul", b"True",
        b'"\xc0\xaf"', b'"\xf4\x90\x80\x80"',
    ],
)  # fmt: skip
def test_json_refused(octets):
    with pytest.raises(DecodingError):
        encoding.parse_ijson(octets)


@pytest.mark.parametrize(
    ("octets", "value"),
    [
        (b' {"a" : [ 1 ,\t-1, true,\r\nnull ] } ', {"a": [1, -1, True, None]}),
        (b'"\\ud83d\\ude00\\u0000"', "\U0001f600\x00"),
        (b"9007199254740991", 2**53 - 1),
        (b"-9007199254740991", 1 - 2**53),
        (b"[" * 64 + b"]" * 64, json.loads("[" * 64 + "]" * 64)),
        (b'"[[[[{{{{\\"[[[["', '[[[[{{{{"[[[['),
    ],
)
def test_json_taken(octets, value):
    assert encoding.parse_ijson(octets) == value


@given(JSON)
def test_canonical_json_reads_back(value):
    octets = encoding.canonical_json(value)
    assert encoding.parse_ijson(octets) == value
    assert encoding.canonical_json(encoding.parse_ijson(octets)) == octets


@pytest.mark.parametrize(
    "value", [1.0, 2**53, "\ud800", {1: 2}, {"\ud800": 1}, b"", object(), float("nan")]
)
def test_canonical_json_refused(value):
    with pytest.raises(DecodingError):
        encoding.canonical_json([value])


def test_canonical_json_depth():
    deep = []
    for _ in range(5000):
        deep = [deep]
    with pytest.raises(DecodingError):
        encoding.canonical_json(deep)


@given(st.binary(max_size=40))
def test_base64url(octets):
    text = encoding.b64u_encode(octets)
    assert encoding.b64u_decode(text) == octets
    with pytest.raises(DecodingError):
        encoding.b64u_decode(text, len(octets) + 1)


@given(st.text("AQgw_-+/= \n.é", max_size=9))
def test_base64url_is_one_to_one(text):
    try:
        octets = encoding.b64u_decode(text)
    except DecodingError:
        return
    assert encoding.b64u_encode(octets) == text


@pytest.mark.parametrize(
    "text", [None, 1, b"QQ", "QQ=", "Q", "QR", "Q\u0661", "QUJD\n", "\uff21\uff21"]
)
def test_base64url_refused(text):
    with pytest.raises(DecodingError):
        encoding.b64u_decode(text)


@pytest.mark.parametrize(
    "text", ["QQ", "QQ=", "QQ===", "QR==", " QQ==", "QQ==\n", "Q=Q=", "QQ==QQ==", "é"]
)
def test_base64_refused(text):
    with pytest.raises(DecodingError):
        encoding.b64_decode(text)


@pytest.mark.parametrize("number", [-1, 2**53, True, 1.0, "1", None])
def test_dec_refused(number):
    with pytest.raises(DecodingError):
        encoding.dec(number)


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (encoding.check_partition, "a-1", ["", "A", "a" * 33, "a\n", "\u0661", None, 1]),
        (encoding.check_deployment, "a.b-1", ["", "A", "a" * 65, "a_b", "a\n"]),
        (encoding.check_login, "a+b@c.d_e-1", ["", "A@b", "a" * 255, "a b", "ä@b"]),
    ],
)
def test_names(check, good, bad):
    assert check(good) == good
    for text in bad:
        with pytest.raises(DecodingError):
            check(text)
