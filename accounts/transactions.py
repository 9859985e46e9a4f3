"""One transaction of the portal's database, repeated when MariaDB ends it for a deadlock."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import OperationalError, transaction

from sesphr.roles import PORTAL_DATABASE

ATTEMPTS = 5
# InnoDB's "Deadlock found when trying to get lock"; SQLite has no such code.
DEADLOCK = 1213

P = ParamSpec("P")
R = TypeVar("R")


def atomic_retried(function: Callable[P, R]) -> Callable[P, R]:
    """Run a function in one transaction; it must do nothing that a rollback does not undo."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with transaction.atomic(using=PORTAL_DATABASE):
                    return function(*args, **kwargs)
            except OperationalError as error:
                nested = transaction.get_connection(PORTAL_DATABASE).in_atomic_block
                if error.args[:1] != (DEADLOCK,) or attempt == ATTEMPTS or nested:
                    raise
        raise AssertionError("unreachable")

    return run
