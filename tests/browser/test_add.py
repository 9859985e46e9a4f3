"""Add a record: what can be decided before anything is sealed, and that nothing is lost on failure."""

import json
import re
import zlib
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Playwright, Route, expect

from tests.browser import axe, chromium
from tests.browser.acts import account, records
from tests.browser.acts.account import Member
from tests.browser.site import Site
from tests.support.people_cli import Person

# The walk, the story and the attacks run in every `make test`; each state of this page here.
pytestmark = pytest.mark.soak

SAMPLES = Path("tests") / "samples"
NAMED = SAMPLES / "ccda_ccd_practicefusion.xml"
PLAIN = SAMPLES / "ccda_ccd_hl7_small.xml"
PATIENCE = 60_000


@dataclass
class Adding:
    """An owner on the page, and somebody who can open her medical part."""

    owner: Person
    reader: Person
    page: Page
    watch: chromium.Watch

    def records(self) -> int:
        """How many she has, as her command line counts them."""
        return len(self.ids())

    def ids(self) -> set[str]:
        """Their ids."""
        return {one["record"] for one in self.owner.ok("records")["records"]}


@pytest.fixture(scope="module")
def signed_in(
    playwright: Playwright, site: Site, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Adding]:
    """The same owner and browser for all tests of this module."""
    owner, reader = site.system.join(), site.system.join("physician")
    site.system.deposit(owner, medical="<m>rest</m>")
    owner.ok("grant", reader.login, "--partition", "medical")
    with chromium.context(playwright, site.url, tmp_path_factory.mktemp("profile")) as (
        found,
        watch,
    ):
        watch.expected += ["net::ERR_FAILED", "offline", "ERR_CONNECTION", "Unsupported: memory"]
        page = chromium.first_page(found)
        page.on("dialog", lambda dialog: dialog.accept())
        account.sign_in(page, Member("Owner", owner.login, owner.password))
        yield Adding(owner, reader, page, watch)


@pytest.fixture
def adding(signed_in: Adding) -> Iterator[Adding]:
    """The page as it begins."""
    signed_in.page.set_viewport_size(chromium.DESKTOP)  # type: ignore[arg-type]
    signed_in.page.goto("/add")
    expect(signed_in.page.get_by_role("heading", name="Add a record")).to_be_visible()
    yield signed_in
    signed_in.page.unroute_all()


def choose(page: Page, path: Path) -> None:
    """Choose a file; it is sorted, and its readers are known, when this returns."""
    page.get_by_label("Choose a file").set_input_files(str(path))
    expect(page.get_by_role("heading", name="Check what goes where")).to_be_visible()
    records.compared(page)
    expect(page.locator("#save[aria-disabled=false]")).to_be_visible()


def column(page: Page, part: str) -> Locator:
    """The column of a part."""
    return page.locator(f".column[data-part={part}]")


def save(page: Page) -> None:
    """Press the button, and confirm what is open."""
    if page.locator("#confirm").is_visible():
        page.locator("#confirm").check()
    page.get_by_role("button", name="Encrypt and save").click()


def saved(page: Page) -> None:
    """Wait until the servers have confirmed it."""
    expect(page.get_by_role("heading", name="Your record is saved")).to_be_visible(timeout=PATIENCE)


def test_who_will_read_each_part_is_said_before_saving(adding: Adding) -> None:
    choose(adding.page, PLAIN)
    readers = adding.page.locator(".column__readers")
    expect(readers).to_contain_text(["Only you", "You and", "Only you", "Only you"])
    axe.assert_none(adding.page)


@pytest.mark.parametrize("size", [chromium.DESKTOP, chromium.PHONE, chromium.NARROW])
def test_nothing_is_wider_than_the_screen(adding: Adding, size: dict[str, int]) -> None:
    adding.page.set_viewport_size(size)  # type: ignore[arg-type]
    choose(adding.page, NAMED)
    width = adding.page.evaluate("document.documentElement.scrollWidth")
    assert width <= size["width"]
    axe.assert_none(adding.page)


def test_a_name_in_medical_is_warned_of_and_can_be_moved_and_taken_back(adding: Adding) -> None:
    page = adding.page
    choose(page, NAMED)
    warning = page.locator(".caution", has_text="Your name is written inside Medical")
    expect(warning).to_contain_text("so they would read your name")
    page.get_by_role("button", name="Encrypt and save").click()
    expect(page.locator(".nhsuk-error-summary")).to_be_focused()
    axe.assert_none(page)
    warning.get_by_role("button", name="Move it to Personal").click()
    expect(column(page, "personal")).to_contain_text("Moved by you")
    expect(warning).to_be_hidden()
    page.get_by_role("button", name="Undo").click()
    expect(warning).to_be_visible()
    warning.get_by_role("button", name="Leave it in Medical").click()
    expect(page.get_by_text("You left your name in Medical.")).to_be_visible()
    expect(page.locator("#confirm")).to_be_hidden()


def test_everything_works_by_keyboard(adding: Adding) -> None:
    page, before = adding.page, adding.records()
    choose(page, PLAIN)
    move = column(page, "medical").locator("[data-action=move]").first
    title = column(page, "medical").locator("[data-slot=title]").first.inner_text()
    move.focus()
    for key in ("Enter", "ArrowDown", "ArrowUp", "Escape"):
        page.keyboard.press(key)
    expect(move).to_be_focused()
    # The last of the menu leaves it out of the record.
    for key in ("Enter", "End", "ArrowUp", "Enter"):
        page.keyboard.press(key)
    moved = (
        column(page, "prescription").locator(".unit", has_text=title).locator("[data-action=move]")
    )
    expect(moved).to_be_focused()
    expect(page.locator("#announcer")).to_contain_text("is now in Prescriptions")
    page.locator("#save").focus()
    page.keyboard.press("Enter")
    saved(page)
    axe.assert_none(page)
    assert adding.records() == before + 1


def test_a_reader_finds_what_was_moved_and_nothing_else(adding: Adding, site: Site) -> None:
    page = adding.page
    choose(page, SAMPLES / "ips_ig_bundle01.json")
    before = adding.ids()
    column(page, "medical").locator("[data-action=move]").first.click()
    title = column(page, "medical").locator("[data-slot=title]").first.inner_text()
    page.get_by_role("menuitem", name="To Personal").click()
    save(page)
    saved(page)
    (record,) = adding.ids() - before
    folder = site.system.output()
    adding.reader.ok("open", record, "--partition", "medical", "--output", str(folder))
    text = "".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.xml"))
    assert title == "Patient summary Document"
    assert 'type="Composition"' not in text
    assert 'kind="problem"' in text


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("ccda_badns_NEGATIVE.xml", "mistake at line 17"),
        ("SOURCES.md", "This is plain text"),
        ("hostile/truncated.json", "broken at line 1: it ends inside a text"),
        ("hostile/stu3_condition.json", "DSTU2 or STU3, not R4"),
        ("hostile/billion_laughs.xml", "has a DOCTYPE"),
    ],
)
def test_a_file_that_cannot_be_read_says_why_and_what_to_do(
    adding: Adding, name: str, found: str
) -> None:
    page, sent = adding.page, []
    page.on("request", lambda request: sent.append(request.method))
    page.get_by_label("Choose a file").set_input_files(str(SAMPLES / name))
    state = page.locator("#choose-state")
    expect(state).to_contain_text(found)
    expect(state).to_contain_text("What you can do:")
    expect(state).to_contain_text("Nothing was sent")
    expect(state.get_by_role("heading")).to_be_focused()
    assert not set(sent) & {"POST", "PUT"}
    axe.assert_none(page)


@pytest.mark.parametrize("size", [chromium.DESKTOP, chromium.PHONE])
@pytest.mark.parametrize(
    ("name", "notes"),
    [
        ("dicom_CT_small.dcm", ["This DICOM file names the patient in its header."]),
        ("apple_health_export_small.xml", ["Samples name the devices that took them"]),
    ],
)
def test_a_file_tells_what_its_readers_learn(
    adding: Adding, name: str, notes: list[str], size: dict[str, int]
) -> None:
    page = adding.page
    page.set_viewport_size(size)  # type: ignore[arg-type]
    choose(page, SAMPLES / name)
    expect(page.locator("[data-slot=file-notes] .note-line")).to_contain_text(notes)
    expect(column(page, "medical")).to_contain_text("1" if "dicom" in name else "Heart Rate")
    axe.assert_none(page)


def test_a_worker_that_breaks_is_told_and_the_file_can_be_chosen_again(adding: Adding) -> None:
    page = adding.page
    page.route(
        "**/workers/importer.js",
        lambda route: route.fulfill(content_type="text/javascript", body="throw new Error('x')"),
    )
    adding.watch.expected.append("uncaught")
    page.get_by_label("Choose a file").set_input_files(str(PLAIN))
    expect(page.locator("#choose-state")).to_contain_text("more memory than your device has free")
    page.unroute_all()
    choose(page, PLAIN)


def test_a_failure_keeps_everything_and_trying_again_sends_the_same(adding: Adding) -> None:
    page, before = adding.page, adding.records()
    choose(page, PLAIN)
    page.route("**/api/deposits", lambda route: route.abort())
    save(page)
    expect(page.locator("#save-state .state--error")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("Nothing was lost: the record is still here")).to_be_visible()
    axe.assert_none(page)
    page.unroute_all()
    page.get_by_role("button", name="Try again").click()
    saved(page)
    assert adding.records() == before + 1


def test_decisions_changed_after_a_failure_leave_no_second_record(adding: Adding) -> None:
    page, before = adding.page, adding.records()
    choose(page, PLAIN)
    page.route("**/api/deposits", lambda route: route.abort())
    save(page)
    expect(page.locator("#save-state .state--error")).to_be_visible(timeout=PATIENCE)
    page.unroute_all()
    page.get_by_role("button", name="Back to checking").click()
    column(page, "medical").locator("[data-action=move]").first.click()
    page.get_by_role("menuitem", name="To Insurance").click()
    save(page)
    saved(page)
    page.goto("/home")
    expect(page.get_by_role("heading", name="Recent activity")).to_be_visible()
    expect(page.locator("#parts .part-card").first).to_be_visible(timeout=PATIENCE)
    expect(page.locator(".on-its-way")).to_be_hidden()
    assert adding.records() == before + 1


def lost(route: Route) -> None:
    """The server gets it, and its answer never comes."""
    route.fetch()
    route.abort()


def test_what_was_under_way_when_the_page_closed_is_found_and_sent_once(adding: Adding) -> None:
    page, before = adding.page, adding.records()
    choose(page, SAMPLES / "shc_bundle_usa.json")
    page.route("**/api/deposits", lost)
    save(page)
    expect(page.locator("#save-state .state--error")).to_be_visible(timeout=PATIENCE)
    page.unroute_all()
    page.goto("/add")
    panel = page.locator(".on-its-way")
    expect(panel).to_contain_text("A record is still on its way")
    axe.assert_none(page)
    panel.get_by_role("button", name="Send it again").click()
    expect(panel).to_contain_text("It has arrived", timeout=PATIENCE)
    assert adding.records() == before + 1


def test_a_locked_page_keeps_the_plan(adding: Adding) -> None:
    page = adding.page
    choose(page, PLAIN)
    column(page, "medical").locator("[data-action=move]").first.click()
    page.get_by_role("menuitem", name="To Personal").click()
    other = page.context.new_page()
    other.goto("/help")
    other.evaluate("new BroadcastChannel('sesphr').postMessage({change: 'locked'})")
    other.close()
    page.locator("#lock-password").fill(adding.owner.password)
    page.keyboard.press("Enter")
    expect(page.locator("#lock-password")).to_be_hidden(timeout=PATIENCE)
    expect(column(page, "personal")).to_contain_text("Moved by you")


def test_back_and_forward_lead_through_the_steps(adding: Adding) -> None:
    page = adding.page
    choose(page, PLAIN)
    page.go_back()
    expect(page.get_by_text("is still here on this device")).to_be_visible()
    page.go_forward()
    expect(page.get_by_role("heading", name="Check what goes where")).to_be_visible()


def large(tmp_path: Path) -> Path:
    """A document with nine megabytes of remarks, which only the original file keeps."""
    return records.padded(PLAIN, tmp_path / "large.xml")


def test_a_large_file_is_paused_goes_on_and_survives_a_closed_tab(
    adding: Adding, tmp_path: Path
) -> None:
    page, before, path = adding.page, adding.ids(), large(tmp_path)
    held: list[Route] = []
    # The first octets of the file itself go nowhere until somebody presses Pause.
    sending = re.compile(r"/api/attachments/[^/]+(/upload\?.*)?$")
    page.route(sending, lambda route: held.append(route))  # noqa: PLW0108
    choose(page, path)
    save(page)
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("heading", name="Paused")).to_be_focused()
    assert held
    axe.assert_none(page)
    page.get_by_role("button", name="Go on sending").click()
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("heading", name="Paused")).to_be_visible()
    assert adding.ids() == before
    page.goto("/home")
    page.unroute_all()
    page.goto("/add")
    panel = page.locator(".on-its-way")
    expect(panel).to_contain_text("large.xml")
    panel.get_by_role("button", name="Send it again").click()
    expect(panel).to_contain_text("It has arrived", timeout=PATIENCE)
    (new,) = adding.ids() - before
    adding.owner.ok("export", "--output", str(tmp_path / "out"))
    (original,) = (tmp_path / "out" / new / "original").iterdir()
    assert original.read_bytes() == path.read_bytes()


def test_a_device_without_room_says_so_and_keeps_no_half(adding: Adding, tmp_path: Path) -> None:
    page, before = adding.page, adding.ids()
    adding.watch.expected += ["Unsupported: storage", "QuotaExceededError"]
    page.evaluate(
        """() => {
          const put = IDBObjectStore.prototype.put;
          let left = 4;
          IDBObjectStore.prototype.put = function (...given) {
            if (left-- > 0) return put.apply(this, given);
            throw new DOMException("full", "QuotaExceededError");
          };
        }"""
    )
    choose(page, large(tmp_path))
    save(page)
    state = page.locator("#save-state")
    expect(state).to_contain_text("too little free space", timeout=PATIENCE)
    page.reload()
    expect(page.locator(".on-its-way")).to_have_count(0)
    assert adding.ids() == before


def change_part(page: Page, part: str, what: str) -> None:
    """Choose from the menu of a part."""
    column(page, part).locator("[data-action=part-menu]").press("Enter")
    page.get_by_role("menuitem", name=what).press("Enter")


def undo(page: Page, words: str) -> None:
    """Take back the change that these words tell."""
    page.locator(".part-changes .settled", has_text=words).get_by_role("button").press("Enter")


def add_part(page: Page, name: str, part: str) -> None:
    """Add an own part, whose id is made from its name."""
    page.get_by_role("button", name="Add a part of your own").press("Enter")
    page.locator("#part-name").fill(name)
    page.get_by_label(part).check()
    axe.assert_none(page)
    page.keyboard.press("Enter")
    expect(page.locator("#part-name")).to_be_hidden()


def rename(page: Page, part: str, name: str) -> None:
    """Call a part by another name."""
    change_part(page, part, "Rename")
    page.locator("#part-name").fill(name)
    page.keyboard.press("Enter")


def test_a_part_is_renamed_and_found_by_its_name_on_other_pages(adding: Adding) -> None:
    page = adding.page
    choose(page, PLAIN)
    rename(page, "medical", "Insurance")
    expect(page.locator("dialog .nhsuk-error-summary")).to_be_focused()
    axe.assert_none(page)
    page.locator("#part-name").fill("My health")
    page.keyboard.press("Enter")
    line = page.locator(".part-changes .settled")
    expect(line).to_be_focused()
    expect(line).to_contain_text("Medical is called My health now.")
    save(page)
    saved(page)
    page.goto("/record")
    expect(page.get_by_role("tab", name="My health")).to_be_visible(timeout=PATIENCE)
    page.goto("/add")
    choose(page, PLAIN)
    rename(page, "medical", "Medical")
    save(page)
    saved(page)
    page.goto("/record")
    expect(page.get_by_role("tab", name="Medical")).to_be_visible(timeout=PATIENCE)


def test_what_is_left_out_can_be_taken_in_again_and_everything_cannot_go(adding: Adding) -> None:
    page = adding.page
    choose(page, SAMPLES / "ips_ig_bundle01.json")
    change_part(page, "prescription", "Leave it out of the record")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("That is 2 medicines. Doctors and pharmacists rely on these.")
    axe.assert_none(page)
    page.keyboard.press("Escape")
    expect(column(page, "prescription")).to_be_visible()
    change_part(page, "prescription", "Leave it out of the record")
    page.get_by_role("button", name="Leave it out").press("Enter")
    out = page.locator(".column--out")
    expect(out).to_contain_text("2 items")
    move = out.locator("[data-action=move]").first
    move.press("Enter")
    page.get_by_role("menuitem", name="To Medical").press("Enter")
    expect(out).to_contain_text("1 item")
    for part in ("medical", "personal"):
        change_part(page, part, "Leave it out of the record")
        page.get_by_role("button", name="Leave it out").press("Enter")
    expect(page.locator("#save-reason")).to_have_text(
        "You left everything out. Take something back to save it."
    )
    expect(page.locator("#save")).to_have_attribute("aria-disabled", "true")
    undo(page, "You left Personal out")
    expect(page.locator("#save[aria-disabled=false]")).to_be_visible()


def test_an_own_part_is_filled_by_keyboard_and_says_its_name_inside_alone(
    adding: Adding, site: Site
) -> None:
    page, before = adding.page, adding.ids()
    choose(page, SAMPLES / "ips_ig_bundle01.json")
    add_part(page, "Über das Herz", "uber-das-herz")
    change_part(page, "medical", "Move several items")
    page.get_by_label("Test result: all 7").check()
    page.locator("#part-to").select_option("uber-das-herz")
    axe.assert_none(page)
    page.get_by_role("button", name="Move them").press("Enter")
    expect(column(page, "uber-das-herz")).to_contain_text("7 test results")
    save(page)
    saved(page)
    expect(page.locator("#step-saved")).to_contain_text("Über das Herz")
    (record,) = adding.ids() - before
    folder = site.system.output()
    adding.owner.ok("open", record, "--partition", "uber-das-herz", "--output", str(folder))
    text = "".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.xml"))
    assert 'id="uber-das-herz" version="1" name="Über das Herz"' in text


def test_a_merge_warns_of_the_name_once_and_is_taken_back(adding: Adding) -> None:
    page = adding.page
    choose(page, SAMPLES / "ips_ig_bundle01.json")
    change_part(page, "personal", "Put all of it into another part")
    page.locator("#part-to").select_option("insurance")
    page.get_by_role("button", name="Put it there").press("Enter")
    warned = page.locator(".caution", has_text="Your name is written inside Insurance")
    expect(warned).to_have_count(1)
    expect(column(page, "personal")).to_be_hidden()
    axe.assert_none(page)
    undo(page, "You put all of Personal")
    expect(column(page, "personal")).to_contain_text("1 name with address")
    expect(warned).to_have_count(0)


def signed_card(bundle: bytes) -> bytes:
    """A SMART Health Card as its file holds it; nobody checks the signature."""
    packed = zlib.compressobj(wbits=-15)
    subject = {"fhirVersion": "4.0.1", "fhirBundle": json.loads(bundle)}
    payload = json.dumps({"iss": "https://issuer.example", "vc": {"credentialSubject": subject}})
    parts = (b'{"zip":"DEF"}', packed.compress(payload.encode()) + packed.flush(), bytes(64))
    jws = ".".join(urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)
    return json.dumps({"verifiableCredential": [jws]}).encode()


def test_a_signed_health_card_tells_that_its_signature_is_not_checked(
    adding: Adding, tmp_path: Path
) -> None:
    card = tmp_path / "card.smart-health-card"
    card.write_bytes(signed_card((SAMPLES / "shc_bundle_usa.json").read_bytes()))
    choose(adding.page, card)
    adding.page.locator("summary", has_text="in the original file only").click()
    expect(adding.page.get_by_text("The signature of the health card")).to_be_visible()
    axe.assert_none(adding.page)


def test_fhir_in_xml_is_sorted_saved_and_shown(adding: Adding) -> None:
    page = adding.page
    choose(page, SAMPLES / "ips_uk_nhsx.xml")
    expect(column(page, "prescription")).to_contain_text("Sertraline")
    expect(column(page, "medical")).to_contain_text("Postviral cough")
    axe.assert_none(page)
    save(page)
    saved(page)
    page.goto("/record")
    expect(page.locator("main")).to_contain_text("Sesame oil", timeout=PATIENCE)
    expect(page.locator("main")).to_contain_text("Sertraline")
    axe.assert_none(page)
