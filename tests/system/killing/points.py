"""The points at which the server process may be killed, and the killing itself.

A plan (DATA/killplan.json) names path prefixes, and either 0 (record the points
that the matching requests pass) or the number of the point at which the process
sends itself SIGKILL. The plan is removed first, so that the next process lives.
Every point passed is a line of DATA/killpoints.log; the last line of a killed
process begins with KILLED.
"""

import functools
import json
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

_armed = threading.local()
_counter: dict[str, int] = {}
_WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")


def _file(name: str) -> Path:
    return Path(settings.SESPHR_DATA) / name


class Arming:
    """Arms this thread while it answers a request that the plan names."""

    def __init__(self, get_response: Callable[[Any], Any]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> Any:
        _armed.plan = self._plan(request)
        try:
            return self.get_response(request)
        finally:
            _armed.plan = None

    def _plan(self, request: Any) -> dict[str, Any] | None:
        try:
            plan: dict[str, Any] = json.loads(_file("killplan.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        wanted = [f"{request.method} {request.path}".startswith(one) for one in plan["requests"]]
        return plan if any(wanted) else None


def reach(point: str) -> None:
    """Pass a point: count it, and die there if the plan says so."""
    plan = getattr(_armed, "plan", None)
    if plan is None:
        return
    number = _counter[plan["id"]] = _counter.get(plan["id"], 0) + 1
    if number == plan["at"]:
        _file("killplan.json").unlink()
        _write(f"KILLED {point}")
        os.kill(os.getpid(), signal.SIGKILL)
    _write(point)


def _write(line: str) -> None:
    with _file("killpoints.log").open("a", encoding="utf-8") as log:
        log.write(f"{line}\n")
        log.flush()
        os.fsync(log.fileno())


def watch_databases() -> None:
    """Make a point before and after every commit, those of single statements included."""
    commit = BaseDatabaseWrapper.commit

    @functools.wraps(commit)
    def watched(self: BaseDatabaseWrapper) -> None:
        reach(f"before commit of {self.alias}")
        commit(self)
        reach(f"after commit of {self.alias}")

    BaseDatabaseWrapper.commit = watched  # type: ignore[method-assign]
    connection_created.connect(_watch_statements, weak=False)


def _watch_statements(connection: BaseDatabaseWrapper, **_: Any) -> None:
    if _statement not in connection.execute_wrappers:
        connection.execute_wrappers.append(_statement)


def _statement(execute: Any, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    connection = context["connection"]
    if connection.in_atomic_block or not sql.lstrip().upper().startswith(_WRITES):
        return execute(sql, params, many, context)
    what = f"{sql.split(maxsplit=1)[0]} of {connection.alias}"
    reach(f"before {what}")
    result = execute(sql, params, many, context)
    reach(f"after {what}")
    return result
