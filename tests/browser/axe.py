"""axe-core on a page as it stands; nothing may be found."""

from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[2]
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """async (tags) => {
  const found = await axe.run(document, { runOnly: tags, resultTypes: ["violations"] });
  return found.violations.map(({ id, help, nodes }) =>
    ({ id, help, nodes: nodes.map(({ target, failureSummary }) => `${target}: ${failureSummary}`) }));
}"""


@cache
def _source() -> str:
    return (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


def violations(page: Page) -> list[dict[str, Any]]:
    """What axe-core finds on the page in its present state (WCAG 2.0 to 2.2 A and AA, best practice)."""
    if not page.evaluate("() => Boolean(globalThis.axe)"):
        page.evaluate(_source())
    found: list[dict[str, Any]] = page.evaluate(RUN, TAGS)
    return found


def assert_none(page: Page) -> None:
    """Fail with what axe-core says."""
    found = violations(page)
    assert found == [], (page.url, found)
