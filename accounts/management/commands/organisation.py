"""`manage.py organisation NAME --kind hospital --city Lyon --country FR`: add an organisation.

The same again changes nothing but adds departments and administrators that are new.
"""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts import selectors
from accounts.management.organisations import OrganisationCommand
from accounts.models import Organisation
from accounts.organisations import departments, enrolling


class Command(OrganisationCommand):
    """Add an organisation, departments, and members who administer it."""

    help = "Add an organisation with departments, and name members who administer it."

    def add_arguments(self, parser: CommandParser) -> None:
        """What and where it is."""
        parser.add_argument("name")
        parser.add_argument("--kind", required=True, choices=Organisation.Kind.values)
        parser.add_argument("--street", default="")
        parser.add_argument("--city", required=True)
        parser.add_argument("--postcode", default="")
        parser.add_argument("--country", required=True, help="two letters (ISO 3166-1)")
        parser.add_argument(
            "--department",
            action="append",
            default=[],
            metavar="NAME=SPECIALITY",
            dest="departments",
        )
        parser.add_argument(
            "--administrator", action="append", default=[], metavar="EMAIL", dest="administrators"
        )

    def run(self, options: dict[str, Any]) -> str:
        """Add what is missing."""
        names = ("name", "kind", "street", "city", "postcode", "country")
        found = departments.establish(**{name: options[name] for name in names})
        for named in options["departments"]:
            name, _, speciality = named.rpartition("=")
            departments.add(found, name=name, speciality=speciality)
        for login in options["administrators"]:
            member = selectors.by_login(login.lower())
            if member is None:
                raise CommandError(f"Nobody is registered as {login.lower()}.")
            enrolling.appoint_administrator(organisation=found, member=member)
        return f"{found.name}, {found.city} ({found.pk})"
