"""`python -m tests.support.screenshots [NAME ...]`: pictures of the pages at two widths, into docs/screens.

A site of its own with people and a record, made as people make them, and one Chromium. The
pages must be built (`make screenshots` does it). Without names, all pictures and their gallery
are made anew.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from tests.browser import chromium, site
from tests.browser.acts import account, staff
from tests.browser.acts.account import Member
from tests.browser.site import Site
from tests.browser.stops import QUIET
from tests.support import cast as casts
from tests.support.cast import ALICE, KIMANI, LEE, Cast, Part
from tests.support.pictures import LAST, PICTURES, STAFF, Act, Picture, certify, ready

ROOT = Path(__file__).resolve().parents[2]
SCREENS = ROOT / "docs" / "screens"
SIZES = tuple(
    ViewportSize(width=one["width"], height=one["height"])
    for one in (chromium.DESKTOP, chromium.PHONE)
)
COLOURS = 256
# What is below stays below: nobody looks at a picture of ten screens.
TALLEST = 2600
HEAD = """# The pages

Written by `make screenshots`; do not edit. All people are invented; the record is a public
sample (tests/samples/SOURCES.md). Each page at 1280 and at 390 pixels; long ones are cut.
"""


class Studio:
    """A site with its people, and a browser for each of them."""

    def __init__(self, stack: ExitStack, engine: Browser, place: Site, cast: Cast) -> None:
        self.cast, self.place = cast, place
        self._stack, self._engine = stack, engine
        self.page_of = cache(self._page_of)

    def _page_of(self, who: Part | None) -> Page:
        own = self._engine.new_context(
            base_url=self.place.url, locale="en-GB", timezone_id="Europe/London"
        )
        self._stack.callback(own.close)
        own.add_init_script(QUIET)
        page = own.new_page()
        page.set_default_timeout(chromium.PATIENCE)
        if who is STAFF:
            staff.enrol(page)
        elif who is not None:
            person = self.cast[who]
            account.sign_in(page, Member(who.name, person.login, person.password))
        return page

    def take(self, picture: Picture) -> None:
        """One picture at each width."""
        if picture.name == LAST:
            self.cast[ALICE].ok("revoke", self.cast[LEE].login)
        if picture.act is not None:
            return self._acted(picture, picture.act)
        page = self.page_of(picture.who)
        for size in SIZES:
            page.set_viewport_size(size)
            page.goto(self._address(picture))
            ready(page, picture.shows)
            save(page, picture.name, size)
        return None

    def _acted(self, picture: Picture, act: Act) -> None:
        """What is done is done once, in a window of its own: it may leave nothing else to do there."""
        page = self.page_of(picture.who).context.new_page()
        page.set_default_timeout(chromium.PATIENCE)
        page.set_viewport_size(chromium.DESKTOP)
        page.goto(self._address(picture))
        ready(page, picture.shows)
        act(page)
        for size in SIZES:
            page.set_viewport_size(size)
            save(page, picture.name, size)
        page.context.set_offline(False)
        page.close()
        # Somebody may be signed out now.
        self.page_of.cache_clear()

    def _address(self, picture: Picture) -> str:
        ids = self.cast.ids
        return picture.path.format(
            request=self.cast.request, hospital=self.cast.hospital,
            alice=ids[ALICE], lee=ids[LEE], kimani=ids[KIMANI],
        )  # fmt: skip


def save(page: Page, name: str, size: ViewportSize) -> None:
    """The page as it stands, small: few colours, without transparency."""
    path = SCREENS / f"{name}-{size['width']}.png"
    page.screenshot(path=str(path), full_page=True, animations="disabled", caret="hide")
    with Image.open(path) as found:
        whole = found.convert("RGB").crop((0, 0, found.width, min(found.height, TALLEST)))
    small = whole.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    small.save(path, optimize=True)


@contextmanager
def studio(static: Path, folder: Path) -> Iterator[Studio]:
    """Everything that pictures need."""
    with ExitStack() as stack:
        place = stack.enter_context(site.running(folder, static))
        place.employ()
        cast = casts.play(place.system)
        certify(place.system, cast)
        playwright = stack.enter_context(sync_playwright())
        engine = playwright.chromium.launch(executable_path=chromium.CHROMIUM, args=chromium.FLAGS)
        stack.callback(engine.close)
        yield Studio(stack, engine, place, cast)


def gallery() -> str:
    """The page that shows all pictures."""
    parts = [HEAD]
    for one in PICTURES:
        wide, small = (f"{one.name}-{size['width']}.png" for size in SIZES)
        parts.append(
            f"## {one.name}\n\n{one.about}\n\n"
            f'<img src="{wide}" width="640" alt="{one.about}"> '
            f'<img src="{small}" width="195" alt="The same on a phone.">\n'
        )
    return "\n".join(parts)


def main(names: list[str]) -> int:
    """Take the pictures; 2 when a name is unknown."""
    chosen = [one for one in PICTURES if not names or one.name in names]
    if len(chosen) < len(names):
        print(f"Pictures: {', '.join(one.name for one in PICTURES)}", file=sys.stderr)
        return 2
    SCREENS.mkdir(parents=True, exist_ok=True)
    data = Path(os.environ.get("SESPHR_DATA", "var")).resolve()
    with (
        tempfile.TemporaryDirectory(prefix="screens-", dir=data) as folder,
        studio(data / "static", Path(folder)) as found,
    ):
        for one in chosen:
            print(one.name, flush=True)
            found.take(one)
    (SCREENS / "README.md").write_text(gallery(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
