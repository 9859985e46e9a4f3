"""Databases of their own for tests with several processes, on SQLite or MariaDB.

The log cannot be emptied, so a test that commits to it takes fresh databases.
"""

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.db import connections

ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Fresh:
    """A DATA folder and databases that only this test knows."""

    environment: dict[str, str]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run Python with these arguments to its end."""
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
        )

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start Python with these arguments, its output readable line by line."""
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            text=True,
        )


@contextmanager
def fresh(folder: Path, *aliases: str) -> Iterator[Fresh]:
    """Fresh, migrated databases for these aliases; MariaDB's are dropped afterwards."""
    prefix = f"fresh_{secrets.token_hex(6)}"
    made = Fresh({**os.environ, "SESPHR_DATA": str(folder), "PYTHONDONTWRITEBYTECODE": "1"})
    on_mariadb = connections["audit"].vendor == "mysql"
    if on_mariadb:
        made.environment["SESPHR_DB_PREFIX"] = prefix
    try:
        for alias in aliases:
            if on_mariadb:
                _outside_django(f"CREATE DATABASE {prefix}_{alias} COLLATE utf8mb4_bin")
            done = made.run("manage.py", "migrate", "--database", alias, "--verbosity", "0")
            assert done.returncode == 0, done.stderr
        yield made
    finally:
        for alias in aliases if on_mariadb else ():
            _outside_django(f"DROP DATABASE IF EXISTS {prefix}_{alias}")


def _outside_django(sql: str) -> None:
    """Run SQL on a connection of its own: DDL would commit the test's transaction."""
    parameters = dict(connections["audit"].get_connection_params())
    parameters.pop("database", None)
    parameters.pop("db", None)
    connection = connections["audit"].Database.connect(**parameters)
    try:
        connection.cursor().execute(sql)
    finally:
        connection.close()
