"""Checks that the log's database is as append-only as it can be made."""

import re
from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from audit.triggers import NAMES
from sesphr.roles import database_of

ALIAS = database_of("audit")
# Any of these gets round the triggers.
DANGEROUS = {"ALL PRIVILEGES", "DROP", "ALTER", "TRIGGER", "SUPER"}
_TRIGGERS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "mysql": "SELECT trigger_name FROM information_schema.triggers WHERE trigger_schema = DATABASE()",
}


@register(Tags.database)
def check_guards(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """The triggers must be there once the tables are; the account should not be able to drop them."""
    if ALIAS not in (databases or ()):
        return []
    connection = connections[ALIAS]
    if "audit_entry" not in connection.introspection.table_names():
        return []
    return [*_missing_triggers(connection), *_excess_privileges(connection)]


def _missing_triggers(connection: BaseDatabaseWrapper) -> list[CheckMessage]:
    missing = NAMES - {str(row[0]) for row in _rows(connection, _TRIGGERS[connection.vendor])}
    # Between the two migrations there is no trigger at all and no entry either.
    if not missing or (
        missing == NAMES and not _rows(connection, "SELECT 1 FROM audit_entry LIMIT 1")
    ):
        return []
    message = f"The log can be rewritten: the triggers {', '.join(sorted(missing))} are missing."
    return [
        Error(
            message,
            hint="Restore the log's database from a backup, then verify_log.",
            id="audit.E001",
        )
    ]


def _excess_privileges(connection: BaseDatabaseWrapper) -> list[CheckMessage]:
    if connection.vendor != "mysql":
        return []
    grants = [str(row[0]) for row in _rows(connection, "SHOW GRANTS FOR CURRENT_USER")]
    excess = sorted(privileges(grants, str(connection.settings_dict["NAME"])) & DANGEROUS)
    if not excess:
        return []
    message = f"The server's account may get round the log's triggers: it has {', '.join(excess)}."
    hint = (
        "Serve with an account that has only SELECT, INSERT, UPDATE, DELETE; migrate with another."
    )
    return [Warning(message, hint=hint, id="audit.W001")]


def privileges(grants: list[str], schema: str) -> set[str]:
    """The privileges on a schema that MariaDB's GRANT lines give, globally or for it."""
    found: set[str] = set()
    for line in grants:
        match = re.match(r"GRANT (.+) ON (\S+) TO ", line)
        if match is None:
            continue
        scope = match[2].replace("\\", "").replace("`", "").split(".")[0]
        if scope in ("*", schema):
            found |= {name.strip().upper() for name in match[1].split(",")}
    return found


def _rows(connection: BaseDatabaseWrapper, sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())
