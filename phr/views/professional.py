"""Pages of those with whom records are shared."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from sesphr.web.pages import Who, page, show


@page(Who.PROFESSIONAL)
def waiting(request: HttpRequest) -> HttpResponse:
    """What I asked for, and what became of it."""
    return show(request, "waiting")


@page(Who.PROFESSIONAL)
def ask(request: HttpRequest) -> HttpResponse:
    """Find a patient by the exact address, and ask for access."""
    return show(request, "ask")


@page(Who.PROFESSIONAL)
def patient(request: HttpRequest, owner_id: UUID) -> HttpResponse:
    """What this owner shares with me; that there is nothing reads as for an owner who is nobody."""
    return show(request, "record", mode="reader", owner_id=str(owner_id), member_id=None)


@page(Who.PROFESSIONAL)
def emergency_ask(request: HttpRequest, owner_id: UUID) -> HttpResponse:
    """Asking in an emergency."""
    return show(request, "emergency-ask", owner_id=str(owner_id))


@page(Who.PROFESSIONAL)
def add_for(request: HttpRequest, owner_id: UUID) -> HttpResponse:
    """Add a record to this owner's, if the owner lets me; it waits for the owner's answer."""
    return show(request, "add-for", owner_id=str(owner_id))
