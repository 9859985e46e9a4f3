"""Coming in, and one's own account. What is typed there never reaches a view."""

from django.http import HttpRequest, HttpResponse

from sesphr.web.pages import Who, next_page, page, show


@page(Who.SIGNED_OUT)
def register(request: HttpRequest) -> HttpResponse:
    """Become a member."""
    return show(request, "register")


@page(Who.SIGNED_OUT)
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in, and go on to the page that was asked for."""
    return show(request, "sign-in", next_page=next_page(request))


@page(Who.VISITOR)
def recover(request: HttpRequest) -> HttpResponse:
    """Use the printed recovery code; somebody whose page is locked is signed in still."""
    return show(request, "recover")


@page(Who.MEMBER)
def profile(request: HttpRequest) -> HttpResponse:
    """Who one is here."""
    return show(request, "profile")


@page(Who.MEMBER)
def security(request: HttpRequest) -> HttpResponse:
    """Second factor, devices, recovery code, keys."""
    return show(request, "security")
