"""Makes MariaDB schemas that are missing, with the collation that ids need."""

import re
from collections.abc import Mapping
from typing import Any

NAME = re.compile(r"[a-z0-9_]{1,64}")


def create_missing(databases: Mapping[str, Mapping[str, Any]]) -> None:
    """CREATE DATABASE IF NOT EXISTS for each MariaDB alias; SQLite makes its file itself.

    Raises:
        MySQLdb.Error: no server, or this account may not create databases.
        ValueError: a name has other characters than a-z, 0-9 and _.
    """
    for settings in databases.values():
        if settings["ENGINE"].endswith("mysql"):
            _create(settings)


def _create(settings: Mapping[str, Any]) -> None:
    import MySQLdb  # noqa: PLC0415 -- only a MariaDB server needs the package

    if not NAME.fullmatch(settings["NAME"]):
        raise ValueError(f"{settings['NAME']!r} is not a usable database name")
    connection = MySQLdb.connect(
        user=settings["USER"],
        password=settings["PASSWORD"],
        host=settings["HOST"] or "localhost",
        port=int(settings["PORT"] or 3306),
        unix_socket=settings["OPTIONS"].get("unix_socket", ""),
    )
    with connection, connection.cursor() as cursor:
        # The name was checked above: identifiers cannot be parameters.
        cursor.execute(
            f"CREATE DATABASE IF NOT EXISTS `{settings['NAME']}`"
            " CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
        )
