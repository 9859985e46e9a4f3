"""What holds at every route alike, taken from the schema so that no route is forgotten."""

import json
from typing import Any

import pytest
from django.test import Client

from sesphr.web.api import api
from tests.integration.api.conftest import World
from tests.support.people import Person, browser
from tests.support.problems import problem

pytestmark = pytest.mark.django_db(databases="__all__")
NAMES = {
    "attachment": "11111111-1111-4111-8111-111111111111",
    "dependant": "55555555-5555-4555-8555-555555555555",
    "guardianship": "66666666-6666-4666-8666-666666666666",
    "device": "44444444-4444-4444-8444-444444444444",
    "emergency": "55555555-5555-4555-8555-555555555555",
    "key_request": "22222222-2222-4222-8222-222222222222",
    "notice": "66666666-6666-4666-8666-666666666666",
    "member": "33333333-3333-4333-8333-333333333333",
    "record": "55555555-5555-4555-8555-555555555555",
    "type": "password",
    **dict.fromkeys(
        ("code", "notice", "organisation", "post"), "55555555-5555-4555-8555-555555555555"
    ),
}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")


def _routes() -> list[tuple[str, str, dict[str, Any]]]:
    paths = api.get_openapi_schema(path_prefix="/api/")["paths"]
    return [
        (method.upper(), path.format(**NAMES), operation)
        for path, operations in paths.items()
        for method, operation in operations.items()
    ]


ROUTES = _routes()
IDS = [f"{method} {path}" for method, path, _ in ROUTES]
every_route = pytest.mark.parametrize(("method", "path", "operation"), ROUTES, ids=IDS)
WITH_JSON = [
    (method, path)
    for method, path, operation in ROUTES
    if "application/json" in operation.get("requestBody", {}).get("content", {})
]
every_json_route = pytest.mark.parametrize(("method", "path"), WITH_JSON)
PROTECTED = [one for one in ROUTES if "security" in one[2]]
AUTHORISED = [one for one in PROTECTED if {"AuthorisedAuth": []} in one[2]["security"]]


def _knock(http: Client, method: str, path: str, operation: Any) -> Any:
    """A call with an empty body of the right kind."""
    [kind] = operation.get("requestBody", {}).get("content", {"text/plain": None})
    return http.generic(method, path, b"x", content_type=kind)


def test_the_routes_are_those_of_the_api() -> None:
    assert len(ROUTES) == 84
    assert len(PROTECTED) == 75


@pytest.mark.parametrize(("method", "path", "operation"), PROTECTED)
def test_signed_out_means_401(method: str, path: str, operation: Any) -> None:
    problem(_knock(browser(), method, path, operation), 401, "signed-out")


@pytest.mark.parametrize(("method", "path", "operation"), PROTECTED)
def test_a_made_up_session_means_401(method: str, path: str, operation: Any) -> None:
    http = browser()
    http.cookies["sesphr_session"] = "a" * 32
    problem(_knock(http, method, path, operation), 401, "signed-out")


def test_a_pending_member_is_told_to_wait(pending: Person) -> None:
    for route in AUTHORISED:
        problem(_knock(pending.http, *route), 403, "not-authorised")


@every_route
def test_a_write_without_our_header_is_refused(method: str, path: str, operation: Any) -> None:
    answer = Client().generic(method, path)
    if method != "GET":
        problem(answer, 403, "cross-site")
    else:
        assert answer.status_code != 403


@pytest.mark.parametrize("path", sorted({path for _, path, _ in ROUTES}))
def test_other_methods_are_refused_and_the_right_ones_named(path: str) -> None:
    known = {method for method, one, _ in ROUTES if one == path}
    for method in set(METHODS) - known:
        answer = browser().generic(method, path)
        problem(answer, 405, "method-not-allowed")
        assert set(answer.headers["Allow"].replace(" ", "").split(",")) == known


KINDS = ("text/plain", "application/x-www-form-urlencoded", "application/xml", "", "json")
NO_JSON = (
    b"{", b"\xff\xfe", b"[" * 16_000, b'{"a":' * 3000, b"\x00", b"9" * 5000, b"'x'", b'{"a": "\\ud8',
    b"{} {}",
)  # fmt: skip
NO_SHAPE = (None, [], "x", 1, 1e400, {}, {"\ud800": "\ud800"}, {"\x00": "\x00"})


@every_json_route
def test_json_must_say_that_it_is(owner: Person, method: str, path: str) -> None:
    for kind in KINDS:
        answer = owner.http.generic(method, path, b'{"a": 1}', content_type=kind)
        problem(answer, 415, "unsupported-media-type")
    named = owner.http.generic(method, path, b"{}", content_type="application/json; charset=utf-8")
    problem(named, 422, "invalid")


@every_json_route
def test_what_is_no_json_is_refused(owner: Person, method: str, path: str) -> None:
    for octets in NO_JSON:
        answer = owner.http.generic(method, path, octets, content_type="application/json")
        assert answer.status_code in (400, 422), octets[:20]
        problem(answer, answer.status_code, "invalid")


@every_json_route
def test_another_shape_is_refused(owner: Person, method: str, path: str) -> None:
    for body in NO_SHAPE:
        octets = json.dumps(body).encode()
        answer = owner.http.generic(method, path, octets, content_type="application/json")
        problem(answer, 422, "invalid")


@every_json_route
def test_too_large_json_is_refused_before_it_is_read(
    owner: Person, settings: Any, method: str, path: str
) -> None:
    settings.SESPHR_MAX_JSON = settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    octets = json.dumps({"x": "y" * 2000}).encode()
    answer = owner.http.generic(method, path, octets, content_type="application/json")
    problem(answer, 413, "too-large")


@pytest.mark.parametrize(
    "path",
    [
        "/api", "/api/", "/api/nothing", "/api/acl/", "/api/attachments/", "/api/attachments/x",
        "/api/attachments/11111111-1111-4111-8111-11111111111X/content", "/api//acl",
        "/api/key-requests/%00/decline", "/api/directory/a/b", "/api/../api/acl", "/api/%2e%2e/healthz",
        f"/api/attachments/{9 * 10**4000}", "/api/%ff%fe", "/api/ACL", "/api/docs",
    ],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_unknown_address_is_a_problem_document(method: str, path: str) -> None:
    problem(browser().generic(method, path), 404, "not-found")


@pytest.mark.parametrize(
    "member",
    ["x", "%00", "9" * 5000, "33333333-3333-4333-8333-33333333333A", "%ed%a0%80", "' OR 1=1"],
)
def test_a_malformed_member_id_is_refused(owner: Person, member: str) -> None:
    problem(owner.http.get(f"/api/directory/{member}"), 422, "invalid")


@pytest.mark.parametrize(
    "query",
    [
        "activity?after=-1", "activity?after=x", "activity?after=9007199254740992",
        "activity?after=" + "9" * 6000, "activity?source=%00", "activity?source=SRS-1",
        "activity?source=", "activity?source=" + "a" * 17, "activity?source=srs-1%0a",
        "records?owner=x", "records?owner=%00", "records?owner=",
        "log/consistency", "log/consistency?first=1", "log/consistency?first=0&second=1",
        "log/consistency?first=2&second=1", "log/consistency?first=1&second=9007199254740991",
        "log/consistency?first=1&second=1e3", "log/consistency?first=%ff&second=%ff",
    ],
)  # fmt: skip
def test_malformed_queries_are_refused(owner: Person, query: str) -> None:
    problem(owner.http.get(f"/api/{query}"), 422, "invalid")


def test_a_host_that_is_not_ours_gets_a_problem_document() -> None:
    answer = browser().get("/api/deployment", headers={"Host": "evil.example"})
    problem(answer, 400, "invalid")


def test_answers_are_never_cached(world: World) -> None:
    for path in ("deployment", "session", "records", "nothing"):
        answer = world.owner.get(path)
        assert answer.headers["Cache-Control"] == "no-store"
