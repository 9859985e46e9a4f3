"""Headers on every answer, and the door against cross-site writes."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from sesphr.web.bodies import length_of
from sesphr.web.problems import CONTENT_TYPE, Problem, instead_of, respond

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "worker-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "require-trusted-types-for": "'script'",
    # The one policy, of static/js/ui/worker.js: it lets a fixed list of workers start.
    "trusted-types": "sesphr-workers",
}
CONTENT_SECURITY_POLICY = "; ".join(f"{name} {source}" for name, source in POLICY.items())
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    # Not "no-referrer": with it browsers post forms with the origin "null", which the check of
    # forms must refuse. Other sites still learn nothing.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
# For pages that read a key fingerprint by the camera: this site alone, and only when allowed.
WITH_CAMERA = "camera=(self), geolocation=(), microphone=()"
SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")
BAD = 400
# Pages take short forms; without a bound strangers could upload files to them.
PAGE_FORM = 64 * 1024
Handler = Callable[[HttpRequest], HttpResponse]


def of_api(request: HttpRequest) -> bool:
    """Whether the API answers this address, be it only that there is nothing."""
    return request.path == "/api" or request.path.startswith("/api/")


def finished(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The response with its headers; an error page of Django's under /api is a problem document."""
    if of_api(request):
        if response.status_code >= BAD and response.headers["Content-Type"] != CONTENT_TYPE:
            response = instead_of(response)
        response.headers["Cache-Control"] = "no-store"
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response


class HeadersMiddleware:
    """Sets the security headers; API answers are never cached, and its refusals all alike."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, with headers."""
        return finished(request, self.get_response(request))


class ForwardedAddressMiddleware:
    """Takes the client's address from the last proxies that this deployment runs itself.

    Limits count by address; whatever stands further left in X-Forwarded-For the
    client may have written.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, with REMOTE_ADDR as the outermost own proxy saw it."""
        proxies: int = settings.SESPHR_PROXIES
        hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",")]
        if 0 < proxies <= len(hops) and hops[-proxies]:
            request.META["REMOTE_ADDR"] = hops[-proxies]
        return self.get_response(request)


class CrossSiteMiddleware:
    """Refuses API writes without `X-Requested-By: sesphr`.

    A form or an image on another site cannot set that header, and a script
    there would need a CORS permission that this server never gives.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, or refuse a write that might come from elsewhere."""
        write = request.method not in SAFE and of_api(request)
        if write and request.headers.get("X-Requested-By") != "sesphr":
            refusal = respond(403, "cross-site", "Send the header X-Requested-By: sesphr.")
            return finished(request, refusal)
        return self.get_response(request)


class PageFormMiddleware:
    """Refuses large forms to pages before anything reads them; the API's routes have own bounds."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, or refuse what is larger than any form of a page."""
        try:
            small = of_api(request) or length_of(request) <= PAGE_FORM
        except Problem as problem:
            return finished(request, HttpResponse(problem.detail, status=problem.status))
        if not small:
            return finished(request, HttpResponse("This form is too large.", status=413))
        return self.get_response(request)
