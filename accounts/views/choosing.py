"""Choosing the language of pages and letters; a plain form, which works without scripts."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.csrf import csrf_exempt

from accounts import services
from sesphr.web.languages import offered
from sesphr.web.pages import Who, at_screen, own_page, page

START = "start"


# By its origin instead of a token: strangers would need a cookie on every page for that, and the
# token of a page that stands open goes when somebody signs in.
@csrf_exempt
@page(Who.VISITOR, ("POST",))
def language(request: HttpRequest) -> HttpResponse:
    """Remember a language, in the profile of whoever is signed in too, and lead back."""
    if not _from_here(request):
        raise PermissionDenied
    code = offered(request.POST.get("language", ""))
    if not code:
        raise BadRequest
    member = at_screen(request)
    if member is not None:
        services.choose_language(member=member, language=code)
    answer = HttpResponseRedirect(own_page(request.POST.get("next", ""), START))
    _remember(answer, code)
    return answer


def _from_here(request: HttpRequest) -> bool:
    """Whether a page of this site sent the form; browsers say so of every form."""
    return urlsplit(request.headers.get("Origin", "")).netloc == request.get_host()


def _remember(answer: HttpResponse, code: str) -> None:
    answer.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        code,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        # Not "Strict": a link in a letter should open in the reader's language.
        samesite="Lax",
    )
