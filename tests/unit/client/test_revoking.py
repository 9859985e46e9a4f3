"""Access is taken back from whom the pin names; without a pin, never in silence from a stranger."""

import json
import uuid

import httpx
import pytest

from accounts.models import Member

from .conftest import Endpoint

pytestmark = pytest.mark.django_db(databases="__all__")


def member_of(who):
    return str(Member.objects.get(login=who.login).id)


@pytest.fixture
def shared(ada, lee):
    """The owner has granted something to the physician."""
    ada.deposit(medical="<a xmlns=''/>")
    ada.ok("grant", lee.login, "--partition", "medical")


@pytest.fixture
def new_home(ada, wire, tmp_path):
    """The owner on another device, which has no pins."""
    found = Endpoint(tmp_path / "new-device", ada.login, wire)
    found.home.mkdir(mode=0o700)
    (found.home / "settings.json").write_text((ada.home / "settings.json").read_text())
    return found


def name_another(wire, login, member, path="/sign-in/parameters"):
    def alter(request, response):
        if json.loads(request.content)["login"] != login:
            return None
        return httpx.Response(200, json={**response.json(), "member": member})

    wire.on("POST", path, alter)


def test_the_pin_says_who_it_is(ada, lee, shared, wire):
    name_another(wire, lee.login, str(uuid.uuid4()))
    before = len(wire.sent("POST", "/acl"))
    assert ada.fails(4, "revoke", lee.login)["error"].startswith("STOP")
    assert len(wire.sent("POST", "/acl")) == before
    wire.honest()
    done = ada.ok("revoke", lee.login)
    assert (done["changed"], done["unknown"]) == (True, [])


def test_a_new_device_revokes_whom_the_list_names(lee, shared, new_home):
    done = new_home.ok("revoke", lee.login)
    assert (done["member"], done["changed"], done["unknown"]) == (member_of(lee), True, [])
    assert new_home.ok("revoke", lee.login)["changed"] is False


def test_a_new_device_names_the_others(ada, lee, join, shared, new_home):
    nina = join("nina", "nurse")
    ada.ok("grant", nina.login, "--partition", "medical")
    assert new_home.ok("revoke", lee.login)["unknown"] == [member_of(nina)]
    # Again: the device knows them now, and may say that nothing was left.
    assert new_home.ok("revoke", lee.login)["unknown"] == [member_of(nina)]
    found = new_home.run("revoke", lee.login, json_=False)
    assert member_of(nina) in found.err
    assert new_home.ok("revoke", nina.login)["unknown"] == []


@pytest.mark.parametrize("consistent", [False, True])
def test_a_new_device_and_a_server_that_names_a_stranger(lee, shared, wire, new_home, consistent):
    stranger = str(uuid.uuid4())
    name_another(wire, lee.login, stranger)
    if consistent:
        wire.on("POST", "/directory", lambda *_: httpx.Response(
            404, json={"code": "not-found", "detail": "Nobody."}
        ))  # fmt: skip
    found = new_home.fails(4, "revoke", lee.login)
    assert found["error"].startswith("STOP")
    if consistent:
        assert (found["changed"], found["unknown"]) == (False, [member_of(lee)])
    wire.honest()
    assert new_home.ok("revoke", lee.login)["changed"] is True


def test_a_new_device_and_nobody(lee, shared, new_home):
    assert new_home.fails(4, "revoke", "nobody@example.org")["unknown"] == [member_of(lee)]
    new_home.ok("revoke", lee.login)
    assert new_home.ok("revoke", "nobody@example.org")["changed"] is False
