"""The administration in Chromium: every page at three widths, without a mouse, in the dark."""

import uuid
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.browser import axe, chromium
from tests.browser.acts import staff
from tests.browser.site import Site

SIZES = [chromium.DESKTOP, chromium.PHONE, chromium.NARROW]
LISTS = [
    "accounts/member", "accounts/event", "phr/keyrequest", "phr/integrityreport",
    "srs/accessrequest", "srs/version", "srs/event", "cloudstore/document",
    "cloudstore/attachment", "cloudstore/upload", "audit/entry",
]  # fmt: skip
WAITING = "table.rows tbody th a"
WIDER = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def office(
    playwright: Playwright, site: Site, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Page]:
    """Staff, signed in; a patient with a record that somebody opened, and somebody who waits."""
    system = site.system
    site.employ()
    owner, doctor = system.join(), system.join("physician")
    record = system.deposit(owner, medical="<m>rest</m>", personal="<p>Ada</p>")
    owner.ok("grant", doctor.login, "--partition", "medical", "--history")
    doctor.ok("open", record, "--partition", "medical", "--output", str(system.output()))
    doctor.ok("request", "--owner", owner.login, "--partition", "personal", "--purpose", "treatment",
              "--reason", "a visit")  # fmt: skip
    system.join("nurse", authorised=False)
    system.databases.execute(
        "cloud",
        "INSERT INTO cloudstore_upload (owner, attachment, stream, received, tail, announced, begun, touched)"
        " VALUES (%s, %s, %s, 4195328, %s, 1073741824, 1795970000, 1795970600)",
        *(uuid.uuid4().hex for _ in range(3)), b"",
    )  # fmt: skip
    profile = tmp_path_factory.mktemp("staff")
    with chromium.context(playwright, site.url, profile) as (found, _):
        page = chromium.first_page(found)
        staff.enrol(page)
        yield page


def clean(page: Page) -> None:
    """Nothing for axe-core, and no sideways scrolling, at any width."""
    for size in SIZES:
        page.set_viewport_size(size)  # type: ignore[arg-type]
        axe.assert_none(page)
        assert not page.evaluate(WIDER), (page.url, size)
    page.set_viewport_size(chromium.DESKTOP)  # type: ignore[arg-type]


def test_the_dashboard_says_who_waits(office: Page) -> None:
    office.goto("/admin/")
    expect(office.get_by_role("heading", level=1)).to_have_text("Dashboard")
    expect(office.get_by_text("No page here can open a health record")).to_be_visible()
    expect(office.get_by_role("table").first).to_contain_text("nurse")
    clean(office)
    office.emulate_media(color_scheme="dark")
    axe.assert_none(office)
    office.emulate_media(color_scheme="light")


@pytest.mark.parametrize("name", LISTS)
def test_lists_and_details(office: Page, name: str) -> None:
    office.goto(f"/admin/{name}/")
    clean(office)
    first = office.locator("table.rows tbody th a").first
    if first.count():
        first.click()
        expect(office.get_by_role("heading", level=1)).to_be_visible()
        clean(office)


@pytest.mark.parametrize("act", ["Authorise", "Suspend", "End membership"])
def test_acts_ask_first(office: Page, act: str) -> None:
    office.goto("/admin/accounts/member/?state=pending")
    office.locator(WAITING).click()
    office.get_by_role("link", name=act, exact=True).click()
    clean(office)
    if act != "Suspend":
        office.get_by_role("button").last.click()
        expect(office.get_by_role("alert")).to_be_focused()
        clean(office)


def test_authorising_without_a_mouse(office: Page) -> None:
    office.goto("/admin/accounts/member/?state=pending")
    office.locator(WAITING).focus()
    office.keyboard.press("Enter")
    office.get_by_role("link", name="Authorise", exact=True).focus()
    office.keyboard.press("Enter")
    office.get_by_label("What did you check").focus()
    office.keyboard.type("passport seen")
    office.keyboard.press("Tab")
    office.keyboard.press("Enter")
    expect(office.get_by_role("status")).to_contain_text("is authorised")
    clean(office)


def test_the_log_is_checked_from_its_page(office: Page) -> None:
    office.goto("/admin/audit/entry/")
    office.get_by_role("button", name="Check the whole log now").click()
    expect(office.get_by_role("status")).to_contain_text("The log is whole")
    clean(office)


def test_ciphertext_can_be_downloaded(office: Page) -> None:
    office.goto("/admin/cloudstore/document/")
    office.locator("table.rows tbody th a").first.click()
    with office.expect_download() as download:
        office.get_by_role("link", name="Download the encrypted octets").click()
    octets = download.value.path().read_bytes()
    assert b"EncryptedData" in octets
    assert b"<m>rest</m>" not in octets
