"""`manage.py seed_records`: made-up visits that are real FHIR, and options that are checked."""

import json
from datetime import date
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from fhir.resources.R4B.bundle import Bundle

from sesphr.management.commands import seed_records
from sesphr.management.visits import visit


def test_visits_are_fhir_and_stay_the_same() -> None:
    for number in (0, 1, 99):
        octets = visit(number)
        Bundle.model_validate_json(octets)
        assert octets == visit(number)
    kinds = [entry["resource"]["resourceType"] for entry in json.loads(visit(0))["entry"]]
    assert {"Patient", "AllergyIntolerance", "Condition", "MedicationRequest"} <= set(kinds)


def test_visits_differ_by_day_and_repeat_what_lasts() -> None:
    first, second = (json.loads(visit(number)) for number in (0, 1))
    assert date.fromisoformat(first["timestamp"][:10]) > date.fromisoformat(
        second["timestamp"][:10]
    )
    same = [
        [one["resource"] for one in bundle["entry"] if one["resource"]["resourceType"] == "AllergyIntolerance"]
        for bundle in (first, second)
    ]  # fmt: skip
    assert same[0] == same[1]


def test_files_are_given_in_turn(tmp_path: Path) -> None:
    for name in ("b.json", "a.xml"):
        (tmp_path / name).write_text("x")
    files = seed_records._given(tmp_path)
    assert [next(files).name for _ in range(3)] == ["a.xml", "b.json", "a.xml"]


def test_an_empty_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no files"):
        seed_records._given(tmp_path)


@pytest.mark.parametrize(
    ("owner", "count", "said"),
    [("dr.lee@demo.sesphr.example", "1", "no owner"), ("ada@demo.sesphr.example", "0", "1 to")],
)
def test_wrong_options_are_refused(settings: object, owner: str, count: str, said: str) -> None:
    settings.SESPHR_DEMO = True  # type: ignore[attr-defined]
    with pytest.raises(CommandError, match=said):
        call_command("seed_records", "--owner", owner, "--count", count)
