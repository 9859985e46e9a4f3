"""`manage.py seed_records --owner EMAIL --count 100`: many records of one of the demo's owners.

Each is deposited by the client against the running server, one after the other, as the owner
would add them. Without --data the records are made-up monthly visits of one patient.
"""

import tempfile
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from sesphr.demo import PEOPLE, Person
from sesphr.management.commandline import client
from sesphr.management.visits import visit

MOST = 1000
TOLD_EVERY = 10


class Command(BaseCommand):
    """Deposits many records of one owner."""

    help = "Add many records of one of the demo's owners, to see how the record page bears them."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose records, how many, of what, and where the demo runs."""
        parser.add_argument("--owner", required=True, metavar="EMAIL", help="an owner of the demo")
        parser.add_argument("--count", type=int, default=100, help=f"1 to {MOST}")
        parser.add_argument("--data", type=Path, metavar="FOLDER", help="files to deposit in turn")
        parser.add_argument("--server", default="http://127.0.0.1:8000")

    def handle(self, *args: Any, **options: Any) -> None:
        """Deposit them all, or stop at the first that fails."""
        if not settings.SESPHR_DEMO:
            raise CommandError("Sample people belong to the demo's settings only.")
        if not 1 <= options["count"] <= MOST:
            raise CommandError(f"Give --count from 1 to {MOST}.")
        owner = _owner(options["owner"])
        with tempfile.TemporaryDirectory(prefix="seed-records-") as folder:
            files = _given(options["data"]) if options["data"] else _made(Path(folder))
            for done, path in enumerate(islice(files, options["count"]), 1):
                client(options["server"], owner, "deposit", str(path))
                if done % TOLD_EVERY == 0 or done == options["count"]:
                    self.stdout.write(f"  {done} of {options['count']} records")


def _owner(login: str) -> Person:
    for person in PEOPLE:
        if person.login == login and person.role == "owner":
            return person
    raise CommandError(f"{login} is no owner of the demo.")


def _made(folder: Path) -> Iterator[Path]:
    """Visits, the newest first."""
    for number in range(MOST):
        path = folder / f"visit-{number}.json"
        path.write_bytes(visit(number))
        yield path


def _given(folder: Path) -> Iterator[Path]:
    """The folder's files in the order of their names, again and again."""
    files = sorted(path for path in folder.glob("*") if path.is_file())
    if not files:
        raise CommandError(f"{folder} holds no files.")
    return cycle(files)
