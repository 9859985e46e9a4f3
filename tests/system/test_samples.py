"""Every sample from its file to its readers and back: nothing is lost, and nobody gets more than a part.

One owner has all of them. For each part there is a physician who was granted this part alone.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from sesphr.client import importer
from sesphr.client.importer import Imported
from sesphr.client.registration import DEFAULT_PARTITIONS, ORIGINAL
from sesphr.crypto.document import PHR
from tests.support.people_cli import Person, Result
from tests.system.place import SAMPLES, System

FILES = sorted(
    path for path in SAMPLES.iterdir() if path.is_file() and path.name != "SOURCES.md"
    and "NEGATIVE" not in path.name
)  # fmt: skip
# One of each kind: a file that is attached, FHIR with all parts, C-CDA.
SHORT = ["dicom_CT_small.dcm", "ips_ig_bundle01.json", "ccda_ccd_hl7_small.xml"]
# Shorter ones ("mg", "2019") are found in ids and dates by chance.
LETTERS = 6
# What the client says itself, to everybody who asks for these parts.
ITS_OWN = {*DEFAULT_PARTITIONS, "Refused"}


@dataclass(frozen=True)
class Deposited:
    """A sample, what the importer makes of it, and its record."""

    path: Path
    made: Imported
    record: str


@dataclass(frozen=True)
class Shelf:
    """The owner of all records, and the physician of each part."""

    system: System
    owner: Person
    doctors: dict[str, Person]
    records: list[Deposited]


@pytest.fixture(scope="module")
def owner(system: System) -> Person:
    """Whose records these are."""
    return system.join()


@pytest.fixture(scope="module")
def doctors() -> dict[str, Person]:
    """A physician for each part, from the first record on that has it."""
    return {}


@pytest.fixture(
    scope="module",
    params=[
        [SAMPLES / name for name in SHORT],
        pytest.param([one for one in FILES if one.name not in SHORT], marks=pytest.mark.soak),
    ],
    ids=["three", "others"],
)
def shelf(
    request: pytest.FixtureRequest, system: System, owner: Person, doctors: dict[str, Person]
) -> Shelf:
    """Some samples, each deposited as a record of its own."""
    records = [deposited(owner, path) for path in request.param]
    for name in {name for one in records for name in one.made.partitions} - doctors.keys():
        doctors[name] = system.join("physician")
        owner.ok("grant", doctors[name].login, "--partition", name, "--history")
    return Shelf(system, owner, doctors, records)


def deposited(owner: Person, path: Path) -> Deposited:
    """Deposit a file; what the answer says of it is what the importer makes of it."""
    made, done = importer.split(path), owner.ok("deposit", str(path))
    assert done["partitions"] == {name: len(text) for name, text in made.partitions.items()}
    assert done["original"] == path.stat().st_size
    return Deposited(path, made, done["record"])


def octets_in(folder: Path) -> dict[str, bytes]:
    """Every file in a folder and below, by its path there."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*") if path.is_file()
    }  # fmt: skip


def wanted(one: Deposited, *names: str) -> dict[str, bytes]:
    """The files of these parts as `open` must write them."""
    files = {f"{name}.xml": one.made.partitions[name] for name in names}
    for name in names:
        for told in one.made.attachments.get(name, []):
            held = told.content
            octets = held if isinstance(held, bytes) else held.read_bytes()
            assert hashlib.sha256(octets).hexdigest() == told.sha256
            files[f"{name}.files/{told.name}"] = octets
    return files


def items(partition: bytes) -> list[str]:
    """The kinds of a part's items, in order."""
    found = ET.fromstring(partition).findall(f"{{{PHR}}}item")
    return [one.get("kind", "") for one in found]


def strings(partition: bytes) -> Iterator[str]:
    """Every text value of a part: attributes, words, and the strings of JSON resources."""
    for element in ET.fromstring(partition).iter():
        yield from element.attrib.values()
        yield element.tail or ""
        if element.tag in (f"{{{PHR}}}resource", f"{{{PHR}}}entry") and element.text:
            yield from leaves(json.loads(element.text))
        else:
            yield element.text or ""


def leaves(value: Any) -> Iterator[str]:
    """The strings and numbers of a JSON value; names of members are the format's."""
    if isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from leaves(one)
    else:
        yield str(value)


def told_alone(one: Deposited, granted: str) -> set[str]:
    """What the other parts say and the granted one does not, without the client's own words."""
    texts = one.made.partitions
    own = "\n".join([texts[granted].decode(), *strings(texts[granted])])
    others = {word.strip() for name in texts if name != granted for word in strings(texts[name])}
    return {word for word in others - ITS_OWN if len(word) >= LETTERS and word not in own}


@dataclass(frozen=True)
class Got:
    """What the physician of one part got when all parts of a record were asked for."""

    one: Deposited
    part: str
    result: Result
    files: dict[str, bytes]


@pytest.fixture(scope="module")
def got(shelf: Shelf) -> list[Got]:
    """Each part of each record, opened by its physician, who asks for the other parts too."""
    return [
        asked_for_all(shelf, one, name) for one in shelf.records for name in one.made.partitions
    ]


def asked_for_all(shelf: Shelf, one: Deposited, part: str) -> Got:
    """Ask for every part; with one alone, for the original file beside it."""
    folder = shelf.system.output()
    named = [word for name in (*one.made.partitions, ORIGINAL) for word in ("--partition", name)]
    result = shelf.doctors[part].quick("open", one.record, *named, "--output", str(folder))
    return Got(one, part, result, octets_in(folder))


def test_the_owner_opens_every_part_as_it_was_made(shelf: Shelf) -> None:
    for one in shelf.records:
        folder = shelf.system.output()
        answer = shelf.owner.ok("open", one.record, "--output", str(folder))
        assert answer["refused"] == []
        assert octets_in(folder) == wanted(one, *one.made.partitions), one.path


def test_an_export_has_the_original_octets(shelf: Shelf) -> None:
    folder = shelf.system.output()
    shelf.owner.ok("export", "--output", str(folder))
    for one in shelf.records:
        found = folder / one.record / ORIGINAL / one.path.name
        original = hashlib.sha256(one.path.read_bytes()).hexdigest()
        assert hashlib.sha256(found.read_bytes()).hexdigest() == original, one.path
        for name, octets in wanted(one, *one.made.partitions).items():
            assert (folder / one.record / name).read_bytes() == octets, (one.path, name)


def test_a_physician_opens_the_granted_part_alone(got: list[Got]) -> None:
    for each in got:
        others = {*each.one.made.partitions, ORIGINAL} - {each.part}
        answer = each.result.answer
        assert (each.result.code, set(answer["refused"])) == (3, others), each.one.path
        assert answer["opened"] == {each.part: len(each.one.made.partitions[each.part])}
        assert each.files == wanted(each.one, each.part), (each.one.path, each.part)


def test_the_items_are_those_that_inspecting_the_file_tells(shelf: Shelf, got: list[Got]) -> None:
    told = {
        one.record: shelf.owner.ok("inspect", str(one.path))["partitions"] for one in shelf.records
    }
    for each in got:
        kinds = Counter(items(each.files[f"{each.part}.xml"]))
        assert kinds == told[each.one.record].pop(each.part), (each.one.path, each.part)
    assert not any(told.values())


def test_a_physician_gets_no_word_of_another_part(shelf: Shelf, got: list[Got]) -> None:
    kept = {name: said_and_kept(doctor) for name, doctor in shelf.doctors.items()}
    looked_for = 0
    for each in got:
        alone = told_alone(each.one, each.part)
        texts = [each.result.out, each.result.err, *leaves(each.result.answer), *each.files]
        read = [octets.decode(errors="replace") for octets in each.files.values()]
        everything = "\n".join([*texts, *read, kept[each.part]])
        assert not [word for word in alone if word in everything], (each.one.path, each.part)
        looked_for += len(alone)
    assert looked_for > len(shelf.records)


def said_and_kept(doctor: Person) -> str:
    """What a physician's list of records says, and all that lies in the HOME."""
    listed = doctor.quick("records")
    assert listed.code == 0
    files = [octets.decode(errors="replace") for octets in octets_in(doctor.home).values()]
    return "\n".join([listed.out, listed.err, *leaves(listed.answer), *files])
