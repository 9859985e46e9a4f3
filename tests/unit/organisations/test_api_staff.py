"""Staff and departments of an organisation, for its administrator alone."""

import pytest

from accounts.models import Department
from tests.unit.organisations.people import Clinic, refused

pytestmark = pytest.mark.django_db


def test_nobody_else_sees_staff(clinic: Clinic, other: Clinic) -> None:
    refused(clinic, other, "GET", f"{clinic.path}/staff")


def test_nobody_else_sees_the_organisation(clinic: Clinic, other: Clinic) -> None:
    refused(clinic, other, "GET", clinic.path)


def test_nobody_else_adds_departments(clinic: Clinic, other: Clinic) -> None:
    body = {"name": "Surgery", "speciality": "surgery"}
    refused(clinic, other, "POST", f"{clinic.path}/departments", body)
    assert not Department.objects.filter(name="Surgery").exists()


def test_the_organisation_and_its_departments(clinic: Clinic) -> None:
    found = clinic.head.call("GET", clinic.path).json()
    assert (found["name"], found["city"], found["kind"]) == (
        "City Heart Clinic",
        "Lyon",
        "hospital",
    )
    assert [(one["name"], one["snomed"]) for one in found["departments"]] == [
        ("Cardiology", "394579002")
    ]


def test_a_department_is_added_once(clinic: Clinic) -> None:
    path, body = f"{clinic.path}/departments", {"name": "Chirurgie", "speciality": "surgery"}
    first, again = (clinic.head.post(path, body) for _ in range(2))
    assert (first.status_code, first.json()) == (200, again.json())
    clash = clinic.head.post(path, {**body, "speciality": "urology"})
    assert clash.status_code == 409
    for wrong in ({**body, "speciality": "alchemy"}, {**body, "name": ""}, {"name": "x"}, []):
        assert clinic.head.post(path, wrong).status_code in (400, 422)


def test_staff_by_name_department_and_state(clinic: Clinic) -> None:
    lee, ann = clinic.doctor("Dr Bob Lee"), clinic.doctor("Dr Ann Müller")
    clinic.remove(lee)

    def names(query: str) -> list[str]:
        found = clinic.head.call("GET", f"{clinic.path}/staff?{query}")
        assert found.status_code == 200, found.content
        return [one["name"] for one in found.json()["staff"]]

    assert names("") == ["Dr Ann Müller", "Head of City Heart Clinic", "Dr Bob Lee"]
    assert names("text=muller") == ["Dr Ann Müller"]
    assert names("text=LEE+dr") == ["Dr Bob Lee"]
    assert names("text=%25") == names("")
    assert names("state=left") == ["Dr Bob Lee"]
    assert names(f"department={clinic.cardiology.pk}&state=current") == [ann.sent["name"]]
    assert names("page=1") == []


@pytest.mark.parametrize(
    "query", ["page=-1", "page=x", "state=gone", "department=x", "text=" + "x" * 201]
)
def test_what_cannot_be_asked(clinic: Clinic, query: str) -> None:
    assert clinic.head.call("GET", f"{clinic.path}/staff?{query}").status_code == 422


def test_other_hospitals_staff_are_not_among_ours(clinic: Clinic, other: Clinic) -> None:
    other.doctor("Dr Elsewhere")
    found = clinic.head.call("GET", f"{clinic.path}/staff").json()
    assert [one["name"] for one in found["staff"]] == ["Head of City Heart Clinic"]
    assert (found["total"], found["more"]) == (1, False)
