"""Who gets which page, who is sent elsewhere, and to whom a page does not exist."""

import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver

from phr.models import KeyRequest
from sesphr.web.pages import SignInMiddleware
from tests.unit.pages.conftest import browser_of, member

pytestmark = [pytest.mark.django_db(databases="__all__"), pytest.mark.usefixtures("rendered")]

SOMEBODY = "7b0c1f6a-3a5e-4c52-9f2e-0d8f6f1c2b3a"
KINDS = ("stranger", "owner", "physician", "relative", "new owner", "new nurse", "administrator")
ANYBODY = dict.fromkeys(KINDS, "")
SIGNED_OUT = {"stranger": "", **dict.fromkeys(KINDS[1:], "/home")}
MEMBER = {**ANYBODY, "stranger": "/sign-in", "administrator": "404"}
OWNER = {
    "stranger": "/sign-in", "owner": "", "physician": "404", "relative": "404",
    "new owner": "/home", "new nurse": "404", "administrator": "404",
}  # fmt: skip
PROFESSIONAL = {
    "stranger": "/sign-in", "owner": "404", "physician": "", "relative": "",
    "new owner": "404", "new nurse": "/home", "administrator": "404",
}  # fmt: skip
TABLE: dict[str, tuple[str, dict[str, str]]] = {
    "/": ("start", ANYBODY),
    "/help": ("help", ANYBODY),
    "/privacy": ("privacy", ANYBODY),
    "/accessibility": ("accessibility", ANYBODY),
    "/protocol": ("protocol", ANYBODY),
    "/offline": ("error", ANYBODY),
    "/confirm": ("confirm", ANYBODY),
    "/recover": ("recover", ANYBODY),
    "/take-over": ("take-over", ANYBODY),
    "/register": ("register", SIGNED_OUT),
    "/sign-in": ("sign-in", SIGNED_OUT),
    "/profile": ("profile", MEMBER),
    "/security": ("security", MEMBER),
    "/care": ("care", MEMBER),
    "/activity": ("activity", MEMBER),
    "/add": ("add", OWNER),
    "/add/by-hand": ("by-hand", OWNER),
    "/record": ("record", OWNER),
    "/requests": ("requests", OWNER),
    "/consent-code": ("consent-code", OWNER),
    "/emergency": ("emergency", OWNER),
    "/emergency/card": ("emergency-card", OWNER),
    f"/emergency/{SOMEBODY}": ("emergency-here", ANYBODY),
    f"/emergency/{SOMEBODY}/ask": ("emergency-ask", PROFESSIONAL),
    f"/proposals/{SOMEBODY}": ("record", OWNER),
    "/sharing": ("sharing", OWNER),
    "/directory": ("directory", OWNER),
    f"/sharing/as/{SOMEBODY}": ("record", OWNER),
    "/waiting": ("waiting", PROFESSIONAL),
    "/ask": ("ask", PROFESSIONAL),
    f"/patients/{SOMEBODY}": ("record", PROFESSIONAL),
    f"/patients/{SOMEBODY}/add": ("add-for", PROFESSIONAL),
}
PAGES = list(TABLE)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("path", PAGES)
def test_each_visitor_gets_the_page_or_is_sent_elsewhere(
    browsers: dict[str, Client], path: str, kind: str
) -> None:
    name, answers = TABLE[path]
    answer = browsers[kind].get(path)
    wanted = answers[kind]
    if wanted == "":
        assert (answer.status_code, answer.json()["template"]) == (200, f"pages/{name}.jinja")
    elif wanted == "404":
        assert answer.status_code == 404
    else:
        assert answer.status_code == 302
        expected = f"/sign-in?next={quote(path, safe='')}" if wanted == "/sign-in" else wanted
        assert answer.headers["Location"] == expected


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("owner", "home-owner"), ("physician", "home-professional"), ("new owner", "home-waiting"),
        ("relative", "home-professional"), ("new nurse", "home-waiting"),
    ],
)  # fmt: skip
def test_home_is_of_ones_role(browsers: dict[str, Client], kind: str, name: str) -> None:
    assert browsers[kind].get("/home").json()["template"] == f"pages/{name}.jinja"


def test_home_of_others() -> None:
    assert Client().get("/home").headers["Location"] == "/sign-in?next=%2Fhome"
    administrator = browser_of(member("anna", "administrator"))
    assert administrator.get("/home").headers["Location"] == "/admin/"


@pytest.mark.parametrize("path", [*PAGES, "/home"])
def test_head_is_answered_as_get_is(browsers: dict[str, Client], path: str) -> None:
    for browser in browsers.values():
        asked, looked = browser.get(path), browser.head(path)
        assert (looked.status_code, looked.content) == (asked.status_code, b"")
        assert looked.headers.get("Location") == asked.headers.get("Location")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("path", [*PAGES, "/home"])
def test_other_methods_are_refused(path: str, method: str) -> None:
    if (path, method) == ("/confirm", "POST"):
        return
    for browser in (Client(), browser_of(member("olga", "owner"))):
        answer = browser.generic(method, path)
        assert answer.status_code in (405, 302, 404)
        assert b"template" not in answer.content or answer.status_code == 404


def patterns(found: Any, prefix: str = "") -> Iterator[tuple[str, URLPattern, tuple[str, ...]]]:
    for one in found:
        route = f"{prefix}{one.pattern}"
        if isinstance(one, URLResolver):
            yield from patterns(one.url_patterns, route)
        else:
            yield route, one, ()


def _address(route: str) -> str:
    filled = route
    for kind in ("uuid", "str", "int", "path"):
        while f"<{kind}:" in filled:
            start = filled.index(f"<{kind}:")
            filled = filled[:start] + SOMEBODY + filled[filled.index(">", start) + 1 :]
    return f"/{filled}"


OPEN = {path for path, (_, answers) in TABLE.items() if answers["stranger"] == ""}
OPEN |= {"/healthz", "/language"}


def test_no_address_is_open_by_oversight() -> None:
    """Every route of the project, as a stranger: closed unless it is listed above as open."""
    closed = 0
    for route, _, _ in patterns(get_resolver().url_patterns):
        address = _address(route)
        if address.startswith(("/api/", "/admin/")) or address in OPEN:
            continue
        answer = Client().get(address)
        assert answer.status_code == 302, address
        assert answer.headers["Location"].startswith("/sign-in?next=%2F"), address
        closed += 1
    assert closed >= 12


def test_a_view_that_says_nothing_is_a_members() -> None:
    def forgetful(request: Any) -> HttpResponse:
        raise AssertionError("the view was reached")

    request = RequestFactory().get("/secret")
    request.resolver_match = None  # type: ignore[assignment]
    door = SignInMiddleware(lambda request: HttpResponse())
    answer = door.process_view(request, forgetful, (), {})
    assert answer is not None
    assert answer.headers["Location"] == "/sign-in?next=%2Fsecret"


@pytest.mark.parametrize(
    "sent",
    ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "///x",
     "evil", "\x00/home", "/\r\nSet-Cookie: a=b/", "", "\\/evil.example"],
)  # fmt: skip
def test_next_leads_nowhere_else(sent: str) -> None:
    told = Client().get("/sign-in", {"next": sent}).json()["next_page"]
    assert told == "/home"
    signed_in = browser_of(member("olga", "owner"))
    assert signed_in.get("/sign-in", {"next": sent}).headers["Location"] == "/home"


def test_next_leads_back(browsers: dict[str, Client]) -> None:
    asked = "/patients/x?tab=medical&of=é"
    assert Client().get("/sign-in", {"next": asked}).json()["next_page"] == asked
    sent = Client().get("/ask", {"owner": "a b"})
    assert sent.headers["Location"] == "/sign-in?next=%2Fask%3Fowner%3Da%2Bb"


def _request(owner: Any, asker: Any) -> KeyRequest:
    return KeyRequest.objects.create(
        digest=uuid.uuid4().hex, statement="x", owner=owner.pk, asker=asker.pk, asked=1
    )


def test_a_request_is_its_owners_alone() -> None:
    olga, oscar, phil = member("olga", "owner"), member("oscar", "owner"), member("phil", "nurse")
    path = f"/requests/{_request(olga, phil).pk}"
    assert browser_of(olga).get(path).json()["request_id"] == path[-36:]
    others = [browser_of(oscar).get(path), browser_of(phil).get(path)]
    nobodys = browser_of(olga).get(f"/requests/{SOMEBODY}")
    assert {one.status_code for one in [*others, nobodys]} == {404}
    assert browser_of(None).get(path).status_code == 302


@pytest.mark.parametrize("bad", ["x", "7B0C1F6A-3A5E-4C52-9F2E-0D8F6F1C2B3A", "%00", "..", "é"])
def test_a_bad_id_is_nothing(browsers: dict[str, Client], bad: str) -> None:
    for kind, path in (("owner", "requests"), ("owner", "sharing/as"), ("physician", "patients")):
        assert browsers[kind].get(f"/{path}/{bad}").status_code == 404


def test_pages_are_told_who_visits_and_what_waits() -> None:
    olga, phil = member("olga", "owner"), member("phil", "physician")
    answered = _request(olga, phil)
    KeyRequest.objects.filter(pk=answered.pk).update(state="declined", answered=2)
    _request(olga, phil)
    _request(olga, phil)
    shown = browser_of(olga).get("/sharing").json()
    assert shown["me"] == {
        "id": str(olga.pk), "name": "Dr. Olga van Test", "role": "owner", "state": "authorised",
        "initials": "OT", "organisations": [], "caring": False,
    }  # fmt: skip
    assert shown["nav"] == {"requests": 2, "waiting": 0}
    assert browser_of(phil).get("/waiting").json()["nav"] == {"requests": 0, "waiting": 2}
    told = Client().get("/").json()
    assert (told["me"], told["nav"]) == (None, None)


@pytest.mark.parametrize("path", PAGES)
def test_what_is_a_members_is_neither_kept_nor_found(
    browsers: dict[str, Client], path: str
) -> None:
    public = path in ("/", "/help", "/privacy", "/accessibility", "/protocol", "/offline")
    for kind, browser in browsers.items():
        answer = browser.get(path)
        open_to_all = public and kind == "stranger"
        assert answer.headers.get("Cache-Control") == (None if open_to_all else "no-store")
        assert answer.headers.get("X-Robots-Tag") == (None if open_to_all else "noindex")


def test_suspended_and_departed_members_are_strangers() -> None:
    for state in ("suspended", "departed"):
        olga = member(state, "owner")
        browser = browser_of(olga)
        assert browser.get("/record").status_code == 200
        type(olga).objects.filter(pk=olga.pk).update(state=state)
        assert browser.get("/record").status_code == 302
