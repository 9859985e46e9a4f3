"""How much of a body strangers may make the server read: refused by its announced length."""

import io
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from accounts import ratelimits
from sesphr.web.bodies import APPLICATION, SMALL
from sesphr.web.middleware import PAGE_FORM
from tests.support.people import browser
from tests.support.problems import problem

pytestmark = pytest.mark.django_db(databases="__all__")
JSON = "application/json"
OPEN = [
    ("POST", "/api/members", APPLICATION),
    ("POST", "/api/registrations", APPLICATION),
    ("POST", "/api/sign-in/parameters", SMALL),
    ("POST", "/api/session", SMALL),
    ("POST", "/api/members/confirm", SMALL),
    ("PUT", "/api/slots/password", SMALL),
    ("POST", "/api/directory", SMALL),
]
every_open_route = pytest.mark.parametrize(("method", "path", "most"), OPEN)


class Unread(io.BytesIO):
    """A body that nobody may read."""

    def read(self, *_: Any) -> bytes:
        raise AssertionError("the body was read")


def announced(method: str, path: str, length: int, kind: str = JSON) -> Any:
    more = {"wsgi.input": Unread(), "CONTENT_LENGTH": str(length)}
    return browser().generic(method, path, b"x", content_type=kind, **more)


@every_open_route
def test_too_much_from_a_stranger_is_refused_unread(method: str, path: str, most: int) -> None:
    for length in (most + 1, 16 * 2**20, 10**18):
        problem(announced(method, path, length), 413, "too-large")


@every_open_route
def test_another_kind_from_a_stranger_is_refused_unread(method: str, path: str, most: int) -> None:
    problem(announced(method, path, 10, "text/plain"), 415, "unsupported-media-type")
    problem(announced(method, path, 10, "multipart/form-data; boundary=x"), 415)


@every_open_route
def test_as_much_as_is_allowed_is_read(method: str, path: str, most: int) -> None:
    octets = b'{"x": "' + b"y" * (most - 9) + b'"}'
    assert len(octets) == most
    answer = browser().generic(method, path, octets, content_type=JSON)
    assert answer.status_code in (401, 422)


@pytest.mark.parametrize(
    ("path", "name"),
    [("/api/sign-in/parameters", "lookup:address"), ("/api/members", "register:address")],
)
def test_limits_of_an_address_come_before_parsing(settings: Any, path: str, name: str) -> None:
    settings.SESPHR_RATES = {**settings.SESPHR_RATES, name: (1, 900)}
    http = browser("192.0.2.77")
    problem(http.generic("POST", path, b"{", content_type=JSON), 400, "invalid")
    answer = http.generic(
        "POST", path, b"x", content_type=JSON, **{"wsgi.input": Unread(), "CONTENT_LENGTH": "10"}
    )
    problem(answer, 429, "rate-limited")
    assert 1 <= int(answer["Retry-After"]) <= 900


def test_a_database_out_of_reach_before_parsing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(*_: Any) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(ratelimits, "spend", lost)
    http = browser()
    problem(
        http.post("/api/sign-in/parameters", {"login": "a@b.cc"}, content_type=JSON),
        503,
        "unavailable",
    )


@pytest.mark.parametrize("path", ["/confirm", "/", "/nothing"])
@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
def test_pages_take_no_large_forms(path: str, kind: str) -> None:
    for length, status in ((PAGE_FORM + 1, 413), (10**18, 413), ("1_0", 400), ("-1", 400)):
        more = {"wsgi.input": Unread(), "CONTENT_LENGTH": str(length)}
        answer = Client().generic("POST", path, b"x", content_type=kind, **more)
        assert answer.status_code == status
        assert answer["X-Content-Type-Options"] == "nosniff"
