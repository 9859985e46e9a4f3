"""In which language somebody is answered: profile, cookie, browser, deployment; and the form that chooses."""

from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.http import HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.utils import translation

from accounts import mail as letters
from accounts.models import Member
from sesphr.web import languages
from tests.unit.pages.conftest import browser_of, member

COOKIE = settings.LANGUAGE_COOKIE_NAME
HERE = {"Origin": "http://testserver"}


def wished(header: str = "", cookie: str | None = None) -> str:
    request = RequestFactory().get("/", headers={"Accept-Language": header} if header else {})
    if cookie is not None:
        request.COOKIES[COOKIE] = cookie
    return languages.wished(request)


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("DE-at", "de"),
        ("pt-BR,es-419;q=0.5,en;q=0.1", "es"),
        ("en;q=0.1,ar-EG;q=0.9", "ar"),
        ("hi-Deva-IN", "hi"),
        ("en-GB", "en"),
        ("de;q=0", ""),
        ("de;q=0,fr;q=0.1", "fr"),
        ("*", ""),
        ("xx, tlh", ""),
        ("deutsch", ""),
        ("", ""),
        (";;,,;q=,=", ""),
        ("de;q=x", ""),
        ("de;q=9999999999999999999999", ""),
        ("../../etc/passwd", ""),
        ("de\x00", ""),
        ("é", ""),
        (", ".join(["xx-yy-zz"] * 5000), ""),
    ],
)
def test_what_the_browsers_owner_reads(header: str, code: str) -> None:
    assert wished(header) == code


@pytest.mark.parametrize(
    "cookie",
    ["", "xx", "DE", "de-AT", "../de", "de\x00", "d" * 5000, "<script>", "\u0661", "en_XA"],
)
def test_a_cookie_that_names_no_language_is_as_none(cookie: str) -> None:
    assert wished(cookie=cookie) == ""
    assert wished("fr", cookie) == "fr"


def test_a_choice_goes_before_the_browser() -> None:
    assert wished("fr", "ar") == "ar"


def page(browser: Client, path: str = "/", **headers: str) -> HttpResponse:
    answer: Any = browser.get(path, headers={k.replace("_", "-"): v for k, v in headers.items()})
    return answer


def opening(answer: HttpResponse) -> str:
    return answer.content.decode().partition("data-icons")[0]


@pytest.mark.parametrize(
    ("header", "tag"),
    [
        ("", '<html lang="en-GB" dir="ltr"'),
        ("de", '<html lang="de" dir="ltr"'),
        ("ar", '<html lang="ar" dir="rtl"'),
    ],
)
def test_pages_say_their_language_and_direction(header: str, tag: str) -> None:
    answer = page(Client(), Accept_Language=header)
    assert tag in opening(answer)
    assert answer.headers["Content-Language"] in tag
    assert {"Accept-Language", "Cookie"} <= set(answer.headers["Vary"].split(", "))


def test_nothing_of_a_request_stays_for_the_next() -> None:
    before = translation.get_language()
    page(Client(), Accept_Language="ar")
    assert translation.get_language() == before
    assert 'lang="en-GB"' in opening(page(Client()))


def test_errors_speak_too() -> None:
    answer = page(Client(), "/nothing-here", Accept_Language="ar")
    assert answer.status_code in (302, 404)
    refused = Client(enforce_csrf_checks=True).post(
        "/confirm", {"token": "x"}, headers={"Accept-Language": "ar"}
    )
    assert 'lang="ar" dir="rtl"' in opening(refused)


@override_settings(SESPHR_LANGUAGE="de")
def test_without_a_wish_the_deployments_own() -> None:
    assert 'lang="de"' in opening(page(Client()))
    assert 'lang="de"' in opening(page(Client(), Accept_Language="xx"))


@override_settings(SESPHR_LANGUAGES=("en",))
def test_one_language_leaves_no_choice() -> None:
    answer = page(Client(), Accept_Language="ar")
    assert 'lang="en-GB"' in opening(answer)
    assert b'class="languages"' not in answer.content


def test_every_page_has_the_choice_and_names_each_language_in_its_own() -> None:
    content = page(Client(), "/help?x=%22%3E").content.decode()
    for one in languages.choices():
        assert f'value="{one.code}" lang="{one.html}" dir="{one.direction}"' in content
        assert f">{one.name}</button>" in content
    assert 'name="next" value="/help?x=%22%3E"' in content


@pytest.mark.django_db(databases="__all__")
class TestForm:
    def choose(self, browser: Client, **more: str) -> Any:
        return browser.post("/language", {"language": "de", "next": "/help", **more}, headers=HERE)

    def test_it_leads_back_and_is_remembered(self) -> None:
        browser = Client()
        answer = self.choose(browser)
        assert (answer.status_code, answer.headers["Location"]) == (302, "/help")
        assert answer.headers["Cache-Control"] == "no-store"
        cookie = answer.cookies[COOKIE]
        assert (cookie.value, cookie["samesite"], cookie["httponly"]) == ("de", "Lax", True)
        assert 'lang="de"' in opening(page(browser, "/help", Accept_Language="ar"))

    @pytest.mark.parametrize("code", ["", "xx", "DE", "de-at", "en-gb", "<b>", "\x00", "d" * 3000])
    def test_other_languages_are_refused(self, code: str) -> None:
        answer = self.choose(Client(), language=code)
        assert answer.status_code == 400
        assert COOKIE not in answer.cookies

    @pytest.mark.parametrize(
        "sent", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:x", "", "\x00/"]
    )  # fmt: skip
    def test_it_leads_nowhere_else(self, sent: str) -> None:
        assert self.choose(Client(), next=sent).headers["Location"] == "/"

    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"Origin": "null"},
            {"Origin": "https://evil.example"},
            {"Origin": "http://testserver.evil.example"},
            {"Origin": "http://testserver:81"},
            {"Origin": "testserver"},
        ],
    )
    def test_forms_of_other_sites_are_refused(self, headers: dict[str, str]) -> None:
        olga = member("olga", "owner")
        answer = browser_of(olga).post("/language", {"language": "de"}, headers=headers)
        assert answer.status_code == 403
        assert Member.objects.get(pk=olga.pk).language == ""

    def test_reading_it_changes_nothing(self) -> None:
        answer = Client().get("/language?language=de", headers=HERE)
        assert (answer.status_code, COOKIE in answer.cookies) == (405, False)

    def test_a_members_choice_is_in_the_profile_and_wins_everywhere(self) -> None:
        olga = member("olga", "owner")
        self.choose(browser_of(olga))
        assert Member.objects.get(pk=olga.pk).language == "de"
        elsewhere = browser_of(olga)
        elsewhere.cookies[COOKIE] = "fr"
        assert 'lang="de"' in opening(page(elsewhere, "/home", Accept_Language="ar"))

    def test_a_profile_with_a_language_that_is_gone(self) -> None:
        olga = member("olga", "owner")
        Member.objects.filter(pk=olga.pk).update(language="tlh")
        assert 'lang="fr"' in opening(page(browser_of(olga), "/home", Accept_Language="fr"))

    def test_the_administration_speaks_english(self) -> None:
        answer = page(Client(), "/admin/login", Accept_Language="ar")
        assert b'lang="en-gb"' in answer.content
        assert b"rtl" not in answer.content.partition(b"<body")[0]

    def test_letters_are_in_the_language_of_who_gets_them(self, monkeypatch: Any) -> None:
        olga = member("olga", "owner")
        olga.language = "de"
        seen = []
        monkeypatch.setattr(
            letters, "_written", lambda *_: (seen.append(translation.get_language()), ("s", "t"))[1]
        )
        with translation.override("ar"):
            letters.send_authorised(olga)
            olga.language = ""
            letters.send_authorised(olga)
        assert seen == ["de", "en-gb"]
        assert len(mail.outbox) == 2
