"""What many tests begin with, made once: its rows are put back where it is needed again.

Registering people and sharing a record costs half a second of proofs and statements; their rows
are some hundred. Whoever wants a beginning of their own still makes it.
"""

import copy
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.core import mail
from django.db import connections

Rows = dict[tuple[str, str], list[tuple[Any, ...]]]
# Sessions end when nobody uses them, and statements are asked to be new: nothing is put back that is older.
FRESH_SECONDS = 120


@dataclass
class Made:
    """What a test began with: the rows that came, the letters that were sent, and what was returned."""

    value: Any
    rows: Rows
    letters: list[Any]
    moment: float

    @property
    def is_fresh(self) -> bool:
        """Whether it may be put back."""
        return time.monotonic() - self.moment < FRESH_SECONDS

    def put_back(self) -> None:
        """Insert the rows, which must not be there, and the letters."""
        for (alias, table), rows in self.rows.items():
            connection = connections[alias]
            places = ", ".join(["%s"] * len(rows[0]))
            sql = f"INSERT INTO {table} VALUES ({places})"
            with connection.constraint_checks_disabled(), connection.cursor() as cursor:
                cursor.executemany(sql, rows)
        mail.outbox.extend(copy.copy(one) for one in self.letters)


_known: dict[tuple[Any, ...], Made] = {}


def beginning(name: str, make: Callable[[], Any]) -> Any:
    """What `make` returned when it was last called on databases like these, its rows put back.

    It is called when that was long ago, or never, and each time when it changes rows that were there.
    The value is the same object each time: copy what a test may change.
    """
    key = (name, *_counts())
    made = _known.get(key)
    if made is not None and made.is_fresh:
        made.put_back()
        return made.value
    before, sent = _all_rows(), len(mail.outbox)
    moment, value = time.monotonic(), make()
    after = _all_rows()
    if all(set(rows) <= set(after[table]) for table, rows in before.items()):
        _known[key] = Made(value, _new(before, after), list(mail.outbox[sent:]), moment)
    return value


def _new(before: Rows, after: Rows) -> Rows:
    """The rows that came."""
    old = {table: set(rows) for table, rows in before.items()}
    came = {table: [row for row in rows if row not in old[table]] for table, rows in after.items()}
    return {table: rows for table, rows in came.items() if rows}


@lru_cache(maxsize=1)
def _tables() -> dict[str, list[str]]:
    """The quoted names of all tables, by database."""
    found = {}
    for alias in connections:
        connection = connections[alias]
        with connection.cursor() as cursor:
            names = connection.introspection.table_names(cursor)
        found[alias] = [connection.ops.quote_name(name) for name in names]
    return found


def _counts() -> Iterator[tuple[int, ...]]:
    """How many rows each table has, by database."""
    for alias, tables in _tables().items():
        columns = ", ".join(f"(SELECT COUNT(*) FROM {table})" for table in tables)
        with connections[alias].cursor() as cursor:
            cursor.execute(f"SELECT {columns}")
            yield tuple(cursor.fetchone())


def _all_rows() -> Rows:
    found = {}
    for alias, tables in _tables().items():
        with connections[alias].cursor() as cursor:
            for table in tables:
                cursor.execute(f"SELECT * FROM {table}")
                found[alias, table] = [tuple(row) for row in cursor.fetchall()]
    return found
