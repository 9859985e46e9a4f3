"""What staff do with members: each act asks, says what it means, and is an event."""

import json
from typing import Any

import pytest
from django.core import mail
from django.urls import reverse

from accounts import selectors
from accounts.models import Event, Guardianship, Member
from sesphr.adapters import get_srs_nodes
from sesphr.ports.errors import Conflict, IntegrityFailure, Invalid, Unavailable
from tests.support import staff as people
from tests.support.people import Person
from tests.support.tables import unchanged

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def http(db: None) -> Any:
    return people.verified()


@pytest.fixture
def waiting(db: None) -> Person:
    return Person.named("petra", "nurse").register()


def act(http: Any, who: Person, name: str, **sent: str) -> Any:
    return http.post(f"/admin/accounts/member/{who.id}/{name}/", sent)


def last_event(who: Person) -> dict[str, Any]:
    row = Event.objects.filter(stream__member=who.id).order_by("-id").first()
    assert row is not None
    found: dict[str, Any] = json.loads(row.event or "")
    return found


def test_authorising_asks_what_was_checked(http: Any, waiting: Person) -> None:
    page = http.get(f"/admin/accounts/member/{waiting.id}/authorise/").content.decode()
    first = selectors.registrations(waiting.member.pk)[0]
    for shown in (selectors.fingerprint_of(first), "Nurse", waiting.login, "What did you check"):
        assert shown in page
    with unchanged():
        for empty in ("", "   \n "):
            assert act(http, waiting, "authorise", checked=empty).status_code == 422
        assert act(http, waiting, "authorise", checked="x" * 1001).status_code == 422


def test_authorising_lets_the_member_take_part(http: Any, waiting: Person) -> None:
    answer = act(http, waiting, "authorise", checked="identity card seen")
    assert answer.status_code == 302
    found = waiting.member
    assert (found.state, found.checked, found.checked_by) == (
        "authorised", "identity card seen", "jo@example.org",
    )  # fmt: skip
    said = last_event(waiting)
    assert (said["type"], said["by"], said["checked"]) == (
        "authorised", "jo@example.org", "identity card seen",
    )  # fmt: skip
    page = http.get(answer.headers["Location"]).content.decode()
    assert "is authorised" in page
    assert "/authorise/" not in page


def test_an_address_that_is_not_confirmed_is_said(http: Any, waiting: Person) -> None:
    url = f"/admin/accounts/member/{waiting.id}/authorise/"
    assert b"has not been confirmed" not in http.get(url).content
    Member.objects.filter(pk=waiting.id).update(confirmed_at=None)
    assert b"has not been confirmed" in http.get(url).content


def test_suspending_ends_sessions(http: Any, waiting: Person) -> None:
    waiting.authorised().signed_in()
    assert (
        b"Nothing is deleted" in http.get(f"/admin/accounts/member/{waiting.id}/suspend/").content
    )
    assert act(http, waiting, "suspend").status_code == 302
    assert (waiting.member.state, waiting.get("session").status_code) == ("suspended", 401)
    assert last_event(waiting)["by"] == "jo@example.org"
    assert act(http, waiting, "authorise", checked="came back").status_code == 302
    assert waiting.member.state == "authorised"


def test_a_membership_that_a_dependant_needs_is_not_ended(http: Any, waiting: Person) -> None:
    child = Person.named("tim", "owner").register()
    sealed = {"generation": 1, "salt": b"s" * 16, "sealed": b"s" * 60}
    Guardianship.objects.create(guardian=waiting.member, dependant=child.member, since=1, **sealed)
    with unchanged():
        answer = act(http, waiting, "depart", typed=waiting.login)
    assert answer.status_code == 422
    assert "has no other guardian" in answer.content.decode()
    assert act(http, child, "depart", typed=child.login).status_code == 302
    assert act(http, waiting, "depart", typed=waiting.login).status_code == 302
    assert waiting.member.state == "departed"


def test_ending_takes_the_address_typed_again(http: Any, waiting: Person) -> None:
    page = http.get(f"/admin/accounts/member/{waiting.id}/depart/").content.decode()
    assert "What stays possible" in page
    with unchanged():
        for typed in ("", "petra", "jo@example.org"):
            assert act(http, waiting, "depart", typed=typed).status_code == 422
    assert act(http, waiting, "depart", typed=f" {waiting.login.upper()} ").status_code == 302
    assert waiting.member.state == "departed"
    page = http.get(f"/admin/accounts/member/{waiting.id}/").content.decode()
    assert 'class="acts"' not in page
    for name in ("authorise", "suspend", "depart"):
        assert http.get(f"/admin/accounts/member/{waiting.id}/{name}/").status_code == 404
        assert act(http, waiting, name, checked="x", typed=waiting.login).status_code == 302
    assert waiting.member.state == "departed"


def test_resetting_a_second_factor_asks_and_tells(http: Any, waiting: Person) -> None:
    url = f"/admin/accounts/member/{waiting.id}/reset/"
    assert http.get(url).status_code == 404
    device = people.device_of(waiting.member)
    assert http.get(url).status_code == 200
    assert act(http, waiting, "reset", checked=" ").status_code == 422
    mail.outbox.clear()
    assert act(http, waiting, "reset", checked="called back").status_code == 302
    assert not type(device).objects.filter(user=waiting.member).exists()
    assert [one.to for one in mail.outbox] == [[waiting.login]]
    said = last_event(waiting)
    assert (said["by"], said["checked"]) == ("jo@example.org", "called back")


def test_nobody_resets_their_own_or_acts_on_staff(http: Any) -> None:
    jo, sam = Member.objects.get(login="jo@example.org"), people.staff("sam")
    people.device_of(sam)
    assert http.get(f"/admin/accounts/member/{jo.pk}/reset/").status_code == 404
    assert http.get(f"/admin/accounts/member/{sam.pk}/reset/").status_code == 200
    for name in ("authorise", "suspend", "depart"):
        assert http.get(f"/admin/accounts/member/{sam.pk}/{name}/").status_code == 404


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (Unavailable("secret text"), "press the button again"),
        (Conflict("secret text"), "changed meanwhile"),
        (Invalid("secret text"), "found something wrong"),
        (IntegrityFailure("secret text"), "found something wrong"),
    ],
)
def test_a_node_that_fails_is_a_sentence(
    http: Any, waiting: Person, monkeypatch: pytest.MonkeyPatch, failure: Exception, said: str
) -> None:
    def fail(*_: Any) -> Any:
        raise failure

    monkeypatch.setattr(type(get_srs_nodes()[0]), "activate", fail)
    answer = act(http, waiting, "authorise", checked="seen")
    page = answer.content.decode()
    assert (answer.status_code, said in page, "secret text" in page) == (422, True, False)
    assert ">seen</textarea>" in page
    assert waiting.member.state == "pending"


def test_without_nodes_the_page_says_that_there_is_no_fingerprint(
    http: Any, waiting: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> Any:
        raise Unavailable("no")

    monkeypatch.setattr(type(get_srs_nodes()[0]), "registrations", fail)
    page = http.get(f"/admin/accounts/member/{waiting.id}/").content
    assert b"No key node answers" in page


def test_a_member_who_does_not_exist(http: Any) -> None:
    nobody = "00000000-0000-4000-8000-000000000000"
    for page in ("", "authorise/", "suspend/", "depart/", "reset/"):
        assert http.get(f"/admin/accounts/member/{nobody}/{page}").status_code == 404
    assert http.get("/admin/accounts/member/not-an-id/").status_code == 404


def test_names_are_text(http: Any, waiting: Person) -> None:
    Member.objects.filter(pk=waiting.id).update(name="<img src=x onerror=alert(1)>")
    for url in ("/admin/", "/admin/accounts/member/", f"/admin/accounts/member/{waiting.id}/",
                f"/admin/accounts/member/{waiting.id}/authorise/"):  # fmt: skip
        assert b"<img src=x" not in http.get(url).content


def test_those_who_wait_stand_first_and_filters_find(http: Any, waiting: Person) -> None:
    anna = Person.named("anna", "physician").register().authorised()
    url = reverse("admin:accounts_member_changelist")
    page = http.get(url).content.decode()
    assert page.index(waiting.login) < page.index(anna.login)
    for query, there, absent in (
        ("state=pending", waiting, anna), ("role=physician", anna, waiting),
        ("q=ANNA", anna, waiting), ("state=pending&q=petra", waiting, anna),
    ):  # fmt: skip
        rows = http.get(f"{url}?{query}").content.decode().split("<tbody>")[1]
        assert there.login in rows, query
        assert absent.login not in rows, query
    assert b"Nothing matches" in http.get(f"{url}?q=zzz").content
    assert b"Nothing matches" in http.get(f"{url}?period=1999-01-01").content


def test_whoever_authorises_a_dependant_sees_who_is_the_guardian(
    http: Any, waiting: Person
) -> None:
    anna = Person.named("anna", "relative").register()
    Guardianship.objects.create(
        guardian=anna.member, dependant=waiting.member, since=1, generation=1, salt=b"s" * 16,
        sealed=b"s" * 60,
    )  # fmt: skip
    page = http.get(f"/admin/accounts/member/{waiting.id}/authorise/").content.decode()
    assert f"Anna ({anna.login})" in page
    assert "Guardians" in page
    told = http.get(f"/admin/accounts/member/{anna.id}/").content.decode()
    assert f"({waiting.login})" in told
    assert (
        "Guardians" not in http.get(f"/admin/accounts/member/{anna.id}/authorise/").content.decode()
    )
