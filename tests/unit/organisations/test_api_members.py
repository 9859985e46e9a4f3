"""One's own work and wishes, and notices; each member's own alone."""

import pytest

from accounts.models import Notice
from tests.unit.accounts.fakes import FakeNode
from tests.unit.accounts.people import Person, registered, signed_in
from tests.unit.organisations.people import Clinic, authorised

pytestmark = pytest.mark.django_db


def test_ones_own_work(clinic: Clinic) -> None:
    doctor = clinic.doctor()
    found = doctor.call("GET", "work").json()
    assert (found["listed"], found["notified"]) == (True, True)
    assert [(one["organisation"], one["administers"]) for one in found["posts"]] == [
        ("City Heart Clinic", None)
    ]
    mine = clinic.head.call("GET", "work").json()
    assert (mine["listed"], mine["posts"][0]["administers"]) == (False, str(clinic.row.pk))
    assert doctor.call("PUT", "work", {"listed": False}).json()["listed"] is False
    assert doctor.call("GET", "work").json()["notified"] is True


@pytest.mark.parametrize("body", [{}, {"listed": 1}, {"listed": "no"}, {"state": "authorised"}, []])
def test_what_cannot_be_wished(body: object) -> None:
    assert signed_in().call("PUT", "work", body).status_code in (400, 422)


def test_nobody_has_no_work() -> None:
    for method in ("GET", "PUT"):
        assert registered().call(method, "work", {} if method == "PUT" else None).status_code == 401
    assert signed_in().call("DELETE", "work").status_code == 405


def notice(clinic: Clinic, nodes: tuple[FakeNode, ...]) -> Person:
    doctor, owner = clinic.doctor(), authorised()
    nodes[0].given[doctor.id] = (owner.id,)
    clinic.remove(doctor)
    return owner


def test_a_notice_is_its_owners_to_dismiss(clinic: Clinic, nodes: tuple[FakeNode, ...]) -> None:
    owner, stranger = notice(clinic, nodes), authorised()
    row = Notice.objects.get()
    assert stranger.call("GET", "leavers").json() == {"notices": []}
    for person, status in (
        (stranger, 404),
        (clinic.head, 404),
        (signed_in(), 403),
        (registered(), 401),
    ):
        assert person.call("DELETE", f"leavers/{row.pk}").status_code == status
    assert owner.call("DELETE", f"leavers/{clinic.row.pk}").status_code == 404
    assert owner.call("DELETE", "leavers/x").status_code == 404
    assert owner.call("POST", f"leavers/{row.pk}").status_code == 405
    for _ in range(2):
        assert owner.call("DELETE", f"leavers/{row.pk}").status_code == 204
        assert owner.call("GET", "leavers").json() == {"notices": []}


def test_codes_are_looked_at_by_whoever_has_them(clinic: Clinic) -> None:
    nobody = Person(role="physician")
    assert nobody.post("activation", {"code": clinic.code()}).status_code == 200
    assert nobody.call("GET", "activation").status_code == 405
    for body in ({}, {"code": ""}, {"code": "x" * 65}, {"code": 1}, {"code": "x", "more": 1}):
        assert nobody.post("activation", body).status_code == 422
    assert nobody.post("activation/join", {"code": clinic.code()}).status_code == 401
    owner = authorised()
    assert owner.post("activation/join", {"code": clinic.code()}).json()["code"] == "code-other"
