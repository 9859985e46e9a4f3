"""Roles in ordinary X.509 certificates: the admission extension (Common PKI, 1.3.36.8.3.3).

Health professionals' cards carry it: profession items in words, profession OIDs beside
them. What they mean here is for the pinned authority's words to say.
"""

from cryptography import x509
from cryptography.x509.oid import ExtensionOID, NameOID

from sesphr.crypto.attributes import Claims
from sesphr.crypto.authorities import checked_text
from sesphr.crypto.certificates import (
    NO_REVOCATION,
    UNREADABLE,
    Certificate,
    check_extensions,
)
from sesphr.crypto.der import check_der
from sesphr.crypto.errors import CredentialFormatError, DecodingError

_ALLOWED = (
    ExtensionOID.BASIC_CONSTRAINTS, ExtensionOID.KEY_USAGE, x509.Admissions.oid,
)  # fmt: skip


def read_admissions(certificate: Certificate) -> Claims:
    """What a certificate with an admission extension says of its subject.

    Raises:
        CredentialFormatError: there is none, or what it holds is not read strictly.
    """
    try:
        extensions = certificate.parsed.extensions
        check_extensions(extensions, _ALLOWED)
        admissions = extensions.get_extension_for_class(x509.Admissions).value
        check_der(admissions.public_bytes(), len(certificate.der))
        _check_usage(certificate)
        return _claims(certificate, _names(admissions))
    except (x509.ExtensionNotFound, DecodingError, *UNREADABLE) as error:
        raise CredentialFormatError(f"no admission that can be read: {error}") from None


def _names(admissions: x509.Admissions) -> tuple[str, ...]:
    found: list[str] = []
    for admission in admissions:
        for profession in admission.profession_infos:
            found += [checked_text(item, 1) for item in profession.profession_items]
            found += [oid.dotted_string for oid in profession.profession_oids or []]
    return tuple(found)


def _check_usage(certificate: Certificate) -> None:
    if certificate.is_authority():
        raise CredentialFormatError("an authority's certificate, not a person's")
    for one in certificate.parsed.extensions:
        if isinstance(one.value, x509.KeyUsage) and not one.value.digital_signature:
            raise CredentialFormatError("a certificate whose key is not for signing")


def _claims(certificate: Certificate, names: tuple[str, ...]) -> Claims:
    organisations = certificate.names(NameOID.ORGANIZATION_NAME)
    return Claims(
        names=names,
        organisation=checked_text(organisations[0]) if len(organisations) == 1 else "",
        issuer=certificate.issuer,
        serial=certificate.serial,
        not_before=certificate.not_before,
        not_after=certificate.not_after,
        no_revocation=any(one.oid == NO_REVOCATION for one in certificate.parsed.extensions),
        signed=certificate.signed,
        algorithm=certificate.algorithm,
        signature=certificate.signature,
    )
