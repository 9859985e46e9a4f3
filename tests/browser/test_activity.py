"""The page of activity: what it says of a whole log, of a broken one, and of what is on its way."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Playwright, Route, expect

from tests.browser import axe, chromium
from tests.browser.acts import account
from tests.browser.acts.account import Member
from tests.browser.site import Site
from tests.support.people_cli import Person

# The walk, the story and the attacks run in every `make test`; each state of this page here.
pytestmark = pytest.mark.soak

ROWS = ".day .entry"
SIZES = [chromium.DESKTOP, chromium.PHONE, chromium.NARROW]


@dataclass
class History:
    """An owner whose record was opened, refused, shared and taken back, on her page of activity."""

    site: Site
    owner: Person
    doctor: Person
    page: Page


@pytest.fixture(scope="module")
def history(
    playwright: Playwright, site: Site, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[History]:
    """The same history for all tests of this module."""
    system = site.system
    owner, doctor = system.join(), system.join("physician")
    record = system.deposit(owner, medical="<m>rest</m>", personal="<p>Ada</p>")
    owner.ok("grant", doctor.login, "--partition", "medical", "--history")
    doctor.ok("open", record, "--partition", "medical", "--output", str(system.output()))
    doctor.fails(3, "open", record, "--partition", "personal", "--output", str(system.output()))
    owner.ok("revoke", doctor.login)
    profile = tmp_path_factory.mktemp("profile")
    with chromium.context(playwright, site.url, profile) as (found, watch):
        watch.expected.append("net::ERR_FAILED")
        page = chromium.first_page(found)
        account.sign_in(page, Member("Owner", owner.login, owner.password))
        yield History(site, owner, doctor, page)


@pytest.fixture
def page(history: History) -> Iterator[Page]:
    """The page as it stands after its check."""
    history.page.set_viewport_size(chromium.DESKTOP)  # type: ignore[arg-type]
    opened(history.page)
    expect(history.page.get_by_role("heading", name="The log is whole")).to_be_visible()
    yield history.page
    history.page.unroute_all()


def opened(page: Page) -> None:
    """Load the page and wait until it has said whether the log is whole."""
    page.goto("/activity")
    expect(page.locator("#verdict > *")).to_be_visible(timeout=60_000)
    expect(page.locator("#page-state")).to_be_hidden()


def changed(page: Page, alter: Callable[[Any], None]) -> None:
    """Load it again with other answers than the server's."""

    def answer(route: Route) -> None:
        response = route.fetch()
        found = response.json()
        if all(not one["events"] for one in found["streams"]):
            return route.fulfill(response=response)
        alter(found)
        return route.fulfill(response=response, json=found)

    page.route("**/api/activity*", answer)
    opened(page)


def longest(answer: Any) -> Any:
    """The stream with the most events."""
    return max(answer["streams"], key=lambda one: len(one["events"]))


def test_it_says_who_did_what_and_by_which_rule(history: History, page: Page) -> None:
    rows = [row.inner_text() for row in page.locator(ROWS).all()]
    assert len(rows) == len(history.owner.ok("activity")["events"])
    text = "\n".join(rows)
    for words in (
        "Taken back from",
        "Refused",
        "You did not share this",
        "Shared with",
        "Added a record",
    ):
        assert words in text
    row = page.locator(ROWS).filter(has_text="You approved this on")
    expect(row).to_contain_text("Purpose: Treatment.")
    expect(row).to_contain_text("Medical")
    expect(row.get_by_role("heading")).to_contain_text("Opened")


def test_the_picture_counts_and_says_it_as_a_table(page: Page) -> None:
    expect(page.locator("#picture-rows svg rect")).to_have_count(1)
    page.get_by_text("Show this as a table").click()
    table = page.get_by_role("table")
    assert table.locator("tbody tr").inner_text().split()[-2:] == ["1", "1"]


def test_a_proof_can_be_kept_and_is_one(page: Page) -> None:
    toggle = page.get_by_role("button", name="Show the proof").first
    toggle.focus()
    page.keyboard.press("Enter")
    expect(toggle).to_have_attribute("aria-expanded", "true")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Save this proof").click()
    proof = json.loads(Path(waiting.value.path()).read_text(encoding="utf-8"))
    assert set(proof) == {"event", "salt", "entry", "proof"}
    assert proof["proof"]["checkpoint"].startswith(proof["event"]["deployment"])


def test_filters_say_what_they_hide(page: Page) -> None:
    total = page.locator(ROWS).count()
    page.get_by_label("What happened").select_option(label="Refused")
    expect(page.locator(ROWS)).to_have_count(1)
    expect(page.locator("#filter-summary")).to_contain_text("Refused, Last 30 days")
    page.get_by_label("Part", exact=True).select_option(label="Medical")
    expect(page.locator("#filter-nothing")).to_contain_text("Medical, Refused, Last 30 days")
    axe.assert_none(page)
    page.get_by_role("button", name="Clear the filters").click()
    expect(page.locator(ROWS)).to_have_count(total)
    expect(page.get_by_label("Person")).to_be_focused()


def hide(answer: Any) -> None:
    """An event is gone, and another one says something else."""
    events = longest(answer)["events"]
    events[-1]["event"]["type"] = "nothing"
    del events[1]


def test_a_log_that_is_not_whole_is_red_and_says_what_to_do(page: Page) -> None:
    changed(page, hide)
    verdict = page.get_by_role("alert")
    expect(verdict).to_contain_text("The log is not whole")
    expect(verdict).to_contain_text("Entry 2 of key node 1 is missing.")
    expect(verdict).to_contain_text("is not what the log holds")
    expect(verdict).to_contain_text("What to do")
    expect(verdict).to_contain_text("The administrator was told")
    axe.assert_none(page)
    page.unroute_all()
    opened(page)
    expect(page.get_by_text("This list was not whole when it was checked")).to_be_visible()


def owe(answer: Any) -> None:
    """The log does not have the last event yet."""
    stream = longest(answer)
    stream["events"][-1]["proof"] = None
    stream["length"] -= 1


def test_what_is_on_its_way_is_said(page: Page) -> None:
    changed(page, owe)
    expect(page.get_by_text("1 entry is on its way to the log")).to_be_visible()
    expect(page.get_by_role("heading", name="The log is whole")).to_be_visible()
    assert page.get_by_text("On its way to the log", exact=True).count() == 1


def stranger(answer: Any) -> None:
    """A kind of event that this version does not know cannot be in the log as another one."""
    longest(answer)["events"][-1]["event"]["type"] = "moon-phase"


def test_a_changed_event_is_never_shown_as_true(page: Page) -> None:
    changed(page, stranger)
    assert "moon-phase" not in page.locator("#entries").inner_text()


def test_without_network_nothing_is_lost(page: Page) -> None:
    page.route("**/api/activity*", lambda route: route.abort())
    page.reload()
    again = page.get_by_role("button", name="Try again")
    expect(again).to_be_visible(timeout=60_000)
    axe.assert_none(page)
    page.unroute_all()
    again.click()
    expect(page.get_by_role("heading", name="The log is whole")).to_be_visible()


@pytest.mark.parametrize("size", SIZES, ids=lambda size: str(size["width"]))
def test_axe_finds_nothing_and_nothing_sticks_out(page: Page, size: Any) -> None:
    page.set_viewport_size(size)
    axe.assert_none(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


def test_in_the_dark(page: Page) -> None:
    page.emulate_media(color_scheme="dark")
    axe.assert_none(page)
    page.emulate_media(color_scheme="light")


def test_a_professional_sees_their_own(
    playwright: Playwright, history: History, tmp_path: Path
) -> None:
    with chromium.context(playwright, history.site.url, tmp_path) as (found, _):
        page = chromium.first_page(found)
        account.sign_in(page, Member("Doctor", history.doctor.login, history.doctor.password))
        opened(page)
        expect(page.locator(ROWS).filter(has_text="You registered")).to_be_visible()
        expect(page.locator("#picture-rows")).to_have_count(0)
        axe.assert_none(page)
