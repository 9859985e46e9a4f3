"""Certified roles in the demo: an authority of its own under DATA, asked by the demo's people.

Its key lies in the clear beside everything else, as an authority's never should.
"""

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import OutputWrapper

from sesphr.demo import LEE, PIA, Person
from sesphr.management.commandline import demo_folder

AUTHORITY = "City Health Chamber (demo)"
CERTIFIED = ((LEE, "City Heart Clinic"), (PIA, "Riverside Pharmacy"))
# A demo may rest for long; a real authority's list counts for weeks.
DAYS = 365
Client = Callable[..., dict[str, Any]]
Once = Callable[[str, Callable[[], Any]], None]


def make_authority(out: OutputWrapper) -> Path:
    """Make the authority unless it is there; the file that nodes pin."""
    folder = demo_folder() / "authority"
    if not (folder / "authority.json").exists():
        _create(folder, out)
    return folder / "authority.json"


def certify(client: Client, once: Once, out: OutputWrapper) -> None:
    """Let each person ask for a credential of the authority and hand it in.

    Where all servers are one process, that pins the authority; nodes apart did so themselves.
    """
    pinned = make_authority(out)
    if settings.SESPHR_ROLE == "all":
        once("authority-pin", lambda: call_command("authority", "pin", str(pinned), stdout=out))
    folder = pinned.parent
    call_command("authority", "publish", str(folder), "--days", str(DAYS), stdout=out)
    for person, organisation in CERTIFIED:
        once(f"credential-{person.key}", partial(_credential, client, person, organisation, out))


def _create(folder: Path, out: OutputWrapper) -> None:
    # Left by a run that was stopped halfway: nobody has pinned it.
    shutil.rmtree(folder, ignore_errors=True)
    roles = [word for person, _ in CERTIFIED for word in ("--role", person.role)]
    call_command("authority", "create", str(folder), "--name", AUTHORITY, *roles, stdout=out)


def _credential(client: Client, person: Person, organisation: str, out: OutputWrapper) -> None:
    folder = demo_folder()
    request, credential = folder / f"{person.key}.jws", folder / f"{person.key}.pem"
    where = ("--role", person.role, "--organisation", organisation)
    client(person, "credential", "request", *where, "--output", str(request))
    call_command(
        "credential", "issue", str(folder / "authority"), person.login, "--request", str(request),
        *where, "--output", str(credential), stdout=out,
    )  # fmt: skip
    client(person, "credential", "present", str(credential))
