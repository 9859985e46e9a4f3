"""`manage.py install_deployment`: who signs, who the nodes are and who the peers are, at one server."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser

from sesphr import deployment, peers, tls
from sesphr.crypto.encoding import b64u_decode
from sesphr.crypto.errors import CryptoError
from sesphr.management import cards
from sesphr.roles import server_name


class Command(BaseCommand):
    """Checks all before it changes anything; may be run again, as when a peer's card changes."""

    help = "Install the signed configuration, the operator's public key and the peers' cards."
    requires_system_checks: list[str] = []  # noqa: RUF012 -- Django's type

    def add_arguments(self, parser: CommandParser) -> None:
        """What the operator sent, and the key that the operator told by another way."""
        parser.add_argument("deployment", help="deployment.jws")
        parser.add_argument("cards", nargs="+", help="the cards of all servers, a file each")
        parser.add_argument(
            "--operator", help="the operator's key; needed the first time, and when it changed"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Check, then write."""
        found = cards.read(options["cards"])
        cards.require(found, cards.servers())
        self._check_own(found)
        jws, key = self._deployment(options)
        peers.write(found)
        deployment.write(deployment.operator_path(), key)
        deployment.write(deployment.path(), jws)
        self._forget()
        deployment.check_own_keys()
        peers.read()
        self.stdout.write(f"{server_name()} knows its deployment and {len(found)} servers.")

    def _check_own(self, found: dict[str, peers.Card]) -> None:
        own = found[server_name()].certificates_der()
        if not set(tls.certificates(settings.SESPHR_DATA)) & set(own):
            raise CommandError(
                f"The card of {server_name()} has none of this server's certificates:"
                " run `manage.py server_keys` and send its card."
            )

    def _deployment(self, options: dict[str, Any]) -> tuple[str, str]:
        place = deployment.operator_path()
        key = options["operator"] or (place.read_text(encoding="ascii") if place.exists() else "")
        if not key:
            raise CommandError("Give --operator, the operator's key, as the operator told you.")
        try:
            jws = Path(options["deployment"]).read_text(encoding="ascii").strip()
            deployment.check(jws, b64u_decode(key.strip(), 32))
        except (OSError, UnicodeDecodeError, CryptoError, ImproperlyConfigured) as error:
            raise CommandError(f"{options['deployment']}: {error}") from error
        return jws, key.strip()

    def _forget(self) -> None:
        deployment.get_deployment.cache_clear()
        peers.forget()
