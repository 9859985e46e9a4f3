"""The database of each alias: one SQLite file each, or one MariaDB schema each."""

from pathlib import Path
from typing import Any

from sesphr.roles import PORTAL_DATABASE, node_database
from sesphr.settings import env


def aliases(role: str, nodes: int, node: int) -> list[str]:
    """The aliases of a process of this role, one of `nodes` nodes being `node`."""
    found = {
        "portal": [PORTAL_DATABASE],
        "srs": [node_database(node)]
        if role == "srs"
        else [node_database(i + 1) for i in range(nodes)],
        "cloud": ["cloud"],
        "audit": ["audit"],
    }
    return [alias for one in found if role in (one, "all") for alias in found[one]]


def sqlite(path: Path) -> dict[str, Any]:
    """A file that survives a power cut and never fails a writer without waiting."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        },
        "TEST": {"DEPENDENCIES": []},
    }


def mariadb(name: str) -> dict[str, Any]:
    """A schema of the MariaDB server that the environment names."""
    socket = env.optional("SESPHR_DB_SOCKET")
    options: dict[str, Any] = {"charset": "utf8mb4", "isolation_level": "read committed"}
    options["init_command"] = "SET sql_mode='STRICT_ALL_TABLES', innodb_strict_mode=1"
    if socket:
        options["unix_socket"] = socket
    return {
        "ENGINE": "django.db.backends.mysql",
        "NAME": name,
        "USER": env.text("SESPHR_DB_USER"),
        "PASSWORD": env.secret("SESPHR_DB_PASSWORD")
        if not socket
        else env.optional("SESPHR_DB_PASSWORD"),
        "HOST": "" if socket else env.text("SESPHR_DB_HOST", "127.0.0.1"),
        "PORT": "" if socket else str(env.integer("SESPHR_DB_PORT", 3306, 1, 65535)),
        "OPTIONS": options,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "TEST": {"CHARSET": "utf8mb4", "COLLATION": "utf8mb4_bin", "DEPENDENCIES": []},
    }


def databases(data: Path, role: str, nodes: int, node: int) -> dict[str, dict[str, Any]]:
    """Django's DATABASES for SESPHR_DB = sqlite (under `data`) or mariadb: those of this role alone.

    Django wants an alias "default" in every process; where there is no portal it is no database.
    """
    engine = env.choice("SESPHR_DB", ("sqlite", "mariadb"), "sqlite")
    own = aliases(role, nodes, node)
    names = {alias: "portal" if alias == PORTAL_DATABASE else alias for alias in own}
    none: dict[str, dict[str, Any]] = {} if PORTAL_DATABASE in own else {PORTAL_DATABASE: {}}
    if engine == "sqlite":
        return none | {alias: sqlite(data / f"{name}.sqlite3") for alias, name in names.items()}
    prefix = env.text("SESPHR_DB_PREFIX", "sesphr")
    return none | {
        alias: mariadb(f"{prefix}_{name.replace('-', '_')}") for alias, name in names.items()
    }
