"""Pinned role authorities: whose word a node takes, and for which roles.

An authority that signs attribute certificates is no certification authority: RFC 5755,
section 4.5, forbids that one key issues both. So a pinned certificate with cA certifies
roles by admission extensions only, one without by attribute certificates only.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cryptography import x509
from cryptography.x509.oid import ExtensionOID, NameOID

from sesphr.crypto import schema as s
from sesphr.crypto.certificates import Certificate, check_extensions, read_certificate
from sesphr.crypto.der import read_pem, write_pem
from sesphr.crypto.encoding import b64u_encode, parse_ijson
from sesphr.crypto.errors import CredentialFormatError, DecodingError

URN = "urn:x-sesphr:role:"
MAX_FILE = 64 * 1024
MAX_NAME = 200
_ALLOWED = (ExtensionOID.BASIC_CONSTRAINTS, ExtensionOID.KEY_USAGE)


@dataclass(frozen=True)
class Issuer:
    """A pinned authority: the roles that it may certify, and its own words for them.

    `id` is base64url of SHA-256 of its SubjectPublicKeyInfo; `words` are pairs of (an OID, an
    item's name or a role's URI; the role).
    """

    certificate: Certificate
    roles: frozenset[str]
    words: tuple[tuple[str, str], ...] = ()

    @property
    def id(self) -> str:
        """What rules call it."""
        return issuer_id(self.certificate)

    @property
    def name(self) -> str:
        """What its certificate calls it."""
        return name_of(self.certificate)

    def role(self, names: Iterable[str]) -> str | None:
        """The one pinned role that these names mean; None when it is none, or several."""
        words = dict(self.words)
        found = {words.get(name) or name.removeprefix(URN) for name in names if _known(name, words)}
        return found.pop() if len(found) == 1 and found <= self.roles else None


def _known(name: str, words: Mapping[str, str]) -> bool:
    return name in words or name.startswith(URN)


def issuer_id(certificate: Certificate) -> str:
    """base64url of SHA-256 of the key's SubjectPublicKeyInfo."""
    return b64u_encode(hashlib.sha256(certificate.spki).digest())


def name_of(certificate: Certificate) -> str:
    """The subject's common name, or its organisation."""
    names = certificate.names(NameOID.COMMON_NAME) or certificate.names(NameOID.ORGANIZATION_NAME)
    return checked_text(names[0] if names else "", 1)


def checked_text(text: str, least: int = 0) -> str:
    """A name that people are shown: of bounded length, and without control characters."""
    if not least <= len(text) <= MAX_NAME or not text.isprintable():
        raise CredentialFormatError("a name that is missing, too long, or cannot be shown")
    return text


_PIN = s.record({
    "certificate": s.text(1, MAX_FILE), "roles": s.list_of(s.NAME, 1, 64, unique=True),
    "words": s.map_of(s.text(1, MAX_NAME), s.NAME, 0, 256),
})  # fmt: skip


def read_authority(octets: bytes) -> Issuer:
    """Read what `write_authority` wrote.

    Raises:
        CredentialFormatError: anything else.
    """
    try:
        if len(octets) > MAX_FILE:
            raise CredentialFormatError("a file that is too long")
        pin = parse_ijson(octets)
        _PIN(pin)
        (block,) = read_pem(pin["certificate"].encode("ascii"), MAX_FILE)
        return pinned(block, pin["roles"], pin["words"])
    except (DecodingError, ValueError) as error:
        raise CredentialFormatError(f"not a pinned authority: {error}") from None


def pinned(block: tuple[str, bytes], roles: Iterable[str], words: Mapping[str, str]) -> Issuer:
    """An authority from its certificate's PEM block.

    Raises:
        CredentialError: no such certificate, one that may not sign, or words for other roles.
    """
    if block[0] != "CERTIFICATE":
        raise CredentialFormatError("not a certificate")
    certificate = read_certificate(block[1])
    check_extensions(certificate.parsed.extensions, _ALLOWED)
    _check_usage(certificate)
    found = Issuer(certificate, frozenset(roles), tuple(sorted(words.items())))
    if not set(words.values()) <= found.roles:
        raise CredentialFormatError("words for roles that the authority may not certify")
    checked_text(found.name, 1)
    return found


def _check_usage(certificate: Certificate) -> None:
    for one in certificate.parsed.extensions:
        if isinstance(one.value, x509.KeyUsage):
            usage = one.value
            signs = usage.key_cert_sign if certificate.is_authority() else usage.digital_signature
            if not signs or not usage.crl_sign:
                raise CredentialFormatError("a certificate whose key must not sign these")


def write_authority(issuer: Issuer) -> bytes:
    """The file of a pinned authority."""
    pin = {
        "certificate": write_pem("CERTIFICATE", issuer.certificate.der).decode("ascii"),
        "roles": sorted(issuer.roles),
        "words": dict(issuer.words),
    }
    return json.dumps(pin, ensure_ascii=False, indent=1).encode() + b"\n"


def read_certificate_file(octets: bytes) -> tuple[str, bytes]:
    """The one PEM block of a certificate's file.

    Raises:
        CredentialError: none, several, or something besides.
    """
    try:
        (block,) = read_pem(octets, MAX_FILE)
    except (DecodingError, ValueError) as error:
        raise CredentialFormatError(f"not one PEM certificate: {error}") from None
    return block
