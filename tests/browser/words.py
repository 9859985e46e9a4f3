"""Finds words on a page that did not come from the catalogue, in a site that speaks en-xa."""

from pathlib import Path

from playwright.sync_api import Page

from scripts import messages

PSEUDO = "en-xa"
MARKS = ("[[", "]]")
VISIBLE = """() => {
  const found = [document.title];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { textContent, parentElement } = walker.currentNode;
    const hidden = parentElement.closest("script, noscript, template, style");
    if (!hidden && parentElement.checkVisibility()) found.push(textContent.trim());
  }
  const names = ["aria-label", "title", "placeholder", "alt"];
  for (const name of names) {
    for (const one of document.querySelectorAll(`[${name}]`)) found.push(one.getAttribute(name));
  }
  return found.filter((text) => /\\p{L}{2}/u.test(text));
}"""


def prepare(data: Path) -> None:
    """Give a data folder the pseudo language, for a site with SESPHR_LANGUAGE=en-xa."""
    messages.compile_pseudo(data / "locale")


def stray(page: Page, allowed: frozenset[str] = frozenset()) -> list[str]:
    """Texts on the page that carry no mark of the catalogue, but for names and other data."""
    texts: list[str] = page.evaluate(VISIBLE)
    return [text for text in texts if text not in allowed and not any(m in text for m in MARKS)]
