"""Checks every vector file of a folder in Chromium, with the runner that Node uses.

Run as ``python tests/vectorcheck/chromium.py [FOLDER [BUNDLES]]``. A small server on 127.0.0.1
serves the bundle and the files under a strict content security policy; nothing else is reached.
"""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).resolve().parent
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--disable-gpu",
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'; worker-src 'self'"
TYPES = {".mjs": "text/javascript", ".js": "text/javascript", ".json": "application/json"}


class Handler(SimpleHTTPRequestHandler):
    """Serves three folders, read-only, with the policy on every answer."""

    def __init__(self, *args: object, folders: dict[str, Path], **options: object) -> None:
        self.folders = folders
        self.extensions_map = {**SimpleHTTPRequestHandler.extensions_map, **TYPES}
        super().__init__(*args, **options)  # type: ignore[arg-type]

    def translate_path(self, path: str) -> str:
        """Map a prefix of the address to its folder; SimpleHTTPRequestHandler drops '..' parts."""
        prefix, _, rest = path.lstrip("/").partition("/")
        self.directory = str(self.folders.get(prefix, HERE))
        return super().translate_path("/" + rest if prefix in self.folders else path)

    def end_headers(self) -> None:
        """Add the policy."""
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_request(self, code: object = "-", size: object = "-") -> None:
        """Keep the output to the counts."""


@contextmanager
def serving(folders: dict[str, Path]) -> Iterator[str]:
    """Serve while the block runs; yields the address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, folders=folders))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def opened(address: str, complaints: list[str]) -> Iterator[Page]:
    """Open the page in Chromium; console errors and failures are collected."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        page.goto(f"{address}/page.html")
        page.wait_for_function("() => Boolean(globalThis.checkVectors)")
        yield page
        browser.close()


def check(folder: Path, bundles: Path) -> list[str]:
    """Check all files; prints a line for each and returns what is wrong."""
    names = sorted(path.name for path in folder.glob("*.json"))
    if not names:
        return [f"{folder}: no vector files"]
    failures: list[str] = []
    with serving({"js": bundles, "vectors": folder}) as address, opened(address, failures) as page:
        for name in names:
            answer = page.evaluate("(name) => globalThis.checkVectors(name)", name)
            if answer["line"]:
                print(answer["line"], flush=True)
            failures += answer["failures"]
    return failures


def main(arguments: list[str]) -> int:
    """Run; 0 when every case of every file is as expected."""
    folder = Path(arguments[0] if arguments else "tests/vectors")
    default = Path(os.environ.get("SESPHR_DATA", "var")) / "static" / "js"
    bundles = Path(arguments[1]) if len(arguments) > 1 else default
    failures = check(folder.resolve(), bundles.resolve())
    for failure in failures:
        print(f"chromium  FAILED {failure}", file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
