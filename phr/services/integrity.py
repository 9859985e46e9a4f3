"""Integrity reports: kept for staff until somebody looked into them."""

from uuid import UUID

from django.db import transaction
from django.db.models import F

from accounts import events
from phr.models import IntegrityReport
from sesphr import clock

# A flood of different reports by one member stays bounded; the events keep each of them.
MOST_OPEN = 100


def keep(
    *, by: UUID, reason: str, record: str | None, partition: str | None, manifest: str | None,
    node: int | None = None,
) -> None:  # fmt: skip
    """Keep a report; the same again, while it is open, only counts."""
    now = clock.now()
    same = IntegrityReport.objects.filter(
        closed=None, reported_by=by, reason=reason, record=record, partition=partition or "",
        manifest=manifest or "", node=node,
    )  # fmt: skip
    if same.update(count=F("count") + 1, last=now):
        return
    if IntegrityReport.objects.filter(closed=None, reported_by=by).count() >= MOST_OPEN:
        return
    IntegrityReport.objects.create(
        reported_by=by, reason=reason, record=None if record is None else UUID(record),
        partition=partition or "", manifest=manifest or "", node=node, first=now, last=now,
    )  # fmt: skip


def keep_once(*, by: UUID, reason: str, emergency: UUID) -> None:
    """Keep a report of an emergency that its owner questions, unless there is one."""
    now = clock.now()
    IntegrityReport.objects.get_or_create(
        emergency=emergency,
        defaults={"reported_by": by, "reason": reason, "first": now, "last": now},
    )


def close(*, report: int, by: str, note: str) -> None:
    """Close an open report with what was found; one that is closed stays as it is."""
    with transaction.atomic():
        found = IntegrityReport.objects.select_for_update().get(pk=report)
        if found.closed is not None:
            return
        found.closed, found.closed_by, found.note = clock.now(), by, note
        found.save(update_fields=["closed", "closed_by", "note"])
        events.record(found.reported_by, "integrity-closed", by=by, report=report)
    events.publish(found.reported_by)
