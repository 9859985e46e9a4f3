"""The same record again: the next version of a record, and what is said of earlier ones."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.unit.client.conftest import Endpoint

pytestmark = pytest.mark.django_db(databases="__all__")

PATIENT = {"resourceType": "Patient", "id": "p", "name": [{"family": "Quill"}]}


def dose(name: str, identifier: str) -> dict[str, Any]:
    return {
        "resourceType": "MedicationRequest", "id": identifier, "status": "active",
        "intent": "order", "subject": {"reference": "Patient/p"},
        "medicationCodeableConcept": {"text": name},
    }  # fmt: skip


def bundle(folder: Path, name: str, *resources: dict[str, Any]) -> str:
    entries = [{"resource": one} for one in (PATIENT, *resources)]
    path = folder / name
    path.write_text(json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}))
    return str(path)


@pytest.fixture
def october(tmp_path: Path) -> str:
    return bundle(tmp_path, "october.json", dose("Apixaban", "m1"), dose("Lisinopril", "m2"))


@pytest.fixture
def november(tmp_path: Path) -> str:
    return bundle(
        tmp_path, "november.json", dose("Metformin", "m0"), dose("Apixaban", "m1"),
        dose("Lisinopril", "m2"),
    )  # fmt: skip


def test_the_next_version_of_a_record(ada, lee, october, november, tmp_path):
    first = ada.ok("deposit", october)
    assert first["version"] == 1
    ada.ok("grant", lee.login, "--partition", "prescription", "--history")
    record = first["record"]
    second = ada.ok("deposit", november, "--record", record)
    assert (second["record"], second["version"]) == (record, 2)
    assert second["compared"] == {"same": 3, "added": 1, "changed": 0, "gone": 0}
    (shown,) = ada.ok("records")["records"]
    assert (shown["record"], shown["version"]) == (record, 2)
    # Without a new grant, and it says what came with it.
    opened = lee.ok("open", record, "--output", str(tmp_path / "lee"))
    assert (opened["version"], list(opened["opened"])) == (2, ["prescription"])
    text = (tmp_path / "lee" / "prescription.xml").read_text()
    assert text.count('added="2"') == 2
    assert '<item added="2" id="i1"' in text
    ada.ok("export", "--output", str(tmp_path / "out"))
    kept = (tmp_path / "out" / record / "original").iterdir()
    assert [one.name for one in kept] == ["november.json"]
    assert "version 2" in ada.run("activity", json_=False).out


def test_what_goes_is_counted_and_gone(ada, lee, october, november, tmp_path):
    record = ada.ok("deposit", november)["record"]
    done = ada.ok("deposit", october, "--record", record)
    assert done["compared"]["gone"] == 1
    ada.ok("open", record, "--output", str(tmp_path / "out"))
    assert "Metformin" not in (tmp_path / "out" / "prescription.xml").read_text()


def test_a_note_tells_of_what_is_there_already(ada, october, november):
    first = ada.run("deposit", october)
    assert "record" not in first.err
    record = first.json["record"]
    later = ada.run("deposit", november)
    assert f"a newer version of your record {record} (version 1" in later.err
    assert "3 things are the same, 1 are new" in later.err
    assert f"--record {record}" in later.err
    assert later.json["version"] == 1
    again = ada.run("deposit", november)
    assert f"Everything in this file is in your record {later.json['record']}" in again.err


def test_only_records_that_may_be_alike_are_opened(ada, october, november, wire, tmp_path):
    ada.ok("deposit", october)
    other = bundle(tmp_path, "other.json", {**dose("Warfarin", "w"), "id": "another-id"})
    for path, opened in ((other, 0), (october, 0), (november, 1)):
        before = len(wire.sent("POST", "/access"))
        ada.ok("deposit", path)
        assert len(wire.sent("POST", "/access")) == before + opened, path
    kept = b"".join(one.read_bytes() for one in ada.home.rglob("sources.json"))
    assert b"MedicationRequest" not in kept


def test_a_record_from_another_device_is_looked_into(ada, october, november, wire, tmp_path):
    device = Endpoint(tmp_path / "other-home", ada.login, wire)
    record = device.ok("--login", ada.login, "deposit", october)["record"]
    assert f"a newer version of your record {record}" in ada.run("deposit", november).err


def test_no_note_is_no_failure(ada, october, november, wire):
    ada.ok("deposit", october)
    wire.on("POST", "/access", lambda request, response: httpx.Response(503))
    found = ada.run("deposit", november)
    assert found.code == 0
    assert "newer version" not in found.err


def test_an_earlier_record_that_was_tampered_with_is_told_and_stops_its_next_version(
    ada, october, november, wire
):
    record = ada.ok("deposit", october)["record"]

    def alter(found):
        found["objects"][0]["document"] = "AAAA"

    wire.change("POST", "/access", alter)
    found = ada.run("deposit", november)
    assert found.code == 0
    assert "could not be compared" in found.err
    ada.fails(4, "deposit", november, "--record", record)
    wire.honest()
    assert ada.ok("deposit", november, "--record", record)["version"] == 2


def test_another_device_was_first(ada, october, november, wire, tmp_path):
    record = ada.ok("deposit", october)["record"]
    other = bundle(tmp_path, "other.json", dose("Warfarin", "m9"))

    device = Endpoint(tmp_path / "other-home", ada.login, wire)

    def between(request, response):
        wire.honest()
        done = device.ok("--login", ada.login, "deposit", other, "--record", record)
        assert done["version"] == 2

    # After the head was opened, before the new version is sent.
    wire.on("PUT", "/attachments", between)
    failed = ada.fails(2, "deposit", november, "--record", record)
    assert failed["code"] == "conflict"
    assert "Give the same command" in failed["error"]
    done = ada.ok("deposit", november, "--record", record)
    assert (done["version"], done["compared"]["gone"]) == (3, 1)


def test_the_answer_was_lost_and_it_is_made_once(ada, october, november, wire):
    record = ada.ok("deposit", october)["record"]

    def lose(request, response):
        raise httpx.ReadError("lost")

    wire.on("POST", "/deposits", lose)
    ada.fails(5, "deposit", november, "--record", record)
    wire.honest()
    assert ada.ok("deposit", november, "--record", record)["version"] == 2
    (shown,) = ada.ok("records")["records"]
    assert shown["version"] == 2


def test_an_earlier_version_is_never_believed_again(ada, october, november, wire, tmp_path):
    record = ada.ok("deposit", october)["record"]
    old: list[Any] = []
    wire.change("POST", "/access", lambda found: old.append(json.loads(json.dumps(found))))
    wire.change("GET", "/records", lambda found: old.append(json.loads(json.dumps(found))))
    ada.ok("deposit", november, "--record", record)
    wire.honest()
    listed = next(one for one in old if "records" in one)
    wire.change("GET", "/records", lambda found: listed)
    ada.fails(4, "export", "--output", str(tmp_path / "out"))


@pytest.mark.parametrize("record", ["11111111-2222-4333-8444-555555555555"])
def test_no_such_record(ada, october, record):
    assert ada.fails(3, "deposit", october, "--record", record)["code"] == "not-found"
    ada.fails(2, "deposit", october, "--record", "nonsense")


def test_partitions_of_ones_own_have_versions_too(ada, tmp_path):
    record = ada.deposit(medical="<a>first</a>")
    path = tmp_path / "medical.xml"
    path.write_text("<a>second</a>")
    done = ada.ok("deposit", "--partition", f"medical={path}", "--record", record)
    assert done["version"] == 2
    ada.ok("open", record, "--output", str(tmp_path / "out"))
    assert (tmp_path / "out" / "medical.xml").read_text() == "<a>second</a>"


def test_what_was_moved_on_the_page_is_not_put_back(ada, october, november):
    record = ada.ok("deposit", october)["record"]
    # As the page seals it when its owner moved a medicine to another partition.
    path = Path(october).with_name("moved.xml")
    keep = Path(october).with_name("out")
    ada.ok("open", record, "--output", str(keep))
    text = (keep / "prescription.xml").read_text()
    path.write_text(text.replace('id="prescription"', 'id="insurance"'))
    pairs = [f"insurance={path}", f"personal={keep / 'personal.xml'}"]
    words = [word for pair in pairs for word in ("--partition", pair)]
    ada.ok("deposit", *words, "--record", record)
    failed = ada.fails(2, "deposit", november, "--record", record)
    assert failed["code"] == "moved"
    assert [one["version"] for one in ada.ok("records")["records"]] == [2]
