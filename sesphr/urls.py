"""Routes of a process that runs every role."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.generic import TemplateView

from accounts.views import confirm
from sesphr.web.api import api


def health(request: HttpRequest) -> HttpResponse:
    """Say that the process answers; nothing about its state."""
    return JsonResponse({"status": "ok"})


urlpatterns = [
    path("", TemplateView.as_view(template_name="start.html"), name="start"),
    path("confirm", confirm, name="confirm"),
    path("healthz", health, name="health"),
    path("api/", api.urls),
]
