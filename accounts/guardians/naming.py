"""Who acts for whom in this request, as events name it."""

from contextvars import ContextVar
from typing import Any
from uuid import UUID

_guardian: ContextVar[tuple[str, str] | None] = ContextVar("guardian", default=None)


def remember(dependant: UUID, guardian: UUID) -> None:
    """Name the guardian in whatever is recorded of the dependant until the request ends."""
    _guardian.set((str(dependant), str(guardian)))


def named(member: UUID | str) -> dict[str, Any]:
    """What an event of this member's says of who acted for them in this request, if anybody did."""
    now = _guardian.get()
    return {"guardian": now[1]} if now is not None and now[0] == str(member) else {}


def forget() -> None:
    """End of a request: the next one of this thread is somebody else's."""
    _guardian.set(None)
