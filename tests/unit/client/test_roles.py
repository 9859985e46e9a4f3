"""Giving to roles at the command line: it works while the owner is away, and is taken back as said."""

import json

import pytest

from accounts.models import KeySlot
from sesphr.client.history import said
from sesphr.crypto import slots
from sesphr.crypto.encoding import b64u_encode
from sesphr.deployment import get_deployment
from srs.models import Delegation, Share
from tests.support.certified import certify, council
from tests.support.endpoints import Endpoint as Keys

from .conftest import PASSWORD

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def authority(wire):
    with council() as made:
        yield made


@pytest.fixture
def certified(authority):
    """Somebody's endpoint with a credential at the nodes."""

    def made(endpoint, serial=1):
        slot = KeySlot.objects.select_related("member").get(
            member__login=endpoint.login, type="password"
        )
        seed, _ = slots.open_slot(
            {
                "member": str(slot.member.id), "type": slot.type, "generation": slot.generation,
                "salt": b64u_encode(slot.salt), "params": slot.params, "sealed": b64u_encode(slot.sealed),
            },
            deployment=get_deployment().id, login=endpoint.login, secret=PASSWORD,
        )  # fmt: skip
        certify(authority, Keys(id=str(slot.member.id), seed=seed), serial=serial)
        return endpoint

    return made


def opened(endpoint, record, tmp_path, name="medical"):
    return endpoint.run("open", record, "--partition", name, "--output", str(tmp_path / "out")).code


def test_a_role_opens_what_it_was_given_and_nothing_after(ada, lee, join, certified, tmp_path):
    certified(lee)
    record = ada.deposit(medical="<a xmlns=''/>", personal="<b xmlns=''/>")
    given = ada.ok("grant", "--role", "physician", "--partition", "medical", "--history")
    assert (given["role"], given["granted"], given["effective"]) == ("physician", ["medical"], True)
    assert [one["record"] for one in lee.ok("records")["records"]] == [record]
    assert opened(lee, record, tmp_path) == 0
    assert opened(lee, record, tmp_path, "personal") == 3
    assert not Delegation.objects.using("srs").exists()
    newcomer = certified(join("mia", "physician"), serial=2)
    assert opened(newcomer, record, tmp_path) == 0
    # One person of the role is kept out; the others stay in.
    assert ada.ok("revoke", lee.login, "--partition", "medical")["effective"]
    assert opened(lee, record, tmp_path) == 3
    assert opened(newcomer, record, tmp_path) == 0
    done = ada.ok("revoke", "--role", "physician")
    assert (done["changed"], done["still_granted"]) == (True, [])
    assert opened(newcomer, record, tmp_path) == 3
    assert not Share.objects.using("srs").exists()


def test_persons_keep_what_they_were_granted_themselves(ada, lee, certified, tmp_path):
    certified(lee)
    record = ada.deposit(medical="<a xmlns=''/>")
    ada.ok("grant", lee.login, "--partition", "medical", "--history")
    ada.ok("grant", "--role", "physician", "--partition", "medical")
    assert ada.ok("revoke", "--role", "physician")["still_granted"] == [lee.login]
    assert opened(lee, record, tmp_path) == 0


def test_only_authorities_that_are_known_can_be_named(ada, authority):
    ada.deposit(medical="<a xmlns=''/>")
    assert (
        "Nobody is known"
        in ada.fails(2, "grant", "--role", "insurer", "--partition", "medical")["error"]
    )
    for words in (["--issuer", "A" * 43], []):
        found = ada.run("grant", "--role", "nurse", *words, "--partition", "medical")
        assert found.code == (2 if words else 0)
    for wrong in (["--partition", "medical"], ["x@example.org", "--role", "nurse", "--partition", "medical"],
                  ["x@example.org", "--issuer", "A" * 43, "--partition", "medical"]):  # fmt: skip
        ada.fails(2, "grant", *wrong)
        ada.fails(2, "revoke", *wrong)


def test_all_is_dealt_again_to_another_group_of_nodes(ada, lee, certified, wire, tmp_path):
    certified(lee)
    record = ada.deposit(medical="<a xmlns=''/>", personal="<b xmlns=''/>")
    ada.ok("grant", "--role", "physician", "--partition", "medical", "--history")
    ada.ok("grant", lee.login, "--partition", "personal", "--history")
    assert ada.ok("deal-again")["changed"] is False
    for model in (Share, Delegation):
        model.objects.using("srs").update(group="x" * 43)
    assert opened(lee, record, tmp_path) == 5
    assert ada.ok("deal-again")["changed"] is True
    deal = json.loads(wire.sent("POST", "/acl")[-1])["deal"]
    assert deal is not None
    assert (opened(lee, record, tmp_path), opened(lee, record, tmp_path, "personal")) == (0, 0)
    assert ada.ok("deal-again")["changed"] is False


def test_every_list_is_shown_with_what_it_changed(ada, lee, authority, wire):
    ada.deposit(medical="<a xmlns=''/>")
    ada.ok("grant", "--role", "nurse", "--partition", "medical", "--until", "2030-01-01")
    ada.ok("grant", lee.login, "--partition", "medical")
    ada.ok("revoke", "--role", "nurse")
    told = ada.ok("lists")
    assert [one["seq"] for one in told["lists"]] == [1, 2, 3]
    added = [[(line["who"], line["partition"]) for line in one["added"]] for one in told["lists"]]
    assert added[0][0][0].startswith("every nurse (")
    assert added[1:] == [[(lee.login, "medical")], []]
    assert told["lists"][2]["removed"] == told["lists"][0]["added"]
    for lie in (
        lambda found: {"lists": found["lists"][:-1]},
        lambda found: {"lists": found["lists"][1:]},
        lambda found: {"lists": [*found["lists"], found["lists"][-1]]},
        lambda found: {"lists": [found["lists"][1], found["lists"][0], found["lists"][2]]},
        lambda found: {"lists": [found["lists"][0][:-4] + "AAAA", *found["lists"][1:]]},
    ):
        wire.change("GET", "/acl/lists", lie)
        assert ada.fails(4, "lists")["error"]
        wire.hooks.pop()


def test_what_a_list_says_is_told_rule_by_rule():
    rule = {
        "id": "x", "who": {"role": "nurse", "issuer": "I" * 43}, "partitions": ["medical"],
        "actions": ["read"], "purposes": [], "valid_from": 0, "valid_until": None, "history": False,
        "deny": False, "emergency": None,
    }  # fmt: skip
    kinds = [
        {**rule, "deny": True}, {**rule, "emergency": {"hours": 1, "signers": 2}}, {**rule, "code": True},
        rule, {**rule, "actions": ["add"]},
    ]  # fmt: skip
    assert {kind for _, _, kind, _, _ in said(kinds)} == {"deny", "emergency", "code", "grant"}
