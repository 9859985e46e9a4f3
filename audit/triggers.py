"""The SQL of the append-only guards, one statement a trigger, by database vendor.

Kept apart from the migrations so that the check can tell which must be there.
"""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

REWRITE = "the log is append-only"
ORDER = "entries are appended in order"

# SQLite fires DELETE triggers on INSERT OR REPLACE only under a pragma that any
# connection can switch off; a BEFORE INSERT trigger fires always.
_SQLITE_REFUSE = """
CREATE TRIGGER IF NOT EXISTS {table}_no_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, '{message}'); END
"""
_SQLITE_ENTRY = f"""
CREATE TRIGGER IF NOT EXISTS audit_entry_order BEFORE INSERT ON audit_entry
WHEN NEW."index" <> (SELECT COALESCE(MAX("index") + 1, 0) FROM audit_entry)
  OR NEW.number <> (SELECT COALESCE(MAX(number), 0) + 1 FROM audit_entry WHERE stream = NEW.stream)
BEGIN SELECT RAISE(ABORT, '{ORDER}'); END
"""
_SQLITE_HASH = f"""
CREATE TRIGGER IF NOT EXISTS audit_hash_order BEFORE INSERT ON audit_hash
WHEN EXISTS (SELECT 1 FROM audit_hash WHERE id = NEW.id)
  OR NEW.position <> (SELECT COALESCE(MAX(position) + 1, 0) FROM audit_hash WHERE level = NEW.level)
BEGIN SELECT RAISE(ABORT, '{ORDER}'); END
"""

_MARIADB_REFUSE = """
CREATE TRIGGER IF NOT EXISTS {table}_no_{verb} BEFORE {verb} ON {table} FOR EACH ROW
SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '{message}'
"""
_MARIADB_ENTRY = f"""
CREATE TRIGGER IF NOT EXISTS audit_entry_order BEFORE INSERT ON audit_entry FOR EACH ROW
IF NEW.`index` <> (SELECT COALESCE(MAX(`index`) + 1, 0) FROM audit_entry)
  OR NEW.number <> (SELECT COALESCE(MAX(number), 0) + 1 FROM audit_entry WHERE stream = NEW.stream)
THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '{ORDER}'; END IF
"""
# NEW.id is 0 here unless the statement names it; no row has the id 0.
_MARIADB_HASH = f"""
CREATE TRIGGER IF NOT EXISTS audit_hash_order BEFORE INSERT ON audit_hash FOR EACH ROW
IF EXISTS (SELECT 1 FROM audit_hash WHERE id = NEW.id)
  OR NEW.position <> (SELECT COALESCE(MAX(position) + 1, 0) FROM audit_hash WHERE level = NEW.level)
THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '{ORDER}'; END IF
"""

_TABLES = ("audit_entry", "audit_hash")
_VERBS = ("update", "delete")
_REFUSE = {"sqlite": _SQLITE_REFUSE, "mysql": _MARIADB_REFUSE}
_INSERT = {"sqlite": (_SQLITE_ENTRY, _SQLITE_HASH), "mysql": (_MARIADB_ENTRY, _MARIADB_HASH)}

NAMES = {
    *(f"{table}_no_{verb}" for table in _TABLES for verb in _VERBS),
    *(f"{table}_order" for table in _TABLES),
}


def statements(vendor: str) -> list[str]:
    """The CREATE TRIGGER IF NOT EXISTS statements for a database.

    Raises:
        NotImplementedError: a database for which there are no guards.
    """
    if vendor not in _REFUSE:
        raise NotImplementedError(f"The log has no append-only guards for {vendor}.")
    refusals = [
        _REFUSE[vendor].format(table=table, verb=verb, message=REWRITE)
        for table in _TABLES
        for verb in _VERBS
    ]
    return [*refusals, *_INSERT[vendor]]


def protect_log() -> migrations.RunPython:
    """The migration operation that makes the log append-only; there is no way back on purpose."""

    def guard(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
        for statement in statements(editor.connection.vendor):
            editor.execute(statement, params=None)

    # MariaDB has no transaction for DDL; on SQLite the migration has its own.
    return migrations.RunPython(guard, atomic=False)
