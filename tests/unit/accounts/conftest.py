"""Nodes and log in memory; a database whose transactions really commit."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections

from sesphr import adapters
from tests.unit.accounts.fakes import FakeLog, FakeNode


@pytest.fixture(autouse=True)
def _around(settings: Any) -> Iterator[None]:
    settings.SESPHR_SRS_NODE = "tests.unit.accounts.fakes.FakeNode"
    settings.SESPHR_LOG = "tests.unit.accounts.fakes.FakeLog"
    settings.SESPHR_NODES = 2
    settings.ROOT_URLCONF = "tests.unit.accounts.urls"
    adapters.forget_adapters()
    yield
    adapters.forget_adapters()


@pytest.fixture
def nodes(_around: None) -> tuple[FakeNode, ...]:
    return adapters.get_srs_nodes()  # type: ignore[return-value]


@pytest.fixture
def log(_around: None) -> FakeLog:
    return adapters.get_log()  # type: ignore[return-value]


@pytest.fixture
def committing(django_db_setup: None, django_db_blocker: Any, tmp_path: Path) -> Iterator[None]:
    """The portal's database without a surrounding transaction, for several threads.

    Events cannot be flushed, so a test gets a file of its own on SQLite, and
    leaves its rows, under logins of its own, on MariaDB.
    """
    connection = connections["default"]
    before, held = connection.settings_dict["NAME"], connection.connection
    with django_db_blocker.unblock():
        if connection.vendor == "sqlite":
            connection.connection = None
            connection.settings_dict["NAME"] = str(tmp_path / "portal.sqlite3")
            call_command("migrate", database="default", verbosity=0, skip_checks=True)
        try:
            yield
        finally:
            if connection.vendor == "sqlite":
                connection.close()
                connection.settings_dict["NAME"], connection.connection = before, held
