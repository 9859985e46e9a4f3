"""Files of partitions: deposited, opened and exported as streams, under names that cannot wander."""

import base64
import hashlib
import json
from pathlib import Path

import pytest

from sesphr.client import attached, contents, depositing, importer
from sesphr.client.attached import Told
from sesphr.client.errors import FileNotAccepted, UsageError

pytestmark = pytest.mark.django_db(databases="__all__")

SAMPLES = Path("tests/samples")
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\nstartxref\n9\n%%EOF\n"
SMALL = [
    "apple_health_export_small.xml", "bluebutton2_eob_small.json", "dicom_CT_small.dcm",
    "fhir_r4_Coverage-9876B1.json", "shc_bundle_usa.json",
]  # fmt: skip


def reference(name, octets=PDF):
    data = base64.b64encode(octets).decode()
    file = {"contentType": "application/pdf", "title": name, "data": data}
    return {
        "resourceType": "DocumentReference", "status": "current", "content": [{"attachment": file}],
    }  # fmt: skip


def bundle(path, *resources):
    entry = [{"resource": one} for one in resources]
    path.write_text(json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entry}))
    return str(path)


REFUSED = {"SOURCES.md", "ccda_badns_NEGATIVE.xml", "ips_uk_nhsx.xml"}
LARGE = sorted({one.name for one in SAMPLES.iterdir() if one.is_file()} - {*SMALL} - REFUSED)


@pytest.mark.parametrize("names", [SMALL, pytest.param(LARGE, marks=pytest.mark.soak)])
def test_every_sample_comes_back_octet_for_octet(ada, tmp_path, names):
    done = {name: ada.ok("deposit", str(SAMPLES / name))["record"] for name in names}
    ada.ok("export", "--output", str(tmp_path / "out"))
    for name, record in done.items():
        found = tmp_path / "out" / record / "original" / name
        assert found.read_bytes() == (SAMPLES / name).read_bytes(), name


def test_a_picture_is_a_file_of_its_partition(ada, lee, tmp_path):
    sample = SAMPLES / "dicom_CT_small.dcm"
    record = ada.ok("deposit", str(sample))["record"]
    ada.ok("grant", lee.login, "--partition", "medical", "--history")
    opened = lee.ok("open", record, "--output", str(tmp_path / "o"))
    assert opened["files"] == {"medical": {sample.name: sample.stat().st_size}}
    assert (tmp_path / "o" / "medical.files" / sample.name).read_bytes() == sample.read_bytes()
    ada.ok("export", "--output", str(tmp_path / "out"))
    exported = tmp_path / "out" / record
    for folder in ("original", "medical.files"):
        assert (exported / folder / sample.name).read_bytes() == sample.read_bytes()


def test_names_do_not_lead_out_of_the_folder_and_nothing_is_overwritten(ada, tmp_path):
    names = ["../../evil.pdf", "scan.pdf", "scan.pdf", "a\u202efdp.exe"]
    files = [reference(name, PDF + bytes([number])) for number, name in enumerate(names)]
    record = ada.ok("deposit", bundle(tmp_path / "b.json", *files))["record"]
    output = tmp_path / "deep" / "o"
    (output / "medical.files").mkdir(parents=True)
    (output / "medical.files" / "evil.pdf").write_bytes(b"mine")
    (output / "medical.files" / "2-scan.pdf").symlink_to(tmp_path / "elsewhere")
    for _ in range(2):
        found = ada.ok("open", record, "--partition", "medical", "--output", str(output))["files"]
        assert list(found["medical"]) == ["2-evil.pdf", "scan.pdf", "3-scan.pdf", "afdp.exe"]
    assert (output / "medical.files" / "evil.pdf").read_bytes() == b"mine"
    assert not (tmp_path / "elsewhere").exists()
    assert sorted(path.name for path in tmp_path.iterdir() if "evil" in path.name) == []
    octets = [(output / "medical.files" / name).read_bytes() for name in found["medical"]]
    assert octets == [PDF + bytes([number]) for number in range(4)]


def test_what_a_partition_says_of_a_file_has_to_hold(ada, tmp_path, monkeypatch):
    record = ada.ok("deposit", bundle(tmp_path / "b.json", reference("scan.pdf")))["record"]
    for lie in (Told("scan.pdf", "0" * 64, str(len(PDF))), Told("scan.pdf", None, "7")):
        monkeypatch.setattr(attached, "attachments", lambda _, lie=lie: {1: lie})
        told = ada.fails(4, "open", record, "--partition", "medical", "--output", str(tmp_path))
        assert told["error"].startswith("STOP")
        assert not list((tmp_path / "medical.files").iterdir())


def test_an_interrupted_deposit_sends_the_same_files_again(ada, tmp_path, monkeypatch):
    path, calls = bundle(tmp_path / "b.json", reference("scan.pdf")), []
    whole = depositing._send

    def broken(session, parcel):
        calls.append(parcel.parts["attachments"])
        if len(calls) == 1:
            raise FileNotFoundError("gone")
        whole(session, parcel)

    monkeypatch.setattr(depositing, "_send", broken)
    ada.fails(2, "deposit", path)
    record = ada.ok("deposit", path)["record"]
    assert calls[0] == calls[1]
    assert [one["record"] for one in ada.ok("records")["records"]] == [record]


def test_a_file_that_changes_meanwhile_is_not_sealed(ada, tmp_path, monkeypatch):
    path, whole = tmp_path / "scan.pdf", importer.split
    path.write_bytes(PDF)

    def split(content):
        found = whole(content)
        path.write_bytes(PDF + b"%")
        return found

    monkeypatch.setattr(importer, "split", split)
    assert "changed" in ada.fails(6, "deposit", str(path))["error"]
    assert ada.ok("records")["records"] == []


def test_inspect_needs_neither_server_nor_home(ada, tmp_path, monkeypatch):
    monkeypatch.setenv("SESPHR_HOME", "/dev/null/none")
    monkeypatch.setenv("SESPHR_SERVER", "not an address")
    found = ada.ok("inspect", str(SAMPLES / "dicom_CT_small.dcm"))
    assert set(found) == {"format", "partitions", "attachments", "warnings"}
    assert (found["format"], found["attachments"]) == ("dicom", 1)
    assert found["partitions"] == {"medical": {"document": 1}}
    bad = tmp_path / "letter.txt"
    bad.write_text("Dear doctor,")
    assert ada.fails(6, "inspect", str(bad))["code"] == "file-not-accepted"
    ada.fails(2, "inspect", str(tmp_path / "none"))


def test_what_can_be_read(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"x" * 100_000)
    found = contents.of_file(str(path))
    assert found == path
    assert contents.digest(found) == hashlib.sha256(b"x" * 100_000).digest()
    assert contents.of_file("/dev/null") == b""
    for bad, kind in (("/none", UsageError), ("a\0b", UsageError), ("x" * 5000, UsageError), ("/", FileNotAccepted)):  # fmt: skip
        with pytest.raises(kind):
            contents.of_file(bad)


@pytest.mark.parametrize("number", ["", "x", "-1", "٣", "1" * 400, "1.0"])
def test_numbers_that_are_none(number):
    element = f'<partition xmlns="urn:sesphr:phr:1"><source><attachment number="{number}" name="a"/></source></partition>'
    assert attached.attachments(element.encode()) == {}


def test_a_large_file_is_read_in_small_pieces(tmp_path):
    pieces = contents.pieces(tmp_path / "large")
    with (tmp_path / "large").open("wb") as file:
        file.truncate(2**28)
    assert max(map(len, pieces)) == contents.BLOCK
