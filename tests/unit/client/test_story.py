"""Depositing, asking, approving, opening, taking back: the client and the server together."""

import json
from pathlib import Path

import pytest

pytestmark = pytest.mark.django_db(databases="__all__")
MEDICAL = "<partition><note>blood pressure 120/80</note></partition>"
INSURANCE = "<partition><policy>4711</policy></partition>"


def test_the_whole_story(ada, lee, tmp_path):
    record = ada.deposit(medical=MEDICAL, insurance=INSURANCE)
    asked = lee.ok(
        "request", "--owner", ada.login, "--partition", "medical", "--partition", "insurance",
        "--purpose", "treatment", "--reason", "check-up",
    )  # fmt: skip
    assert set(asked) == {"request"}
    (incoming,) = ada.ok("requests")["incoming"]
    assert incoming["verified"] is True
    assert incoming["fingerprint"] == lee.ok("fingerprint")["fingerprint"]
    assert incoming["who"]["login"] == lee.login
    lee.fails(3, "open", record, "--output", str(tmp_path / "early"))
    approved = ada.ok("approve", asked["request"], "--partition", "medical")
    assert (approved["seq"], approved["effective"], approved["granted"]) == (1, True, ["medical"])
    opened = lee.ok("open", record, "--output", str(tmp_path / "opened"))
    assert opened["opened"] == {"medical": len(MEDICAL)}
    assert (tmp_path / "opened" / "medical.xml").read_text() == MEDICAL
    refused = lee.fails(
        3, "open", record, "--partition", "insurance", "--output", str(tmp_path / "opened")
    )
    assert refused["refused"] == ["insurance"]
    taken = ada.ok("revoke", lee.login)
    assert taken["changed"]
    assert taken["receipts"] == 1
    lee.fails(3, "open", record, "--partition", "medical", "--output", str(tmp_path / "late"))
    assert not (tmp_path / "late").exists()
    history = ada.ok("activity")
    assert history["verified"] is True
    assert [one["type"] for one in history["events"]].count("acl") == 2
    assert ada.ok("activity")["events"] == history["events"]


def test_a_named_refusal_exits_3_and_what_is_granted_is_written(ada, lee, tmp_path):
    record = ada.deposit(medical=MEDICAL, insurance=INSURANCE)
    ada.ok("grant", lee.login, "--partition", "medical", "--history")
    words = ("--partition", "medical", "--partition", "insurance", "--output", str(tmp_path / "o"))
    found = lee.fails(3, "open", record, *words)
    assert found["opened"] == {"medical": len(MEDICAL)}
    assert found["refused"] == ["insurance"]
    assert [path.name for path in (tmp_path / "o").iterdir()] == ["medical.xml"]


def test_opened_files_are_private(ada, tmp_path):
    record = ada.deposit(medical=MEDICAL)
    ada.ok("open", record, "--output", str(tmp_path / "o"))
    assert (tmp_path / "o").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "o" / "medical.xml").stat().st_mode & 0o777 == 0o600


def test_a_folder_that_was_there_keeps_its_mode(ada, tmp_path):
    record, folder = ada.deposit(medical=MEDICAL), tmp_path / "shared"
    folder.mkdir()
    folder.chmod(0o755)
    ada.ok("open", record, "--output", str(folder))
    ada.ok("export", "--output", str(folder))
    assert folder.stat().st_mode & 0o777 == 0o755
    assert (folder / "medical.xml").stat().st_mode & 0o777 == 0o600
    assert (folder / record).stat().st_mode & 0o777 == 0o700
    ada.ok("open", record, "--output", str(folder / "a" / "b"))
    for made in (folder / "a", folder / "a" / "b"):
        assert made.stat().st_mode & 0o777 == 0o700


def test_home_holds_no_secret(ada, lee, tmp_path):
    record = ada.deposit(medical=MEDICAL)
    ada.ok("grant", lee.login, "--partition", "medical", "--history")
    lee.ok("open", record, "--output", str(tmp_path / "o"))
    ada.ok("activity")
    for home in (ada.home, lee.home):
        assert home.stat().st_mode & 0o777 == 0o700
        for path in home.rglob("*"):
            assert path.stat().st_mode & 0o077 == 0, path
            if path.is_file():
                octets = path.read_bytes()
                assert b"blood" not in octets
                assert b"violet" not in octets
                assert b"sealed" not in octets, path
    assert not list((ada.home / "members").glob("*/outbox/*"))


def test_a_file_is_split_and_its_original_comes_back(ada, tmp_path):
    sample = Path("tests/samples/ccda_ccd_hl7_small.xml")
    done = ada.ok("deposit", str(sample))
    assert set(done) == {"record", "partitions", "original", "version"}
    assert done["original"] == sample.stat().st_size
    assert "original" not in done["partitions"]
    (shown,) = ada.ok("records")["records"]
    assert shown["original"] is True
    assert set(shown["partitions"]) == set(done["partitions"])
    ada.ok("export", "--output", str(tmp_path / "out"))
    folder = tmp_path / "out" / done["record"]
    assert (folder / "original" / sample.name).read_bytes() == sample.read_bytes()
    for name, size in done["partitions"].items():
        assert (folder / f"{name}.xml").stat().st_size == size
    keys = json.loads((tmp_path / "out" / "keys.json").read_text())["partitions"]
    assert len(keys["medical"]["1"]) == 64
    assert not list(folder.rglob(".part-*"))


def test_a_partition_of_ones_own_gets_a_key_first(ada, tmp_path):
    record = ada.deposit(allergies="<a xmlns='urn:x'>nuts</a>")
    ada.ok("open", record, "--partition", "allergies", "--output", str(tmp_path / "o"))
    assert (tmp_path / "o" / "allergies.xml").read_text() == "<a xmlns='urn:x'>nuts</a>"
    ada.deposit(allergies="<a xmlns='urn:x'>dust</a>")
    assert len(ada.ok("records")["records"]) == 2


def test_the_original_is_never_shared(ada, lee):
    ada.fails(2, "grant", lee.login, "--partition", "original")
    lee.fails(
        2,
        "request",
        "--owner",
        ada.login,
        "--partition",
        "original",
        "--purpose",
        "p",
        "--reason",
        "r",
    )


def test_an_unknown_address_is_answered_like_a_known_one(ada, lee):
    words = ("--partition", "medical", "--purpose", "treatment", "--reason", "check-up")
    known = lee.run("request", "--owner", ada.login, *words)
    unknown = lee.run("request", "--owner", "nobody@example.org", *words)
    assert (known.code, set(known.json)) == (unknown.code, set(unknown.json)) == (0, {"request"})


def test_approving_twice_changes_nothing(ada, lee):
    asked = lee.ok(
        "request", "--owner", ada.login, "--partition", "medical", "--purpose", "x", "--reason", "y"
    )["request"]
    ada.deposit(medical=MEDICAL)
    first, second = ada.ok("approve", asked), ada.ok("approve", asked)
    assert (first["changed"], second["changed"]) == (True, False)
    assert first["seq"] == second["seq"] == 1
    assert ada.ok("requests")["incoming"][0]["state"] == "approved"
    ada.fails(2, "decline", asked)


def test_only_what_was_asked_for_is_approved(ada, lee):
    asked = lee.ok(
        "request", "--owner", ada.login, "--partition", "medical", "--purpose", "x", "--reason", "y"
    )["request"]
    ada.fails(2, "approve", asked, "--partition", "insurance")
    ada.fails(2, "approve", asked, "--until", "2001-01-01")
    assert ada.ok("requests")["incoming"][0]["state"] == "pending"
    declined = ada.ok("decline", asked)
    assert declined["state"] == "declined"
    ada.fails(2, "approve", asked)
    ada.fails(3, "approve", "11111111-2222-4333-8444-555555555555")
    ada.fails(2, "approve", "not-an-id")


def test_without_history_older_records_stay_closed(ada, join, tmp_path, monkeypatch):
    from sesphr import clock

    record = ada.deposit(medical=MEDICAL)
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + 30)
    later = join("late", "physician")
    ada.ok("grant", later.login, "--partition", "medical")
    later.fails(3, "open", record, "--partition", "medical", "--output", str(tmp_path / "o"))
    ada.ok("grant", later.login, "--partition", "medical", "--history")
    later.ok("open", record, "--partition", "medical", "--output", str(tmp_path / "o"))


def test_taking_back_one_partition_leaves_the_other(ada, lee, tmp_path):
    record = ada.deposit(medical=MEDICAL, insurance=INSURANCE)
    ada.ok("grant", lee.login, "--partition", "medical", "--partition", "insurance", "--history")
    ada.ok("revoke", lee.login, "--partition", "insurance")
    assert set(lee.ok("open", record, "--output", str(tmp_path / "o"))["opened"]) == {"medical"}
    assert ada.ok("revoke", lee.login, "--partition", "insurance")["changed"] is False
    assert ada.ok("revoke", "nobody@example.org")["changed"] is False


def test_grants_end_by_themselves(ada, lee, tmp_path, monkeypatch):
    from sesphr import clock
    from sesphr.client import times

    record = ada.deposit(medical=MEDICAL)
    granted = ada.ok(
        "grant", lee.login, "--partition", "medical", "--until", "2099-01-01T00:00Z", "--history"
    )
    assert granted["until"] == "2099-01-01T00:00:00Z"
    lee.ok("open", record, "--output", str(tmp_path / "o"))
    monkeypatch.setattr(clock, "now", lambda: 4_070_908_800)
    monkeypatch.setattr(times, "now", lambda: 4_070_908_800)
    lee.fails(3, "open", record, "--partition", "medical", "--output", str(tmp_path / "p"))


def test_only_owners_deposit_and_share(ada, lee, tmp_path):
    path = tmp_path / "m.xml"
    path.write_text(MEDICAL)
    lee.fails(3, "deposit", "--partition", f"medical={path}")
    lee.fails(3, "grant", ada.login, "--partition", "medical")
    lee.fails(3, "export", "--output", str(tmp_path / "x"))
    ada.fails(3, "grant", "nobody@example.org", "--partition", "medical")
    ada.fails(2, "grant", ada.login, "--partition", "medical")
    ada.fails(2, "grant", lee.login, "--partition", "allergies")


def test_pending_members_are_refused(join, tmp_path):
    eve = join("eve", authorised=False)
    path = tmp_path / "m.xml"
    path.write_text(MEDICAL)
    assert eve.ok("whoami")["state"] == "pending"
    assert eve.fails(3, "deposit", "--partition", f"medical={path}")["code"] == "not-authorised"
    eve.fails(3, "records")


def test_lines_for_people(ada, lee, tmp_path):
    record = ada.deposit(medical=MEDICAL)
    for words in (("records",), ("whoami",), ("activity",), ("requests",), ("fingerprint",)):
        found = ada.run(*words, json_=False)
        assert (found.code, found.err) == (0, "")
        assert found.out.strip()
        assert "{" not in found.out
    found = lee.run("open", record, "--output", str(tmp_path / "o"), json_=False)
    assert (found.code, found.out) == (3, "")
    assert found.err.strip()
