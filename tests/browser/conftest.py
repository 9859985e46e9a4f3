"""What the browser tests share: built pages, a site, and Chromium."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, sync_playwright

from tests.browser import site as sites
from tests.browser.site import Site

ROOT = Path(__file__).resolve().parents[2]
BUILD_SECONDS = 120


@pytest.fixture(scope="session")
def static(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Scripts, styles and pictures as `make` builds them."""
    folder = tmp_path_factory.mktemp("static")
    path = os.pathsep.join([str(ROOT / ".venv" / "bin"), os.environ.get("PATH", os.defpath)])
    subprocess.run(
        ["node", "static/build.mjs", str(folder)], cwd=ROOT, check=True, timeout=BUILD_SECONDS,
        env={**os.environ, "PATH": path},
    )  # fmt: skip
    return folder


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """Ended with each module: while its event loop runs, Django lets nobody else use databases."""
    with sync_playwright() as found:
        yield found


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, static: Path) -> Iterator[Site]:
    """A site that the tests of a module share."""
    with sites.running(tmp_path_factory.mktemp("site"), static) as found:
        yield found
