"""Becoming a member, signing in and out."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from tests.browser.site import Site

PASSWORD = "violet harbour 91 quilt"
KEEP = re.compile("Keep your (new )?recovery code")


@dataclass
class Member:
    """Somebody with an account, and what they know."""

    name: str
    login: str
    password: str = PASSWORD
    recovery_code: str = ""


def register(page: Page, member: Member, role: str) -> None:
    """From the first question to the letter; `role` is what the page calls it."""
    page.goto("/register")
    answer(page, member, role)
    page.get_by_role("button", name="Create my account").click()
    expect(page.get_by_role("heading", name="Check your e-mail")).to_be_visible(timeout=60_000)


def answer(page: Page, member: Member, role: str, *, until: str = "review") -> None:
    """Answer the questions of registering up to a step: password, code or review."""
    page.get_by_label(role).check()
    _go_on(page)
    page.get_by_label("What is your name?").fill(member.name)
    _go_on(page)
    page.get_by_label("What is your e-mail address?").fill(member.login)
    _go_on(page)
    page.get_by_label("Password", exact=True).fill(member.password)
    _go_on(page)
    if until == "password":
        return
    expect(page.get_by_role("heading", name="Keep your recovery code")).to_be_visible()
    if until == "review":
        keep_code(page, member)
        expect(page.get_by_role("heading", name="Is everything right?")).to_be_visible()


def keep_code(page: Page, member: Member, *, last: str = "Continue") -> None:
    """Write the recovery code down, and type two of its groups back."""
    expect(page.get_by_role("heading", name=KEEP)).to_be_visible()
    groups = page.locator("ol[data-slot=codes]:visible li").all_inner_texts()
    member.recovery_code = "-".join(group.strip() for group in groups)
    page.get_by_role("button", name="I have printed it").click()
    for field in page.get_by_label(re.compile(r"Group \d of 8")).locator("visible=true").all():
        label = page.locator(f"label[for='{field.get_attribute('id')}']").inner_text()
        number = int(re.findall(r"\d+", label)[0])
        field.fill(groups[number - 1].strip())
    page.get_by_role("button", name=last).locator("visible=true").click()


def confirm(page: Page, site: Site, member: Member) -> None:
    """Open the link of the letter and press the button."""
    page.goto(site.confirmation(member.login))
    page.get_by_role("button", name=re.compile("Confirm")).click()
    expect(page.get_by_text("is confirmed")).to_be_visible()


def sign_in(page: Page, member: Member, *, lands: str = "/home") -> None:
    """Sign in from the sign-in page."""
    page.goto("/sign-in")
    page.get_by_label("E-mail address").fill(member.login)
    page.get_by_label("Password", exact=True).fill(member.password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"**{lands}", timeout=60_000)


def sign_out(page: Page, member: Member) -> None:
    """Sign out by the menu under one's name."""
    page.locator("summary", has_text=member.name).click()
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.wait_for_url(lambda url: urlsplit(url).path == "/")


def _go_on(page: Page) -> None:
    page.get_by_role("button", name="Continue").locator("visible=true").click()
