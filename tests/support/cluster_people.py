"""People of a cluster, and a look into its servers' databases."""

from pathlib import Path
from typing import Any

import httpx

from tests.support.cluster import Cluster
from tests.support.mariadb import Server
from tests.support.people_cli import Person


def join(cluster: Cluster, folder: Path, login: str, role: str) -> Person:
    """Somebody who registers and is authorised; `folder` holds their HOME."""
    folder.mkdir()
    person = Person(cluster.url, folder / "home", login)
    person.register(role)
    cluster.manage("portal", "authorise", login, "--checked", "identity card")
    return person


def rows(cluster: Cluster, name: str, sql: str) -> list[str]:
    """The lines that a server's own database answers, seen with the server's own account."""
    given = cluster.variables(name)
    account = Server(
        int(given["SESPHR_DB_PORT"]), given["SESPHR_DB_PASSWORD"], Path(), 0,
        given["SESPHR_DB_HOST"], given["SESPHR_DB_USER"],
    )  # fmt: skip
    schemas = account.execute("SHOW DATABASES").split()
    [schema] = [one for one in schemas if one != "information_schema"]
    return account.execute(f"USE `{schema}`; {sql}").splitlines()


def api(cluster: Cluster, path: str) -> dict[str, Any]:
    """What the portal tells everybody."""
    found: dict[str, Any] = httpx.get(f"{cluster.url}/api{path}").raise_for_status().json()
    return found
