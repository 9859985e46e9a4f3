"""`manage.py seed_demo`: sample people and a record, made as people make them, by the client.

No server makes or keeps a seed: every step is a run of `python -m sesphr.client`
against the running server. A step that was done is not done again.
"""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from sesphr import letters
from sesphr.demo import (
    ADA,
    AMAL,
    CLINIC,
    HOSPITALS,
    LEE,
    MIRA,
    PEOPLE,
    PIA,
    Hospital,
    Person,
    passwords,
)
from sesphr.management.commandline import client, demo_folder
from sesphr.management.demo_roles import certify

SAMPLE = Path("tests") / "samples" / "ccda_ccd_hl7_medium.xml"
AT_ONCE = 3
LINK = re.compile(r"https?://\S+\?token=\S+")
GRANTED = timedelta(days=90)
REASON = "Ada Moreau is referred to me for her heart. I would like to prepare her first visit."


class Command(BaseCommand):
    """Registers and authorises the people, deposits a record, shares parts of it."""

    help = "Add sample people and records to a running demo."

    def add_arguments(self, parser: CommandParser) -> None:
        """Where the demo runs."""
        parser.add_argument("--server", default="http://127.0.0.1:8000")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do the steps that are still to do."""
        if not settings.SESPHR_DEMO:
            raise CommandError("Sample people belong to the demo's settings only.")
        self.server = options["server"]
        self.folder = demo_folder()
        passwords(settings.SESPHR_DATA)
        for hospital in HOSPITALS:
            self._once(f"hospital-{hospital.name}", partial(self._found, hospital))
        self._register_all()
        for person in PEOPLE:
            self._once(f"person-{person.key}", partial(self._let_in, person))
        self._once(f"administers-{MIRA.key}", lambda: self._found(CLINIC, administrator=MIRA))
        certify(self._client, self._once, self.stdout)
        self._once("record", lambda: self._client(ADA, "deposit", str(settings.BASE_DIR / SAMPLE)))
        self._once(f"grant-{LEE.key}", lambda: self._grant(LEE, "medical", until=_end()))
        self._once(f"grant-{PIA.key}", lambda: self._grant(PIA, "prescription"))
        self._once(f"request-{AMAL.key}", lambda: self._ask(AMAL))

    def _once(self, step: str, do: Callable[[], Any]) -> None:
        """A step leaves its mark only when it is done; every step may be repeated."""
        if not self._is_done(step):
            self.stdout.write(f"  {step}")
            do()
            (self.folder / f"{step}.done").touch()

    def _is_done(self, step: str) -> bool:
        return (self.folder / f"{step}.done").exists()

    def _register_all(self) -> None:
        """Some at once: most of the time goes into each one's key derivation."""
        new = [one for one in PEOPLE if not self._is_done(f"person-{one.key}")]
        codes = [self._code(one) if one.employer else "" for one in new]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(self._register, new, codes))

    def _register(self, person: Person, code: str) -> None:
        enrolled = ("--activation-code", code) if code else ()
        self._client(
            person, "register", "--role", person.role, "--name", person.name,
            "--email", person.login, *enrolled,
        )  # fmt: skip

    def _found(self, hospital: Hospital, administrator: Person | None = None) -> None:
        """Add a hospital; again, with who administers it."""
        call_command(
            "organisation", hospital.name, kind=hospital.kind, street=hospital.street,
            city=hospital.city, postcode=hospital.postcode, country=hospital.country,
            departments=[f"{name}={kind}" for name, kind in hospital.departments.items()],
            administrators=[] if administrator is None else [administrator.login],
            stdout=StringIO(),
        )  # fmt: skip

    def _code(self, person: Person) -> str:
        """A new activation code of somebody's employer."""
        told = StringIO()
        call_command(
            "enrol", person.employer, role=person.role, name=person.name,
            department=person.department, title=person.title, email=person.login, stdout=told,
        )  # fmt: skip
        return told.getvalue().split()[-1]

    def _let_in(self, person: Person) -> None:
        """Authorise somebody who was checked; whom nobody vouches for confirms their address and waits."""
        if person.employer:
            return
        if person.checked:
            call_command("authorise", person.login, checked=person.checked, stdout=self.stdout)
            return
        link = LINK.search(letters.newest(person.login) or "")
        if link is not None:
            self._client(person, "confirm", link.group())

    def _grant(self, user: Person, partition: str, *, until: str | None = None) -> None:
        limit = [] if until is None else ["--until", until]
        self._client(ADA, "grant", user.login, "--partition", partition, "--history", *limit)

    def _ask(self, person: Person) -> None:
        self._client(
            person, "request", "--owner", ADA.login, "--partition", "medical",
            "--partition", "prescription", "--purpose", "treatment", "--reason", REASON,
        )  # fmt: skip

    def _client(self, person: Person, *words: str) -> dict[str, Any]:
        return client(self.server, person, *words)


def _end() -> str:
    """The last day of a grant that is made today."""
    return str((datetime.now(UTC) + GRANTED).date())
