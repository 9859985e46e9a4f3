"""Every sample dropped on Add a record: the page makes the parts that the command line makes."""

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Playwright, expect

from sesphr.client import importer
from tests.browser import chromium
from tests.browser.acts import account
from tests.browser.acts.account import Member
from tests.browser.site import Site
from tests.support.people_cli import Person

pytestmark = pytest.mark.soak

SAMPLES = Path("tests") / "samples"
FILES = sorted(
    path for path in SAMPLES.iterdir() if path.is_file() and path.name != "SOURCES.md"
    and "NEGATIVE" not in path.name
)  # fmt: skip
REFUSED = sorted([*SAMPLES.glob("*NEGATIVE*"), *(SAMPLES / "hostile").iterdir()])
# The page's own worker, so that it can be asked for the parts that it would seal.
NOTED = """globalThis.Worker = class extends Worker {
  constructor(address, options) {
    super(address, options);
    if (String(address).endsWith("/importer.js")) globalThis.importing = this;
  }
};"""
DROP = """(zone, [name, base64]) => {
  const octets = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([octets], name));
  zone.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
}"""
MADE = """() => new Promise((resolve, reject) => {
  const told = ({ name, type, size, sha256 }) => ({ name, type, size, sha256 });
  const mapped = (of, how) => Object.fromEntries(Object.entries(of ?? {}).map(([key, value]) => [key, how(value)]));
  importing.addEventListener("message", ({ data: { id, value, ...failure } }) => {
    if (id !== -1) return;
    if (!value) reject(new Error(JSON.stringify(failure)));
    else resolve({ counts: value.counts, attachments: mapped(value.attachments, (all) => all.map(told)),
      partitions: mapped(value.partitions, (octets) => new TextDecoder().decode(octets)) });
  });
  importing.postMessage({ id: -1, ask: "result", choices: { moves: [], copies: true, into: [], names: [] } });
})"""


@pytest.fixture(scope="module")
def owner(site: Site) -> Person:
    """Who looks at the files; nothing is saved."""
    return site.system.join()


@pytest.fixture(scope="module")
def page(
    playwright: Playwright, site: Site, owner: Person, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Page]:
    """Her browser."""
    with chromium.context(playwright, site.url, tmp_path_factory.mktemp("profile")) as (found, _):
        found.add_init_script(NOTED)
        page = chromium.first_page(found)
        page.on("dialog", lambda dialog: dialog.accept())
        account.sign_in(page, Member("Owner", owner.login, owner.password))
        yield page


def drop(page: Page, path: Path) -> None:
    """Drop a file on the page as it begins."""
    page.goto("/add")
    expect(page.get_by_role("heading", name="Add a record")).to_be_visible()
    octets = base64.b64encode(path.read_bytes()).decode()
    page.locator("#choose-form").evaluate(DROP, [path.name, octets])


def numbers_shown(page: Page, part: str) -> int:
    """How many items the column of a part says that there are."""
    text = page.locator(f".column[data-part={part}] [data-slot=count]").inner_text()
    return sum(int(number.replace(",", "")) for number in re.findall(r"\d[\d,]*", text))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_page_makes_the_parts_of_the_command_line(
    page: Page, owner: Person, path: Path
) -> None:
    drop(page, path)
    expect(page.get_by_role("heading", name="Check what goes where")).to_be_visible()
    here: dict[str, Any] = page.evaluate(MADE)
    there, told = importer.split(path), owner.ok("inspect", str(path))
    assert here["partitions"] == {name: text.decode() for name, text in there.partitions.items()}
    assert here["counts"] == told["partitions"] == there.counts
    assert here["attachments"] == {
        name: [
            {"name": one.name, "type": one.media_type, "size": one.size, "sha256": one.sha256}
            for one in files
        ]
        for name, files in there.attachments.items()
    }
    for part, kinds in told["partitions"].items():
        assert numbers_shown(page, part) == sum(kinds.values()), part


def test_the_page_turns_down_what_the_command_line_turns_down(page: Page, owner: Person) -> None:
    for path in REFUSED:
        assert "not-accepted" in owner.fails(6, "inspect", str(path))["code"], path
        drop(page, path)
        expect(page.get_by_role("heading", name="We cannot read this file")).to_be_focused()
        assert page.locator(".column").count() == 0, path
