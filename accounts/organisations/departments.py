"""Organisations and departments: made, never rewritten."""

from accounts.applications import check_name
from accounts.models import Department, Organisation
from accounts.organisations.specialities import SPECIALITIES
from accounts.transactions import atomic_retried
from sesphr.ports.errors import Conflict, Invalid

COUNTRY = 2


@atomic_retried
def establish(
    *, name: str, kind: str, city: str, country: str, street: str = "", postcode: str = ""
) -> Organisation:
    """Make an organisation; one of this name in this town is answered as it is.

    Raises:
        Invalid: what it is or where it is cannot be.
    """
    terms = {"kind": kind, "street": street.strip(), "postcode": postcode.strip()}
    if kind not in Organisation.Kind.values:
        raise Invalid("There is no such kind of organisation.")
    if len(country) != COUNTRY or not (country.isascii() and country.isalpha()):
        raise Invalid("The country is a code of two letters, such as FR.")
    found, _ = Organisation.objects.get_or_create(
        name=check_name(name), city=check_name(city), defaults={**terms, "country": country.upper()}
    )
    return found


@atomic_retried
def add(organisation: Organisation, *, name: str, speciality: str) -> Department:
    """Add a department; the same again changes nothing.

    Raises:
        Invalid: a name or speciality that cannot be. Conflict: it is there with another speciality.
    """
    if speciality not in SPECIALITIES:
        raise Invalid("There is no such speciality.")
    found, _ = Department.objects.get_or_create(
        organisation=organisation, name=check_name(name), defaults={"speciality": speciality}
    )
    if found.speciality != speciality:
        raise Conflict("There is a department of this name already, with another speciality.")
    return found
