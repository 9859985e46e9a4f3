"""`manage.py seed_demo`: sample people and a record, made as people make them, by the client.

No server makes or keeps a seed: every step is a run of `python -m sesphr.client`
against the running server. A step that was done is not done again.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from sesphr.demo import PEOPLE, Person, passwords

SAMPLE = Path("tests") / "samples" / "ccda_ccd_hl7_small.xml"
STEP_SECONDS = 180


class Command(BaseCommand):
    """Registers and authorises the people, deposits a record, shares a part of it."""

    help = "Add sample people and records to a running demo."

    def add_arguments(self, parser: CommandParser) -> None:
        """Where the demo runs."""
        parser.add_argument("--server", default="http://127.0.0.1:8000")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do the steps that are still to do."""
        if not settings.SESPHR_DEMO:
            raise CommandError("Sample people belong to the demo's settings only.")
        self.server = options["server"]
        self.folder = Path(settings.SESPHR_DATA) / "demo"
        self.folder.mkdir(mode=0o700, exist_ok=True)
        for person in PEOPLE:
            self._once(f"person-{person.key}", lambda one=person: self._join(one))
        owner = PEOPLE[0]
        self._once(
            "record", lambda: self._client(owner, "deposit", str(settings.BASE_DIR / SAMPLE))
        )
        for person, partition in ((PEOPLE[1], "medical"), (PEOPLE[2], "prescription")):
            self._once(
                f"grant-{person.key}",
                lambda who=person, what=partition: self._grant(owner, who, what),
            )

    def _once(self, step: str, do: Any) -> None:
        """A step leaves its mark only when it is done; every step may be repeated."""
        mark = self.folder / f"{step}.done"
        if not mark.exists():
            self.stdout.write(f"  {step}")
            do()
            mark.touch()

    def _join(self, person: Person) -> None:
        self._client(
            person, "register", "--role", person.role, "--name", person.name, "--email", person.login
        )  # fmt: skip
        call_command("authorise", person.login, checked=person.checked, stdout=self.stdout)

    def _grant(self, owner: Person, user: Person, partition: str) -> None:
        self._client(owner, "grant", user.login, "--partition", partition, "--history")

    def _client(self, person: Person, *words: str) -> dict[str, Any]:
        home = self.folder / person.key
        command = [
            sys.executable, "-m", "sesphr.client", "--json", "--server", self.server, "--home", str(home), *words
        ]  # fmt: skip
        # The client reads the person's password from its environment, nobody else's.
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("SESPHR_")
        }
        environment["SESPHR_PASSWORD"] = passwords(settings.SESPHR_DATA)[person.login]
        done = subprocess.run(
            command, env=environment, cwd=settings.BASE_DIR, capture_output=True, text=True,
            timeout=STEP_SECONDS, check=False,
        )  # fmt: skip
        if done.returncode:
            raise CommandError(f"{words[0]} for {person.login} failed: {done.stdout}{done.stderr}")
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer
