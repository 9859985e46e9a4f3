"""Where the servers of a cluster keep what, on which ports, and what their processes are given."""

import json
import os
import shlex
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from sesphr.mariadb import HOST, free_port

SETTINGS = "sesphr.settings.local"
# What whoever starts a cluster may set for all of its servers.
PASSED_ON = (
    "SESPHR_DEPLOYMENT", "SESPHR_LANGUAGE", "SESPHR_LANGUAGES", "SESPHR_IDLE_SECONDS",
    "SESPHR_PROXIES", "SESPHR_CONNECT_SECONDS", "SESPHR_READ_SECONDS", "SESPHR_PAUSE_SECONDS",
)  # fmt: skip


@dataclass(frozen=True)
class Layout:
    """A cluster in DATA: n nodes, t of which are enough; the portal at `host` and `port`."""

    data: Path
    host: str
    port: int
    nodes: int
    threshold: int
    addresses: dict[str, int] = field(default_factory=dict)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """All servers, in the order in which they start: those that others call first."""
        return ("audit", *(f"srs-{one + 1}" for one in range(self.nodes)), "cloud", "portal")

    def folder(self, name: str) -> Path:
        """A server's own DATA, or the operator's."""
        return self.data / ("operator" if name == "operator" else f"servers/{name}")

    def run(self, name: str, kind: str) -> Path:
        """DATA/run/NAME.pid, .url, .log, .start"""
        return self.data / "run" / f"{name}.{kind}"

    def bind(self, name: str) -> str:
        """Where a server listens."""
        if name == "portal":
            return f"{bracketed(self.host)}:{self.port}"
        return f"{HOST}:{self.addresses[name]}"

    def url(self, name: str) -> str:
        """Where a server is reached from this machine."""
        if name == "portal":
            return f"http://{shown(self.host)}:{self.port}"
        return f"https://{HOST}:{self.addresses[name]}"

    def environment(self, name: str, database: dict[str, str]) -> dict[str, str]:
        """The variables of a server's processes: nothing of SESPHR_ but its own."""
        kept = {
            key: text
            for key, text in os.environ.items()
            if not key.startswith("SESPHR_") or (key in PASSED_ON and text)
        }
        role = {"operator": "portal"}.get(name, name.split("-", maxsplit=1)[0])
        own = {
            "DJANGO_SETTINGS_MODULE": SETTINGS,
            "PYTHONUTF8": "1",
            "SESPHR_DATA": str(self.folder(name)),
            "SESPHR_ROLE": role,
            "SESPHR_NODES": str(self.nodes),
            "SESPHR_THRESHOLD": str(self.threshold),
        }
        if role == "srs":
            own["SESPHR_NODE"] = name.removeprefix("srs-")
        if name == "portal":
            hosts = [*os.environ.get("SESPHR_HOSTS", "").split(","), self.host]
            own["SESPHR_HOSTS"] = ",".join(filter(None, hosts))
        return {**kept, **own, **database}


def planned(data: Path, host: str, port: int, nodes: int, threshold: int) -> Layout:
    """The layout of DATA, kept for `known`; ports that it had before stay its own."""
    path = data / "run" / "layout.json"
    before: dict[str, int] = known(data).addresses if path.exists() else {}
    layout = Layout(data, host, port, nodes, threshold)
    for name in layout.names:
        if name != "portal":
            layout.addresses[name] = before.get(name) or _another(layout, before)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    kept = {"host": host, "port": port, "nodes": nodes, "threshold": threshold}
    path.write_text(json.dumps({**kept, "addresses": layout.addresses}), encoding="utf-8")
    return layout


def known(data: Path) -> Layout:
    """The layout of the cluster that runs, or ran last, on DATA."""
    return Layout(data, **json.loads((data / "run" / "layout.json").read_text("utf-8")))


def write_variables(path: Path, variables: dict[str, str]) -> None:
    """Keep variables, secrets among them, so that a shell can read them."""
    path.touch(mode=0o600)
    lines = [f"{name}={shlex.quote(text)}\n" for name, text in sorted(variables.items())]
    path.write_text("".join(lines), encoding="utf-8")


def read_variables(path: Path) -> dict[str, str]:
    """What `write_variables` kept."""
    words = shlex.split(path.read_text("utf-8"))
    return dict(word.split("=", 1) for word in words)


def _another(layout: Layout, before: dict[str, int]) -> int:
    while True:
        port = free_port()
        if port not in {layout.port, *layout.addresses.values(), *before.values()}:
            return port


def bracketed(host: str) -> str:
    """A host as it stands before a port."""
    return f"[{host}]" if ":" in host else host


def shown(host: str) -> str:
    """Where a server that listens everywhere is reached."""
    return HOST if host in ("0.0.0.0", "::") else bracketed(host)  # noqa: S104 -- shown, not bound
