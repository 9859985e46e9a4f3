"""Who is asking: the member of the session, looked up once for each request.

Checked before a body is read, so that nobody uploads without being let in.
"""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja.security import APIKeyCookie

from accounts.guardians import acting
from sesphr.web.problems import Problem

WAITS = "An administrator has not authorised this account yet."
ENDED = "This membership has ended. You act only for those who have no other guardian."


class OwnAuth(APIKeyCookie):
    """Accepts the session of a member who is neither suspended nor departed, as that member; also of
    one who departed and acts on for somebody."""

    param_name = settings.SESSION_COOKIE_NAME

    def __init__(self) -> None:
        # A cross-site request lacks the header that CrossSiteMiddleware demands.
        super().__init__(csrf=False)

    def _get_key(self, request: HttpRequest) -> str:
        return "session"

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        """The member, or None for nobody."""
        user = request.user
        if not user.is_authenticated or not user.is_active:
            return None
        return user


class ActingAuth(OwnAuth):
    """The same; a guardian's session answers as the dependant for whom it acts."""

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        """The member, or None for nobody.

        Raises:
            ActingEnded, ActingChanged: as `acting.member_of` says.
        """
        user = super().authenticate(request, key)
        return None if user is None else acting.member_of(request, user)


class MemberAuth(ActingAuth):
    """The same, but for whoever departed and acts on: in their own name they do nothing more."""

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        """The member, or None for nobody.

        Raises:
            Problem: 403 `not-authorised`; as `ActingAuth`.
        """
        found = super().authenticate(request, key)
        if found is not None and found.state == "departed":
            raise Problem(403, "not-authorised", ENDED)
        return found


class AuthorisedAuth(MemberAuth):
    """Accepts the session of a member whom an administrator has authorised."""

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        """The member, or None for nobody.

        Raises:
            Problem: 403 `not-authorised` for a member who still waits.
        """
        return _authorised(super().authenticate(request, key))


def _authorised(member: Any) -> Any:
    if member is not None and member.state != "authorised":
        raise Problem(403, "not-authorised", ENDED if member.state == "departed" else WAITS)
    return member


class PersonAuth(OwnAuth):
    """Accepts the session of an authorised member, as that member, whoever the session acts for."""

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        """The member, or None for nobody.

        Raises:
            Problem: 403 `not-authorised`.
        """
        return _authorised(super().authenticate(request, key))


class GuardianAuth(OwnAuth):
    """The same; also of a member who departed and acts on for somebody."""

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        """The member, or None for nobody.

        Raises:
            Problem: 403 `not-authorised`.
        """
        user = super().authenticate(request, key)
        return user if user is not None and user.caring else _authorised(user)


own_auth = OwnAuth()
person_auth = PersonAuth()
guardian_auth = GuardianAuth()
acting_auth = ActingAuth()
member_auth = MemberAuth()
authorised_auth = AuthorisedAuth()
