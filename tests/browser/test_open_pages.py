"""What all pages have around their content: the way past the navigation, the menu, the banners."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright

from tests.browser import axe, chromium
from tests.browser.site import Site

# The walk looks at these pages in every `make test`; their states here.
pytestmark = pytest.mark.soak


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    return tmp_path / "profile"


def ready(page: Page, path: str) -> None:
    page.goto(path)
    page.wait_for_selector("body.js-enabled")


def test_the_keyboard_reaches_the_content_and_the_menu(
    playwright: Playwright, site: Site, profile: Path
) -> None:
    with chromium.context(playwright, site.url, profile, viewport=chromium.PHONE) as (browser, _):
        page = chromium.first_page(browser)
        ready(page, "/help")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert page.evaluate("() => document.activeElement.id") == "main"
        menu = page.get_by_role("button", name="Menu")
        navigation = page.get_by_role("navigation", name="Main")
        assert not navigation.is_visible()
        menu.focus()
        page.keyboard.press("Enter")
        assert navigation.is_visible()
        page.keyboard.press("Tab")
        page.keyboard.press("Escape")
        assert not navigation.is_visible()
        assert menu.evaluate("(one) => one === document.activeElement")


def test_without_scripts_a_page_says_what_it_needs_and_its_menu_stays_open(
    playwright: Playwright, site: Site, profile: Path
) -> None:
    options = {"viewport": chromium.PHONE, "java_script_enabled": False}
    with chromium.context(playwright, site.url, profile, **options) as (browser, _):
        page = chromium.first_page(browser)
        page.goto("/")
        sentence = page.locator("noscript p")
        assert sentence.is_visible()
        assert "needs JavaScript" in (sentence.text_content() or "")
        assert page.get_by_role("navigation", name="Main").is_visible()


def test_a_lost_connection_is_said_and_unsaid(
    playwright: Playwright, site: Site, profile: Path
) -> None:
    with chromium.context(playwright, site.url, profile) as (browser, watch):
        page = chromium.first_page(browser)
        ready(page, "/help")
        # axe looks into the folded list of languages too, and the browser asks for their letters.
        watch.expected.append("net::ERR_INTERNET_DISCONNECTED")
        browser.set_offline(True)
        page.get_by_text("You are offline. Nothing is lost").wait_for()
        axe.assert_none(page)
        browser.set_offline(False)
        page.get_by_text("You are offline. Nothing is lost").wait_for(state="hidden")
