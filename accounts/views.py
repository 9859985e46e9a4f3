"""The page behind the link of the confirmation letter; it needs no key and no sign-in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from accounts import services
from sesphr.ports.errors import Invalid

TOKEN_LENGTH = 500


@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """Ask for a click (mail scanners follow links), then confirm the address."""
    if request.method != "POST":
        token = request.GET.get("token", "")[:TOKEN_LENGTH]
        return render(request, "confirm.html", {"token": token})
    try:
        services.confirm(token=request.POST.get("token", "")[:TOKEN_LENGTH])
    except Invalid as error:
        return render(request, "confirm.html", {"error": str(error)}, status=400)
    return render(request, "confirm.html", {"confirmed": True})
