"""Headers on every answer, and the door against cross-site writes."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from sesphr.web.problems import respond

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
    "trusted-types": "'none'",
}
CONTENT_SECURITY_POLICY = "; ".join(f"{name} {source}" for name, source in POLICY.items())
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")
Handler = Callable[[HttpRequest], HttpResponse]


class HeadersMiddleware:
    """Sets the security headers; API answers are never cached."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, with headers."""
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if request.path.startswith("/api/"):
            response.headers["Cache-Control"] = "no-store"
        return response


class CrossSiteMiddleware:
    """Refuses API writes without `X-Requested-By: sesphr`.

    A form or an image on another site cannot set that header, and a script
    there would need a CORS permission that this server never gives.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, or refuse a write that might come from elsewhere."""
        write = request.method not in SAFE and request.path.startswith("/api/")
        if write and request.headers.get("X-Requested-By") != "sesphr":
            return respond(403, "cross-site", "Send the header X-Requested-By: sesphr.")
        return self.get_response(request)
