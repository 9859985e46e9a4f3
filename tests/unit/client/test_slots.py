"""Key slots as the client makes and takes them: of the salts and parameters that a login has for good."""

import json

import pytest

from tests.unit.client.conftest import Endpoint

pytestmark = pytest.mark.django_db(databases="__all__")
OTHER_SALT = "A" * 22
NEW_PASSWORD = "umbrella-copper-13-lake"


@pytest.fixture
def eve(wire, tmp_path):
    """Somebody whose HOME is empty."""
    return Endpoint(tmp_path / "eve", "eve@example.org", wire)


def register(who):
    return who.ok("register", "--role", "owner", "--name", "E", "--email", who.login)


def told(wire, path="/sign-in/parameters"):
    """Keep every answer, octet for octet."""
    answers = []
    wire.on("POST", path, lambda _, response: answers.append(response.content))
    return answers


def test_every_slot_has_the_salt_that_never_changes(eve, wire, monkeypatch):
    answers = told(wire)
    code = register(eve)["recovery_code"]
    monkeypatch.setenv("SESPHR_NEW_PASSWORD", NEW_PASSWORD)
    eve.ok("change-password")
    monkeypatch.setenv("SESPHR_PASSWORD", NEW_PASSWORD)
    eve.ok("recovery-code")
    eve.fails(3, "recover", "--code", code)
    eve.ok("whoami")
    assert len(answers) == 6
    assert len(set(answers)) == 1
    public = json.loads(answers[0])
    first = [one["slot"] for one in json.loads(wire.sent("POST", "/members")[0])["slots"]]
    later = [
        json.loads(body)["slot"]
        for kind in ("password", "recovery")
        for body in wire.sent("PUT", f"/slots/{kind}")
    ]
    assert [slot["generation"] for slot in first + later] == [1, 1, 2, 2]
    assert all(slot["salt"] == public[slot["type"]]["salt"] for slot in first + later)
    assert len({slot["sealed"] for slot in first + later}) == 4


def test_generations_go_on_after_recovery(eve, wire, monkeypatch):
    code = register(eve)["recovery_code"]
    for turn in (2, 3):
        monkeypatch.setenv("SESPHR_PASSWORD", f"{NEW_PASSWORD}-{turn}")
        code = eve.ok("recover", "--code", code)["recovery_code"]
        sent = [
            json.loads(wire.sent("PUT", f"/slots/{kind}")[-1])["slot"]["generation"]
            for kind in ("password", "recovery")
        ]
        assert sent == [turn, turn]


@pytest.mark.parametrize(
    "lie",
    [
        lambda found: found["slot"].update(salt=OTHER_SALT),
        lambda found: found["slot"].update(params={"m": 131072, "t": 3, "p": 1}),
        lambda found: found["slot"].update(generation=2),
        lambda found: found["generations"].update(password=2),
        lambda found: found["slot"].update(generation=2) or found["generations"].update(password=2),
        lambda found: found["slot"].update(type="recovery"),
    ],
    ids=["salt", "params", "generation", "said generation", "both generations", "type"],
)
def test_another_slot_than_was_signed_in_with(ada, wire, monkeypatch, lie):
    wire.change("POST", "/session", lie)
    monkeypatch.setenv("SESPHR_NEW_PASSWORD", NEW_PASSWORD)
    ada.fails(4, "whoami")
    ada.fails(4, "change-password")
    assert not wire.sent("PUT", "/slots/password")


def test_an_old_slot_after_a_change(ada, wire, monkeypatch):
    answers = told(wire, "/session")
    monkeypatch.setenv("SESPHR_NEW_PASSWORD", NEW_PASSWORD)
    ada.ok("change-password")
    wire.honest()
    old = json.loads(answers[0])["slot"]
    wire.change("POST", "/session", lambda found: found.update(slot=old))
    monkeypatch.setenv("SESPHR_PASSWORD", NEW_PASSWORD)
    ada.fails(4, "whoami")


def test_another_salt_before_sign_in_leads_nowhere(ada, wire):
    wire.change(
        "POST", "/sign-in/parameters", lambda found: found["password"].update(salt=OTHER_SALT)
    )
    ada.fails(3, "whoami")


@pytest.mark.parametrize("salt", ["", "AAAA", "A" * 23, "!" * 22])
@pytest.mark.parametrize("kind", ["password", "recovery"])
def test_salts_of_another_form_end_a_registration(eve, wire, kind, salt):
    wire.change("POST", "/sign-in/parameters", lambda found: found[kind].update(salt=salt))
    eve.fails(4, "register", "--role", "owner", "--name", "E", "--email", eve.login)
    assert not wire.sent("POST", "/members")
    assert not (eve.home / "registering.json").exists()


def test_a_registration_of_other_salts_is_refused_and_can_begin_anew(eve, wire):
    wire.change(
        "POST", "/sign-in/parameters", lambda found: found["recovery"].update(salt=OTHER_SALT)
    )
    found = eve.fails(2, "register", "--role", "owner", "--name", "E", "--email", eve.login)
    assert "salt" in found["error"]
    wire.honest()
    assert register(eve)["recovery_code"]
