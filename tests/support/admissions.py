"""Ordinary certificates with an admission extension, as chambers issue them for cards."""

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from sesphr.crypto.authorities import Issuer
from sesphr.crypto.certificates import read_certificate

# Physicians and pharmacists in the German health system's list of professions.
PHYSICIAN, PHARMACIST = "1.2.276.0.76.4.30", "1.2.276.0.76.4.32"
WORDS = ((PHYSICIAN, "physician"), (PHARMACIST, "pharmacist"), ("Ärztin/Arzt", "physician"))
DAY = timedelta(days=1)


def _name(common: str, organisation: str | None = None) -> x509.Name:
    parts = [x509.NameAttribute(NameOID.COMMON_NAME, common)]
    if organisation is not None:
        parts.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation))
    return x509.Name(parts)


def usage(*, issues: bool) -> x509.KeyUsage:
    """For signing; of certificates and lists if it `issues`."""
    return x509.KeyUsage(not issues, False, False, False, False, issues, issues, False, False)


def admissions(items: list[str], oids: list[str] | None = None) -> x509.Admissions:
    """The extension with one profession."""
    listed = None if oids is None else [x509.ObjectIdentifier(one) for one in oids]
    info = x509.ProfessionInfo(None, items, listed, None, None)
    return x509.Admissions(None, [x509.Admission(None, None, [info])])


class Chamber:
    """A certification authority that issues cards; pinned for physicians and pharmacists."""

    def __init__(self, now: int) -> None:
        self.now = datetime.fromtimestamp(now, UTC)
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = _name("Chamber of Physicians")
        builder = self._builder(self.name, self.key.public_key())
        builder = builder.add_extension(x509.BasicConstraints(True, None), True)
        made = builder.add_extension(usage(issues=True), True).sign(self.key, SHA256())
        self.issuer = Issuer(
            read_certificate(made.public_bytes(Encoding.DER)),
            frozenset({"physician", "pharmacist"}),
            WORDS,
        )

    def _builder(self, subject: x509.Name, key: object) -> x509.CertificateBuilder:
        builder = x509.CertificateBuilder().issuer_name(self.name).subject_name(subject)
        return (
            builder.public_key(key)  # type: ignore[arg-type]
            .serial_number(4711)
            .not_valid_before(self.now - DAY)
            .not_valid_after(self.now + 300 * DAY)
        )

    def card(
        self,
        key: Ed25519PrivateKey,
        extension: x509.ExtensionType,
        *more: tuple[x509.ExtensionType, bool],
        organisation: str | None = "City Heart Clinic",
    ) -> bytes:
        """A card's certificate (DER) for a key, with this extension and others."""
        subject = _name("Dr Jonathan Lee", organisation)
        builder = self._builder(subject, key.public_key()).add_extension(extension, False)
        for one, critical in more or ((usage(issues=False), True),):
            builder = builder.add_extension(one, critical)
        return builder.sign(self.key, SHA256()).public_bytes(Encoding.DER)


def admission_certificate(key: Ed25519PrivateKey, now: int) -> tuple[Issuer, bytes]:
    """A pinned chamber, and a physician's card of it."""
    chamber = Chamber(now)
    return chamber.issuer, chamber.card(key, admissions(["Ärztin/Arzt"], [PHYSICIAN]))
