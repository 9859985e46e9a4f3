"""Filters that lists share."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from sesphr import clock
from sesphr.web.staff.shown import DAY

PERIODS = {"day": DAY, "week": 7 * DAY, "month": 30 * DAY, "year": 365 * DAY}


class PeriodFilter(SimpleListFilter):
    """Rows of the last day, week, month or year, or of one day (`?period=2026-11-20`, in UTC).

    `field` is the column or annotation that holds Unix seconds.
    """

    title = _("date")
    parameter_name = "period"
    field = "time"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """The periods, and the day that was asked for."""
        found: list[tuple[str, Any]] = [
            ("day", _("Last 24 hours")),
            ("week", _("Last 7 days")),
            ("month", _("Last 30 days")),
            ("year", _("Last 365 days")),
        ]
        asked = request.GET.get(self.parameter_name, "")
        start = _start_of(asked)
        if start is not None:
            found.append((asked, date_format(datetime.fromtimestamp(start, UTC), "j M Y")))
        return found

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows of the period."""
        value = self.value() or ""
        if value in PERIODS:
            return queryset.filter(**{f"{self.field}__gte": clock.now() - PERIODS[value]})
        start = _start_of(value)
        if start is None:
            return queryset
        return queryset.filter(**{f"{self.field}__gte": start, f"{self.field}__lt": start + DAY})


def period_of(column: str) -> type[PeriodFilter]:
    """The filter over one column."""
    return type("PeriodFilter", (PeriodFilter,), {"field": column})


class StateFilter(SimpleListFilter):
    """Rows in one state; `states` has words and a colour for each."""

    title = _("state")
    parameter_name = "state"
    states: Mapping[Any, tuple[Any, str]] = {}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """The states."""
        return [(state.value, label) for state, (label, _colour) in self.states.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Those in it."""
        return queryset.filter(state=self.value()) if self.value() else queryset


def state_of(states: Mapping[Any, tuple[Any, str]]) -> type[StateFilter]:
    """The filter over these states."""
    return type("StateFilter", (StateFilter,), {"states": states})


def _start_of(day: str) -> int | None:
    try:
        found = datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC)
        return max(0, int(found.timestamp()))
    except (ValueError, OverflowError):
        return None
