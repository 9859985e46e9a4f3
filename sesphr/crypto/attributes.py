"""Attribute certificates (RFC 5755): one role, at most one organisation, one holder.

`holder` is an objectDigestInfo over the whole identity certificate (publicKeyCert). The
other choice of RFC 5755 for a certificate, baseCertificateID, names an issuer and a serial
number: members sign their identity certificates themselves, so anybody could make another
certificate of that name and number with another key. A digest binds this one certificate,
and with it the verification key inside.
"""

import hashlib
from dataclasses import dataclass
from typing import Any

from asn1crypto import cms
from asn1crypto.core import Asn1Value

from sesphr.crypto.authorities import checked_text
from sesphr.crypto.certificates import (
    ECDSA_SHA256,
    ED25519,
    MAX_CERTIFICATE,
    UNREADABLE,
    Certificate,
    check_serial,
)
from sesphr.crypto.der import check_der, members
from sesphr.crypto.errors import CredentialFormatError, DecodingError

SHA256_ALGORITHM = bytes.fromhex("300b0609608648016503040201")
# RFC 5754, section 2: parameters are left out, and NULL is taken too.
_SHA256 = (SHA256_ALGORITHM, bytes.fromhex("300d06096086480165030402010500"))
NO_REVOCATION, DISTRIBUTION = "2.5.29.56", "2.5.29.31"


@dataclass(frozen=True)
class Claims:
    """What an authority says of a holder, unverified: `names` mean the role, `issuer` is a DER
    name, times are Unix seconds; `signed` are the octets that `signature` is over."""

    names: tuple[str, ...]
    organisation: str
    issuer: bytes
    serial: int
    not_before: int
    not_after: int
    no_revocation: bool
    signed: bytes
    algorithm: bytes
    signature: bytes


def read_attributes(der: bytes, identity: Certificate) -> Claims:
    """Read an attribute certificate of the holder of `identity`.

    Raises:
        CredentialFormatError: not strict DER, or not of the profile above.
    """
    try:
        check_der(der, MAX_CERTIFICATE)
        parsed = cms.AttributeCertificateV2.load(der, strict=True)
        if parsed.dump(force=True) != der:
            raise CredentialFormatError("an encoding other than DER's")
        return _claims(der, parsed, identity)
    except (DecodingError, *UNREADABLE) as error:
        raise CredentialFormatError(f"not an attribute certificate: {error}") from None


def _claims(der: bytes, parsed: Any, identity: Certificate) -> Claims:
    info = parsed["ac_info"]
    algorithm = members(der)[1]
    if info["version"].native != "v2" or _is_there(info["issuer_unique_id"]):
        raise CredentialFormatError("another version, or an issuer's unique id")
    if info["signature"].dump() != algorithm or algorithm not in (ED25519, ECDSA_SHA256):
        raise CredentialFormatError("an algorithm that is not taken, or two that differ")
    _check_holder(info["holder"], identity)
    validity = info["att_cert_validity_period"]
    names, organisation = _attributes(info["attributes"])
    return Claims(
        names=names,
        organisation=organisation,
        issuer=_issuer(info["issuer"]),
        serial=check_serial(info["serial_number"].native),
        not_before=int(validity["not_before_time"].native.timestamp()),
        not_after=int(validity["not_after_time"].native.timestamp()),
        no_revocation=_extensions(info["extensions"]),
        signed=members(der)[0],
        algorithm=algorithm,
        signature=parsed["signature"].native,
    )


def _is_there(value: Asn1Value) -> bool:
    return len(value.dump()) > 0


def _check_holder(holder: Any, identity: Certificate) -> None:
    if _is_there(holder["base_certificate_id"]) or _is_there(holder["entity_name"]):
        raise CredentialFormatError("a holder named otherwise than by a digest")
    digest = holder["object_digest_info"]
    if not _is_there(digest) or digest["digested_object_type"].native != "public_key_cert":
        raise CredentialFormatError("a holder other than an identity certificate")
    if _is_there(digest["other_object_type_id"]):
        raise CredentialFormatError("a holder of another type")
    if digest["digest_algorithm"].dump() not in _SHA256:
        raise CredentialFormatError("a digest other than SHA-256")
    if digest["object_digest"].native != hashlib.sha256(identity.der).digest():
        raise CredentialFormatError("the identity certificate of somebody else")


def _issuer(issuer: Any) -> bytes:
    """The authority's name: v2Form with exactly one directoryName, as RFC 5755 demands."""
    form = issuer.chosen
    if issuer.name != "v2_form" or _is_there(form["base_certificate_id"]):
        raise CredentialFormatError("an issuer in another form than v2Form's name")
    names = form["issuer_name"]
    if _is_there(form["object_digest_info"]) or len(names) != 1:
        raise CredentialFormatError("an issuer in another form than v2Form's one name")
    if names[0].name != "directory_name":
        raise CredentialFormatError("an issuer without a directory name")
    found: bytes = names[0].chosen.untag().dump()
    return found


def _attributes(attributes: Any) -> tuple[tuple[str, ...], str]:
    """The role's URI and the organisation; each attribute at most once, with one value."""
    found: dict[str, Any] = {}
    for one in attributes:
        kind = one["type"].native
        if kind in found or kind not in ("role", "group") or len(one["values"]) != 1:
            raise CredentialFormatError("an attribute twice, of several values, or unknown")
        found[kind] = one["values"][0]
    if "role" not in found:
        raise CredentialFormatError("no role")
    return (_role(found["role"]),), _group(found["group"]) if "group" in found else ""


def _role(role: Any) -> str:
    name = role["role_name"]
    if name.name != "uniform_resource_identifier":
        raise CredentialFormatError("a role that is not named by a URI")
    # The library would turn the octets into an IRI; names are compared as they were signed.
    contents: bytes = name.chosen.contents
    return checked_text(contents.decode("ascii"), 1)


def _group(group: Any) -> str:
    values = group["values"]
    if len(values) != 1 or values[0].name != "string":
        raise CredentialFormatError("an organisation that is not one text")
    return checked_text(values[0].native, 1)


def _extensions(extensions: Any) -> bool:
    """Whether there is noRevAvail; RFC 5755, section 4.3, says which may be critical: none of ours."""
    seen: set[str] = set()
    for one in extensions if _is_there(extensions) else ():
        kind = one["extn_id"].dotted
        if kind in seen or one["critical"].native:
            raise CredentialFormatError(f"the critical extension {kind}, or one twice")
        if kind == NO_REVOCATION and one["extn_value"].contents != b"\x05\x00":
            raise CredentialFormatError("noRevAvail with a value")
        seen.add(kind)
    if {NO_REVOCATION, DISTRIBUTION} <= seen:
        raise CredentialFormatError("noRevAvail with an address of revocation lists")
    return NO_REVOCATION in seen
