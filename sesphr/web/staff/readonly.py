"""Lists and pages that show a table's rows and change nothing.

Whatever changes something is a page of its own with its own form; here every
other method than GET and HEAD is refused.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import (
    display_for_field,
    display_for_value,
    label_for_field,
    lookup_field,
    unquote,
)
from django.contrib.admin.views.main import ChangeList
from django.db.models import Model
from django.forms import Media
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from sesphr.web.staff.shown import EMPTY

Group = tuple[Any, tuple[str, ...]]


def column(name: str, label: Any) -> Callable[[Any, Any], Any]:
    """A column that shows a field as it is, under a heading in words of the catalogue."""

    def shown(model_admin: Any, row: Any) -> Any:
        value = getattr(row, name)
        return EMPTY if value is None or value == "" else value

    return admin.display(description=label, ordering=name)(shown)


class ReadOnlyList(ChangeList):
    """A page of rows, prepared together so that no row asks the database for itself."""

    def get_filters_params(self, params: Any = None) -> dict[str, Any]:
        """The list's own filters alone.

        Django lets the address ask about any column: letter by letter it would answer what no
        page shows.
        """
        own = {getattr(one, "parameter_name", "") for one in self.list_filter}
        found: dict[str, Any] = super().get_filters_params(params)
        return {name: value for name, value in found.items() if name in own}

    def get_results(self, request: HttpRequest) -> None:
        """The page's rows."""
        super().get_results(request)
        names = [name for name in self.model_admin.keeps if name in request.GET]  # type: ignore[attr-defined]
        self._kept = urlencode({name: request.GET[name] for name in names})
        self.result_list = list(self.result_list)
        self.model_admin.prepare(request, self.result_list)  # type: ignore[attr-defined]

    def url_for_result(self, result: Model) -> str:
        """The detail page, in the same database as the list."""
        url = super().url_for_result(result)
        return f"{url}?{self._kept}" if self._kept else url


class ReadOnlyAdmin(admin.ModelAdmin):
    """One table's list and detail page, for verified staff.

    `section` is the heading in the navigation, `names` what one row and all are called;
    `groups` are the detail page's headings with the fields and methods below each; `intro`
    says what the list is; `keeps` are parameters that links to details carry on.
    """

    section: Any = ""
    names: tuple[Any, Any] = ("", "")
    keeps: tuple[str, ...] = ()
    preserve_filters = False
    intro: Any = ""
    groups: tuple[Group, ...] = ()
    actions = None
    list_per_page = 50
    list_max_show_all = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    empty_value_display = EMPTY
    change_list_template = "admin/change_list.html"
    detail_template = "admin/detail.html"

    @property
    def media(self) -> Media:
        """Nothing: no page here needs a script or another stylesheet."""
        return Media()

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody adds."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes."""
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever the site admits."""
        return self.admin_site.has_permission(request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whoever the site admits."""
        return self.admin_site.has_permission(request)

    def url_name(self, page: str) -> str:
        """The name of one of this table's pages."""
        return f"{self.opts.app_label}_{self.opts.model_name}_{page}"

    def page(self, route: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
        """A page of this table for verified staff."""
        wrap: Any = self.admin_site.wrap  # type: ignore[attr-defined]
        return path(route, wrap(view), name=self.url_name(name))

    def own_urls(self) -> list[URLPattern]:
        """Further pages, before the detail page, whose address takes whatever is left."""
        return []

    def get_urls(self) -> list[URLPattern]:
        """The list, the detail page and what the table adds."""
        return [
            self.page("", require_safe(self.changelist_view), "changelist"),
            *self.own_urls(),
            self.page("<path:object_id>/", require_safe(self.detail_view), "change"),
        ]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """The list's class."""
        return ReadOnlyList

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list, with what it is."""
        shown = {"intro": self.intro, "title": self.names[1], "names": self.names}
        return super().changelist_view(request, {**shown, **(extra_context or {})})

    def prepare(self, request: HttpRequest, rows: list[Any]) -> None:
        """Read what the rows' columns need besides, in a fixed number of queries."""

    def found(self, request: HttpRequest, object_id: str) -> Model:
        """The row of that id, or 404."""
        row = self.get_object(request, unquote(object_id))
        if row is None:
            raise Http404
        self.prepare(request, [row])
        return row

    def detail_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """One row, read-only."""
        row = self.found(request, object_id)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": self.heading(row),
            "names": self.names,
            "row": row,
            "groups": [(title, list(self._shown(row, names))) for title, names in self.groups],
            "changelist": f"admin:{self.url_name('changelist')}",
            **self.more(request, row),
        }
        return TemplateResponse(request, self.detail_template, context)

    def heading(self, row: Any) -> Any:
        """The detail page's heading."""
        return _("%(kind)s %(key)s") % {"kind": capfirst(str(self.names[0])), "key": row.pk}

    def more(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """What a table's own detail template shows besides."""
        return {}

    def _shown(self, row: Model, names: Iterable[str]) -> Iterable[tuple[str, Any]]:
        for name in names:
            field, _attribute, value = lookup_field(name, row, self)
            label = str(label_for_field(name, self.model, self))
            if field is None:
                yield label, display_for_value(value, EMPTY)
            else:
                yield label, display_for_field(value, field, EMPTY)
