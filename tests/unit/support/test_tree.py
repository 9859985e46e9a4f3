"""What no file of the project may hold."""

import re

from tests.support.suite import ROOT

FOLDERS = (
    "sesphr", "accounts", "phr", "srs", "cloudstore", "audit", "templates", "static", "tests", "docs",
    "scripts", "benchmarks",
)  # fmt: skip
TEXTS = {
    ".css", ".html", ".js", ".json", ".md", ".mjs", ".po", ".py", ".sh", ".toml", ".xsd", ".yml",
}  # fmt: skip
CONFLICT = re.compile(r"^(<{7}|>{7}|={7}$)", re.MULTILINE)


def test_no_merge_was_left_half_done() -> None:
    files = [*ROOT.glob("*.*"), *(path for one in FOLDERS for path in (ROOT / one).rglob("*.*"))]
    ours = (path for path in files if "node_modules" not in path.parts)
    texts = [path for path in ours if path.suffix in TEXTS and path.is_file()]
    assert len(texts) > 500
    # Octets: samples are in other character sets too.
    found = [path for path in texts if CONFLICT.search(path.read_bytes().decode("latin-1"))]
    assert found == []
