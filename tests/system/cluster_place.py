"""A cluster as the system that people's stories are played on: one place, six servers, six databases."""

from pathlib import Path

from tests.support.cluster import Cluster
from tests.support.dump import Databases
from tests.support.liveserver import LiveServer
from tests.support.warm import Warm
from tests.system.place import System

# What each server's own database is called where all are looked at together.
ALIASES = {"portal": "default", "srs-1": "srs"}


class ClusterServer(LiveServer):
    """The portal of a cluster, whose operators do what one operator does in one process."""

    cluster: Cluster

    def manage(self, *words: str, **more: str) -> str:
        """A command at the portal; whose word a node takes is said at each node."""
        assert not more
        nodes = [name for name in self.cluster.layout.names if name.startswith("srs-")]
        at = nodes if words[:2] == ("authority", "pin") else ["portal"]
        return "".join([self.cluster.manage(name, *words) for name in at])


def system_of(cluster: Cluster, folder: Path) -> System:
    """It; `folder` takes people's HOMEs. Whoever has it does not start or stop servers by it."""
    layout = cluster.layout
    everything = {**cluster.variables("mariadb"), "SESPHR_DB_PREFIX": "sesphr"}
    everything |= {"SESPHR_NODES": str(layout.nodes)}
    server = ClusterServer(
        layout.folder("portal"), layout.port, everything, cluster.process, Warm({})
    )
    server.cluster = cluster
    return System(server, folder)


def kept(cluster: Cluster, databases: Databases) -> dict[str, bytes]:
    """Rows of all databases, logs, and files of DATA, each under a name.

    Not the files of the one MariaDB that all six share on this machine: their rows are looked at.
    """
    found = {}
    for alias in databases.aliases:
        for table, octets in databases.octets(alias).items():
            found[f"rows of {alias}: {table}"] = octets
    for path in cluster.data.rglob("*"):
        parts = path.relative_to(cluster.data).parts
        if parts[0] not in ("mariadb", "static", "locale") and path.is_file():
            server = parts[1] if parts[0] == "servers" else parts[0]
            found[f"file {ALIASES.get(server, server)}: {path}"] = path.read_bytes()
    return found


def own_keys(cluster: Cluster) -> dict[str, dict[str, bytes]]:
    """What servers and operator keep in DATA/secrets, 32 octets each, by whose it is."""
    names = (*cluster.layout.names, "operator")
    return {
        ALIASES.get(name, name): {
            path.name: path.read_bytes()
            for path in (cluster.layout.folder(name) / "secrets").iterdir()
            if path.suffix != ".pem"
        }
        for name in names
    }
