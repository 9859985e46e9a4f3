"""Registering with an organisation's activation code, which says for whom it is."""

from argparse import Namespace

from pydantic import BaseModel

from sesphr.client import recovery
from sesphr.client.app import App
from sesphr.client.errors import UsageError


class Offer(BaseModel):
    """For whom a code is, as the server says."""

    name: str
    role: str
    organisation: str


def code(options: Namespace) -> dict[str, str]:
    """What a registration carries of the code; nothing without one."""
    return {"activation_code": options.activation_code} if options.activation_code else {}


def who(app: App, options: Namespace) -> tuple[str, str]:
    """Name and role of whoever registers: as given, as begun before, or as the code says.

    Raises:
        UsageError: they are missing, or the code opens nothing.
    """
    if options.name and options.role:
        return options.name, options.role
    if not options.activation_code:
        raise UsageError("Give --name and --role, or the --activation-code of an organisation.")
    begun = app.home.read(recovery.PENDING).get("who")
    if begun is not None:
        # The answer to the first attempt may be lost, and the code is used then.
        return options.name or begun["name"], options.role or begun["role"]
    offer = app.api.post(Offer, "/activation", code=options.activation_code)
    return options.name or offer.name, options.role or offer.role
