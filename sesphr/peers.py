"""Who this server's peers are: addresses and pinned certificates, DATA/peers.json.

A server's card is what `manage.py server_keys` prints: nothing in it is secret.
The file holds the cards of all servers of the deployment, this one's included.
A peer is known by its certificate, octet for octet; nobody signs for anybody.
"""

import ssl
from functools import lru_cache
from pathlib import Path
from typing import Annotated

import msgspec
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from sesphr.crypto.encoding import b64u_decode
from sesphr.crypto.errors import CryptoError

Key = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{43}$")]


class Keys(msgspec.Struct, forbid_unknown_fields=True, frozen=True, omit_defaults=True):
    """What the deployment's configuration says of a server: a node's id and keys, the log's key."""

    id: str = ""
    verification: Key | None = None
    hpke: Key | None = None
    log: Key | None = None


class Card(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A server's public card; certificates are base64url DER, two while one follows the other."""

    deployment: str
    server: Annotated[str, msgspec.Meta(pattern=r"^(portal|cloud|audit|srs-([1-9]|1[0-6]))$")]
    url: Annotated[str, msgspec.Meta(pattern=r"^https://[^/\s@?#]+$")]
    certificates: Annotated[tuple[str, ...], msgspec.Meta(min_length=1, max_length=2)]
    keys: Keys

    def certificates_der(self) -> tuple[bytes, ...]:
        """The certificates' octets; CryptoError if they are no base64url."""
        return tuple(b64u_decode(one) for one in self.certificates)


class File(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """DATA/peers.json."""

    peers: tuple[Card, ...]


def path() -> Path:
    """Where the file is."""
    return Path(settings.SESPHR_DATA) / "peers.json"


def read_card(octets: bytes) -> Card:
    """A card's text.

    Raises:
        ValueError: it is none; what is wrong with it.
    """
    try:
        card = msgspec.json.decode(octets, type=Card)
        card.certificates_der()
    except (msgspec.MsgspecError, UnicodeDecodeError, CryptoError) as error:
        raise ValueError(f"This is no server's card: {error}.") from error
    return card


def write(cards: dict[str, Card]) -> None:
    """Put the file in place at once."""
    ordered = tuple(cards[name] for name in sorted(cards))
    draft = path().with_suffix(".draft")
    draft.write_bytes(msgspec.json.format(msgspec.json.encode(File(ordered)), indent=2) + b"\n")
    draft.replace(path())


def read() -> dict[str, Card]:
    """All cards by server.

    Raises:
        ImproperlyConfigured: the file is missing or odd.
    """
    try:
        found = msgspec.json.decode(path().read_bytes(), type=File).peers
    except FileNotFoundError as error:
        raise ImproperlyConfigured(
            "This server knows no peers: run `manage.py install_deployment` first."
        ) from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(f"DATA/peers.json cannot be used: {error}.") from error
    cards = {card.server: card for card in found}
    _check(found, cards)
    return cards


def _check(found: tuple[Card, ...], cards: dict[str, Card]) -> None:
    if len(cards) != len(found):
        raise ImproperlyConfigured("DATA/peers.json names a server twice.")
    strangers = sorted(one.server for one in found if one.deployment != settings.SESPHR_DEPLOYMENT)
    if strangers:
        raise ImproperlyConfigured(
            f"DATA/peers.json: {', '.join(strangers)} belong to another deployment than "
            f"{settings.SESPHR_DEPLOYMENT}."
        )
    try:
        ders = [der for card in found for der in card.certificates_der()]
    except CryptoError as error:
        raise ImproperlyConfigured(f"DATA/peers.json cannot be used: {error}.") from error
    if len(set(ders)) != len(ders):
        raise ImproperlyConfigured("DATA/peers.json has one certificate for two servers.")


@lru_cache(maxsize=1)
def get_peers() -> dict[str, Card]:
    """All cards by server, read once."""
    return read()


@lru_cache(maxsize=1)
def _names() -> dict[bytes, str]:
    return {der: name for name, card in get_peers().items() for der in card.certificates_der()}


def name_of(certificate: bytes | None) -> str | None:
    """The server with this certificate (DER); None for nobody that is pinned."""
    return None if certificate is None else _names().get(certificate)


def pem_of(card: Card) -> str:
    """A peer's certificates as PEM, for OpenSSL."""
    return "".join(ssl.DER_cert_to_PEM_cert(der) for der in card.certificates_der())


def forget() -> None:
    """Read again at the next call; for tests and for those that have just written."""
    get_peers.cache_clear()
    _names.cache_clear()
