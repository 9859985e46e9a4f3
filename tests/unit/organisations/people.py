"""An organisation with somebody who administers it, and people who come by its codes."""

from typing import Any

from accounts import services
from accounts.models import Department, Member, Organisation, Post
from accounts.organisations import codes, departments, enrolling
from accounts.organisations.codes import Enrolment
from tests.unit.accounts.people import Person, registered, signed_in


def authorised(role: str = "owner", name: str = "Ada Example") -> Person:
    person = Person(role=role)
    person.sent["name"] = name
    assert person.register().status_code == 202
    services.authorise(member=person.member, by="root", checked="passport")
    assert person.sign_in().status_code == 200
    return person


class Clinic:
    """An organisation, its cardiology, and its administrator, signed in."""

    def __init__(self, name: str, city: str) -> None:
        self.row: Organisation = departments.establish(
            name=name, kind="hospital", city=city, country="FR", postcode="69001"
        )
        self.cardiology: Department = departments.add(
            self.row, name="Cardiology", speciality="cardiology"
        )
        self.head = authorised("nurse", f"Head of {name}")
        enrolling.appoint_administrator(organisation=self.row, member=self.head.member)
        self.path = f"organisations/{self.row.pk}"

    def code(self, name: str = "Ada Example", role: str = "physician", **more: Any) -> str:
        who = Enrolment(name=name, role=role, department=self.cardiology, **more)
        by = f"{self.head.login} ({self.row.name})"
        return codes.issue(organisation=self.row, who=who, by=by, issuer=self.head.member).text

    def doctor(self, name: str = "Dr Bob Lee") -> Person:
        """Somebody who registered with a code of ours and is signed in."""
        person = Person(role="physician")
        person.sent["name"] = name
        text = self.code(name, email=person.login)
        assert person.register(activation_code=text).status_code == 202
        assert person.sign_in().status_code == 200
        return person

    def post(self, person: Person) -> Post:
        found = Post.objects.filter(organisation=self.row, member=person.id)
        return found.order_by("-current", "-since").first() or Post()

    def remove(self, person: Person) -> Any:
        return self.head.post(f"{self.path}/staff/{self.post(person).pk}/removal")


def members() -> int:
    return Member.objects.count()


def those_without(clinic: Clinic, other: Clinic) -> list[tuple[str, Person, int]]:
    """Everybody who may know nothing of a clinic, and what they are answered."""
    return [
        ("a patient", authorised(), 404),
        ("a doctor of the clinic", clinic.doctor("Dr Plain Staff"), 404),
        ("who administers another", other.head, 404),
        ("who waits", signed_in(role="physician"), 403),
        ("nobody", registered(), 401),
    ]


def refused(clinic: Clinic, other: Clinic, method: str, path: str, body: Any = None) -> None:
    """Assert that nobody but the clinic's administrator is answered, and that a wrong id is nobody's."""
    for who, person, status in those_without(clinic, other):
        answer = person.call(method, path, body)
        assert answer.status_code == status, (who, answer.content)
    missing = path.replace(str(clinic.row.pk), str(other.cardiology.pk))
    assert clinic.head.call(method, missing, body).status_code == 404
    garbled = path.replace(str(clinic.row.pk), "no-id")
    assert clinic.head.call(method, garbled, body).status_code == 404
    wrong = "PATCH"
    assert clinic.head.call(wrong, path, body).status_code == 405
