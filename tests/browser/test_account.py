"""An account from the pages alone: registering, waiting, passwords, codes, a second step, devices."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, Route, expect

from tests.browser import axe, chromium
from tests.browser.acts import account
from tests.browser.acts.account import Member
from tests.browser.site import Authenticator, Site

# The walk, the story and the attacks run in every `make test`; each state of this page here.
pytestmark = pytest.mark.soak

SUMMARY = ".nhsuk-error-summary:visible"


@pytest.fixture
def page(playwright: Playwright, site: Site, tmp_path: Path) -> Iterator[Page]:
    with chromium.context(playwright, site.url, tmp_path / "first") as (found, watch):
        # Tests break connections on purpose.
        watch.expected.append("net::ERR_")
        yield chromium.first_page(found)


@pytest.fixture
def second(playwright: Playwright, site: Site, tmp_path: Path) -> Iterator[Page]:
    """Another device."""
    with chromium.context(playwright, site.url, tmp_path / "second") as (found, _):
        yield chromium.first_page(found)


def member(page: Page, site: Site, login: str) -> Member:
    """Somebody who registered on this device and is authorised and signed in."""
    who = Member("Eve Adams", login)
    account.register(page, who, "I am a patient")
    site.system.server.manage("authorise", login, "--checked", "identity card seen")
    account.sign_in(page, who)
    return who


def say(page: Page, sentence: str) -> None:
    expect(page.locator("#done")).to_contain_text(sentence)
    axe.assert_none(page)


def prove(page: Page, who: Member, otp: str = "") -> None:
    """Enter the password, and a code where one is asked for."""
    page.locator("#prove-password").fill(who.password)
    if otp:
        page.locator("#prove-otp").fill(otp)
    page.locator("#prove-button").click()


def codes_shown(page: Page) -> list[str]:
    expect(page.get_by_role("heading", name="Keep your backup codes")).to_be_visible()
    axe.assert_none(page)
    return page.locator("#backup-sheet ol li").all_inner_texts()


def set_up_app(page: Page, who: Member) -> list[str]:
    """Set up an authenticator app; its backup codes."""
    page.get_by_role("button", name="Set up an authenticator app").click()
    prove(page, who)
    page.get_by_text("I cannot use the camera").click()
    app = Authenticator(page.locator("[data-slot=app-secret]").inner_text())
    axe.assert_none(page)
    page.locator("#app-otp").fill(app.code())
    page.get_by_role("button", name="Turn on").click()
    codes = codes_shown(page)
    page.get_by_role("button", name="I have printed them").click()
    say(page, "The second step is on")
    return [code.strip() for code in codes]


def test_registering_survives_a_broken_line_with_the_same_octets(page: Page) -> None:
    bodies: list[str | None] = []

    def answer(route: Route) -> None:
        bodies.append(route.request.post_data)
        route.abort() if len(bodies) < 5 else route.continue_()

    page.route("**/api/members", answer)
    calls: list[str] = []
    page.on("request", lambda one: calls.append(one.url) if "/api/" in one.url else None)
    page.goto("/register")
    account.answer(page, Member("Ann Other", "ann@example.org"), "I am a patient")
    assert calls == [], "nothing is sent before the last step"
    page.get_by_role("button", name="Create my account").click()
    expect(page.get_by_text("Nothing was lost")).to_be_visible()
    axe.assert_none(page)
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", name="Check your e-mail")).to_be_visible()
    assert len(bodies) == 5
    assert len(set(bodies)) == 1
    page.go_back()
    expect(page.get_by_role("heading", name="Check your e-mail")).to_be_visible()


def test_going_back_keeps_what_was_typed_and_says_where_one_is(page: Page) -> None:
    page.goto("/register")
    page.get_by_role("button", name="Continue").click()
    expect(page.locator(SUMMARY)).to_be_focused()
    axe.assert_none(page)
    page.get_by_label("I am a nurse").check()
    page.keyboard.press("Enter")
    expect(page.locator("h1:visible")).to_be_focused()
    expect(page).to_have_title(re.compile("What is your name"))
    page.get_by_label("What is your name?").fill("Nora Nurse")
    page.keyboard.press("Enter")
    expect(page.get_by_label("What is your e-mail address?")).to_be_visible()
    page.go_back()
    expect(page.get_by_label("What is your name?")).to_have_value("Nora Nurse")
    page.locator("button:visible", has_text="Back").click()
    expect(page.get_by_label("I am a nurse")).to_be_checked()


def test_a_weak_password_and_a_wrong_group_are_told_in_words(page: Page) -> None:
    page.goto("/register")
    who = Member("Ann Other", "ann2@example.org", password="password1")
    account.answer(page, who, "I am a patient", until="password")
    expect(page.get_by_text("Too easy to guess.")).to_be_visible()
    expect(page.locator(SUMMARY)).to_contain_text("harder to guess")
    page.locator("#password").fill(account.PASSWORD)
    page.get_by_role("button", name="Continue").locator("visible=true").click()
    page.get_by_role("button", name="I have printed it").click()
    page.locator("#register-check-group-0").fill("!!!!")
    page.get_by_role("button", name="Continue").locator("visible=true").click()
    expect(page.locator(SUMMARY)).to_contain_text("is not what stands on your sheet")
    axe.assert_none(page)


def test_only_the_sheet_is_printed(page: Page) -> None:
    page.goto("/register")
    account.answer(page, Member("Ann Other", "ann3@example.org"), "I am a patient", until="code")
    page.emulate_media(media="print")
    expect(page.locator("#register-sheet ol")).to_be_visible()
    expect(page.locator("#register-sheet")).to_contain_text("nobody can open your records again")
    for hidden in ("header", "footer", "h1", "#code-form", "#register-sheet button"):
        for one in page.locator(hidden).all():
            expect(one).to_be_hidden()


def test_somebody_who_waits_is_told_what_comes_next(page: Page, site: Site) -> None:
    who = Member("Will Wait", "will@example.org")
    account.register(page, who, "I am a patient")
    account.sign_in(page, who)
    expect(page.get_by_text("We sent you an e-mail")).to_be_visible()
    digits = page.locator("[data-slot=digits]").inner_text()
    page.goto(site.confirmation(who.login))
    axe.assert_none(page)
    page.get_by_role("button", name="Confirm").click()
    axe.assert_none(page)
    page.goto("/home")
    expect(page.get_by_text("Your address is confirmed.")).to_be_visible()
    axe.assert_none(page)
    said = site.system.server.manage("authorise", who.login, "--checked", "identity card seen")
    assert " ".join(digits.split()) in said
    page.get_by_role("button", name="Look again").click()
    expect(page.get_by_role("heading", name="What happens next")).to_have_count(0)
    page.goto("/profile")
    expect(page.get_by_text("identity card seen")).to_be_visible()
    axe.assert_none(page)


def test_a_new_password_and_a_new_recovery_code(page: Page, site: Site, second: Page) -> None:
    who = member(page, site, "eve@example.org")
    page.goto("/security")
    page.get_by_role("button", name="Change the password").click()
    page.locator("#current").fill("not this one")
    page.locator("#new").fill("marble lantern 47 copse")
    page.get_by_role("button", name="Change the password").locator("visible=true").click()
    expect(page.locator(SUMMARY)).to_contain_text("This password is not right")
    axe.assert_none(page)
    page.locator("#current").fill(who.password)
    page.get_by_role("button", name="Change the password").locator("visible=true").click()
    say(page, "Your password is changed")
    who.password = "marble lantern 47 copse"
    page.get_by_role("button", name="Make a new recovery code").click()
    account.keep_code(page, who)
    prove(page, who)
    say(page, "Your new recovery code counts now")
    recover(second, who)


def recover(page: Page, who: Member) -> None:
    """A lost password: the code opens the account, and both are replaced."""
    page.goto("/recover")
    page.get_by_label("E-mail address").fill(who.login)
    page.locator("#recovery-code").fill(who.recovery_code.lower().replace("-", " "))
    page.get_by_role("button", name="Continue").locator("visible=true").click()
    page.locator("#password").fill("copper saddle 12 lagoon")
    page.locator("#password-again").fill("copper saddle 12 lagoon")
    axe.assert_none(page)
    page.get_by_role("button", name="Change the password").click()
    expect(page.get_by_role("heading", name="Keep your new recovery code")).to_be_visible()
    axe.assert_none(page)
    account.keep_code(page, who, last="Use this code from now on")
    expect(page.get_by_role("heading", name="Your account is open again")).to_be_visible()
    axe.assert_none(page)
    page.get_by_role("link", name="Go to my home page").click()
    page.wait_for_url("**/home")


def test_a_second_step_asks_for_codes_and_can_be_removed(
    page: Page, site: Site, second: Page
) -> None:
    who = member(page, site, "fay@example.org")
    page.goto("/security")
    codes = set_up_app(page, who)
    second.goto("/sign-in")
    second.get_by_label("E-mail address").fill(who.login)
    second.get_by_label("Password", exact=True).fill(who.password)
    second.get_by_role("button", name="Sign in").click()
    second.locator("#otp").fill("000000")
    second.get_by_role("button", name="Continue").locator("visible=true").click()
    expect(second.locator(SUMMARY)).to_contain_text("This code is not right")
    axe.assert_none(second)
    second.locator("#otp").fill(codes[0])
    second.get_by_role("button", name="Continue").locator("visible=true").click()
    second.wait_for_url("**/home")
    end_other_device(page, second)
    page.get_by_role("button", name="Make new backup codes").click()
    prove(page, who, codes[1])
    fresh = codes_shown(page)
    page.get_by_role("button", name="I have printed them").click()
    say(page, "Your new backup codes count now")
    page.get_by_role("button", name="Remove", exact=True).click()
    prove(page, who, fresh[0].strip())
    say(page, "The second step is off")


def end_other_device(page: Page, other: Page) -> None:
    page.reload()
    page.locator("[data-action=sign-out-device]:visible").click()
    say(page, "That device was signed out")
    other.goto("/profile")
    other.wait_for_url("**/sign-in?next=*")


def test_signing_out_everywhere_ends_here_too(page: Page, site: Site) -> None:
    member(page, site, "gil@example.org")
    page.goto("/security")
    page.get_by_role("button", name="Sign out everywhere").click()
    axe.assert_none(page)
    page.get_by_role("dialog").get_by_role("button", name="Sign out everywhere").click()
    page.wait_for_url(site.url + "/")
    page.goto("/security")
    page.wait_for_url("**/sign-in?next=*")
