"""X.509 certificates and signatures as strictly as credentials need them (RFC 5280).

Two signature algorithms, each with one encoding: Ed25519, and ECDSA on P-256 with SHA-256.
"""

from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from sesphr.crypto import ed25519
from sesphr.crypto.der import check_der, members
from sesphr.crypto.errors import (
    CredentialFormatError,
    CredentialTrustError,
    DecodingError,
    SignatureError,
)

MAX_CERTIFICATE = 8 * 1024
ED25519 = bytes.fromhex("300506032b6570")
ECDSA_SHA256 = bytes.fromhex("300a06082a8648ce3d040302")
NO_REVOCATION = x509.ObjectIdentifier("2.5.29.56")
# All that a parser may say of octets that are DER and no certificate.
UNREADABLE = (
    ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, NotImplementedError,
    UnsupportedAlgorithm, x509.InvalidVersion, x509.DuplicateExtension, x509.UnsupportedGeneralNameType,
)  # fmt: skip
PublicKey = Ed25519PublicKey | ec.EllipticCurvePublicKey


@dataclass(frozen=True)
class Certificate:
    """A certificate that was read: `der`, its key's SubjectPublicKeyInfo, names as DER, times in
    Unix seconds; `critical` and `extensions` by dotted OID."""

    der: bytes
    spki: bytes
    subject: bytes
    issuer: bytes
    serial: int
    not_before: int
    not_after: int
    signed: bytes
    algorithm: bytes
    signature: bytes
    parsed: x509.Certificate

    @property
    def key(self) -> PublicKey:
        """The subject's key; `read_certificate` saw that it is of a kind that is taken."""
        found = self.parsed.public_key()
        if not isinstance(found, Ed25519PublicKey | ec.EllipticCurvePublicKey):
            raise CredentialFormatError("a key of a kind that is not taken here")
        return found

    def names(self, kind: x509.ObjectIdentifier) -> list[str]:
        """The subject's attributes of a kind, as text."""
        return [str(one.value) for one in self.parsed.subject.get_attributes_for_oid(kind)]

    def is_authority(self) -> bool:
        """Whether basicConstraints says that it issues certificates."""
        for one in self.parsed.extensions:
            if isinstance(one.value, x509.BasicConstraints):
                return one.value.ca
        return False


def check_serial(serial: int) -> int:
    """The serial itself, when it is positive and of at most 20 octets."""
    if not 0 < serial < 1 << 159:
        raise CredentialFormatError("a serial number out of range")
    return serial


def check_extensions(
    extensions: x509.Extensions, allowed: tuple[x509.ObjectIdentifier, ...]
) -> None:
    """Refuse critical extensions other than `allowed`."""
    for one in extensions:
        if one.critical and one.oid not in allowed:
            raise CredentialFormatError(f"the critical extension {one.oid.dotted_string}")


def read_certificate(der: bytes) -> Certificate:
    """Read a version 3 certificate; nothing of it is trusted yet.

    Raises:
        CredentialFormatError: not strict DER, another version, algorithms that differ or are not taken.
    """
    try:
        tbs, algorithm, signature = members(check_der(der, MAX_CERTIFICATE))
        parsed = x509.load_der_x509_certificate(der)
        found = _certificate(der, parsed, tbs, algorithm, signature)
    except (DecodingError, *UNREADABLE) as error:
        raise CredentialFormatError(f"not a certificate: {error}") from None
    if found.algorithm not in (ED25519, ECDSA_SHA256) or members(tbs)[2] != found.algorithm:
        raise CredentialFormatError("an algorithm that is not taken, or two that differ")
    return found


def _certificate(
    der: bytes, parsed: x509.Certificate, tbs: bytes, algorithm: bytes, signature: bytes
) -> Certificate:
    key = parsed.public_key()
    if parsed.version != x509.Version.v3 or not isinstance(
        key, Ed25519PublicKey | ec.EllipticCurvePublicKey
    ):
        raise CredentialFormatError("another version or kind of key than is taken")
    if not list(parsed.extensions):
        raise CredentialFormatError("a certificate without extensions")
    return Certificate(
        der=der,
        spki=key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        subject=parsed.subject.public_bytes(),
        issuer=parsed.issuer.public_bytes(),
        serial=check_serial(parsed.serial_number),
        not_before=int(parsed.not_valid_before_utc.timestamp()),
        not_after=int(parsed.not_valid_after_utc.timestamp()),
        signed=tbs,
        algorithm=algorithm,
        signature=bits(signature),
        parsed=parsed,
    )


def bits(value: bytes) -> bytes:
    """The octets of a DER BIT STRING that has no unused bits."""
    head = 2 if value[1] < 0x80 else 2 + value[1] - 0x80
    if value[0] != 3 or value[head] != 0:
        raise CredentialFormatError("a signature that is no whole number of octets")
    return value[head + 1 :]


def verify(key: PublicKey, algorithm: bytes, signature: bytes, signed: bytes) -> None:
    """Check a signature over the octets as they stand.

    Raises:
        CredentialTrustError: it does not hold, or the algorithm is not this key's.
    """
    try:
        if isinstance(key, Ed25519PublicKey) and algorithm == ED25519:
            return ed25519.verify(key.public_bytes_raw(), signature, signed)
        if isinstance(key, ec.EllipticCurvePublicKey) and algorithm == ECDSA_SHA256:
            if not isinstance(key.curve, ec.SECP256R1):
                raise CredentialTrustError("a curve other than P-256")
            return key.verify(signature, signed, ec.ECDSA(SHA256()))
    except (InvalidSignature, SignatureError, ValueError):
        raise CredentialTrustError("a signature that does not hold") from None
    raise CredentialTrustError("an algorithm that is not the authority's")
