"""Which language somebody is answered in.

What members chose stands in their profile; what others chose, in a cookie. Else the browser says
what its owner reads, and else the deployment has a language of its own.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation.trans_real import parse_accept_lang_header

from sesphr.settings import languages
from sesphr.settings.languages import Language
from sesphr.web.middleware import Handler, of_api

ADMIN = "/admin/"


def offered(code: str) -> str:
    """The code, if this server offers that language; else the empty string."""
    return code if code in settings.SESPHR_LANGUAGES else ""


def wished(request: HttpRequest) -> str:
    """The language of a request's cookie, or of its browser; the empty string for neither."""
    return offered(request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")) or _read(request)


def _read(request: HttpRequest) -> str:
    """The first language that the browser's owner reads and this server offers."""
    header = request.headers.get("Accept-Language", "").lower()
    for code, quality in parse_accept_lang_header(header):
        found = offered(code) or offered(code.partition("-")[0])
        if quality > 0 and found:
            return found
    return ""


def of_request(request: HttpRequest) -> str:
    """The language in which a request is answered."""
    if request.path.startswith(ADMIN):
        return str(settings.SESPHR_STAFF_LANGUAGE)
    profile = getattr(getattr(request, "user", None), "language", "")
    return offered(profile) or wished(request) or str(settings.SESPHR_LANGUAGE)


def of_letters(profile: str) -> str:
    """Django's code of the language in which to write to somebody with this profile."""
    return languages.django(offered(profile) or settings.SESPHR_LANGUAGE)


def current() -> Language:
    """The language that words come in now."""
    active = translation.get_language()
    codes = (*settings.SESPHR_LANGUAGES, settings.SESPHR_STAFF_LANGUAGE)
    known = {languages.django(code): code for code in codes}
    return languages.described(known.get(active or "", settings.SESPHR_LANGUAGE))


def choices() -> list[Language]:
    """The languages that people may choose from; none if there is no choice."""
    found = [languages.described(code) for code in settings.SESPHR_LANGUAGES]
    return found if len(found) > 1 else []


class LanguageMiddleware:
    """Answers in the language of whoever asks, and tells caches what that depended on."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer; problem documents of the API are for programs, and English."""
        code = of_request(request)
        with translation.override(languages.django(code)):
            response = self.get_response(request)
        if not of_api(request):
            response.headers.setdefault("Content-Language", languages.described(code).html)
            patch_vary_headers(response, ("Accept-Language", "Cookie"))
        return response
