"""`manage.py server_keys`: this server's keys, and its public card for the operator and its peers."""

import uuid
from typing import Any

import msgspec
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from sesphr import deployment, tls
from sesphr.crypto.encoding import b64u_encode
from sesphr.peers import Card, Keys, read_card
from sesphr.roles import server_name


class Command(BaseCommand):
    """Makes what is missing; replaces a key only when told to. Nothing that it prints is secret."""

    help = "Make this server's keys and print its public card as JSON."
    requires_system_checks: list[str] = []  # noqa: RUF012 -- Django's type

    def add_arguments(self, parser: CommandParser) -> None:
        """The address, and the two steps of changing the certificate."""
        parser.add_argument(
            "--url", help="where peers reach this server, as https://srs-1.example.org:8443"
        )
        steps = parser.add_mutually_exclusive_group()
        steps.add_argument(
            "--next", action="store_true", help="make the next certificate, beside the present one"
        )
        steps.add_argument(
            "--switch", action="store_true", help="use the next certificate from the next start on"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Make, print, and keep the card in DATA/card.json."""
        if settings.SESPHR_ROLE == "all":
            raise CommandError(
                "A process that runs every role has no peers: use `manage.py init_deployment`, or"
                " set SESPHR_ROLE."
            )
        self._certificates(options)
        card = msgspec.json.encode(self._card(options["url"]))
        text = msgspec.json.format(card, indent=2).decode()
        deployment.write(settings.SESPHR_DATA / "card.json", text + "\n")
        self.stdout.write(text)

    def _certificates(self, options: dict[str, Any]) -> None:
        tls.make(settings.SESPHR_DATA, server_name())
        if options["next"]:
            tls.make(settings.SESPHR_DATA, server_name(), tls.NEXT)
        if options["switch"]:
            try:
                tls.switch(settings.SESPHR_DATA)
            except FileNotFoundError as error:
                raise CommandError(str(error)) from error

    def _card(self, url: str | None) -> Card:
        before = self._before()
        address = url or (before.url if before else "")
        certificates = tuple(map(b64u_encode, tls.certificates(settings.SESPHR_DATA)))
        keys = self._keys(before.keys.id if before else "")
        card = Card(settings.SESPHR_DEPLOYMENT, server_name(), address, certificates, keys)
        try:
            return read_card(msgspec.json.encode(card))
        except ValueError as error:
            raise CommandError(f"Give --url as https://HOST:PORT. {error}") from error

    def _before(self) -> Card | None:
        path = settings.SESPHR_DATA / "card.json"
        try:
            return read_card(path.read_bytes()) if path.exists() else None
        except ValueError as error:
            raise CommandError(f"{path}: {error}") from error

    def _keys(self, name: str) -> Keys:
        """A node keeps its id for ever."""
        if settings.SESPHR_ROLE == "srs":
            return Keys(id=name or str(uuid.uuid4()), **deployment.node_keys(settings.SESPHR_NODE))
        return Keys(log=deployment.log_key()) if settings.SESPHR_ROLE == "audit" else Keys()
