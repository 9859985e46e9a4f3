"""Finds words on a page that did not come from the catalogue, in a site that speaks en-xa.

Data comes from people and their records: each is allowed where it stands exactly as it was
given, unless the catalogue has the same words.
"""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

from playwright.sync_api import Page

from scripts import messages
from tests.support import cast as casts
from tests.support.cast import Cast

PSEUDO = "en-xa"
MARKS = ("[[", "]]")
VISIBLE = """() => {
  const found = [document.title];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { textContent, parentElement } = walker.currentNode;
    // Words of fingerprints come from a list of their own.
    const never = parentElement.closest("script, noscript, template, style, [data-slot=words]");
    if (!never && parentElement.checkVisibility()) found.push(textContent.trim());
  }
  const names = ["aria-label", "title", "placeholder", "alt"];
  for (const name of names) {
    for (const one of document.querySelectorAll(`[${name}]`)) found.push(one.getAttribute(name));
  }
  return found.filter((text) => /\\p{L}{2}/u.test(text));
}"""
PRODUCT = frozenset({"SeSPHR", "SeSPHR-BLS12381-SHA256-AES256GCM-v1"})
MONTH = "(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*"
# As the platform writes them in the page's language, and identifiers.
MADE = re.compile(
    rf"({MONTH} \d+, \d{{4}}( at )?)?(\d+:\d\d [AP]M)?( ?(GMT|BST))?|[0-9A-Fa-f]{{8}}(-[0-9A-Fa-f]{{4}}){{3}}-[0-9A-Fa-f]{{12}}"
    r"|https?://[a-z0-9.:]+/emergency/[0-9a-f-]{36}"
)
# A number with its unit.
MEASURED = re.compile(r"[\d.,/]+[\s\u00a0](\S+)")
UNITS = frozenset({"mmHg", "kg/m²"})
# Units to choose from: the same in every language.
CHOSEN = frozenset({"kg", "lb", "cm", "in", "mmol/L", "mg/dL"})

# Records say these as the form for entering one does: on a record page they are the record's.
BOTH = frozenset({"Temperature", "Height", "Weight"})


def prepare(data: Path) -> None:
    """Give a data folder the pseudo language, for a site that speaks en-xa alone."""
    messages.compile_pseudo(data / "locale")


def stray(page: Page, allowed: frozenset[str] = PRODUCT) -> list[str]:
    """Texts on the page that carry no mark of the catalogue, but for what is data."""
    texts: list[str] = page.evaluate(VISIBLE)
    unmarked = [" ".join(text.split()) for text in texts if not any(m in text for m in MARKS)]
    return [text for text in unmarked if not (text in allowed | CHOSEN or _made(text, allowed))]


def _made(text: str, allowed: frozenset[str]) -> bool:
    measured = MEASURED.fullmatch(text)
    return bool(MADE.fullmatch(text)) or (measured is not None and measured[1] in allowed | UNITS)


def data_of(cast: Cast) -> frozenset[str]:
    """What the story's people and the record say, but for what the catalogue says too."""
    said = {casts.WHY, casts.WHY.rstrip("."), *casts.HOSPITAL, f"{casts.HOSPITAL[0]} - SeSPHR"}
    for part, person in cast.people.items():
        said |= {part.name, part.checked, person.login, _initials(part.name)}
    ours = {one.id for one in messages.extracted() if isinstance(one.id, str)}
    return frozenset({*PRODUCT, *said, *(_recorded(Path(casts.RECORD)) - ours), *BOTH})


def _initials(name: str) -> str:
    first, *_, last = name.removeprefix("Dr ").split()
    return first[0] + last[0]


def _recorded(path: Path) -> set[str]:
    """Every text and attribute of a record; a name's parts as the page joins them."""
    found = set()
    for element in ET.parse(path).iter():
        texts = [element.text or "", element.tail or "", *element.attrib.values()]
        if element.tag.endswith("}name"):
            texts.append(" ".join(part.strip() for part in element.itertext() if part.strip()))
        found |= {" ".join(text.split()) for text in texts}
    return found
