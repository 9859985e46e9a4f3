"""What a server says when its own database or disk fails: out of reach, try again."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, InterfaceError

from sesphr.ports.errors import Unavailable


@contextmanager
def reachable(server: str) -> Iterator[None]:
    """Turn every failure of a database or disk into the port's `Unavailable`.

    Deadlocks and lock time-outs are among them: each call of a port may be made again.
    """
    try:
        yield
    except (DatabaseError, InterfaceError, OSError) as error:
        raise Unavailable(f"The {server} cannot be reached at the moment.") from error
