"""The page behind the link of the confirmation letter; it needs no key and no sign-in."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from accounts import services
from sesphr.ports.errors import Invalid
from sesphr.web.pages import Who, page, show

TOKEN_LENGTH = 500


@page(Who.VISITOR, ("GET", "HEAD", "POST"))
def confirm(request: HttpRequest) -> HttpResponse:
    """Ask for a click (mail scanners follow links), then confirm the address.

    The page is told a `token` to send back, that the address is `confirmed`, or what the `error` is.
    """
    if request.method != "POST":
        return _shown(request, token=request.GET.get("token", "")[:TOKEN_LENGTH])
    try:
        services.confirm(token=request.POST.get("token", "")[:TOKEN_LENGTH])
    except Invalid as error:
        return _shown(request, 400, error=str(error))
    return _shown(request, confirmed=True)


def _shown(request: HttpRequest, status: int = 200, **told: Any) -> HttpResponse:
    return show(
        request, "confirm", status, **{"token": "", "error": "", "confirmed": False, **told}
    )
