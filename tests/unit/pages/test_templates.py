"""Every page with its own template, for whomever it is; the engine refuses undefined names."""

import re

import pytest
from django.test import Client

from phr.models import KeyRequest
from tests.unit.pages.conftest import browser_of, member
from tests.unit.pages.test_routes import TABLE

pytestmark = pytest.mark.django_db(databases="__all__")
INLINE = re.compile(rb"<script(?![^>]*(src=|type=\"application/json\"))|\sstyle=|\son[a-z]+=\"")


def check(browser: Client, path: str, status: int = 200) -> None:
    answer = browser.get(path)
    assert answer.status_code == status, path
    assert answer.content.startswith(b"<!doctype html>")
    assert b"<h1" in answer.content or b'class="page' in answer.content
    # What the policy of these pages would refuse to run.
    assert not INLINE.search(answer.content), path


@pytest.mark.parametrize("kind", ["stranger", "owner", "physician", "new owner", "new nurse"])
def test_all_pages_of_each_visitor(browsers: dict[str, Client], kind: str) -> None:
    paths = [path for path, (_, answers) in TABLE.items() if answers[kind] == ""]
    for path in paths:
        check(browsers[kind], path)
    if kind != "stranger":
        check(browsers[kind], "/home")


def test_a_request() -> None:
    olga, phil = member("olga", "owner"), member("phil", "physician")
    made = KeyRequest.objects.create(
        digest="d", statement="x", owner=olga.pk, asker=phil.pk, asked=1
    )
    check(browser_of(olga), f"/requests/{made.pk}")


def test_errors(browsers: dict[str, Client]) -> None:
    for kind in ("stranger", "owner", "physician"):
        check(browsers[kind], "/nothing-here", 404)
    assert Client(enforce_csrf_checks=True).post("/confirm", {"token": "x"}).status_code == 403
    bad = Client(raise_request_exception=False).get("/", headers={"Host": "evil.example"})
    assert (bad.status_code, bad.content[:15]) == (400, b"<!doctype html>")


def test_names_are_escaped() -> None:
    olga = member("olga", "owner")
    type(olga).objects.filter(pk=olga.pk).update(name='<img src=x onerror="alert(1)">')
    for path in ("/home", "/profile", "/security"):
        assert b"<img src=x" not in browser_of(olga).get(path).content
