"""What the key nodes contribute to the dashboard: are they there, and what did they decide?"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connections
from django.db.models import BigIntegerField, Case, Count, ExpressionWrapper, F, Q, TextField, When
from django.db.models.functions import Cast
from django.http import HttpRequest

from sesphr import clock
from sesphr.roles import node_database
from sesphr.web.staff.shown import DAY
from sesphr.web.staff.site import Panel, StaffSite
from srs.models import AccessRequest

DAYS = 14
# The picture: its size, and the room that figures need around the bars, in its own units.
WIDTH, HEIGHT, LEFT, RIGHT, FOOT, TOP = 420, 220, 40, 16, 28, 24
TICKS = 4
# Decisions are kept as JSON; a refused one has this member.
REFUSED = '"allowed": false'


def answering(request: HttpRequest) -> dict[str, Any]:
    """How many nodes' databases answer, and how many an opening needs."""
    there = sum(_answers(index) for index in range(1, settings.SESPHR_NODES + 1))
    return {"there": there, "nodes": settings.SESPHR_NODES, "needed": settings.SESPHR_THRESHOLD}


def _answers(index: int) -> bool:
    try:
        with connections[node_database(index)].cursor() as cursor:
            cursor.execute("SELECT 1")
            return cursor.fetchone() is not None
    except DatabaseError:
        return False


def decisions(request: HttpRequest) -> dict[str, Any]:
    """Openings of the last days at the first node: as a picture, and as a table behind it."""
    today = clock.now() // DAY
    days = _counted(today - DAYS + 1, today)
    return {
        "days": days,
        "any": any(one["allowed"] + one["refused"] for one in days),
        **_drawn(days),
    }


def _counted(first: int, last: int) -> list[dict[str, Any]]:
    day = ExpressionWrapper(F("taken") - F("taken") % DAY, output_field=BigIntegerField())
    rows = AccessRequest.objects.using(node_database(1)).filter(taken__gte=first * DAY)
    refused = Case(When(Q(text__contains=REFUSED), then=F("pk")))
    found = (
        rows.alias(text=Cast("decisions", TextField()))
        .values(day=day)
        .annotate(total=Count("pk"), refused=Count(refused))
        .order_by("day")
    )
    by_day = {row["day"] // DAY: (row["total"], row["refused"]) for row in found}
    return [_day(number, *by_day.get(number, (0, 0))) for number in range(first, last + 1)]


def _day(number: int, total: int, refused: int) -> dict[str, Any]:
    date = datetime.fromtimestamp(number * DAY, UTC)
    return {"date": date, "key": date.strftime("%Y-%m-%d"), "allowed": total - refused, "refused": refused}  # fmt: skip


def _drawn(days: list[dict[str, Any]]) -> dict[str, Any]:
    """Bars and lines with their places; allowed below, refused on top."""
    top = _ceiling(one["allowed"] + one["refused"] for one in days)
    floor, step = HEIGHT - FOOT, (WIDTH - LEFT - RIGHT) / len(days)
    scale = (floor - TOP) / top
    bars = []
    for place, one in enumerate(days):
        low, high = one["allowed"] * scale, one["refused"] * scale
        x = LEFT + place * step + step * 0.14
        bars.append({
            **one, "x": round(x, 1), "middle": round(x + step * 0.36, 1), "width": round(step * 0.72, 1),
            "y": round(floor - low, 1), "height": round(low, 1),
            "top": round(floor - low - high, 1), "rest": round(high, 1),
            "label": place % 2 == 1, "label_y": round(floor - low - high - 6, 1),
        })  # fmt: skip
    ticks = [
        {"value": top * n // TICKS, "y": round(floor - top * n // TICKS * scale, 1)}
        for n in range(TICKS + 1)
    ]
    return {"bars": bars, "ticks": ticks, "width": WIDTH, "height": HEIGHT, "left": LEFT, "foot": HEIGHT - 8}  # fmt: skip


def _ceiling(values: Iterable[int]) -> int:
    """The least of 4, 8, 20, 40, 80, 200 ... that is not below any value."""
    most, size = max(values, default=0), 1
    while True:
        for step in (4, 8, 20):
            if most <= step * size:
                return step * size
        size *= 10


def install(site: StaffSite) -> None:
    """Add the tile and the picture."""
    site.add_panel(Panel("admin/panels/nodes_tile.html", answering, 12, tile=True))
    site.add_panel(Panel("admin/panels/decisions.html", decisions, 40))
