"""What the administration shows of role credentials and contributions at a key node.

By ids alone: the node knows no names. Credentials are judged anew for each page, as at an opening.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from sesphr import clock
from sesphr.crypto.credentials import Role
from sesphr.ports.errors import Unavailable
from sesphr.roles import node_database
from sesphr.web.staff.filters import PeriodFilter, period_of, state_of
from sesphr.web.staff.readonly import column
from sesphr.web.staff.shown import EMPTY, code, when
from srs import credentials
from srs.context import Node
from srs.manifests import partitions_by_version
from srs.models import Contribution, Credential, Journal
from srs.nodelists import NodeAdmin, NodeFilter, node_of

STATES = {
    Contribution.State.PROPOSED: (_("Waiting for the owner"), "plain"),
    Contribution.State.ACCEPTED: (_("Accepted"), "good"),
    Contribution.State.DECLINED: (_("Declined"), "plain"),
}


class HandedIn(PeriodFilter):
    """Credentials that were handed in within a period, as the node's journal tells."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Of whoever handed one in then."""
        taken = _taken(queryset.db)
        chosen = super().queryset(request, taken)
        if chosen is taken:
            return queryset
        members = {UUID(one) for one in chosen.values_list("subject", flat=True)}
        return queryset.filter(member__in=members)


def _taken(alias: str) -> QuerySet[Journal]:
    return Journal.objects.using(alias).filter(kind="credential")


@admin.register(Credential)
class CredentialAdmin(NodeAdmin):
    """Role credentials: whose, which role, by which authority, until when, and whether they count."""

    names = (_("role credential"), _("Role credentials"))
    intro = _(
        "Whose role is certified, and by whom, as this key node verifies it just now. It does so"
        " again at every opening."
    )
    list_display = ("holder", "role", "authority", "valid_until", "state", "handed_in")
    list_filter = (NodeFilter, HandedIn)
    list_select_related = ("member",)
    ordering = ("-id",)
    sortable_by = ()
    groups = (
        (_("Credential"), ("holder", "role", "authority", "organisation", "state")),
        (_("Validity"), ("valid_from", "valid_until", "handed_in", "digest_code")),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With the member whose key it is about."""
        return super().get_queryset(request).defer("receipt").select_related("member")

    def prepare(self, request: HttpRequest, rows: list[Any]) -> None:
        """Judge all rows with the authorities and revocation lists as they are now."""
        node = Node(node_of(request))
        times = _times(node.alias, rows)
        for row, judged in zip(rows, _judged(node, rows), strict=True):
            row.judged, row.time = judged, times.get(str(row.member_id))

    @admin.display(description=_("Whose"))
    def holder(self, row: Any) -> SafeString:
        """The member's id."""
        return code(row.member_id)

    @admin.display(description=_("Role"))
    def role(self, row: Any) -> str:
        """The certified one."""
        return EMPTY if row.judged.role is None else row.judged.role.role

    @admin.display(description=_("Authority"))
    def authority(self, row: Any) -> str:
        """What it calls itself."""
        return row.judged.authority or EMPTY

    @admin.display(description=_("Organisation"))
    def organisation(self, row: Any) -> str:
        """Which the certificate names, if it does."""
        return EMPTY if row.judged.role is None else row.judged.role.organisation or EMPTY

    @admin.display(description=_("Valid from"))
    def valid_from(self, row: Any) -> SafeString | str:
        """When it begins."""
        return EMPTY if row.judged.role is None else when(row.judged.role.valid_from)

    @admin.display(description=_("Valid until"))
    def valid_until(self, row: Any) -> SafeString | str:
        """When it ends."""
        return EMPTY if row.judged.role is None else when(row.judged.role.valid_until)

    @admin.display(description=_("State"))
    def state(self, row: Any) -> SafeString:
        """Whether it counts now."""
        label, colour = row.judged.state
        return format_html('<span class="tag tag--{}">{}</span>', colour, label)

    @admin.display(description=_("Handed in"))
    def handed_in(self, row: Any) -> SafeString | str:
        """When, last."""
        return when(row.time)

    @admin.display(description=_("Digest"))
    def digest_code(self, row: Any) -> SafeString:
        """Its name."""
        return code(row.digest)


@dataclass(frozen=True)
class Judged:
    """What a stored credential certifies now, and whether it counts: words and a colour."""

    state: tuple[Any, str]
    role: Role | None = None
    authority: str = ""


def _judged(node: Node, rows: Iterable[Any]) -> list[Judged]:
    stored = [(row.member, bytes(row.octets)) for row in rows]
    now = clock.now()
    try:
        names = {one.id: one.name for one in credentials.authorities()}
        found = credentials.judged_all(node, stored, now)
    except Unavailable:
        return [Judged((_("The pinned authorities cannot be read"), "red"))] * len(stored)
    return [_worded(one, names, now) for one in found]


def _worded(found: tuple[Role, bool] | None, names: Mapping[str, str], now: int) -> Judged:
    if found is None:
        return Judged((_("No pinned authority vouches for it"), "red"))
    role, revoked = found
    return Judged(_state(role, now, revoked=revoked), role, names.get(role.issuer, ""))


def _state(role: Role, now: int, *, revoked: bool) -> tuple[Any, str]:
    if revoked:
        return _("Revoked, or nobody can tell"), "red"
    if now < role.valid_from:
        return _("Not valid yet"), "amber"
    return (_("Valid"), "good") if now < role.valid_until else (_("Expired"), "amber")


def _times(alias: str, rows: Iterable[Any]) -> dict[str, int]:
    """When each member handed in a credential last."""
    subjects = [str(row.member_id) for row in rows]
    entries = _taken(alias).filter(subject__in=subjects).order_by("number")
    return dict(entries.values_list("subject", "time"))


@admin.register(Contribution)
class ContributionAdmin(NodeAdmin):
    """Contributions: who added what to whose record, and what its owner made of it."""

    names = (_("contribution"), _("Contributions"))
    intro = _(
        "What others added to patients' records. It is part of a record once its owner accepted it;"
        " declined, it is erased. Staff answer none."
    )
    list_display = ("offered_at", "author_code", "owner_code", "partitions", "state_tag")
    list_filter = (NodeFilter, state_of(STATES), period_of("version__accepted"))
    ordering = ("-version__accepted", "-id")
    sortable_by = ("offered_at",)
    size = column("octets", _("Cipher octets"))
    groups = (
        (_("Contribution"), ("offered_at", "author_code", "owner_code", "partitions", "size")),
        (_("What became of it"), ("state_tag", "record_code", "digest_code")),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With its version, without the signed manifest."""
        rows = super().get_queryset(request).select_related("version")
        return rows.defer("version__manifest", "version__receipt")

    def prepare(self, request: HttpRequest, rows: list[Any]) -> None:
        """The names of the rows' parts, in one query."""
        alias = node_database(node_of(request))
        parts = partitions_by_version(alias, [row.version_id for row in rows])
        for row in rows:
            row.parts = parts.get(row.version_id, [])

    @admin.display(description=_("Added"), ordering="version__accepted")
    def offered_at(self, row: Contribution) -> SafeString | str:
        """When this node took it."""
        return when(row.version.accepted)

    @admin.display(description=_("Who added it"))
    def author_code(self, row: Contribution) -> SafeString:
        """The author's id."""
        return code(row.author_id)

    @admin.display(description=_("Owner"))
    def owner_code(self, row: Contribution) -> SafeString:
        """Whose record it is for."""
        return code(row.owner_id)

    @admin.display(description=_("Parts"))
    def partitions(self, row: Any) -> str:
        """Their names; none of what was erased."""
        return ", ".join(row.parts) or EMPTY

    @admin.display(description=_("State"))
    def state_tag(self, row: Contribution) -> SafeString:
        """The state as a tag."""
        label, colour = STATES[Contribution.State(row.state)]
        return format_html('<span class="tag tag--{}">{}</span>', colour, label)

    @admin.display(description=_("Record"))
    def record_code(self, row: Contribution) -> SafeString:
        """Which."""
        return code(row.version.record_id)

    @admin.display(description=_("Digest of the manifest"))
    def digest_code(self, row: Contribution) -> SafeString:
        """Its name at the store."""
        return code(row.version.digest)
