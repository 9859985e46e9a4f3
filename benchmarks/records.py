"""`python -m benchmarks.records --output FILE`: what it costs to open many records of one person.

A server of its own with the built pages, an owner whose records are made as `manage.py
seed_records` makes them, and a physician who may see all parts. In one real Chromium each
signs in by the page and opens the record page several times; the page's own marks say where
the time goes. Exits with 1 when the owner's summary takes longer than it may.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from benchmarks import machine
from sesphr.management.visits import visit
from tests.browser import chromium, site
from tests.browser.acts import account
from tests.browser.acts.account import Member
from tests.support.people_cli import PASSWORD, Person

MOST_MS = 2000
TIMES = 5
PARTS = ("personal", "medical", "insurance", "prescription")
# Each ends at the mark of its name; the last is when the summary is drawn.
STEPS = {
    "asked": "page, session, list of records",
    "answered": "the request: nodes, log, cloud",
    "received": "check signatures and proofs of the answer",
    "reading": "check manifests, decrypt every part",
    "read": "read XML and FHIR, merge",
    "shown": "draw the summary",
}
TIMELINE = """() => {
  const at = (name) => performance.getEntriesByName(`record-${name}`)[0]?.startTime ?? 0;
  const calls = performance.getEntriesByType("resource").filter(({ name }) => name.endsWith("/api/access"));
  return {
    asked: at("asked"), answered: calls[0]?.responseEnd ?? 0, received: at("received"), reading: at("reading"),
    read: at("read"), shown: at("shown"), requests: calls.length, octets: calls[0]?.decodedBodySize ?? 0,
    longest: Math.max(0, ...longTasks),
  };
}"""
LONG_TASKS = """globalThis.longTasks = [];
new PerformanceObserver((list) => longTasks.push(...list.getEntries().map((one) => one.duration)))
  .observe({ type: "longtask", buffered: true });"""
HEAD = """# Many records of one person

Written by `make bench`; do not edit. {count} records (a made-up visit each, in four parts) are opened with one
signed request, in a Chromium that has opened them before and is given the page anew each time. Times are
milliseconds from the page's address to the summary on the screen, the median of {times}. A physician's opening has
one pairing at each node, and one exponentiation in GT on the own device, for every part of every record; an
owner's has neither.
"""


@dataclass(frozen=True)
class Opened:
    """One opening: when each step ended (ms), the requests for access, octets, the longest task (ms)."""

    ends: dict[str, float]
    requests: int
    octets: int
    longest: float

    @property
    def steps(self) -> dict[str, float]:
        """How long each step took."""
        before = [0.0, *self.ends.values()]
        return {name: end - before[at] for at, (name, end) in enumerate(self.ends.items())}


def deposit(owner: Person, count: int, folder: Path) -> None:
    """The owner's records, the newest visit first."""
    for number in range(count):
        path = folder / f"visit-{number}.json"
        path.write_bytes(visit(number))
        owner.ok("deposit", str(path))
        print(f"deposited: {number + 1} of {count}", end="\r", flush=True)
    print()


@contextmanager
def signed_in(url: str, login: str) -> Iterator[Page]:
    """A page of somebody who signed in."""
    with tempfile.TemporaryDirectory() as profile, sync_playwright() as playwright:
        found = playwright.chromium.launch_persistent_context(
            profile, executable_path=chromium.CHROMIUM, base_url=url, args=chromium.FLAGS,
            viewport=chromium.DESKTOP,
        )  # fmt: skip
        found.add_init_script(LONG_TASKS)
        page = chromium.first_page(found)
        account.sign_in(page, Member("", login, PASSWORD))
        yield page
        found.close()


def opening(page: Page, address: str) -> Opened:
    """Give the page anew, and wait until the summary is there."""
    page.goto(address)
    page.locator(".box--filled").first.wait_for()
    told = page.evaluate(TIMELINE)
    ends = {name: told[name] for name in STEPS}
    return Opened(ends, told["requests"], told["octets"], told["longest"])


def measure(static: Path, folder: Path, count: int) -> tuple[str, dict[str, list[Opened]]]:
    """Chromium's version, and every opening by who opened."""
    with site.running(folder, static) as place:
        owner, doctor = place.system.join(), place.system.join("physician")
        deposit(owner, count, folder)
        words = [word for part in PARTS for word in ("--partition", part)]
        owner.ok("grant", doctor.login, *words, "--history")
        pages = {"owner": "/record", "physician": f"/patients/{owner.ok('whoami')['member']}"}
        found = {}
        for who, person in (("owner", owner), ("physician", doctor)):
            with signed_in(place.url, person.login) as page:
                opening(page, pages[who])
                found[who] = [opening(page, pages[who]) for _ in range(TIMES)]
                assert page.context.browser is not None
                version = page.context.browser.version
    return version, found


def median(openings: list[Opened]) -> Opened:
    """The opening in the middle, by its whole time."""
    return sorted(openings, key=lambda one: one.ends["shown"])[len(openings) // 2]


def report(count: int, version: str, found: dict[str, list[Opened]], before: str) -> str:
    """The figures as a page of the documentation."""
    facts = machine.describe(version, "")
    kept = ("date", "commit", "CPU", "cores", "memory", "system", "Chromium")
    middle = {who: median(openings) for who, openings in found.items()}
    rows = [f"| until | {' | '.join(middle)} |", f"| --- |{' ---: |' * len(middle)}"]
    for name, title in STEPS.items():
        rows.append(
            f"| {title} | {' | '.join(f'{one.steps[name]:,.0f}' for one in middle.values())} |"
        )
    lines = {
        "**in all**": [f"**{one.ends['shown']:,.0f}**" for one in middle.values()],
        "slowest of all": [
            f"{max(one.ends['shown'] for one in each):,.0f}" for each in found.values()
        ],
        "requests for access": [f"{one.requests}" for one in middle.values()],
        "answer, KiB": [f"{one.octets / 1024:,.0f}" for one in middle.values()],
        "longest task of the page": [
            f"{statistics.median(one.longest for one in each):,.0f}" for each in found.values()
        ],
    }
    rows += [f"| {title} | {' | '.join(cells)} |" for title, cells in lines.items()]
    told = [*(f"- {name}: {facts[name]}" for name in kept), f"- load: {before} before"]
    return "\n".join([HEAD.format(count=count, times=TIMES), *told, "", *rows, ""])


def main(arguments: list[str]) -> int:
    """Write the report; 0 when the owner's summary came in time, with one request."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.records", description=__doc__)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--count", type=int, default=100)
    options = parser.parse_args(arguments)
    data = Path(os.environ.get("SESPHR_DATA", "var")).resolve()
    before, started = machine.load(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="records-", dir=data) as folder:
        version, found = measure(data / "static", Path(folder), options.count)
    options.output.write_text(report(options.count, version, found, before), encoding="utf-8")
    print(f"wrote {options.output} in {time.monotonic() - started:.0f} s")
    middle = median(found["owner"])
    if middle.ends["shown"] > MOST_MS or middle.requests != 1:
        print(
            f"records: {middle.ends['shown']:,.0f} ms, {middle.requests} requests", file=sys.stderr
        )
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
