"""A child comes of age: the guardian hands the account over, and from then on nobody else has its keys."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.browser import axe, chromium
from tests.browser.acts import account, by_hand, records
from tests.browser.acts.account import Member
from tests.browser.site import Site
from tests.browser.test_account import set_up_app
from tests.browser.test_care import with_code
from tests.support.people_cli import Person

OLD = """<partition xmlns="urn:sesphr:phr:1" id="medical" version="1"><origin format="fhir-r4"/>
<item id="i1" kind="allergy" source="s1"><code display="Sesame oil"/></item>
<source id="s1" role="record"><resource type="AllergyIntolerance">{
"resourceType": "AllergyIntolerance", "code": { "text": "Sesame oil" } }</resource></source>
</partition>"""
TIM = Member("Tim Newman", "tim@example.org", "copper lantern 48 orchid")


@pytest.fixture
def people(playwright: Playwright, site: Site, tmp_path: Path) -> Iterator[dict[str, Page]]:
    """A browser each for the guardian, the one who comes of age, and the doctor."""
    with ExitStack() as stack:
        pages = {}
        for name in ("guardian", "tim", "doctor"):
            found, _ = stack.enter_context(chromium.context(playwright, site.url, tmp_path / name))
            pages[name] = chromium.first_page(found)
        yield pages


def test_whoever_comes_of_age_takes_the_record_over(site: Site, people: dict[str, Page]) -> None:
    guardian, doctor = site.system.join("relative"), site.system.join("physician")
    page = people["guardian"]
    parent = Member("Relative", guardian.login, guardian.password)
    account.sign_in(page, parent)
    page.goto("/security")
    codes = set_up_app(page, parent)
    account.sign_out(page, parent)
    keep_record(site, guardian, doctor, codes)
    with_code(page, parent, codes.pop())
    code = hand_over(page)
    take_over(people["tim"], code)
    account.confirm(people["tim"], site, TIM)
    add_record(people["tim"])
    read_both(people["doctor"], Member("Doctor", doctor.login, doctor.password))
    see_nothing(page)
    guardian.fails(2, "--for", "Tim Newman", "whoami", SESPHR_OTP=codes.pop())


def keep_record(site: Site, guardian: Person, doctor: Person, codes: list[str]) -> None:
    """What the guardian did for years: a record, and a doctor who may read it."""
    login = guardian.ok("dependant", "add", TIM.name, SESPHR_OTP=codes.pop())["login"]
    site.system.server.manage("authorise", login, "--checked", "birth certificate")
    path = site.system.file("medical.xml", OLD)
    words = ("--for", login, "deposit", "--partition", f"medical={path}")
    guardian.ok(*words, SESPHR_OTP=codes.pop())
    words = ("--for", login, "grant", doctor.login, "--partition", "medical", "--history")
    guardian.ok(*words, SESPHR_OTP=codes.pop())
    # Nobody begins within a minute after that.
    long_ago = "from accounts.models import ListSent; ListSent.objects.update(time=0)"
    site.system.server.manage("shell", "--no-imports", "--command", long_ago)


def hand_over(page: Page) -> str:
    """Read what it means, and make the code."""
    page.goto("/care")
    page.get_by_role("button", name="Hand over the account").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("All servers refuse you.")
    axe.assert_none(page)
    dialog.get_by_role("button", name="Make the code").click()
    expect(page.get_by_role("heading", name="The code for Tim Newman")).to_be_focused()
    axe.assert_none(page)
    groups = page.locator("#hand-sheet ol li").all_inner_texts()
    page.get_by_role("button", name="I have printed it").click()
    expect(page.locator("#done")).to_contain_text("The code can be used now.")
    assert groups[0] not in page.content()
    expect(page.get_by_text("waits for Tim Newman")).to_be_visible()
    axe.assert_none(page)
    return "-".join(group.strip() for group in groups)


def take_over(page: Page, code: str) -> None:
    """From the code to a record of one's own."""
    page.goto("/take-over")
    page.get_by_label("The code from your guardian").fill(code.lower().replace("-", " "))
    page.get_by_role("button", name="Check the code").click()
    expect(page.locator("#offer")).to_contain_text("Tim Newman")
    axe.assert_none(page)
    page.get_by_role("button", name="Yes, this is my record").click()
    page.get_by_label("What is your e-mail address?").fill(TIM.login)
    page.get_by_role("button", name="Continue").locator("visible=true").click()
    page.get_by_label("Password", exact=True).fill(TIM.password)
    page.get_by_role("button", name="Continue").locator("visible=true").click()
    account.keep_code(page, TIM)
    axe.assert_none(page)
    page.get_by_role("button", name="Take over my record").click()
    done = page.get_by_role("heading", name="Only you have the keys now")
    expect(done).to_be_visible(timeout=60_000)
    expect(page.locator("#undealt")).to_be_hidden()
    axe.assert_none(page)


def add_record(page: Page) -> None:
    """The old record opens with the former keys, and a new one is sealed with the new ones."""
    page.goto("/record")
    assert "Sesame oil" in records.shown(page)
    by_hand.begin(page)
    by_hand.fill(page, by_hand.ENTERED)
    by_hand.check(page)
    records.save(page)
    page.goto("/sharing")
    expect(page.locator("#matrix > *")).to_be_visible()
    expect(page.locator("#lacking > *")).to_have_count(0)
    page.goto("/activity")
    for words in ("All your keys were changed", "Took over the account with keys of your own"):
        expect(page.get_by_role("heading", name=words).first).to_be_visible()
    added = page.get_by_role("listitem").filter(has_text="Prescriptions")
    expect(added.filter(has_text="Added a record").first).not_to_contain_text("as guardian")


def read_both(page: Page, doctor: Member) -> None:
    account.sign_in(page, doctor)
    records.open_patient(page, TIM.name)
    text = records.shown(page)
    assert "Sesame oil" in text
    assert "142/91" in text


def see_nothing(page: Page) -> None:
    page.goto("/care")
    expect(page.get_by_text("You act for nobody yet")).to_be_visible()
    assert TIM.name not in page.locator("main").inner_text()
    page.goto("/activity")
    words = re.compile("Somebody for whom you acted has taken over")
    expect(page.get_by_role("heading", name=words)).to_be_visible()
