"""The administration's site with this portal's way of signing staff in."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse

from accounts.presenters import shown
from accounts.staff import views
from sesphr.web.staff.site import StaffSite


class PortalStaffSite(StaffSite):
    """Signs staff in by password and second factor."""

    def sign_in_urls(self) -> list[Any]:
        """Signing in, in up to three pages, and out."""
        return [
            path("login", self.login, name="login"),
            path("login/code", views.code, name="login_code"),
            path("login/device", views.device, name="login_device"),
            path("login/device.svg", views.picture, name="login_picture"),
            path("logout", views.sign_out, name="logout"),
        ]

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The page that asks for e-mail address and password."""
        return views.password(request)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Also who is signed in, and whether this is the dashboard."""
        found = super().each_context(request)
        if found["has_permission"]:
            found["staff"] = shown(request.user)  # type: ignore[arg-type]
        return {**found, "at_dashboard": request.path == reverse("admin:index")}
