"""Pages that every member has, each by their role."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from accounts.models import Role
from sesphr.web.pages import ADMIN, Who, page, show, signed_in, visitor


def home(request: HttpRequest) -> HttpResponse:
    """What needs me? Administrators work elsewhere; who is not authorised yet waits."""
    member = signed_in(request)
    if member is not None and member.role == Role.ADMINISTRATOR:
        return HttpResponseRedirect(ADMIN)
    return _home(request)


@page(Who.MEMBER)
def _home(request: HttpRequest) -> HttpResponse:
    member = visitor(request)
    if not member.is_authorised:
        return show(request, "home-waiting")
    return show(request, "home-owner" if member.role == Role.OWNER else "home-professional")


@page(Who.MEMBER)
def activity(request: HttpRequest) -> HttpResponse:
    """Who did what, and is the log whole?"""
    return show(request, "activity")
