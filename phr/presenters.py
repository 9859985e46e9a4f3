"""What pages show beside the links of their navigation."""

from accounts.models import Member, Role
from phr import selectors


def counts(member: Member) -> dict[str, int]:
    """Return how many requests wait: for an owner to answer, or of a professional for an answer."""
    if member.role == Role.OWNER:
        return {"requests": selectors.waiting_for(member.id), "waiting": 0}
    return {"requests": 0, "waiting": selectors.waiting_of(member.id)}
