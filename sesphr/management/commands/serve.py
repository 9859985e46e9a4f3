"""`manage.py serve`: become this role's server: gunicorn, with mutual TLS where peers call.

The one place that says how a server is started; `make cluster` and docker-compose.yml run it.
"""

import os
import ssl
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser

from sesphr import deployment, peers, tls
from sesphr.settings.servers import serves_people

# A call of a peer may wait for another server; longer than that is stuck.
TIMEOUT = "120"
# Longer than peers keep a connection that they do not use.
KEEP_ALIVE = "75"


class Command(BaseCommand):
    """Checks what would only show at the first call, then gives its process to gunicorn."""

    help = "Serve this process's role until told to stop."

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to listen."""
        parser.add_argument("--bind", required=True, help="ADDRESS:PORT")
        parser.add_argument("--workers", type=int, default=1)
        parser.add_argument("--threads", type=int, default=8)
        parser.add_argument("--log-level", default="warning")

    def handle(self, *args: Any, **options: Any) -> None:
        """Become the server; it does not return."""
        try:
            deployment.get_deployment()
            deployment.check_own_keys()
            safe = self._tls() if not serves_people(settings.SESPHR_ROLE) else []
            if settings.SESPHR_ROLE == "portal":
                peers.read()
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        command = [
            sys.executable, "-m", "gunicorn", "sesphr.wsgi", "--config", "python:sesphr.gunicorn",
            "--bind", options["bind"], "--workers", str(options["workers"]),
            "--threads", str(options["threads"]), "--timeout", TIMEOUT, "--keep-alive", KEEP_ALIVE,
            "--log-level", options["log_level"], "--worker-tmp-dir", str(settings.SESPHR_DATA), *safe,
        ]  # fmt: skip
        os.chdir(settings.BASE_DIR)
        sys.stdout.flush()
        os.execv(sys.executable, command)  # noqa: S606 -- our own words, no shell

    def _tls(self) -> list[str]:
        data: Path = settings.SESPHR_DATA
        if not tls.certificate_path(data).exists():
            raise CommandError("This server has no certificate: run `manage.py server_keys` first.")
        pinned = peers.read()
        text = "".join(peers.pem_of(card) for card in pinned.values())
        tls.pinned_path(data).write_text(text, encoding="ascii")
        return [
            "--certfile", str(tls.certificate_path(data)), "--keyfile", str(tls.key_path(data)),
            "--ca-certs", str(tls.pinned_path(data)), "--cert-reqs", str(int(ssl.CERT_REQUIRED)),
        ]  # fmt: skip
