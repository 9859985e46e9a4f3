"""Sharing with roles: automatically, ask me, never; who is concerned; all lists so far."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, Playwright, expect

from tests.browser import axe, chromium
from tests.browser.acts import account
from tests.browser.acts.account import Member
from tests.browser.site import Site
from tests.browser.test_requests import SIZES
from tests.browser.test_sharing import OVERFLOW
from tests.support.council import Authority
from tests.support.people_cli import Person


@dataclass
class Table:
    """An owner before the matrix, and a certified physician whom she let in herself."""

    site: Site
    owner: Person
    doctor: Person
    record: str
    page: Page

    def look(self) -> None:
        """Load the matrix."""
        self.page.goto("/sharing")
        expect(self.page.locator("#matrix > *").first).to_be_visible(timeout=60_000)
        expect(self.page.locator("#page-state")).to_be_hidden()

    def cell(self, part: str) -> Locator:
        """The button of a part for all doctors."""
        return self.page.locator(f"button[aria-label^='{part}, All doctors: ']")

    def choose(self, part: str, way: str, *also: str) -> None:
        """Change the cell; not saved yet."""
        self.cell(part).click()
        dialog = self.page.get_by_role("dialog")
        for label in (way, *also):
            dialog.get_by_label(label, exact=True).check()
        dialog.get_by_role("button", name="Choose this").click()

    def save(self, n: int, *, sure: bool = False) -> Locator:
        """Save, and what the page says once it is in force."""
        name = f"Save {n} change"
        self.page.locator("#changes").get_by_role("button", name=name).click()
        if sure:
            self.page.get_by_role("dialog").get_by_role("button", name=name).click()
        done = self.page.locator("#result .state--done")
        expect(done).to_be_visible(timeout=60_000)
        return done

    def opens(self, partition: str, code: int = 0) -> None:
        """The doctor opens a part at the command line, or is refused."""
        words = ("open", self.record, "--partition", partition, "--output")
        output = str(self.site.system.output())
        if code:
            self.doctor.fails(code, *words, output)
        else:
            self.doctor.ok(*words, output)


@pytest.fixture(scope="module")
def table(
    playwright: Playwright, site: Site, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Table]:
    system = site.system
    owner, doctor = system.join(), system.join("physician")
    Authority.of(system, "physician").certify(doctor)
    record = system.deposit(owner, medical="<m>rest</m>", personal="<p>Ada</p>")
    owner.ok("grant", doctor.login, "--partition", "personal", "--history")
    with chromium.context(playwright, site.url, tmp_path_factory.mktemp("profile")) as (
        found,
        _watch,
    ):
        page = chromium.first_page(found)
        page.on("dialog", lambda dialog: dialog.accept())
        account.sign_in(page, Member("Owner", owner.login, owner.password))
        yield Table(site, owner, doctor, record, page)


def says_what_it_trusts(dialog: Locator) -> None:
    for way, words in (
        ("Never", "no key node keeps anything for this role"),
        ("Ask me", "the one key node keeps nothing for those of them whom you have not let in"),
        ("Automatically", "the one key node could let somebody in without asking you"),
    ):
        dialog.get_by_label(way, exact=True).check()
        expect(dialog).to_contain_text(words)


def test_a_role_gets_in_by_itself_and_never_again(table: Table) -> None:
    page = table.page
    table.look()
    table.opens("medical", 3)
    table.cell("Medical").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Certified by Medical Council")
    says_what_it_trusts(dialog)
    axe.assert_none(page)
    page.keyboard.press("Escape")
    table.choose("Medical", "Automatically", "1 year", "All my records, also earlier ones")
    expect(table.cell("Medical")).to_be_focused()
    expect(page.locator("#changes")).to_contain_text("All doctors could open Medical until")
    table.opens("medical", 3)
    expect(table.save(1)).to_contain_text("All doctors can open Medical until")
    table.opens("medical")
    expect(table.cell("Medical")).to_contain_text("Automatically until")

    table.choose("Personal", "Never")
    expect(page.locator("#changes")).to_contain_text("can no longer open Personal")
    table.choose("Medical", "Never")
    expect(page.locator("#changes")).to_contain_text("nobody could open Medical by this role")
    table.save(2, sure=True)
    table.opens("medical", 3)
    table.opens("personal", 3)

    page.get_by_role("button", name="Show all my lists").click()
    lists = page.locator("#lists")
    expect(lists).to_contain_text("You signed all 3 lists, and none is missing.")
    expect(lists.locator(".lists__one").first).to_contain_text("In force")
    expect(lists.locator(".lists__one").first).to_contain_text(
        "Removed: All doctors, Medical until"
    )
    axe.assert_none(page)


@pytest.mark.soak
def test_a_list_that_is_missing_is_a_stop(table: Table) -> None:
    page = table.page
    told = page.request.get("/api/acl/lists").json()["lists"]
    page.route("**/api/acl/lists", lambda route: route.fulfill(json={"lists": told[1:]}))
    table.look()
    page.get_by_role("button", name="Show all my lists").click()
    expect(page.get_by_role("heading", name="Stop.")).to_be_visible()
    page.unroute_all()


@pytest.mark.soak
def test_other_key_nodes_are_dealt_everything_again(table: Table) -> None:
    page = table.page
    table.owner.ok("grant", "--role", "physician", "--partition", "medical", "--history")
    system = table.site.system
    system.databases.execute("srs", "UPDATE srs_share SET `group` = 'x'")
    table.opens("medical", 5)
    table.look()
    expect(page.get_by_role("heading", name="Some whom you let in cannot open")).to_be_visible()
    axe.assert_none(page)
    page.get_by_role("button", name="Confirm my list").click()
    expect(page.locator("#lacking > *")).to_have_count(0)
    table.opens("medical")


@pytest.mark.soak
def test_keys_alone_are_enough(table: Table) -> None:
    page = table.page
    table.look()
    table.cell("Insurance").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowUp")
    expect(page.get_by_label("Automatically", exact=True)).to_be_checked()
    page.keyboard.press("Escape")
    expect(table.cell("Insurance")).to_be_focused()


@pytest.mark.soak
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_width_and_scheme(table: Table, scheme: str) -> None:
    page = table.page
    table.look()
    table.choose("Personal", "Automatically")
    page.get_by_role("button", name="Show all my lists").click()
    expect(page.locator(".lists__one").first).to_be_visible()
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    for size in SIZES:
        page.set_viewport_size(size)  # type: ignore[arg-type]
        assert page.evaluate(OVERFLOW) <= 0, size
        axe.assert_none(page)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(chromium.DESKTOP)  # type: ignore[arg-type]
    page.get_by_role("button", name="Discard").click()
