"""A carer and a child: adding, acting, what every page says meanwhile, and going back."""

import re
import secrets
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, Route, expect

from sesphr.client.registration import registration
from sesphr.crypto import guardian, statements
from sesphr.crypto.encoding import b64u_decode
from sesphr.crypto.guardian import Handing
from sesphr.crypto.keys import MemberKeys
from tests.browser import axe, chromium, looks
from tests.browser.acts import account
from tests.browser.acts.account import Member
from tests.browser.acts.sharing import look_at_table
from tests.browser.site import Site
from tests.browser.test_account import set_up_app
from tests.support.people_cli import Person

pytestmark = pytest.mark.soak

BANNER = "You are acting for Tim Newman."


def with_code(page: Page, who: Member, code: str) -> None:
    """Sign in with a second factor."""
    page.goto("/sign-in")
    page.get_by_label("E-mail address").fill(who.login)
    page.get_by_label("Password", exact=True).fill(who.password)
    page.get_by_role("button", name="Sign in").click()
    page.locator("#otp").fill(code)
    page.get_by_role("button", name="Continue").locator("visible=true").click()
    page.wait_for_url("**/home")


def ready(page: Page) -> None:
    page.wait_for_function("() => !document.querySelector('#page').inert")
    expect(page.locator("#page-state")).to_be_hidden()
    axe.assert_none(page)


def for_everybody(page: Page) -> None:
    """What holds on every page, also under the banner and with somebody on the list."""
    for check in (looks.structure, looks.widths, looks.stillness, looks.paper, looks.keyboard):
        check(page)


def add_child(page: Page, site: Site) -> None:
    page.goto("/care")
    ready(page)
    page.get_by_role("button", name="Add them").click()
    expect(page.get_by_role("alert").filter(has_text="Enter their name")).to_be_visible()
    page.get_by_label("Their full name").fill("Tim Newman")
    page.get_by_label("Their full name").press("Enter")
    expect(page.locator("#done")).to_contain_text("Tim Newman is added.")
    expect(page.get_by_text("Waits for the administrator", exact=True)).to_be_visible()
    words = page.get_by_text("Others find them here as").inner_text()
    login = re.findall(r"\S+@dependant\.invalid", words)[0].strip("\u2068\u2069")
    site.system.server.manage("authorise", login, "--checked", "birth certificate")


def invite(page: Page, second: Person) -> None:
    page.goto("/care")
    page.get_by_role("button", name="Add a second guardian").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Their exact e-mail address").fill(second.login)
    dialog.get_by_role("button", name="Find").click()
    expect(dialog.get_by_text("Nobody here allows to be found").first).to_be_visible()
    axe.assert_none(page)
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_have_count(0)


def stay_after_unlocking(found: BrowserContext, page: Page, who: Member, code: str) -> None:
    """The session ends under an open page; whoever unlocks it acts for the same person still."""
    look_at_table(page)
    found.clear_cookies()
    page.get_by_role("button", name="Add a person").click()
    page.get_by_label("Their exact e-mail address").fill("nobody@example.org")
    page.get_by_role("button", name="Find").click()
    page.locator("#lock-password").fill(who.password)
    page.keyboard.press("Enter")
    page.locator("#lock-otp").fill(code)
    page.keyboard.press("Enter")
    expect(page.locator("dialog.lock")).to_have_count(0)
    expect(page.get_by_role("alert").filter(has_text="nobody@example.org").first).to_be_visible()
    page.reload()
    expect(page.get_by_text(BANNER)).to_be_visible()
    ready(page)


def go_back(found: BrowserContext, page: Page) -> None:
    """Act for oneself again, in every tab."""
    page.goto("/security")
    page.wait_for_url("**/home")
    other = found.new_page()
    look_at_table(other)
    page.get_by_role("button", name="Back to my own account").first.click()
    page.wait_for_url("**/care")
    other.wait_for_url("**/home")
    for one in (page, other):
        expect(one.get_by_text(BANNER)).to_have_count(0)
    other.close()
    page.bring_to_front()
    ready(page)


def test_a_carer_acts_for_a_child_and_every_page_says_so(
    playwright: Playwright, site: Site, tmp_path: Path
) -> None:
    carer, other = site.system.join("relative"), site.system.join("relative")
    who = Member("Relative", carer.login, carer.password)
    with chromium.context(playwright, site.url, tmp_path / "first") as (found, _):
        page = chromium.first_page(found)
        account.sign_in(page, who)
        page.goto("/care")
        expect(page.get_by_role("heading", name="First set a second step")).to_be_visible()
        ready(page)
        page.goto("/security")
        codes = set_up_app(page, who)
        account.sign_out(page, who)
        with_code(page, who, codes[0])
        add_child(page, site)
        invite(page, other)
        page.get_by_role("button", name="Act for Tim Newman").click()
        page.wait_for_url("**/home")
        for path in ("/home", "/sharing", "/add", "/record", "/activity", "/help"):
            page.goto(path)
            expect(page.get_by_text(BANNER)).to_be_visible()
            ready(page)
        for_everybody(page)
        page.goto("/activity")
        expect(page.get_by_role("heading", name="Began to act as guardian").first).to_be_visible()
        stay_after_unlocking(found, page, who, codes[1])
        page.set_viewport_size(chromium.PHONE)  # type: ignore[arg-type]
        ready(page)
        go_back(found, page)
        page.set_viewport_size(chromium.DESKTOP)  # type: ignore[arg-type]
        for_everybody(page)


def signed_in(site: Site, page: Page) -> tuple[Person, list[str]]:
    """A carer with a second factor in this browser, and the backup codes."""
    person = site.system.join("relative")
    who = Member("Relative", person.login, person.password)
    account.sign_in(page, who)
    page.goto("/security")
    codes = set_up_app(page, who)
    account.sign_out(page, who)
    with_code(page, who, codes.pop())
    return person, codes


def let_find(page: Page) -> bytes:
    """Allow to be found; the key that is published for it."""
    page.goto("/care")
    with page.expect_request("**/api/guardian-key") as sent:
        page.get_by_role("button", name="Allow it").click()
    expect(page.get_by_text("You allow it.")).to_be_visible()
    statement = sent.value.post_data_json["statement"]
    return b64u_decode(statements.payload_of_unverified(statement)["key"])


def ask(page: Page, login: str) -> None:
    """Compare with a second guardian, and ask them."""
    page.goto("/care")
    page.get_by_role("button", name="Add a second guardian").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Their exact e-mail address").fill(login)
    dialog.get_by_role("button", name="Find").click()
    dialog.get_by_role("button", name="All twelve words are the same").click()
    dialog.locator("[data-action=send]").click()
    expect(page.locator("#done")).to_contain_text("When they have accepted, they can act too.")


def own_seed(ben: str, published: bytes) -> Callable[[Any], Any]:
    """What a portal answers that asks in the first guardian's name with a seed of its own."""
    seed = secrets.token_bytes(32)

    def alter(asked: Any) -> Any:
        signed = statements.payload_of_unverified(asked["statement"])
        place, tim = signed["deployment"], asked["dependant"]
        jws = registration(MemberKeys.from_seed(seed), deployment=place, member=tim, partitions=[])
        sealed = guardian.hand_over(seed, Handing(place, tim, ben), published)
        return {**asked, "registrations": [jws], **sealed}

    return alter


def lie(page: Page, alter: Callable[[Any], Any]) -> None:
    """Answer with other invitations than there are, from the next time that the page is loaded."""

    def answer(route: Route) -> None:
        found = route.fetch()
        told = found.json()
        changed = {**told, "invitations": [alter(one) for one in told["invitations"]]}
        route.fulfill(response=found, json=changed)

    page.unroute_all()
    page.route("**/api/dependants", answer)
    page.goto("/care")
    expect(page.get_by_role("heading", name="Act for Tim Newman?")).to_be_visible()


def be_asked_falsely(page: Page, ben: str, published: bytes, digits: str) -> None:
    """Nothing is accepted before comparing; then nothing but what the guardian signed."""
    accept = page.get_by_role("button", name="Accept")
    lie(page, lambda asked: {**asked, "statement": None})
    expect(page.get_by_text("This question is from before such questions")).to_be_visible()
    expect(accept).to_have_count(0)
    lie(page, own_seed(ben, published))
    accept.click()
    expect(page.get_by_text("First compare the twelve words with whoever asks")).to_be_visible()
    expect(page.locator("#invitations [data-slot=digits]")).to_have_text(digits)
    ready(page)
    page.get_by_role("button", name="All twelve words are the same").click()
    expect(page.locator("#invitations .compare__done")).to_be_focused()
    accept.click()
    expect(page.locator("#stop .state--stop")).to_contain_text("Something is not what was signed.")
    ready(page)
    lie(page, lambda asked: {**asked, "by_registrations": asked["registrations"]})
    expect(page.locator("#invitations .state--stop")).to_be_visible()
    expect(accept).to_have_count(0)
    ready(page)


def test_a_second_guardian_compares_and_takes_only_what_was_signed(
    playwright: Playwright, site: Site, tmp_path: Path
) -> None:
    with ExitStack() as stack:
        pages = []
        for name in ("first", "second"):
            found, _ = stack.enter_context(chromium.context(playwright, site.url, tmp_path / name))
            pages.append(chromium.first_page(found))
        (anna, codes), (ben, _) = (signed_in(site, page) for page in pages)
        page = pages[1]
        published = let_find(page)
        login = anna.ok("dependant", "add", "Tim Newman", SESPHR_OTP=codes.pop())["login"]
        site.system.server.manage("authorise", login, "--checked", "birth certificate")
        ask(pages[0], ben.login)
        known = anna.ok("whoami", SESPHR_OTP=codes.pop())
        theirs = page.evaluate("fetch('/api/session').then((answer) => answer.json())")["id"]
        be_asked_falsely(page, theirs, published, str(known["fingerprint"]))
        # Nothing is lost by it.
        page.unroute_all()
        page.goto("/care")
        page.get_by_role("button", name="Accept").click()
        expect(page.locator("#done")).to_contain_text("You can act for Tim Newman now.")
        page.get_by_role("button", name="Act for Tim Newman").click()
        expect(page.get_by_text(BANNER)).to_be_visible()
