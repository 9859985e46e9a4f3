"""Entering a record by hand."""

from playwright.sync_api import Page, expect

ENTERED = {
    "systolic": "142", "diastolic": "91",
    "medicines-0-name": "Salbutamol inhaler", "medicines-0-dose": "1 puff", "medicines-0-often": "twice a day",
    "allergies-0-name": "Brazil nuts", "allergies-0-reaction": "Swollen lips",
}  # fmt: skip


def begin(page: Page) -> None:
    """The form, from the page on which files are chosen."""
    page.goto("/add")
    page.get_by_role("link", name="Enter your record by hand").click()
    ready(page)


def ready(page: Page) -> None:
    """The form stands there with its rows."""
    expect(page.locator("#medicines-0-name")).to_be_visible()


def fill(page: Page, entered: dict[str, str]) -> None:
    """Type into fields, by their ids."""
    for field, text in entered.items():
        page.locator(f"#{field}").fill(text)


def check(page: Page) -> None:
    """On to what goes where; it is sorted when this returns."""
    page.get_by_role("button", name="Check what goes where").click()
    expect(page.get_by_role("heading", name="Check what goes where")).to_be_visible()
    expect(page.locator("#save[aria-disabled=false]")).to_be_visible()
