"""Files of a record are looked at inside the page: drawn, closed, downloaded, and never anything else."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest
from playwright.sync_api import Locator, Page, Playwright, Route, expect

from tests.browser import axe, chromium
from tests.browser.acts import account, records
from tests.browser.acts.account import Member
from tests.browser.site import Site
from tests.support import browser_peer, files
from tests.support.people_cli import Person

DICOM = Path("tests/samples/dicom_CT_small.dcm")
# How many shades and colours are on a canvas: 1 is an empty one.
COLOURS = """canvas => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const seen = new Set();
  for (let i = 0; i < data.length; i += 4) seen.add((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]);
  return seen.size;
}"""
AT = """(canvas, [x, y]) => [...canvas.getContext("2d").getImageData(
  Math.floor(x * canvas.width), Math.floor(y * canvas.height), 1, 1).data]"""


@dataclass
class Shelf:
    """Somebody with files in her record, before the page of it."""

    page: Page
    watch: chromium.Watch
    owner: Person
    site: Site

    def deposit(self, **named: bytes) -> None:
        """A record of these files, their names with underscores for dots; then look at it."""
        given = {name.replace("_", "."): octets for name, octets in named.items()}
        with browser_peer.signed_in(self.owner, self.site.url) as peer:
            peer.deposit(None, {"medical": attached(given)}, medical=described(given))
        self.page.goto("/record")
        records.shown(self.page)

    def button(self, name: str) -> Locator:
        """What opens a file from the summary."""
        summary = self.page.locator("#panel-summary")
        return summary.get_by_role("button", name=re.compile(rf"^Open ?: {re.escape(name)}$"))

    def open(self, name: str) -> Locator:
        """The file's dialog."""
        self.button(name).click()
        dialog = self.page.get_by_role("dialog", name=name)
        expect(dialog).to_be_visible()
        return dialog


def described(given: dict[str, bytes]) -> str:
    """A partition that says which files belong to it."""
    items = "".join(
        f'<item id="i{n}" kind="document" source="s{n}" date="2024-03-0{n}"><code display={quoteattr(name)}/></item>'
        for n, name in enumerate(given, 1)
    )
    sources = "".join(
        f'<source id="s{n}" role="record"><attachment number="{n}" name={quoteattr(name)} type="application/octet-stream"'
        f' size="{len(octets)}" sha256="{sha256(octets).hexdigest()}"/></source>'
        for n, (name, octets) in enumerate(given.items(), 1)
    )
    return f'<partition xmlns="urn:sesphr:phr:1" id="medical" version="1"><origin/>{items}{sources}</partition>'


def attached(given: dict[str, bytes]) -> list[dict[str, str]]:
    """The files as the endpoint's process takes them."""
    return [
        {"name": name, "type": "application/octet-stream", "content": browser_peer.encoded(octets)}
        for name, octets in given.items()
    ]


@pytest.fixture(scope="module")
def shelf(
    playwright: Playwright, site: Site, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shelf]:
    owner = site.system.join()
    folder = tmp_path_factory.mktemp("owner")
    with chromium.context(playwright, site.url, folder) as (hers, watch):
        page = chromium.first_page(hers)
        account.sign_in(page, Member("Owner", owner.login, owner.password))
        yield Shelf(page, watch, owner, site)


def colours(canvas: Locator) -> int:
    """How many there are on it."""
    found: int = canvas.evaluate(COLOURS)
    return found


def test_a_pdf_a_picture_and_a_scan_are_drawn_under_the_policy(shelf: Shelf) -> None:
    page = shelf.page
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url))
    shelf.deposit(letter_pdf=files.pdf(), photo_png=files.picture(), scan_dcm=DICOM.read_bytes())
    assert not [url for url in loaded if "pdf" in url]
    dialog = shelf.open("letter.pdf")
    canvas = dialog.get_by_role("img", name="Page 1 of 2")
    expect(canvas).to_be_visible(timeout=60_000)
    assert colours(canvas) > 4
    assert canvas.evaluate(AT, [0.2, 1 - 720 / 842])[:3] == [0, 0, 0]
    expect(dialog.get_by_text(f"{files.TEXT} 1")).to_be_attached()
    axe.assert_none(page)
    page.keyboard.press("PageDown")
    expect(dialog.get_by_role("img", name="Page 2 of 2")).to_be_visible()
    expect(dialog.get_by_role("button", name="Next page")).to_be_disabled()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(shelf.button("letter.pdf")).to_be_focused()
    dialog = shelf.open("photo.png")
    canvas = dialog.get_by_role("img", name="Picture: photo.png")
    expect(canvas).to_be_visible()
    assert canvas.evaluate(AT, [0.1, 0.5])[:3] == [200, 0, 0]
    assert canvas.evaluate(AT, [0.9, 0.5])[:3] == [0, 0, 200]
    dialog.get_by_role("button", name="Close").click()
    dialog = shelf.open("scan.dcm")
    canvas = dialog.get_by_role("img", name="Picture: scan.dcm")
    expect(canvas).to_be_visible()
    assert colours(canvas) > 100
    expect(dialog).to_contain_text("GE MEDICAL SYSTEMS")
    axe.assert_none(page)
    page.keyboard.press("Escape")
