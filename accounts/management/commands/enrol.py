"""`manage.py enrol ORGANISATION --role physician --name "Dr Bob Lee"`: issue an activation code.

Prints the code once, alone on the last line. The person registers with it; keys are made on the
person's own device.
"""

from datetime import UTC, datetime
from typing import Any

from django.core.management.base import CommandParser

from accounts.management.membership import BY
from accounts.management.organisations import (
    OrganisationCommand,
    department_named,
    organisation_named,
)
from accounts.organisations import codes
from accounts.organisations.models import ENROLLED


class Command(OrganisationCommand):
    """Issue a one-time activation code."""

    help = "Issue a one-time activation code with which a person registers as staff."

    def add_arguments(self, parser: CommandParser) -> None:
        """Where, for whom, for how long."""
        parser.add_argument("organisation", help="its name, or its id")
        parser.add_argument("--role", required=True, choices=ENROLLED)
        parser.add_argument("--name", required=True, help="the person's name")
        parser.add_argument("--department", default="")
        parser.add_argument("--title", default="")
        parser.add_argument(
            "--email", default="", help="the code then works with this address only"
        )
        parser.add_argument("--days", type=int, default=codes.DAYS)
        parser.add_argument(
            "--administrator", action="store_true", help="may enrol and remove staff"
        )

    def run(self, options: dict[str, Any]) -> str:
        """Issue it."""
        organisation = organisation_named(options["organisation"])
        who = codes.Enrolment(
            name=options["name"], role=options["role"], title=options["title"],
            department=department_named(organisation, options["department"]),
            email=codes.checked_email(options["email"]), administrator=options["administrator"],
        )  # fmt: skip
        made = codes.issue(
            organisation=organisation,
            who=who,
            by=f"{BY} ({organisation.name})",
            days=options["days"],
        )
        until = datetime.fromtimestamp(made.row.expires, UTC)
        return (
            f"For {made.row.name}, {made.row.role} at {organisation.name}, once, until"
            f" {until:%Y-%m-%d %H:%M} UTC. Activation code (shown only now):\n{made.text}"
        )
