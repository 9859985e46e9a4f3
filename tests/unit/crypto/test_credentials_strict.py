"""Credentials that their authority really signed, and that are refused all the same; and what
other software says of those that are taken."""

import hashlib
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import cms, core
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256, SHA384
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from sesphr.crypto.authorities import Issuer, pinned, read_authority, write_authority
from sesphr.crypto.authority import Authority, create_authority, identity_certificate, issue
from sesphr.crypto.certificates import read_certificate
from sesphr.crypto.credentials import UNREVOCABLE, CredentialNotInForce, Role, verify_role
from sesphr.crypto.der import members, read_pem, write_pem
from sesphr.crypto.errors import CredentialError, CredentialFormatError, CredentialTrustError
from sesphr.crypto.revocations import read_revocations
from tests.support import admissions
from tests.support.admissions import PHARMACIST, PHYSICIAN, Chamber
from tests.support.credentials import DAY, Council

NOW = 1_800_000_000
MEMBER = "11111111-2222-3333-4444-555555555555"
KEY = Ed25519PrivateKey.from_private_bytes(b"\x07" * 32)
RAW = KEY.public_key().public_bytes_raw()
COUNCIL = Council(NOW)
LISTS = COUNCIL.lists()
GOOD = COUNCIL.credential(MEMBER, KEY)
CHAMBER = Chamber(NOW)


def _seconds(count: int) -> timedelta:
    return timedelta(seconds=count)


def verified(octets: bytes, **changed: Any) -> Role:
    given: dict[str, Any] = {
        "issuers": (COUNCIL.issuer, CHAMBER.issuer), "revocations": LISTS, "verification": RAW, "now": NOW
    }  # fmt: skip
    return verify_role(octets, **{**given, **changed})


def resigned(change: Callable[[Any], None], authority: Authority | None = None) -> bytes:
    """The good credential, changed, and signed by its authority again."""
    authority = authority or COUNCIL.authority
    (_, der), (_, identity) = read_pem(GOOD, 10_000)
    parsed = cms.AttributeCertificateV2.load(der)
    info = parsed["ac_info"].copy()
    change(info)
    tbs = info.dump(force=True)
    assert isinstance(authority.key, ec.EllipticCurvePrivateKey)
    signature = authority.key.sign(tbs, ec.ECDSA(SHA256()))
    made = cms.AttributeCertificateV2(
        {
            "ac_info": cms.AttributeCertificateInfoV2.load(tbs),
            "signature_algorithm": parsed["signature_algorithm"].copy(),
            "signature": signature,
        }
    )
    return write_pem("ATTRIBUTE CERTIFICATE", made.dump()) + write_pem("CERTIFICATE", identity)


def extension(oid: str, value: bytes, *, critical: bool = False) -> asn1.Extension:
    found = asn1.Extension({"extn_id": oid, "critical": critical})
    found["extn_value"] = core.ParsableOctetString(value)
    return found


def with_extensions(*more: asn1.Extension) -> Callable[[Any], None]:
    def change(info: Any) -> None:
        info["extensions"] = asn1.Extensions([*info["extensions"], *more])

    return change


NO_LIST = extension("2.5.29.56", b"\x05\x00")


def test_what_is_signed_anew_without_a_change_is_taken() -> None:
    assert verified(resigned(lambda _: None)) == verified(GOOD)


def _member(name: str, value: Any) -> Callable[[Any], None]:
    def change(info: Any) -> None:
        info[name] = value

    return change


def _two_roles(info: Any) -> None:
    role = info["attributes"][0].copy()
    role["values"] = cms.SetOfRoleSyntax([role["values"][0], _role("urn:x-sesphr:role:nurse")])
    info["attributes"] = cms.AttCertAttributes([role])


def _role(uri: str) -> cms.RoleSyntax:
    return cms.RoleSyntax({"role_name": asn1.GeneralName("uniform_resource_identifier", uri)})


def _other_role(uri: str) -> Callable[[Any], None]:
    def change(info: Any) -> None:
        values = cms.SetOfRoleSyntax([_role(uri)])
        info["attributes"] = cms.AttCertAttributes(
            [cms.AttCertAttribute({"type": "role", "values": values})]
        )

    return change


def _named_role(info: Any) -> None:
    values = cms.SetOfRoleSyntax(
        [cms.RoleSyntax({"role_name": asn1.GeneralName("dns_name", "physician")})]
    )
    info["attributes"] = cms.AttCertAttributes(
        [cms.AttCertAttribute({"type": "role", "values": values})]
    )


def _base(info: Any) -> None:
    """By issuer and serial of the identity certificate, which anybody could make again."""
    identity = asn1.Certificate.load(read_pem(GOOD, 10_000)[1][1])
    info["holder"] = cms.Holder(
        {
            "base_certificate_id": {
                "issuer": [asn1.GeneralName("directory_name", identity.issuer)],
                "serial": identity.serial_number,
            }
        }
    )


def _public_key(info: Any) -> None:
    holder = info["holder"].copy()
    holder["object_digest_info"]["digested_object_type"] = "public_key"
    info["holder"] = holder


def _other_digest(info: Any) -> None:
    holder = info["holder"].copy()
    holder["object_digest_info"]["object_digest"] = hashlib.sha256(b"other").digest()
    info["holder"] = holder


def _twice(info: Any) -> None:
    info["attributes"] = cms.AttCertAttributes([info["attributes"][0], info["attributes"][0]])


def _fraction(info: Any) -> None:
    info["att_cert_validity_period"]["not_after_time"].contents = b"20270214080000.5Z"


REFUSED: dict[str, Callable[[Any], None]] = {
    "version 1": _member("version", "v1"),
    "serial 0": _member("serial_number", 0),
    "serial negative": _member("serial_number", -5),
    "serial of 21 octets": _member("serial_number", 1 << 160),
    "issuer's unique id": _member("issuer_unique_id", core.OctetBitString(b"x")),
    "two roles": _two_roles,
    "a role that is no URI": _named_role,
    "no attribute": _member("attributes", cms.AttCertAttributes([])),
    "an attribute twice": _twice,
    "holder by issuer and serial": _base,
    "holder by public key": _public_key,
    "holder's digest of another certificate": _other_digest,
    "no holder": _member("holder", cms.Holder.load(b"\x30\x00")),
    "a fraction of a second": _fraction,
    "unknown critical extension": with_extensions(
        extension("1.3.6.1.4.1.99999.1", b"\x05\x00", critical=True)
    ),
    "targets": with_extensions(extension("2.5.29.55", b"\x30\x00", critical=True)),
    "audit identity": with_extensions(
        extension("1.3.6.1.5.5.7.1.4", b"\x04\x01x", critical=True)
    ),
    "an extension twice": with_extensions(NO_LIST, NO_LIST),
    "noRevAvail with a value": with_extensions(extension("2.5.29.56", b"\x04\x00")),
    "noRevAvail and an address of lists": with_extensions(
        NO_LIST, extension("2.5.29.31", b"\x30\x00")
    ),
    "the key's id as critical": with_extensions(
        extension("2.5.29.14", b"\x04\x01x", critical=True)
    ),
}  # fmt: skip


@pytest.mark.parametrize("change", REFUSED.values(), ids=REFUSED)
def test_what_its_authority_signed_and_is_not_of_the_profile(change: Any) -> None:
    with pytest.raises(CredentialFormatError):
        verified(resigned(change))


@pytest.mark.parametrize("uri", ["urn:x-sesphr:role:nurse", "urn:x-sesphr:role:", "urn:other"])
def test_a_role_that_the_authority_is_not_pinned_for(uri: str) -> None:
    with pytest.raises(CredentialTrustError):
        verified(resigned(_other_role(uri)))


def test_an_authoritys_own_name_of_a_role_counts_when_the_pin_says_so() -> None:
    octets = resigned(_other_role("https://council.example/roles/gp"))
    with pytest.raises(CredentialTrustError):
        verified(octets)
    words = (("https://council.example/roles/gp", "physician"),)
    issuer = Issuer(COUNCIL.authority.certificate, frozenset({"physician"}), words)
    role = verified(octets, issuers=(issuer,))
    assert (role.role, role.organisation) == ("physician", "")


def test_an_unknown_extension_that_is_not_critical_is_no_harm() -> None:
    assert verified(resigned(with_extensions(extension("1.3.6.1.4.1.99999.1", b"\x05\x00"))))


def test_norevavail_does_without_a_list_only_for_a_day() -> None:
    def brief(seconds: int) -> Callable[[Any], None]:
        def change(info: Any) -> None:
            period = info["att_cert_validity_period"]
            period["not_after_time"] = period["not_before_time"].native + _seconds(seconds)
            with_extensions(NO_LIST)(info)

        return change

    octets = resigned(brief(UNREVOCABLE))
    assert verified(octets, revocations={})
    serial = verified(octets).serial
    with pytest.raises(CredentialNotInForce):
        verified(octets, revocations=COUNCIL.lists(serial))
    with pytest.raises(CredentialNotInForce):
        verified(resigned(brief(UNREVOCABLE + 1)), revocations={})


def test_the_algorithm_inside_and_outside_is_the_same() -> None:
    change = _member("signature", cms.SignedDigestAlgorithm({"algorithm": "ed25519"}))
    with pytest.raises(CredentialFormatError):
        verified(resigned(change))


def test_signed_by_another_key_under_the_same_name() -> None:
    other = create_authority(
        "Medical Council", ec.generate_private_key(ec.SECP256R1()), NOW, NOW + DAY
    )
    with pytest.raises(CredentialTrustError):
        verified(resigned(lambda _: None, other))


def test_the_right_one_of_two_authorities_of_one_name_is_found() -> None:
    twin = Council(NOW)
    octets = twin.credential(MEMBER, KEY)
    issuers = (COUNCIL.issuer, twin.issuer)
    assert verified(octets, issuers=issuers, revocations=twin.lists()).issuer == twin.issuer.id


def test_validity_ends_with_the_identity_and_with_the_authority() -> None:
    authority = create_authority("Council", Ed25519PrivateKey.generate(), NOW - DAY, NOW + 50 * DAY)
    issuer = Issuer(authority.certificate, frozenset({"physician"}))
    for identity_days, ends in ((10, 10), (1000, 50)):
        identity = identity_certificate(MEMBER, KEY, NOW, NOW + identity_days * DAY)
        octets = issue(
            authority, identity, role="physician", organisation="", serial=1, now=NOW - DAY,
            until=NOW + 400 * DAY,
        )  # fmt: skip
        with pytest.raises(CredentialNotInForce) as caught:
            verified(octets, issuers=(issuer,), revocations={})
        role = caught.value.role
        assert (role.valid_from, role.valid_until) == (NOW, NOW + ends * DAY)


@pytest.mark.parametrize("name", ["Dr Lee", "", "11111111-2222-3333-4444-55555555555"])
def test_an_identity_certificate_names_a_member(name: str) -> None:
    builder = x509.CertificateBuilder()
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)] if name else [])
    made = (
        builder.subject_name(subject)
        .issuer_name(subject)
        .public_key(KEY.public_key())
        .serial_number(5)
        .not_valid_before(CHAMBER.now)
        .not_valid_after(CHAMBER.now + _seconds(DAY))
        .add_extension(x509.BasicConstraints(False, None), True)
        .sign(KEY, None)
    )
    identity = read_certificate(made.public_bytes(Encoding.DER))
    octets = issue(
        COUNCIL.authority, identity, role="physician", organisation="X", serial=8, now=NOW, until=NOW + DAY
    )  # fmt: skip
    with pytest.raises(CredentialFormatError):
        verified(octets)


def test_an_identity_certificate_of_a_p256_key_is_about_no_member() -> None:
    identity = create_authority(MEMBER, ec.generate_private_key(ec.SECP256R1()), NOW, NOW + DAY)
    octets = issue(
        COUNCIL.authority, identity.certificate, role="physician", organisation="X", serial=8,
        now=NOW, until=NOW + DAY,
    )  # fmt: skip
    with pytest.raises(CredentialTrustError):
        verified(octets)


# Ordinary certificates with an admission extension -------------------------


def card(extension_: x509.ExtensionType, *more: Any, **how: Any) -> bytes:
    return write_pem("CERTIFICATE", CHAMBER.card(KEY, extension_, *more, **how))


def chambers_list(*serials: int) -> dict[str, Any]:
    builder = x509.CertificateRevocationListBuilder().issuer_name(CHAMBER.name)
    builder = builder.last_update(CHAMBER.now).next_update(CHAMBER.now + _seconds(9 * DAY))
    builder = builder.add_extension(x509.CRLNumber(len(serials)), critical=False)
    for one in serials:
        entry = x509.RevokedCertificateBuilder().serial_number(one).revocation_date(CHAMBER.now)
        builder = builder.add_revoked_certificate(entry.build())
    der = builder.sign(CHAMBER.key, SHA256()).public_bytes(Encoding.DER)
    return {CHAMBER.issuer.id: read_revocations(der, (CHAMBER.issuer,))}


@pytest.mark.parametrize(
    ("items", "oids", "role"),
    [
        (["Ärztin/Arzt"], None, "physician"),
        (["Doctor"], [PHYSICIAN], "physician"),
        (["Ärztin/Arzt"], [PHYSICIAN, "1.2.3.4"], "physician"),
        (["Apotheker"], [PHARMACIST], "pharmacist"),
        (["Ärztin/Arzt"], [PHARMACIST], None),
        (["Doctor"], None, None),
        (["urn:x-sesphr:role:insurer"], None, None),
    ],
)
def test_a_card_says_its_role_in_words_or_oids(items: Any, oids: Any, role: Any) -> None:
    octets = card(admissions.admissions(items, oids))
    if role is None:
        with pytest.raises(CredentialTrustError):
            verified(octets, revocations=chambers_list())
        return
    found = verified(octets, revocations=chambers_list())
    assert (found.role, found.organisation, found.holder) == (role, "City Heart Clinic", None)
    assert found.issuer_name == "Chamber of Physicians"
    der = read_pem(octets, 10_000)[0][1]
    assert verified(der, revocations=chambers_list()) == found


def test_a_card_is_revoked_like_any_other() -> None:
    octets = card(admissions.admissions(["Doctor"], [PHYSICIAN]))
    for lists in ({}, chambers_list(4711)):
        with pytest.raises(CredentialNotInForce):
            verified(octets, revocations=lists)


SIGNS = (admissions.usage(issues=False), True)
CARDS = {
    "an authority's": [(x509.BasicConstraints(True, None), True), SIGNS],
    "not for signing": [(x509.KeyUsage(*[False, False, True] + [False] * 6), True)],
    "for a use that nobody here knows": [
        SIGNS, (x509.ExtendedKeyUsage([x509.ObjectIdentifier("1.2.3")]), True)
    ],
    "critical and unknown": [
        SIGNS, (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00"), True)
    ],
}  # fmt: skip


@pytest.mark.parametrize("more", CARDS.values(), ids=CARDS)
def test_certificates_that_are_no_cards(more: Any) -> None:
    with pytest.raises(CredentialFormatError):
        verified(card(admissions.admissions(["Doctor"], [PHYSICIAN]), *more))


def test_a_certificate_without_an_admission_certifies_nothing() -> None:
    with pytest.raises(CredentialFormatError):
        verified(card(x509.BasicConstraints(False, None)))
    with pytest.raises(CredentialFormatError):
        verified(read_pem(GOOD, 10_000)[1][1])


def test_an_authority_is_either_for_cards_or_for_attribute_certificates() -> None:
    """RFC 5755, section 4.5: who issues attribute certificates is no certification authority."""
    authority = Authority(CHAMBER.issuer.certificate, CHAMBER.key)
    identity = identity_certificate(MEMBER, KEY, NOW, NOW + DAY)
    octets = issue(
        authority, identity, role="physician", organisation="X", serial=8, now=NOW, until=NOW + DAY
    )
    with pytest.raises(CredentialTrustError):
        verified(octets, revocations=chambers_list())


# Lists and pins ------------------------------------------------------------


def _list(**how: Any) -> bytes:
    builder = x509.CertificateRevocationListBuilder().issuer_name(CHAMBER.name)
    builder = builder.last_update(CHAMBER.now).next_update(CHAMBER.now + _seconds(9 * DAY))
    if how.get("number", True):
        builder = builder.add_extension(x509.CRLNumber(how.get("value", 1)), critical=False)
    for one, critical in how.get("more", ()):
        builder = builder.add_extension(one, critical)
    if "entry" in how:
        entry = x509.RevokedCertificateBuilder().serial_number(7).revocation_date(CHAMBER.now)
        made = entry.add_extension(how["entry"], critical=True).build()
        builder = builder.add_revoked_certificate(made)
    made = builder.sign(CHAMBER.key, how.get("hash", SHA256()))
    return made.public_bytes(Encoding.DER)


@pytest.mark.parametrize(
    "how",
    [
        {"number": False},
        {"value": 1 << 70},
        {"more": [(x509.DeltaCRLIndicator(1), True)]},
        {"more": [(x509.IssuingDistributionPoint(None, None, True, False, None, False, False), True)]},
        {"entry": x509.CertificateIssuer([x509.DirectoryName(CHAMBER.name)])},
        {"hash": SHA384()},
    ],
)  # fmt: skip
def test_lists_that_are_not_whole_and_plain(how: Any) -> None:
    assert read_revocations(_list(), (CHAMBER.issuer,)).number == 1
    with pytest.raises(CredentialError):
        read_revocations(_list(**how), (CHAMBER.issuer,))


def test_a_pin_is_read_as_it_is_written() -> None:
    for issuer in (COUNCIL.issuer, CHAMBER.issuer):
        assert read_authority(write_authority(issuer)) == issuer


@pytest.mark.parametrize(
    "change",
    [
        (b'"roles"', b'"role"'), (b'"physician"', b'"Physician"'), (b'"words": {}', b'"words": {"x": "nurse"}'),
        (b'"words"', b'"roles": ["nurse"], "words"'), (b"BEGIN CERTIFICATE", b"BEGIN CERT"),
        (b"}", b"} "), (b'"words": {}', b'"words": {}, "more": 1'),
    ],
)  # fmt: skip
def test_a_pin_that_says_something_else(change: Any) -> None:
    made = write_authority(COUNCIL.issuer).replace(*change)
    if change == (b"}", b"} "):
        assert read_authority(made) == COUNCIL.issuer
        return
    with pytest.raises(CredentialError):
        read_authority(made)


def test_who_may_not_sign_is_not_pinned() -> None:
    identity = identity_certificate(MEMBER, KEY, NOW, NOW + DAY)
    with pytest.raises(CredentialFormatError):
        pinned(("CERTIFICATE", identity.der), ["physician"], {})


# What other software says --------------------------------------------------


def openssl(*words: str) -> str:
    done = subprocess.run(["openssl", *words], capture_output=True, text=True, check=True)
    return done.stdout + done.stderr


@pytest.mark.parametrize("algorithm", ["p256", "ed25519"])
def test_openssl_says_the_same(tmp_path: Path, algorithm: str) -> None:
    council = Council(NOW, algorithm=algorithm)
    (_, der), (_, identity) = read_pem(council.credential(MEMBER, KEY), 10_000)
    signed, _, signature = members(der)
    names = ("ac", "tbs", "sig", "key", "id", "crl", "ca")
    files = {name: str(tmp_path / name) for name in names}
    key = council.authority.key.public_key()
    contents = {
        "ac": der, "tbs": signed, "sig": signature[3:], "id": identity, "crl": council.crl(77),
        "key": key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        "ca": write_pem("CERTIFICATE", council.authority.certificate.der),
    }  # fmt: skip
    for name, octets in contents.items():
        Path(files[name]).write_bytes(octets)
    if algorithm == "p256":
        said = openssl(
            "dgst", "-sha256", "-verify", files["key"], "-signature", files["sig"], files["tbs"]
        )
        assert "Verified OK" in said
    else:
        said = openssl(
            "pkeyutl", "-verify", "-pubin", "-inkey", files["key"], "-rawin", "-in", files["tbs"],
            "-sigfile", files["sig"],
        )  # fmt: skip
        assert "Verified Successfully" in said
    parsed = openssl("asn1parse", "-inform", "DER", "-in", files["ac"])
    for word in (":role", ":id-aca-group", "City Heart Clinic", ":sha256", ":Medical Council"):
        assert word in parsed
    shown = openssl("x509", "-inform", "DER", "-in", files["id"], "-noout", "-subject", "-pubkey")
    assert MEMBER in shown
    listed = openssl(
        "crl", "-inform", "DER", "-in", files["crl"], "-noout", "-CAfile", files["ca"], "-text"
    )
    assert "verify OK" in listed
    assert "Serial Number: 4D" in listed


@pytest.mark.parametrize("algorithm", ["p256", "ed25519"])
def test_cryptography_verifies_the_raw_octets(algorithm: str) -> None:
    council = Council(NOW, algorithm=algorithm)
    signed, _, signature = members(read_pem(council.credential(MEMBER, KEY), 10_000)[0][1])
    key = council.authority.key.public_key()
    rest = () if algorithm == "ed25519" else (ec.ECDSA(SHA256()),)
    key.verify(core.BitString.load(signature).contents[1:], signed, *rest)  # type: ignore[arg-type]


def test_the_certificate_of_an_authority_follows_rfc_5755() -> None:
    certificate = COUNCIL.authority.certificate.parsed
    assert not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    assert (usage.digital_signature, usage.crl_sign, usage.key_cert_sign) == (True, True, False)
