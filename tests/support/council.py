"""A role authority beside a running system, made and used by the commands that operators have."""

from dataclasses import dataclass
from pathlib import Path

from tests.support.people_cli import Person
from tests.system.place import System


@dataclass(frozen=True)
class Authority:
    """Its folder; every node of the system pins it."""

    system: System
    folder: Path

    @classmethod
    def of(cls, system: System, *roles: str, name: str = "Medical Council") -> "Authority":
        """Make one for these roles, pin it, and hand its first list of revocations to the nodes."""
        made = cls(system, system.folder / "council")
        words = [word for role in roles for word in ("--role", role)]
        system.server.manage("authority", "create", str(made.folder), "--name", name, *words)
        system.server.manage("authority", "pin", str(made.folder / "authority.json"))
        system.server.manage("authority", "publish", str(made.folder))
        return made

    def certify(self, person: Person, role: str = "physician") -> None:
        """Somebody asks for a credential, gets it and hands it in."""
        asked, issued = self.system.output(), self.system.output()
        named = ("--role", role, "--organisation", "City Heart Clinic")
        person.ok("credential", "request", *named, "--output", str(asked))
        self.system.server.manage(
            "credential", "issue", str(self.folder), person.login, "--request", str(asked), *named,
            "--output", str(issued),
        )  # fmt: skip
        person.ok("credential", "present", str(issued))
