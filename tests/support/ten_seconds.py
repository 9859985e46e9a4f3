"""`python -m tests.support.ten_seconds`: what a clinician sees of samples in the first ten seconds, into docs/ten-seconds.

Each sample is the record of an owner of its own, who shares all parts with one physician. The
pictures are what the window of 1280 x 800 shows, without scrolling, as the page opens.
"""

import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.browser import chromium, site
from tests.browser.acts import account
from tests.browser.acts.account import Member
from tests.support.people_cli import PASSWORD, Person
from tests.support.screenshots import COLOURS

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "ten-seconds"
PARTS = ("personal", "medical", "insurance", "prescription")
# The boxes are drawn one after the other.
SETTLED_MS = 500
HEAD = """# The first ten seconds

Written by `make screenshots`; do not edit. What a physician sees of samples (tests/samples/SOURCES.md) in a
window of 1280 x 800 pixels, without scrolling: allergies, problems, current medicines, and the newest results, of
which HbA1c and creatinine come first, with their last three values and the trend.
"""


@dataclass(frozen=True)
class Sample:
    """A file, and what is to be known of it."""

    name: str
    file: str
    about: str


SAMPLES = (
    Sample("ips", "ips_ig_bundle01.json", "An International Patient Summary (FHIR R4)."),
    Sample("ccda", "ccda_ccd_hl7_medium.xml", "A continuity of care document (C-CDA)."),
    Sample("synthea", "fhir_r4_synthea_large.json", "Decades of a practice's record (FHIR R4)."),
    Sample("tietai", "fhir_r4_tietai_4p5MB.json", "A record of 4.5 MB (FHIR R4)."),
)


def _shared(place: site.Site, doctor: Person, sample: Sample) -> str:
    """The address of the page on which the physician reads it."""
    owner = place.system.join()
    held = owner.ok("deposit", f"tests/samples/{sample.file}")["partitions"]
    words = [word for part in PARTS if part in held for word in ("--partition", part)]
    owner.ok("grant", doctor.login, *words, "--history")
    return f"/patients/{owner.ok('whoami')['member']}"


def _save(page: Page, name: str) -> None:
    path = FOLDER / f"{name}.png"
    page.screenshot(path=str(path), animations="disabled", caret="hide")
    with Image.open(path) as found:
        whole = found.convert("RGB")
    whole.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(
        path, optimize=True
    )


def _take(page: Page, address: str, sample: Sample) -> None:
    page.goto(address)
    page.locator("[data-box=result].box--filled, [data-box=result] .box__answer").first.wait_for()
    page.wait_for_timeout(SETTLED_MS)
    _save(page, sample.name)


def main() -> int:
    """Take them all."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    data = Path(os.environ.get("SESPHR_DATA", "var")).resolve()
    lines = [HEAD]
    with (
        tempfile.TemporaryDirectory(prefix="ten-seconds-", dir=data) as folder,
        site.running(Path(folder), data / "static") as place,
        sync_playwright() as playwright,
    ):
        doctor = place.system.join("physician")
        engine = playwright.chromium.launch(executable_path=chromium.CHROMIUM, args=chromium.FLAGS)
        page = engine.new_context(
            base_url=place.url,
            viewport=chromium.DESKTOP,
            locale="en-GB",
            timezone_id="Europe/London",
        ).new_page()
        page.set_default_timeout(chromium.PATIENCE)
        account.sign_in(page, Member("", doctor.login, PASSWORD))
        for sample in SAMPLES:
            print(sample.name, flush=True)
            _take(page, _shared(place, doctor, sample), sample)
            lines += [
                f"## {sample.about}\n",
                f'<img src="{sample.name}.png" width="960" alt="{sample.about}">\n',
            ]
        engine.close()
    (FOLDER / "README.md").write_text("\n".join(lines), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
