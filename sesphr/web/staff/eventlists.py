"""Lists of a server's events: what every such list shows, searches and filters.

An event is canonical JSON without blanks, so that a member of it can be found as text;
its salt, which would let others test guesses, is never shown.
"""

import json
from typing import Any

from django.contrib import admin
from django.contrib.admin import SimpleListFilter
from django.db.models import BigIntegerField, F, Func, QuerySet, Value
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from sesphr.web.staff.filters import PeriodFilter
from sesphr.web.staff.readonly import ReadOnlyAdmin
from sesphr.web.staff.shown import EMPTY, code, octets, when

# What stands in columns of its own, or says nothing to people.
FRAME = ("deployment", "source", "member", "number", "type", "time")
TIME = Cast(Func(F("event"), Value("$.time"), function="JSON_EXTRACT"), BigIntegerField())


class KindFilter(SimpleListFilter):
    """Events of one kind; `kinds` are the kinds with their words."""

    title = _("kind")
    parameter_name = "kind"
    kinds: dict[str, Any] = {}  # noqa: RUF012 -- subclasses set it whole

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """The kinds."""
        return list(self.kinds.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The events of the kind."""
        kind = self.value()
        if kind not in self.kinds:
            return queryset
        return queryset.filter(event__contains=f'"type":"{kind}"')


class EventPeriod(PeriodFilter):
    """Events of a period, by the time inside the event."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The events of the period; the time is read only when it is asked for."""
        return super().queryset(request, queryset.alias(time=TIME)) if self.value() else queryset


class EventAdmin(ReadOnlyAdmin):
    """A server's events; `kinds` gives words for their types."""

    kinds: dict[str, Any] = {}  # noqa: RUF012 -- subclasses set it whole
    names = (_("event"), _("events"))
    list_display = ("time", "kind", "whom", "said", "logged")
    list_select_related = ("stream",)
    ordering = ("-id",)
    sortable_by = ()
    groups = (
        (_("Event"), ("time", "kind", "whom", "said")),
        (_("In the log"), ("stream_name", "number", "commitment", "logged")),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Without salts."""
        return super().get_queryset(request).defer("salt").select_related("stream")

    def read(self, row: Any) -> dict[str, Any]:
        """The event, or nothing when it was erased."""
        found: dict[str, Any] = json.loads(row.event) if row.event else {}
        return found

    @admin.display(description=_("Time"))
    def time(self, row: Any) -> SafeString | str:
        """When it was decided."""
        return when(self.read(row).get("time"))

    @admin.display(description=_("What"))
    def kind(self, row: Any) -> Any:
        """The event's type in words."""
        found = self.read(row).get("type")
        return _("Erased") if found is None else self.kinds.get(found, found)

    @admin.display(description=_("Member"))
    def whom(self, row: Any) -> SafeString:
        """In whose stream it stands."""
        return code(row.stream.member)

    @admin.display(description=_("Details"))
    def said(self, row: Any) -> SafeString | str:
        """What else the event says."""
        return listed({k: v for k, v in self.read(row).items() if k not in FRAME})

    @admin.display(description=_("Log index"))
    def logged(self, row: Any) -> Any:
        """The entry's place in the log, or that the log does not have it yet."""
        return _("owed to the log") if row.index is None else row.index

    @admin.display(description=_("Stream"))
    def stream_name(self, row: Any) -> SafeString:
        """The stream as the log knows it."""
        return code(row.stream.stream)

    @admin.display(description=_("Number in the stream"))
    def number(self, row: Any) -> int:
        """Counted from 1 without gaps."""
        return int(row.number)

    @admin.display(description=_("Commitment"))
    def commitment(self, row: Any) -> SafeString | str:
        """What the log holds of it."""
        return octets(row.entry)


def listed(members: dict[str, Any]) -> SafeString | str:
    """Names and values, one a line; a dash for none."""
    if not members:
        return EMPTY
    lines = format_html_join(
        "", "<div><dt>{}</dt><dd>{}</dd></div>", ((name, _text(one)) for name, one in members.items())
    )  # fmt: skip
    return format_html('<dl class="said">{}</dl>', lines)


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(_text(one) for one in value) or EMPTY
    if isinstance(value, dict):
        return ", ".join(f"{name} {_text(one)}" for name, one in value.items())
    return value if isinstance(value, str) else json.dumps(value)
