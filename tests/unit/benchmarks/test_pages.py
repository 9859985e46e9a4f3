"""Which pages are measured, and what is said of those below their bounds."""

import pytest

from benchmarks import pages

EVERY = pages.pages("owner-id", "doctor-id", "request-id")


def measured(page: str, performance: float = 95, accessibility: float = 100) -> pages.Measured:
    scores = {"performance": performance, "accessibility": accessibility, "best-practices": 100.0}
    metrics = dict.fromkeys(pages.METRICS, 0.5)
    return pages.Measured(page, "phone", scores, metrics, ("label (Forms have labels)",))


@pytest.mark.parametrize(
    ("only", "expected"),
    [
        (["/record"], {"owner": ["/record"]}),
        (["/patients/"], {"physician": ["/patients/owner-id"]}),
        (["/home", "/"], {"nobody": ["/"], "owner": ["/home"], "physician": ["/home"]}),
        (["/confirm"], {"nobody": ["/confirm?token=none"]}),
        (["/sharing"], {"owner": ["/sharing", "/sharing/as/doctor-id"]}),
    ],
)
def test_only_what_was_asked_for_is_measured(
    only: list[str], expected: dict[str, list[str]]
) -> None:
    assert pages.chosen_pages(EVERY, only) == expected


def test_all_pages_are_measured_unless_told() -> None:
    assert pages.chosen_pages(EVERY, []) == {who: list(paths) for who, paths in EVERY.items()}


def test_an_address_that_no_page_has_is_said() -> None:
    with pytest.raises(pages.PageError, match="/recrod"):
        pages.chosen_pages(EVERY, ["/record", "/recrod"])


def test_bounds_are_said_in_sentences() -> None:
    found = [
        measured("/record", 90),
        measured("/home", 20),
        measured("/record", 89.4),
        measured(f"/patients/{'0' * 36}", 60),
        measured("/help", accessibility=96),
    ]
    slow, patient, poor = pages.shortcomings(found)
    assert slow.startswith("The performance of /record (phone) is 89, below 90: first paint 0.5")
    assert patient.startswith("The performance of /patients/... (phone) is 60, below 90")
    assert poor == ("The accessibility of /help (phone) is 96, not 100: label (Forms have labels).")
