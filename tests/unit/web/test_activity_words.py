"""Whatever a server writes down of a member has words on the page of activity."""

import re

from tests.support.liveserver import ROOT

# An event's kind stands in the call that commits it, on the same line or the next but one.
RECORDED = re.compile(r"events\.record\(\s*[^,()]+(?:\([^()]*\))?[^,()]*,\s*\"([a-z-]+)\"")
ELSEWHERE = {
    "access": "act.opened", "acl": "act.shared", "deposit": "act.added", "key-request": "act.asked",
    "integrity": "act.integrity", "departure-of": "act.left",
    "leaver": "act.leaver", "keys-changed-of": "act.new-keys",
}  # fmt: skip
# `accounts.services.slots`, `membership` and `organisations.codes` take these kinds otherwise.
BY_TABLE = {"password-changed", "recovery-renewed", "suspended", "departed"}
BY_TABLE |= {"code-issued", "code-withdrawn"}


def _kinds() -> set[str]:
    found = set(BY_TABLE)
    for app in ("accounts", "phr", "srs"):
        for path in (ROOT / app).rglob("*.py"):
            found |= set(RECORDED.findall(path.read_text(encoding="utf-8")))
    return found


def test_every_kind_of_event_has_words() -> None:
    words = (ROOT / "templates/pages/activity/_messages.jinja").read_text(encoding="utf-8")
    kinds = _kinds()
    assert {"access", "registered", "backup-code-used", "integrity-closed", "departed"} <= kinds
    without = [
        kind for kind in kinds if f'"{ELSEWHERE.get(kind, f"act.account.{kind}")}":' not in words
    ]
    assert without == []


def test_the_page_takes_each_for_what_it_is() -> None:
    """The module that words account events knows each kind too, or it would say `something else`."""
    known = (ROOT / "static/js/pages/activity/account.js").read_text(encoding="utf-8")
    table = known[known.index("const PLAIN") : known.index("}));")]
    assert _kinds() - set(ELSEWHERE) <= set(re.findall(r"\"?([a-z-]+)\"?: (?:true|false)", table))
