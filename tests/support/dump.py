"""A server's databases as its operator has them: every row of every table, and any SQL.

It goes straight to the files or to MariaDB and knows nothing of the application,
so that neither its models nor its rules decide what is seen or changed.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sesphr.roles import node_database
from tests.support.liveserver import LiveServer

Row = tuple[Any, ...]
Tables = dict[str, list[Row]]


@dataclass(frozen=True)
class Databases:
    """The databases of one server, by alias: default, srs (srs-2 ..), cloud, audit."""

    data: Path
    environment: dict[str, str]

    @classmethod
    def of(cls, server: LiveServer) -> "Databases":
        """Those of a live server, which may run or not."""
        return cls(server.data, server.environment)

    @property
    def aliases(self) -> list[str]:
        """All aliases."""
        nodes = int(self.environment.get("SESPHR_NODES", "1"))
        return [
            "default",
            *(node_database(index) for index in range(1, nodes + 1)),
            "cloud",
            "audit",
        ]

    @property
    def on_mariadb(self) -> bool:
        """Whether they are schemas of MariaDB."""
        return self.environment.get("SESPHR_DB") == "mariadb"

    def execute(self, alias: str, sql: str, *values: Any) -> list[Row]:
        """Run one statement with %s for values, as its operator could; its rows."""
        with self._connected(alias) as connection, closing(connection.cursor()) as cursor:
            cursor.execute(self._sql(sql), values)
            return [tuple(row) for row in cursor.fetchall()] if cursor.description else []

    def one(self, alias: str, sql: str, *values: Any) -> Row:
        """The only row of a statement."""
        (row,) = self.execute(alias, sql, *values)
        return row

    def tables(self, alias: str) -> list[str]:
        """The tables of one database."""
        sql = (
            "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()"
            if self.on_mariadb
            else "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        )
        return sorted(str(name) for (name,) in self.execute(alias, sql))

    def rows(self, alias: str) -> Tables:
        """Every row of every table of one database, in a fixed order."""
        return {
            table: sorted(self.execute(alias, f"SELECT * FROM `{table}`"), key=repr)
            for table in self.tables(alias)
        }

    def everything(self) -> dict[str, Tables]:
        """Every row of every table of every database."""
        return {alias: self.rows(alias) for alias in self.aliases}

    def octets(self, alias: str) -> dict[str, bytes]:
        """The same as octets, by table: values one after the other, none cut."""
        return {
            table: b"\0".join(octets_of(value) for row in rows for value in row)
            for table, rows in self.rows(alias).items()
        }

    def replace(self, alias: str, tables: Tables) -> None:
        """Put these rows, and no others, into these tables, at one stroke."""
        with self._connected(alias) as connection, closing(connection.cursor()) as cursor:
            if self.on_mariadb:
                cursor.execute("SET FOREIGN_KEY_CHECKS = 0")
            cursor.execute("START TRANSACTION" if self.on_mariadb else "BEGIN IMMEDIATE")
            for table, rows in tables.items():
                cursor.execute(self._sql(f"DELETE FROM `{table}`"))
                for row in rows:
                    places = ", ".join(["%s"] * len(row))
                    cursor.execute(self._sql(f"INSERT INTO `{table}` VALUES ({places})"), row)
            cursor.execute("COMMIT")

    def _sql(self, text: str) -> str:
        return text if self.on_mariadb else text.replace("%s", "?").replace("`", '"')

    def drop_triggers(self, alias: str) -> dict[str, str]:
        """Remove every trigger as an operator can; what made them, by name."""
        found = dict(self._triggers(alias))
        for name in found:
            self.execute(alias, f"DROP TRIGGER `{name}`")
        return found

    def make_triggers(self, alias: str, made: dict[str, str]) -> None:
        """Put removed triggers back."""
        for sql in made.values():
            self.execute(alias, sql)

    def _triggers(self, alias: str) -> Iterator[tuple[str, str]]:
        if not self.on_mariadb:
            sql = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
            yield from ((str(name), str(text)) for name, text in self.execute(alias, sql))
            return
        sql = (
            "SELECT trigger_name, action_timing, event_manipulation, event_object_table,"
            " action_statement FROM information_schema.triggers"
            " WHERE trigger_schema = DATABASE()"
        )
        for name, timing, verb, table, text in self.execute(alias, sql):
            yield (
                str(name),
                f"CREATE TRIGGER `{name}` {timing} {verb} ON `{table}` FOR EACH ROW {text}",
            )

    @contextmanager
    def _connected(self, alias: str) -> Iterator[Any]:
        name = "portal" if alias == "default" else alias
        opened = self._mariadb(name) if self.on_mariadb else self._sqlite(name)
        with closing(opened) as connection:
            yield connection

    def _sqlite(self, name: str) -> sqlite3.Connection:
        # isolation_level None: every statement commits by itself.
        path = self.data / f"{name}.sqlite3"
        return sqlite3.connect(
            f"{path.as_uri()}?mode=rw", uri=True, timeout=20, isolation_level=None
        )

    def _mariadb(self, name: str) -> Any:
        import MySQLdb

        variables = self.environment
        schema = f"{variables['SESPHR_DB_PREFIX']}_{name.replace('-', '_')}"
        return MySQLdb.connect(
            host=variables["SESPHR_DB_HOST"], port=int(variables["SESPHR_DB_PORT"]),
            user=variables["SESPHR_DB_USER"], password=variables["SESPHR_DB_PASSWORD"],
            database=schema, charset="utf8mb4", autocommit=True,
        )  # fmt: skip


def octets_of(value: Any) -> bytes:
    """A value of a row as octets."""
    return bytes(value) if isinstance(value, bytes | bytearray) else str(value).encode()
