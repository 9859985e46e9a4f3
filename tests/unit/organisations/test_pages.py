"""An organisation's page is its administrator's; its entry in the menu too."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import Post
from tests.unit.accounts.people import Person, registered, signed_in
from tests.unit.organisations.people import Clinic, authorised

pytestmark = pytest.mark.django_db


@pytest.fixture
def pages(settings: Any) -> None:
    settings.ROOT_URLCONF = "sesphr.urls"


def seen(person: Person, path: str) -> int:
    return int(person.http.get(path).status_code)


@pytest.mark.usefixtures("pages")
def test_whose_page_it_is(clinic: Clinic, other: Clinic) -> None:
    path = f"/organisations/{clinic.row.pk}"
    assert seen(clinic.head, path) == 200
    for person in (other.head, clinic.doctor(), authorised("physician")):
        assert seen(person, path) == 404
    assert seen(authorised(), path) == 404
    assert seen(signed_in(role="nurse"), path) == 302
    assert Client().get(path).headers["Location"].startswith("/sign-in")
    assert registered().http.get(path).status_code == 302
    assert seen(clinic.head, f"/organisations/{other.row.pk}") == 404
    assert seen(clinic.head, "/organisations/none") == 404
    assert clinic.head.http.post(path).status_code in (403, 405)


@pytest.mark.usefixtures("pages")
def test_the_menu_leads_there_while_one_administers(clinic: Clinic) -> None:
    link = f'href="/organisations/{clinic.row.pk}"'
    assert link in clinic.head.http.get("/activity").content.decode()
    assert link not in clinic.doctor().http.get("/activity").content.decode()
    Post.objects.filter(member=clinic.head.id).update(administrator=False)
    assert link not in clinic.head.http.get("/activity").content.decode()


@pytest.mark.usefixtures("pages")
def test_the_directory_is_the_patients(clinic: Clinic) -> None:
    assert seen(authorised(), "/directory") == 200
    assert seen(clinic.head, "/directory") == 404
    assert "Find a doctor" in authorised().http.get("/home").content.decode()
