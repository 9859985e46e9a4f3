"""Which server's call is being answered, for what belongs to whoever made it.

Only what checked the peer's certificate (`sesphr.adapters.serving`) says so: it is no argument of
any port, which a caller could choose.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_caller: ContextVar[str | None] = ContextVar("caller", default=None)


def caller() -> str | None:
    """The calling server's name; None for a call from within this process."""
    return _caller.get()


@contextmanager
def calling(server: str) -> Iterator[None]:
    """Answer a call of this server meanwhile."""
    token = _caller.set(server)
    try:
        yield
    finally:
        _caller.reset(token)
