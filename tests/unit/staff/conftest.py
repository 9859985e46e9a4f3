"""A small world in which every table of every server has rows."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from accounts.organisations import codes, departments, enrolling
from audit import checking
from tests.support import certified
from tests.support import staff as people
from tests.support.credentials import Council
from tests.support.endpoints import element
from tests.support.people import Person, record_of

REASON = "chest pain that must stay between the two"


@dataclass
class World:
    """`owner` let `doctor`, whom `council` certifies, read medical, and was asked for more; he
    added something that waits for her answer; `waiting` waits."""

    owner: Person
    doctor: Person
    waiting: Person
    record: str
    http: Client
    council: Council


def person(name: str, role: str) -> Person:
    return Person.named(name, role).register().authorised().signed_in()


@pytest.fixture
def world(db: None) -> Iterator[World]:
    with certified.council("physician") as council:
        yield made(council)


def made(council: Council) -> World:
    owner, doctor = person("olga", "owner"), person("greta", "physician")
    waiting = Person.named("petra", "nurse").register().signed_in()
    record = record_of(owner.deposited())
    owner.with_attachment("personal", b"a scan")
    assert owner.append(str(uuid.uuid4()), 0, b"x" * 3000, total=9000).status_code == 200
    certified.certify(council, doctor, serial=7)
    may_add = owner.list_body([owner.rule(doctor, ["medical"], actions=["add"], history=False)])
    assert owner.put_list(may_add).status_code == 200
    offered = doctor.contribution(owner, {"medical": element("medical", "sugar")})
    assert doctor.send(offered).status_code == 200
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
    return World(owner, doctor, waiting, record, people.verified(), council)
