"""Coming in, and one's own account. What is typed there never reaches a view."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from accounts.guardians import acting
from sesphr.web.pages import HOME, Who, next_page, page, show


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


@page(Who.VISITOR)
def take_over(request: HttpRequest) -> HttpResponse:
    """Take over the account that guardians kept, with their code."""
    return show(request, "take-over")


def _own(request: HttpRequest, name: str) -> HttpResponse:
    """A page of one's own account; whoever acts for somebody goes back to themselves first."""
    if acting.of_request(request) is not None:
        return HttpResponseRedirect(reverse(HOME))
    return show(request, name)


@page(Who.MEMBER)
def profile(request: HttpRequest) -> HttpResponse:
    """Who one is here."""
    return _own(request, "profile")


@page(Who.CARING)
def security(request: HttpRequest) -> HttpResponse:
    """Second factor, devices, recovery code, keys."""
    return _own(request, "security")


@page(Who.CARING)
def care(request: HttpRequest) -> HttpResponse:
    """For whom one acts: children and others whom one cares for, and who else does."""
    return _own(request, "care")
