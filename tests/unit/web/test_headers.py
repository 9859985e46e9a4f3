"""The headers of every answer, letter for letter."""

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from sesphr.web.middleware import CrossSiteMiddleware, HeadersMiddleware, finished

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types sesphr-workers"
)
EXACT = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
FACTORY = RequestFactory()


@pytest.mark.parametrize(
    "path", ["/", "/healthz", "/api/deployment", "/api/openapi.json", "/api/x", "/x"]
)
def test_every_answer_has_exactly_these(path: str) -> None:
    answer = Client().get(path)
    assert {name: answer.headers.get(name) for name in EXACT} == EXACT


def test_a_refusal_at_the_door_has_them_too() -> None:
    answer = Client().post("/api/deployment")
    assert answer.status_code == 403
    assert {name: answer.headers.get(name) for name in EXACT} == EXACT


def test_no_cors_permission_is_ever_given() -> None:
    answer = Client().options(
        "/api/session",
        headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "DELETE"},
    )
    assert not [name for name in answer.headers if name.lower().startswith("access-control")]


@pytest.mark.parametrize(("path", "expected"), [("/api/deployment", "no-store"), ("/", None)])
def test_only_api_answers_are_never_cached(path: str, expected: str | None) -> None:
    assert Client().get(path).headers.get("Cache-Control") == expected


def test_a_views_own_header_stays() -> None:
    def view(request: Any) -> HttpResponse:
        return HttpResponse(headers={"Referrer-Policy": "same-origin"})

    answer = HeadersMiddleware(view)(FACTORY.get("/"))
    assert answer.headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "MERGE", "post"])
@pytest.mark.parametrize("sent", [None, "", "Sesphr", "sesphr ", "XMLHttpRequest", "sesphr,sesphr"])
def test_the_door_lets_no_foreign_write_in(method: str, sent: str | None) -> None:
    def view(request: Any) -> HttpResponse:
        raise AssertionError("the view was reached")

    headers = {} if sent is None else {"X-Requested-By": sent}
    answer = CrossSiteMiddleware(view)(FACTORY.generic(method, "/api/x", headers=headers))
    assert answer.status_code == 403
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/api/x", "/api"])
def test_the_door_lets_own_writes_and_reads_in(path: str) -> None:
    door = CrossSiteMiddleware(lambda request: HttpResponse("in"))
    assert door(FACTORY.get(path)).content == b"in"
    assert door(FACTORY.post(path, headers={"X-Requested-By": "sesphr"})).content == b"in"


def test_pages_keep_their_own_door() -> None:
    door = CrossSiteMiddleware(lambda request: HttpResponse("in"))
    assert door(FACTORY.post("/apix")).content == b"in"


def test_an_error_page_outside_the_api_stays_a_page() -> None:
    answer = finished(FACTORY.get("/x"), HttpResponse("gone", status=404))
    assert answer.content == b"gone"


@pytest.mark.parametrize("status", [400, 403, 404, 405, 410, 413, 418, 431, 500, 501, 503])
def test_an_error_page_of_the_api_becomes_a_document(status: int) -> None:
    page = HttpResponse(
        "<h1>secret</h1>", status=status, headers={"Allow": "GET", "X-Debug": "secret"}
    )
    answer = finished(FACTORY.get("/api/x"), page)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Allow"] == "GET"
    assert b"secret" not in answer.serialize()
