"""Chromium for the tests: pages whose every complaint fails the test that opened them.

Watched are violations of the content security policy, errors on the console, uncaught
errors, and requests to another host than the site's.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import (
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    Request,
    ViewportSize,
    expect,
)

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    # Where there is none, Chromium plays one in software, which takes a tenth more.
    "--disable-gpu",
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}
NARROW: ViewportSize = {"width": 320, "height": 640}
# Hashing a password takes seconds on a busy machine.
PATIENCE = 30_000
expect.set_options(timeout=PATIENCE)
# The browser tells of a refused answer on the console; pages handle those.
ANSWERS = "Failed to load resource: the server responded with a status of"
VIOLATIONS = """addEventListener("securitypolicyviolation", (event) => {
  console.error(`policy violation: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`);
});"""


@dataclass
class Watch:
    """What a context's pages did that no page should; `expected` are texts that a test provokes."""

    host: str
    complaints: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def attach(self, context: BrowserContext) -> None:
        """Watch every page of a context, those to come too."""
        context.add_init_script(VIOLATIONS)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.complaints.append(f"uncaught: {error.error}"))
        context.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(ANSWERS):
            self.complaints.append(f"console: {message.text} ({message.location})")

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != self.host:
            self.complaints.append(f"request to {request.url}")

    def unexpected(self) -> list[str]:
        """Complaints that no test asked for."""
        return [one for one in self.complaints if not any(text in one for text in self.expected)]

    def check(self) -> None:
        """Fail on any complaint."""
        assert self.unexpected() == []


@contextmanager
def context(
    playwright: Playwright,
    url: str,
    profile: Path,
    *,
    viewport: ViewportSize = DESKTOP,
    **options: Any,
) -> Iterator[tuple[BrowserContext, Watch]]:
    """A browser with a profile folder of its own, as a person has one; checked at the end."""
    watch = Watch(urlsplit(url).netloc)
    found = playwright.chromium.launch_persistent_context(
        str(profile), executable_path=CHROMIUM, args=FLAGS, headless=True, base_url=url,
        viewport=viewport, locale="en-GB", timezone_id="Europe/London", accept_downloads=True,
        **options,
    )  # fmt: skip
    watch.attach(found)
    try:
        yield found, watch
    finally:
        found.close()
    watch.check()


def first_page(found: BrowserContext) -> Page:
    """The page that a new browser opens with."""
    page = found.pages[0] if found.pages else found.new_page()
    page.set_default_timeout(PATIENCE)
    return page
