"""Revocation lists of role authorities: X.509 CRLs (RFC 5280, section 5), whole ones only.

A list past its `next_update` still counts for `GRACE` seconds; after that nobody can tell what
was revoked meanwhile, and every credential that needs a list counts as revoked (fail closed).
"""

from dataclasses import dataclass
from functools import lru_cache

from cryptography import x509
from cryptography.x509.oid import ExtensionOID

from sesphr.crypto.authorities import Issuer
from sesphr.crypto.certificates import UNREADABLE, bits, check_serial, verify
from sesphr.crypto.der import check_der, members, read_pem
from sesphr.crypto.errors import CredentialFormatError, CredentialTrustError, DecodingError

GRACE = 3 * 24 * 3600
MAX_LIST = 1024 * 1024
_TAKEN = (ExtensionOID.CRL_NUMBER, ExtensionOID.AUTHORITY_KEY_IDENTIFIER)


@dataclass(frozen=True)
class RevocationList:
    """A verified list: its issuer's id, number, times (Unix seconds) and revoked serials."""

    issuer: str
    number: int
    this_update: int
    next_update: int
    serials: frozenset[int]

    def is_stale(self, now: int) -> bool:
        """Whether it says nothing any more about what is revoked."""
        return now >= self.next_update + GRACE


def der_of_list(octets: bytes) -> bytes:
    """The DER of a list that was handed in as PEM or as DER.

    Raises:
        CredentialFormatError: neither.
    """
    try:
        if octets[:1] == b"\x30":
            return check_der(octets, MAX_LIST)
        ((label, der),) = read_pem(octets, 2 * MAX_LIST)
        if label != "X509 CRL":
            raise CredentialFormatError("a PEM block that is no revocation list")
        return check_der(der, MAX_LIST)
    except (DecodingError, ValueError) as error:
        raise CredentialFormatError(f"not a revocation list: {error}") from None


@lru_cache(maxsize=64)
def read_revocations(der: bytes, issuers: tuple[Issuer, ...]) -> RevocationList:
    """Read and verify a list that one of `issuers` signed, in the form `der_of_list` gives.

    Raises:
        CredentialFormatError: not a whole, strict, numbered list.
        CredentialTrustError: none of them signed it.
    """
    try:
        tbs, algorithm, signature = members(check_der(der, MAX_LIST))
        parsed = x509.load_der_x509_crl(der)
        if members(tbs)[0] != b"\x02\x01\x01" or members(tbs)[1] != algorithm:
            raise CredentialFormatError("another version, or two algorithms that differ")
        issuer = _signer(parsed, issuers, algorithm, bits(signature), tbs)
        return _read(parsed, issuer)
    except (DecodingError, *UNREADABLE) as error:
        raise CredentialFormatError(f"not a revocation list: {error}") from None


def _signer(
    parsed: x509.CertificateRevocationList,
    issuers: tuple[Issuer, ...],
    algorithm: bytes,
    signature: bytes,
    tbs: bytes,
) -> Issuer:
    name = parsed.issuer.public_bytes()
    for issuer in issuers:
        if issuer.certificate.subject == name:
            try:
                verify(issuer.certificate.key, algorithm, signature, tbs)
            except CredentialTrustError:
                continue
            return issuer
    raise CredentialTrustError("no pinned authority signed this revocation list")


def _read(parsed: x509.CertificateRevocationList, issuer: Issuer) -> RevocationList:
    if parsed.next_update_utc is None:
        raise CredentialFormatError("a revocation list that does not say until when it counts")
    for one in parsed.extensions:
        if one.oid not in _TAKEN and (one.critical or one.oid == ExtensionOID.DELTA_CRL_INDICATOR):
            raise CredentialFormatError(f"the extension {one.oid.dotted_string}")
    number = parsed.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
    return RevocationList(
        issuer=issuer.id,
        number=_number(number),
        this_update=int(parsed.last_update_utc.timestamp()),
        next_update=int(parsed.next_update_utc.timestamp()),
        serials=frozenset(_serial(one) for one in parsed),
    )


def _number(number: int) -> int:
    """Kept as an integer of the databases."""
    if not 0 <= number < 1 << 62:
        raise CredentialFormatError("a list's number out of range")
    return number


def _serial(entry: x509.RevokedCertificate) -> int:
    for one in entry.extensions:
        if one.critical and not isinstance(one.value, x509.CRLReason):
            raise CredentialFormatError(f"the critical extension {one.oid.dotted_string}")
    return check_serial(entry.serial_number)
