"""What the portal's routes have in common: who asks, how often, and what they may answer."""

from uuid import UUID

from django.http import HttpRequest

from accounts import ratelimits
from accounts.guardians import acting
from sesphr.web.problems import ProblemOut


def answers(model: object, *refusals: int) -> dict[object, object]:
    """A route's answers: its own, and the refusals that are this route's alone."""
    return {200: model, frozenset(refusals): ProblemOut} if refusals else {200: model}


def asker(request: HttpRequest, limit: str | None = None) -> UUID:
    """Whoever asks; counted against a limit of `settings.SESPHR_RATES`, for the
    guardian where one acts."""
    found: UUID = request.auth.id  # type: ignore[attr-defined]
    if limit is not None:
        ratelimits.spend(limit, acting.counted(request))
    return found
