"""The corpus tells imported, refused and mapped apart, and its report says so."""

from pathlib import Path

from benchmarks.corpus import report
from benchmarks.corpus.__main__ import measured
from benchmarks.corpus.fetch import Source

EXAMPLES = Path(__file__).resolve().parents[3] / "docs" / "examples"
BROKEN = {"source": "a", "file": "x.xml", "outcome": "broken", "wrong": "TypeError: no\n at y"}


def source(folder: Path) -> Source:
    return Source("a", "a package", "a licence", folder)


def test_examples_are_imported_and_rendered() -> None:
    rows = {row["file"]: row for row in measured([source(EXAMPLES)])}
    assert set(rows) == {"ccda.xml", "fhir.json"}
    assert all(row["outcome"] == "imported" and row["rendered"] for row in rows.values())
    assert rows["ccda.xml"]["sections"] == 2
    assert (rows["fhir.json"]["resources"], rows["fhir.json"]["inXml"]) == (3, "same")
    assert all(row["named"] == row["facts"] > 0 for row in rows.values())


def test_refused_and_unknown_are_told(tmp_path: Path) -> None:
    (tmp_path / "doctor.json").write_text('{"resourceType": "Practitioner"}')
    (tmp_path / "cut.json").write_text('{"resourceType": "Patient"')
    (tmp_path / "not-a-record.json").write_text('{"name": "x"}')
    section = "<component><section><code code='local'/><text>x</text></section></component>"
    (tmp_path / "odd.xml").write_text(
        f"<ClinicalDocument xmlns='urn:hl7-org:v3'><component><structuredBody>{section}</structuredBody></component></ClinicalDocument>"
    )  # fmt: skip
    rows = measured([source(tmp_path)])
    assert sorted(row["file"] for row in rows) == ["cut.json", "doctor.json", "odd.xml"]
    written = report.written([source(tmp_path)], rows)
    assert "| a package | a licence | 3 | 1 | 2 | 0 | 0 of 1 sections | 1 of 1 |" in written
    assert "| no record of a patient, only Practitioner | 1 |" in written
    assert "- a `cut.json`: json-broken\n" in written
    assert "| local | 1 |" in written


def test_faults_are_listed(tmp_path: Path) -> None:
    written = report.written([source(tmp_path)], [BROKEN])
    assert "- a `x.xml`: TypeError: no\n" in written
    assert "No file was broken" not in written
