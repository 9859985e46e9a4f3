"""`python -m benchmarks.pages --output FILE`: Lighthouse on every page, signed in where that is needed.

A server of its own with the built pages, people who join by the command line, and one
real Chromium, in which an owner, a physician and nobody sign in by the page, one after the
other. Exits with 1 when a page's accessibility is below 100, or a record page's performance
below 90. `--only /record` (as often as needed) measures these pages alone.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from benchmarks import machine
from tests.browser import chromium, site
from tests.browser.acts import account
from tests.browser.acts.account import Member
from tests.support.mariadb import _free_port
from tests.support.people_cli import PASSWORD, Person

ROOT = Path(__file__).resolve().parent.parent
LIGHTHOUSE = ROOT / "benchmarks" / "lighthouse" / "node_modules" / "lighthouse" / "cli" / "index.js"
NODE = ROOT / ".venv" / "bin" / "node"
CATEGORIES = {
    "performance": "performance",
    "accessibility": "accessibility",
    "best-practices": "best practices",
}
METRICS = {
    "first-contentful-paint": "first paint",
    "largest-contentful-paint": "largest paint",
    "total-blocking-time": "blocked",
    "cumulative-layout-shift": "shift",
}
SHAPES = {"phone": (), "desktop": ("--preset=desktop",)}
PAGE_SECONDS = 180
# A page behind a record's id is named by what stands before the id.
RECORDS = ("/record", "/patients")
ACCESSIBLE, FAST = 100, 90
ATTEMPTS = 3
SAMPLE = "tests/samples/ccda_ccd_practicefusion.xml"
HEAD = """# Performance and accessibility of the pages

Written by `make bench`; do not edit. Lighthouse loads every page anew, throttled as it does for a phone on a
slow network (and once more as a desktop), in a Chromium that is signed in as the pages sign in: each opening
fetches, checks and decrypts for real. Scores are out of 100; times are milliseconds of the simulated device.
"""


class PageError(Exception):
    """Lighthouse came to no result."""


@dataclass(frozen=True)
class Measured:
    """One page on one device: scores and metrics as Lighthouse gives them."""

    page: str
    shape: str
    scores: dict[str, float]
    metrics: dict[str, float]
    failed: tuple[str, ...]


def measure(url: str, path: str, shape: str, port: int) -> Measured:
    """Run Lighthouse on one page in the Chromium that listens on `port`.

    Raises:
        PageError: three times Lighthouse came to no result; what it said.
    """
    said = ""
    for _ in range(ATTEMPTS):
        told, said = _lighthouse(f"{url}{path}", shape, port)
        if told is not None:
            return _measured(told, path, shape)
    raise PageError(f"{path} ({shape}): {said}")


def _lighthouse(address: str, shape: str, port: int) -> tuple[dict[str, Any] | None, str]:
    """What Lighthouse found, or None and why there is nothing."""
    words = [
        str(NODE), str(LIGHTHOUSE), address, f"--port={port}", "--output=json", "--quiet",
        f"--only-categories={','.join(CATEGORIES)}", "--disable-storage-reset", *SHAPES[shape],
    ]  # fmt: skip
    done = subprocess.run(
        words, cwd=ROOT, capture_output=True, text=True, timeout=PAGE_SECONDS, check=False,
        env={**os.environ, "CHROME_PATH": chromium.CHROMIUM},
    )  # fmt: skip
    if done.returncode:
        return None, done.stderr.strip()[-1000:]
    told = json.loads(done.stdout)
    error = told.get("runtimeError")
    return (None, error["message"]) if error else (told, "")


def _measured(told: dict[str, Any], path: str, shape: str) -> Measured:
    audits = told["audits"]
    failed = [
        f"{name} ({audits[name]['title']})"
        for one in told["categories"]["accessibility"]["auditRefs"]
        if (name := one["id"]) and audits[name]["score"] == 0 and one["weight"]
    ]
    return Measured(
        path,
        shape,
        {name: 100 * (told["categories"][name]["score"] or 0) for name in CATEGORIES},
        {name: audits[name]["numericValue"] for name in METRICS},
        tuple(failed),
    )


def pages(owner: str, doctor: str, request: str) -> dict[str, tuple[str, ...]]:
    """Every page's address, by whoever it is for."""
    return {
        "nobody": ("/", "/help", "/privacy", "/accessibility", "/protocol", "/register", "/sign-in",
                   "/recover", "/confirm?token=none", "/admin/login/"),
        "owner": ("/home", "/add", "/record", "/requests", f"/requests/{request}", "/sharing",
                  f"/sharing/as/{doctor}", "/activity", "/profile", "/security"),
        "physician": ("/home", "/waiting", "/ask", f"/patients/{owner}", "/activity"),
    }  # fmt: skip


@contextmanager
def signed_in(url: str, login: str | None) -> Iterator[int]:
    """A Chromium in which somebody signed in by the page; the port on which it takes orders."""
    port = _free_port()
    with tempfile.TemporaryDirectory() as profile, sync_playwright() as playwright:
        found = playwright.chromium.launch_persistent_context(
            profile, executable_path=chromium.CHROMIUM, base_url=url,
            args=[*chromium.FLAGS, f"--remote-debugging-port={port}"],
        )  # fmt: skip
        if login is not None:
            account.sign_in(chromium.first_page(found), Member("", login, PASSWORD))
        yield port
        found.close()


def people(place: site.Site) -> tuple[Person, Person, str]:
    """An owner with a record, a physician who sees a part and asks for more; the request."""
    owner, doctor = place.system.join(), place.system.join("physician")
    owner.ok("deposit", SAMPLE)
    owner.ok("grant", doctor.login, "--partition", "medical", "--history")
    words = ("--partition", "prescription", "--purpose", "treatment", "--reason", "Next visit")
    return owner, doctor, doctor.ok("request", "--owner", owner.login, *words)["request"]


def wanted(path: str, only: Collection[str]) -> bool:
    """Whether to measure a page: `only` has addresses, or their beginning up to a slash."""
    plain = path.partition("?")[0]
    return not only or any(
        plain == one or (one.strip("/") and plain.startswith(f"{one.rstrip('/')}/")) for one in only
    )


def chosen_pages(every: Mapping[str, Iterable[str]], only: Collection[str]) -> dict[str, list[str]]:
    """The pages to measure, by whoever they are for; whoever has none is left out.

    Raises:
        PageError: one of `only` is no page's address.
    """
    chosen = {who: [path for path in paths if wanted(path, only)] for who, paths in every.items()}
    found = [path for paths in chosen.values() for path in paths]
    if unknown := [one for one in only if not any(wanted(path, [one]) for path in found)]:
        raise PageError(f"no page has the address {', '.join(unknown)}")
    return {who: paths for who, paths in chosen.items() if paths}


def run(
    static: Path, folder: Path, shapes: Iterable[str], only: Collection[str] = ()
) -> list[Measured]:
    """Every page, or `only` some, on these devices.

    Raises:
        PageError: `only` names no page, or Lighthouse came to no result.
    """
    with site.running(folder, static) as place:
        owner, doctor, request = people(place)
        ids = [str(one.ok("whoami")["member"]) for one in (owner, doctor)]
        logins = {"nobody": None, "owner": owner.login, "physician": doctor.login}
        found = []
        chosen = chosen_pages(pages(*ids, request), only)
        for who, paths in chosen.items():
            with signed_in(place.url, logins[who]) as port:
                for path in paths:
                    for shape in shapes:
                        print(f"measuring: {who} {path} ({shape})", flush=True)
                        found.append(measure(place.url, path, shape, port))
        return found


def render(found: list[Measured], facts: dict[str, str]) -> str:
    """The report in Markdown."""
    titles = ["page", "device", *CATEGORIES.values(), *METRICS.values()]
    rows = [f"| {' | '.join(titles)} |", f"| --- | --- |{' ---: |' * (len(titles) - 2)}"]
    for one in found:
        scores = [f"{one.scores[name]:.0f}" for name in CATEGORIES]
        metrics = [
            f"{value:.3f}" if name.startswith("cumulative") else f"{value:,.0f}"
            for name, value in one.metrics.items()
        ]
        rows.append(f"| {shown(one.page)} | {one.shape} | {' | '.join([*scores, *metrics])} |")
    lines = [f"- {name}: {text}" for name, text in facts.items()]
    return "\n".join([HEAD, "## Machine\n", *lines, "\n## Pages\n", *rows, ""])


def shown(path: str) -> str:
    """An address without the ids of this run."""
    parts = [part if len(part) < 36 else "..." for part in path.partition("?")[0].split("/")]
    return "/".join(parts)


def shortcomings(found: Iterable[Measured]) -> Iterator[str]:
    """A sentence for each page that is below a bound."""
    for one in found:
        name = f"{shown(one.page)} ({one.shape})"
        accessible, fast = one.scores["accessibility"], one.scores["performance"]
        if accessible < ACCESSIBLE:
            what = ", ".join(one.failed) or "no audit of its own failed"
            yield f"The accessibility of {name} is {accessible:.0f}, not {ACCESSIBLE}: {what}."
        if wanted(one.page, RECORDS) and fast < FAST:
            where = ", ".join(f"{METRICS[key]} {value:.3g}" for key, value in one.metrics.items())
            yield f"The performance of {name} is {fast:.0f}, below {FAST}: {where}."


def main(arguments: list[str]) -> int:
    """Write the report; 0 when no page is below its bounds."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages", description=__doc__)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--device", choices=SHAPES, action="append", help="only this one")
    parser.add_argument("--only", action="append", default=[], metavar="PATH",
                        help="measure only this page and what is below it, such as /record")  # fmt: skip
    options = parser.parse_args(arguments)
    output: Path = options.output
    data = Path(os.environ.get("SESPHR_DATA", "var")).resolve()
    with tempfile.TemporaryDirectory(prefix="pages-", dir=data) as folder:
        found = run(data / "static", Path(folder), options.device or SHAPES, options.only)
    version = subprocess.run(
        [chromium.CHROMIUM, "--version"], capture_output=True, text=True, check=True
    ).stdout
    facts = machine.describe(version.split()[1], "")
    kept = {name: facts[name] for name in ("date", "commit", "CPU", "cores", "system", "Chromium")}
    output.write_text(render(found, {**kept, "load": machine.load()}), encoding="utf-8")
    low = list(shortcomings(found))
    for sentence in low:
        print(sentence, file=sys.stderr)
    return 1 if low else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
