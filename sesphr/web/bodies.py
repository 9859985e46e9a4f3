"""What a request may carry: its kind is demanded, and its size is known before it is read."""

import json
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest
from ninja.decorators import decorate_view
from ninja.parser import Parser

from sesphr.web.problems import Problem, answer

JSON = "application/json"
MULTIPART = "multipart/form-data"
OCTETS = "application/octet-stream"
# Boundaries and headers of a form's parts.
FORM_OVERHEAD = 64 * 1024
# What strangers may make the server read and parse.
SMALL = 16 * 1024
APPLICATION = 2**20
View = Callable[..., Any]


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


def first(*checks: Callable[[HttpRequest], None]) -> Callable[[View], View]:
    """Let a view make these checks before it is known who asks and before the body is read.

    What a check raises (a Problem, or that the database is out of reach) is the answer.
    """

    def around(run: View) -> View:
        def checked(request: HttpRequest, **parts: Any) -> Any:
            try:
                for one in checks:
                    one(request)
            except (Problem, OperationalError, InterfaceError) as error:
                return answer(request, error)
            return run(request, **parts)

        return checked

    return decorate_view(around)


def takes_json(most: int, *checks: Callable[[HttpRequest], None]) -> Callable[[View], View]:
    """Let a view take JSON of at most `most` octets; further checks follow before it is read."""
    return first(lambda request: check(request, JSON, most), *checks)


def takes_deposit(function: View) -> View:
    """Let a view take a multipart form with one document, refused before any of it is read."""

    def small_enough(request: HttpRequest) -> None:
        most = settings.SESPHR_MAX_DOCUMENT + settings.SESPHR_MAX_JSON + FORM_OVERHEAD
        check(request, MULTIPART, most)

    return first(small_enough)(function)
