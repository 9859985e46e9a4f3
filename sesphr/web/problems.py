"""Problem documents (RFC 9457): the one shape in which this API says no."""

import logging
from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError

from sesphr.crypto.errors import CryptoError
from sesphr.ports import errors as ports

logger = logging.getLogger("sesphr.api")

# The status for each way in which a port can fail.
STATUS = {
    ports.Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    ports.Refused: HTTPStatus.FORBIDDEN,
    ports.NotFound: HTTPStatus.NOT_FOUND,
    ports.Conflict: HTTPStatus.CONFLICT,
    ports.IntegrityFailure: HTTPStatus.BAD_GATEWAY,
    ports.Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}


class ProblemOut(Schema):
    """The document; `code` is stable and for programs, `detail` is for people."""

    type: str
    title: str
    status: int
    detail: str
    code: str


class Problem(Exception):
    """A refusal raised by a view, with the sentence that the person will read."""

    def __init__(
        self, status: int, code: str, detail: str, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail, self.headers = status, code, detail, headers or {}


def respond(
    status: int, code: str, detail: str, headers: dict[str, str] | None = None
) -> HttpResponse:
    """A problem document as a response."""
    body: dict[str, Any] = {
        "type": f"urn:sesphr:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "detail": detail,
        "code": code,
    }
    return JsonResponse(
        body, status=status, content_type="application/problem+json", headers=headers or {}
    )


def _of_port(request: HttpRequest, error: ports.PortError) -> HttpResponse:
    status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), None)
    if status is None:
        logger.error("unmapped port error %s", type(error).__name__)
        return respond(500, "internal", "Something went wrong on the server.")
    return respond(status, error.code, str(error))


def _of_validation(request: HttpRequest, error: ValidationError) -> HttpResponse:
    first = error.errors[0] if error.errors else {"loc": (), "msg": "not acceptable"}
    # Only the place and the rule: the value itself might be a secret.
    where = ".".join(str(part) for part in first["loc"] if part not in ("body", "payload"))
    return respond(422, "invalid", f"{where or 'The request'}: {first['msg']}.")


def _of_http(request: HttpRequest, error: HttpError) -> HttpResponse:
    code = "invalid" if error.status_code < 500 else "internal"
    return respond(error.status_code, code, str(error))


def install(api: NinjaAPI) -> None:
    """Make every error of the API a problem document."""
    api.add_exception_handler(Problem, lambda r, e: respond(e.status, e.code, e.detail, e.headers))
    api.add_exception_handler(ports.PortError, _of_port)
    api.add_exception_handler(
        CryptoError, lambda r, e: respond(422, "invalid", f"What was sent is not acceptable: {e}.")
    )
    api.add_exception_handler(ValidationError, _of_validation)
    api.add_exception_handler(HttpError, _of_http)
    api.add_exception_handler(
        AuthenticationError, lambda r, e: respond(401, "unauthenticated", "Sign in first.")
    )
    api.add_exception_handler(
        Http404, lambda r, e: respond(404, "not-found", "There is nothing here.")
    )
    api.add_exception_handler(
        RequestDataTooBig, lambda r, e: respond(413, "too-large", "What was sent is too large.")
    )
