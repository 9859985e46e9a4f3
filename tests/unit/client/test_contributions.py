"""Adding to another's records by the command line, and her answers: the client and the server."""

import json

import pytest

from tests.unit.client.conftest import Lost

pytestmark = pytest.mark.django_db(databases="__all__")
SAMPLE = "tests/samples/ccda_ccd_hl7_small.xml"
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


def test_the_whole_story(ada, lee, tmp_path):
    lee.fails(3, "contribute", SAMPLE, "--owner", ada.login)
    granted = ada.ok("grant", lee.login, "--partition", "medical", "--add")
    assert (granted["action"], granted["granted"]) == ("add", ["medical"])
    added = lee.ok("contribute", SAMPLE, "--owner", ada.login)
    assert list(added["partitions"]) == ["medical"]
    assert "personal" in added["left_out"]
    record = added["record"]
    (one,) = ada.ok("proposals")["incoming"]
    assert (one["record"], one["verified"], one["partitions"]) == (record, True, ["medical"])
    assert one["author"]["login"] == lee.login
    assert one["fingerprint"] == lee.ok("fingerprint")["fingerprint"]
    lee.fails(3, "open", record, "--partition", "medical", "--output", str(tmp_path / "lee"))
    ada.ok("open", record, "--partition", "medical", "--output", str(tmp_path / "before"))
    first = (tmp_path / "before" / "medical.xml").read_bytes()
    assert len(first) == added["partitions"]["medical"]
    for _ in range(2):
        assert ada.ok("accept", record)["partitions"] == ["medical"]
    ada.fails(3, "decline", record)
    assert ada.ok("proposals")["incoming"] == []
    assert lee.ok("proposals")["outgoing"][0]["state"] == "accepted"
    ada.ok("export", "--output", str(tmp_path / "out"))
    folder = tmp_path / "out" / record
    assert (folder / "medical.xml").read_bytes() == first
    assert (folder / "encrypted" / "accept.jws").exists()
    lee.fails(3, "open", record, "--partition", "medical", "--output", str(tmp_path / "lee"))


def test_a_reader_opens_what_was_accepted(ada, lee, join, tmp_path, wire):
    ada.ok("grant", lee.login, "--partition", "medical", "--add")
    record = lee.ok("contribute", SAMPLE, "--owner", ada.login)["record"]
    nurse = join("nora", "nurse")
    ada.ok("grant", nurse.login, "--partition", "medical", "--history")
    nurse.fails(3, "open", record, "--partition", "medical", "--output", str(tmp_path / "early"))
    ada.ok("accept", record)
    opened = nurse.ok("open", record, "--output", str(tmp_path / "nora"))
    assert set(opened["opened"]) == {"medical"}

    def hidden(told):
        told["objects"][0]["accept"] = None

    wire.change("POST", "/access", hidden)
    nurse.fails(4, "open", record, "--output", str(tmp_path / "hidden"))
    ada.fails(4, "export", "--output", str(tmp_path / "out"))
    # Her own list has it, so she took it: without what she signed it is not what she knows.
    ada.fails(4, "open", record, "--output", str(tmp_path / "hidden"))
    path = tmp_path / "next.xml"
    path.write_text("<m xmlns=''/>")
    ada.fails(4, "deposit", "--record", record, "--partition", f"medical={path}")
    assert not (tmp_path / "hidden").exists()
    assert not wire.sent("POST", "/deposits")[1:]
    assert json.loads(wire.sent("POST", "/integrity-reports")[-1])["reason"] == "manifest"


def test_a_declined_one_is_gone(ada, lee, tmp_path):
    ada.ok("grant", lee.login, "--partition", "medical", "--add")
    record = lee.ok("contribute", SAMPLE, "--owner", ada.login)["record"]
    assert ada.ok("decline", record) == {"record": record, "state": "declined"}
    ada.fails(3, "open", record, "--partition", "medical", "--output", str(tmp_path / "o"))
    ada.fails(3, "accept", record)
    ada.fails(3, "decline", record)
    assert lee.ok("proposals")["outgoing"][0]["state"] == "declined"
    assert lee.ok("contribute", SAMPLE, "--owner", ada.login)["record"] != record


def test_a_picture_goes_with_it(ada, lee, tmp_path):
    picture = tmp_path / "scan.png"
    picture.write_bytes(PICTURE)
    ada.ok("grant", lee.login, "--partition", "medical", "--add")
    record = lee.ok("contribute", str(picture), "--owner", ada.login)["record"]
    for folder in ("before", "after"):
        ada.ok("open", record, "--partition", "medical", "--output", str(tmp_path / folder))
        assert (tmp_path / folder / "medical.files" / "scan.png").read_bytes() == PICTURE
        ada.ok("accept", record)


def test_taking_back_ends_adding_and_reading(ada, lee, tmp_path):
    record = ada.deposit(medical="<partition>x</partition>")
    ada.ok("grant", lee.login, "--partition", "medical", "--add")
    ada.ok("grant", lee.login, "--partition", "medical", "--history")
    lee.ok("open", record, "--output", str(tmp_path / "o"))
    lee.ok("contribute", SAMPLE, "--owner", ada.login)
    assert ada.ok("revoke", lee.login)["changed"]
    lee.fails(3, "contribute", SAMPLE, "--owner", ada.login)
    lee.fails(3, "open", record, "--partition", "medical", "--output", str(tmp_path / "late"))
    assert ada.ok("revoke", lee.login)["changed"] is False


def test_what_was_not_acknowledged_is_sent_again(ada, lee, wire):
    ada.ok("grant", lee.login, "--partition", "medical", "--add")

    def lose(request, response):
        raise Lost("lost")

    wire.on("POST", "/deposits", lose)
    lee.fails(5, "contribute", SAMPLE, "--owner", ada.login)
    wire.honest()
    added = lee.ok("contribute", SAMPLE, "--owner", ada.login)
    assert [one["record"] for one in ada.ok("proposals")["incoming"]] == [added["record"]]


def test_a_server_that_lies_about_it_is_found_out(ada, lee, wire):
    ada.ok("grant", lee.login, "--partition", "medical", "--add")
    record = lee.ok("contribute", SAMPLE, "--owner", ada.login)["record"]

    def changed(told):
        told["incoming"][0]["partitions"] = ["personal"]

    wire.change("GET", "/proposals", changed)
    assert ada.ok("proposals")["incoming"][0]["verified"] is False
    ada.fails(4, "accept", record)
    wire.honest()

    def corrupted(told):
        told["objects"][0]["document"] = told["objects"][0]["document"].replace("A", "B")

    wire.change("POST", "/access", corrupted)
    ada.fails(4, "accept", record)
    wire.honest()
    assert len(ada.ok("proposals")["incoming"]) == 1
