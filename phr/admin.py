"""What the administration shows of the portal's records side: requests, and integrity reports.

A request's reason is for the owner alone, although the portal relays it: it is not shown.
"""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.models import Member
from phr import incidents  # noqa: F401 -- registers its pages
from phr.models import KeyRequest
from sesphr.crypto.statements import payload_of_unverified
from sesphr.web.staff.filters import period_of, state_of
from sesphr.web.staff.readonly import ReadOnlyAdmin
from sesphr.web.staff.shown import code, when

STATES = {
    KeyRequest.State.PENDING: (_("Waiting for the owner"), "plain"),
    KeyRequest.State.APPROVED: (_("Approved"), "good"),
    KeyRequest.State.DECLINED: (_("Declined"), "plain"),
}


@admin.register(KeyRequest)
class KeyRequestAdmin(ReadOnlyAdmin):
    """Requests for access: who asks whom, for what, and what became of it."""

    section = _("Records")
    names = (_("request"), _("Requests"))
    intro = _(
        "Who asked which patient for access, and what the patient answered. Staff answer none."
    )
    list_display = (
        "asked_at",
        "asker_name",
        "owner_name",
        "partitions",
        "state_tag",
        "answered_at",
    )
    list_filter = (state_of(STATES), period_of("asked"))
    ordering = ("-asked", "id")
    sortable_by = ("asked_at",)
    groups = (
        (_("Request"), ("asker_name", "owner_name", "partitions", "purpose")),
        (_("What became of it"), ("asked_at", "state_tag", "answered_at", "statement_digest")),
    )

    def prepare(self, request: HttpRequest, rows: list[Any]) -> None:
        """Logins of everybody whom the rows name, in one query."""
        ids = {one for row in rows for one in (row.asker, row.owner)}
        logins = dict(Member.objects.filter(pk__in=ids).values_list("pk", "login"))
        for row in rows:
            row.logins, row.payload = logins, payload_of_unverified(row.statement)

    @admin.display(description=_("Asked"), ordering="asked")
    def asked_at(self, row: KeyRequest) -> SafeString | str:
        """When."""
        return when(row.asked)

    @admin.display(description=_("Who asks"))
    def asker_name(self, row: Any) -> SafeString:
        """The asker's e-mail address."""
        return _who(row, row.asker)

    @admin.display(description=_("Whom"))
    def owner_name(self, row: Any) -> SafeString:
        """The owner's e-mail address; the id where nobody is registered."""
        return _who(row, row.owner)

    @admin.display(description=_("Parts asked for"))
    def partitions(self, row: Any) -> str:
        """As the asker names them."""
        return ", ".join(row.payload["partitions"])

    @admin.display(description=_("Purpose"))
    def purpose(self, row: Any) -> str:
        """As the asker states it."""
        return str(row.payload["purpose"])

    @admin.display(description=_("State"))
    def state_tag(self, row: KeyRequest) -> SafeString:
        """The state as a tag."""
        label, colour = STATES[KeyRequest.State(row.state)]
        return format_html('<span class="tag tag--{}">{}</span>', colour, label)

    @admin.display(description=_("Answered"))
    def answered_at(self, row: KeyRequest) -> SafeString | str:
        """When, if it was."""
        return when(row.answered)

    @admin.display(description=_("Digest of the signed request"))
    def statement_digest(self, row: KeyRequest) -> SafeString:
        """Its name at the key nodes."""
        return code(row.digest)


def _who(row: Any, member: UUID) -> SafeString:
    login = row.logins.get(member)
    return code(member) if login is None else format_html("{}", login)
