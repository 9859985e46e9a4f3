"""The pages of requests: what an owner is told, what is granted, and when nothing may be."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Page, Playwright, Route, expect

from sesphr.client.registration import registration
from sesphr.crypto.encoding import b64u_decode
from sesphr.crypto.keys import MemberKeys
from tests.browser import axe, chromium
from tests.browser.acts import account
from tests.browser.acts.account import Member
from tests.browser.site import Site
from tests.support.people_cli import Person

# The walk, the story and the attacks run in every `make test`; each state of this page here.
pytestmark = pytest.mark.soak

SIZES = [chromium.DESKTOP, chromium.PHONE, chromium.NARROW]
REASON = "I see you on Tuesday & would like your <b>medicines</b>."


@dataclass
class Surgery:
    """An owner in the browser, and a physician at the command line."""

    site: Site
    owner: Person
    doctor: Person
    record: str
    page: Page

    @property
    def name(self) -> str:
        """What the pages call the physician."""
        return self.doctor.login.partition("@")[0].title()

    def ask(self, *partitions: str) -> str:
        """The physician asks; the request's id."""
        words = [word for name in partitions for word in ("--partition", name)]
        more = ("--purpose", "treatment", "--reason", REASON)
        done = self.doctor.ok("request", "--owner", self.owner.login, *words, *more)
        return str(done["request"])

    def look(self, request: str) -> None:
        """The owner opens the page of a request."""
        self.page.goto(f"/requests/{request}")
        expect(self.page.get_by_role("heading", level=1)).to_contain_text("asks to see")
        expect(self.page.locator("#page-state")).to_be_hidden()

    def open(self, partition: str, code: int = 0) -> None:
        """The physician opens a part, or is refused."""
        words = ("open", self.record, "--partition", partition, "--output")
        output = str(self.site.system.output())
        if code:
            self.doctor.fails(code, *words, output)
        else:
            self.doctor.ok(*words, output)


@pytest.fixture(scope="module")
def surgery(
    playwright: Playwright, site: Site, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Surgery]:
    """The record is older than the physician's membership."""
    system = site.system
    owner = system.join()
    record = system.deposit(owner, medical="<m>rest</m>", personal="<p>Ada</p>")
    doctor = system.join("physician")
    profile = tmp_path_factory.mktemp("profile")
    with chromium.context(playwright, site.url, profile) as (found, _):
        page = chromium.first_page(found)
        account.sign_in(page, Member("Owner", owner.login, owner.password))
        yield Surgery(site, owner, doctor, record, page)


@pytest.fixture(autouse=True)
def _unrouted(surgery: Surgery) -> Iterator[None]:
    surgery.page.set_viewport_size(chromium.DESKTOP)  # type: ignore[arg-type]
    yield
    surgery.page.unroute_all()


def test_nobody_waits(surgery: Surgery) -> None:
    surgery.page.goto("/requests")
    expect(surgery.page.get_by_text("Nobody is waiting for you")).to_be_visible()
    axe.assert_none(surgery.page)


def test_who_asks_and_why_is_told_as_text(surgery: Surgery) -> None:
    request, page = surgery.ask("medical", "insurance"), surgery.page
    page.goto("/requests")
    card = page.locator(".request-card").filter(has_text=surgery.name)
    expect(card).to_contain_text(REASON)
    expect(card).to_contain_text("Signed with their key")
    expect(card).to_contain_text("Not certified")
    surgery.look(request)
    who = page.locator(".who")
    for words in (REASON, "identity card", "Not certified", surgery.doctor.login, "New."):
        expect(who).to_contain_text(words)
    page.get_by_text("Compare their key fingerprint").click()
    digits = surgery.doctor.ok("fingerprint", surgery.doctor.login)["fingerprint"]
    expect(who).to_contain_text(digits)
    expect(who.get_by_role("img", name="fingerprint")).to_be_visible()
    surgery.owner.ok("decline", request)


def test_the_narrow_answers_come_first_and_the_sum_follows(surgery: Surgery) -> None:
    request, page = surgery.ask("medical", "personal", "insurance"), surgery.page
    surgery.look(request)
    total = page.locator(".sum")
    expect(page.get_by_label("Medical", exact=True)).to_be_checked()
    expect(page.get_by_label("Insurance", exact=True)).not_to_be_checked()
    expect(page.get_by_label("3 months")).to_be_checked()
    expect(total).to_contain_text("They would see nothing today")
    page.get_by_label("Medical", exact=True).uncheck()
    expect(total).to_contain_text("Medical stays closed")
    expect(total.locator("[aria-live=polite]")).to_contain_text("can read Personal until")
    page.get_by_role("button", name="Include earlier records").click()
    expect(page.get_by_label("Yes, all my records")).to_be_checked()
    expect(total).not_to_contain_text("They would see nothing today")
    surgery.owner.ok("decline", request)


def test_impossible_answers_are_named_beside_their_question(surgery: Surgery) -> None:
    request, page = surgery.ask("medical"), surgery.page
    surgery.look(request)
    page.get_by_label("Medical", exact=True).uncheck()
    page.get_by_label("Another date").check()
    page.get_by_label("Last day on which").fill("2020-01-31")
    page.get_by_role("button", name="Approve with these limits").click()
    summary = page.locator(".nhsuk-error-summary")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("Choose at least one part")
    expect(summary).to_contain_text("must be after today")
    axe.assert_none(page)
    assert surgery.owner.ok("requests")["incoming"][0]["state"] == "pending"
    surgery.owner.ok("decline", request)


def test_what_is_granted_is_what_opens(surgery: Surgery) -> None:
    request, page = surgery.ask("medical", "personal"), surgery.page
    surgery.look(request)
    page.get_by_label("Personal", exact=True).uncheck()
    page.get_by_label("Yes, all my records").check()
    page.get_by_role("button", name="Approve with these limits").click()
    expect(page.get_by_role("heading", name=f"Shared with {surgery.name}")).to_be_focused()
    expect(page.locator("#request")).to_contain_text("Confirmed by 1 of 1 key node at")
    axe.assert_none(page)
    surgery.open("medical")
    surgery.open("personal", 3)
    surgery.look(request)
    expect(page.locator(".sum")).to_contain_text("You approved this request on")
    expect(page.locator(".sum")).to_contain_text("Medical, until")
    axe.assert_none(page)
    surgery.owner.ok("revoke", surgery.doctor.login)
    surgery.open("medical", 3)
    page.reload()
    expect(page.locator(".sum")).to_contain_text("can read nothing now")


def test_refusing_asks_first(surgery: Surgery) -> None:
    request, page = surgery.ask("medical"), surgery.page
    surgery.look(request)
    page.get_by_role("button", name="Refuse").click()
    page.keyboard.press("Escape")
    assert surgery.owner.ok("requests")["incoming"][0]["state"] == "pending"
    page.get_by_role("button", name="Refuse").click()
    axe.assert_none(page)
    page.get_by_role("dialog").get_by_role("button", name="Refuse").click()
    expect(page.get_by_role("heading", name="Refused")).to_be_visible()
    assert surgery.owner.ok("requests")["incoming"][0]["state"] == "declined"
    surgery.look(request)
    expect(page.locator(".sum")).to_contain_text("You refused this request on")
    axe.assert_none(page)


def test_a_request_that_shows_more_than_was_signed_cannot_be_approved(surgery: Surgery) -> None:
    request, page = surgery.ask("medical"), surgery.page

    def widen(route: Route) -> None:
        answer = route.fetch()
        found = answer.json()
        for one in found["incoming"]:
            one["partitions"] = ["medical", "personal"]
        route.fulfill(response=answer, json=found)

    page.route("**/api/key-requests", widen)
    surgery.look(request)
    expect(page.get_by_role("heading", name="Stop. This request is not signed")).to_be_visible()
    expect(page.get_by_role("button", name="Approve with these limits")).to_have_count(0)
    axe.assert_none(page)
    page.goto("/requests")
    expect(page.get_by_text("Not verified. Do not trust it.")).to_be_visible()
    surgery.owner.ok("decline", request)


def other_keys(page: Page, member: str) -> None:
    """From now on the server shows valid keys of somebody else under a member's id."""
    answer = page.request.get("/api/deployment").json()
    deployment = json.loads(b64u_decode(answer["configuration"].split(".")[1]))["deployment"]
    made = registration(
        MemberKeys.from_seed(bytes(range(32))), deployment=deployment, member=member, partitions=[]
    )

    def pose(route: Route) -> None:
        response = route.fetch()
        found: dict[str, Any] = response.json()
        if found.get("member") == member:
            found["registrations"] = [made]
        route.fulfill(response=response, json=found)

    page.route("**/api/directory**", pose)
    page.route("**/api/directory/**", pose)


def test_an_impostor_is_a_stop_and_gets_nothing(surgery: Surgery) -> None:
    request, page = surgery.ask("medical"), surgery.page
    other_keys(page, surgery.doctor.ok("whoami")["member"])
    posted: list[str] = []
    page.on("request", lambda one: posted.append(one.url) if one.method == "POST" else None)
    surgery.look(request)
    expect(page.get_by_role("heading", name="Stop. This may not be")).to_be_visible()
    expect(page.get_by_role("button", name="Approve with these limits")).to_have_count(0)
    axe.assert_none(page)
    assert not any(url.endswith("/api/acl") for url in posted)
    surgery.owner.ok("decline", request)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_width_and_scheme(surgery: Surgery, scheme: Any) -> None:
    request, page = surgery.ask("medical", "personal"), surgery.page
    page.emulate_media(color_scheme=scheme)
    surgery.look(request)
    for size in SIZES:
        page.set_viewport_size(size)  # type: ignore[arg-type]
        overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(overflow) <= 0, size
        axe.assert_none(page)
    page.emulate_media(color_scheme="light")
    surgery.owner.ok("decline", request)


def test_a_relative_is_let_in_only_when_the_words_were_compared(surgery: Surgery) -> None:
    frank = surgery.site.system.join("relative")
    said = ("--purpose", "personal", "--reason", "I help with your papers.")
    done = frank.ok("request", "--owner", surgery.owner.login, "--partition", "personal", *said)
    page = surgery.page
    surgery.look(str(done["request"]))
    expect(page.get_by_text("Anybody can write a name.")).to_be_visible()
    expect(page.get_by_role("list", name="The twelve words").get_by_role("listitem")).to_have_count(
        12
    )
    assert axe.violations(page) == []
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("First compare the twelve words")).to_be_visible()
    page.get_by_role("button", name="A word is different").click()
    expect(page.get_by_role("alert").filter(has_text="Do not share.")).to_be_focused()
    page.get_by_role("button", name="All twelve words are the same").press("Enter")
    expect(page.locator(".compare__done", has_text="You compared the words")).to_be_focused()
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("confirmed by").first).to_be_visible()
