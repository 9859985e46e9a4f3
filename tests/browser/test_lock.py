"""Away from the keyboard: the warning, the lock in every tab, and what a browser keeps after it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, expect

from tests.browser import axe, chromium
from tests.browser import site as sites
from tests.browser.acts import account
from tests.browser.acts.account import Member
from tests.browser.site import Site

# The walk, the story and the attacks run in every `make test`; each state of this page here.
pytestmark = pytest.mark.soak

IDLE = "60"
LONG = 2 * 1000 * int(IDLE)
KEPT = """async () => {
  const opened = await new Promise((resolve, reject) => {
    const asked = indexedDB.open("sesphr");
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  const asked = opened.transaction("vault").objectStore("vault").count();
  const found = await new Promise((resolve) => { asked.onsuccess = () => resolve(asked.result); });
  opened.close();
  return found;
}"""


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory, static: Path) -> Iterator[Site]:
    """A site on which sessions idle soon."""
    folder = tmp_path_factory.mktemp("hasty")
    with sites.running(folder, static, {"SESPHR_IDLE_SECONDS": IDLE}) as found:
        yield found


@pytest.fixture
def browser(playwright: Playwright, hasty: Site, tmp_path: Path) -> Iterator[BrowserContext]:
    with chromium.context(playwright, hasty.url, tmp_path / "profile") as (found, _):
        yield found


def test_away_for_long_locks_every_tab_and_loses_nothing(
    browser: BrowserContext, hasty: Site
) -> None:
    page, who = chromium.first_page(browser), Member("Eve Adams", "eve@example.org")
    account.register(page, who, "I am a patient")
    account.sign_in(page, who)
    other = browser.new_page()
    other.goto("/profile")
    expect(other.locator("[data-slot=login]")).to_have_text(who.login)
    page.goto("/security")
    page.bring_to_front()
    page.get_by_role("button", name="Change the password").click()
    page.locator("#new").fill("typed before the lock")
    stay(page)
    locked(page, other)
    unlock(page, other, who)
    expect(page.locator("#new")).to_have_value("typed before the lock")
    leave(page, other, who)


def stay(page: Page) -> None:
    warning = page.get_by_role("alertdialog")
    expect(warning).to_contain_text("locks itself", timeout=LONG)
    axe.assert_none(page)
    expect(warning.get_by_role("button", name="Stay signed in")).to_be_focused()
    page.keyboard.press("Enter")
    expect(warning).to_have_count(0)


def locked(page: Page, other: Page) -> None:
    title = page.get_by_role("heading", name="Locked while you were away")
    expect(title).to_be_visible(timeout=LONG)
    assert page.evaluate(KEPT) == 0
    for one in (page, other):
        expect(one.locator("#lock-password")).to_be_visible()
        expect(one.locator("#page")).to_be_hidden()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(title).to_be_visible()
    axe.assert_none(page)


def unlock(page: Page, other: Page, who: Member) -> None:
    page.locator("#lock-password").fill("not this one")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("not right")
    axe.assert_none(page)
    page.locator("#lock-password").fill(who.password)
    page.keyboard.press("Enter")
    for one in (page, other):
        expect(one.locator("dialog.lock")).to_have_count(0)
        expect(one.locator("#page")).to_be_visible()


def leave(page: Page, other: Page, who: Member) -> None:
    """Signing out in one tab takes what the others show, and Back brings nothing."""
    page.locator("summary", has_text=who.name).click()
    page.get_by_role("button", name="Sign out", exact=True).click()
    for one in (page, other):
        one.wait_for_url(lambda url: url.rstrip("/").count("/") == 2)
    assert page.evaluate(KEPT) == 0
    page.go_back()
    page.wait_for_url("**/sign-in?next=*")


def test_a_browser_that_keeps_nothing_says_so_and_leaves_no_session(
    browser: BrowserContext, hasty: Site
) -> None:
    page, who = chromium.first_page(browser), Member("Fay Adams", "fay@example.org")
    account.register(page, who, "I am a patient")
    browser.add_init_script(
        "Object.defineProperty(window, 'indexedDB', { value: { open() { throw new DOMException('no', 'SecurityError'); } } });"
    )
    page.goto("/sign-in")
    page.get_by_label("E-mail address").fill(who.login)
    page.get_by_label("Password", exact=True).fill(who.password)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page.locator(".nhsuk-error-summary")).to_contain_text(
        "does not let SeSPHR keep what it needs"
    )
    axe.assert_none(page)
    page.goto("/profile")
    page.wait_for_url("**/sign-in?next=*")
