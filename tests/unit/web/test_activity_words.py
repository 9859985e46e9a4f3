"""Whatever a server writes down of a member has words on the page of activity."""

import re

from accounts.staff import words
from srs.admin import EVENTS as KINDS_OF_NODES
from tests.support.liveserver import ROOT

# An event's kind stands in the call that commits it, on the same line or the next but one.
RECORDED = re.compile(r"events\.record\(\s*[^,()]+(?:\([^()]*\))?[^,()]*,\s*\"([a-z-]+)\"")
# What begins at an opening, and what becomes of a contribution, is named before it is committed.
NAMED = re.compile(r"(?:\.begun\[owner\] = |_tell\(node, \w+, )\"([a-z-]+)\"")
ELSEWHERE = {
    "access": "act.opened", "acl": "act.shared", "deposit": "act.added", "key-request": "act.asked",
    "integrity": "act.integrity", "departure-of": "act.left",
    "leaver": "act.leaver", "consent-code": "act.consent-code", "emergency": "act.emergency",
    "contribution": "act.contribution", "accepted": "act.accepted", "declined": "act.declined",
    "keys-changed-of": "act.new-keys",
}  # fmt: skip
# `accounts.services.slots`, `membership`, `organisations.codes` and `srs.services.contributions`
# take these kinds otherwise.
BY_TABLE = {"password-changed", "recovery-renewed", "suspended", "departed"}
ANSWERS = {"accepted", "declined"}
BY_TABLE |= {"code-issued", "code-withdrawn"} | ANSWERS


def _kinds() -> set[str]:
    found = set(BY_TABLE)
    for app in ("accounts", "phr", "srs"):
        for path in (ROOT / app).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            found |= set(RECORDED.findall(text)) | set(NAMED.findall(text))
    return found


def test_every_kind_of_event_has_words() -> None:
    page = (ROOT / "templates/pages/activity/_messages.jinja").read_text(encoding="utf-8")
    kinds = _kinds()
    assert {"access", "registered", "backup-code-used", "integrity-closed", "departed"} <= kinds
    assert {"consent-code", "emergency", "contribution", "accepted", "declined"} <= kinds
    without = [
        kind for kind in kinds if f'"{ELSEWHERE.get(kind, f"act.account.{kind}")}":' not in page
    ]
    assert without == []


def test_the_page_takes_each_for_what_it_is() -> None:
    """The module that words account events knows each kind too, or it would say `something else`."""
    known = (ROOT / "static/js/pages/activity/account.js").read_text(encoding="utf-8")
    table = known[known.index("const PLAIN") : known.index("}));")]
    assert _kinds() - set(ELSEWHERE) <= set(re.findall(r"\"?([a-z-]+)\"?: (?:true|false)", table))


def test_the_administration_has_words_for_what_the_portal_records() -> None:
    """Its list of events filters by kind, and the start page tells what staff did last."""
    text = "".join(
        path.read_text(encoding="utf-8")
        for app in ("accounts", "phr")
        for path in (ROOT / app).rglob("*.py")
    )
    assert (set(RECORDED.findall(text)) | BY_TABLE) - ANSWERS <= set(words.EVENTS)
    assert set(words.BY_STAFF) <= set(words.EVENTS)
    sources = (path.read_text(encoding="utf-8") for path in (ROOT / "srs").rglob("*.py"))
    told = [kind for one in sources for kind in (*RECORDED.findall(one), *NAMED.findall(one))]
    assert set(told) | ANSWERS == set(KINDS_OF_NODES)
