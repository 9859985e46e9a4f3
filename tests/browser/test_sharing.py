"""Who can see what: shared, changed and taken back in the browser; broken off, overtaken, lied to."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Playwright, Route, expect

from tests.browser import axe, chromium
from tests.browser import site as sites
from tests.browser.acts import account
from tests.browser.acts.account import Member
from tests.browser.site import Site
from tests.browser.test_requests import SIZES, other_keys
from tests.support.people_cli import Person
from tests.system.place import THREE_NODES

# The walk, the story and the attacks run in every `make test`; each state of this page here.
pytestmark = pytest.mark.soak

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@dataclass
class Table:
    """An owner before the matrix, a nurse in it, and a physician who can be added."""

    site: Site
    owner: Person
    nurse: Person
    doctor: Person
    record: str
    page: Page

    def look(self) -> None:
        """Load the matrix."""
        self.page.goto("/sharing")
        self.shown()

    def shown(self) -> None:
        """Wait until it is there."""
        expect(self.page.locator("#matrix > *")).to_be_visible(timeout=60_000)
        expect(self.page.locator("#page-state")).to_be_hidden()

    def name(self, person: Person) -> str:
        """What the page calls somebody."""
        return person.login.partition("@")[0].title()

    def cell(self, part: str, person: Person) -> Locator:
        """The button of a part and a person."""
        return self.page.locator(f"button[aria-label^='{part}, {self.name(person)}: ']")

    def share(self, part: str, person: Person, until: str = "1 year") -> None:
        """Change a cell; not saved yet."""
        self.cell(part, person).click()
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_label(until).check()
        dialog.locator("button[type=submit]").click()

    def take(self, part: str, person: Person) -> None:
        """Take back a cell; not saved yet."""
        self.cell(part, person).click()
        self.page.get_by_role("dialog").get_by_role("button", name="Take it back").click()

    def save(self, n: int, *, sure: bool = False) -> None:
        """Press Save, and Yes where taking back is asked about."""
        name = f"Save {n} change"
        self.page.locator("#changes").get_by_role("button", name=name).click()
        if sure:
            self.page.get_by_role("dialog").get_by_role("button", name=name).click()

    def saved(self) -> Locator:
        """What the page says once it is in force."""
        done = self.page.locator("#result .state--done")
        expect(done).to_be_visible(timeout=60_000)
        return done

    def opens(self, person: Person, partition: str, code: int = 0) -> None:
        """Somebody opens a part at the command line, or is refused."""
        words = ("open", self.record, "--partition", partition, "--output")
        output = str(self.site.system.output())
        if code:
            person.fails(code, *words, output)
        else:
            person.ok(*words, output)


def _table(playwright: Playwright, site: Site, profile: Path) -> Iterator[Table]:
    system = site.system
    owner, nurse, doctor = system.join(), system.join("nurse"), system.join("physician")
    record = system.deposit(owner, medical="<m>rest</m>", personal="<p>Ada</p>")
    with chromium.context(playwright, site.url, profile) as (found, watch):
        watch.expected.append("net::ERR_FAILED")
        page = chromium.first_page(found)
        page.on("dialog", lambda dialog: dialog.accept())
        account.sign_in(page, Member("Owner", owner.login, owner.password))
        yield Table(site, owner, nurse, doctor, record, page)


@pytest.fixture(scope="module")
def one_table(
    playwright: Playwright, site: Site, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Table]:
    """One owner for the module."""
    yield from _table(playwright, site, tmp_path_factory.mktemp("profile"))


@pytest.fixture
def table(one_table: Table) -> Iterator[Table]:
    """The matrix with a nurse in it, and no change that is not saved."""
    one_table.page.set_viewport_size(chromium.DESKTOP)  # type: ignore[arg-type]
    one_table.owner.ok("revoke", one_table.nurse.login)
    one_table.owner.ok("grant", one_table.nurse.login, "--partition", "medical")
    one_table.look()
    yield one_table
    one_table.page.unroute_all()
    one_table.look()
    if one_table.page.get_by_role("button", name="Discard").is_visible():
        one_table.page.get_by_role("button", name="Discard").click()


def test_an_empty_table_teaches(one_table: Table) -> None:
    one_table.look()
    expect(one_table.page.get_by_role("heading", name="You share with nobody")).to_be_visible()
    axe.assert_none(one_table.page)


def test_a_person_is_added_by_address_and_opens_what_is_saved(table: Table) -> None:
    page = table.page
    page.get_by_role("button", name="Add a person").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Their exact e-mail address").fill("nobody@example.org")
    page.keyboard.press("Enter")
    expect(dialog.locator(".nhsuk-error-summary")).to_contain_text("have to register here")
    dialog.get_by_label("Their exact e-mail address").fill(table.doctor.login)
    page.keyboard.press("Enter")
    expect(dialog).to_contain_text("Not certified")
    axe.assert_none(page)
    dialog.get_by_role("button", name=f"Add {table.name(table.doctor)}").click()
    expect(table.cell("Personal", table.doctor)).to_be_focused()
    row = page.locator(f"#m-{table.doctor.ok('whoami')['member']}")
    expect(row.locator(".matrix__certified")).to_have_text("Not certified")
    table.share("Personal", table.doctor)
    expect(page.locator("#changes")).to_contain_text("could read Personal until")
    table.opens(table.doctor, "personal", 3)
    table.save(1)
    expect(table.saved()).to_contain_text("Confirmed by 1 of 1 key node at")
    table.opens(table.doctor, "personal")
    table.opens(table.doctor, "medical", 3)
    table.owner.ok("revoke", table.doctor.login)


def test_taking_back_says_what_it_means_and_holds_at_once(table: Table) -> None:
    table.opens(table.nurse, "medical")
    table.take("Medical", table.nurse)
    page = table.page
    page.locator("#changes").get_by_role("button", name="Save 1 change").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("can no longer open Medical")
    expect(dialog).to_contain_text("What they have read, they have read.")
    axe.assert_none(page)
    dialog.get_by_role("button", name="Go back").click()
    table.opens(table.nurse, "medical")
    table.save(1, sure=True)
    expect(table.saved()).to_contain_text("can no longer open Medical")
    table.opens(table.nurse, "medical", 3)


def test_keys_alone_are_enough(table: Table) -> None:
    page = table.page
    table.cell("Personal", table.nurse).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(table.cell("Personal", table.nurse)).to_be_focused()
    page.keyboard.press("Enter")
    for _ in range(8):
        if page.locator("dialog button[type=submit]:focus").count():
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(table.cell("Personal", table.nurse)).to_be_focused()
    save = page.locator("#changes").get_by_role("button", name="Save 1 change")
    save.press("Enter")
    table.saved()
    table.opens(table.nurse, "personal")


def test_unsaved_changes_outlive_a_reload_and_can_be_undone(table: Table) -> None:
    page = table.page
    table.share("Personal", table.nurse)
    table.take("Medical", table.nurse)
    page.reload()
    table.shown()
    expect(page.locator(".change")).to_have_count(2)
    page.get_by_role("button", name="Undo: ").first.click()
    expect(page.locator(".change")).to_have_count(1)
    page.get_by_role("button", name="Discard").click()
    expect(page.locator("#changes")).to_contain_text("Everybody stays as they are")
    table.opens(table.nurse, "medical")


def test_another_device_was_faster(table: Table) -> None:
    page = table.page
    table.share("Medical", table.nurse)
    table.owner.ok("grant", table.nurse.login, "--partition", "medical", "--until", "2031-01-31")
    table.save(1)
    clash = page.locator("#conflict")
    expect(clash).to_contain_text("In force now: shared, until 31\u00a0January\u00a02031.")
    expect(clash).to_contain_text("Not saved: ")
    axe.assert_none(page)
    page.reload()
    table.shown()
    expect(clash).to_contain_text("In force now: ")
    page.get_by_role("button", name="Keep my changes").click()
    table.save(1)
    table.saved()
    expect(table.cell("Medical", table.nurse)).not_to_contain_text("2031")


def test_another_device_changed_something_else(table: Table) -> None:
    table.share("Personal", table.nurse)
    table.owner.ok("grant", table.nurse.login, "--partition", "prescription")
    table.save(1)
    table.saved()
    expect(table.cell("Prescriptions", table.nurse)).to_contain_text("No end date")
    table.opens(table.nurse, "personal")


def _answers(kind: str, sent: list[str]) -> Any:
    def answer(route: Route) -> None:
        if route.request.method != "POST":
            return route.continue_()
        sent.append(str(route.request.post_data))
        if kind == "limited":
            problem = {
                "type": "x",
                "title": "x",
                "status": 429,
                "code": "rate-limited",
                "detail": "Slow.",
            }
            return route.fulfill(
                status=429, content_type="application/problem+json", body=json.dumps(problem)
            )
        if kind == "lost answer":
            route.fetch()
        return route.abort()

    return answer


@pytest.mark.parametrize("kind", ["offline", "lost answer", "limited"])
def test_what_was_signed_is_sent_again_octet_for_octet(table: Table, kind: str) -> None:
    page, sent = table.page, list[str]()
    table.share("Personal", table.nurse)
    page.route("**/api/acl", _answers(kind, sent))
    table.save(1)
    expect(page.locator("#changes")).to_contain_text("is kept on this device", timeout=60_000)
    page.reload()
    expect(page.locator("#pending-note")).to_contain_text("still on its way", timeout=60_000)
    axe.assert_none(page)
    page.unroute_all()
    page.on("request", lambda one: _noted(sent, one.url, one.post_data))
    table.shown()
    page.get_by_role("button", name="Send it now").click()
    expect(page.locator("#pending-note")).to_contain_text("is in force")
    assert len(set(sent)) == 1
    expect(page.locator(".change")).to_have_count(0)
    table.opens(table.nurse, "personal")


def _noted(sent: list[str], url: str, body: str | None) -> None:
    if url.endswith("/api/acl") and body:
        sent.append(body)


def test_other_keys_stop_sharing_but_not_taking_back(table: Table) -> None:
    page = table.page
    other_keys(page, table.nurse.ok("whoami")["member"])
    table.look()
    expect(page.get_by_role("heading", name="Stop. This may not be")).to_be_visible()
    axe.assert_none(page)
    table.cell("Personal", table.nurse).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("button[type=submit]")).to_be_hidden()
    page.keyboard.press("Escape")
    table.take("Medical", table.nurse)
    table.save(1, sure=True)
    table.saved()
    table.opens(table.nurse, "medical", 3)


def test_keys_changed_after_they_were_compared_are_a_stop(table: Table) -> None:
    page, person = table.page, table.site.system.join("pharmacist")
    page.get_by_role("button", name="Add a person").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Their exact e-mail address").fill(person.login)
    page.keyboard.press("Enter")
    add = dialog.get_by_role("button", name=f"Add {table.name(person)}")
    expect(add).to_be_visible()
    other_keys(page, person.ok("whoami")["member"])
    add.click()
    expect(page.get_by_role("heading", name="Stop. This may not be")).to_be_visible()
    page.locator(f"button[aria-label^='Medical, {person.login}: ']").click()
    expect(page.get_by_role("dialog").locator("button[type=submit]")).to_be_hidden()
    page.keyboard.press("Escape")


def test_an_older_list_is_a_stop(table: Table) -> None:
    page = table.page
    old = page.request.get("/api/acl").json()
    table.share("Personal", table.nurse)
    table.save(1)
    table.saved()
    page.route("**/api/acl", lambda route: route.fulfill(json=old))
    page.reload()
    expect(page.get_by_role("heading", name="Stop.")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_width_and_scheme(table: Table, scheme: Any) -> None:
    page = table.page
    table.share("Personal", table.nurse)
    table.take("Medical", table.nurse)
    page.emulate_media(color_scheme=scheme)
    for size in SIZES:
        page.set_viewport_size(size)  # type: ignore[arg-type]
        assert page.evaluate(OVERFLOW) <= 0, size
        axe.assert_none(page)
    page.emulate_media(color_scheme="light")


def test_three_nodes_confirm(
    playwright: Playwright, static: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with sites.running(tmp_path_factory.mktemp("three"), static, THREE_NODES) as site:
        for table in _table(playwright, site, tmp_path_factory.mktemp("profile")):
            table.owner.ok("grant", table.nurse.login, "--partition", "medical")
            table.look()
            table.share("Personal", table.nurse)
            table.save(1)
            expect(table.saved()).to_contain_text("Confirmed by 3 of 3 key nodes at")
            table.opens(table.nurse, "personal")
