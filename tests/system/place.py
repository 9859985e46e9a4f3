"""A running system for the tests: a server process, its databases, and people who join it."""

import itertools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support import liveserver
from tests.support.dump import Databases
from tests.support.people_cli import Person

SAMPLES = Path("tests") / "samples"
THREE_NODES = {"SESPHR_NODES": "3", "SESPHR_THRESHOLD": "2"}
_numbers = itertools.count(1)


@dataclass
class System:
    """A server process with its databases, and a folder for people's HOMEs and files."""

    server: liveserver.LiveServer
    folder: Path
    databases: Databases = field(init=False)

    def __post_init__(self) -> None:
        self.databases = Databases.of(self.server)

    def join(
        self, role: str = "owner", *, url: str | None = None, authorised: bool = True, **more: Any
    ) -> Person:
        """Somebody new, registered and authorised."""
        name = f"{role}{next(_numbers)}"
        person = Person(
            url or self.server.url, self.folder / name / "home", f"{name}@example.org", **more
        )
        (self.folder / name).mkdir()
        person.register(role)
        if authorised:
            self.server.manage("authorise", person.login, "--checked", "identity card")
        return person

    def file(self, name: str, octets: bytes | str) -> str:
        """A file to deposit; its path."""
        path = self.folder / f"{next(_numbers)}" / name
        path.parent.mkdir()
        path.write_bytes(octets.encode() if isinstance(octets, str) else octets)
        return str(path)

    def output(self) -> Path:
        """A folder that is not there yet."""
        return self.folder / f"output{next(_numbers)}"

    def deposit(self, owner: Person, **partitions: str) -> str:
        """Deposit elements as partitions; the record's id."""
        words = [
            f"{name}={self.file(f'{name}.xml', element)}" for name, element in partitions.items()
        ]
        pairs = [word for one in words for word in ("--partition", one)]
        return str(owner.ok("deposit", *pairs)["record"])


def state(system: System, *without: str) -> dict[str, Any]:
    """All rows of all databases but sessions, devices and counts, which come and go with every command."""
    found = system.databases.everything()
    for table in ("django_session", "accounts_device", "accounts_ratelimit", *without):
        del found["default"][table]
    return found


def differences(before: dict[str, Any], after: dict[str, Any]) -> list[Any]:
    """The rows that came, went or changed, with their tables."""
    return [
        (
            alias,
            table,
            [row for row in rows if row not in after[alias][table]],
            [row for row in after[alias][table] if row not in rows],
        )
        for alias, tables in before.items()
        for table, rows in tables.items()
        if after[alias][table] != rows
    ]


@contextmanager
def running(folder: Path, env: Mapping[str, str] | None = None) -> Iterator[System]:
    """A system of its own, stopped at the end."""
    server = liveserver.start(folder / "data", env=env)
    try:
        yield System(server, folder)
    finally:
        server.stop()
