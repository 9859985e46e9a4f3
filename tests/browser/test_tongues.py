"""Pages in other scripts, from right to left too: chosen by hand, at every width, with their fonts."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright

from scripts import messages
from tests.browser import chromium, looks, stops
from tests.browser import site as sites
from tests.browser.acts import account
from tests.browser.acts.account import Member
from tests.browser.site import Site
from tests.browser.stops import VISITORS
from tests.support import cast as casts
from tests.support.cast import Cast

pytestmark = pytest.mark.soak

FONTS = """async () => {
  await document.fonts.ready;
  return [...new Set([...document.fonts].filter((one) => one.status === "loaded").map((one) => one.family.replaceAll('"', "")))];
}"""
SCRIPT = {"ar": "Noto Sans Arabic", "hi": "Noto Sans Devanagari"}
DIRECTION = {"ar": "rtl", "hi": "ltr", "en": "ltr"}
# Where a value stands, the digits are those of the record.
OTHER_DIGITS = "() => /(?![0-9])\\p{Nd}/u.test(document.body.innerText)"
# What begins a line begins it on the side where lines begin.
SIDES = """() => {
  const brand = document.querySelector(".brand").getBoundingClientRect();
  return brand.left + brand.width / 2 < innerWidth / 2 ? "ltr" : "rtl";
}"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, static: Path) -> Iterator[Site]:
    """A site that speaks all languages."""
    folder = tmp_path_factory.mktemp("tongues")
    prepare = lambda data: messages.compile_all(data / "locale")  # noqa: E731
    with sites.running(folder, static, prepare=prepare) as found:
        yield found


@pytest.fixture(scope="module")
def cast(place: Site) -> Cast:
    return casts.play(place.system)


@pytest.fixture(scope="module")
def engine(playwright: Playwright) -> Iterator[Browser]:
    found = playwright.chromium.launch(executable_path=chromium.CHROMIUM, args=chromium.FLAGS)
    yield found
    found.close()


@pytest.fixture(scope="module")
def pages(engine: Browser, place: Site, cast: Cast) -> Iterator[Callable[[str], Page]]:
    """The page of a kind of visitor, who signs in, in English, when first asked for."""
    with ExitStack() as stack:
        known: dict[str, Page] = {}

        def page_of(name: str) -> Page:
            if name not in known:
                known[name] = arrive(stack, engine, place, cast, name)
            return known[name]

        yield page_of


def arrive(stack: ExitStack, engine: Browser, place: Site, cast: Cast, name: str) -> Page:
    own = engine.new_context(
        base_url=place.url,
        viewport=chromium.DESKTOP,
        locale="en-GB",
        timezone_id="Europe/London",
    )
    stack.callback(own.close)
    watch = chromium.Watch(place.url.partition("//")[2])
    watch.attach(own)
    stack.callback(watch.check)
    own.add_init_script(stops.QUIET)
    page = own.new_page()
    page.set_default_timeout(chromium.PATIENCE)
    part = VISITORS[name].part
    if part is not None:
        person = cast[part]
        account.sign_in(page, Member(part.name, person.login, person.password))
    else:
        page.goto("/help")
    return page


def choose(page: Page, language: str) -> None:
    """By the list in the footer, as somebody does who cannot read the page."""
    footer = page.get_by_role("contentinfo")
    footer.locator(".languages summary").click()
    before = page.url
    footer.locator(f"button[value={language}]").click()
    # Between two pages a document has no element yet.
    page.wait_for_function(f"() => document.documentElement?.lang.startsWith('{language}')")
    assert page.url == before


@pytest.mark.parametrize("language", ["ar", "hi"])
@pytest.mark.parametrize("name", ["stranger", "owner", "doctor", "waiting"])
def test_every_page_in_another_script(
    pages: Callable[[str], Page], cast: Cast, name: str, language: str
) -> None:
    page = pages(name)
    choose(page, language)
    for stop in VISITORS[name].stops:
        stops.visit(page, stop, cast)
        assert page.evaluate("() => document.documentElement.dir") == DIRECTION[language]
        assert page.evaluate(SIDES) == DIRECTION[language], stop
        assert SCRIPT[language] in page.evaluate(FONTS), stop
        assert not page.evaluate(OTHER_DIGITS), stop
        looks.widths(page)
    stops.visit(page, VISITORS[name].stops[0], cast)
    choose(page, "en")


def test_an_english_page_loads_no_other_letters(engine: Browser, place: Site) -> None:
    own = engine.new_context(base_url=place.url, locale="en-GB")
    page = own.new_page()
    page.goto("/")
    assert page.evaluate(FONTS) == ["Atkinson Hyperlegible"]
    own.close()


def test_without_scripts_and_from_a_browser_in_arabic(engine: Browser, place: Site) -> None:
    own = engine.new_context(base_url=place.url, locale="ar-EG", java_script_enabled=False)
    page = own.new_page()
    page.goto("/privacy?x=1")
    assert page.locator("html").get_attribute("dir") == "rtl"
    footer = page.get_by_role("contentinfo")
    footer.locator(".languages summary").click()
    footer.get_by_role("button", name="Deutsch").click()
    assert page.locator("html").get_attribute("lang") == "de"
    assert page.url == f"{place.url}/privacy?x=1"
    own.close()
