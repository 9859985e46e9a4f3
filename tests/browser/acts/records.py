"""What an owner does with her records, and what a reader sees of them."""

import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

CCDA = Path("tests") / "samples" / "ccda_ccd_practicefusion.xml"


def choose_file(page: Page, path: Path, *, separate: bool = True) -> None:
    """Choose a file on Add a record; it is sorted when this returns.

    As a separate record, unless the test is about what is offered for one that is there already.
    """
    page.goto("/add")
    page.get_by_label("Choose a file").set_input_files(str(path))
    expect(page.get_by_role("heading", name="Check what goes where")).to_be_visible()
    expect(page.locator(".column").first).to_be_visible()
    compared(page, separate=separate)


def compared(page: Page, *, separate: bool = True) -> None:
    """Wait until nothing moves any more: the file was compared with earlier records."""
    expect(page.locator("#again[data-state=done], #again[data-state=failed]")).to_be_visible()
    if separate and page.locator(".again").count():
        page.get_by_label("Add it as a separate record").check()


def padded(source: Path, target: Path) -> Path:
    """A document with nine megabytes of remarks, which only the original file keeps."""
    text = source.read_text(encoding="utf-8")
    end = text.index("<recordTarget")
    remarks = "".join(f"<!-- {number:090} -->\n" for number in range(90_000))
    target.write_text(f"{text[:end]}{remarks}{text[end:]}", encoding="utf-8")
    return target


def column(page: Page, part: str) -> Locator:
    """The column of a part."""
    return page.locator(".column").filter(has=page.get_by_role("heading", name=part, exact=True))


def move_first(page: Page, part: str, to: str) -> str:
    """Move the first movable item of a part by its menu; what it is called."""
    item = column(page, part).locator(".unit").filter(has=page.get_by_role("button")).first
    title = item.locator("[data-slot=title]").inner_text()
    item.get_by_role("button", name="Move").click()
    page.get_by_role("menuitem", name=f"To {to}").click()
    expect(column(page, to).get_by_text("Moved by you").first).to_be_visible()
    return title


def leave_warnings(page: Page) -> None:
    """Leave what warnings point at where it is."""
    while page.get_by_role("button", name="Leave it as it is").count():
        page.get_by_role("button", name="Leave it as it is").first.click()


def save(page: Page) -> None:
    """Encrypt and save; it is stored when this returns."""
    page.get_by_role("button", name="Encrypt and save").click()
    expect(page.get_by_role("heading", name="Your record is saved")).to_be_visible(timeout=120_000)


def open_patient(page: Page, name: str) -> None:
    """A professional opens what a patient shares, from the list."""
    page.goto("/home")
    page.get_by_role("row", name=re.compile(name)).get_by_role("link", name="Open").click()


def shown(page: Page) -> str:
    """Everything that the record page shows, once it is there."""
    expect(page.get_by_role("tablist")).to_be_visible(timeout=60_000)
    return page.locator("main").inner_text()
