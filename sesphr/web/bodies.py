"""What a request may carry: its kind is demanded, and its size is known before it is read."""

import json
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja.decorators import decorate_view
from ninja.parser import Parser

from sesphr.web.problems import Problem, respond

JSON = "application/json"
MULTIPART = "multipart/form-data"
OCTETS = "application/octet-stream"
# Boundaries and headers of a form's parts.
FORM_OVERHEAD = 64 * 1024


def length_of(request: HttpRequest) -> int:
    """How many octets follow, as announced; the server reads no more than that."""
    text = request.headers.get("Content-Length") or "0"
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        raise Problem(400, "invalid", "The Content-Length is not a number.")
    return int(text)


def check(request: HttpRequest, kind: str, most: int) -> None:
    """Demand a kind of body of at most `most` octets.

    Raises:
        Problem: 415 or 413.
    """
    if request.content_type != kind:
        raise Problem(415, "unsupported-media-type", f"Send the body as {kind}.")
    if length_of(request) > most:
        raise Problem(413, "too-large", f"This may have at most {most} octets.")


class JsonParser(Parser):
    """Takes JSON that says that it is JSON."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The parsed body; whatever is raised here becomes a problem document."""
        check(request, JSON, settings.SESPHR_MAX_JSON)
        return json.loads(request.body)


def takes_deposit(function: Callable[..., Any]) -> Callable[..., Any]:
    """Let a view take a multipart form with one document, refused before any of it is read."""

    def around(run: Callable[..., Any]) -> Callable[..., Any]:
        def checked(request: HttpRequest, **parts: Any) -> Any:
            most = settings.SESPHR_MAX_DOCUMENT + settings.SESPHR_MAX_JSON + FORM_OVERHEAD
            try:
                check(request, MULTIPART, most)
            except Problem as problem:
                return respond(problem.status, problem.code, problem.detail)
            return run(request, **parts)

        return checked

    found: Callable[..., Any] = decorate_view(around)(function)
    return found
