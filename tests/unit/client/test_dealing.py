"""Keys are dealt to whom the owner's own signed rules name, never to whom the server shows."""

import json

import pytest

from accounts.models import Member
from sesphr.client.registration import registration
from sesphr.crypto.keys import MemberKeys

from .conftest import Endpoint

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def new_home(ada, wire, tmp_path):
    """The owner on another device, which has no pins."""
    found = Endpoint(tmp_path / "new-device", ada.login, wire)
    found.home.mkdir(mode=0o700)
    (found.home / "settings.json").write_text((ada.home / "settings.json").read_text())
    return found


def test_forged_keys_without_a_pin(ada, lee, join, wire, new_home):
    nina = join("nina", "nurse")
    ada.deposit(medical="<a xmlns=''/>")
    ada.ok("grant", lee.login, "--partition", "medical")
    member = str(Member.objects.get(login=lee.login).id)
    evil, place = MemberKeys.from_seed(b"\x07" * 32), ada.ok("whoami")["deployment"]
    forged = registration(evil, deployment=place, member=member, partitions=())
    wire.change("GET", f"/directory/{member}", lambda one: {**one, "registrations": [forged]})
    wire.change("GET", "/acl", lambda found: {**found, "delegations": []})
    before = len(wire.sent("POST", "/acl"))
    found = new_home.fails(4, "grant", nina.login, "--partition", "medical")
    assert found["error"].startswith("STOP")
    assert len(wire.sent("POST", "/acl")) == before


def test_keys_that_the_nodes_lost_are_dealt_again(ada, lee, join, wire, new_home):
    nina = join("nina", "nurse")
    ada.deposit(medical="<a xmlns=''/>")
    ada.ok("grant", lee.login, "--partition", "medical")
    wire.change("GET", "/acl", lambda found: {**found, "delegations": []})
    new_home.ok("grant", nina.login, "--partition", "medical")
    body = json.loads(wire.sent("POST", "/acl")[-1])
    assert body["deal"]
