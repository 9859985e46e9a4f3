"""Answers given once, typing errors, and sentences that say who may read what."""

import pytest

from accounts.models import Member
from sesphr.client import times
from sesphr.client.commands import names
from sesphr.client.errors import UsageError
from sesphr.client.lines import event_line, request_blocks
from sesphr.client.rules import Grant, granted, is_in_force, unexpired

pytestmark = pytest.mark.django_db(databases="__all__")
MEDICAL, INSURANCE = "<a xmlns=''>120/80</a>", "<p xmlns=''>4711</p>"
LEE = "11111111-2222-4333-8444-555555555555"


def asked(lee, ada, *partitions):
    words = [word for name in partitions for word in ("--partition", name)]
    return lee.ok(
        "request", "--owner", ada.login, *words, "--purpose", "treatment", "--reason", "check-up"
    )["request"]  # fmt: skip


def text_of(who, *words):
    found = who.run(*words, json_=False)
    assert (found.code, found.err) == (0, "")
    return found.out


def test_an_approval_does_not_undo_a_revocation(ada, lee, wire, tmp_path):
    record, request = ada.deposit(medical=MEDICAL), asked(lee, ada, "medical")
    ada.ok("approve", request)
    ada.ok("revoke", lee.login)
    before = len(wire.sent("POST", "/acl"))
    found = ada.fails(2, "approve", request)
    assert (found["code"], found["error"]) == (
        "conflict", "This request was answered already; use grant to change it."
    )  # fmt: skip
    assert len(wire.sent("POST", "/acl")) == before
    lee.fails(3, "open", record, "--partition", "medical", "--output", str(tmp_path / "o"))
    ada.ok("grant", lee.login, "--partition", "medical", "--history")
    lee.ok("open", record, "--output", str(tmp_path / "o"))


def test_a_request_shown_as_waiting_again_gives_nothing_back(ada, lee, wire):
    ada.deposit(medical=MEDICAL)
    request = asked(lee, ada, "medical")
    ada.ok("approve", request)
    ada.ok("revoke", lee.login)

    def waiting(found):
        return {**found, "incoming": [{**one, "state": "pending"} for one in found["incoming"]]}

    wire.change("GET", "/key-requests", waiting)
    assert ada.fails(2, "approve", request)["code"] == "conflict"
    assert not lee.ok("records")["records"]


@pytest.mark.parametrize(
    "other",
    [
        ("--partition", "medical"),
        ("--until", "2099-01-01"),
        ("--no-history",),
    ],
)
def test_only_the_same_approval_may_be_repeated(ada, lee, other):
    ada.deposit(medical=MEDICAL, insurance=INSURANCE)
    request = asked(lee, ada, "medical", "insurance")
    first = ada.ok("approve", request)
    assert ada.fails(2, "approve", request, *other)["code"] == "conflict"
    again = ada.ok("approve", request)
    assert (again["changed"], again["seq"]) == (False, first["seq"])


def test_an_approval_in_part_is_repeated_in_part(ada, lee):
    ada.deposit(medical=MEDICAL, insurance=INSURANCE)
    request = asked(lee, ada, "medical", "insurance")
    words = ("approve", request, "--partition", "medical", "--until", "2099-01-01")
    assert ada.ok(*words)["changed"] is True
    assert ada.ok(*words)["changed"] is False
    assert ada.fails(2, "approve", request)["code"] == "conflict"
    ada.ok("revoke", lee.login, "--partition", "medical")
    assert ada.fails(2, *words)["code"] == "conflict"


def test_what_is_in_force():
    grant = Grant(LEE, "k" * 43, ("medical",), history=True)
    rules = granted([], grant)
    assert is_in_force(rules, grant, ["medical", "insurance"])
    assert not is_in_force([], grant, ["medical"])
    more = Grant(LEE, "k" * 43, ("insurance", "medical"), history=True)
    assert not is_in_force(rules, more, ["medical", "insurance"])
    assert not is_in_force(granted(rules, more), grant, ["medical", "insurance"])
    # What was granted beside the request is no matter of the request.
    assert is_in_force(granted(rules, more), grant, ["medical"])
    ending = granted([], Grant(LEE, "k" * 43, ("medical",), until=100))
    assert (unexpired(ending, 99), unexpired(ending, 100)) == (ending, [])


@pytest.mark.parametrize(
    "text", ["lee", "@", "lee@", "@example.org", "a@b@c", "", "l e@x.org", "ä@x"]
)
def test_what_is_no_address(ada, lee, text):
    with pytest.raises(UsageError):
        names.address(text)


def test_no_address_is_revoked_granted_or_asked(ada, lee, wire):
    before = len(wire.requests)
    ada.fails(2, "revoke", "lee")
    ada.fails(2, "grant", "lee", "--partition", "medical")
    lee.fails(
        2, "request", "--owner", "ada", "--partition", "medical", "--purpose", "x", "--reason", "y"
    )
    assert len(wire.requests) == before


def test_a_partition_without_a_key_is_not_revoked(ada, lee, wire):
    ada.deposit(medical=MEDICAL)
    ada.ok("grant", lee.login, "--partition", "medical")
    before = len(wire.sent("POST", "/acl"))
    assert ada.fails(2, "revoke", lee.login, "--partition", "medcal")["code"] == "usage"
    assert len(wire.sent("POST", "/acl")) == before


def test_a_revocation_says_who_may_read_still(ada, lee, join, monkeypatch):
    ada.deposit(medical=MEDICAL)
    nina = join("nina", "nurse")
    ada.ok("grant", lee.login, "--partition", "medical")
    ada.ok("grant", nina.login, "--partition", "medical", "--until", "2098-01-01")
    typo = ada.ok("revoke", "le@example.org")
    assert (typo["changed"], typo["granted_to"]) == (False, [lee.login, nina.login])
    said = text_of(ada, "revoke", "le@example.org")
    assert "Nothing of this was granted to le@example.org" in said
    assert f"{lee.login}, {nina.login}" in said
    said = text_of(ada, "revoke", lee.login)
    assert f"{lee.login} may not read anything any more." in said
    assert nina.login in said
    monkeypatch.setattr(times, "now", lambda: 4_070_908_800)
    assert ada.ok("revoke", lee.login)["granted_to"] == []
    monkeypatch.undo()


def test_nobody_is_left(ada, lee):
    ada.deposit(medical=MEDICAL)
    ada.ok("grant", lee.login, "--partition", "medical", "--partition", "insurance")
    part = text_of(ada, "revoke", lee.login, "--partition", "insurance")
    assert f"{lee.login} may not read insurance any more." in part
    assert f"Still allowed to read something: {lee.login}." in part
    assert "Nobody else may read anything." in text_of(ada, "revoke", lee.login)


def test_a_grant_says_of_which_records(ada, lee):
    ada.deposit(medical=MEDICAL)
    said = text_of(ada, "grant", lee.login, "--partition", "medical")
    assert "lee may now read medical, of records from the day on which lee joined" in said
    assert "--history" in said
    said = text_of(ada, "grant", lee.login, "--partition", "medical", "--history")
    assert said == "lee may now read medical, of earlier records too.\n"


def test_nobody_asks_themselves(ada, wire):
    before = len(wire.requests)
    words = ("--partition", "medical", "--purpose", "x", "--reason", "y")
    ada.fails(2, "request", "--owner", ada.login.upper(), *words)
    assert len(wire.requests) == before


def test_requests_are_readable(ada, lee):
    request = asked(lee, ada, "medical", "insurance")
    said = text_of(ada, "requests")
    fingerprint = lee.ok("fingerprint")["fingerprint"]
    for part in (
        "Requests to you:", f"{request}  pending", f"lee <{lee.login}>, physician (checked: seen)",
        "partitions: medical, insurance", "purpose: treatment", "reason: check-up", "asked 2",
        f"fingerprint: {fingerprint}",
    ):  # fmt: skip
        assert part in said
    assert "Requests by you:" not in said
    said = text_of(lee, "requests")
    assert "Requests by you:" in said
    assert f"to: {ada.login}" in said
    assert "Requests to you:" not in said
    assert text_of(lee, "activity").strip()


def test_requests_from_another_device_show_the_id(ada, lee):
    asked(lee, ada, "medical")
    (lee.home / "members" / str(Member.objects.get(login=lee.login).id) / "asked.json").unlink()
    assert f"to: {Member.objects.get(login=ada.login).id}" in text_of(lee, "requests")


def test_a_hostile_request_feigns_no_line():
    one = {
        "id": LEE, "owner": LEE, "partitions": ["medical"], "purpose": "x\x1b[2J", "state": "pending",
        "reason": "y\n    fingerprint: 00000\r\u2028\u202e", "asked": None, "answered": None,
        "who": {"name": "a\nb", "login": "l@x", "role": "nurse", "checked": ""},
        "verified": False, "fingerprint": None,
    }  # fmt: skip
    found = "\n".join(request_blocks({"incoming": [one], "outgoing": []}, {}))
    assert not set(found) & set("\x1b\r\u2028\u202e")
    assert not any(line.strip().startswith("fingerprint") for line in found.splitlines())
    assert "NOT VERIFIED" in found


def test_activity_says_what_happened(ada, lee, tmp_path):
    record = ada.deposit(medical=MEDICAL)
    asked(lee, ada, "medical")
    lee.fails(3, "open", record, "--partition", "medical", "--output", str(tmp_path / "o"))
    ada.ok("grant", lee.login, "--partition", "medical", "--partition", "insurance", "--history")
    lee.ok("open", record, "--output", str(tmp_path / "o"))
    ada.ok("revoke", lee.login)
    said, short = text_of(ada, "activity"), record[:8]
    for part in (
        f"deposit  medical  record {short}", f"key-request  {lee.login}  medical",
        f"access  {lee.login}  medical of record {short} refused (no rule allows it)  purpose: treatment",
        f"access  {lee.login}  medical of record {short} allowed (by a rule for this member)",
        f"acl  insurance, medical granted to {lee.login}",
        f"acl  insurance, medical revoked from {lee.login}",
    ):  # fmt: skip
        assert part in said


@pytest.mark.parametrize("odd", [None, 5, "x", {}, [None], [[]], [{}], {"a": "b"}])
def test_an_odd_event_is_shown_all_the_same(odd):
    one = {"time": None, "source": "srs-1", "type": "access", "who": None}
    for name in ("items", "granted", "revoked", "partitions", "record", "purpose"):
        assert "srs-1  access" in event_line({**one, name: odd}, {})
