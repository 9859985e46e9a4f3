"""Consent codes and emergencies at the command line, against the real server."""

import base64
import io
from collections import Counter
from types import SimpleNamespace

import pytest

from sesphr.client import times, visiting
from sesphr.client.access import Checked, Vote
from sesphr.client.errors import NotNowError
from sesphr.client.verdicts import Denials
from sesphr.crypto import consent
from tests.unit.client.test_roles import authority, certified  # noqa: F401 (fixtures)

pytestmark = pytest.mark.django_db(databases="__all__")
SECRET = bytes(range(20))
BASE32 = base64.b32encode(SECRET).decode()


def code(off=0):
    return consent.code(SECRET, consent.step_of(times.now()) + off)


def wrong():
    return next(
        one
        for one in ("000000", "111111", "222222", "333333")
        if one not in map(code, range(-2, 3))
    )


def grant_by_code(ada, *more):
    words = ("--role", "physician", "--partition", "medical", "--code", "--history", *more)
    return ada.ok("grant", *words)


def opened(endpoint, record, tmp_path, *more, code_=0):
    found = endpoint.run("open", record, "--output", str(tmp_path / "out"), *more)
    assert found.code == code_, (found.out, found.err)
    return found.json


def test_a_code_lets_a_doctor_in(ada, lee, certified, tmp_path):  # noqa: F811
    certified(lee)
    record = ada.deposit(medical="<a xmlns=''/>", personal="<b xmlns=''/>")
    assert grant_by_code(ada, "--hours", "2")["hours"] == 2
    words = ("--owner", ada.login, "--code")
    lee.fails(3, "records", *words, code())
    assert ada.ok("consent-code", "setup", "--secret", BASE32, "--code", code())["effective"]
    refused = lee.fails(3, "records", *words, wrong())
    assert refused["code"] == "code"
    assert "ask for the next one" in refused["error"]
    [found] = lee.ok("records", *words, code())["records"]
    assert (found["record"], found["partitions"]) == (record, ["medical"])
    assert set(opened(lee, record, tmp_path)["opened"]) == {"medical"}
    [notice] = ada.ok("emergency", "review")["notices"]
    assert (notice["kind"], notice["asker_name"]) == ("code", "lee")
    kinds = [one["type"] for one in ada.ok("activity")["events"]]
    assert "consent-code" in kinds
    ada.ok("consent-code", "stop")
    opened(lee, record, tmp_path, code_=3)


def test_open_takes_the_code_too(ada, lee, certified, tmp_path):  # noqa: F811
    certified(lee)
    record = ada.deposit(medical="<a xmlns=''/>")
    grant_by_code(ada)
    ada.ok("consent-code", "setup", "--secret", BASE32, "--code", code())
    opened(lee, record, tmp_path, code_=3)
    found = opened(lee, record, tmp_path, "--owner", ada.login, "--code", code())
    assert set(found["opened"]) == {"medical"}


def test_setting_up_proves_that_the_app_has_the_secret(ada, monkeypatch):
    ada.deposit(medical="<a xmlns=''/>")
    ada.fails(3, "consent-code", "setup", "--secret", BASE32, "--code", wrong())
    ada.fails(2, "consent-code", "setup", "--secret", "AAAA", "--code", code())
    ada.fails(2, "consent-code", "setup", "--secret", BASE32, "--code", "12x456")
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{wrong()}\n"))
    found = ada.run("consent-code", "setup")
    assert found.code == 3
    assert "otpauth://totp/SeSPHR%20consent%20-%20ada?secret=" in found.err
    assert "otpauth" not in found.out


def test_what_cannot_be_granted_by_a_code(ada, lee):
    ada.deposit(medical="<a xmlns=''/>")
    part = ("--partition", "medical")
    ada.fails(2, "grant", lee.login, *part, "--code")
    ada.fails(2, "grant", "--role", "physician", *part, "--hours", "2")
    ada.fails(2, "grant", "--role", "physician", *part, "--code", "--hours", "0")
    ada.fails(2, "grant", "--role", "physician", *part, "--code", "--until", "2030-01-01")
    lee.fails(2, "records", "--code", "123456")
    lee.fails(2, "records", "--owner", ada.login, "--code", "12345")


@pytest.fixture
def ward(ada, lee, join, certified):  # noqa: F811
    """Ada's record, and two physicians."""
    ben = join("ben", "physician")
    certified(lee)
    certified(ben, 2)
    record = ada.deposit(medical="<a xmlns=''/>", personal="<b xmlns=''/>")
    words = ("--role", "physician", "--partition", "medical", "--hours", "3")
    assert ada.ok("emergency", "rule", *words)["signers"] == 2
    return record, ben


def test_two_clinicians_open_and_the_owner_reviews(ada, lee, ward, tmp_path):
    record, ben = ward
    patient = ada.ok("emergency", "card")["address"]
    opened(lee, record, tmp_path, code_=3)
    lee.fails(3, "emergency", "open", "--patient", patient)
    asked = lee.ok(
        "emergency", "ask", "--patient", patient, "--reason", "found unconscious",
        "--colleague", ben.login,
    )  # fmt: skip
    assert asked["signers"] == 2
    lee.fails(3, "emergency", "open", "--patient", patient)
    [waiting] = ben.ok("emergency", "confirm")["waiting"]
    assert (waiting["asker_name"], waiting["patient_name"]) == ("lee", "ada")
    lee.ok(
        "emergency", "ask", "--patient", patient, "--reason", "found unconscious",
        "--colleague", ben.login,
    )  # fmt: skip
    ben.ok("emergency", "confirm", asked["emergency"])
    [found] = lee.ok("emergency", "open", "--patient", ada.login)["records"]
    assert found == {"record": record, "partitions": ["medical"], "purpose": "emergency"}
    assert set(opened(lee, record, tmp_path)["opened"]) == {"medical"}
    [notice] = ada.ok("emergency", "review")["notices"]
    assert (notice["reason"], notice["review"]) == ("found unconscious", None)
    assert {one["name"] for one in notice["signers"]} == {"lee", "ben"}
    done = ada.ok("emergency", "review", notice["notice"], "--question")
    assert done["review"] == "questioned"
    ada.ok("emergency", "rule", "--stop")
    opened(lee, record, tmp_path, code_=3)


def test_one_clinician_where_the_owner_says_so(ada, lee, ward, wire, tmp_path):
    record, _ = ward
    words = ("--role", "physician", "--partition", "medical", "--signers", "1")
    ada.ok("emergency", "rule", *words)
    lee.ok("emergency", "ask", "--patient", ada.login, "--reason", "collapsed")
    lee.ok("emergency", "open", "--patient", ada.login)
    opened(lee, record, tmp_path)
    other = "11111111-1111-4111-8111-111111111111"
    wire.change("GET", "/records", lambda found: found["records"][0].update(owner=other))
    lee.fails(4, "emergency", "open", "--patient", ada.login)


def test_what_the_portal_cannot_make_of_it(ada, lee, ward, wire):
    _, ben = ward
    reason = ("--reason", "found unconscious", "--colleague", ben.login)
    asked = lee.ok("emergency", "ask", "--patient", ada.login, *reason)

    def another_reason(found):
        found["waiting"][0]["reason"] = "wants to look"

    def another_patient(found):
        found["waiting"][0]["owner"] = found["waiting"][0]["asker"]

    for lie in (another_reason, another_patient):
        wire.change("GET", "/emergencies", lie)
        ben.fails(4, "emergency", "confirm", asked["emergency"])
        wire.honest()
    assert not wire.sent("POST", f"/emergencies/{asked['emergency']}/confirm")


def test_what_cannot_be_asked(ada, lee, ward):
    _, ben = ward
    lee.fails(2, "emergency", "ask", "--patient", ada.login, "--reason", "collapsed")
    lee.fails(2, "emergency", "ask", "--patient", ada.login, "--reason", " \t")
    lee.fails(3, "emergency", "ask", "--patient", "nobody@example.org", "--reason", "collapsed")
    lee.fails(2, "emergency", "ask", "--patient", "x", "--reason", "collapsed")
    ben.fails(3, "emergency", "confirm", "11111111-1111-4111-8111-111111111111")
    ada.fails(2, "emergency", "rule", "--role", "physician")
    ada.fails(2, "emergency", "review", "11111111-1111-4111-8111-111111111111")


@pytest.mark.parametrize(("quick", "all_"), [(2, 2), (1, 2), (1, 1)])
def test_all_key_servers_are_heard_where_the_quick_ones_are_not_enough(monkeypatch, quick, all_):
    sent = []

    def post(kind, path, **body):
        sent.append("everybody" in body)
        # Of three the third was added later: it answers, and opens nothing.
        return SimpleNamespace(answers=[None] * (3 if sent[-1] else 2))

    def checked(place, asked, answers):
        votes = [vote] * (all_ if len(answers) == 3 else quick)
        without = Counter(medical=len(answers) - len(votes))
        return Checked(votes=votes, good=len(answers), denials=Denials(without=without))

    vote = Vote(1, 1, b"", "somebody", {"medical": b"point"})
    request = SimpleNamespace(jws="request", payload={"items": [{"partitions": ["medical"]}]})
    place = SimpleNamespace(id="d", n=3, t=2)
    session = SimpleNamespace(
        api=SimpleNamespace(post=post), deployment=place, own_keys={}, me=SimpleNamespace(id="me")
    )
    monkeypatch.setattr(visiting, "verify", lambda *args, **more: request)
    monkeypatch.setattr(visiting, "checked_answers", checked)
    if all_ == 2:
        visiting.begin(session, "request")
    else:
        with pytest.raises(NotNowError):
            visiting.begin(session, "request")
    assert sent == ([False] if quick == 2 else [False, True])
