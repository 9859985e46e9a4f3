"""Codes of an organisation: issued, listed and withdrawn by its administrator alone."""

from typing import Any

import pytest

from accounts.models import ActivationCode
from tests.unit.accounts.people import Person
from tests.unit.accounts.test_registration import kinds
from tests.unit.organisations.people import Clinic, refused

pytestmark = pytest.mark.django_db
WHO = {"name": "Dr Bob Lee", "role": "physician"}


def test_nobody_else_sees_codes(clinic: Clinic, other: Clinic) -> None:
    refused(clinic, other, "GET", f"{clinic.path}/codes")


def test_nobody_else_issues_codes(clinic: Clinic, other: Clinic) -> None:
    before = set(ActivationCode.objects.values_list("pk"))
    refused(clinic, other, "POST", f"{clinic.path}/codes", WHO)
    left = ActivationCode.objects.exclude(pk__in=[pk for (pk,) in before])
    assert not left.filter(name=WHO["name"]).exists()


def test_nobody_else_withdraws_codes(clinic: Clinic, other: Clinic) -> None:
    clinic.code()
    row = ActivationCode.objects.get()
    refused(clinic, other, "DELETE", f"{clinic.path}/codes/{row.pk}")
    assert ActivationCode.objects.get(pk=row.pk).withdrawn is None


def test_issued_shown_once_listed_used(clinic: Clinic) -> None:
    sent = {**WHO, "department": str(clinic.cardiology.pk), "title": "Consultant", "days": 3}
    made = clinic.head.post(f"{clinic.path}/codes", sent)
    assert made.status_code == 200, made.content
    text = made.json()["code"]
    assert made.json()["expires"] - made.json()["issued"] == 3 * 24 * 3600
    listed = clinic.head.call("GET", f"{clinic.path}/codes")
    assert [one["name"] for one in listed.json()["codes"]] == ["Dr Bob Lee"]
    assert text not in listed.content.decode()
    assert kinds(clinic.head)[-1] == "code-issued"
    stranger = Person(role="physician")
    offer = stranger.post("activation", {"code": text}).json()
    assert (offer["organisation"], offer["department"], offer["role"], offer["title"]) == (
        "City Heart Clinic", "Cardiology", "physician", "Consultant",
    )  # fmt: skip
    assert stranger.register(activation_code=text, name="Dr Bob Lee").status_code == 202
    assert clinic.head.call("GET", f"{clinic.path}/codes").json() == {"codes": []}
    spent = ActivationCode.objects.get().pk
    assert clinic.head.call("DELETE", f"{clinic.path}/codes/{spent}").status_code == 404


def test_withdrawn_twice(clinic: Clinic, other: Clinic) -> None:
    text = clinic.code()
    row = ActivationCode.objects.get()
    assert other.head.call("DELETE", f"{other.path}/codes/{row.pk}").status_code == 404
    for _ in range(2):
        assert clinic.head.call("DELETE", f"{clinic.path}/codes/{row.pk}").status_code == 204
    assert clinic.head.call("GET", f"{clinic.path}/codes").json() == {"codes": []}
    assert kinds(clinic.head).count("code-withdrawn") == 1
    assert clinic.head.post("activation", {"code": text}).json()["code"] == "code-withdrawn"


@pytest.mark.parametrize(
    "more",
    [
        {"role": "owner"}, {"role": "relative"}, {"role": "administrator"}, {"role": None},
        {"name": ""}, {"name": "x" * 201}, {"name": "a\u200bb"}, {"title": "x" * 201},
        {"email": "no address"}, {"email": "a@b"}, {"days": 0}, {"days": 91}, {"days": "3"},
        {"administrator": "yes"}, {"unknown": 1}, {"department": "x"},
    ],
)  # fmt: skip
def test_what_cannot_be_issued(clinic: Clinic, more: dict[str, Any]) -> None:
    answer = clinic.head.post(f"{clinic.path}/codes", {**WHO, **more})
    assert answer.status_code in (404, 422), answer.content
    assert not ActivationCode.objects.exists()


def test_a_department_of_another_hospital(clinic: Clinic, other: Clinic) -> None:
    sent = {**WHO, "department": str(other.cardiology.pk)}
    assert clinic.head.post(f"{clinic.path}/codes", sent).status_code == 404
