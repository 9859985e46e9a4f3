"""A patient and a physician do the main job on the pages, from nothing to taking it back."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright

from tests.browser import chromium
from tests.browser.acts import account, staff
from tests.browser.acts.account import Member
from tests.browser.site import Site


@pytest.fixture
def people(playwright: Playwright, site: Site, tmp_path: Path) -> Iterator[dict[str, Page]]:
    """A browser each for the patient, the physician and the administrator."""
    with ExitStack() as stack:
        pages = {}
        for name in ("patient", "physician", "staff"):
            found, _ = stack.enter_context(chromium.context(playwright, site.url, tmp_path / name))
            pages[name] = chromium.first_page(found)
        yield pages


def test_the_story(site: Site, people: dict[str, Page]) -> None:
    patient, physician, office = people["patient"], people["physician"], people["staff"]
    eve = Member("Eve Adams", "eve@example.org")
    bob = Member("Dr Bob Lee", "bob@example.org")
    staff.enrol(office)
    for page, who, role in ((patient, eve, "I am a patient"), (physician, bob, "I am a doctor")):
        account.register(page, who, role)
        account.confirm(page, site, who)
        staff.authorise(office, who.login, "identity card seen")
        account.sign_in(page, who)
