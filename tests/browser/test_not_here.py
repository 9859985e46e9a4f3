"""Three key nodes, two of which lack what a record takes: a reader's page says so, and not that it was refused."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.browser import axe, chromium
from tests.browser import site as sites
from tests.browser.acts import account
from tests.browser.acts.account import Member
from tests.browser.site import Site
from tests.system.place import THREE_NODES

pytestmark = pytest.mark.soak
SAMPLE = "tests/samples/ccda_ccd_hl7_medium.xml"
ELEMENT = (
    '<partition xmlns="urn:sesphr:phr:1" id="prescription" version="1">'
    '<origin format="fhir-r4"/></partition>'
)
NOT_NOW = "The server is busy or away for a moment. Nothing was lost. Please try again."


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, static: Path) -> Iterator[Site]:
    with sites.running(tmp_path_factory.mktemp("three"), static, env=THREE_NODES) as found:
        yield found


class Kept:
    """What the second and the third node hold of records, put away and put back."""

    def __init__(self, data: Path) -> None:
        self._paths = [data / f"srs-{index}.sqlite3" for index in (2, 3)]
        self._rows: dict[Path, list[tuple[object, ...]]] = {}

    def put_away(self) -> None:
        for path in self._paths:
            with closing(sqlite3.connect(path, timeout=30)) as found, found:
                self._rows[path] = found.execute("SELECT * FROM srs_rparameter").fetchall()
                found.execute("DELETE FROM srs_rparameter")

    def put_back(self) -> None:
        for path, rows in self._rows.items():
            places = ", ".join("?" * len(rows[0]))
            with closing(sqlite3.connect(path, timeout=30)) as found, found:
                found.executemany(f"INSERT INTO srs_rparameter VALUES ({places})", rows)


def _fits(page: Page) -> None:
    for size in (chromium.DESKTOP, chromium.PHONE):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        axe.assert_none(page)
    page.set_viewport_size(chromium.DESKTOP)  # type: ignore[arg-type]


def test_what_a_reader_sees_until_they_are_back(
    playwright: Playwright, site: Site, tmp_path: Path
) -> None:
    owner, doctor = site.system.join(), site.system.join("physician")
    owner.ok("deposit", SAMPLE)
    owner.ok(
        "grant", doctor.login, "--partition", "medical", "--partition", "prescription", "--history"
    )
    nodes = Kept(site.system.server.data)
    with chromium.context(playwright, site.url, tmp_path) as (context, watch):
        watch.expected.append("unavailable")
        page = chromium.first_page(context)
        account.sign_in(page, Member("Doctor", doctor.login, doctor.password))
        nodes.put_away()
        page.goto(f"/patients/{owner.ok('whoami')['member']}")
        alert = page.get_by_role("alert")
        expect(alert).to_contain_text(NOT_NOW, timeout=60_000)
        expect(page.get_by_role("tablist")).to_be_hidden()
        assert "not share" not in page.locator("main").inner_text()
        _fits(page)
        # Of what came since, all nodes have what it takes.
        site.system.deposit(owner, prescription=ELEMENT)
        alert.get_by_role("button", name="Try again").press("Enter")
        expect(page.get_by_role("tablist")).to_be_visible(timeout=60_000)
        expect(page.get_by_role("alert")).to_contain_text(NOT_NOW)
        expect(page.get_by_role("region", name="Allergies")).to_contain_text(NOT_NOW)
        expect(page.locator("#record-strip")).to_contain_text("Not shared: Personal and Insurance")
        expect(page.get_by_role("tab", name="Medical")).to_have_count(0)
        _fits(page)
        nodes.put_back()
        page.get_by_role("alert").get_by_role("button", name="Try again").press("Enter")
        expect(page.get_by_role("region", name="Allergies")).to_contain_text(
            re.compile("Penicillin"), timeout=60_000
        )
        expect(page.get_by_role("alert")).to_have_count(0)
