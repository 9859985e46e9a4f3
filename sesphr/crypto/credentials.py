"""Role credentials: what an authority certified of a member, verified (RFC 5755, Common PKI).

A credential is a PEM text: an attribute certificate followed by the identity certificate that
it is about; or an ordinary certificate with an admission extension alone, which may also
come as DER. Both bind role, organisation and validity to the member's verification key.

Revocation: lists come from the authority that signed the credential. Without any, or with one
that is stale (`revocations.GRACE` past its end), nobody knows, and the credential counts as
revoked. noRevAvail does without a list only when the whole validity is at most
`UNREVOCABLE` seconds; a list that names the credential counts all the same.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.x509.oid import ExtensionOID, NameOID

from sesphr.crypto import ed25519
from sesphr.crypto.admissions import read_admissions
from sesphr.crypto.attributes import Claims, read_attributes
from sesphr.crypto.authorities import Issuer
from sesphr.crypto.certificates import Certificate, check_extensions, read_certificate, verify
from sesphr.crypto.der import read_pem
from sesphr.crypto.encoding import check_octets, check_uuid
from sesphr.crypto.errors import (
    CredentialError,
    CredentialFormatError,
    CredentialTrustError,
    DecodingError,
    SignatureError,
)
from sesphr.crypto.revocations import RevocationList

MAX_CREDENTIAL = 32 * 1024
UNREVOCABLE = 24 * 3600
_IDENTITY = (ExtensionOID.BASIC_CONSTRAINTS, ExtensionOID.KEY_USAGE)


@dataclass(frozen=True)
class Role:
    """A certified role: valid while valid_from <= now < valid_until (Unix seconds; within the validities
    of credential, identity certificate and authority); `holder` is the member's id if the
    credential names one."""

    role: str
    issuer: str
    issuer_name: str
    organisation: str
    valid_from: int
    valid_until: int
    serial: int
    holder: str | None


class CredentialNotInForce(CredentialError):
    """The credential is genuine, and does not count now; `revoked` unless that is for its dates."""

    def __init__(self, message: str, role: Role, *, revoked: bool) -> None:
        super().__init__(message)
        self.role = role
        self.revoked = revoked


@dataclass(frozen=True)
class _Parts:
    claims: Claims
    identity: Certificate
    holder: str | None


@dataclass(frozen=True)
class _Checked:
    role: Role
    needs_list: bool


def verify_role(
    octets: bytes,
    *,
    issuers: Iterable[Issuer],
    revocations: Mapping[str, RevocationList],
    verification: bytes,
    now: int,
) -> Role:
    """Verify a credential whole: form, signature, holder, role, revocation, validity.

    Args:
        octets: the credential as handed in.
        issuers: the pinned authorities.
        revocations: the newest list of each, by issuer id.
        verification: the member's verification key, 32 octets.
        now: Unix seconds.

    Raises:
        CredentialFormatError: not of the strict form.
        CredentialTrustError: not by a pinned authority, not for a role of it, not this member's.
        CredentialNotInForce: revoked, nobody knows whether it is, expired, or not valid yet.
    """
    checked = _checked(octets, tuple(issuers), verification)
    role = checked.role
    known = revocations.get(role.issuer)
    if known is not None and role.serial in known.serials:
        raise CredentialNotInForce("The authority has revoked it.", role, revoked=True)
    if checked.needs_list and (known is None or known.is_stale(now)):
        raise CredentialNotInForce(
            "No revocation list of its authority is new enough.", role, revoked=True
        )
    if now < role.valid_from:
        raise CredentialNotInForce("It is not valid yet.", role, revoked=False)
    if now >= role.valid_until:
        raise CredentialNotInForce("It has expired.", role, revoked=False)
    return role


def holder_key(octets: bytes) -> bytes:
    """The verification key that a credential is about, unverified: to find whose it may be.

    Raises:
        CredentialFormatError: not of the strict form.
    """
    return _ed25519(_parts(octets).identity)


# Signatures and forms do not change with time; validity and revocation are looked at every time.
@lru_cache(maxsize=4096)
def _checked(octets: bytes, issuers: tuple[Issuer, ...], verification: bytes) -> _Checked:
    parts = _parts(octets)
    claims, identity = parts.claims, parts.identity
    if _ed25519(identity) != check_octets(verification, 32):
        raise CredentialTrustError("It is about another key than this member's.")
    issuer = _signer(claims, issuers, admission=parts.holder is None)
    word = issuer.role(claims.names)
    if word is None:
        raise CredentialTrustError("The authority is not pinned for exactly this role.")
    validities = (claims, identity, issuer.certificate)
    role = Role(
        role=word,
        issuer=issuer.id,
        issuer_name=issuer.name,
        organisation=claims.organisation,
        valid_from=max(one.not_before for one in validities),
        valid_until=min(one.not_after for one in validities),
        serial=claims.serial,
        holder=parts.holder,
    )
    brief = claims.not_after - claims.not_before <= UNREVOCABLE
    return _Checked(role, not (claims.no_revocation and brief))


def _parts(octets: bytes) -> _Parts:
    try:
        blocks = _blocks(octets)
    except (DecodingError, ValueError, TypeError) as error:
        raise CredentialFormatError(f"not a credential: {error}") from None
    labels = [label for label, _ in blocks]
    if labels == ["ATTRIBUTE CERTIFICATE", "CERTIFICATE"]:
        identity = read_certificate(blocks[1][1])
        holder = _identity(identity)
        return _Parts(read_attributes(blocks[0][1], identity), identity, holder)
    if labels == ["CERTIFICATE"]:
        certificate = read_certificate(blocks[0][1])
        return _Parts(read_admissions(certificate), certificate, None)
    raise CredentialFormatError(
        "neither an attribute certificate and its identity certificate nor one certificate"
    )


def _blocks(octets: bytes) -> list[tuple[str, bytes]]:
    if len(octets) > MAX_CREDENTIAL:
        raise CredentialFormatError("longer than a credential may be")
    if octets[:1] == b"\x30":
        return [("CERTIFICATE", octets)]
    return read_pem(octets, MAX_CREDENTIAL)


def _identity(certificate: Certificate) -> str:
    """Check a member's identity certificate, signed with the key it names; the member's id."""
    check_extensions(certificate.parsed.extensions, _IDENTITY)
    names = certificate.names(NameOID.COMMON_NAME)
    if certificate.subject != certificate.issuer or len(names) != 1 or certificate.is_authority():
        raise CredentialFormatError("not an identity certificate signed by its own member")
    verify(certificate.key, certificate.algorithm, certificate.signature, certificate.signed)
    try:
        return check_uuid(names[0])
    except DecodingError:
        raise CredentialFormatError("an identity certificate that names no member") from None


def _ed25519(certificate: Certificate) -> bytes:
    key = certificate.key
    if not isinstance(key, Ed25519PublicKey):
        raise CredentialTrustError("It is not about a member's verification key.")
    try:
        return ed25519.check_key(key.public_bytes_raw())
    except SignatureError as error:
        raise CredentialTrustError(str(error)) from None


def _signer(claims: Claims, issuers: tuple[Issuer, ...], *, admission: bool) -> Issuer:
    for issuer in issuers:
        authority = issuer.certificate
        if authority.subject != claims.issuer or authority.is_authority() != admission:
            continue
        try:
            verify(authority.key, claims.algorithm, claims.signature, claims.signed)
        except CredentialTrustError:
            continue
        return issuer
    raise CredentialTrustError("No authority that is pinned here signed it.")
