"""The directory: those who agreed to be found, and nothing of patients, ever."""

from typing import Any

import pytest

from accounts import services
from accounts.models import Member
from accounts.organisations import departments, directory
from tests.unit.accounts.people import registered, signed_in
from tests.unit.organisations.people import Clinic, authorised

pytestmark = pytest.mark.django_db


def found(person: Any, query: str) -> list[str]:
    answer = person.call("GET", f"providers?{query}")
    assert answer.status_code == 200, answer.content
    return [one["name"] for one in answer.json()["providers"]]


def test_by_name_speciality_and_place(clinic: Clinic, other: Clinic) -> None:
    owner = authorised()
    clinic.doctor("Dr José Muñoz")
    other.doctor("Dr Josefine Ångström")
    assert found(owner, "name=jose") == ["Dr José Muñoz", "Dr Josefine Ångström"]
    assert found(owner, "name=MUNOZ+jos") == ["Dr José Muñoz"]
    assert found(owner, "name=angstrom") == ["Dr Josefine Ångström"]
    assert found(owner, "speciality=cardiology&place=malaga") == ["Dr Josefine Ångström"]
    assert found(owner, "place=69001") == found(owner, "speciality=cardiology")
    assert found(owner, "place=heart+clinic") == ["Dr José Muñoz"]
    assert found(owner, "name=unoz") == []
    assert found(owner, "name=jose&speciality=urology") == []


def test_what_is_told_of_them(clinic: Clinic) -> None:
    doctor = clinic.doctor("Dr Bob Lee")
    answer = authorised().call("GET", "providers?name=lee")
    assert answer.json() == {
        "providers": [
            {
                "member": doctor.id, "name": "Dr Bob Lee", "role": "physician", "login": doctor.login,
                "posts": [
                    {
                        "organisation": "City Heart Clinic", "city": "Lyon",
                        "department": "Cardiology", "speciality": "cardiology", "title": "",
                    }
                ],
            }
        ],
        "more": False, "too_many": False,
    }  # fmt: skip


def test_patients_and_whoever_did_not_agree_are_never_found(clinic: Clinic) -> None:
    owner = authorised(name="Lee Patient")
    Member.objects.filter(pk=owner.id).update(listed=True)
    relative = authorised("relative", "Lee Friend")
    Member.objects.filter(pk=relative.id).update(listed=True)
    authorised("physician", "Lee Unasked")
    clinic.head.call("PUT", "work", {"listed": False})
    departed, suspended = clinic.doctor("Lee Gone"), clinic.doctor("Lee Barred")
    clinic.remove(departed)
    services.suspend(member=suspended.member, by="root")
    waiting = registered(role="physician")
    Member.objects.filter(pk=waiting.id).update(listed=True, name="Lee Waits", sought=" lee waits")
    unconfirmed = clinic.doctor("Lee Unconfirmed")
    Member.objects.filter(pk=unconfirmed.id).update(confirmed_at=None)
    assert found(owner, "name=lee") == []
    assert found(owner, "speciality=cardiology") == []


def test_one_who_left_a_hospital_is_not_found_there(clinic: Clinic, other: Clinic) -> None:
    owner, doctor = authorised(), clinic.doctor()
    text = other.code("Dr Bob Lee", email=doctor.login)
    assert doctor.post("activation/join", {"code": text}).status_code == 200
    clinic.remove(doctor)
    assert found(owner, "place=lyon") == []
    assert found(owner, "place=malaga") == ["Dr Bob Lee"]
    assert found(owner, "name=lee") == ["Dr Bob Lee"]


def test_whom_the_portal_checked_may_agree(clinic: Clinic) -> None:
    doctor, owner = authorised("physician", "Dr Alone"), authorised()
    assert found(owner, "name=alone") == []
    assert doctor.call("PUT", "work", {"listed": True}).json()["listed"]
    assert found(owner, "name=alone") == ["Dr Alone"]


@pytest.mark.parametrize(
    "query",
    ["", "name=", "name=+", "name=a", "name=%25%25%25", "place=x", "speciality=alchemy",
     "name=lee&page=5", "name=lee&page=-1", "name=lee&page=x", "name=" + "x" * 201, "name=lee&place=y"],
)  # fmt: skip
def test_what_says_nothing_is_refused(query: str) -> None:
    assert authorised().call("GET", f"providers?{query}").status_code == 422


def test_only_those_who_take_part_may_search() -> None:
    assert signed_in(role="owner").call("GET", "providers?name=lee").status_code == 403
    assert registered().call("GET", "providers?name=lee").status_code == 401
    assert authorised().call("POST", "providers?name=lee").status_code == 405


def test_searching_is_limited(settings: Any) -> None:
    settings.SESPHR_RATES = {**settings.SESPHR_RATES, "search:member": (2, 3600)}
    owner = authorised()
    statuses = [owner.call("GET", "providers?name=lee").status_code for _ in range(3)]
    assert statuses == [200, 200, 429]


def test_pages_end_after_a_hundred(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directory, "PAGE", 1)
    monkeypatch.setattr(directory, "PAGES", 2)
    owner = authorised()
    for name in ("Lee One", "Lee Three", "Lee Two"):
        clinic.doctor(name)
    first = owner.call("GET", "providers?name=lee").json()
    last = owner.call("GET", "providers?name=lee&page=1").json()
    assert [(one["more"], one["too_many"]) for one in (first, last)] == [
        (True, False),
        (False, True),
    ]
    assert [one["providers"][0]["name"] for one in (first, last)] == ["Lee One", "Lee Three"]


def test_a_search_costs_the_same_however_many_are_found(
    clinic: Clinic, django_assert_num_queries: Any
) -> None:
    departments.add(clinic.row, name="Surgery", speciality="surgery")
    for number in range(3):
        clinic.doctor(f"Lee {number}")
    with django_assert_num_queries(3):
        directory.find(directory.Search(name="lee", speciality="cardiology"), 0)
