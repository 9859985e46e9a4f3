"""Nodes and log in memory; a database whose transactions really commit."""

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections

from sesphr import adapters
from tests.unit.accounts.fakes import FakeCloud, FakeLog, FakeNode


@pytest.fixture(autouse=True)
def _around(settings: Any) -> Iterator[None]:
    settings.SESPHR_SRS_NODE = "tests.unit.accounts.fakes.FakeNode"
    settings.SESPHR_LOG = "tests.unit.accounts.fakes.FakeLog"
    settings.SESPHR_CLOUD = "tests.unit.accounts.fakes.FakeCloud"
    settings.SESPHR_NODES = 2
    settings.ROOT_URLCONF = "tests.unit.accounts.urls"
    adapters.forget_adapters()
    yield
    adapters.forget_adapters()


@pytest.fixture
def nodes(_around: None) -> tuple[FakeNode, ...]:
    return adapters.get_srs_nodes()  # type: ignore[return-value]


@pytest.fixture
def cloud(_around: None) -> FakeCloud:
    return adapters.get_cloud()  # type: ignore[return-value]


@pytest.fixture
def log(_around: None) -> FakeLog:
    return adapters.get_log()  # type: ignore[return-value]


def _fresh(connection: Any, folder: Path) -> str:
    """The name of a new, empty database: a file on SQLite, a schema on MariaDB."""
    if connection.vendor == "sqlite":
        return str(folder / "portal.sqlite3")
    name = f"accounts_{secrets.token_hex(6)}"
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
    return name


def _drop(connection: Any) -> None:
    name = connection.settings_dict["NAME"]
    connection.close()
    if connection.vendor == "mysql":
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name}")


@pytest.fixture(scope="module")
def committing(django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A portal database of the module's own, without a surrounding transaction.

    What commits there cannot be flushed: events stay. So the database goes instead.
    """
    connection = connections["default"]
    before, held = connection.settings_dict["NAME"], connection.connection
    with django_db_blocker.unblock():
        connection.connection = None
        connection.settings_dict["NAME"] = _fresh(connection, tmp_path_factory.mktemp("portal"))
        try:
            call_command("migrate", database="default", verbosity=0, skip_checks=True)
            yield
        finally:
            _drop(connection)
            connection.settings_dict["NAME"], connection.connection = before, held
