"""Pins bind login, member id and keys to one another: a server that swaps one of them is stopped."""

import json
import uuid

import httpx
import pytest

from accounts import selectors
from accounts.models import Member
from sesphr.client import people
from sesphr.client.errors import IntegrityError
from sesphr.client.home import Folder
from sesphr.crypto.keys import MemberKeys

LEE, MAL = "lee@example.org", "mallory@example.org"
IDS = [f"{n}0000000-0000-4000-8000-000000000000" for n in "12"]


def person(member=IDS[0], seed=1):
    keys = MemberKeys.from_seed(bytes([seed]) * 32)
    return people.Person(member, keys.verification, keys.receive_public, 1, "A" * 43)


def test_a_pin_fits_what_it_was_made_of(tmp_path):
    folder = Folder(tmp_path)
    assert people.check_pin(folder, person(), LEE) is False
    people.pin(folder, person(), LEE)
    assert people.check_pin(folder, person(), LEE) is True
    assert people.check_pin(folder, person()) is True
    people.pin(folder, person())
    assert people.pinned_id(folder, LEE) == IDS[0]
    assert people.pinned_id(folder, MAL) is None


@pytest.mark.parametrize(
    ("other", "login"),
    [
        (person(IDS[1], 2), LEE), (person(IDS[1], 1), LEE), (person(IDS[0], 2), LEE),
        (person(IDS[0], 2), None), (person(IDS[0], 1), MAL),
    ],
)  # fmt: skip
def test_a_pin_stops_whatever_contradicts_it(tmp_path, other, login):
    folder = Folder(tmp_path)
    people.pin(folder, person(), LEE)
    before = folder.read("people")
    for check in (people.check_pin, people.pin):
        with pytest.raises(IntegrityError, match="STOP"):
            check(folder, other, login)
    assert folder.read("people") == before


def test_a_pin_without_a_login_takes_the_first_one(tmp_path):
    folder = Folder(tmp_path)
    people.pin(folder, person())
    people.pin(folder, person(), LEE)
    assert people.pinned_id(folder, LEE) == IDS[0]
    with pytest.raises(IntegrityError):
        people.pin(folder, person(), MAL)


def test_ids_are_compared_with_pins(tmp_path):
    folder = Folder(tmp_path)
    people.pin(folder, person(), LEE)
    assert people.check_id(folder, LEE, IDS[0]) == IDS[0]
    assert people.check_id(folder, MAL, IDS[1]) == IDS[1]
    for login, member in ((LEE, IDS[1]), (MAL, IDS[0])):
        with pytest.raises(IntegrityError, match="STOP"):
            people.check_id(folder, login, member)


@pytest.mark.django_db(databases="__all__")
class TestAgainstTheServer:
    """A server that puts another member in the place of a pinned one."""

    def test_another_member_under_a_pinned_login(self, ada, lee, join, wire):
        mallory = join("mallory", "nurse")
        ada.deposit(medical="<a xmlns=''/>", personal="<b xmlns=''/>")
        ada.ok("grant", lee.login, "--partition", "medical")

        def swap(request, response):
            if json.loads(request.content)["login"] != lee.login:
                return None
            put = Member.objects.get(login=mallory.login).id
            found = {"member": str(put), "registrations": selectors.registrations(put)}
            return httpx.Response(200, json={**response.json(), **found})

        wire.on("POST", "/directory", swap)
        before = len(wire.sent("POST", "/acl"))
        found = ada.fails(4, "grant", lee.login, "--partition", "personal")
        assert found["error"].startswith("STOP")
        ada.fails(4, "fingerprint", lee.login)
        assert len(wire.sent("POST", "/acl")) == before

    def test_a_request_under_a_pinned_persons_name(self, ada, lee, join, wire):
        mallory = join("mallory", "nurse")
        ada.deposit(medical="<a xmlns=''/>")
        ada.ok("grant", lee.login, "--partition", "medical")
        asked = mallory.ok(
            "request", "--owner", ada.login, "--partition", "medical", "--purpose", "x", "--reason", "y"
        )["request"]  # fmt: skip
        wire.change(
            "GET", "/key-requests", lambda found: found["incoming"][0].update(asker_login=lee.login)
        )
        (shown,) = ada.ok("requests")["incoming"]
        assert (shown["verified"], shown["fingerprint"]) == (False, None)
        assert ada.fails(4, "approve", asked)["error"].startswith("STOP")
        wire.honest()
        ada.ok("approve", asked)
        wire.change(
            "GET",
            "/key-requests",
            lambda found: found["incoming"][0].update(asker_login="m@example.org"),
        )
        assert ada.ok("requests")["incoming"][0]["verified"] is False

    @pytest.mark.parametrize("command", ["request", "records"])
    def test_another_id_for_a_pinned_login(self, ada, lee, wire, command):
        ada.deposit(medical="<a xmlns=''/>")
        ada.ok("grant", lee.login, "--partition", "medical")
        other = str(uuid.uuid4())
        wire.on(
            "POST", "/sign-in/parameters",
            lambda request, response: httpx.Response(200, json={**response.json(), "member": other})
            if json.loads(request.content)["login"] == lee.login else None,
        )  # fmt: skip
        words = {
            "request": ("--partition", "medical", "--purpose", "x", "--reason", "y"),
            "records": (),
        }[command]
        ada.fails(4, command, "--owner", lee.login, *words)
