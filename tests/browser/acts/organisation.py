"""An organisation's administrator at work, and a patient who looks for a doctor."""

import re

from playwright.sync_api import Page, expect

from tests.browser.acts import account
from tests.browser.acts.account import Member


def enrol(page: Page, member: Member, role: str, department: str) -> str:
    """Make a code on the organisation's page; the code of the letter."""
    page.get_by_role("button", name="Enrol somebody").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill(member.name)
    dialog.get_by_label("Role").select_option(label=role)
    dialog.get_by_label("Department").select_option(label=department)
    dialog.get_by_label("Their e-mail address").fill(member.login)
    dialog.get_by_role("button", name="Make the code").click()
    expect(page.get_by_role("heading", name=f"Welcome, {member.name}")).to_be_focused()
    return page.locator(".letter__code").inner_text()


def register(page: Page, member: Member, code: str) -> None:
    """Register with the code of a letter, from the first question to the end."""
    page.goto("/register")
    page.get_by_role("button", name="I have an activation code").click()
    page.get_by_label("Your activation code").fill(code.lower())
    page.get_by_role("button", name="Check the code").click()
    expect(page.locator("#offer")).to_contain_text(member.name)
    page.get_by_role("button", name="Yes, go on").click()
    expect(page.get_by_label("What is your e-mail address?")).to_have_value(member.login)
    page.get_by_role("button", name="Continue").locator("visible=true").click()
    page.get_by_label("Password", exact=True).fill(member.password)
    page.get_by_role("button", name="Continue").locator("visible=true").click()
    account.keep_code(page, member)
    page.get_by_role("button", name="Create my account").click()
    expect(page.get_by_text("You are enrolled.")).to_be_visible(timeout=60_000)


def find(page: Page, **sought: str) -> None:
    """Look for a professional in the directory; fields by their label."""
    page.goto("/directory")
    for label, text in sought.items():
        field = page.get_by_label(label.replace("_", " "), exact=False)
        if label == "Speciality":
            field.select_option(label=text)
        else:
            field.fill(text)
    page.locator("#find").get_by_role("button", name="Search").click()


def remove(page: Page, name: str) -> None:
    """Remove somebody from the staff, after reading what it means."""
    page.get_by_role("button", name=re.compile(f"^Remove.*{name}")).click()
    expect(page.get_by_role("dialog")).to_contain_text("every key node forgets")
    expect(page.get_by_role("dialog")).to_contain_text("They are signed out for good.")
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.locator("#result")).to_contain_text(re.compile(f"{name} has left"))
