"""Who is asking: the member of the session, looked up once for each request."""

from typing import Any

from django.http import HttpRequest
from ninja.security import APIKeyCookie

from sesphr.web.problems import Problem

CLOSED = ("suspended", "departed")


class MemberAuth(APIKeyCookie):
    """Accepts the session of a member who is neither suspended nor departed."""

    param_name = "sesphr_session"

    def __init__(self) -> None:
        # A cross-site request lacks the header that CrossSiteMiddleware demands.
        super().__init__(csrf=False)

    def _get_key(self, request: HttpRequest) -> str:
        return "session"

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        """The member, or None for nobody."""
        user = request.user
        if not user.is_authenticated or getattr(user, "state", None) in CLOSED:
            return None
        return user


member_auth = MemberAuth()


def require_authorised(request: HttpRequest) -> Any:
    """The signed-in member if an administrator has authorised them.

    Raises:
        Problem: 403 `not-authorised` otherwise.
    """
    member = request.auth  # type: ignore[attr-defined]
    if member.state != "authorised":
        raise Problem(
            403, "not-authorised", "An administrator has not authorised this account yet."
        )
    return member
