"""What the database itself refuses, on SQLite and on MariaDB."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.models import ActivationCode, Department, Notice, Organisation, Post
from tests.unit.accounts.people import Person
from tests.unit.organisations.people import Clinic, authorised

pytestmark = pytest.mark.django_db


def refused(change: Callable[[], Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        change()


def test_one_present_post_for_each_member_and_organisation(clinic: Clinic) -> None:
    person: Person = authorised("physician")
    terms: Any = {"member": person.member, "organisation": clinic.row}
    over: Any = {"state": "left", "current": None, "since": 1, "until": 2}
    Post.objects.create(**terms)
    refused(lambda: Post.objects.create(**terms))
    for _ in range(2):
        Post.objects.create(**terms, **over)


@pytest.mark.parametrize(
    "terms",
    [
        {"state": "current", "current": None, "until": 2},
        {"state": "left", "current": True},
        {"state": "left", "current": None},
        {"state": "leaving", "current": None, "since": 3, "until": 2},
        {"state": "gone", "current": None, "since": 1, "until": 2},
        {"state": "current", "current": False},
    ],
)
def test_a_post_is_there_or_over(clinic: Clinic, terms: dict[str, Any]) -> None:
    member = authorised("physician").member
    refused(lambda: Post.objects.create(member=member, organisation=clinic.row, **terms))


def test_names_kinds_and_specialities(clinic: Clinic) -> None:
    place: Any = {"city": "Lyon", "country": "FR"}
    organisations, departments = Organisation.objects, Department.objects
    refused(lambda: organisations.create(name=clinic.row.name, kind="clinic", **place))
    refused(lambda: organisations.create(name="", kind="clinic", **place))
    refused(lambda: organisations.create(name="A", kind="casino", **place))
    refused(lambda: departments.create(organisation=clinic.row, name="X", speciality="alchemy"))
    refused(lambda: departments.create(organisation=clinic.row, name="", speciality="surgery"))
    refused(
        lambda: departments.create(organisation=clinic.row, name="Cardiology", speciality="surgery")
    )


@pytest.mark.parametrize(
    "terms",
    [
        {"role": "owner"},
        {"expires": 5},
        {"used": 6, "withdrawn": 7},
        {"used_by": True},
    ],
)
def test_codes(clinic: Clinic, terms: dict[str, Any]) -> None:
    if "used_by" in terms:
        terms = {"used_by": clinic.head.member}
    given: Any = {
        "organisation": clinic.row, "name": "A", "role": "nurse", "hashed": b"x" * 32, "issued": 5,
        "expires": 9, "issued_by": "root",
    }  # fmt: skip
    refused(lambda: ActivationCode.objects.create(**{**given, **terms}))
    ActivationCode.objects.create(**given)
    refused(lambda: ActivationCode.objects.create(**given))


def test_an_owner_is_told_of_a_leaver_once(clinic: Clinic) -> None:
    from accounts.organisations import leaving

    doctor, owner = clinic.doctor(), authorised()
    row = leaving.remove(organisation=clinic.row.pk, post=clinic.post(doctor).pk, by="root")
    Notice.objects.create(leaving=row, owner=owner.member)
    refused(lambda: Notice.objects.create(leaving=row, owner=owner.member))
