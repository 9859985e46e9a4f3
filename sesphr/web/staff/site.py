"""The administration's site: for staff with a second factor, and for nobody else.

It has no page to add, change or delete anything, none for passwords, none to act as
somebody else, and nothing of Django's that needs scripts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import update_wrapper
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, include, path, re_path, reverse
from django.utils.translation import gettext_lazy as _

Count = Callable[[HttpRequest], int]


@dataclass(frozen=True)
class Panel:
    """A part of the dashboard that one server's app contributes.

    `context` makes what `template` shows; `order` places it, lowest first; `wide` panels
    take the whole width; `tile` panels stand in the row at the top.
    """

    template: str
    context: Callable[[HttpRequest], dict[str, Any]]
    order: int
    wide: bool = False
    tile: bool = False


@dataclass(frozen=True)
class Shortcut:
    """A further line of the navigation, shown with its count while there is something to do."""

    section: Any
    label: Any
    url: str
    query: str
    count: Count
    colour: str


class StaffSite(admin.AdminSite):
    """One site for the tables of every server in this process."""

    site_title = _("SeSPHR administration")
    site_header = _("SeSPHR administration")
    index_title = _("Dashboard")
    enable_nav_sidebar = False
    index_template = "admin/index.html"

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self.panels: list[Panel] = []
        self.shortcuts: list[Shortcut] = []
        self.disable_action("delete_selected")

    def has_permission(self, request: HttpRequest) -> bool:
        """Active staff whose session proved the second factor."""
        user = request.user
        verified = getattr(user, "is_verified", None)
        staff = user.is_active and getattr(user, "is_staff", False)
        return bool(staff and verified is not None and verified())

    def add_panel(self, panel: Panel) -> None:
        """Show a panel on the dashboard."""
        self.panels = sorted([*self.panels, panel], key=lambda one: one.order)

    def add_shortcut(self, shortcut: Shortcut) -> None:
        """Show a line of the navigation."""
        self.shortcuts.append(shortcut)

    def wrap(self, view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        """A view for those with permission alone, never cached, with the check of forms."""

        def wrapper(*args: Any, **kwargs: Any) -> HttpResponse:
            return self.admin_view(view)(*args, **kwargs)

        return update_wrapper(wrapper, view)

    def get_urls(self) -> list[Any]:
        """The dashboard, signing in and out, and the registered lists; nothing else of Django's."""
        found: list[Any] = [path("", self.wrap(self.index), name="index"), *self.sign_in_urls()]
        for model, model_admin in self._registry.items():
            meta = model._meta
            found.append(path(f"{meta.app_label}/{meta.model_name}/", include(model_admin.urls)))
        return [*found, re_path(r"(?P<url>.*)$", self.wrap(self.catch_all_view))]

    def sign_in_urls(self) -> list[URLPattern]:
        """`login` and `logout`, and what else signing in needs."""
        return []

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """The dashboard: who waits, and is anything wrong."""
        shown = [
            {"template": one.template, "wide": one.wide, "tile": one.tile, **one.context(request)}
            for one in self.panels
        ]
        context = {**self.each_context(request), "title": self.index_title, "panels": shown}
        return TemplateResponse(request, "admin/index.html", context)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """What every page shows: the navigation, for those who may use it."""
        allowed = self.has_permission(request)
        return {
            "site_title": self.site_title,
            "has_permission": allowed,
            "is_popup": False,
            "navigation": self.navigation(request) if allowed else [],
        }

    def navigation(self, request: HttpRequest) -> list[dict[str, Any]]:
        """Sections with their lines, in the order in which they were registered."""
        sections: dict[str, list[dict[str, Any]]] = {}
        for one in self.shortcuts:
            count = one.count(request)
            if count:
                url = f"{reverse(one.url)}{one.query}"
                line = {"label": one.label, "url": url, "count": count, "colour": one.colour}
                sections.setdefault(str(one.section), []).append(line)
        registry: dict[Any, Any] = self._registry
        for model, model_admin in registry.items():
            name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
            line = {"label": model_admin.names[1], "url": reverse(name)}
            sections.setdefault(str(model_admin.section), []).append(line)
        return [
            {"title": title, "lines": [_current(line, request) for line in lines]}
            for title, lines in sections.items()
        ]


def _current(line: dict[str, Any], request: HttpRequest) -> dict[str, Any]:
    here = request.get_full_path() if "?" in line["url"] else request.path
    exact = here == line["url"]
    return {**line, "exact": exact, "inside": not exact and here.startswith(line["url"])}
