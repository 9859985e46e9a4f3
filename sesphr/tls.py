"""This server's certificate among its peers: Ed25519, self-signed, pinned by them.

The key lies in DATA/secrets/tls.pem, the certificate in DATA/tls/own.pem. A
successor lies beside both until `server_keys --switch` puts it in their place.
"""

import os
import secrets
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

YEARS = 10
OWN, NEXT = "own", "next"
KEYS = {OWN: "tls.pem", NEXT: "tls-next.pem"}


def key_path(data: Path, which: str = OWN) -> Path:
    """Where the private key lies."""
    return data / "secrets" / KEYS[which]


def certificate_path(data: Path, which: str = OWN) -> Path:
    """Where the certificate lies."""
    return data / "tls" / f"{which}.pem"


def pinned_path(data: Path) -> Path:
    """Where `manage.py serve` writes the peers' certificates for OpenSSL."""
    return data / "tls" / "pinned.pem"


def make(data: Path, name: str, which: str = OWN) -> None:
    """Make key and certificate unless they are there."""
    if certificate_path(data, which).exists():
        return
    for folder in (data / "secrets", data / "tls"):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = Ed25519PrivateKey.generate()
    octets = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    _write(key_path(data, which), octets, 0o600)
    # The certificate last: where it is, its key is.
    _write(certificate_path(data, which), _certificate(key, name).public_bytes(Encoding.PEM), 0o644)


def switch(data: Path) -> None:
    """Put the successor in the place of key and certificate.

    Raises:
        FileNotFoundError: there is none.
    """
    if not certificate_path(data, NEXT).exists():
        raise FileNotFoundError("There is no successor: run `manage.py server_keys --next` first.")
    key_path(data, NEXT).replace(key_path(data))
    certificate_path(data, NEXT).replace(certificate_path(data))


def certificates(data: Path) -> tuple[bytes, ...]:
    """This server's certificate and its successor's, if there is one, as DER."""
    there = (certificate_path(data, which) for which in (OWN, NEXT))
    return tuple(
        ssl.PEM_cert_to_DER_cert(path.read_text(encoding="ascii"))
        for path in there
        if path.exists()
    )


def calling(data: Path, pinned: str) -> ssl.SSLContext:
    """For calls to the one peer whose certificates are `pinned` (PEM); whatever its host's name."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    # The certificate itself is compared, and nothing else vouches for the peer.
    context.check_hostname = False
    context.load_verify_locations(cadata=pinned)
    context.load_cert_chain(certificate_path(data), key_path(data))
    return context


def _certificate(key: Ed25519PrivateKey, name: str) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(int.from_bytes(secrets.token_bytes(16)) >> 1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365 * YEARS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, None)
    )


def _write(path: Path, octets: bytes, mode: int) -> None:
    draft = path.with_name(f".{path.name}.draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(octets)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
