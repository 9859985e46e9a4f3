"""Organisations in the administration: made, their administrators named, the rest looked at."""

import uuid

import pytest
from django.urls import reverse

from accounts.models import Organisation, Post
from accounts.organisations import codes, departments, enrolling, leaving
from tests.support import staff as people
from tests.unit.staff.conftest import World

pytestmark = pytest.mark.django_db(databases="__all__")
LIST = "/admin/accounts/organisation/"
PLACE = {"name": "St Anna", "kind": "hospital", "city": "Wien", "country": "at"}


def test_an_organisation_is_made_and_its_administrator_named(world: World) -> None:
    made = world.http.post(f"{LIST}new/", PLACE)
    row = Organisation.objects.get(name="St Anna")
    assert (made.status_code, made.headers["Location"]) == (302, f"{LIST}{row.pk}/")
    path = f"{LIST}{row.pk}/administrator/"
    assert "enrols staff" in world.http.get(path).content.decode()
    doctor = world.doctor.member
    assert world.http.post(path, {"login": doctor.login.upper()}).status_code == 302
    assert Post.objects.get(organisation=row).administrator
    assert doctor.login in world.http.get(f"{LIST}{row.pk}/").content.decode()
    found = world.http.get(f"{LIST}?q=WIEN").content.decode()
    assert "St Anna" in found
    assert "St Anna" not in world.http.get(f"{LIST}?q=paris").content.decode()


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({**PLACE, "name": ""}, "Enter its name"),
        ({**PLACE, "kind": "casino"}, "casino"),
        ({**PLACE, "country": "AUT"}, "two letters"),
        ({**PLACE, "name": "a\u200bb"}, "cannot be seen"),
        ({}, "Enter the town"),
    ],
)
def test_what_cannot_be_made(world: World, sent: dict[str, str], said: str) -> None:
    answer = world.http.post(f"{LIST}new/", sent)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Organisation.objects.exclude(name="Old Hospital").exists()


def test_who_cannot_administer(world: World) -> None:
    row = departments.establish(**PLACE)
    path = f"{LIST}{row.pk}/administrator/"
    for login, said in (
        ("", "Enter the e-mail address"), ("nobody@example.org", "Nobody is registered"),
        (world.owner.member.login, "authorised member"), (world.waiting.member.login, "authorised"),
    ):  # fmt: skip
        answer = world.http.post(path, {"login": login})
        assert answer.status_code == 422
        assert said in answer.content.decode()
    assert world.http.get(f"{LIST}{uuid.uuid4()}/administrator/").status_code == 404
    assert not Post.objects.filter(organisation=row).exists()


def test_staff_codes_and_leavers_are_lists_to_look_at(world: World) -> None:
    row = departments.establish(**PLACE)
    post = enrolling.appoint_administrator(organisation=row, member=world.doctor.member)
    issued = codes.issue(organisation=row, who=codes.Enrolment("Dr New", "physician"), by="root")
    leaving.remove(organisation=row.pk, post=post.pk, by="root")
    posts, code = reverse("admin:accounts_post_changelist"), issued.row
    listed = world.http.get(posts).content.decode()
    assert world.doctor.member.login in listed
    assert "St Anna" in world.http.get(f"{posts}{post.pk}/").content.decode()
    path = reverse("admin:accounts_activationcode_changelist")
    for text in (world.http.get(path), world.http.get(f"{path}{code.pk}/")):
        assert "Dr New" in text.content.decode()
        assert issued.text not in text.content.decode()
        assert code.hashed.hex() not in text.content.decode()
    for address in (posts, f"{posts}{post.pk}/", path):
        assert world.http.post(address).status_code == 405


def test_nobody_else_gets_in(world: World) -> None:
    for http in (world.doctor.http, people.browser()):
        for path in (LIST, f"{LIST}new/"):
            assert http.get(path).status_code in (302, 403, 404)
