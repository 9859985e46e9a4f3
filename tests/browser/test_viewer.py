"""Files of a record in their dialog: each state that one can be in; test_story.py has the short form."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, Request, Route, expect

from tests.browser import axe, chromium
from tests.browser.acts import account, records
from tests.browser.acts.account import Member
from tests.browser.acts.shelf import DICOM, Shelf, attached, colours, described, pixel
from tests.browser.site import Site
from tests.support import browser_peer, files

pytestmark = pytest.mark.soak

HUGE = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\x01\0\0\0\x01\0\0" + bytes(16)
NAME = """<partition xmlns="urn:sesphr:phr:1" id="personal" version="1"><origin/>
<item id="i1" kind="patient" source="s1"><code display="Ada Byron"/></item>
<source id="s1" role="record"/></partition>"""
# Somebody comes back to the page, which then asks whether it may still show what it shows.
LOOKED_AT = 'document.dispatchEvent(new Event("visibilitychange"))'
NOT_SHOWN = {
    "notes.txt": (b"<script>alert(1)</script>", "SeSPHR shows PDF"),
    "empty.pdf": (b"", "SeSPHR shows PDF"),
    "broken.pdf": (b"%PDF-1.4 nothing of it", "damaged"),
    "cut.png": (files.picture()[:60], "damaged"),
    "huge.png": (HUGE, "too large"),
    "broken.dcm": (DICOM.read_bytes()[:140], "damaged"),
}


@pytest.fixture(scope="module")
def shelf(
    playwright: Playwright, site: Site, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shelf]:
    owner = site.system.join()
    folder = tmp_path_factory.mktemp("owner")
    with chromium.context(playwright, site.url, folder) as (hers, watch):
        # PDF.js says on the console what it could not read.
        watch.expected += ["Failed to load resource", "Warning: ", "integrity", "unreadable"]
        page = chromium.first_page(hers)
        account.sign_in(page, Member("Owner", owner.login, owner.password))
        yield Shelf(page, owner)


@pytest.fixture(autouse=True)
def _wide(shelf: Shelf) -> Iterator[None]:
    shelf.page.set_viewport_size(chromium.DESKTOP)  # type: ignore[arg-type]
    yield
    shelf.page.unroute_all()


def _fits(page: Page) -> None:
    for size in (chromium.DESKTOP, chromium.PHONE, chromium.NARROW):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        wider = "document.querySelector('.viewer').scrollWidth - innerWidth"
        assert page.evaluate(wider) <= 0
        axe.assert_none(page)
    page.set_viewport_size(chromium.DESKTOP)  # type: ignore[arg-type]


def test_what_cannot_be_shown_says_why_and_can_be_downloaded(shelf: Shelf) -> None:
    shelf.deposit({name: octets for name, (octets, _) in NOT_SHOWN.items()})
    for name, (octets, words) in NOT_SHOWN.items():
        dialog = shelf.open(name)
        expect(dialog.get_by_role("heading", name="This cannot be shown here")).to_be_focused()
        expect(dialog).to_contain_text(words)
        assert dialog.locator("canvas").count() == 0
        dialog.get_by_role("button", name="Download").click()
        sure = shelf.page.get_by_role("dialog", name="Download this file?")
        expect(sure).to_contain_text("no longer encrypted")
        with shelf.page.expect_download() as download:
            sure.get_by_role("button", name="Download it").click()
        assert Path(download.value.path()).read_bytes() == octets
        assert download.value.suggested_filename == name
        dialog.get_by_role("button", name="Close").click()
    shelf.open("notes.txt")
    _fits(shelf.page)
    shelf.page.keyboard.press("Escape")


def test_a_large_pdf_turns_its_pages_and_zooms_by_keys_and_buttons(shelf: Shelf) -> None:
    shelf.deposit({"large.pdf": files.pdf(40, padding=6_000_000)})
    dialog = shelf.open("large.pdf")
    canvas = dialog.get_by_role("img", name="Page 1 of 40")
    expect(canvas).to_be_visible(timeout=60_000)
    _fits(shelf.page)
    expect(dialog.get_by_role("region")).to_be_visible()
    dialog.get_by_role("spinbutton", name="Page").fill("17")
    dialog.get_by_role("spinbutton", name="Page").press("Enter")
    expect(dialog.get_by_role("img", name="Page 17 of 40")).to_be_visible()
    expect(dialog.get_by_text(f"{files.TEXT} 17")).to_be_attached()
    stage = dialog.get_by_role("region")
    stage.focus()
    shelf.page.keyboard.press("End")
    expect(dialog.get_by_role("img", name="Page 40 of 40")).to_be_visible()
    width = "one => one.querySelector('canvas').getBoundingClientRect().width"
    before = stage.evaluate(width)
    shelf.page.keyboard.press("+")
    expect(dialog.get_by_role("button", name="Fit the width")).to_contain_text("188%")
    assert stage.evaluate(width) > before
    shelf.page.keyboard.press("0")
    expect(dialog.get_by_role("button", name="Fit the width")).to_contain_text("150%")
    shelf.page.keyboard.press("Escape")
    expect(shelf.page.locator("canvas")).to_have_count(0)


def test_a_pdf_is_drawn_of_the_ranges_that_its_page_needs(shelf: Shelf) -> None:
    size = 12_000_000
    shelf.deposit({"ranges.pdf": files.pdf(40, padding=size)})
    asked: list[int] = []

    def note(request: Request) -> None:
        if request.url.endswith("/content"):
            first, last = map(int, request.headers["range"].removeprefix("bytes=").split("-"))
            asked.append(last + 1 - first)

    shelf.page.on("request", note)
    dialog = shelf.open("ranges.pdf")
    canvas = dialog.get_by_role("img", name="Page 1 of 40")
    expect(canvas).to_be_visible(timeout=60_000)
    assert pixel(canvas, 0.2, 1 - 720 / 842) == [0, 0, 0]
    shelf.page.keyboard.press("End")
    last = dialog.get_by_role("img", name="Page 40 of 40")
    expect(last).to_be_visible()
    assert pixel(last, 0.2, 1 - 720 / 842) == [0, 0, 0]
    shelf.page.remove_listener("request", note)
    # The start, the table at the end, and whatever else two pages need.
    assert len(asked) >= 2
    assert sum(asked) < size / 4
    shelf.page.keyboard.press("Escape")


def test_a_file_that_is_taken_back_while_it_is_open_is_closed_at_once(
    playwright: Playwright, site: Site, shelf: Shelf, tmp_path: Path
) -> None:
    doctor, given = site.system.join("physician"), {"shared.pdf": files.pdf(3)}
    with browser_peer.signed_in(shelf.owner, shelf.owner.url) as peer:
        peer.deposit(None, {"medical": attached(given)}, medical=described(given), personal=NAME)
    parts = ("--partition", "medical", "--partition", "personal")
    shelf.owner.ok("grant", doctor.login, *parts, "--history")
    with chromium.context(playwright, site.url, tmp_path) as (hers, _):
        page = chromium.first_page(hers)
        account.sign_in(page, Member("Doctor", doctor.login, doctor.password))
        page.goto(f"/patients/{shelf.owner.ok('whoami')['member']}")
        records.shown(page)
        dialog = Shelf(page, shelf.owner).open("shared.pdf")
        expect(dialog.get_by_role("img", name="Page 1 of 3")).to_be_visible(timeout=60_000)
        shelf.owner.ok("revoke", doctor.login, "--partition", "medical")
        page.evaluate(LOOKED_AT)
        expect(page.locator(".viewer, canvas")).to_have_count(0)
        expect(page.locator("#record-changed")).to_contain_text("Medical is no longer shared")
        assert "shared.pdf" not in page.content()
        expect(page.get_by_role("tab", name="Personal")).to_be_visible()
        axe.assert_none(page)
        shelf.owner.ok("revoke", doctor.login)
        page.evaluate(LOOKED_AT)
        expect(page.get_by_role("heading", name=re.compile("took this back"))).to_be_focused()
        axe.assert_none(page)


def test_a_photograph_stands_as_it_was_taken(shelf: Shelf) -> None:
    shelf.deposit({"turned.jpg": files.picture("JPEG", turned=True)})
    canvas = shelf.open("turned.jpg").get_by_role("img", name="Picture: turned.jpg")
    expect(canvas).to_be_visible()
    assert canvas.evaluate("one => [one.width, one.height]") == [200, 320]
    assert pixel(canvas, 0.5, 0.1)[0] > 150
    assert pixel(canvas, 0.5, 0.9)[2] > 150
    shelf.page.keyboard.press("Escape")


def test_what_was_changed_on_its_way_is_a_red_stop_and_reported(shelf: Shelf) -> None:
    def change(route: Route) -> None:
        found = route.fetch()
        body = bytearray(found.body())
        body[len(body) // 2] ^= 1
        route.fulfill(response=found, body=bytes(body))

    shelf.deposit({"changed.pdf": files.pdf(3)})
    shelf.page.route("**/api/attachments/*/content", change)
    with shelf.page.expect_request("**/api/integrity-reports"):
        dialog = shelf.open("changed.pdf")
    expect(dialog.get_by_role("heading", name=re.compile("Stop"))).to_be_focused()
    expect(dialog.get_by_role("button", name="Download")).to_be_hidden()
    assert dialog.locator("canvas").count() == 0
    axe.assert_none(shelf.page)
    shelf.page.keyboard.press("Escape")


def test_a_server_that_is_away_can_be_tried_again(shelf: Shelf) -> None:
    shelf.deposit({"later.png": files.picture()})
    shelf.page.route("**/api/attachments/*/content", lambda route: route.fulfill(status=503))
    dialog = shelf.open("later.png")
    again = dialog.get_by_role("button", name="Try again")
    expect(again).to_be_visible(timeout=60_000)
    shelf.page.unroute_all()
    again.click()
    expect(dialog.get_by_role("img", name="Picture: later.png")).to_be_visible()
    shelf.page.keyboard.press("Escape")


def test_a_locked_page_keeps_nothing_of_what_was_open(shelf: Shelf) -> None:
    shelf.deposit({"secret.dcm": DICOM.read_bytes()})
    canvas = shelf.open("secret.dcm").get_by_role("img", name="Picture: secret.dcm")
    expect(canvas).to_be_visible()
    assert colours(canvas) > 100
    other = shelf.page.context.new_page()
    other.goto("/help")
    other.evaluate("new BroadcastChannel('sesphr').postMessage({change: 'locked'})")
    other.close()
    expect(shelf.page.locator(".viewer")).to_have_count(0)
    expect(shelf.page.locator("canvas")).to_have_count(0)
    assert "GE MEDICAL" not in shelf.page.content()
