"""What goes wrong is told as a problem document, and never with what was sent or held."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import SuspiciousOperation
from django.db import IntegrityError, InterfaceError, OperationalError, connections
from django.http import Http404, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.test import Client
from django.urls import path
from ninja import Schema
from ninja.errors import ValidationError as NinjaError

from sesphr.crypto.errors import DecodingError
from sesphr.ports import errors as ports
from sesphr.web.bodies import JsonParser
from sesphr.web.openapi import Api
from sesphr.web.problems import Problem, described, install
from tests.support.problems import problem

SECRET = "s3cr3t-seed-0123456789"
failure: list[BaseException] = []
api = Api(docs_url=None, urls_namespace="problems", parser=JsonParser())
install(api)


class Body(Schema):
    """A body with a secret."""

    secret: int


@api.get("/fails/{name}")
def fails(request: Any, name: str) -> None:
    """Raise what the test says."""
    held = SECRET
    assert held
    raise failure[0]


@api.post("/takes")
def takes(request: Any, body: Body) -> None:
    """Take a number."""


def page(request: Any) -> HttpResponse:
    """A view outside of Ninja that crashes."""
    raise RuntimeError(SECRET)


urlpatterns = [path("api/page", page), path("api/", api.urls)]


@pytest.fixture(autouse=True)
def _urls(settings: Any, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    settings.ROOT_URLCONF = __name__
    caplog.set_level(logging.DEBUG)
    yield
    failure.clear()


def call(error: BaseException) -> Any:
    failure[:] = [error]
    http = Client(raise_request_exception=False, headers={"X-Requested-By": "sesphr"})
    return http.get(f"/api/fails/{SECRET}?q={SECRET}")


class Unmapped(ports.PortError):
    """A failure that no table knows."""


class LostNode(ports.Unavailable):
    """A subclass of a mapped one."""


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Problem(403, "not-authorised", "Wait."), 403, "not-authorised"),
        (ports.Invalid("Bad."), 422, "invalid"),
        (ports.Invalid("Big.", code="too-large"), 413, "too-large"),
        (ports.Refused("No."), 403, "refused"),
        (ports.Refused("Old.", code="expired"), 403, "expired"),
        (ports.NotFound("Nothing."), 404, "not-found"),
        (ports.Conflict("Other."), 409, "conflict"),
        (ports.IntegrityFailure("Changed."), 502, "integrity"),
        (ports.Unavailable("Later."), 503, "unavailable"),
        (LostNode("Later."), 503, "unavailable"),
        (DecodingError("not text"), 422, "invalid"),
        (Http404(SECRET), 404, "not-found"),
        (SuspiciousOperation(SECRET), 400, "invalid"),
        (MultiPartParserError(SECRET), 400, "invalid"),
        (UnreadablePostError(SECRET), 400, "invalid"),
        (OperationalError(1205, SECRET), 503, "unavailable"),
        (InterfaceError(SECRET), 503, "unavailable"),
        (Unmapped(SECRET), 500, "internal"),
        (IntegrityError(SECRET), 500, "internal"),
        (RuntimeError(SECRET), 500, "internal"),
        (KeyError(SECRET), 500, "internal"),
        (TypeError(f"f() missing 1 required positional argument: {SECRET}"), 500, "internal"),
        (RecursionError(SECRET), 500, "internal"),
        (MemoryError(SECRET), 500, "internal"),
        (UnicodeEncodeError("utf-8", SECRET, 0, 1, SECRET), 500, "internal"),
    ],
    ids=lambda one: type(one).__name__ if isinstance(one, Exception) else str(one),
)
def test_each_failure_is_told_without_its_secrets(
    error: Exception, status: int, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    answer = call(error)
    problem(answer, status, code)
    assert SECRET not in answer.content.decode()
    ours = [record for record in caplog.records if record.name.startswith("sesphr")]
    assert all(SECRET not in record.getMessage() and not record.exc_info for record in ours)
    assert bool(ours) == (status == 500 or isinstance(error, OperationalError | InterfaceError))


@pytest.mark.parametrize("name", ["OperationalError", "InterfaceError"])
def test_what_a_driver_itself_raises_means_try_again(name: str) -> None:
    error = getattr(connections["default"].Database, name)(SECRET)
    problem(call(error), 503, "unavailable")


def test_a_crash_says_where_in_one_line(caplog: pytest.LogCaptureFixture) -> None:
    call(ZeroDivisionError(SECRET))
    [record] = [record for record in caplog.records if record.name == "sesphr.api"]
    line = record.getMessage()
    assert line.startswith("crash: ZeroDivisionError in GET api/fails/<name>: test_problems.py:")
    assert " fails < " in line
    assert "\n" not in line
    assert SECRET not in line


def test_no_logger_at_all_tells_the_secret_of_a_crash(caplog: pytest.LogCaptureFixture) -> None:
    failure[:] = [RuntimeError(SECRET)]
    Client(raise_request_exception=False).get("/api/fails/x")
    assert caplog.records
    formatter = logging.Formatter()
    assert not [one for one in caplog.records if SECRET in formatter.format(one)]


def test_a_crash_outside_of_the_api_object_is_a_document_too() -> None:
    answer = Client(raise_request_exception=False).get("/api/page")
    problem(answer, 500, "internal")
    assert SECRET not in answer.content.decode()


@pytest.mark.parametrize("value", [SECRET, [SECRET], {SECRET: SECRET}, None, 1.5, "\ud800"])
def test_a_wrong_value_is_never_repeated(value: Any) -> None:
    http = Client(headers={"X-Requested-By": "sesphr"})
    answer = http.post("/api/takes", {"secret": value}, content_type="application/json")
    found = problem(answer, 422, "invalid")
    assert SECRET not in answer.content.decode()
    assert found["detail"].startswith("secret: ")


def test_a_long_name_is_cut() -> None:
    error = NinjaError([{"loc": ("body", "payload", "map", "n" * 10_000), "msg": "no"}])
    assert len(call(error).json()["detail"]) < 200


def test_an_exception_without_a_request_of_a_route_can_be_described(rf: Any) -> None:
    line = described(rf.get("/x"), ValueError(SECRET))
    assert line == "ValueError in GET ?: "
