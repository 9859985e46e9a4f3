"""The same record again next month: recognised, offered as a new version, and what is new said."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Playwright, expect

from tests.browser import axe, chromium
from tests.browser.acts import account, records
from tests.browser.acts.account import Member
from tests.browser.site import Site
from tests.support.people_cli import Person

# One short way through it is in the story; each state of it here.
pytestmark = pytest.mark.soak

Resource = dict[str, Any]


@dataclass
class Again:
    """An owner on her page, a doctor who may read her medical part, and files to add."""

    owner: Person
    page: Page
    doctor: Page
    folder: Path

    def file(self, name: str, *resources: Resource) -> Path:
        """A FHIR file about her."""
        patient = {"resourceType": "Patient", "id": "p", "name": [{"family": "Quill"}]}
        entries = [{"resource": one} for one in (patient, *resources)]
        path = self.folder / name
        path.write_text(
            json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries})
        )
        return path

    def versions(self) -> dict[str, int]:
        """Her records' versions, as her command line sees them."""
        return {one["record"]: one["version"] for one in self.owner.ok("records")["records"]}


@pytest.fixture
def again(playwright: Playwright, site: Site, tmp_path: Path) -> Iterator[Again]:
    """Each test has people of its own."""
    owner, reader = site.system.join(), site.system.join("physician")
    site.system.deposit(owner, medical="<m>rest</m>")
    owner.ok("grant", reader.login, "--partition", "medical", "--history")
    with (
        chromium.context(playwright, site.url, tmp_path / "owner") as (hers, watch),
        chromium.context(playwright, site.url, tmp_path / "doctor") as (theirs, _),
    ):
        watch.expected += ["net::ERR_FAILED", "offline", "ERR_CONNECTION", "Superseded"]
        page, doctor = chromium.first_page(hers), chromium.first_page(theirs)
        page.on("dialog", lambda dialog: dialog.accept())
        account.sign_in(page, Member("Owner", owner.login, owner.password))
        account.sign_in(doctor, Member("Reader", reader.login, reader.password))
        yield Again(owner, page, doctor, tmp_path)


def lab(day: str, value: float, **more: Any) -> Resource:
    """A result."""
    code = {"system": "http://loinc.org", "code": "718-7", "display": "Hemoglobin"}
    return {
        "resourceType": "Observation", "id": f"lab-{day}", "status": "final",
        "subject": {"reference": "Patient/p"}, "effectiveDateTime": day, "code": {"coding": [code]},
        "category": [{"coding": [{"code": "laboratory"}]}],
        "valueQuantity": {"value": value, "unit": "g/dL"}, **more,
    }  # fmt: skip


def problem(name: str) -> Resource:
    """A problem."""
    return {
        "resourceType": "Condition", "id": name.replace(" ", "-"), "code": {"text": name},
        "subject": {"reference": "Patient/p"}, "clinicalStatus": {"coding": [{"code": "active"}]},
    }  # fmt: skip


OCTOBER = (lab("2026-09-01", 13.2), lab("2026-10-01", 13.4), problem("Asthma"))
NOVEMBER = (*OCTOBER, lab("2026-11-01", 12.1), problem("Anaemia"))


def choose(page: Page, path: Path) -> Locator:
    """Choose a file; it is compared when this returns."""
    records.choose_file(page, path, separate=False)
    expect(page.locator("#save[aria-disabled=false]")).to_be_attached()
    return page.locator(".again")


def add(again: Again, path: Path, how: str = "") -> None:
    """Add a file, with the choice of this label where one is offered."""
    panel = choose(again.page, path)
    if how:
        panel.get_by_label(how).check()
    if again.page.locator("#confirm").is_visible():
        again.page.locator("#confirm").check()
    records.save(again.page)


def test_the_next_version_is_offered_made_and_read_with_what_is_new(again: Again) -> None:
    page, doctor = again.page, again.doctor
    add(again, again.file("october.json", *OCTOBER))
    panel = choose(page, again.file("november.json", *NOVEMBER))
    expect(panel).to_contain_text("You added a record from this source on")
    expect(panel).to_contain_text("4 items are the same")
    expect(panel.get_by_label("Make it the new version of that record")).to_be_checked()
    panel.get_by_text("2 items are new").click()
    expect(panel).to_contain_text("Anaemia")
    expect(panel.get_by_label("Do not add it")).to_be_hidden()
    axe.assert_none(page)
    if page.locator("#confirm").is_visible():
        page.locator("#confirm").check()
    records.save(page)
    expect(page.locator("main")).to_contain_text("This is version 2 of the record")
    assert sorted(again.versions().values()) == [1, 2]
    # The doctor was granted nothing anew.
    doctor.goto("/home")
    doctor.get_by_role("link", name="Open").first.click()
    assert "Anaemia" in records.shown(doctor)
    doctor.get_by_role("tab", name="New (2)").click()
    fresh = doctor.get_by_role("tabpanel", name="New (2)")
    expect(fresh).to_contain_text("Came with version 2 on")
    expect(fresh).to_contain_text("Anaemia")
    expect(fresh).to_contain_text("12.1")
    expect(fresh).not_to_contain_text("Asthma")
    axe.assert_none(doctor)
    page.goto("/activity")
    expect(
        page.get_by_role("listitem").filter(has_text="Made version 2 of a record")
    ).to_be_visible()


def test_what_is_there_already_is_not_added(again: Again) -> None:
    page = again.page
    path = again.file("october.json", *OCTOBER)
    add(again, path)
    before = again.versions()
    panel = choose(page, path)
    expect(panel).to_contain_text("already")
    expect(panel).to_contain_text("Nothing is new and nothing changed")
    expect(panel.get_by_label("Do not add it")).to_be_checked()
    expect(page.get_by_role("button", name="Encrypt and save")).to_be_hidden()
    axe.assert_none(page)
    page.get_by_role("button", name="Do not add it").click()
    page.wait_for_url("**/home")
    assert again.versions() == before


def test_what_is_gone_is_asked_about_and_kept_in_a_record_of_its_own(again: Again) -> None:
    page = again.page
    add(again, again.file("november.json", *NOVEMBER))
    panel = choose(page, again.file("october.json", *OCTOBER, problem("Gout")))
    expect(panel).to_contain_text("2 items of that record are not in this file")
    expect(panel).to_contain_text("2 items that are not in this file leave it")
    panel.get_by_text("2 items of that record are not in this file").click()
    expect(panel).to_contain_text("Anaemia")
    panel.get_by_label("Add it as a separate record").check()
    if page.locator("#confirm").is_visible():
        page.locator("#confirm").check()
    records.save(page)
    assert list(again.versions().values()) == [1, 1, 1]
    page.goto("/record")
    text = records.shown(page)
    assert "Anaemia" in text
    assert "Gout" in text


def test_another_device_was_first(again: Again) -> None:
    page = again.page
    add(again, again.file("october.json", *OCTOBER))
    choose(page, again.file("november.json", *NOVEMBER))
    other = again.file("other.json", *OCTOBER, problem("Gout"))
    record = max(again.owner.ok("records")["records"], key=lambda one: one["date"])["record"]
    again.owner.ok("deposit", str(other), "--record", record)
    if page.locator("#confirm").is_visible():
        page.locator("#confirm").check()
    page.get_by_role("button", name="Encrypt and save").click()
    told = page.get_by_role("alert").filter(has_text="That record was changed on another device")
    expect(told).to_be_focused(timeout=60_000)
    axe.assert_none(page)
    page.get_by_role("button", name="Back to checking").click()
    expect(page.locator(".again")).to_contain_text("1 item of that record is not in this file")
    if page.locator("#confirm").is_visible():
        page.locator("#confirm").check()
    records.save(page)
    assert again.versions()[record] == 3


def test_what_was_moved_last_time_is_moved_again(again: Again) -> None:
    page = again.page
    choose(page, again.file("october.json", *OCTOBER))
    records.move_first(page, "Medical", "Insurance")
    if page.locator("#confirm").is_visible():
        page.locator("#confirm").check()
    records.save(page)
    panel = choose(page, again.file("november.json", *NOVEMBER))
    expect(panel).to_contain_text("1 item was put where you had moved it last time")
    insurance = page.locator(".column[data-part=insurance]")
    expect(insurance.get_by_text("Moved by you")).to_be_visible()


def test_a_comparison_that_fails_is_told_and_never_in_the_way(again: Again) -> None:
    page = again.page
    add(again, again.file("october.json", *OCTOBER))
    page.route("**/api/access", lambda route: route.abort())
    records.choose_file(page, again.file("november.json", *NOVEMBER))
    expect(page.locator("#again")).to_contain_text("could not be compared", timeout=60_000)
    page.unroute_all()
    page.locator("#again").get_by_role("button", name="Try again").click()
    expect(page.locator(".again")).to_contain_text("2 items are new")


@pytest.mark.parametrize("size", [chromium.PHONE, chromium.NARROW])
def test_nothing_is_wider_than_the_screen(again: Again, size: dict[str, int]) -> None:
    page = again.page
    page.set_viewport_size(size)  # type: ignore[arg-type]
    add(again, again.file("october.json", *OCTOBER))
    choose(page, again.file("november.json", *NOVEMBER))
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    axe.assert_none(page)
