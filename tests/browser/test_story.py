"""A patient and a physician do the main job on the pages, from nothing to taking it back."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.browser import axe, chromium
from tests.browser.acts import account, by_hand, records, sharing, staff
from tests.browser.acts.account import Member
from tests.browser.acts.shelf import DICOM, Shelf, colours, pixel
from tests.browser.site import Site
from tests.support import files

UNTIL = "2027-06-30"
LISTS = (
    "accounts/member", "phr/keyrequest", "srs/accessrequest", "srs/version", "cloudstore/document",
    "audit/entry",
)  # fmt: skip


@pytest.fixture
def people(playwright: Playwright, site: Site, tmp_path: Path) -> Iterator[dict[str, Page]]:
    """A browser each for the patient, the physician and the administrator."""
    with ExitStack() as stack:
        pages = {}
        for name in ("patient", "physician", "staff"):
            found, _ = stack.enter_context(chromium.context(playwright, site.url, tmp_path / name))
            pages[name] = chromium.first_page(found)
        yield pages


def test_the_story(site: Site, people: dict[str, Page], tmp_path: Path) -> None:
    patient, physician, office = people["patient"], people["physician"], people["staff"]
    eve = Member("Eve Adams", "eve@example.org")
    bob = Member("Dr Bob Lee", "bob@example.org")
    site.employ()
    staff.enrol(office)
    for page, who, role in ((patient, eve, "I am a patient"), (physician, bob, "I am a doctor")):
        account.register(page, who, role)
        account.confirm(page, site, who)
        staff.authorise(office, who.login, "identity card seen")
        account.sign_in(page, who)
    add_record(patient)
    sharing.ask(physician, eve.login, ["Medical", "Prescriptions"], "First visit on Monday")
    sharing.look_at_request(patient, bob.name)
    expect(patient.locator("blockquote")).to_have_text("First visit on Monday")
    sharing.approve(patient, bob.name, leave_out=["Prescriptions"], until=UNTIL)
    read_record(physician, eve)
    add_it_again(patient, with_one_more_medicine(tmp_path))
    read_what_is_new(physician, eve)
    look_back(patient, bob)
    sharing.take_back(patient, "Medical", bob.name)
    refused(physician, patient, bob)
    enter_by_hand(patient)
    oversee(office, physician, bob)


def add_record(page: Page) -> None:
    records.choose_file(page, records.CCDA)
    expect(page.get_by_role("heading", name="Your name is written inside Medical")).to_be_visible()
    records.move_first(page, "Prescriptions", "Medical")
    page.get_by_role("button", name="Move it to Personal").click()
    records.save(page)


def read_record(page: Page, patient: Member) -> None:
    records.open_patient(page, patient.name)
    text = records.shown(page)
    assert "Not the whole record" in text
    assert "Penicillin G" in text
    closed(page, "not shared with you")


def with_one_more_medicine(folder: Path) -> Path:
    """The same record as its source gives it a month later."""
    text = records.CCDA.read_text()
    start = text.index("<entry", text.index('code="10160-0"'))
    entry = text[start : text.index("</entry>", start) + len("</entry>")]
    more = entry.replace("15884246", "20261129").replace("Ceftriaxone Sodium 100 GM", "Apixaban")
    path = folder / "next-month.xml"
    path.write_text(text[:start] + more.replace("309090", "1364430") + text[start:])
    return path


def add_it_again(page: Page, path: Path) -> None:
    """It becomes the next version, with everything where she had moved it."""
    records.choose_file(page, path, separate=False)
    panel = page.locator(".again")
    expect(panel).to_contain_text("1 item is new")
    expect(panel).to_contain_text("where you had moved")
    expect(panel.get_by_label("Make it the new version of that record")).to_be_checked()
    records.save(page)
    expect(page.locator("main")).to_contain_text("This is version 2 of the record")


def read_what_is_new(page: Page, patient: Member) -> None:
    """Nothing was granted anew."""
    records.open_patient(page, patient.name)
    assert "Apixaban" in records.shown(page)
    page.get_by_role("tab", name="New (1)").click()
    fresh = page.get_by_role("tabpanel", name="New (1)")
    expect(fresh).to_contain_text("Apixaban")
    expect(fresh).not_to_contain_text("Ceftriaxone")


def closed(page: Page, words: str) -> None:
    page.get_by_role("tab", name="Prescriptions").click()
    expect(page.get_by_role("tabpanel", name="Prescriptions")).to_contain_text(
        words, ignore_case=True
    )


def look_back(page: Page, physician: Member) -> None:
    page.goto("/activity")
    opened = page.get_by_role("listitem").filter(has_text=physician.name).filter(has_text="Opened")
    expect(opened.first).to_contain_text("You approved this on")
    expect(opened.first).to_contain_text("until 30 June 2027")
    assert "until 30 Jun 2027" in sharing.cell(page, "Medical", physician.name)
    page.get_by_label("See it as").select_option(label=physician.name)
    page.get_by_role("button", name="Show me").click()
    text = records.shown(page)
    assert f"This is what {physician.name} sees" in text
    assert "Penicillin G" in text
    closed(page, "not shared")


def refused(page: Page, owner: Page, physician: Member) -> None:
    page.reload()
    expect(
        page.get_by_role("heading", name="does not share this with you any more")
    ).to_be_visible()
    assert "Penicillin" not in page.content()
    owner.goto("/activity")
    tried = owner.get_by_role("listitem").filter(has_text=physician.name).filter(has_text="Refused")
    expect(tried.first).to_be_visible()
    expect(owner.get_by_role("listitem").filter(has_text="Taken back from").first).to_be_visible()


def enter_by_hand(page: Page) -> None:
    by_hand.begin(page)
    by_hand.fill(page, by_hand.ENTERED)
    by_hand.check(page)
    expect(records.column(page, "Prescriptions")).to_contain_text("1 allergy and 1 medicine")
    records.save(page)
    page.get_by_role("link", name="Read your record").click()
    text = records.shown(page)
    assert "142/91" in text
    assert "Brazil nuts" in text
    page.get_by_role("tab", name="Prescriptions").click()
    panel = page.get_by_role("tabpanel", name="Prescriptions")
    for word in ("Salbutamol inhaler", "1 puff, twice a day"):
        expect(panel).to_contain_text(word)
    expect(panel).to_contain_text("Entered by hand by the patient")


def oversee(office: Page, page: Page, physician: Member) -> None:
    text = staff.look_through(office, LISTS)
    assert physician.login in text
    assert not any(word in text for word in ("Penicillin", "Brazil nuts", "First visit on Monday"))
    staff.suspend(office, physician.login)
    page.goto("/home")
    page.wait_for_url("**/sign-in*")
    staff.authorise(office, physician.login, "council number looked up again")
    account.sign_in(page, physician)
    staff.end(office, physician.login)
    page.goto("/home")
    page.wait_for_url("**/sign-in*")


def test_her_files_are_drawn_in_the_page(
    playwright: Playwright, site: Site, tmp_path: Path
) -> None:
    owner, loaded = site.system.join(), list[str]()
    with chromium.context(playwright, site.url, tmp_path) as (found, _):
        page = chromium.first_page(found)
        page.on("request", lambda request: loaded.append(request.url))
        account.sign_in(page, Member("Owner", owner.login, owner.password))
        shelf = Shelf(page, owner)
        given = {"a.pdf": files.pdf(), "b.png": files.picture(), "c.dcm": DICOM.read_bytes()}
        shelf.deposit(given)
        # What draws is large, and loaded only for whoever opens such a file.
        assert not [url for url in loaded if re.search(r"pdf|dicom|canvas", url)]
        look_at_pdf(shelf)
        dialog = shelf.open("b.png")
        picture = dialog.get_by_role("img", name="Picture: b.png")
        expect(picture).to_be_visible()
        assert [pixel(picture, x, 0.5) for x in (0.1, 0.9)] == [[200, 0, 0], [0, 0, 200]]
        dialog.get_by_role("button", name="Close").click()
        dialog = shelf.open("c.dcm")
        expect(dialog).to_contain_text("GE MEDICAL SYSTEMS")
        assert colours(dialog.get_by_role("img", name="Picture: c.dcm")) > 100
        axe.assert_none(page)


def look_at_pdf(shelf: Shelf) -> None:
    """Drawn, with its words to find and to hear; turned and closed by keys."""
    dialog = shelf.open("a.pdf")
    canvas = dialog.get_by_role("img", name="Page 1 of 2")
    expect(canvas).to_be_visible(timeout=60_000)
    assert pixel(canvas, 0.2, 1 - 720 / 842) == [0, 0, 0]
    expect(dialog.get_by_text(f"{files.TEXT} 1")).to_be_attached()
    axe.assert_none(shelf.page)
    shelf.page.keyboard.press("PageDown")
    expect(dialog.get_by_role("img", name="Page 2 of 2")).to_be_visible()
    shelf.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(shelf.button("a.pdf")).to_be_focused()
