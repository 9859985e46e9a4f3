"""What people see when something is wrong; never why, and never what was sent."""

from typing import Any

import pytest
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import path

from sesphr.urls import handler400, handler403, handler404, handler500
from sesphr.web import pages
from sesphr.web.pages import Who, page
from tests.unit.pages.conftest import browser_of, member

pytestmark = [pytest.mark.django_db(databases="__all__"), pytest.mark.usefixtures("rendered")]
HANDLERS = (handler400, handler403, handler404, handler500)


@page(Who.ANYBODY)
def breaking(request: HttpRequest) -> HttpResponse:
    raise OperationalError("secret: the database")


urlpatterns = [path("breaking", breaking)]
(handler400, handler403, handler404, handler500) = HANDLERS


def test_an_unknown_address_gets_the_page_of_its_kind() -> None:
    answer = Client().get("/nothing-here")
    assert (answer.status_code, answer.json()["kind"]) == (404, "404")
    assert answer.json()["me"] is None
    known = browser_of(member("olga", "owner")).get("/nothing-here").json()
    assert known["me"]["name"] == "Dr. Olga van Test"


def test_a_request_for_another_host_is_a_bad_one() -> None:
    answer = Client(raise_request_exception=False).get("/", headers={"Host": "evil.example"})
    assert (answer.status_code, answer.json()["kind"]) == (400, "400")


def test_a_form_from_elsewhere_is_forbidden() -> None:
    answer = Client(enforce_csrf_checks=True).post("/confirm", {"token": "x"})
    assert (answer.status_code, answer.json()["kind"]) == (403, "403")


def test_a_crash_is_told_without_its_cause_and_without_the_database(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.unit.pages.test_errors"
    answer = Client(raise_request_exception=False).get("/breaking")
    assert (answer.status_code, answer.json()["kind"]) == (500, "500")
    assert b"secret" not in answer.content
    assert answer.json()["me"] is None


def test_a_crash_of_the_error_page_itself_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*given: Any, **more: Any) -> HttpResponse:
        raise RuntimeError("secret")

    monkeypatch.setattr(pages, "render", broken)
    answer = pages.crashed(RequestFactory().get("/"))
    assert (answer.status_code, answer.content) == (500, b"")


def test_the_apis_errors_stay_documents() -> None:
    answer = Client().get("/api/nothing-here")
    assert answer.headers["Content-Type"] == "application/problem+json"
