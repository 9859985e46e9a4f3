"""Integrity reports in the administration: what is open, what was found, closing one.

A report says that something differed from what was signed; it never says what it held.
"""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from accounts.models import Member
from phr.models import IntegrityReport
from phr.models_notices import Notice
from phr.services import integrity
from sesphr.web.staff.filters import period_of
from sesphr.web.staff.readonly import ReadOnlyAdmin, column
from sesphr.web.staff.shown import EMPTY, code, when
from sesphr.web.staff.site import Panel, Shortcut, StaffSite

SHOWN = 5


class CloseForm(forms.Form):
    """What was found out about an incident."""

    note = forms.CharField(
        max_length=1000,
        error_messages={"required": _("Write down what you found, and what was done")},
    )


class OpenFilter(SimpleListFilter):
    """Open or closed reports."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Both."""
        return [("open", _("Open")), ("closed", _("Closed"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The ones or the others."""
        if self.value() not in ("open", "closed"):
            return queryset
        return queryset.filter(closed__isnull=self.value() == "open")


@admin.register(IntegrityReport)
class IntegrityReportAdmin(ReadOnlyAdmin):
    """Integrity reports, open ones first."""

    section = _("Safety")
    names = (_("incident"), _("Incidents"))
    intro = _("Somebody's device, or the store, found something else than what was signed.")
    list_display = (
        "state_tag", "first_at", "last_at", "times", "why", "record_id", "part", "which_node"
    )  # fmt: skip
    list_filter = (OpenFilter, period_of("last"))
    ordering = ("closed", "-last")
    sortable_by = ()
    detail_template = "admin/incident.html"
    why = column("reason", _("Reason"))
    part = column("partition", _("Part"))
    times = column("count", _("How often"))
    closer = column("closed_by", _("Closed by"))
    found_out = column("note", _("What was found"))
    groups = (
        (
            _("What was reported"),
            (
                "why",
                "which_node",
                "record_id",
                "part",
                "manifest_name",
                "emergency_told",
                "reporter",
            ),
        ),
        (_("When"), ("first_at", "last_at", "times")),
        (_("What was done"), ("state_tag", "closed_at", "closer", "found_out")),
    )

    def own_urls(self) -> list[URLPattern]:
        """Closing one."""
        return [self.page("<int:pk>/close/", require_POST(self.close), "close")]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Open ones first on every database: NULL sorts first in both."""
        return super().get_queryset(request)

    def prepare(self, request: HttpRequest, rows: list[Any]) -> None:
        """Who reported, in one query."""
        found = Member.objects.filter(pk__in={row.reported_by for row in rows})
        logins = dict(found.values_list("pk", "login"))
        for row in rows:
            row.login = logins.get(row.reported_by)

    def more(self, request: HttpRequest, row: IntegrityReport) -> dict[str, Any]:
        """The form, while the report is open."""
        return {"form": getattr(request, "close_form", CloseForm()), "open": row.closed is None}

    def close(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Close a report with what was found."""
        form = CloseForm(request.POST)
        if not form.is_valid():
            request.close_form = form  # type: ignore[attr-defined]
            shown = self.detail_view(request, str(pk))
            shown.status_code = 422
            return shown
        self.found(request, str(pk))
        integrity.close(report=pk, by=request.user.get_username(), note=form.cleaned_data["note"])
        messages.success(request, _("The incident is closed."))
        return redirect("admin:phr_integrityreport_change", str(pk))

    @admin.display(description=_("State"))
    def state_tag(self, row: IntegrityReport) -> SafeString:
        """Open or closed, as a tag."""
        if row.closed is None:
            return format_html('<span class="tag tag--red">{}</span>', _("Open"))
        return format_html('<span class="tag tag--plain">{}</span>', _("Closed"))

    @admin.display(description=_("First reported"))
    def first_at(self, row: IntegrityReport) -> SafeString | str:
        """When."""
        return when(row.first)

    @admin.display(description=_("Last reported"))
    def last_at(self, row: IntegrityReport) -> SafeString | str:
        """When."""
        return when(row.last)

    @admin.display(description=_("Record"))
    def record_id(self, row: IntegrityReport) -> SafeString | str:
        """Which."""
        return EMPTY if row.record is None else code(row.record)

    @admin.display(description=_("Key node"))
    def which_node(self, row: IntegrityReport) -> str:
        """Whose answer did not fit."""
        return EMPTY if row.node is None else f"srs-{row.node}"

    @admin.display(description=_("Digest of the manifest"))
    def manifest_name(self, row: IntegrityReport) -> SafeString | str:
        """Which."""
        return code(row.manifest) if row.manifest else EMPTY

    @admin.display(description=_("Emergency"))
    def emergency_told(self, row: IntegrityReport) -> SafeString | str:
        """Who signed for an emergency that its owner questions, when, and why they said they did."""
        notice = Notice.objects.filter(id=row.emergency).first() if row.emergency else None
        if notice is None:
            return EMPTY
        found = Member.objects.filter(pk__in=[notice.asker, *notice.signers])
        logins = ", ".join(sorted(found.values_list("login", flat=True)))
        return format_html("{}: {} ({})", when(notice.at), notice.reason, logins)

    @admin.display(description=_("Reported by"))
    def reporter(self, row: Any) -> SafeString:
        """Whose device, or who asked when the store failed."""
        return code(row.reported_by) if row.login is None else format_html("{}", row.login)

    @admin.display(description=_("Closed"))
    def closed_at(self, row: IntegrityReport) -> SafeString | str:
        """When."""
        return when(row.closed)


def _open(request: HttpRequest) -> int:
    """How many are open; asked once a request."""
    if not hasattr(request, "open_incidents"):
        found = IntegrityReport.objects.filter(closed=None).count()
        request.open_incidents = found  # type: ignore[attr-defined]
    return int(request.open_incidents)  # type: ignore[attr-defined]


def _tile(request: HttpRequest) -> dict[str, Any]:
    return {"count": _open(request)}


def _latest(request: HttpRequest) -> dict[str, Any]:
    rows = IntegrityReport.objects.order_by("closed", "-last")[:SHOWN]
    return {"rows": [{"report": one, "when": when(one.last)} for one in rows]}


def install(site: StaffSite) -> None:
    """Add the tile, the panel and the line of the navigation."""
    site.add_panel(Panel("admin/panels/incidents_tile.html", _tile, 11, tile=True))
    site.add_panel(Panel("admin/panels/incidents.html", _latest, 30))
    site.add_shortcut(
        Shortcut(
            IntegrityReportAdmin.section,
            _("Open incidents"),
            "admin:phr_integrityreport_changelist",
            "?state=open",
            _open,
            "red",
        )
    )


install(admin.site)  # type: ignore[arg-type]
