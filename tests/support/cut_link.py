"""A cluster in a network of its own, in which the link from everybody to one server is cut and mended.

`python -m tests.support.cut_link FOLDER SERVER ...` runs inside `unshare --net`; it prints one JSON object of what
happened, by the server that nobody reached meanwhile.
Routing is by port: packets to the cloud's port vanish, those of open connections too, as when a cable is pulled.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.asked import Asker
from tests.support.cluster import Cluster, running
from tests.support.cluster_people import join, rows
from tests.support.people_cli import Person

NODES = ("srs-1", "srs-2", "srs-3")
ELEMENT = '<partition xmlns="urn:sesphr:phr:1" id="medical">planted</partition>'


def ip(*words: str) -> None:
    """A command of iproute2 in this network alone."""
    subprocess.run(["ip", *words], check=True)


@contextmanager
def cut(port: int) -> Iterator[None]:
    """Nothing reaches this port meanwhile."""
    rule = ("pref", "10", "ipproto", "tcp", "dport", str(port), "blackhole")
    ip("rule", "add", *rule)
    try:
        yield
    finally:
        ip("rule", "del", *rule)


def attempt(person: Person, *words: str) -> dict[str, Any]:
    """One command: its exit code, what it said, and how long it took."""
    start = time.monotonic()
    result = person.quick(*words)
    return {"code": result.code, "answer": result.answer, "seconds": time.monotonic() - start}


def story(cluster: Cluster, folder: Path, server: str) -> dict[str, Any]:
    """Share a record; open, deposit and revoke while the link is cut, and again when it is mended."""
    folder.mkdir()
    owner = join(cluster, folder / "owner", f"owner-{server}@example.org", "owner")
    doctor = join(cluster, folder / "doctor", f"doctor-{server}@example.org", "physician")
    path = folder / "medical.xml"
    path.write_text(ELEMENT)
    deposit = ("deposit", "--partition", f"medical={path}")
    record = str(owner.ok(*deposit)["record"])
    owner.ok("grant", doctor.login, "--partition", "medical", "--history")
    path.write_text(ELEMENT.replace("planted", "later"))
    opening = ("open", record, "--partition", "medical", "--output")
    with cut(cluster.layout.addresses[server]):
        told = {
            "opened": attempt(doctor, *opening, str(folder / "cut")),
            "deposited": attempt(owner, *deposit),
            "revoked": attempt(owner, "revoke", doctor.login),
        }
    pause_of_breaker = 3
    time.sleep(pause_of_breaker)
    again: dict[str, Any] = {
        "deposited": attempt(owner, *deposit),
        "revoked": attempt(owner, "revoke", doctor.login),
        "opened": attempt(doctor, *opening, str(folder / "mended")),
    }
    member = str(owner.ok("whoami")["member"]).replace("-", "")
    kept = f"SELECT COUNT(*) FROM cloudstore_document WHERE kept AND REPLACE(owner, '-', '') = '{member}'"
    if server in NODES:
        again["allowed by itself"] = Asker.of(cluster, doctor, folder).first_answer(server, record)
    return {"cut": told, "mended": again, "kept": int(rows(cluster, "cloud", kept)[0])}


def main(arguments: list[str]) -> int:
    """Run it and print what happened."""
    folder = Path(arguments[0])
    ip("link", "set", "lo", "up")
    # Before anything is looked up locally, so that a rule for a port comes first.
    ip("rule", "add", "pref", "20", "lookup", "local")
    ip("rule", "del", "pref", "0")
    seconds = {"SESPHR_CONNECT_SECONDS": "1", "SESPHR_READ_SECONDS": "3"}
    with running(folder / "data", **seconds) as cluster:
        told = {server: story(cluster, folder / server, server) for server in arguments[1:]}
    print(json.dumps(told))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
