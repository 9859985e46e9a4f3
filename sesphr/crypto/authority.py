"""A role authority at work: its key and certificate, attribute certificates, revocation lists.

Verifying is elsewhere (`crypto.credentials`), by other code: nothing here is trusted there.
"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from asn1crypto import algos, cms, core
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from sesphr.crypto.attributes import SHA256_ALGORITHM
from sesphr.crypto.authorities import URN, checked_text
from sesphr.crypto.certificates import ECDSA_SHA256, ED25519, Certificate, read_certificate
from sesphr.crypto.der import write_pem

AuthorityKey = Ed25519PrivateKey | ec.EllipticCurvePrivateKey
_USAGE = {
    "digital_signature": True, "content_commitment": False, "key_encipherment": False,
    "data_encipherment": False, "key_agreement": False, "key_cert_sign": False, "crl_sign": False,
    "encipher_only": False, "decipher_only": False,
}  # fmt: skip


@dataclass(frozen=True)
class Authority:
    """An authority's certificate and private key."""

    certificate: Certificate
    key: AuthorityKey


def new_key(algorithm: str) -> AuthorityKey:
    """A key for "p256" or "ed25519"."""
    makers = {"p256": lambda: ec.generate_private_key(ec.SECP256R1())}
    return makers[algorithm]() if algorithm in makers else Ed25519PrivateKey.generate()


def new_serial() -> int:
    """A positive serial number of 127 random bits."""
    return secrets.randbits(126) | 1 << 126


def create_authority(name: str, key: AuthorityKey, now: int, until: int) -> Authority:
    """An authority with a certificate of its own making, which is no certification authority."""
    certificate = self_signed({NameOID.COMMON_NAME: name}, key, now, until, crl_sign=True)
    return Authority(certificate, key)


def identity_certificate(member: str, key: Ed25519PrivateKey, now: int, until: int) -> Certificate:
    """What a member shows of itself: its id and its verification key, signed with that key."""
    return self_signed({NameOID.COMMON_NAME: member}, key, now, until, crl_sign=False)


def self_signed(
    names: Mapping[x509.ObjectIdentifier, str],
    key: AuthorityKey,
    now: int,
    until: int,
    *,
    crl_sign: bool,
) -> Certificate:
    """A certificate by the key that it names, for signing."""
    name = x509.Name([x509.NameAttribute(kind, text) for kind, text in names.items()])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(new_serial())
        .not_valid_before(_when(now))
        .not_valid_after(_when(until))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**{**_USAGE, "crl_sign": crl_sign}), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    made = builder.sign(key, None if isinstance(key, Ed25519PrivateKey) else SHA256())
    return read_certificate(made.public_bytes(Encoding.DER))


def issue(
    authority: Authority,
    identity: Certificate,
    *,
    role: str,
    organisation: str,
    serial: int,
    now: int,
    until: int,
) -> bytes:
    """A credential: the attribute certificate and its holder's identity certificate, as PEM.

    Whoever calls this has checked that the holder has the key, and is what it says.
    """
    info = {
        "version": "v2",
        "holder": {"object_digest_info": _digest_of(identity)},
        "issuer": cms.AttCertIssuer("v2_form", cms.V2Form({"issuer_name": [_name(authority)]})),
        "signature": _algorithm(authority),
        "serial_number": serial,
        "att_cert_validity_period": {
            "not_before_time": _when(now),
            "not_after_time": _when(until),
        },
        "attributes": _attributes(role, checked_text(organisation)),
        "extensions": [_key_identifier(authority)],
    }
    tbs = cms.AttributeCertificateInfoV2(info)
    made = {
        "ac_info": tbs,
        "signature_algorithm": _algorithm(authority),
        "signature": _sign(authority.key, tbs.dump()),
    }
    der = cms.AttributeCertificateV2(made).dump()
    return write_pem("ATTRIBUTE CERTIFICATE", der) + write_pem("CERTIFICATE", identity.der)


def _digest_of(identity: Certificate) -> dict[str, object]:
    return {
        "digested_object_type": "public_key_cert",
        "digest_algorithm": algos.DigestAlgorithm.load(SHA256_ALGORITHM),
        "object_digest": hashlib.sha256(identity.der).digest(),
    }


def _name(authority: Authority) -> asn1.GeneralName:
    subject = asn1.Name.load(authority.certificate.subject)
    return asn1.GeneralName("directory_name", subject)


def _attributes(role: str, organisation: str) -> list[dict[str, object]]:
    uri = asn1.GeneralName("uniform_resource_identifier", URN + role)
    found: list[dict[str, object]] = [{"type": "role", "values": [{"role_name": uri}]}]
    if organisation:
        text = cms.IetfAttrValue("string", core.UTF8String(organisation))
        found.append({"type": "group", "values": [{"values": [text]}]})
    return found


def _key_identifier(authority: Authority) -> dict[str, object]:
    """Which key of the authority signed it; RFC 5755, section 4.3.3."""
    key = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key())
    value = asn1.AuthorityKeyIdentifier.load(key.public_bytes())
    return {"extn_id": "authority_key_identifier", "critical": False, "extn_value": value}


def _algorithm(authority: Authority) -> cms.SignedDigestAlgorithm:
    octets = ED25519 if isinstance(authority.key, Ed25519PrivateKey) else ECDSA_SHA256
    return cms.SignedDigestAlgorithm.load(octets)


def _sign(key: AuthorityKey, signed: bytes) -> bytes:
    if isinstance(key, Ed25519PrivateKey):
        return key.sign(signed)
    return key.sign(signed, ec.ECDSA(SHA256()))


def revocation_list(
    authority: Authority, revoked: Mapping[int, int], *, number: int, now: int, until: int
) -> bytes:
    """The list with this number, as PEM: serials with the time (Unix seconds) of each revocation."""
    key = authority.key
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(authority.certificate.parsed.subject)
        .last_update(_when(now))
        .next_update(_when(until))
        .add_extension(x509.CRLNumber(number), critical=False)
        .add_extension(identifier, critical=False)
    )
    for serial, when in sorted(revoked.items()):
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(_when(when))
        builder = builder.add_revoked_certificate(entry.build())
    made = builder.sign(key, None if isinstance(key, Ed25519PrivateKey) else SHA256())
    return made.public_bytes(Encoding.PEM)


def _when(time: int) -> datetime:
    return datetime.fromtimestamp(time, UTC)
