"""A server that lists records otherwise than they are: under another's name, twice, or not at all."""

import json

import pytest

from sesphr.crypto.statements import payload_of_unverified

pytestmark = pytest.mark.django_db(databases="__all__")
MEDICAL = "<partition><note>{}</note></partition>"


@pytest.fixture
def patients(ada, lee, join):
    """Two owners who let the physician read, and a record of each."""
    ben = join("ben")
    records = []
    for owner in (ada, ben):
        records.append(owner.deposit(medical=MEDICAL.format(owner.login)))
        owner.ok("grant", lee.login, "--partition", "medical", "--history")
    return ada, ben, *records


def listed(wire, change):
    wire.change("GET", "/records", lambda found: {"records": change(found["records"])})


def stopped(who, *words):
    found = who.fails(4, *words)
    assert found["error"].startswith("STOP"), found
    return found


def test_another_patients_record_under_the_right_name(lee, patients, wire, tmp_path):
    ada, ben, hers, his = patients
    one, member = lee.ok("records", "--owner", ada.login)["records"][0], ada.ok("whoami")["member"]
    output = ("--output", str(tmp_path / "out"))
    listed(wire, lambda records: [{**one, "record": his, "date": 1, "manifest": "A" * 43}])
    # That the list is of her records is what a command can see of it; the opening says whose it is.
    assert lee.ok("records", "--owner", ada.login)["records"][0]["record"] == his
    for words in (output, ("--owner", ada.login, *output), ("--partition", "medical", *output)):
        stopped(lee, "open", his, *words)
    assert wire.sent("POST", "/integrity-reports")
    wire.honest()
    stopped(lee, "open", his, "--owner", ada.login, *output)
    assert not (tmp_path / "out").exists()
    assert lee.ok("open", hers, "--owner", ada.login, *output)["owner"] == member
    opened = lee.ok("open", his, *output)
    assert opened["owner"] == ben.ok("whoami")["member"] != member


def test_a_list_of_one_owner_is_of_that_owner_and_has_no_record_twice(lee, patients, wire):
    ada, _, _, his = patients
    everything = lee.ok("records")["records"]
    assert {one["owner_name"] for one in everything} == {"ada", "ben"}
    mixed = []
    wire.change("GET", "/records", lambda found: mixed.append(found["records"]))
    lee.ok("records")
    wire.honest()
    listed(wire, lambda records: mixed[0])
    stopped(lee, "records", "--owner", ada.login)
    stopped(lee, "open", his, "--owner", ada.login, "--output", "nowhere")
    wire.honest()
    listed(wire, lambda records: records * 2)
    stopped(lee, "records")
    stopped(lee, "records", "--owner", ada.login)
    stopped(lee, "open", his, "--output", "nowhere")


def test_what_was_deposited_from_here_is_in_the_list_with_its_newest_version(ada, wire, tmp_path):
    first = ada.deposit(medical=MEDICAL.format(1))
    path = tmp_path / "next.xml"
    path.write_text(MEDICAL.format(2))
    ada.ok("deposit", "--record", first, "--partition", f"medical={path}")
    second = ada.deposit(medical=MEDICAL.format(3))
    assert {one["record"] for one in ada.ok("records")["records"]} == {first, second}
    for lie in (
        lambda records: [],
        lambda records: [one for one in records if one["record"] != second],
        lambda records: [{**one, "version": 1} for one in records],
    ):
        listed(wire, lie)
        stopped(ada, "records")
        stopped(ada, "records", "--owner", ada.login)
        before = len(wire.sent("POST", "/deposits"))
        stopped(ada, "deposit", "--record", first, "--partition", f"medical={path}")
        assert len(wire.sent("POST", "/deposits")) == before
        wire.honest()
    assert len(ada.ok("records")["records"]) == 2


def test_a_purpose_that_the_server_words_is_not_signed(lee, patients, wire, tmp_path):
    _, _, hers, _ = patients
    listed(wire, lambda records: [{**one, "purpose": "research"} for one in records])
    lee.ok("open", hers, "--output", str(tmp_path / "out"))
    lee.run("open", hers, "--purpose", "research", "--output", str(tmp_path / "out"))
    sent = [json.loads(body)["request"] for body in wire.sent("POST", "/access")]
    said = [payload_of_unverified(jws)["purpose"] for jws in sent]
    assert (said[0], said[-1]) == ("treatment", "research")
