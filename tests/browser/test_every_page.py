"""Every page of every kind of visitor: for every eye and hand, on paper, and in words of the catalogue."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Playwright

from tests.browser import chromium, looks, stops, words
from tests.browser import site as sites
from tests.browser.acts import account
from tests.browser.acts.account import Member
from tests.browser.site import Site
from tests.browser.stops import VISITORS
from tests.support import cast as casts
from tests.support.cast import Cast

CHECKS: tuple[Callable[[Page], None], ...] = (
    looks.structure, looks.widths, looks.stillness, looks.paper, looks.skip_link, looks.keyboard,
)  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, static: Path) -> Iterator[Site]:
    """A site that can speak the language in which words of the catalogue show."""
    folder = tmp_path_factory.mktemp("every")
    with sites.running(folder, static, prepare=words.prepare) as found:
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
    """The page of a kind of visitor, who signs in when first asked for."""
    with ExitStack() as stack:
        known: dict[str, Page] = {}

        def page_of(name: str) -> Page:
            if name not in known:
                known[name] = _arrive(stack, engine, place, cast, name)
            return known[name]

        yield page_of


def _arrive(stack: ExitStack, engine: Browser, place: Site, cast: Cast, name: str) -> Page:
    own = engine.new_context(
        base_url=place.url, viewport=chromium.DESKTOP, locale="en-GB", timezone_id="Europe/London"
    )  # type: ignore[arg-type]
    watch = chromium.Watch(urlsplit(place.url).netloc)
    watch.attach(own)
    own.add_init_script(stops.QUIET)
    stack.callback(watch.check)
    stack.callback(own.close)
    page = own.new_page()
    page.set_default_timeout(chromium.PATIENCE)
    part = VISITORS[name].part
    if part is not None:
        account.sign_in(page, Member(part.name, cast[part].login, cast[part].password))
    return page


def test_no_page_is_left_out() -> None:
    walked = {stop.route for visitor in VISITORS.values() for stop in visitor.stops}
    assert walked == stops.routes()


def _of(names: Iterable[str]) -> list[tuple[str, stops.Stop]]:
    return [(name, stop) for name in names for stop in VISITORS[name].stops]


# Whose pages are full, and the open ones; `make soak` also looks at those of people who have nothing yet.
USUAL = ("stranger", "owner", "doctor")
OTHERS = [name for name in VISITORS if name not in USUAL]
# Pages that are the same for every member: the owner's are looked at.
ALIKE = {"activity", "profile", "security", "care"}


def _is_short(name: str, stop: stops.Stop) -> bool:
    return name in USUAL and not (name == "doctor" and stop.route in ALIKE)


@pytest.mark.parametrize(
    ("name", "stop"),
    [
        pytest.param(*one, marks=[] if _is_short(*one) else [pytest.mark.soak])
        for one in _of([*USUAL, *OTHERS])
    ],
    ids=str,
)
def test_every_page_is_for_everybody(
    pages: Callable[[str], Page], cast: Cast, name: str, stop: stops.Stop
) -> None:
    page = pages(name)
    stops.visit(page, stop, cast)
    for check in CHECKS:
        check(page)


@pytest.fixture(scope="module")
def pseudo(place: Site, pages: Callable[[str], Page]) -> Site:
    """The same site and people, all signed in, from now on in the language of marked words."""
    for name in VISITORS:
        # A page that is open while nobody answers complains of it.
        pages(name).goto("about:blank")
    place.system.server.restart({"SESPHR_LANGUAGE": words.PSEUDO, "SESPHR_LANGUAGES": words.PSEUDO})
    return place


@pytest.mark.parametrize(
    "name", [*USUAL, *(pytest.param(one, marks=pytest.mark.soak) for one in OTHERS)]
)
def test_every_word_comes_from_the_catalogue(
    pages: Callable[[str], Page], pseudo: Site, cast: Cast, name: str
) -> None:
    page, data, stray = pages(name), words.data_of(cast), {}
    for stop in VISITORS[name].stops:
        stops.visit(page, stop, cast)
        stray[str(stop)] = words.stray(page, data)
    assert {stop: found for stop, found in stray.items() if found} == {}
