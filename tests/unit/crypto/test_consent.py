"""Consent codes against RFC 4226 and RFC 6238, and what they are sealed under."""

import pytest

from sesphr.crypto import consent
from sesphr.crypto.errors import DecodingError

SECRET = b"12345678901234567890"
OWNER, ASKER = "390597f8-182b-4387-8564-9c4ba805d4a6", "d8865541-6170-49b6-925a-e8bf7060ee80"


@pytest.mark.parametrize(
    ("now", "eight"),
    [
        # RFC 6238, appendix B (SHA-1); its eight digits end in the six of an app.
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_the_vectors_of_rfc_6238(now, eight):
    assert consent.code(SECRET, consent.step_of(now)) == eight[2:]


@pytest.mark.parametrize(
    ("step", "six"), [(0, "755224"), (1, "287082"), (2, "359152"), (6, "287922"), (9, "520489")]
)
def test_the_vectors_of_rfc_4226(step, six):
    assert consent.code(SECRET, step) == six


def test_a_code_holds_one_step_each_way():
    for off in range(-3, 4):
        given = consent.code(SECRET, 100 + off).encode()
        assert consent.steps_of(SECRET, given, 3000) == ([100 + off] if abs(off) < 2 else [])
    assert consent.steps_of(SECRET, consent.code(SECRET, 0).encode(), 0) == [0]


@pytest.mark.parametrize(
    "text", ["", "12345", "1234567", "12345a", "\uff11" * 6, "-12345", " 12345", 123456, None]
)
def test_what_is_no_code(text):
    with pytest.raises(DecodingError):
        consent.check_code(text)


def test_every_part_of_an_info_counts():
    infos = {
        consent.secret_info("demo", OWNER, 1), consent.secret_info("demo", OWNER, 2),
        consent.secret_info("demo", ASKER, 1), consent.secret_info("other", OWNER, 1),
        consent.code_info("demo", OWNER, ASKER, bytes(16), 1),
        consent.code_info("demo", ASKER, OWNER, bytes(16), 1),
        consent.code_info("demo", OWNER, ASKER, bytes(15) + b"1", 1),
        consent.code_info("demo", OWNER, ASKER, bytes(16), 2),
    }  # fmt: skip
    assert len(infos) == 8
    for bad in (lambda: consent.secret_info("demo", OWNER, 0), lambda: consent.code(bytes(19), 1)):
        with pytest.raises(DecodingError):
            bad()
