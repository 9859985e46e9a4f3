"""Registering and confirming: right, wrong, repeated, and for logins that somebody has."""

import copy
import logging
import re
from typing import Any

import pytest
from django.core import mail
from django.core.signing import TimestampSigner

from accounts import mail as letters
from accounts import services
from accounts.models import Event, KeySlot, Member
from sesphr.ports.errors import Invalid
from tests.unit.accounts.fakes import OUT_OF_REACH, FakeNode
from tests.unit.accounts.people import Person, application, registered, slot, statement

pytestmark = pytest.mark.django_db


def kinds(person: Person) -> list[str]:
    rows = Event.objects.filter(stream__member=person.id).order_by("number")
    return [re.search(r'"type":"([a-z-]+)"', row.event)[1] for row in rows]  # type: ignore[index]


def everything() -> list[Any]:
    return [list(table.objects.order_by("pk").values()) for table in (Member, KeySlot, Event)]


def test_a_member_is_pending_with_two_slots_and_known_to_every_node(
    nodes: tuple[FakeNode, ...],
) -> None:
    person = registered(role="physician")
    member = person.member
    assert (member.state, member.role, str(member.id)) == ("pending", "physician", person.id)
    assert {one.type for one in member.slots.all()} == {"password", "recovery"}
    assert all(node.held[person.id] == [person.sent["registration"]] for node in nodes)
    assert kinds(person) == ["registered"]


def test_secrets_are_hashed_and_never_stored() -> None:
    person = registered()
    member = person.member
    assert member.check_password(person.secret())
    stored = repr([*Member.objects.values(), *KeySlot.objects.values(), *Event.objects.values()])
    assert person.secret() not in stored
    assert person.secret("recovery") not in stored


def test_a_known_login_is_answered_alike_and_only_its_holder_is_told() -> None:
    person = registered()
    before = everything()
    rival = Person()
    rival.login, rival.id, rival.sent = person.login, person.id, application(person.login)
    unknown = Person()
    answers = [one.register() for one in (rival, unknown)]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json() == {"member": person.id, "state": "pending"}
    assert answers[1].json() == {"member": unknown.id, "state": "pending"}
    assert dict(answers[0].items()) == dict(answers[1].items())
    assert before[0] == [row for row in everything()[0] if row["login"] == person.login]
    assert [letter.subject for letter in mail.outbox if letter.to == [person.login]] == [
        "Confirm your e-mail address",
        "Somebody tried to register with your address",
    ]


def test_known_and_unknown_logins_cost_the_same_hashing_and_calls(
    monkeypatch: pytest.MonkeyPatch, nodes: tuple[FakeNode, ...]
) -> None:
    person = registered()
    hashed: list[str] = []
    from accounts.services import registration

    real = registration.make_password
    monkeypatch.setattr(registration, "make_password", lambda s: hashed.append(s) or real(s))
    for login in (person.login, Person().login):
        hashed.clear()
        before = len(nodes[0].calls)
        assert Person().post("members", application(login)).status_code == 202
        assert (len(hashed), len(nodes[0].calls) - before) == (2, 1)


@pytest.mark.parametrize("confirmed", [False, True])
def test_the_same_registration_again_changes_nothing(confirmed: bool) -> None:
    person = registered()
    if confirmed:
        person.post("members/confirm", {"token": letters.confirmation_token(person.member.id)})
    before = everything()
    assert person.register().status_code == 202
    assert everything() == before
    assert all(letter.subject == "Confirm your e-mail address" for letter in mail.outbox)


def test_the_same_statement_with_other_slots_is_not_the_same_registration() -> None:
    person = registered()
    sent = copy.deepcopy(person.sent)
    sent["slots"][0]["slot"] = slot(person.login, "password")
    before = everything()
    assert person.post("members", sent).status_code == 202
    assert everything() == before
    assert mail.outbox[-1].subject == "Somebody tried to register with your address"


def test_a_departed_login_is_answered_like_a_new_one() -> None:
    from accounts import services

    person = registered()
    services.depart(member=person.member, by="test")
    assert person.register().json() == {"member": person.id, "state": "pending"}
    assert person.member.state == "departed"


def test_a_crash_between_nodes_and_portal_is_mended_by_a_repeat(
    monkeypatch: pytest.MonkeyPatch, nodes: tuple[FakeNode, ...]
) -> None:
    person = Person()
    nodes[1].failure = OUT_OF_REACH
    assert person.register().status_code == 503
    assert not Member.objects.filter(login=person.login).exists()
    nodes[1].failure = None
    assert person.register().status_code == 202
    assert len(nodes[0].held[person.id]) == 1


def test_another_registration_at_the_nodes_alone_is_a_conflict(nodes: tuple[FakeNode, ...]) -> None:
    person = Person()
    nodes[0].register(statement(person.id))
    answer = person.register()
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert not Member.objects.filter(login=person.login).exists()


def test_what_a_node_refuses_is_refused_for_known_logins_too(nodes: tuple[FakeNode, ...]) -> None:
    known, unknown = registered(), Person()
    for node in nodes:
        node.failure = Invalid("The proof is wrong.")
    bodies = [Person().post("members", application(one.login)) for one in (known, unknown)]
    assert [body.status_code for body in bodies] == [422, 422]
    assert bodies[0].json() == bodies[1].json()


def wrong(change: Any) -> dict[str, Any]:
    person = Person()
    sent = copy.deepcopy(person.sent)
    change(sent, person)
    return sent


def put(*path: Any) -> Any:
    """Set the last of `path` at the place that the others name."""
    *place, name, value = path

    def change(sent: dict[str, Any], person: Person) -> None:
        for step in place:
            sent = sent[step]
        sent[name] = value(person) if callable(value) else value

    return change


WRONG = {
    "upper-case login": put("login", lambda p: p.login.upper()),
    "no e-mail address": put("login", "somebody"),
    "login with a blank": put("login", "a b@example.org"),
    "huge login": put("login", "a" * 300 + "@example.org"),
    "unicode login": put("login", "ä@example.org"),
    "newline in login": put("login", lambda p: p.login + "\n"),
    "administrator": put("role", "administrator"),
    "unknown role": put("role", "king"),
    "empty name": put("name", "   "),
    "huge name": put("name", "a" * 201),
    "invisible name": put("name", "A\u202eda"),
    "NUL in name": put("name", "A\x00da"),
    "lone surrogate in name": put("name", "A\ud800da"),
    "name is a number": put("name", 7),
    "no statement": put("registration", "x"),
    "statement of four parts": put("registration", lambda p: p.sent["registration"] + ".x"),
    "statement is not JSON": put("registration", "e30.AAAA.AAAA"),
    "statement is a list": put("registration", "e30.W10.AAAA"),
    "somebody else's statement": put(
        "registration", statement("00000000-0000-4000-8000-000000000000")
    ),
    "a later statement": put("registration", lambda p: statement(p.id, seq=2)),
    "a statement with a predecessor": put(
        "registration", lambda p: statement(p.id, previous="A" * 43)
    ),
    "huge statement": put("registration", "e30." + "A" * 1_000_001),
    "no slots": put("slots", []),
    "two password slots": put("slots", 1, "slot", lambda p: slot(p.login, "password")),
    "another's slot": put("slots", 0, "slot", "member", "00000000-0000-4000-8000-000000000000"),
    "generation 2": put("slots", 0, "slot", "generation", 2),
    "generation true": put("slots", 0, "slot", "generation", True),
    "generation text": put("slots", 0, "slot", "generation", "1"),
    "fresh salt": put("slots", 0, "slot", "salt", "A" * 22),
    "fresh salt of the code": put("slots", 1, "slot", "salt", "A" * 22),
    "salt of the other slot": put(
        "slots", 0, "slot", "salt", lambda p: slot(p.login, "recovery")["salt"]
    ),
    "more memory": put("slots", 0, "slot", "params", {"m": 131072, "t": 3, "p": 1}),
    "weak memory": put("slots", 0, "slot", "params", {"m": 1024, "t": 3, "p": 1}),
    "one pass": put("slots", 0, "slot", "params", {"m": 65536, "t": 1, "p": 1}),
    "no params": put("slots", 0, "slot", "params", {}),
    "recovery with params": put("slots", 1, "slot", "params", {"m": 65536, "t": 3, "p": 1}),
    "short salt": put("slots", 0, "slot", "salt", "AAAA"),
    "salt with unused bits": put("slots", 0, "slot", "salt", "A" * 21 + "B"),
    "short sealed": put("slots", 0, "slot", "sealed", "A" * 79),
    "secret upper case": put("slots", 0, "login_secret", "A" * 64),
    "secret short": put("slots", 0, "login_secret", "a" * 63),
    "unknown member": put("password", "hunter2"),
    "unknown member in slot": put("slots", 0, "slot", "password", "hunter2"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_registrations_reach_no_node(name: str, nodes: tuple[FakeNode, ...]) -> None:
    before = everything()
    answer = Person().post("members", wrong(WRONG[name]))
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert "hunter2" not in answer.content.decode()
    assert nodes[0].calls == []
    assert everything() == before
    assert mail.outbox == []


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b"\xff", b'{"login":' * 2000])
def test_bodies_that_are_no_registration(body: bytes) -> None:
    answer = Person().http.generic("POST", "/api/members", body, content_type="application/json")
    assert answer.status_code in (400, 415, 422)
    assert answer["Content-Type"] == "application/problem+json"


def test_names_of_any_script_are_taken() -> None:
    name = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 Ngu\u0302ye\u0302\u0303n"
    person = Person()
    assert person.register(name=name).status_code == 202
    assert person.member.name.endswith("Ngûyễn")


def test_registering_is_limited_by_address(settings: Any) -> None:
    settings.SESPHR_RATES = {**settings.SESPHR_RATES, "register:address": (2, 3600)}
    answers = [Person(address="198.51.100.7").register() for _ in range(3)]
    assert [answer.status_code for answer in answers] == [202, 202, 429]
    assert answers[2].json()["code"] == "rate-limited"
    assert 1 <= int(answers[2]["Retry-After"]) <= 3600
    assert Person(address="198.51.100.8").register().status_code == 202


def test_letters_to_one_address_are_limited() -> None:
    person = registered()
    for _ in range(7):
        assert person.register().status_code == 202
    assert len(mail.outbox) == 5


def test_a_letter_that_cannot_be_sent_stops_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(letters, "send_mail", fail)
    with caplog.at_level(logging.WARNING):
        person = registered()
    assert person.id in caplog.text
    assert person.login not in caplog.text
    monkeypatch.undo()
    assert person.sign_in().status_code == 200
    assert [letter.to for letter in mail.outbox] == [[person.login]]


def link_of(letter: Any) -> str:
    return re.search(r"http://testserver/confirm\?token=(\S+)", letter.body)[1]  # type: ignore[index]


def test_the_link_confirms_the_address_once() -> None:
    person = registered()
    token = link_of(mail.outbox[0])
    for _ in range(2):
        answer = person.post("members/confirm", {"token": token})
        assert (answer.status_code, answer.json()) == (200, {"confirmed": True})
    assert kinds(person) == ["registered", "confirmed"]
    assert person.sign_in().json()["member"]["confirmed"] is True
    assert len(mail.outbox) == 1


def test_other_tokens_confirm_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    person = registered()
    token = link_of(mail.outbox[0])
    other = TimestampSigner(salt="another").sign(person.id)
    for bad in ("x", token[:-1], token.replace(":", "."), other, "\u00e9", "a:b:c"):
        answer = person.post("members/confirm", {"token": bad})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), bad
    monkeypatch.setattr(letters, "TOKEN_SECONDS", -1)
    assert person.post("members/confirm", {"token": token}).status_code == 422
    assert person.member.confirmed_at is None


def authorised() -> Person:
    person = registered()
    services.authorise(member=person.member, by="test", checked="passport")
    person.sign_in()
    return person


def test_a_further_registration_goes_to_every_node_with_a_receipt_each(
    nodes: tuple[FakeNode, ...],
) -> None:
    person = authorised()
    further = statement(person.id, seq=2)
    for _ in range(2):
        answer = person.post("registrations", {"registration": further})
        assert answer.json() == {"receipts": ["receipt-1-2", "receipt-2-2"]}
    listed = person.call("GET", "registrations").json()["registrations"]
    assert listed == [person.sent["registration"], further]


def test_keys_are_not_changed_where_partitions_are_added(nodes: tuple[FakeNode, ...]) -> None:
    person = authorised()
    changed = statement(person.id, seq=2, possession="A" * 86)
    answer = person.post("registrations", {"registration": changed})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert all(node.held[person.id] == [person.sent["registration"]] for node in nodes)


def test_nobody_adds_a_registration_for_another() -> None:
    person, other = authorised(), registered()
    answer = person.post("registrations", {"registration": statement(other.id, seq=2)})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    rival = person.post("registrations", {"registration": statement(person.id, seq=3)})
    assert (rival.status_code, rival.json()["code"]) == (409, "conflict")


def test_whoever_waits_adds_no_registration(nodes: tuple[FakeNode, ...]) -> None:
    person = registered()
    person.sign_in()
    answer = person.post("registrations", {"registration": statement(person.id, seq=2)})
    assert (answer.status_code, answer.json()["code"]) == (403, "not-authorised")
    assert all(node.held[person.id] == [person.sent["registration"]] for node in nodes)
    assert person.call("GET", "registrations").status_code == 200


def test_adding_registrations_is_limited_for_a_member(
    nodes: tuple[FakeNode, ...], settings: Any
) -> None:
    settings.SESPHR_RATES = {**settings.SESPHR_RATES, "registration:member": (2, 3600)}
    person = authorised()
    sent = [
        person.post("registrations", {"registration": statement(person.id, seq=seq)})
        for seq in (2, 3, 4)
    ]
    assert [answer.status_code for answer in sent] == [200, 200, 429]
    assert sent[2].json()["code"] == "rate-limited"
    assert len(nodes[0].held[person.id]) == 3


def test_registrations_come_from_the_first_node_that_answers(nodes: tuple[FakeNode, ...]) -> None:
    person = registered()
    person.sign_in()
    nodes[0].failure = OUT_OF_REACH
    assert person.call("GET", "registrations").json()["registrations"] == [
        person.sent["registration"]
    ]
    nodes[1].failure = OUT_OF_REACH
    assert person.call("GET", "registrations").status_code == 503
