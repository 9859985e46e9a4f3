"""Registering with an organisation's activation code."""

import pytest

from accounts.models import ActivationCode, Member
from accounts.organisations import codes, departments
from tests.unit.client.conftest import Endpoint, Lost

pytestmark = pytest.mark.django_db(databases="__all__")


def lose(request, response):
    raise Lost("the answer does not arrive")


@pytest.fixture
def issued():
    row = departments.establish(name="City Heart Clinic", kind="clinic", city="Lyon", country="FR")
    who = codes.Enrolment(name="Dr Eve Lee", role="physician")
    return codes.issue(organisation=row, who=who, by="root").text


def test_the_code_says_who_one_is_and_one_may_begin(wire, tmp_path, issued):
    eve = Endpoint(tmp_path / "eve", "eve@example.org", wire)
    done = eve.ok("register", "--email", eve.login, "--activation-code", issued)
    assert done["state"] == "authorised"
    assert done["recovery_code"]
    me = eve.ok("whoami")
    assert (me["name"], me["role"], me["state"]) == ("Dr Eve Lee", "physician", "authorised")


def test_a_lost_answer_is_repeated_with_a_code_that_is_used(wire, tmp_path, issued):
    eve = Endpoint(tmp_path / "eve", "eve@example.org", wire)
    words = ("register", "--email", eve.login, "--activation-code", issued)
    wire.on("POST", "/members", lose)
    eve.fails(5, *words)
    wire.honest()
    assert ActivationCode.objects.get().used is not None
    assert eve.ok(*words)["state"] == "authorised"
    assert Member.objects.count() == 1


def test_what_opens_nothing_is_one_sentence_and_nothing_waits(wire, tmp_path, issued):
    eve = Endpoint(tmp_path / "eve", "eve@example.org", wire)
    words = ("register", "--email", eve.login)
    assert "--activation-code" in eve.fails(2, *words)["error"]
    found = eve.fails(2, *words, "--activation-code", "0000")
    assert found["code"] == "code-wrong"
    found = eve.fails(
        2, *words, "--activation-code", issued, "--role", "nurse", "--name", "Dr Eve Lee"
    )
    assert found["code"] == "code-other"
    assert not (eve.home / "registering.json").exists()
    assert eve.ok(*words, "--activation-code", issued)["state"] == "authorised"
