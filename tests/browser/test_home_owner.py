"""The owner's home: what needs her, what she has, who sees it, and what happened."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Playwright, Route, expect

from tests.browser import axe, chromium
from tests.browser.acts import account
from tests.browser.acts.account import Member
from tests.browser.site import Site
from tests.support.people_cli import Person

# The walk, the story and the attacks run in every `make test`; each state of this page here.
pytestmark = pytest.mark.soak

PATIENCE = 60_000


@dataclass
class Home:
    """An owner on her home page."""

    owner: Person
    page: Page
    watch: chromium.Watch

    def load(self) -> None:
        """Open it; parts and activity stand there when this returns."""
        self.page.goto("/home")
        expect(self.page.locator("#parts > *").first).to_be_visible(timeout=PATIENCE)
        expect(self.page.locator("#recent-state .state--loading")).to_have_count(
            0, timeout=PATIENCE
        )

    def card(self, part: str) -> str:
        """What the card of a part says."""
        return self.page.locator(f".part-card[data-part={part}]").inner_text()


@pytest.fixture(scope="module")
def home(
    playwright: Playwright, site: Site, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Home]:
    """An owner without records; the tests of this module give her some, in their order."""
    owner = site.system.join()
    with chromium.context(playwright, site.url, tmp_path_factory.mktemp("profile")) as (
        found,
        watch,
    ):
        watch.expected += ["net::ERR_FAILED", "Offline"]
        page = chromium.first_page(found)
        account.sign_in(page, Member("Owner", owner.login, owner.password))
        yield Home(owner, page, watch)


def test_an_owner_without_records_is_shown_how_to_begin(home: Home) -> None:
    home.load()
    expect(home.page.get_by_role("heading", name="You have no records yet")).to_be_visible()
    expect(home.page.get_by_text("Nobody but you can see your record.")).to_be_visible()
    expect(home.page.locator("#needs-place")).to_be_hidden()
    axe.assert_none(home.page)
    home.page.locator(".state--empty").get_by_role("link", name="Add a record").click()
    expect(home.page.get_by_role("heading", name="Add a record")).to_be_visible()


@pytest.mark.parametrize("size", [chromium.DESKTOP, chromium.PHONE, chromium.NARROW])
def test_cards_say_who_sees_a_part_and_that_nobody_else_does(
    home: Home, site: Site, size: dict[str, int]
) -> None:
    if not home.owner.ok("records")["records"]:
        share(home.owner, site)
    home.page.set_viewport_size(size)  # type: ignore[arg-type]
    home.load()
    assert "1 record" in home.card("medical")
    assert "and 2 more" in home.card("medical")
    assert "until 31 Jan 2030" in home.card("prescription").replace("\xa0", " ")
    assert "Nobody else can open this part." in home.card("medical")
    assert "Only you can open this part." in home.card("personal")
    assert "Nothing here yet" in home.card("insurance")
    expect(home.page.locator("#log-mark")).to_contain_text("Nothing is missing")
    assert home.page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    axe.assert_none(home.page)


def share(owner: Person, site: Site) -> None:
    """A record, and more readers than a card names."""
    site.system.deposit(owner, medical="<m/>", personal="<p/>", prescription="<r/>")
    for _ in range(5):
        owner.ok("grant", site.system.join("physician").login, "--partition", "medical")
    pharmacist = site.system.join("pharmacist")
    owner.ok("grant", pharmacist.login, "--partition", "prescription", "--until", "2030-01-31")


def test_a_request_needs_her(home: Home, site: Site) -> None:
    asker = site.system.join("physician")
    asker.ok(
        "request", "--owner", home.owner.login, "--partition", "personal",
        "--purpose", "treatment", "--reason", "Before your visit",
    )  # fmt: skip
    home.page.set_viewport_size(chromium.DESKTOP)  # type: ignore[arg-type]
    home.load()
    panel = home.page.locator("#needs-place")
    expect(panel).to_contain_text("asks to see your record")
    expect(panel).to_contain_text("Before your visit")
    expect(home.page.get_by_text("1 thing needs you.")).to_be_visible()
    axe.assert_none(home.page)
    panel.get_by_role("link", name="Review request").click()
    home.page.wait_for_url("**/requests/*")


def test_without_the_servers_it_says_so_and_tries_again(home: Home) -> None:
    home.page.route("**/api/acl", lambda route: route.abort())
    home.page.goto("/home")
    state = home.page.locator("#parts-state .state--error")
    expect(state).to_contain_text("We cannot reach the server", timeout=PATIENCE)
    axe.assert_none(home.page)
    home.page.unroute_all()
    state.get_by_role("button", name="Try again").click()
    expect(home.page.locator(".part-card").first).to_be_visible(timeout=PATIENCE)


def test_a_list_that_is_not_hers_is_a_red_stop(home: Home) -> None:
    def older(route):  # type: ignore[no-untyped-def]
        answer = route.fetch()
        route.fulfill(response=answer, json={**answer.json(), "acl": None})

    home.page.route("**/api/acl", older)
    home.watch.expected.append("integrity")
    home.page.goto("/home")
    expect(home.page.locator("#parts-state .state--stop")).to_be_visible(timeout=PATIENCE)
    axe.assert_none(home.page)
    home.page.unroute_all()


def test_signing_out_while_it_loads_is_no_error(home: Home) -> None:
    """What was still under way meets closed keys; the console, which is watched, stays clean."""
    acl = hold(home.page, "**/api/acl")
    home.page.goto("/home")
    waits_for(home.page, acl)
    leaving = hold(home.page, "**/api/session")
    home.page.locator("header summary").click()
    home.page.get_by_role("button", name="Sign out", exact=True).click()
    waits_for(home.page, leaving)
    for route in acl:
        route.continue_()
    expect(home.page.locator("#parts-state .state--error")).to_be_visible(timeout=PATIENCE)
    leaving[0].continue_()
    home.page.wait_for_url(lambda url: urlsplit(url).path == "/")
    assert not [one for one in home.watch.complaints if "locked" in one.lower()]


def hold(page: Page, pattern: str) -> list[Route]:
    """Calls to an address, which from now on wait until they are let through."""
    held: list[Route] = []

    # Playwright cannot mark a method of a list as its handler.
    def keep(route: Route) -> None:
        held.append(route)

    page.route(pattern, keep)
    return held


def waits_for(page: Page, held: list[Route]) -> None:
    """Until a call is held back; what the browser says is heard only while it is waited for."""
    deadline = time.monotonic() + PATIENCE / 1000
    while not held:
        assert time.monotonic() < deadline, "no call came"
        page.wait_for_timeout(50)
