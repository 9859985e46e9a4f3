"""A relative or friend joins the circle only after the owner compared their fingerprint."""

import pytest

from sesphr.client import compared, people
from sesphr.client.errors import IntegrityError, RefusedError, UsageError
from sesphr.client.home import Folder
from sesphr.crypto.keys import MemberKeys

LEE = "lee@example.org"
ID = "10000000-0000-4000-8000-000000000000"
GRANT = ("--partition", "medical")


def person(seed=1):
    keys = MemberKeys.from_seed(bytes([seed]) * 32)
    return people.Person(ID, keys.verification, keys.receive_public, 1, "A" * 43)


def test_only_relatives_must_be_compared_and_only_before_the_first_grant(tmp_path):
    folder = Folder(tmp_path)
    compared.require(folder, person(), LEE, "physician")
    with pytest.raises(RefusedError, match="Compare first"):
        compared.require(folder, person(), LEE, "relative")
    people.pin(folder, person(), LEE)
    compared.require(folder, person(), LEE, "relative")


def test_a_comparison_is_kept_with_its_first_date(tmp_path, monkeypatch):
    folder = Folder(tmp_path)
    assert compared.since(folder, person()) is None
    spaced = " ".join(person().fingerprint.replace(" ", ""))
    first = compared.note(folder, person(), LEE, spaced)
    monkeypatch.setattr(compared, "now", lambda: first + 99)
    assert compared.note(folder, person(), LEE, person().fingerprint) == first
    compared.require(folder, person(), LEE, "relative")


def test_another_fingerprint_and_other_keys_later_are_a_stop(tmp_path):
    folder = Folder(tmp_path)
    with pytest.raises(IntegrityError, match="STOP"):
        compared.note(folder, person(), LEE, person(2).fingerprint)
    for text in ("", "12345", person().fingerprint[:-1], "\u0661" * 40):
        with pytest.raises(UsageError):
            compared.note(folder, person(), LEE, text)
    assert folder.read("people-compared") == {}
    compared.note(folder, person(), LEE, person().fingerprint)
    for act in (
        lambda: compared.since(folder, person(2)),
        lambda: compared.note(folder, person(2), LEE, person(2).fingerprint),
        lambda: compared.require(folder, person(2), LEE, "physician"),
    ):
        with pytest.raises(IntegrityError, match="STOP"):
            act()


def test_what_was_compared_is_of_the_address_under_which_it_was(tmp_path):
    folder = Folder(tmp_path)
    first = compared.note(folder, person(), LEE, person().fingerprint)
    assert compared.since(folder, person()) == compared.since(folder, person(), LEE) == first
    for act in (
        lambda: compared.since(folder, person(), "eve@example.org"),
        lambda: compared.note(folder, person(), "eve@example.org", person().fingerprint),
    ):
        with pytest.raises(IntegrityError, match=f"STOP: .* those of {LEE}"):
            act()
    # Of what was compared before addresses were noted nobody knows.
    one = folder.read("people-compared")[ID]
    folder.write("people-compared", {ID: {**one, "login": None}})
    assert compared.since(folder, person()) == first
    assert compared.since(folder, person(), LEE) is None
    compared.note(folder, person(), LEE, person().fingerprint)
    assert compared.since(folder, person(), LEE) is not None


@pytest.mark.django_db(databases="__all__")
def test_a_relative_is_let_in_by_request_or_by_grant_once_compared(ada, join):
    frank = join("frank", "relative")
    ada.deposit(medical="<a xmlns=''/>")
    said = ("--purpose", "personal", "--reason", "I help you with the papers.")
    asked = frank.ok("request", "--owner", ada.login, *GRANT, *said)["request"]
    for command in (("grant", frank.login, *GRANT), ("approve", asked)):
        assert ada.fails(3, *command)["code"] == "compare-first"
    (waits,) = ada.ok("requests")["incoming"]
    assert waits["state"] == "pending"
    ada.fails(4, "compare", frank.login, str(ada.ok("whoami")["fingerprint"]))
    ada.fails(3, "grant", frank.login, *GRANT)
    ada.ok("compare", frank.login, *str(frank.ok("whoami")["fingerprint"]).split())
    ada.ok("approve", asked)
