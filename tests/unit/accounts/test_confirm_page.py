"""The page behind the letter's link."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core import mail
from django.test import Client

from tests.unit.accounts.people import registered

pytestmark = pytest.mark.django_db(databases="__all__")


def _link() -> str:
    found = re.search(r"http://\S+", str(mail.outbox[-1].body))
    assert found is not None
    parts = urlsplit(found.group())
    return f"{parts.path}?{parts.query}"


def _token(link: str) -> str:
    return parse_qs(urlsplit(link).query)["token"][0]


def test_looking_confirms_nothing_and_the_button_does() -> None:
    person = registered()
    page = Client().get(_link())
    assert page.status_code == 200
    assert person.member.confirmed_at is None
    assert _token(_link()) in page.content.decode()
    done = Client().post("/confirm", {"token": _token(_link())})
    assert (done.status_code, person.member.confirmed_at is not None) == (200, True)
    assert Client().post("/confirm", {"token": _token(_link())}).status_code == 200


def test_the_button_is_of_this_site() -> None:
    registered()
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/confirm", {"token": _token(_link())}).status_code == 403


@pytest.mark.parametrize(
    "token", ["", "x", "a:b:c", "\x00", "é" * 9000, '"><script>alert(1)</script>']
)
def test_a_wrong_token_is_a_sentence(token: str) -> None:
    shown = Client().get("/confirm", {"token": token})
    assert b"<script>" not in shown.content
    answer = Client().post("/confirm", {"token": token})
    assert answer.status_code == 400
    assert b"new e-mail" in answer.content


def test_other_methods_are_refused() -> None:
    assert Client().put("/confirm").status_code == 405
