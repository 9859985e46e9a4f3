"""A record whose narrative means harm, on the page: nothing runs, nothing is asked for, and only words are drawn."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.browser import chromium
from tests.browser.acts import account
from tests.browser.acts.account import Member
from tests.browser.site import Site

pytestmark = pytest.mark.soak

NARRATIVES = sorted((Path("tests") / "samples" / "narrative").iterdir())
# What the samples call when they manage to run.
TRAP = "globalThis.ran = []; globalThis.pwned = (why) => ran.push(why ?? 'something');"
FORBIDDEN = (
    "script, style, link, meta, base, template, slot, iframe, frame, frameset, portal, object, embed, applet,"
    " form, input, textarea, select, option, dialog, marquee, img, picture, video, audio, source, math,"
    " foreignObject, image, animate, x-own, a[href], [src], [srcset], [srcdoc], [action], [formaction], [ping],"
    " [background], [style], [contenteditable], [is], [name]"
)
HANDLERS = """(place) => [...place.querySelectorAll("*")].flatMap(({ attributes }) =>
  [...attributes].map(({ name }) => name).filter((name) => name.startsWith("on")))"""
TAGS = """(places) => [...new Set(places.flatMap((place) => [...place.querySelectorAll("*")]
  .filter((one) => !one.closest(".picture-note, .view-button, .sort-button")).map(({ localName }) => localName)))]"""
# The page's own marks for pictures and buttons for files aside.
DRAWN = {
    "section", "h3", "div", "span", "p", "ul", "ol", "li", "table", "caption", "thead", "tbody", "tr", "th", "td",
    "strong", "em", "pre", "time",
}  # fmt: skip


@dataclass
class Opened:
    """The owner's page of such records, and every address that it asked for."""

    page: Page
    asked: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def opened(
    playwright: Playwright, site: Site, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Opened]:
    """Her record page with all samples; whatever her browser complains of fails at the end."""
    owner = site.system.join()
    for path in NARRATIVES:
        owner.ok("deposit", str(path))
    with chromium.context(playwright, site.url, tmp_path_factory.mktemp("profile")) as (found, _):
        found.add_init_script(TRAP)
        there = Opened(chromium.first_page(found))
        found.on("request", lambda request: there.asked.append(request.url))
        account.sign_in(there.page, Member("Owner", owner.login, owner.password))
        there.page.goto("/record")
        expect(there.page.get_by_role("tablist")).to_be_visible(timeout=60_000)
        yield there


def look_at_everything(page: Page) -> None:
    """Open every tab and everything that is folded, and touch what is there."""
    for tab in page.get_by_role("tab").all():
        tab.click()
        panel = page.locator("[role=tabpanel]:visible")
        # Folded text is made when it is opened, and may be folded itself.
        for _ in range(3):
            panel.evaluate(
                "one => one.querySelectorAll('details').forEach((each) => { each.open = true; })"
            )
            page.wait_for_timeout(50)
        for words in ("plain words", "a script link", "clobbering words", "button words"):
            for one in panel.get_by_text(words, exact=True).all():
                one.click()


def test_nothing_of_it_runs_or_is_asked_for(opened: Opened) -> None:
    page, address = opened.page, opened.page.url
    look_at_everything(page)
    page.emulate_media(media="print")
    page.pdf()
    page.emulate_media(media="screen")
    assert page.evaluate("ran") == []
    assert (page.url, len(page.context.pages), len(page.frames)) == (address, 1, 1)
    # Other hosts are the watch's; these would come from the site's own.
    assert [one for one in opened.asked if "hostile-" in one or "evil" in one] == []


def test_only_words_and_plain_elements_are_drawn(opened: Opened) -> None:
    page = opened.page
    look_at_everything(page)
    panels = page.locator("#record-panels")
    assert (
        panels.locator(FORBIDDEN).evaluate_all(
            "all => all.map((one) => one.outerHTML.slice(0, 200))"
        )
        == []
    )
    assert page.locator("#record").evaluate(HANDLERS) == []
    assert set(page.locator(".narrative").evaluate_all(TAGS)) - DRAWN == set()
    assert page.locator("#record-panels").count() == 1
    for words in ("plain words", "drawn words", "button words", "deep words"):
        assert panels.get_by_text(words).count() > 0, words
    assert panels.get_by_text('<script>pwned("shown as words")</script>').count() > 0
    page.get_by_role("tab", name="Summary").click()
    expect(page.get_by_role("region", name="Allergies")).to_contain_text("<img src=x onerror=")
