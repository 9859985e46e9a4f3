"""Which pages each kind of visitor has, and what stands on each once it is there.

Tests walk them, and pictures are taken of them. `SITE` in a route names what its address holds.
"""

from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from playwright.sync_api import Page, expect

from tests.support.cast import ALICE, HADDAD, KIMANI, LEE, NED, Cast, Part

# Counts calls under way and when the last one ended.
QUIET = """(() => {
  const own = globalThis.fetch;
  globalThis.underWay = 0;
  globalThis.lastCall = 0;
  globalThis.fetch = async (...given) => {
    globalThis.underWay += 1;
    try { return await own(...given); }
    finally { globalThis.underWay -= 1; globalThis.lastCall = performance.now(); }
  };
})()"""
SETTLED = """() => {
  const seen = (one) => one.checkVisibility();
  const busy = [...document.querySelectorAll(".state--loading, progress, [aria-busy=true]")].some(seen);
  return !busy && [...document.querySelectorAll("h1")].some(seen)
    && !globalThis.underWay && performance.now() - (globalThis.lastCall ?? 0) > 250;
}"""
NOBODY = "00000000-0000-4000-8000-000000000000"


@dataclass(frozen=True)
class Stop:
    """A page: its route, its address, and what is seen on it when it is ready."""

    route: str
    path: str
    shows: str = "h1"
    again: str = ""

    def __str__(self) -> str:
        return f"{self.route}{self.again}"


@dataclass(frozen=True)
class Visitor:
    """A kind of visitor; `part` is who signs in, nobody for strangers and staff."""

    part: Part | None
    stops: tuple[Stop, ...]


STRANGER = Visitor(None, (
    Stop("start", "/"),
    Stop("help", "/help"),
    Stop("privacy", "/privacy"),
    Stop("accessibility", "/accessibility"),
    Stop("protocol", "/protocol"),
    Stop("offline", "/offline"),
    Stop("offline", "/no-such-page", again="-404"),
    Stop("register", "/register"),
    Stop("confirm", "/confirm?token=none"),
    Stop("sign-in", "/sign-in"),
    Stop("sign-in", "/sign-in?next=/record", again="-for-a-page"),
    Stop("recover", "/recover"),
    Stop("take-over", "/take-over"),
    Stop("emergency-here", f"/emergency/{NOBODY}"),
))  # fmt: skip
WAITING = Visitor(KIMANI, (
    Stop("home", "/home", ".journey"),
    Stop("activity", "/activity", "#verdict > *"),
    Stop("profile", "/profile"),
    Stop("security", "/security", "#devices li"),
    Stop("care", "/care", "#dependants > *"),
))  # fmt: skip
NEW_OWNER = Visitor(NED, (
    Stop("home", "/home", "#parts > *"),
    Stop("add", "/add", "#choose-form"),
    Stop("record", "/record", "#record-state > *"),
    Stop("requests", "/requests", "#waiting > *"),
    Stop("sharing", "/sharing", "#matrix > *"),
    Stop("activity", "/activity", "#verdict > *"),
))  # fmt: skip
OWNER = Visitor(ALICE, (
    Stop("home", "/home", ".needs-row"),
    Stop("add", "/add", "#choose-form"),
    Stop("by-hand", "/add/by-hand", "#medicines-0-name"),
    Stop("record", "/record", "[role=tablist]"),
    Stop("requests", "/requests", "#waiting > *"),
    Stop("request", "/requests/{request}", "#request > *"),
    Stop("request", f"/requests/{NOBODY}", again="-unknown"),
    Stop("sharing", "/sharing", "#matrix table, #matrix ul"),
    Stop("directory", "/directory", "#find-name"),
    Stop("see-as", "/sharing/as/{lee}", "[role=tablist]"),
    Stop("proposal", f"/proposals/{NOBODY}", "#record-state > *"),
    Stop("consent-code", "/consent-code", "#rules-off"),
    Stop("emergency", "/emergency", "#past-none"),
    Stop("emergency-card", "/emergency/card", "svg.qr"),
    Stop("activity", "/activity", "#entries-section"),
    Stop("profile", "/profile"),
    Stop("security", "/security", "#devices li"),
    Stop("care", "/care", "#dependants > *"),
    Stop("help", "/help"),
))  # fmt: skip
NEW_DOCTOR = Visitor(HADDAD, (
    Stop("home", "/home", "#home-state > *"),
    Stop("waiting", "/waiting", "#waiting-section li"),
    Stop("patient", "/patients/{alice}", "#record-state > *", "-nothing-shared"),
    Stop("activity", "/activity", "#verdict > *"),
    Stop("organisation", "/organisations/{hospital}", "#codes li"),
))  # fmt: skip
DOCTOR = Visitor(LEE, (
    Stop("home", "/home", "#home-rows tr"),
    Stop("waiting", "/waiting", "#waiting-state > *"),
    Stop("ask", "/ask", "#ask-form"),
    Stop("add-for", "/patients/{alice}/add", "#page-state > *, #add-for > *"),
    Stop("emergency-ask", "/emergency/{alice}/ask", "#ask-nothing"),
    Stop("patient", "/patients/{alice}", "[role=tablist]"),
    Stop("activity", "/activity", "#entries-section"),
    Stop("profile", "/profile"),
    Stop("security", "/security", "#devices li"),
    Stop("care", "/care", "#dependants > *"),
))  # fmt: skip
VISITORS = {
    "stranger": STRANGER, "waiting": WAITING, "new owner": NEW_OWNER, "owner": OWNER,
    "new doctor": NEW_DOCTOR, "doctor": DOCTOR,
}  # fmt: skip
# What is no page: the health check, and forms that only take what a page sends.
NO_PAGE = {"health", "language"}


def address(stop: Stop, cast: Cast) -> str:
    """The path with this site's ids."""
    ids = {"alice": cast.ids[ALICE], "lee": cast.ids[LEE], "hospital": cast.hospital}
    return stop.path.format(request=cast.request, **ids)


def visit(page: Page, stop: Stop, cast: Cast) -> None:
    """Open a page and wait until it is all there."""
    page.goto(address(stop, cast))
    arrived(page, stop.shows)


def arrived(page: Page, shows: str = "h1") -> None:
    """Wait until what is expected stands there and nothing is under way."""
    expect(page.locator(shows).locator("visible=true").first).to_be_visible(timeout=60_000)
    page.wait_for_function(SETTLED)


def routes(patterns: list[Any] | None = None) -> set[str]:
    """The names of all pages outside the API and the administration."""
    found: set[str] = set()
    for one in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(one, URLPattern):
            found.add(str(one.name))
        elif isinstance(one, URLResolver) and str(one.pattern) not in ("api/", "admin/"):
            found |= routes(one.url_patterns)
    return found - NO_PAGE
