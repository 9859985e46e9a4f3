"""The directory for patients, and an organisation's home for whoever administers it."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse

from accounts.organisations import selectors
from sesphr.ports.errors import NotFound
from sesphr.web.pages import Who, page, show, visitor


@page(Who.OWNER)
def directory(request: HttpRequest) -> HttpResponse:
    """Find a professional who agreed to be found."""
    return show(request, "directory")


@page(Who.PROFESSIONAL)
def organisation(request: HttpRequest, organisation_id: UUID) -> HttpResponse:
    """Staff and codes of an organisation; to anybody else there is none."""
    try:
        found = selectors.administered_by(visitor(request), organisation_id)
    except NotFound as error:
        raise Http404 from error
    told = {"id": str(found.pk), "name": found.name, "city": found.city}
    return show(request, "organisation", organisation=told)
