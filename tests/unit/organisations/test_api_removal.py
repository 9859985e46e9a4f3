"""Removing staff, for the administrator of the organisation alone."""

import pytest

from accounts.models import Leaving
from tests.unit.organisations.people import Clinic, refused

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_nobody_else_removes(clinic: Clinic, other: Clinic, method: str) -> None:
    doctor = clinic.doctor()
    refused(clinic, other, method, f"{clinic.path}/staff/{clinic.post(doctor).pk}/removal")
    assert not Leaving.objects.exists()
    assert clinic.post(doctor).current


def test_nobody_of_another_hospital_and_nobody_at_all(clinic: Clinic, other: Clinic) -> None:
    theirs = other.post(other.doctor()).pk
    for post in (theirs, clinic.row.pk):
        for method in ("GET", "POST"):
            answer = clinic.head.call(method, f"{clinic.path}/staff/{post}/removal")
            assert answer.status_code == 404
    assert not Leaving.objects.exists()


def test_who_administers_no_more_cannot_remove(clinic: Clinic) -> None:
    second = clinic.doctor("Dr Second")
    post = clinic.post(second)
    post.administrator = True
    post.save()
    assert second.call("GET", clinic.path).status_code == 200
    clinic.remove(second)
    assert second.call("GET", clinic.path).status_code == 401
