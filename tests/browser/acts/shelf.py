"""Somebody's files: deposited by the browser's endpoint, and opened on the page of the record."""

import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from xml.sax.saxutils import quoteattr

from playwright.sync_api import Locator, Page, expect

from tests.browser.acts import records
from tests.support import browser_peer
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
    owner: Person

    def deposit(self, given: dict[str, bytes]) -> None:
        """A record of files by their names; then look at it."""
        with browser_peer.signed_in(self.owner, self.owner.url) as peer:
            peer.deposit(None, {"medical": attached(given)}, medical=described(given))
        self.page.goto("/record")
        records.shown(self.page)
        for more in (
            self.page.locator("#panel-summary").get_by_role("button", name="Show all").all()
        ):
            more.click()

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


def colours(canvas: Locator) -> int:
    """How many there are on it."""
    found: int = canvas.evaluate(COLOURS)
    return found


def pixel(canvas: Locator, across: float, down: float) -> list[int]:
    """Red, green and blue at a place, from 0 to 1 each way."""
    found: list[int] = canvas.evaluate(AT, [across, down])
    return found[:3]
