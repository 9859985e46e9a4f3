"""`python -m benchmarks.attachment --output FILE`: what a large file costs the page that seals and opens it.

One Chromium runs the endpoint's own modules on a file of `--mib` MiB: its digest, sealing into
the outbox on disk, sending in pieces, a look at its middle, and the whole again. The heap
is asked for all the time: what scripts hold, with their buffers. Ends with 1 when a step held more
than a page may (MOST_HEAP). Needs about four times the file's size on the disk.
"""

import argparse
import hashlib
import http.server
import json
import re
import subprocess
import sys
import tempfile
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import CDPSession, Page, sync_playwright

from benchmarks import machine
from sesphr.crypto.merkle import MerkleAccumulator, leaf_hash
from tests.vectorcheck.chromium import CHROMIUM, FLAGS

ROOT = Path(__file__).resolve().parent.parent
CIPHER_CHUNK = 65536 + 16
MIB = 2**20
# What a page may hold in any step, whatever the size of the file.
MOST_HEAP = 150 * MIB
STEPS = {
    "digest": "SHA-256 of the file",
    "seal": "seal into the outbox",
    "send": "send in pieces, then forget the outbox",
    "look": "open 64 KiB in the middle",
    "open": "fetch and open all, with its digest",
}
PAGE = b'<!doctype html><title>Attachment</title><input type="file"><script type="module" src="/bench.js"></script>'
HEAD = """# A large file in the browser

Written by `python -m benchmarks.attachment --output docs/performance-attachments.md`; do not edit.

A file of {mib:,} MiB through the modules of the pages' endpoint in one Chromium, with the outbox on disk and a
server on the same machine that only keeps octets. The heap is what scripts hold, buffers included, asked for
every 0.1 s, garbage that waits for its collector too; no step may hold more than {most} MiB, or the benchmark fails.
The longest task is how long the page could not answer. Sending is slower here than for people: the program that
drives the browser is told every octet of a request.
"""
TABLE = (
    "| step | seconds | MiB/s | most heap, MiB | longest task, ms |",
    "| --- | ---: | ---: | ---: | ---: |",
)
MOST_SECONDS = 1200
# What a page holds between two looks at it is let go sooner than anybody notices.
EVERY_SECONDS = 0.1


@dataclass
class Measured:
    """One step: how long, the most that the page held (octets), and its longest task (ms)."""

    name: str
    seconds: float
    heap: int
    longest: float


class Store(http.server.ThreadingHTTPServer):
    """Takes one attachment in pieces and gives it back by ranges."""

    daemon_threads = True

    def __init__(self, script: bytes, path: Path) -> None:
        """Serve the page with its script; octets go to `path`."""
        super().__init__(("127.0.0.1", 0), Handler)
        self.script, self.path = script, path
        path.touch()


class Handler(http.server.BaseHTTPRequestHandler):
    """The routes of one attachment, without anything that decides who may."""

    protocol_version = "HTTP/1.1"
    server: Store

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """The page, its script, and how much of the upload is here."""
        if self.path.endswith("/upload"):
            return self._answer({"received": self.server.path.stat().st_size})
        script = self.path == "/bench.js"
        kind = "text/javascript" if script else "text/html"
        return self._send(200, self.server.script if script else PAGE, kind)

    def do_PATCH(self) -> None:
        """More octets of it."""
        offset = int(parse_qs(urlsplit(self.path).query)["offset"][0])
        with self.server.path.open("ab") as file:
            if file.tell() != offset:
                raise ValueError(offset)
            file.write(self._body())
        self._answer({"received": self.server.path.stat().st_size})

    def do_POST(self) -> None:
        """The end of the upload, or a range of what is here."""
        self._body()
        if self.path.endswith("/upload"):
            return self._answer(
                {"size": self.server.path.stat().st_size, "root": root_of(self.server.path)}
            )
        found = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range") or "")
        if found is None:
            return self._send(200, self.server.path.read_bytes(), "application/octet-stream")
        first, last = map(int, found.groups())
        with self.server.path.open("rb") as file:
            file.seek(first)
            octets = file.read(last - first + 1)
        return self._send(206, octets, "application/octet-stream")

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers["Content-Length"]))

    def _answer(self, value: dict[str, object]) -> None:
        self._send(200, json.dumps(value).encode(), "application/json")

    def _send(self, status: int, octets: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(octets)))
        self.end_headers()
        self.wfile.write(octets)


def root_of(path: Path) -> str:
    """The Merkle root of what came, as the server works it out."""
    tree = MerkleAccumulator()
    with path.open("rb") as file:
        while chunk := file.read(CIPHER_CHUNK):
            tree.append(leaf_hash(chunk))
    return urlsafe_b64encode(tree.root()).rstrip(b"=").decode()


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The address of a page with the endpoint's modules."""
    bundle = folder / "bench.js"
    command = ["node_modules/.bin/esbuild", "benchmarks/attachment.mjs", "--bundle", "--format=esm"]
    subprocess.run([*command, f"--outfile={bundle}", "--log-level=error"], cwd=ROOT, check=True)
    store = Store(bundle.read_bytes(), folder / "stored")
    threading.Thread(target=store.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{store.server_port}/"
    finally:
        store.shutdown()
        store.server_close()


def written(path: Path, mib: int) -> Path:
    """A file of this size, no two megabytes of it alike."""
    with path.open("wb") as file:
        for number in range(mib):
            file.write(hashlib.sha256(str(number).encode()).digest() * (MIB // 32))
    return path


def step(page: Page, cdp: CDPSession, name: str) -> Measured:
    """Run one step, asking for the heap until it ends.

    Raises:
        RuntimeError: it failed. TimeoutError: it does not end.
    """
    page.evaluate("name => { begin(name); }", name)
    most, deadline = 0, time.monotonic() + MOST_SECONDS
    while time.monotonic() < deadline:
        most = max(most, heap_of(cdp))
        state = page.evaluate("state")
        if state is not None and "failed" in state:
            raise RuntimeError(f"{name}: {state['failed']} {state['cause']}")
        if state is not None:
            return Measured(name, state["seconds"], most, state["longest"])
        time.sleep(EVERY_SECONDS)
    raise TimeoutError(name)


def heap_of(cdp: CDPSession) -> int:
    """Octets that scripts hold: objects, and the buffers behind arrays."""
    found = cdp.send("Runtime.getHeapUsage")
    return int(found["usedSize"] + found["backingStorageSize"])


def measure(folder: Path, mib: int) -> tuple[str, list[Measured]]:
    """Chromium's version, and every step in turn."""
    path = written(folder / "file.bin", mib)
    with serving(folder) as url, sync_playwright() as playwright:
        found = playwright.chromium.launch_persistent_context(
            str(folder / "profile"), executable_path=CHROMIUM, args=FLAGS, headless=True
        )
        page = found.pages[0]
        page.goto(url)
        page.locator("input").set_input_files(path)
        cdp = found.new_cdp_session(page)
        steps = [step(page, cdp, name) for name in STEPS]
        version = str(cdp.send("Browser.getVersion")["product"]).split("/")[-1]
        found.close()
    return version, steps


def report(mib: int, version: str, steps: list[Measured], before: str) -> str:
    """The figures as a page of the documentation."""
    facts = machine.describe(version, "")
    kept = ("date", "commit", "CPU", "cores", "memory", "system", "Chromium")
    lines = [*(f"- {name}: {facts[name]}" for name in kept), f"- load: {before} before"]
    rows = [
        f"| {STEPS[one.name]} | {one.seconds:.2f} | {_rate(mib, one)} |"
        f" {one.heap / MIB:.0f} | {one.longest:.0f} |"
        for one in steps
    ]
    return "\n".join([HEAD.format(mib=mib, most=MOST_HEAP // MIB), *lines, "", *TABLE, *rows, ""])


def too_much(steps: list[Measured]) -> list[str]:
    """A sentence about every step that held more than a page may."""
    return [
        f"{STEPS[one.name]}: the page held {one.heap / MIB:.1f} MiB, more than {MOST_HEAP // MIB}."
        for one in steps
        if one.heap > MOST_HEAP
    ]


def _rate(mib: int, one: Measured) -> str:
    return "-" if one.name == "look" else f"{mib / one.seconds:.0f}"


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.attachment")
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--mib", type=int, default=1024)
    options = parser.parse_args()
    before = machine.load()
    with tempfile.TemporaryDirectory() as name:
        version, steps = measure(Path(name), options.mib)
    options.output.write_text(report(options.mib, version, steps, before), encoding="utf-8")
    if found := too_much(steps):
        sys.exit("\n".join(found))


if __name__ == "__main__":
    main()
