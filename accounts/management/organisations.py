"""What the commands about organisations share: finding one, wording what went wrong."""

from abc import ABC, abstractmethod
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.models import Department, Organisation
from sesphr import deployment
from sesphr.ports.errors import PortError
from sesphr.web.problems import Problem


class OrganisationCommand(BaseCommand, ABC):
    """Does one thing and prints it; a sentence and exit 1 otherwise."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it."""
        if not deployment.exists():
            raise CommandError(
                f"There is no SeSPHR in {settings.SESPHR_DATA}. Set SESPHR_DATA to the server's folder."
            )
        try:
            self.stdout.write(self.run(options))
        except PortError as error:
            raise CommandError(str(error)) from error
        except Problem as error:
            raise CommandError(error.detail) from error

    @abstractmethod
    def run(self, options: dict[str, Any]) -> str:
        """Do it; return what is printed."""


def organisation_named(name: str) -> Organisation:
    """The organisation of this name, or of this id.

    Raises:
        CommandError: there is none, or there are several of that name in different towns.
    """
    found = [one for one in Organisation.objects.all() if name in (one.name, str(one.pk))]
    if not found:
        raise CommandError(f"There is no organisation named {name}.")
    if len(found) > 1:
        ids = ", ".join(f"{one.pk} ({one.city})" for one in found)
        raise CommandError(f"There are several organisations named {name}; give the id: {ids}.")
    return found[0]


def department_named(organisation: Organisation, name: str) -> Department | None:
    """The department of this name; None for none.

    Raises:
        CommandError: the organisation has no such department.
    """
    if not name:
        return None
    found = organisation.departments.filter(name=name).first()
    if found is None:
        raise CommandError(f"{organisation.name} has no department named {name}.")
    return found
