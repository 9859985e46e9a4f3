"""The database of each alias: one SQLite file each, or one MariaDB schema each."""

from pathlib import Path
from typing import Any

from sesphr.roles import PORTAL_DATABASE, node_database
from sesphr.settings import env


def aliases(nodes: int) -> list[str]:
    """All aliases of a process that runs every role with this many SRS nodes."""
    return [PORTAL_DATABASE, *(node_database(i) for i in range(1, nodes + 1)), "cloud", "audit"]


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


def databases(data: Path, nodes: int) -> dict[str, dict[str, Any]]:
    """Django's DATABASES for SESPHR_DB = sqlite (under `data`) or mariadb."""
    engine = env.choice("SESPHR_DB", ("sqlite", "mariadb"), "sqlite")
    names = {alias: "portal" if alias == PORTAL_DATABASE else alias for alias in aliases(nodes)}
    if engine == "sqlite":
        return {alias: sqlite(data / f"{name}.sqlite3") for alias, name in names.items()}
    prefix = env.text("SESPHR_DB_PREFIX", "sesphr")
    return {alias: mariadb(f"{prefix}_{name.replace('-', '_')}") for alias, name in names.items()}
