"""What all pages share: who may see which, and what every page is told of the visitor.

A view without `page` is a member's page: `SignInMiddleware` asks for a session
unless a view says otherwise. Pages are told nothing of records, which only
endpoints can read.
"""

import logging
from collections.abc import Callable
from enum import Enum
from functools import wraps
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from accounts.guardians import acting
from accounts.models import Member, Role
from accounts.presenters import shown
from phr.presenters import counts
from sesphr.web.middleware import Handler, of_api
from sesphr.web.problems import described

logger = logging.getLogger("sesphr.pages")

SAFE = ("GET", "HEAD")
SIGN_IN, HOME, CARE, ADMIN = "sign-in", "home", "care", "/admin/"
View = Callable[..., HttpResponse]


class Who(Enum):
    """Whom a page is for."""

    ANYBODY = "anybody"
    VISITOR = "anybody, on an errand that nobody else should find or keep"
    SIGNED_OUT = "somebody who is not signed in"
    MEMBER = "a member, authorised or not"
    CARING = "the same, or one who left and acts on for somebody"
    OWNER = "an authorised owner of records"
    PROFESSIONAL = "an authorised member who owns none"


OPEN = (Who.ANYBODY, Who.VISITOR, Who.SIGNED_OUT)
EVERYBODY = (Who.MEMBER, Who.CARING)


def page(who: Who, methods: tuple[str, ...] = SAFE) -> Callable[[View], View]:
    """Let a view answer those whom it is for; the others go where they belong."""

    def around(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, **parts: Any) -> HttpResponse:
            return _elsewhere(who, request) or view(request, **parts)

        guarded.who = who  # type: ignore[attr-defined]
        return require_http_methods(list(methods))(guarded)

    return around


def show(request: HttpRequest, name: str, status: int = 200, **context: Any) -> HttpResponse:
    """Render templates/pages/NAME.jinja for the visitor; `me` and `nav` are None for strangers."""
    member = signed_in(request)
    me = None if member is None else shown(member)
    told = {"me": me, "nav": None if member is None else counts(member), "guardian": None}
    if member is not None and (found := acting.of_request(request)) is not None:
        told["guardian"] = shown(found.guardian)
    return render(request, f"pages/{name}.jinja", {**told, **context}, status=status)


def at_screen(request: HttpRequest) -> Member | None:
    """Return whoever signed in; None for strangers, and before anybody was looked up."""
    user = getattr(request, "user", None)
    return user if user is not None and user.is_authenticated else None


def signed_in(request: HttpRequest) -> Member | None:
    """Return for whom a session acts: whoever signed in, or a dependant of theirs."""
    user = at_screen(request)
    if user is None:
        return None
    found = acting.of_request(request)
    return user if found is None else found.dependant


def visitor(request: HttpRequest) -> Member:
    """Return whoever a member's page answers; `page` let nobody else through."""
    member = signed_in(request)
    if member is None:
        raise PermissionDenied
    return member


def next_page(request: HttpRequest) -> str:
    """Return the page of this site that `next` names; the member's home for anything else."""
    return own_page(request.GET.get("next", ""), HOME)


def own_page(asked: str, otherwise: str) -> str:
    """Return an address if it is one of this site; the page named `otherwise` for anything else."""
    own = url_has_allowed_host_and_scheme(asked, allowed_hosts=None)
    plain = asked.startswith("/") and asked.isprintable()
    return asked if own and plain else reverse(otherwise)


def _elsewhere(who: Who, request: HttpRequest) -> HttpResponse | None:
    """The answer for somebody whom a page is not for; None for whom it is for.

    Raises:
        Http404: for members of another role, to whom this page does not exist.
    """
    member = signed_in(request)
    if who is Who.SIGNED_OUT and member is not None:
        return HttpResponseRedirect(next_page(request))
    if who in OPEN:
        return None
    if member is None:
        return to_sign_in(request)
    if member.caring:
        return None if who is Who.CARING else HttpResponseRedirect(reverse(CARE))
    if not _has_role(who, member):
        raise Http404
    if who not in EVERYBODY and not member.is_authorised:
        return HttpResponseRedirect(reverse(HOME))
    return None


def _has_role(who: Who, member: Member) -> bool:
    if member.role == Role.ADMINISTRATOR:
        return False
    owner = member.role == Role.OWNER
    return who in EVERYBODY or owner == (who is Who.OWNER)


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send somebody to the sign-in page, and from there back to where they are."""
    query = urlencode({"next": request.get_full_path()})
    return HttpResponseRedirect(f"{reverse(SIGN_IN)}?{query}")


class SignInMiddleware:
    """Lets nobody without a session reach a view that does not say that it is open.

    The API and the administration have doors of their own.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer; what is a member's is neither kept by caches nor found by searching."""
        response = self.get_response(request)
        if not of_api(request) and not _public(request):
            response.headers.setdefault("Cache-Control", "no-store")
            response.headers.setdefault("X-Robots-Tag", "noindex")
        return response

    def process_view(
        self, request: HttpRequest, view: View, args: Any, parts: Any
    ) -> HttpResponse | None:
        """Send strangers to the sign-in page."""
        if of_api(request) or _of_admin(request) or getattr(view, "who", None) in OPEN:
            return None
        return to_sign_in(request) if signed_in(request) is None else None


def _of_admin(request: HttpRequest) -> bool:
    return request.resolver_match is not None and "admin" in request.resolver_match.app_names


def _public(request: HttpRequest) -> bool:
    """Whether anybody may keep this answer: an open page, as strangers see it."""
    match = request.resolver_match
    who = Who.ANYBODY if match is None else getattr(match.func, "who", None)
    return who is Who.ANYBODY and signed_in(request) is None


def _error(request: HttpRequest, status: HTTPStatus) -> HttpResponse:
    """The page of an error; the API's are documents, which its middleware puts in place."""
    if of_api(request):
        return HttpResponse(status=status)
    return show(request, "error", int(status), kind=str(int(status)))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what cannot be read."""
    return _error(request, HTTPStatus.BAD_REQUEST)


def forbidden(
    request: HttpRequest, exception: Exception | None = None, reason: str = ""
) -> HttpResponse:
    """Answer what is not allowed; also forms that came from elsewhere."""
    return _error(request, HTTPStatus.FORBIDDEN)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an address at which there is nothing."""
    return _error(request, HTTPStatus.NOT_FOUND)


def crashed(request: HttpRequest) -> HttpResponse:
    """Answer after a crash, without the database: it may be what is broken."""
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    context = {"me": None, "nav": None, "guardian": None, "kind": str(int(status))}
    try:
        return render(request, "pages/error.jinja", context, status=status)
    except Exception as error:  # noqa: BLE001 -- the last answer there is must not crash as well
        logger.error("the error page crashed: %s", described(request, error))
        return HttpResponse(status=status)
