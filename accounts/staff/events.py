"""The portal's events as a list: who authorised whom, and what else happened to accounts."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.models import Event, Member
from accounts.staff import words
from sesphr.web.staff.eventlists import EventAdmin, EventPeriod, KindFilter
from sesphr.web.staff.shown import code


class AccountKinds(KindFilter):
    """The portal's kinds."""

    kinds = words.EVENTS


@admin.register(Event)
class AccountEventAdmin(EventAdmin):
    """Events of accounts, newest first."""

    section = _("Accounts")
    names = (_("account event"), _("Account events"))
    intro = _("Who registered, who authorised whom and on what grounds, and how accounts changed.")
    kinds = words.EVENTS
    list_filter = (AccountKinds, EventPeriod)

    def prepare(self, request: HttpRequest, rows: list[Any]) -> None:
        """Whose events these are, in one query."""
        found = Member.objects.filter(pk__in={row.stream.member for row in rows})
        logins = dict(found.values_list("pk", "login"))
        for row in rows:
            row.login = logins.get(row.stream.member)

    @admin.display(description=_("Member"))
    def whom(self, row: Any) -> SafeString:
        """In whose stream it stands: the e-mail address, or the id of somebody who is gone."""
        return code(row.stream.member) if row.login is None else format_html("{}", row.login)
