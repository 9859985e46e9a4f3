"""A document from the store opens with the stock `xmlsec1`, without a line of this project's code.

What an owner exports is enough: the encrypted document and the partition keys.
"""

import json
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.system.place import SAMPLES, System

XENC = "http://www.w3.org/2001/04/xmlenc#"


def decrypt(document: Path, key: Path, node: str) -> subprocess.CompletedProcess[bytes]:
    """Decrypt one EncryptedData element; xmlsec1 puts the plaintext in its place."""
    command = [
        "xmlsec1", "--decrypt", f"--aeskey:{key.stem}", str(key), "--node-id", node,
        "--id-attr:Id", f"{XENC}:EncryptedData", str(document),
    ]  # fmt: skip
    return subprocess.run(command, capture_output=True, timeout=60, check=False)


def parsed(octets: bytes) -> ET.Element:
    """An element with its comments."""
    return ET.fromstring(octets, ET.XMLParser(target=ET.TreeBuilder(insert_comments=True)))


def canonical(element: ET.Element) -> str:
    """One form for elements that mean the same."""
    text = ET.tostring(element, encoding="unicode")
    return ET.canonicalize(text, with_comments=True, rewrite_prefixes=True)


@pytest.fixture(scope="module")
def exported(system: System) -> Path:
    """An owner's export of one record; the folder with keys.json."""
    owner, folder = system.join(), system.output()
    owner.ok("deposit", str(SAMPLES / "ccda_ccd_hl7_medium.xml"))
    owner.ok("export", "--output", str(folder))
    return folder


def parts(exported: Path, tmp_path: Path) -> tuple[Path, dict[str, Path]]:
    """The record's folder, and a key file for each of its partitions."""
    (record,) = [path for path in exported.iterdir() if path.is_dir()]
    keys = json.loads((exported / "keys.json").read_bytes())["partitions"]
    names = [path.stem for path in record.glob("*.xml")]
    files = {name: tmp_path / f"{name}.key" for name in names}
    for name, file in files.items():
        file.write_bytes(bytes.fromhex(keys[name]["1"]))
    return record, files


def test_the_stock_command_opens_every_partition(exported: Path, tmp_path: Path) -> None:
    record, keys = parts(exported, tmp_path)
    assert set(keys) == {"personal", "medical", "insurance", "prescription", "original"}
    document = record / "encrypted" / "document.xml"
    for name, key in keys.items():
        done = decrypt(document, key, f"p-{name}")
        assert done.returncode == 0, done.stderr
        found = [one for one in parsed(done.stdout) if not one.tag.startswith(f"{{{XENC}}}")]
        assert len(found) == 1, name
        assert canonical(found[0]) == canonical(parsed((record / f"{name}.xml").read_bytes())), name


def test_another_partitions_key_opens_nothing(exported: Path, tmp_path: Path) -> None:
    record, keys = parts(exported, tmp_path)
    done = decrypt(record / "encrypted" / "document.xml", keys["personal"], "p-medical")
    assert done.returncode != 0
    assert b"<" not in done.stdout


def test_a_changed_octet_opens_nothing(exported: Path, tmp_path: Path) -> None:
    record, keys = parts(exported, tmp_path)
    text = (record / "encrypted" / "document.xml").read_bytes()
    start = text.index(b'Id="p-medical"')
    # The first value is the wrapped key; the second, after KeyInfo, the partition's octets.
    at = text.index(b"CipherValue>", text.index(b"</ds:KeyInfo>", start)) + 100
    changed = tmp_path / "changed.xml"
    changed.write_bytes(text[:at] + (b"A" if text[at : at + 1] != b"A" else b"B") + text[at + 1 :])
    done = decrypt(changed, keys["medical"], "p-medical")
    assert done.returncode != 0
    assert b"ClinicalDocument" not in done.stdout
