"""Running cases and comparing: a crash is a failure, and so is a result that differs."""

from dataclasses import dataclass, field

from sesphr.crypto.errors import CryptoError
from tests.vectorcheck.cases import Case, VectorFile
from tests.vectorcheck.operations import OPERATIONS


@dataclass
class Report:
    """What came of one file."""

    cases: int = 0
    results: int = 0
    accepted: int = 0
    rejected: int = 0
    failures: list[str] = field(default_factory=list)

    def counts(self) -> str:
        """One line."""
        line = (
            f"{self.cases} cases: {self.results} results, {self.accepted} accepted, "
            f"{self.rejected} rejected"
        )
        return f"{line}, {len(self.failures)} FAILED" if self.failures else line


def same(found: object, expected: object) -> bool:
    """Equality of JSON values in which true is not 1."""
    if isinstance(found, dict) and isinstance(expected, dict):
        return found.keys() == expected.keys() and all(same(found[k], expected[k]) for k in found)
    if isinstance(found, list) and isinstance(expected, list):
        return len(found) == len(expected) and all(map(same, found, expected))
    return type(found) is type(expected) and found == expected


def check_case(topic: str, case: Case, report: Report) -> str | None:
    """Run one case; why it failed, or None."""
    operation = OPERATIONS.get((topic, case.op))
    if operation is None:
        return f"unknown operation {topic}/{case.op}"
    try:
        found = operation(case.input, case.expect)
    except CryptoError as error:
        report.rejected += case.expect == "reject"
        return None if case.expect == "reject" else f"refused: {type(error).__name__}: {error}"
    except Exception as error:  # noqa: BLE001 (whatever else comes out is a crash, and reported)
        return f"crashed: {type(error).__name__}: {error}"
    if case.expect == "reject":
        return "taken, but must be refused"
    if case.expect == "accept":
        report.accepted += 1
        return None
    report.results += same(found, case.expect)
    return None if same(found, case.expect) else f"differs: {str(found)[:300]}"


def check_file(vectors: VectorFile) -> Report:
    """Run every case of a file."""
    report = Report(cases=len(vectors.cases))
    for case in vectors.cases:
        problem = check_case(vectors.topic, case, report)
        if problem is not None:
            report.failures.append(f"{case.id}: {problem}")
    return report
