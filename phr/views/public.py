"""Pages for anybody, which say what this is and what it protects."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse

from sesphr.web.pages import Who, page, show


@page(Who.ANYBODY)
def start(request: HttpRequest) -> HttpResponse:
    """What is this, can I trust it, is it for me?"""
    return show(request, "start")


@page(Who.ANYBODY)
def about(request: HttpRequest, name: str) -> HttpResponse:
    """Help, privacy, accessibility or the protocol, by the name of the page."""
    return show(request, name)


@page(Who.VISITOR)
def emergency_here(request: HttpRequest, owner_id: UUID) -> HttpResponse:
    """Where an emergency card leads; it reads alike whoever the card is of."""
    return show(request, "emergency-here", owner_id=str(owner_id))


@page(Who.ANYBODY)
def offline(request: HttpRequest) -> HttpResponse:
    """What a browser may show when the server is out of reach."""
    return show(request, "error", kind="offline")


@page(Who.ANYBODY)
def health(request: HttpRequest) -> HttpResponse:
    """Say that the process answers; nothing about its state."""
    return JsonResponse({"status": "ok"})
