"""Made-up visits of one patient as FHIR R4 bundles: what `manage.py seed_records` deposits.

Every visit repeats her allergies, problems and medicines, as hospitals' files do, and adds
measurements of its own. The same number gives the same visit.
"""

import json
import random
import uuid
from datetime import date, timedelta
from typing import Any

Resource = dict[str, Any]

LAST = date(2026, 11, 12)
EVERY = timedelta(days=30)
LOINC, SNOMED = "http://loinc.org", "http://snomed.info/sct"
UCUM = "http://unitsofmeasure.org"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
CLINICAL = "http://terminology.hl7.org/CodeSystem/"


def _address(name: str) -> str:
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, name)}"


SUBJECT = {"reference": _address("patient")}

# LOINC, name, unit, reference, middle, spread.
TESTS = (
    ("4548-4", "Hemoglobin A1c/Hemoglobin.total in Blood", "%", (4.0, 6.0), 7.1, 0.6),
    ("2160-0", "Creatinine [Mass/volume] in Serum or Plasma", "mg/dL", (0.6, 1.2), 1.2, 0.15),
    ("33914-3", "Glomerular filtration rate", "mL/min/1.73.m2", (60.0, None), 58.0, 6.0),
    ("2823-3", "Potassium [Moles/volume] in Serum or Plasma", "mmol/L", (3.5, 5.3), 4.7, 0.4),
    ("2951-2", "Sodium [Moles/volume] in Serum or Plasma", "mmol/L", (133.0, 146.0), 139.0, 2.0),
    ("718-7", "Hemoglobin [Mass/volume] in Blood", "g/dL", (11.5, 16.5), 12.9, 0.6),
    ("777-3", "Platelets [#/volume] in Blood", "10*3/uL", (150.0, 400.0), 243.0, 20.0),
)  # fmt: skip
PROBLEMS = (
    ("49436004", "Atrial fibrillation", "2024-02-11"),
    ("38341003", "Hypertension", "2016-05-03"),
    ("44054006", "Type 2 diabetes", "2019-09-30"),
    ("700378005", "Chronic kidney disease, stage 3a", "2023-01-17"),
    ("55822004", "Hyperlipidaemia", "2018-03-20"),
)
ALLERGIES = (
    ("70618", "Penicillin", "2009-06-01", "high", "Anaphylaxis", "severe"),
    ("5640", "Ibuprofen", "2017-04-12", "low", "Facial swelling", "moderate"),
)
MEDICINES = (
    ("1364430", "Apixaban 5 mg tablet", "2024-02-14", 5, 2),
    ("854901", "Bisoprolol 2.5 mg tablet", "2024-02-14", 2.5, 1),
    ("261962", "Ramipril 5 mg capsule", "2026-08-03", 5, 1),
    ("860975", "Metformin 500 mg tablet", "2019-10-01", 500, 2),
    ("617311", "Atorvastatin 40 mg tablet", "2018-03-22", 40, 1),
)


def _code(system: str, code: str, display: str) -> Resource:
    return {"coding": [{"system": system, "code": code, "display": display}], "text": display}


def _state(of: str, code: str) -> Resource:
    return {"coding": [{"system": f"{CLINICAL}{of}", "code": code}]}


def _amount(value: float, unit: str) -> Resource:
    return {"value": value, "unit": unit, "system": UCUM, "code": unit}


def _observation(of: str, code: Resource, day: date, more: Resource) -> Resource:
    category = _code(f"{CLINICAL}observation-category", of, of)
    return {
        "resourceType": "Observation", "status": "final", "category": [category], "code": code,
        "subject": SUBJECT, "effectiveDateTime": f"{day}T08:30:00Z", **more,
    }  # fmt: skip


def _results(day: date, chance: random.Random) -> list[Resource]:
    found = []
    for code, name, unit, (low, high), middle, spread in TESTS:
        bounds = {"low": low, "high": high}
        reference = {key: _amount(one, unit) for key, one in bounds.items() if one is not None}
        value = _amount(round(chance.gauss(middle, spread), 1), unit)
        more = {"valueQuantity": value, "referenceRange": [reference]}
        found.append(_observation("laboratory", _code(LOINC, code, name), day, more))
    return found


def _vitals(day: date, chance: random.Random) -> list[Resource]:
    pair = [
        {"code": _code(LOINC, code, name), "valueQuantity": _amount(round(chance.gauss(middle, 8)), "mm[Hg]")}
        for code, name, middle in (
            ("8480-6", "Systolic blood pressure", 138),
            ("8462-4", "Diastolic blood pressure", 84),
        )
    ]  # fmt: skip
    panel = _code(LOINC, "85354-9", "Blood pressure panel")
    weight = {"valueQuantity": _amount(round(chance.gauss(74, 1), 1), "kg")}
    return [
        _observation("vital-signs", panel, day, {"component": pair}),
        _observation("vital-signs", _code(LOINC, "29463-7", "Body weight"), day, weight),
    ]


def _problems() -> list[Resource]:
    return [
        {"resourceType": "Condition", "clinicalStatus": _state("condition-clinical", "active"),
         "verificationStatus": _state("condition-ver-status", "confirmed"),
         "code": _code(SNOMED, code, name), "subject": SUBJECT, "onsetDateTime": since}
        for code, name, since in PROBLEMS
    ]  # fmt: skip


def _allergies() -> list[Resource]:
    return [
        {"resourceType": "AllergyIntolerance",
         "clinicalStatus": _state("allergyintolerance-clinical", "active"),
         "verificationStatus": _state("allergyintolerance-verification", "confirmed"),
         "criticality": criticality, "code": _code(RXNORM, code, name), "patient": SUBJECT,
         "onsetDateTime": since, "reaction": [{"manifestation": [{"text": reaction}], "severity": severity}]}
        for code, name, since, criticality, reaction, severity in ALLERGIES
    ]  # fmt: skip


def _medicines() -> list[Resource]:
    return [
        {"resourceType": "MedicationRequest", "status": "active", "intent": "order",
         "medicationCodeableConcept": _code(RXNORM, code, name), "subject": SUBJECT, "authoredOn": since,
         "dosageInstruction": [{"timing": {"repeat": {"frequency": times, "period": 1, "periodUnit": "d"}},
                                "doseAndRate": [{"doseQuantity": _amount(amount, "mg")}]}]}
        for code, name, since, amount, times in MEDICINES
    ]  # fmt: skip


def _visit(day: date) -> Resource:
    return {
        "resourceType": "Encounter", "status": "finished",
        "class": {"system": f"{CLINICAL}v3-ActCode", "code": "AMB", "display": "ambulatory"},
        "type": [_code(SNOMED, "185349003", "Check-up")], "subject": SUBJECT, "period": {"start": f"{day}"},
    }  # fmt: skip


def visit(number: int) -> bytes:
    """The file of the visit that was `number` months before the last one."""
    chance = random.Random(number)  # noqa: S311 -- no secret: a made-up laboratory
    day = LAST - number * EVERY
    patient = {
        "resourceType": "Patient", "name": [{"family": "Newman", "given": ["Alice"]}],
        "gender": "female", "birthDate": "1968-03-14",
    }  # fmt: skip
    resources = [
        patient, _visit(day), *_allergies(), *_problems(), *_medicines(),
        *_results(day, chance), *_vitals(day, chance),
    ]  # fmt: skip
    names = ["patient", *(f"visit {number}, {place}" for place in range(1, len(resources)))]
    entries = [
        {"fullUrl": _address(name), "resource": one}
        for name, one in zip(names, resources, strict=True)
    ]
    bundle = {
        "resourceType": "Bundle", "type": "collection", "timestamp": f"{day}T12:00:00Z",
        "entry": entries,
    }  # fmt: skip
    return json.dumps(bundle).encode()
