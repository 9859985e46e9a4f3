"""A new database is made at once; it is the one that the migrations make step by step."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import ConnectionHandler, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from sesphr.roles import only_app

pytestmark = pytest.mark.django_db(databases="__all__")


@contextmanager
def empty(path: Path, alias: str) -> Iterator[BaseDatabaseWrapper]:
    """A new SQLite database in the place of this alias."""
    engine = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path)}
    before, found = connections[alias], ConnectionHandler({"default": engine, alias: engine})[alias]
    connections[alias] = found
    try:
        yield found
    finally:
        found.close()
        connections[alias] = before


def made(path: Path, alias: str, at_once: bool) -> dict[str, list[str]]:
    """What is in a new database after all migrations of this alias, but for their names."""
    with empty(path, alias) as connection, connection.cursor() as cursor:
        executor = MigrationExecutor(connection)
        executor.loader = loader = MigrationLoader(connection, replace_migrations=at_once)
        leaves = loader.graph.leaf_nodes(only_app(alias))
        executor.migrate(
            [leaf for leaf in leaves if at_once or not loader.get_migration(*leaf).replaces]
        )
        cursor.execute(
            "SELECT name, sql FROM sqlite_master"
            " WHERE sql IS NOT NULL AND tbl_name NOT IN ('django_migrations', 'sqlite_sequence')"
        )
        return {name: parts(sql) for name, sql in cursor.fetchall()}


def parts(sql: str) -> list[str]:
    """A statement's text; of a table its columns and constraints, in no order."""
    if not sql.startswith("CREATE TABLE"):
        return [sql]
    found, depth = [""], 0
    for letter in sql[sql.index("(") + 1 : sql.rindex(")")]:
        depth += (letter == "(") - (letter == ")")
        if letter == "," and not depth:
            found.append("")
        else:
            found[-1] += letter
    return sorted(one.strip() for one in found)


@pytest.mark.parametrize("alias", ["default", "srs", "cloud", "audit"])
def test_at_once_or_step_by_step(alias: str, tmp_path: Path) -> None:
    at_once = made(tmp_path / "at-once", alias, at_once=True)
    assert len(at_once) > 10
    assert at_once == made(tmp_path / "steps", alias, at_once=False)


@pytest.mark.parametrize("alias", ["srs", "cloud", "audit"])
def test_a_database_of_one_app_is_asked_for_its_migrations_alone(alias: str) -> None:
    applied = MigrationRecorder(connections[alias]).applied_migrations()
    assert {app for app, _ in applied} == {only_app(alias)}
