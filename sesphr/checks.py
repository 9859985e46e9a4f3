"""What is unsafe in production, said one sentence each by `manage.py check`."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connections

from sesphr.roles import own_databases
from sesphr.settings.servers import serves_people

PACKET = 64 * 2**20
LOOPBACK = ("localhost", "127.0.0.1", "::1")


def _demo() -> Iterator[CheckMessage]:
    if settings.SESPHR_DEMO:
        yield Warning(
            "These are the demo's settings.",
            hint="Run a real server with DJANGO_SETTINGS_MODULE=sesphr.settings.production.",
            id="sesphr.W001",
        )


def _mail() -> Iterator[CheckMessage]:
    if not settings.EMAIL_BACKEND.endswith("smtp.EmailBackend"):
        yield Warning("Mail is not sent to anybody.", hint="Configure SMTP.", id="sesphr.W002")
    elif not (settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL):
        yield Warning("Mail travels without TLS.", id="sesphr.W003")


def _nodes() -> Iterator[CheckMessage]:
    if settings.SESPHR_THRESHOLD < 2:
        yield Warning(
            "One SRS node alone can re-encrypt: its operator together with one granted user could"
            " go on reading what was granted.",
            hint="Use SESPHR_NODES=3 and SESPHR_THRESHOLD=2, with an operator each.",
            id="sesphr.W004",
        )
    if settings.SESPHR_ROLE == "all":
        yield Warning(
            "Portal, SRS, cloud and log run in one process: whoever runs it holds R parameters,"
            " re-encryption keys and ciphertext together.",
            id="sesphr.W005",
        )


def _databases() -> Iterator[CheckMessage]:
    engines = {settings.DATABASES[alias]["ENGINE"] for alias in own_databases()}
    if any(engine.endswith("sqlite3") for engine in engines):
        yield Warning(
            "SQLite serves one process on one host.",
            hint="Set SESPHR_DB=mariadb.",
            id="sesphr.W006",
        )


def _hosts() -> Iterator[CheckMessage]:
    if "*" in settings.ALLOWED_HOSTS:
        yield Error("SESPHR_HOSTS allows every host name.", id="sesphr.E001")
    if settings.DEBUG:
        yield Error("DEBUG shows secrets of the server to strangers.", id="sesphr.E002")


def _proxies() -> Iterator[CheckMessage]:
    if settings.SECURE_PROXY_SSL_HEADER and not settings.SESPHR_PROXIES:
        yield Warning(
            "A proxy is believed when it says that a request came by HTTPS, but SESPHR_PROXIES is 0:"
            " all requests count for the proxy's address, and one stranger can use up everybody's"
            " limits.",
            hint="Set SESPHR_PROXIES to the number of your own proxies.",
            id="sesphr.W009",
        )


def _blobs() -> Iterator[CheckMessage]:
    store = settings.STORAGES["blobs"]["OPTIONS"].get("endpoint_url", "")
    if store.startswith("http:") and urlsplit(store).hostname not in LOOPBACK:
        yield Warning(
            "Blobs travel to their store without TLS: others may see names and sizes.",
            hint="Give SESPHR_S3_ENDPOINT as https://.",
            id="sesphr.W010",
        )


def _files() -> Iterator[CheckMessage]:
    data = Path(settings.SESPHR_DATA)
    for path in (data, data / "secrets"):
        if path.is_dir() and path.stat().st_mode & 0o077:
            yield Warning(
                f"Others on this host may look into {path.name}/ of DATA.",
                hint="chmod 700 it.",
                id="sesphr.W007",
            )


@register(Tags.security, deploy=True)
def production(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """Settings that a real deployment must not have."""
    groups: tuple[Callable[[], Iterator[CheckMessage]], ...] = (
        _demo,
        _nodes,
        _databases,
        _blobs,
        _files,
    )
    if serves_people(settings.SESPHR_ROLE):
        groups = (*groups, _mail, _hosts, _proxies)
    return [message for group in groups for message in group()]


@register(Tags.database)
def mariadb(
    app_configs: Any, databases: Sequence[str] | None = None, **options: Any
) -> list[CheckMessage]:
    """MariaDB's variables that documents, ids and write-once tables depend on."""
    return [
        message
        for alias in databases or ()
        if connections[alias].vendor == "mysql"
        for message in _mariadb(alias)
    ]


def _mariadb(alias: str) -> Iterator[CheckMessage]:
    with connections[alias].cursor() as cursor:
        cursor.execute(
            "SELECT @@max_allowed_packet, @@collation_database, @@innodb_flush_log_at_trx_commit"
        )
        packet, collation, flush = cursor.fetchone()
    if packet < PACKET:
        yield Error(
            f"{alias}: max_allowed_packet is {packet}; documents need {PACKET} or more.",
            id="sesphr.E003",
        )
    if collation != "utf8mb4_bin":
        yield Error(
            f"{alias}: the schema's collation is {collation}; ids need utf8mb4_bin.",
            id="sesphr.E004",
        )
    if flush != 1:
        yield Warning(
            f"{alias}: innodb_flush_log_at_trx_commit is not 1: a power cut can lose what was acknowledged.",
            id="sesphr.W008",
        )
