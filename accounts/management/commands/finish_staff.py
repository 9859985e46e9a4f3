"""`manage.py finish_staff`: go on with enrolments and leavings that a key node has not confirmed.

Also ends what leavers kept for people they care for, where those have another guardian by now.
"""

from typing import Any

from django.core.management.base import CommandError

from accounts.guardians import ending
from accounts.management.organisations import OrganisationCommand
from accounts.organisations import enrolling, leaving


class Command(OrganisationCommand):
    """Finish what a node out of reach held up."""

    help = "Go on with enrolments and leavings that a key node has not confirmed yet."

    def run(self, options: dict[str, Any]) -> str:
        """Do it; exit 1 while something is left."""
        admitted = enrolling.finish()
        begun, left = leaving.finish()
        ending.finish()
        if left:
            raise CommandError(
                f"{left} of {begun} leavings are not finished: a key node does not answer."
            )
        return f"Nothing is left: {admitted} enrolments and {begun} leavings were finished."
