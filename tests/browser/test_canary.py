"""The main job on the pages, with known strings planted; nothing between the browsers holds them.

Looked through are the traffic of both browsers in both directions, pages and forms included,
every line of the server's log, every row of every database, and every file below DATA. Names,
addresses and the reason of a request are meant to be read and are not planted.

The same material is attacked by whoever holds the databases and the seed of the doctor from
whom access was taken back.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Playwright, expect

from sesphr.crypto.keys import MemberKeys
from tests.browser import chromium
from tests.browser import site as sites
from tests.browser.acts import account, records, sharing
from tests.browser.acts.account import Member
from tests.browser.site import Site
from tests.support.attack import Attacker, Holdings, seized
from tests.support.people_cli import Person
from tests.support.scan import Scanner
from tests.support.wire import Exchange, Wire, between
from tests.system.capturing import Captured, canary, haystacks, planted_ccda, seed_of, taken
from tests.system.place import THREE_NODES
from tests.system.test_canary import no_master_key, nothing_leaked

REASON = "First visit on Monday"
READABLE = {None, "identity", "gzip"}


@dataclass
class Story:
    """A patient and a physician, what was planted, and what the servers held at two moments."""

    site: Site
    wire: Wire
    folder: Path
    eve: Member = field(default_factory=lambda: Member("Eve Adams", "eve@example.org", canary()))
    bob: Member = field(default_factory=lambda: Member("Dr Bob Lee", "bob@example.org", canary()))
    planted: dict[str, str] = field(default_factory=dict)
    granted: Holdings | None = None
    revoked: Holdings | None = None

    def seize(self) -> Holdings:
        """What the servers hold now."""
        system = self.site.system
        environment = system.server.environment
        nodes, threshold = (
            environment.get(f"SESPHR_{name}", "1") for name in ("NODES", "THRESHOLD")
        )
        return seized(system.databases, int(nodes), int(threshold))

    def note(self, who: str, member: Member) -> None:
        """What somebody knows by now, in every way in which it may be typed."""
        names = [f"{who}'s password", f"{who}'s code"]
        number = sum(name.startswith(names[0]) for name in self.planted)
        self.planted |= {
            f"{names[0]} {number}": member.password,
            f"{names[1]} {number}": member.recovery_code,
            f"{names[1]} {number} without hyphens": member.recovery_code.replace("-", ""),
            f"{names[1]} {number} with blanks": member.recovery_code.replace("-", " "),
        }


@contextmanager
def lived(
    playwright: Playwright, static: Path, folder: Path, env: Mapping[str, str]
) -> Iterator[Story]:
    """Lived through once, through a proxy that keeps everything."""
    with ExitStack() as stack:
        site = stack.enter_context(sites.running(folder, static, env))
        wire = stack.enter_context(between(site.url, folder / "traffic"))
        found = Story(site, wire, folder)
        pages = []
        for name in ("patient", "physician"):
            profile = folder / name
            context, _ = stack.enter_context(chromium.context(playwright, wire.url, profile))
            pages.append(chromium.first_page(context))
        live(found, *pages)
        yield found


@pytest.fixture(scope="module")
def story(
    playwright: Playwright, static: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Story]:
    """The story that these tests look through."""
    with lived(playwright, static, tmp_path_factory.mktemp("canary"), {}) as found:
        yield found


@pytest.fixture(scope="module")
def captured(story: Story) -> Captured:
    """What passed and stays."""
    return captured_of(story)


def captured_of(story: Story) -> Captured:
    """What passed and stays; what the owner has is taken out past the proxy."""
    home, output = story.folder / "home", story.site.system.output()
    person = Person(story.site.url, home, story.eve.login, story.eve.password)
    found = haystacks(story.site.system, traffic(story.wire))
    person.ok("export", "--output", str(output))
    seeds = {"owner": seed(story, story.eve), "doctor": seed(story, story.bob)}
    return taken(story.site.system, story.planted, seeds, output, found)


def seed(story: Story, member: Member) -> bytes:
    """Somebody's seed, by the password."""
    return seed_of(story.site.system, member.login, member.password)[0]


def live(story: Story, patient: Page, physician: Page) -> None:
    """Everything that people do in the main job."""
    join(story, patient, "owner", story.eve, "I am a patient")
    join(story, physician, "doctor", story.bob, "I am a doctor")
    add_record(story, patient)
    sharing.ask(physician, story.eve.login, ["Medical", "Insurance"], REASON)
    sharing.look_at_request(patient, story.bob.name)
    sharing.approve(patient, story.bob.name, leave_out=["Insurance"])
    records.open_patient(physician, story.eve.name)
    read(physician, "Medical")
    patient.goto("/activity")
    expect(patient.get_by_role("listitem").filter(has_text="Opened").first).to_be_visible()
    patient.goto("/record")
    read(patient, "Personal")
    see_as(patient, story.bob)
    story.granted = story.seize()
    sharing.take_back(patient, "Medical", story.bob.name)
    physician.reload()
    gone = physician.get_by_role("heading", name="does not share this with you any more")
    expect(gone).to_be_visible()
    story.revoked = story.seize()
    share_again(patient, story.bob)
    recover(story, patient)


def join(story: Story, page: Page, who: str, member: Member, role: str) -> None:
    """Register, confirm, be authorised, sign in."""
    account.register(page, member, role)
    story.note(who, member)
    link = urlsplit(story.site.confirmation(member.login))
    page.goto(f"{link.path}?{link.query}")
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("is confirmed")).to_be_visible()
    story.site.system.server.manage("authorise", member.login, "--checked", "identity card seen")
    account.sign_in(page, member)


def add_record(story: Story, page: Page) -> None:
    """A planted file under a planted name."""
    words: list[str] = []
    name = canary()
    path = story.site.system.file(f"{name}.xml", planted_ccda(words))
    story.planted |= {f"C-CDA {number}": word for number, word in enumerate(words)}
    story.planted["file name"] = name
    records.choose_file(page, Path(path))
    records.leave_warnings(page)
    records.save(page)


def read(page: Page, part: str) -> None:
    """Words of the planted file are shown in a part."""
    records.shown(page)
    page.get_by_role("tab", name=part).click()
    expect(page.get_by_role("tabpanel", name=part)).to_contain_text("canary-")


def see_as(page: Page, physician: Member) -> None:
    """The owner looks at what the physician gets."""
    sharing.look_at_table(page)
    page.get_by_label("See it as").select_option(label=physician.name)
    page.get_by_role("button", name="Show me").click()
    assert f"This is what {physician.name} sees" in records.shown(page)


def share_again(page: Page, physician: Member) -> None:
    """The keys of the last capture are looked for too: something must be granted."""
    sharing.look_at_table(page)
    page.get_by_role("button", name="Add a person").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Their exact e-mail address").fill(physician.login)
    page.keyboard.press("Enter")
    dialog.get_by_role("button", name=f"Add {physician.name}").click()
    page.locator(f"button[aria-label^='Personal, {physician.name}: ']").click()
    dialog.get_by_label("1 year").check()
    dialog.locator("button[type=submit]").click()
    page.locator("#changes").get_by_role("button", name="Save 1 change").click()
    expect(page.locator("#result .state--done")).to_be_visible()


def recover(story: Story, page: Page) -> None:
    """A new password and a new code by the old code."""
    page.goto("/profile")
    expect(page.locator("[data-slot=login]")).to_have_text(story.eve.login)
    account.sign_out(page, story.eve)
    page.goto("/recover")
    page.get_by_label("E-mail address").fill(story.eve.login)
    page.locator("#recovery-code").fill(story.eve.recovery_code.lower().replace("-", " "))
    page.get_by_role("button", name="Continue").locator("visible=true").click()
    story.eve.password = canary()
    page.locator("#password").fill(story.eve.password)
    page.locator("#password-again").fill(story.eve.password)
    page.get_by_role("button", name="Change the password").click()
    account.keep_code(page, story.eve, last="Use this code from now on")
    expect(page.get_by_role("heading", name="Your account is open again")).to_be_visible()
    story.note("owner", story.eve)


def personal(wire: Wire) -> list[Exchange]:
    """What passed but the scripts, styles and pictures that are the same for everybody."""
    return [one for one in wire.exchanges if not one.path.startswith("/static/")]


def traffic(wire: Wire) -> bytes:
    """All that passed; of the same script only the last answer."""
    static = {one.path: one for one in wire.exchanges if one.path.startswith("/static/")}
    return b"".join(one.octets() for one in (*personal(wire), *static.values()))


def test_nothing_between_the_browsers_holds_a_secret(captured: Captured) -> None:
    nothing_leaked(captured)


def test_no_point_opens_a_partition_for_everybody(captured: Captured) -> None:
    found = no_master_key(captured)
    assert captured.owner.receive_public.encode() in found
    assert captured.d["srs"] <= found


def test_what_was_planted_was_there(story: Story, captured: Captured) -> None:
    words = [text for name, text in story.planted.items() if name.startswith("C-CDA")]
    assert len(words) >= 16
    for word in (*words, story.planted["file name"]):
        assert word.encode() in captured.opened
    assert sum("password" in name for name in story.planted) == 3
    assert sum(name.startswith("k of") for name in captured.secret) >= 4
    passed = {(one.method, urlsplit(one.path).path) for one in personal(story.wire)}
    for call in ("members", "session", "deposits", "key-requests", "acl", "access"):
        assert ("POST", f"/api/{call}") in passed
    assert ("POST", "/confirm") in passed
    for page in ("/register", "/confirm", "/sign-in", "/add", "/record", "/activity", "/recover"):
        assert ("GET", page) in passed
    scanner = Scanner()
    scanner.add("reason", REASON)
    assert scanner.found({"traffic": captured.haystacks["traffic"]})


def test_nothing_passed_in_a_form_that_is_not_looked_into(story: Story) -> None:
    for one in personal(story.wire):
        headers = {name.lower(): text for name, text in one.response_headers}
        assert headers.get("content-encoding") in READABLE, one.path


def attack_opens(story: Story, holdings: Holdings | None) -> set[str]:
    """The partitions that whoever has all this and the doctor's seed opens."""
    assert holdings is not None
    assert len(holdings.stored) == 1
    keys = MemberKeys.from_seed(seed(story, story.bob))
    return {name for _, name in Attacker(keys, holdings).opened()}


def attack_fails(story: Story) -> None:
    """The control first: what was granted opens, nothing else does, and nothing once taken back.

    An answer that a node still keeps opens what it opened before, until it is forgotten.
    """
    assert story.granted is not None
    assert attack_opens(story, story.granted) == {"medical"}
    assert attack_opens(story, replace(story.granted, answers={})) == {"medical"}
    assert story.revoked is not None
    assert attack_opens(story, story.revoked) <= {"medical"}
    assert attack_opens(story, replace(story.revoked, answers={})) == set()


def test_databases_and_the_doctors_seed_open_what_was_granted_and_nothing_else(
    story: Story,
) -> None:
    attack_fails(story)


@pytest.mark.soak
def test_the_same_with_three_nodes(playwright: Playwright, static: Path, tmp_path: Path) -> None:
    with lived(playwright, static, tmp_path, THREE_NODES) as story:
        captured = captured_of(story)
        assert set(captured.d) == {"srs", "srs-2", "srs-3"}
        nothing_leaked(captured)
        assert set().union(*captured.d.values()) <= no_master_key(captured)
        attack_fails(story)
