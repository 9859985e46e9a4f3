"""Dumps of all tables, to show that a call changed nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import connections, router

# What every call may change: sessions, when somebody was last seen, and how often somebody asked.
MAY_CHANGE = ("sessions.session", "accounts.device", "accounts.ratelimit")


def dump() -> dict[str, list[Any]]:
    """Every row of every table of every server, by database and model."""
    found = {}
    for alias in connections:
        for model in apps.get_models():
            label = model._meta.label_lower
            if router.allow_migrate_model(alias, model) and label not in MAY_CHANGE:
                rows = model._base_manager.using(alias).order_by("pk").values_list()
                found[f"{alias}:{label}"] = [tuple(map(_plain, row)) for row in rows]
    return found


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


@contextmanager
def unchanged() -> Iterator[None]:
    """Fail if anything inside changes a table."""
    before = dump()
    assert sum(map(len, before.values())) > 0
    yield
    after = dump()
    assert {name for name in before if before[name] != after[name]} == set()
