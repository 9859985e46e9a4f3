"""Organisations at the command line of the server."""

import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Department, Organisation, Post
from tests.unit.accounts.fakes import OUT_OF_REACH, FakeNode
from tests.unit.accounts.people import Person, registered
from tests.unit.organisations.people import Clinic, authorised

pytestmark = pytest.mark.django_db
PLACE = ("--kind", "hospital", "--city", "Lyon", "--country", "fr")


def ran(*words: str) -> str:
    out = io.StringIO()
    call_command(*words, stdout=out)
    return out.getvalue().strip()


def test_an_organisation_with_departments_and_who_administers_it() -> None:
    nurse = authorised("nurse")
    words = ("organisation", "St Anna", *PLACE, "--department", "Heart = valves=cardiology")
    first = ran(*words, "--administrator", nurse.login)
    assert ran(*words, "--administrator", nurse.login.upper()) == first
    row = Organisation.objects.get()
    assert (row.name, row.country, str(row.pk) in first) == ("St Anna", "FR", True)
    assert Department.objects.get().name == "Heart = valves"
    assert Post.objects.get().administrator
    assert nurse.call("GET", f"organisations/{row.pk}").status_code == 200


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--country", "FRA"), "two letters"),
        (("--department", "x=alchemy"), "no such speciality"),
        (("--department", "=surgery"), "1 to 200"),
        (("--administrator", "nobody@example.org"), "Nobody is registered"),
    ],
)
def test_what_cannot_be(words: tuple[str, ...], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        ran("organisation", "St Anna", *PLACE, *words)


@pytest.mark.parametrize("role", ["owner", "relative"])
def test_patients_and_relatives_do_not_administer(role: str) -> None:
    person = authorised(role)
    with pytest.raises(CommandError, match="authorised member"):
        ran("organisation", "St Anna", *PLACE, "--administrator", person.login)
    with pytest.raises(CommandError, match="authorised member"):
        ran("organisation", "St Anna", *PLACE, "--administrator", registered(role="nurse").login)


def test_enrol_remove_finish(clinic: Clinic, nodes: tuple[FakeNode, ...]) -> None:
    person = Person(role="physician")
    told = ran(
        "enrol", "City Heart Clinic", "--role", "physician", "--name", "Ada Example",
        "--department", "Cardiology", "--email", person.login.upper(),
    )  # fmt: skip
    assert person.register(activation_code=told.splitlines()[-1]).status_code == 202
    assert person.member.checked_by == "command line (City Heart Clinic)"
    nodes[1].failure = OUT_OF_REACH
    with pytest.raises(CommandError, match="1 of 2 receipts verified"):
        ran("remove_staff", person.login, str(clinic.row.pk))
    with pytest.raises(CommandError, match="1 of 1 leavings"):
        ran("finish_staff")
    nodes[1].failure = None
    assert ran("finish_staff") == "Nothing is left: 0 enrolments and 1 leavings were finished."
    assert ran("remove_staff", person.login, "City Heart Clinic").endswith(
        "2 of 2 receipts verified."
    )


def test_whose_membership_goes_on(clinic: Clinic) -> None:
    assert "goes on" in ran("remove_staff", clinic.head.login, "City Heart Clinic")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("enrol", "Nowhere", "--role", "nurse", "--name", "A"), "no organisation named Nowhere"),
        (("enrol", "City Heart Clinic", "--role", "nurse", "--name", " "), "1 to 200"),
        (
            ("enrol", "City Heart Clinic", "--role", "nurse", "--name", "A", "--days", "91"),
            "90 days",
        ),
        (
            ("enrol", "City Heart Clinic", "--role", "nurse", "--name", "A", "--email", "x"),
            "e-mail",
        ),
        (
            ("enrol", "City Heart Clinic", "--role", "nurse", "--name", "A", "--department", "X"),
            "no department named X",
        ),
        (("remove_staff", "nobody@example.org", "City Heart Clinic"), "does not belong"),
    ],
)
def test_one_sentence_for_what_is_wrong(clinic: Clinic, words: tuple[str, ...], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        ran(*words)


def test_two_of_one_name_are_told_apart_by_id(clinic: Clinic) -> None:
    Clinic("City Heart Clinic", "Paris")
    with pytest.raises(CommandError, match="several"):
        ran("enrol", "City Heart Clinic", "--role", "nurse", "--name", "A")
    assert ran("enrol", str(clinic.row.pk), "--role", "nurse", "--name", "A")


def test_without_a_deployment(settings: Any, tmp_path: Any) -> None:
    settings.SESPHR_DATA = tmp_path / "nothing"
    for words in (("finish_staff",), ("remove_staff", "a@example.org", "B")):
        with pytest.raises(CommandError, match="There is no SeSPHR"):
            ran(*words)
