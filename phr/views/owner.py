"""An owner's pages: own records, requests, and who can see what."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse

from phr import selectors
from sesphr.ports.errors import NotFound
from sesphr.web.middleware import WITH_CAMERA
from sesphr.web.pages import Who, page, show, visitor


@page(Who.OWNER)
def add(request: HttpRequest) -> HttpResponse:
    """Add a record: the file is read, split and encrypted by the browser."""
    return show(request, "add")


@page(Who.OWNER)
def by_hand(request: HttpRequest) -> HttpResponse:
    """Enter a record by hand: what is typed is made a file of by the browser."""
    return show(request, "by-hand")


@page(Who.OWNER)
def record(request: HttpRequest) -> HttpResponse:
    """One's own whole record."""
    return show(request, "record", mode="own", owner_id=None, member_id=None)


@page(Who.OWNER)
def proposal(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """What somebody added, to be read, then accepted or declined."""
    return show(
        request, "record", mode="proposal", owner_id=None, member_id=None, record_id=str(record_id)
    )


@page(Who.OWNER)
def requests(request: HttpRequest) -> HttpResponse:
    """Who asks for what?"""
    return show(request, "requests")


@page(Who.OWNER)
def one_request(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """One request, to be approved with limits or declined."""
    try:
        selectors.request_to(visitor(request).pk, request_id)
    except NotFound as error:
        raise Http404 from error
    return _with_camera(show(request, "request", request_id=str(request_id)))


@page(Who.OWNER)
def consent_code(request: HttpRequest) -> HttpResponse:
    """A code to read out at the desk, and what it opens."""
    return show(request, "consent-code")


@page(Who.OWNER)
def emergency(request: HttpRequest) -> HttpResponse:
    """What clinicians may open in an emergency, and what they opened."""
    return show(request, "emergency")


@page(Who.OWNER)
def emergency_card(request: HttpRequest) -> HttpResponse:
    """A card to carry; it holds an address and no secret."""
    return show(request, "emergency-card")


@page(Who.OWNER)
def sharing(request: HttpRequest) -> HttpResponse:
    """People and parts: who can see what, until when?"""
    return _with_camera(show(request, "sharing"))


def _with_camera(response: HttpResponse) -> HttpResponse:
    response.headers["Permissions-Policy"] = WITH_CAMERA
    return response


@page(Who.OWNER)
def see_as(request: HttpRequest, member_id: UUID) -> HttpResponse:
    """One's own record as this member would see it now."""
    return show(request, "record", mode="see-as", owner_id=None, member_id=str(member_id))
