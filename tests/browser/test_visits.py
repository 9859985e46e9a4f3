"""Opening by a code that is read out, and in an emergency that a colleague confirms."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.browser import axe, chromium
from tests.browser.acts import account
from tests.browser.acts.account import Member
from tests.browser.site import Authenticator, Site
from tests.support.council import Authority
from tests.support.people_cli import Person

PATIENCE = 60_000


@dataclass
class Ward:
    """An owner with a record and two certified physicians, each in a browser of their own."""

    site: Site
    owner: Person
    ann: Person
    ben: Person
    record: str
    pages: dict[str, Page]

    def page(self, person: Person, path: str) -> Page:
        """Somebody's page, loaded."""
        found = self.pages[person.login]
        found.goto(path)
        expect(found.locator("#page[inert]")).to_have_count(0, timeout=PATIENCE)
        return found


@pytest.fixture(scope="module")
def ward(
    playwright: Playwright, site: Site, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Ward]:
    system = site.system
    owner, ann, ben = system.join(), system.join("physician"), system.join("physician")
    authority = Authority.of(system, "physician")
    authority.certify(ann)
    authority.certify(ben)
    record = system.deposit(owner, medical="<m>rest</m>", personal="<p>Ada</p>")
    with ExitStack() as stack:
        pages = {}
        for one in (owner, ann, ben):
            profile = tmp_path_factory.mktemp("profile")
            found, _ = stack.enter_context(chromium.context(playwright, site.url, profile))
            page = pages[one.login] = chromium.first_page(found)
            account.sign_in(page, Member("Somebody", one.login, one.password))
        yield Ward(site, owner, ann, ben, record, pages)


def give(page: Page, part: str) -> None:
    """Save the rule that the form says."""
    page.get_by_label(part, exact=True).check()
    page.locator("#give-form").get_by_role("button", name="Save").click()
    expect(page.locator("#done")).to_be_visible(timeout=PATIENCE)
    expect(page.locator("#rules li")).to_have_count(1)


@pytest.mark.soak
def test_a_code_that_is_read_out_opens_the_record(ward: Ward) -> None:
    page = ward.page(ward.owner, "/consent-code")
    expect(page.locator("#rules-off")).to_be_visible(timeout=PATIENCE)
    give(page, "Medical")
    page.get_by_role("button", name="Set up the app").click()
    axe.assert_none(page)
    app = Authenticator(page.locator("[data-slot=secret]").inner_text())
    page.get_by_label("Code from the app").fill("12345")
    page.get_by_role("button", name="Turn on").click()
    expect(page.locator("#app-otp-error")).to_be_visible()
    page.get_by_label("Code from the app").fill(app.code())
    page.get_by_role("button", name="Turn on").click()
    expect(page.locator("#done")).to_contain_text("is set up", timeout=PATIENCE)
    expect(page.locator("[data-slot=secret]")).to_be_empty()

    _at_the_desk(ward, app)
    _told(ward)


def _at_the_desk(ward: Ward, app: Authenticator) -> None:
    desk = ward.page(ward.ann, "/ask")
    form = desk.locator("#code-form")
    form.get_by_label("E-mail address").fill(ward.owner.login)
    right = app.code()
    for code, told in (
        (str((int(right) + 1) % 10**6).zfill(6), "ask for the next one"),
        (right, ""),
    ):
        form.get_by_label("Code that your patient reads out").fill(code)
        form.get_by_role("button", name="Open by this code").click()
        if told:
            expect(desk.locator("#code-error")).to_contain_text(told, timeout=PATIENCE)
            axe.assert_none(desk)
    desk.wait_for_url(re.compile(r"/patients/"), timeout=PATIENCE)
    expect(desk.locator("#page")).to_contain_text("Medical", timeout=PATIENCE)


def _told(ward: Ward) -> None:
    home = ward.page(ward.owner, "/home")
    row = home.locator(".needs-row", has_text="used your consent code")
    expect(row).to_be_visible(timeout=PATIENCE)
    row.get_by_role("link").click()
    home.wait_for_url("**/consent-code")
    home = ward.page(ward.owner, "/home")
    expect(home.locator("#parts > *").first).to_be_visible(timeout=PATIENCE)
    expect(home.locator(".needs-row", has_text="used your consent code")).to_have_count(0)


@pytest.mark.soak
def test_two_clinicians_open_in_an_emergency_and_the_owner_reviews_it(ward: Ward) -> None:
    page = ward.page(ward.owner, "/emergency")
    expect(page.locator("#rules-off")).to_be_visible(timeout=PATIENCE)
    give(page, "Personal")
    axe.assert_none(page)
    card = ward.page(ward.owner, "/emergency/card")
    address = card.locator("[data-slot=address]").inner_text()
    axe.assert_none(card)

    _opened_by_two(ward, address)
    _reviewed(ward)


def _opened_by_two(ward: Ward, address: str) -> None:
    asking = ward.page(ward.ann, address)
    axe.assert_none(asking)
    asking.get_by_role("link", name="Sign in and ask").click()
    asking.get_by_label("Why is this an emergency?").fill("found unconscious")
    asking.get_by_label("E-mail address of a colleague").fill(ward.ben.login)
    axe.assert_none(asking)
    asking.get_by_role("button", name="Sign and ask").click()
    expect(asking.locator("#ask-waiting")).to_be_visible(timeout=PATIENCE)
    confirming = ward.page(ward.ben, "/home")
    panel = confirming.locator("#home-emergencies .panel")
    expect(panel).to_contain_text("found unconscious", timeout=PATIENCE)
    axe.assert_none(confirming)
    panel.get_by_role("button", name="Sign and confirm").click()
    expect(panel).to_have_count(0, timeout=PATIENCE)
    asking.wait_for_url(re.compile(r"/patients/"), timeout=PATIENCE)
    expect(asking.locator("#page")).to_contain_text("for emergency", timeout=PATIENCE)


def _reviewed(ward: Ward) -> None:
    home = ward.page(ward.owner, "/home")
    row = home.locator(".needs-row", has_text="in an emergency")
    expect(row).to_contain_text("found unconscious", timeout=PATIENCE)
    row.get_by_role("link").click()
    past = home.locator("#past article")
    expect(past).to_contain_text("found unconscious", timeout=PATIENCE)
    axe.assert_none(home)
    past.get_by_role("button", name="Question it").click()
    home.get_by_role("dialog").get_by_role("button", name="Question it").click()
    expect(past).to_contain_text("You questioned it", timeout=PATIENCE)
    letters = [text for text in ward.site.letters(ward.owner.login) if "emergency" in text]
    assert len(letters) == 1
