"""Enter a record by hand: what is asked, what is kept, and that nothing typed is lost."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.browser import axe, chromium
from tests.browser.acts import account, by_hand, records
from tests.browser.acts.account import Member
from tests.browser.site import Site
from tests.support.people_cli import Person

# The story enters a record by hand in every `make test`; the states of the form here.
pytestmark = pytest.mark.soak
KEPT = "This is what you typed before"
PATIENCE = 60_000


@pytest.fixture(scope="module")
def owner(site: Site) -> Person:
    return site.system.join()


@pytest.fixture(scope="module")
def signed_in(
    playwright: Playwright, site: Site, owner: Person, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Page]:
    with chromium.context(playwright, site.url, tmp_path_factory.mktemp("hand")) as (found, watch):
        watch.expected += ["net::ERR_FAILED", "offline"]
        page = chromium.first_page(found)
        page.on("dialog", lambda dialog: dialog.accept())
        account.sign_in(page, Member("Owner", owner.login, owner.password))
        yield page


@pytest.fixture
def form(signed_in: Page) -> Iterator[Page]:
    """The form with nothing in it, and nothing left of it afterwards."""
    signed_in.set_viewport_size(chromium.DESKTOP)
    signed_in.goto("/add/by-hand")
    by_hand.ready(signed_in)
    yield signed_in
    signed_in.unroute_all()
    signed_in.goto("/add/by-hand")
    by_hand.ready(signed_in)
    signed_in.get_by_role("button", name="Clear the form").click()
    signed_in.get_by_role("button", name="Clear it").click()
    expect(signed_in.get_by_role("dialog")).to_be_hidden()
    expect(signed_in.get_by_text(KEPT)).to_be_hidden()


def kept(page: Page) -> None:
    """Wait until what was typed is on disk."""
    page.wait_for_timeout(900)


@pytest.mark.parametrize("size", [chromium.DESKTOP, chromium.PHONE, chromium.NARROW])
def test_errors_come_first_and_beside_their_fields(form: Page, size: dict[str, int]) -> None:
    form.set_viewport_size(size)  # type: ignore[arg-type]
    by_hand.fill(form, {"systolic": "142", "medicines-0-dose": "1 tablet", "date-month": "13"})
    form.get_by_role("button", name="Check what goes where").click()
    summary = form.locator(".nhsuk-error-summary")
    expect(summary).to_be_focused()
    expect(summary.get_by_role("listitem")).to_have_text([
        "Enter the month as a number from 1 to 12",
        "Enter the lower value of the blood pressure too",
        "Enter the medicine, or remove it",
    ])  # fmt: skip
    axe.assert_none(form)
    assert form.evaluate("document.documentElement.scrollWidth") <= size["width"]
    summary.get_by_role("link").last.press("Enter")
    expect(form.locator("#medicines-0-name")).to_be_focused()
    expect(form.locator("#medicines-0-name")).to_have_attribute("aria-invalid", "true")


def test_rows_are_added_removed_and_brought_back_by_keyboard(form: Page) -> None:
    form.locator("#medicines-0-name").fill("Aspirin")
    form.locator("[data-slot=add-medicines]").press("Enter")
    expect(form.locator("#medicines-1-name")).to_be_focused()
    form.keyboard.type("Ibuprofen")
    form.locator("[data-slot=medicines] [data-slot=remove]").first.press("Enter")
    undo = form.locator("[data-slot=medicines] [data-slot=undo]")
    expect(undo).to_be_focused()
    expect(form.locator("#announcer")).to_have_text("Medicine 1 is removed.")
    expect(form.locator("#medicines-0-name")).to_have_value("Ibuprofen")
    axe.assert_none(form)
    form.keyboard.press("Enter")
    expect(form.locator("#medicines-0-name")).to_have_value("Aspirin")
    expect(form.locator("#medicines-1-name")).to_have_value("Ibuprofen")


def test_a_pulse_of_700_is_asked_about_and_may_be_kept(form: Page) -> None:
    by_hand.fill(form, {"pulse": "700"})
    form.get_by_role("button", name="Check what goes where").click()
    doubts = form.locator(".doubts")
    expect(doubts).to_be_focused()
    expect(doubts).to_contain_text("The pulse is 700 /min")
    axe.assert_none(form)
    form.get_by_label("Yes, it is right").check()
    by_hand.fill(form, {"temperature": "98.6"})
    form.get_by_role("button", name="Check what goes where").click()
    expect(doubts.get_by_role("listitem")).to_have_count(2)
    form.locator("#temperature-unit").select_option("f")
    form.get_by_role("button", name="Check what goes where").click()
    expect(doubts.get_by_role("listitem")).to_have_count(1)
    form.get_by_label("Yes, it is right").check()
    by_hand.check(form)
    expect(form.locator(".column[data-part=medical]")).to_contain_text("2 measurements")


def test_what_was_typed_survives_reload_lock_and_back(form: Page, owner: Person) -> None:
    by_hand.fill(form, by_hand.ENTERED)
    kept(form)
    form.reload()
    expect(form.get_by_text(KEPT)).to_be_visible()
    expect(form.locator("#allergies-0-name")).to_have_value("Brazil nuts")
    other = form.context.new_page()
    other.goto("/add/by-hand")
    expect(other.get_by_text("This form is open in another tab")).to_be_visible()
    axe.assert_none(other)
    other.evaluate("new BroadcastChannel('sesphr').postMessage({change: 'locked'})")
    other.close()
    form.locator("#lock-password").fill(owner.password)
    form.keyboard.press("Enter")
    expect(form.locator("#lock-password")).to_be_hidden(timeout=PATIENCE)
    by_hand.check(form)
    form.reload()
    expect(form.get_by_role("heading", name="Check what goes where")).to_be_visible()
    form.get_by_role("link", name="Change what you entered").click()
    expect(form.locator("#systolic")).to_have_value("142")
    form.goto("/add")
    expect(form.get_by_text("What you typed is still here")).to_be_visible()


def test_a_failure_keeps_it_and_trying_again_saves_one_record(form: Page, owner: Person) -> None:
    before = len(owner.ok("records")["records"])
    by_hand.fill(form, {"notes": "Feels well"})
    by_hand.check(form)
    form.route("**/api/deposits", lambda route: route.abort())
    form.get_by_role("button", name="Encrypt and save").click()
    expect(form.locator("#save-state .state--error")).to_be_visible(timeout=PATIENCE)
    form.unroute_all()
    form.reload()
    expect(form.locator("#save[aria-disabled=false]")).to_be_visible()
    records.save(form)
    assert len(owner.ok("records")["records"]) == before + 1
    form.goto("/add/by-hand")
    by_hand.ready(form)
    expect(form.locator("#notes")).to_have_value("")
    expect(form.get_by_text(KEPT)).to_be_hidden()


def test_nothing_typed_is_sent_or_lies_open_on_the_device(form: Page) -> None:
    sent: list[str] = []
    form.on("request", lambda request: sent.append(f"{request.url} {request.post_data or ''}"))
    by_hand.fill(form, {"notes": "canary-of-the-form"})
    kept(form)
    assert not any("canary" in one for one in sent)
    stored = form.evaluate("""async () => {
      const open = indexedDB.open("sesphr");
      await new Promise((done) => { open.onsuccess = done; });
      const all = open.result.transaction("memory").objectStore("memory").getAll();
      await new Promise((done) => { all.onsuccess = done; });
      return all.result.map((one) => new TextDecoder().decode(one)).join("") + JSON.stringify({...localStorage, ...sessionStorage});
    }""")
    assert stored
    assert "canary" not in stored
