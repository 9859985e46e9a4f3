"""What the administration shows of a key node: openings decided, deposits, and its events.

It shows who asked and what was decided, by ids alone: the node knows no names. Never R
parameters, re-encryption keys, answers, tickets or salts; columns that hold them are not read.
"""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from sesphr.web.staff.eventlists import EventAdmin, EventPeriod, KindFilter
from sesphr.web.staff.filters import period_of
from sesphr.web.staff.readonly import column
from sesphr.web.staff.shown import code, when
from srs import (
    panels,
    roletables,  # noqa: F401 -- registers its pages
)
from srs.manifests import partitions_of
from srs.models import AccessRequest, Event, RParameter, Version
from srs.nodelists import NodeAdmin, NodeFilter

EVENTS = {
    "access": _("Opening decided"),
    "deposit": _("Deposit"),
    "acl": _("Sharing list changed"),
    "key-request": _("Access asked for"),
    "registration": _("Keys registered"),
    "credential": _("Role credential taken"),
    "contribution": _("Contribution taken"),
    "accepted": _("Contribution accepted by its owner"),
    "declined": _("Contribution declined by its owner"),
    "consent-code": _("Consent code used"),
    "emergency": _("Emergency began"),
    "activated": _("Membership activated"),
    "suspended": _("Membership suspended"),
    "departed": _("Membership ended"),
    "departure-of": _("Somebody with access left"),
    "keys-changed-of": _("Somebody with access has new keys"),
}


@admin.register(AccessRequest)
class OpeningAdmin(NodeAdmin):
    """Openings: who asked for how much, and what this node decided."""

    names = (_("opening"), _("Openings"))
    intro = _("Who asked to open records, and what the key node decided, by whose rule.")
    list_display = ("taken_at", "asker", "allowed", "refused", "digest_code")
    list_filter = (NodeFilter, period_of("taken"))
    ordering = ("-taken", "-id")
    sortable_by = ("taken_at",)
    detail_template = "admin/opening.html"
    groups = ((_("Opening"), ("taken_at", "asker", "allowed", "refused", "digest_code")),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Without answers and tickets."""
        return super().get_queryset(request).only("digest", "taken", "decisions", "user_id")

    def more(self, request: HttpRequest, row: AccessRequest) -> dict[str, Any]:
        """Every decision of it."""
        return {"decisions": row.decisions}

    @admin.display(description=_("Time"), ordering="taken")
    def taken_at(self, row: AccessRequest) -> SafeString | str:
        """When it was decided."""
        return when(row.taken)

    @admin.display(description=_("Who asked"))
    def asker(self, row: AccessRequest) -> SafeString:
        """The asker's id."""
        return code(row.user_id)

    @admin.display(description=_("Parts allowed"))
    def allowed(self, row: AccessRequest) -> int:
        """How many."""
        return sum(one["allowed"] for one in row.decisions)

    @admin.display(description=_("Parts refused"))
    def refused(self, row: AccessRequest) -> Any:
        """How many."""
        count = sum(not one["allowed"] for one in row.decisions)
        return format_html("<strong>{}</strong>", count) if count else count

    @admin.display(description=_("Digest of the request"))
    def digest_code(self, row: AccessRequest) -> SafeString:
        """Its name."""
        return code(row.digest)


@admin.register(Version)
class DepositAdmin(NodeAdmin):
    """Deposits: the versions of records that this node took."""

    names = (_("deposit"), _("Deposits"))
    intro = _(
        "Every version of a record that the key node took. It holds nothing of what is in it."
    )
    list_display = ("accepted_at", "record_code", "version_number", "owner", "digest_code")
    list_filter = (NodeFilter, period_of("accepted"))
    list_select_related = ("record",)
    ordering = ("-accepted", "-id")
    sortable_by = ("accepted_at",)
    version_number = column("version", _("Version"))
    groups = (
        (_("Deposit"), ("accepted_at", "record_code", "version_number", "owner", "partitions")),
        (_("Rules"), ("record_date", "opens", "closes", "digest_code")),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Without the signed manifest."""
        return super().get_queryset(request).defer("manifest", "receipt").select_related("record")

    @admin.display(description=_("Taken"), ordering="accepted")
    def accepted_at(self, row: Version) -> SafeString | str:
        """When."""
        return when(row.accepted)

    @admin.display(description=_("Record"))
    def record_code(self, row: Version) -> SafeString:
        """Which."""
        return code(row.record_id)

    @admin.display(description=_("Owner"))
    def owner(self, row: Version) -> SafeString:
        """Whose, by id."""
        return code(row.record.owner_id)

    @admin.display(description=_("Parts"))
    def partitions(self, row: Version) -> str:
        """Their names."""
        rows = RParameter.objects.using(row._state.db).filter(version=row.pk)
        names = rows.order_by("partition").values_list("partition", flat=True)
        return ", ".join(names or partitions_of(row.manifest))

    @admin.display(description=_("Date that rules use"))
    def record_date(self, row: Version) -> SafeString | str:
        """The record's."""
        return when(row.record.date)

    @admin.display(description=_("Others may open it from"))
    def opens(self, row: Version) -> SafeString | str:
        """When."""
        return when(row.open_from)

    @admin.display(description=_("Others may open it until"))
    def closes(self, row: Version) -> SafeString | str:
        """When."""
        return when(row.open_until)

    @admin.display(description=_("Digest of the manifest"))
    def digest_code(self, row: Version) -> SafeString:
        """Its name at the store."""
        return code(row.digest)


class NodeKinds(KindFilter):
    """A node's kinds."""

    kinds = EVENTS


@admin.register(Event)
class NodeEventAdmin(NodeAdmin, EventAdmin):
    """All transactions of this node, as it owes them to the log."""

    names = (_("transaction"), _("Transactions"))
    intro = _(
        "Everything that the key node decided: openings, deposits, sharing lists, memberships."
    )
    kinds = EVENTS
    list_filter = (NodeFilter, NodeKinds, EventPeriod)


panels.install(admin.site)  # type: ignore[arg-type]
