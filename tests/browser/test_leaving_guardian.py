"""A hospital removes a nurse who alone acts for her child: she goes on acting, and does nothing else."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.browser.acts import account, organisation
from tests.browser.acts.account import Member
from tests.browser.site import Site
from tests.browser.test_account import set_up_app
from tests.browser.test_organisations import as_member, hospital, look, opened, place

__all__ = ["place"]

NURSE = Member("Nan Newman", "nan@example.org", "copper lantern 48 orchid")


def with_code(page: Page, code: str) -> None:
    """Sign in with a second factor."""
    page.goto("/sign-in")
    page.get_by_label("E-mail address").fill(NURSE.login)
    page.get_by_label("Password", exact=True).fill(NURSE.password)
    page.get_by_role("button", name="Sign in").click()
    page.locator("#otp").fill(code)
    page.get_by_role("button", name="Continue").locator("visible=true").click()


def child(page: Page, place: Site, codes: list[str]) -> None:
    """She adds her child, whom the administrator authorises."""
    with_code(page, codes.pop())
    page.wait_for_url("**/home")
    page.goto("/care")
    page.get_by_label("Their full name").fill("Tim Newman")
    page.get_by_role("button", name="Add them").click()
    shown = page.get_by_text("Others find them here as")
    expect(shown).to_be_visible()
    login = re.search(r"\S+@dependant\.invalid", shown.inner_text())
    assert login
    place.system.server.manage("authorise", login[0], "--checked", "birth certificate")


def acts_on(page: Page) -> None:
    """Signed in again, she finds her child and nothing else."""
    page.wait_for_url("**/care")
    expect(page.get_by_text("Your membership has ended")).to_be_visible()
    expect(page.get_by_label("Their full name")).to_be_hidden()
    # Until the list is there, the page says that it is being read.
    expect(page.get_by_role("button", name="Act for Tim Newman")).to_be_visible()
    look(page, whole=True)
    page.goto("/profile")
    page.wait_for_url("**/care")
    page.goto("/security")
    expect(page.get_by_role("heading", name="Security")).to_be_visible()
    page.goto("/care")
    page.get_by_role("button", name="Act for Tim Newman").click()
    page.wait_for_url("**/home")
    expect(page.get_by_text("You have no records yet")).to_be_visible()
    look(page, whole=False)


@pytest.mark.soak
def test_who_is_removed_acts_on_for_a_child(
    playwright: Playwright, place: Site, tmp_path: Path
) -> None:
    head, path = hospital(place)
    with (
        opened(playwright, place, tmp_path / "clerk") as clerk,
        opened(playwright, place, tmp_path / "nurse") as nurse,
    ):
        account.sign_in(clerk, as_member(head))
        clerk.goto(path)
        organisation.register(nurse, NURSE, organisation.enrol(clerk, NURSE, "Nurse", "Cardiology"))
        account.sign_in(nurse, NURSE)
        nurse.goto("/security")
        codes = set_up_app(nurse, NURSE)
        account.sign_out(nurse, NURSE)
        child(nurse, place, codes)
        clerk.reload()
        button = clerk.get_by_role("button", name=re.compile(f"^Remove.*{NURSE.name}"))
        button.click()
        words = "to act for 1 person who has no other guardian"
        expect(clerk.get_by_role("dialog")).to_contain_text(words)
        expect(clerk.get_by_role("dialog")).not_to_contain_text("signed out")
        look(clerk, whole=False)
        clerk.get_by_role("dialog").get_by_role("button", name="Remove").click()
        expect(clerk.locator("#result")).to_contain_text(words)
        look(clerk, whole=True)
        with_code(nurse, codes.pop())
        acts_on(nurse)
