"""Asking, answering, looking at who can see what, taking back."""

import re
from collections.abc import Iterable

from playwright.sync_api import Page, expect


def ask(page: Page, login: str, parts: Iterable[str], reason: str) -> None:
    """A professional asks somebody for parts, for treatment."""
    page.goto("/ask")
    page.get_by_label("Their exact e-mail address").fill(login)
    for part in parts:
        page.get_by_label(part, exact=True).check()
    page.get_by_label("Treatment").check()
    page.get_by_label("Why do you need it?").fill(reason)
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Sign and send").click()
    expect(page.get_by_role("heading", name="Your request is signed")).to_be_visible()


def look_at_request(page: Page, name: str) -> None:
    """An owner opens the request of somebody."""
    page.goto("/requests")
    page.get_by_role("link", name=f"Look at this request of {name}").click()
    expect(page.get_by_role("heading", name=f"{name} asks to see")).to_be_visible()


def approve(page: Page, name: str, *, leave_out: Iterable[str], until: str | None = None) -> None:
    """Answer the request that is on the page, narrower than it was asked; `until` as 2027-06-30."""
    for part in leave_out:
        page.get_by_label(part, exact=True).uncheck()
    if until:
        page.get_by_label("Another date").check()
        page.locator("input[type=date]:visible").fill(until)
    page.get_by_role("button", name="Approve with these limits").click()
    expect(page.get_by_role("heading", name=f"Shared with {name}")).to_be_visible()


def look_at_table(page: Page) -> None:
    """Open who can see what; its buttons work when this returns."""
    page.goto("/sharing")
    expect(page.locator("#matrix > *")).to_be_visible()
    expect(page.locator("#page-state")).to_be_hidden()


def cell(page: Page, part: str, name: str) -> str:
    """What the table says of a part and a person."""
    look_at_table(page)
    button = page.get_by_role("button", name=re.compile(f"^{part}, {name}: "))
    expect(button).to_be_visible()
    said = button.get_attribute("aria-label") or button.inner_text()
    return said.replace("\xa0", " ")


def take_back(page: Page, part: str, name: str) -> None:
    """Take one part back from somebody in the table, read what it means, and save."""
    cell(page, part, name)
    page.get_by_role("button", name=re.compile(f"^{part}, {name}: ")).click()
    page.get_by_role("button", name="Take it back").click()
    page.get_by_role("button", name=re.compile("^Save 1 change")).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("What they have read, they have read.")
    dialog.get_by_role("button", name=re.compile("Save|Take back")).click()
    expect(page.get_by_text("confirmed by").first).to_be_visible()
