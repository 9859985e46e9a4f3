"""Role credentials: what is taken, and all that is refused."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sesphr.crypto.authorities import Issuer
from sesphr.crypto.credentials import CredentialNotInForce, Role, verify_role
from sesphr.crypto.errors import CredentialError, CredentialFormatError, CredentialTrustError
from sesphr.crypto.revocations import GRACE
from tests.support.credentials import DAY, Council

NOW = 1_800_000_000
MEMBER = "11111111-2222-3333-4444-555555555555"
KEY = Ed25519PrivateKey.from_private_bytes(b"\x07" * 32)
RAW = KEY.public_key().public_bytes_raw()


@pytest.fixture(scope="module", params=["p256", "ed25519"])
def council(request):
    return Council(NOW, algorithm=request.param)


def verified(council, octets, *, now=NOW, lists=None, raw=RAW, issuers=None) -> Role:
    return verify_role(
        octets,
        issuers=issuers or (council.issuer,),
        revocations=council.lists() if lists is None else lists,
        verification=raw,
        now=now,
    )


def test_a_credential_binds_role_organisation_validity_and_key(council):
    role = verified(council, council.credential(MEMBER, KEY, serial=77))
    assert (role.role, role.organisation, role.issuer_name) == (
        "physician", "City Heart Clinic", "Medical Council",
    )  # fmt: skip
    assert (role.valid_from, role.valid_until) == (NOW, NOW + 90 * DAY)
    assert (role.serial, role.holder, role.issuer) == (77, MEMBER, council.issuer.id)


def test_it_counts_from_its_first_second_to_before_its_last(council):
    octets = council.credential(MEMBER, KEY, days=1)
    lists = council.lists()
    for now, counts in ((NOW - 1, False), (NOW, True), (NOW + DAY - 1, True), (NOW + DAY, False)):
        if counts:
            assert verified(council, octets, now=now, lists=lists)
            continue
        with pytest.raises(CredentialNotInForce) as caught:
            verified(council, octets, now=now, lists=lists)
        assert (caught.value.revoked, caught.value.role.role) == (False, "physician")


def test_revoked_or_nobody_knows(council):
    octets = council.credential(MEMBER, KEY, serial=99)
    stale = NOW + 30 * DAY + GRACE
    lists = council.lists()
    assert verified(council, octets, lists=lists, now=stale - 1)
    for given, now in ((council.lists(99), NOW), ({}, NOW), (lists, stale)):
        with pytest.raises(CredentialNotInForce) as caught:
            verified(council, octets, lists=given, now=now)
        assert caught.value.revoked


def test_another_key_another_authority_another_role(council):
    octets = council.credential(MEMBER, KEY)
    other = Council(NOW)
    nurses = Issuer(council.authority.certificate, frozenset({"nurse"}))
    raw = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    for change in ({"raw": raw}, {"issuers": (other.issuer,)}, {"issuers": (nurses,)}):
        with pytest.raises(CredentialTrustError):
            verified(council, octets, **change)


def test_what_follows_precedes_or_is_too_long(council):
    octets = council.credential(MEMBER, KEY)
    for changed in (
        octets + b"\n",
        b" " + octets,
        octets * 2,
        b"",
        b"0",
        octets[:-1000],
        octets + b"x" * 40_000,
    ):
        with pytest.raises(CredentialError):
            verified(council, changed)
    with pytest.raises(CredentialFormatError):
        verified(council, octets.split(b"-----BEGIN CERT")[0])
