"""Problem documents (RFC 9457): the one shape in which this API says no.

Nothing of what was sent, and nothing of an exception's text, ever goes into a
document or a log line: either might hold a secret.
"""

import logging
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from traceback import extract_tb
from typing import Any

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError, connections
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError

from sesphr.crypto.errors import CryptoError
from sesphr.ports import errors as ports

logger = logging.getLogger("sesphr.api")

CONTENT_TYPE = "application/problem+json"
# How much of a member's name (which whoever sent it made up) an answer repeats.
MOST_OF_A_NAME = 100
# The status for each way in which a port can fail.
STATUS = {
    ports.Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    ports.Refused: HTTPStatus.FORBIDDEN,
    ports.NotFound: HTTPStatus.NOT_FOUND,
    ports.Conflict: HTTPStatus.CONFLICT,
    ports.IntegrityFailure: HTTPStatus.BAD_GATEWAY,
    ports.Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}
# What Django itself answers without a document, by status: code and sentence.
PLAIN = {
    400: ("invalid", "The request cannot be read."),
    403: ("refused", "This is not allowed."),
    404: ("not-found", "There is nothing here."),
    405: ("method-not-allowed", "This address does not take this method."),
    413: ("too-large", "What was sent is too large."),
    500: ("internal", "Something went wrong on the server."),
    503: ("unavailable", "The server is busy; try again in a moment."),
}
Handler = Callable[[HttpRequest, Any], HttpResponse]


class ProblemOut(Schema):
    """The document; `code` is stable and for programs, `detail` is for people.

    `received` stands only where an upload is elsewhere than was said: so many octets are there.
    """

    type: str
    title: str
    status: int
    detail: str
    code: str
    received: int | None = None


class Problem(Exception):
    """A refusal raised by a view, with the sentence that the person will read."""

    def __init__(
        self, status: int, code: str, detail: str, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail, self.headers = status, code, detail, headers or {}


def respond(
    status: int, code: str, detail: str, headers: dict[str, str] | None = None, **more: Any
) -> HttpResponse:
    """A problem document as a response; `more` are further members."""
    body: dict[str, Any] = {
        "type": f"urn:sesphr:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "detail": detail,
        "code": code,
        **more,
    }
    return JsonResponse(body, status=status, content_type=CONTENT_TYPE, headers=headers or {})


def plain(status: int, headers: dict[str, str] | None = None) -> HttpResponse:
    """The document for a status that has nothing more to say."""
    return respond(status, *PLAIN.get(status, PLAIN[400 if status < 500 else 500]), headers)


def instead_of(response: HttpResponse) -> HttpResponse:
    """The document in the place of an error page of Django's, with its Allow header."""
    kept = {name: response.headers[name] for name in ("Allow",) if name in response.headers}
    return plain(response.status_code, kept)


def _of_problem(request: HttpRequest, error: Problem) -> HttpResponse:
    return respond(error.status, error.code, error.detail, error.headers)


def _of_port(request: HttpRequest, error: ports.PortError) -> HttpResponse:
    if error.code == "too-large":
        return respond(413, error.code, str(error))
    if isinstance(error, ports.OutOfStep):
        return respond(409, error.code, str(error), received=error.received)
    if isinstance(error, ports.OutOfRange):
        return respond(416, error.code, str(error), {"Content-Range": f"bytes */{error.size}"})
    status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), None)
    if status is None:
        return _of_crash(request, error)
    return respond(status, error.code, str(error))


def _of_validation(request: HttpRequest, error: ValidationError) -> HttpResponse:
    first = error.errors[0] if error.errors else {"loc": (), "msg": "not acceptable"}
    # Only the place and the rule: the value itself might be a secret.
    where = ".".join(str(part) for part in first["loc"] if part not in ("body", "payload"))
    return respond(422, "invalid", f"{where[:MOST_OF_A_NAME] or 'The request'}: {first['msg']}.")


def _of_http(request: HttpRequest, error: HttpError) -> HttpResponse:
    # Ninja wraps whatever a parser raises into a 400.
    if isinstance(error.__cause__, Problem):
        return _of_problem(request, error.__cause__)
    return plain(error.status_code)


def _of_database(request: HttpRequest, error: Exception) -> HttpResponse:
    logger.error("database: %s", described(request, error))
    return plain(503)


def _of_crash(request: HttpRequest, error: Exception) -> HttpResponse:
    if _is_lost_database(error):
        return _of_database(request, error)
    logger.error("crash: %s", described(request, error))
    return plain(500)


def _is_lost_database(error: Exception) -> bool:
    """Whether a driver says so itself: Django does not translate what closing a cursor raises."""
    drivers = [one.Database for one in connections.all()]  # type: ignore[attr-defined]
    return any(isinstance(error, (one.OperationalError, one.InterfaceError)) for one in drivers)


def described(request: HttpRequest, error: BaseException) -> str:
    """An exception's class and the places it came through, innermost first; never its text."""
    match = getattr(request, "resolver_match", None)
    frames = [
        f"{Path(frame.filename).name}:{frame.lineno} {frame.name}"
        for frame in reversed(extract_tb(error.__traceback__))
    ]
    route = match.route if match is not None else "?"
    return f"{type(error).__name__} in {request.method} {route}: {' < '.join(frames)}"


def _of_kernel(request: HttpRequest, error: CryptoError) -> HttpResponse:
    return respond(422, "invalid", f"What was sent is not acceptable: {error}.")


def _of_nobody(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    if getattr(request, "ended", None) == "idle":
        return respond(401, "idle", "You were away for a while. Sign in again to go on.")
    return respond(401, "signed-out", "Sign in first.")


def _with(status: int) -> Handler:
    return lambda request, error: plain(status)


# Each exception is handled by the line of its nearest class.
HANDLERS: dict[type[Exception], Handler] = {
    Problem: _of_problem,
    ports.PortError: _of_port,
    CryptoError: _of_kernel,
    ValidationError: _of_validation,
    HttpError: _of_http,
    AuthenticationError: _of_nobody,
    Http404: _with(404),
    BadRequest: _with(400),
    MultiPartParserError: _with(400),
    SuspiciousOperation: _with(400),
    UnreadablePostError: _with(400),
    RequestDataTooBig: _with(413),
    OperationalError: _of_database,
    InterfaceError: _of_database,
    Exception: _of_crash,
}


def answer(request: HttpRequest, error: Exception) -> HttpResponse:
    """The document for an exception, the same that the API itself answers."""
    kind = next(kind for kind in type(error).__mro__ if kind in HANDLERS)
    return HANDLERS[kind](request, error)


def install(api: NinjaAPI) -> None:
    """Make every error of the API a problem document."""
    for kind, handler in HANDLERS.items():
        api.add_exception_handler(kind, handler)
