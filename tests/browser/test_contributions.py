"""A doctor adds to a patient's record, who reads it, then accepts one and declines another."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.browser import axe, chromium
from tests.browser.acts import account
from tests.browser.acts.account import Member
from tests.browser.site import Site
from tests.support.people_cli import Person

SAMPLE = Path("tests/samples/ccda_ccd_hl7_small.xml")


@dataclass
class Practice:
    """Two people with a browser each; the owner let the doctor add to her medical part alone."""

    owner: Person
    doctor: Person
    hers: Page
    his: Page
    name: str


@pytest.fixture
def practice(playwright: Playwright, site: Site, tmp_path: Path) -> Iterator[Practice]:
    owner, doctor = site.system.join(), site.system.join("physician")
    owner.ok("grant", doctor.login, "--partition", "medical", "--add")
    with ExitStack() as stack:
        pages = []
        for who in (owner, doctor):
            profile = tmp_path / who.login
            found, _ = stack.enter_context(chromium.context(playwright, site.url, profile))
            page = chromium.first_page(found)
            account.sign_in(page, Member("Somebody", who.login, who.password))
            pages.append(page)
        name = doctor.login.partition("@")[0].title()
        yield Practice(owner, doctor, *pages, name)


def look(page: Page) -> None:
    """Nothing is wrong with the page, wide or narrow."""
    for size in (chromium.DESKTOP, chromium.PHONE):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        axe.assert_none(page)
    page.set_viewport_size(chromium.DESKTOP)  # type: ignore[arg-type]


def add(page: Page, *, first: bool) -> None:
    """The doctor chooses a file; of what is in it only the medical part is sent."""
    page.goto("/home")
    expect(page.locator("#home-adds .button")).to_be_visible()
    if first:
        look(page)
    page.locator("#home-adds .button").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Add to the record of")
    if first:
        look(page)
    page.locator("#file").set_input_files(str(SAMPLE))
    parts = page.locator("#check-parts li")
    expect(parts.filter(has_text="Is sent")).to_have_count(1)
    expect(parts.filter(has_text="Stays here").first).to_be_visible()
    if first:
        look(page)
    page.get_by_role("button", name="Encrypt and send").click()
    expect(page.get_by_role("heading", name="Sent")).to_be_visible()
    if first:
        look(page)


def open_it(page: Page, name: str) -> None:
    """The owner finds it on her home page and reads it."""
    page.goto("/home")
    needs = page.locator("#needs-place")
    expect(needs).to_contain_text(f"{name} added to your record")
    needs.get_by_role("link", name="Look at it").first.click()
    expect(page.locator("#proposal-title")).to_contain_text(f"{name} (")
    expect(page.locator("#record-tabs")).to_contain_text("Medical")


def answer(page: Page, act: str, sure: str) -> None:
    """The owner presses, reads what stays possible, and is sure."""
    page.get_by_role("button", name=act, exact=True).click()
    dialog = page.get_by_role("dialog")
    look(page)
    dialog.get_by_role("button", name=sure).click()


@pytest.mark.soak
def test_one_is_accepted_and_one_declined(practice: Practice) -> None:
    hers, his, name = practice.hers, practice.his, practice.name
    add(his, first=True)
    open_it(hers, name)
    look(hers)
    answer(hers, "Accept", "Accept")
    hers.wait_for_url("**/record")
    hers.get_by_role("tab", name="Medical").click()
    written = hers.locator(".origin__written")
    expect(written).to_contain_text(f"Written by {name} (Doctor), accepted by you on")
    look(hers)
    add(his, first=False)
    open_it(hers, name)
    answer(hers, "Decline", "Decline and erase")
    hers.wait_for_url("**/home")
    expect(hers.locator("#needs-place")).to_be_hidden()
    hers.goto("/activity")
    expect(hers.get_by_text("it was erased").first).to_be_visible()
    look(hers)
    assert len(practice.owner.ok("records")["records"]) == 1
    states = [one["state"] for one in practice.doctor.ok("proposals")["outgoing"]]
    assert sorted(states) == ["accepted", "declined"]
