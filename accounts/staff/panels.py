"""What accounts contribute to the dashboard: who waits, and what staff did last."""

import json
from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import Event, Member, Role, State
from accounts.staff import words
from sesphr import clock
from sesphr.web.staff.shown import when
from sesphr.web.staff.site import Panel, Shortcut, StaffSite

WAITING_SHOWN = 10
ACTS_SHOWN = 8


def waiting_members() -> Any:
    """Members who wait to be authorised, longest first."""
    found = Member.objects.filter(state=State.PENDING).exclude(role=Role.ADMINISTRATOR)
    return found.order_by("registered_at", "login")


def waiting(request: HttpRequest) -> dict[str, Any]:
    """Who waits, longest first."""
    rows = [
        {
            "member": one,
            "role": words.ROLES[Role(one.role)],
            "since": when(one.registered_at),
        }
        for one in waiting_members().defer("password")[:WAITING_SHOWN]
    ]
    return {"rows": rows, "count": waiting_count(request)}


def waiting_count(request: HttpRequest) -> int:
    """How many wait; asked once a request."""
    if not hasattr(request, "staff_waiting"):
        request.staff_waiting = waiting_members().count()  # type: ignore[attr-defined]
    return int(request.staff_waiting)  # type: ignore[attr-defined]


def longest(request: HttpRequest) -> dict[str, Any]:
    """How many wait, and how long the first of them has."""
    first = waiting_members().values_list("registered_at", flat=True).first()
    hours = 0 if first is None else (clock.now() - first) // 3600
    return {"count": waiting_count(request), "days": hours // 24, "hours": hours % 24}


def recent(request: HttpRequest) -> dict[str, Any]:
    """What staff did last, newest first."""
    kinds = Q()
    for kind in words.BY_STAFF:
        kinds |= Q(event__contains=f'"type":"{kind}"')
    rows = Event.objects.filter(kinds, event__contains='"by":"')
    rows = rows.select_related("stream").defer("salt")
    found = list(rows.order_by("-id")[:ACTS_SHOWN])
    members = {row.stream.member for row in found}
    names = dict(Member.objects.filter(pk__in=members).values_list("pk", "name"))
    return {"rows": [_act(row, names) for row in found]}


def _act(row: Event, names: dict[Any, str]) -> dict[str, Any]:
    event = json.loads(row.event or "{}")
    return {
        "when": when(event.get("time")),
        "kind": words.EVENTS[event["type"]],
        "by": event.get("by", ""),
        "member": row.stream.member,
        "name": names.get(row.stream.member, ""),
    }


def install(site: StaffSite) -> None:
    """Add the panels, and the line of the navigation."""
    site.add_panel(Panel("admin/panels/waiting_tile.html", longest, 10, tile=True))
    site.add_panel(Panel("admin/panels/waiting.html", waiting, 20, wide=True))
    site.add_panel(Panel("admin/panels/recent.html", recent, 60, wide=True))
    site.add_shortcut(
        Shortcut(
            _("Accounts"),
            _("Waiting for you"),
            "admin:accounts_member_changelist",
            "?state=pending",
            waiting_count,
            "amber",
        )
    )


install(admin.site)  # type: ignore[arg-type]
