"""A small world in which every table of every server has rows."""

import uuid
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

import pytest
from django.test import Client

from accounts.organisations import codes, departments, enrolling
from audit import checking
from tests.support import staff as people
from tests.support.people import Person, record_of
from tests.support.replay import beginning

REASON = "chest pain that must stay between the two"


@dataclass
class World:
    """`owner` let `doctor` read medical, and was asked for more; `waiting` waits."""

    owner: Person
    doctor: Person
    waiting: Person
    record: str
    http: Client

    def twin(self) -> "World":
        """The same world, for one more test."""
        http = people.browser()
        http.cookies = deepcopy(self.http.cookies)
        owner, doctor, waiting = (one.twin() for one in (self.owner, self.doctor, self.waiting))
        return replace(self, owner=owner, doctor=doctor, waiting=waiting, http=http)


def person(name: str, role: str) -> Person:
    return Person.named(name, role).register().authorised().signed_in()


@pytest.fixture
def world(db: None) -> World:
    made: World = beginning("staff world", _world)
    return made.twin()


def _world() -> World:
    owner, doctor = person("olga", "owner"), person("greta", "physician")
    waiting = Person.named("petra", "nurse").register().signed_in()
    record = record_of(owner.deposited())
    owner.with_attachment("personal", b"a scan")
    assert owner.append(str(uuid.uuid4()), 0, b"x" * 3000, total=9000).status_code == 200
    doctor.asked(owner, "personal", reason=REASON)
    owner.grant(doctor, "medical")
    assert doctor.access(record, "medical").status_code == 200
    doctor.access(record, "personal")
    report: Any = {"record": record, "partition": "medical", "reason": "cipher-digest"}
    assert doctor.post("integrity-reports", report).status_code == 200
    checking.check(by="the test")
    hospital = departments.establish(
        name="Old Hospital", kind="hospital", city="Graz", country="AT"
    )
    enrolling.appoint_administrator(organisation=hospital, member=doctor.member)
    codes.issue(organisation=hospital, who=codes.Enrolment("Dr Old", "nurse"), by="the test")
    return World(owner, doctor, waiting, record, people.verified())
