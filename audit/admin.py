"""What the administration shows of the log: entries as hashes, and whether it is whole.

The log does not know what an entry commits to; neither does whoever looks here.
"""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from audit import checking, selectors
from audit.models import Check, Entry
from sesphr.web.staff.filters import period_of
from sesphr.web.staff.readonly import ReadOnlyAdmin, column
from sesphr.web.staff.shown import code, octets, when
from sesphr.web.staff.site import Panel, StaffSite


@admin.register(Entry)
class EntryAdmin(ReadOnlyAdmin):
    """Entries of the log, newest first."""

    section = _("Log")
    names = (_("log entry"), _("Log entries"))
    intro = _(
        "Salted commitments of events, in the order of the tree. What they say is kept elsewhere."
    )
    list_display = ("place", "time_at", "stream_code", "in_stream", "entry_octets")
    list_filter = (period_of("time"),)
    ordering = ("-index",)
    sortable_by = ("place",)
    in_stream = column("number", _("Number in the stream"))
    change_list_template = "admin/log.html"
    groups = ((_("Entry"), ("place", "time_at", "stream_code", "in_stream", "entry_octets")),)

    def own_urls(self) -> list[URLPattern]:
        """Checking the whole log."""
        return [self.page("verify/", require_POST(self.verify), "verify")]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list, with how the last check came out."""
        return super().changelist_view(request, {**state(request), **(extra_context or {})})

    def verify(self, request: HttpRequest) -> HttpResponse:
        """Recompute every hash now, and say how it came out."""
        found = checking.check(by=request.user.get_username())
        if found.damage:
            messages.error(request, _("The log is damaged. What to do stands below."))
        else:
            messages.success(request, _("The log is whole."))
        return redirect("admin:audit_entry_changelist")

    @admin.display(description=_("Index"), ordering="index")
    def place(self, row: Entry) -> int:
        """Its leaf in the tree."""
        return int(row.index)

    @admin.display(description=_("Time"))
    def time_at(self, row: Entry) -> SafeString | str:
        """When it was appended."""
        return when(row.time)

    @admin.display(description=_("Stream"))
    def stream_code(self, row: Entry) -> SafeString:
        """An opaque name."""
        return code(row.stream)

    @admin.display(description=_("Entry"))
    def entry_octets(self, row: Entry) -> SafeString | str:
        """The commitment."""
        return octets(row.entry)


def state(request: HttpRequest) -> dict[str, Any]:
    """How large the log is, and how the last check came out."""
    last = Check.objects.order_by("-id").first()
    return {
        "size": selectors.size(),
        "last": last,
        "checked": None if last is None else when(last.time),
        "root": octets(last.root) if last is not None and last.root else None,
    }


def install(site: StaffSite) -> None:
    """Add the tile."""
    site.add_panel(Panel("admin/panels/log_tile.html", state, 13, tile=True))


install(admin.site)  # type: ignore[arg-type]
