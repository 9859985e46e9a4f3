"""Database triggers that keep streams, events and journals as they were written.

They hold against raw SQL too: no event is deleted or rewritten; its index in
the log may be set once, and event and salt may be erased together. TRUNCATE and
DROP fire no trigger: a production account must not have these rights.
"""

from collections.abc import Callable

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

Statements = list[str]
_REFUSED = "this table is append-only"


def _same(quote: Callable[[str], str], operator: str, *columns: str) -> str:
    return " AND ".join(f"NEW.{quote(name)} {operator} OLD.{quote(name)}" for name in columns)


def _event_rule(quote: Callable[[str], str], operator: str) -> str:
    """What an update of an event must satisfy."""
    index, event, salt = quote("index"), quote("event"), quote("salt")
    fixed = _same(quote, operator, "id", "stream_id", "number", "entry")
    placed = f"(OLD.{index} IS NULL OR NEW.{index} {operator} OLD.{index})"
    erased = f"(NEW.{event} IS NULL AND NEW.{salt} IS NULL)"
    return f"{fixed} AND {placed} AND (({_same(quote, operator, 'event', 'salt')}) OR {erased})"


def _journal_rule(quote: Callable[[str], str], operator: str) -> str:
    """What an update of a journal's entry must satisfy: it may become void, and what was sealed may
    be forgotten."""
    fixed = ("id", "number", "kind", "subject", "time", "statement", "facts", "digest")
    sealed = quote("sealed")
    kept = f"(NEW.{sealed} IS NULL OR NEW.{sealed} {operator} OLD.{sealed})"
    return f"{_same(quote, operator, *fixed)} AND {kept} AND NEW.{quote('void')} >= OLD.{quote('void')}"


def _stream_rule(quote: Callable[[str], str], operator: str) -> str:
    """What an update of a stream must satisfy: it only grows."""
    length = quote("length")
    return f"{_same(quote, operator, 'id', 'member', 'stream')} AND NEW.{length} >= OLD.{length}"


def _sqlite(table: str, rule: str, taken: str, quote: Callable[[str], str]) -> Statements:
    """REPLACE deletes without firing delete triggers in SQLite: inserts look for a taken place."""

    def trigger(verb: str, condition: str) -> str:
        name = quote(f"{table}_{verb.lower()}")
        return (
            f"CREATE TRIGGER {name} BEFORE {verb} ON {quote(table)} WHEN {condition} "
            f"BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
        )

    exists = (
        f"EXISTS (SELECT 1 FROM {quote(table)} WHERE {quote('id')} = NEW.{quote('id')} OR {taken})"  # noqa: S608
    )
    return [trigger("DELETE", "1"), trigger("UPDATE", f"NOT ({rule})"), trigger("INSERT", exists)]


def _mariadb(table: str, rule: str, quote: Callable[[str], str]) -> Statements:
    refuse = f"SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '{_REFUSED}'"
    checked = f"BEGIN IF NOT ({rule}) THEN {refuse}; END IF; END"
    names = quote(f"{table}_delete"), quote(f"{table}_update")
    return [
        f"CREATE TRIGGER {names[0]} BEFORE DELETE ON {quote(table)} FOR EACH ROW {refuse}",
        f"CREATE TRIGGER {names[1]} BEFORE UPDATE ON {quote(table)} FOR EACH ROW {checked}",
    ]


def _taken(quote: Callable[[str], str], columns: tuple[str, ...]) -> str:
    return "(" + " AND ".join(f"{quote(name)} = NEW.{quote(name)}" for name in columns) + ")"


def _operation(
    table: str, rule: Callable[[Callable[[str], str], str], str], *unique: tuple[str, ...]
) -> migrations.RunPython:
    def install(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
        quote = editor.connection.ops.quote_name
        if editor.connection.vendor == "sqlite":
            taken = " OR ".join(_taken(quote, columns) for columns in unique)
            statements = _sqlite(table, rule(quote, "IS"), taken, quote)
        else:
            statements = _mariadb(table, rule(quote, "<=>"), quote)
        for statement in statements:
            editor.execute(statement, params=None)

    def remove(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
        for verb in ("delete", "update", "insert"):
            name = editor.connection.ops.quote_name(f"{table}_{verb}")
            editor.execute(f"DROP TRIGGER IF EXISTS {name}", params=None)

    # MariaDB has no transactional DDL; on SQLite the migration's own transaction holds.
    return migrations.RunPython(install, remove, atomic=False)


def protect_events(table: str) -> migrations.RunPython:
    """The migration operation that protects a table of `AbstractEvent` rows."""
    return _operation(table, _event_rule, ("stream_id", "number"))


def protect_streams(table: str) -> migrations.RunPython:
    """The migration operation that protects a table of `AbstractStream` rows."""
    return _operation(table, _stream_rule, ("member",), ("stream",))


def protect_journal(table: str) -> migrations.RunPython:
    """The migration operation that protects a table of a node's journal."""
    return _operation(table, _journal_rule, ("number",))
