"""The pictures of the pages: whose page, what is done on it before, and what the picture shows.

What is done is what people do there. Nothing is drawn in afterwards.
"""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from tests.browser.acts import account, records
from tests.browser.acts.account import Member
from tests.browser.stops import arrived
from tests.browser.test_account import set_up_app
from tests.support.cast import ALICE, FRANK, HADDAD, KIMANI, LEE, NED, Cast, Part
from tests.support.council import Authority
from tests.support.people_cli import PASSWORD
from tests.system.place import System

STAFF = Part("staff", "Sam Staff", "administrator")
LATER = "() => { const now = Date.now; Date.now = () => now() + 20 * 60 * 1000; }"
Act = Callable[[Page], None]


@dataclass(frozen=True)
class Picture:
    """A picture: who looks at which address, and `act` for what they do there first."""

    name: str
    who: Part | None
    path: str
    about: str
    shows: str = "h1"
    act: Act | None = None


def certify(system: System, cast: Cast) -> None:
    """What pages about roles show: an authority, whom it certifies, and a rule for emergencies."""
    authority = Authority.of(system, "physician", "nurse")
    for one in (LEE, HADDAD):
        authority.certify(cast[one])
    medical = ("--partition", "medical", "--partition", "prescription")
    cast[ALICE].ok("emergency", "rule", "--role", "physician", *medical)


def _sign_in(page: Page, who: Member, code: str) -> None:
    """With the second step."""
    page.goto("/sign-in")
    page.get_by_label("E-mail address").fill(who.login)
    page.get_by_label("Password", exact=True).fill(who.password)
    page.get_by_role("button", name="Sign in").click()
    page.locator("#otp").fill(code)
    page.get_by_role("button", name="Continue").locator("visible=true").click()
    page.wait_for_url("**/home")


def _child(page: Page) -> None:
    """Turn on the second step, which guardians need, then add a child."""
    frank = Member(FRANK.name, f"{FRANK.key}@example.org", PASSWORD)
    codes = set_up_app(page, frank)
    account.sign_out(page, frank)
    _sign_in(page, frank, codes[0])
    page.goto("/care")
    page.get_by_label("Their full name").fill("Tim Newman")
    page.get_by_label("Their full name").press("Enter")
    expect(page.locator("#done")).to_contain_text("Tim Newman is added.")


def _code(page: Page) -> None:
    account.answer(
        page, Member("Ann Other", "ann.other@example.org"), "I am a patient", until="code"
    )
    expect(page.locator("ol[data-slot=codes]:visible")).to_be_visible()


def _file(page: Page) -> None:
    records.choose_file(page, records.CCDA)


def _change(page: Page) -> None:
    """Take one part back and give another, without saving."""
    page.get_by_role("button", name="Medical, Dr Bob Lee: ").click()
    page.get_by_role("button", name="Take it back").click()
    page.locator("#unsaved, #changes").locator("visible=true").first.wait_for()


def _tab(page: Page) -> None:
    page.get_by_role("tab", name="Medical").click()


def _away(page: Page) -> None:
    page.evaluate(LATER)
    expect(page.get_by_role("heading", name="Locked while you were away")).to_be_visible()


def _offline(page: Page) -> None:
    page.context.set_offline(True)
    page.get_by_text("You are offline. Nothing is lost").wait_for()


def _broken(page: Page) -> None:
    page.route("**/api/acl", lambda route: route.abort())
    page.reload()
    page.locator(".state--error").first.wait_for()


PICTURES = (
    Picture("start", None, "/", "What it is, whether to trust it, and for whom."),
    Picture("register", None, "/register", "Registering asks one question a page."),
    Picture("register-code", None, "/register", "The recovery code, to print or write down.", act=_code),
    Picture("sign-in", None, "/sign-in", "Signing in; the password stays on the device."),
    Picture("recover", None, "/recover", "A lost password: the recovery code opens the account."),
    Picture("confirm", None, "/confirm?token=none", "The page behind the link of the letter."),
    Picture("help", None, "/help", "What it protects, what it does not, and what to do."),
    Picture("privacy", None, "/privacy", "What the servers know and keep."),
    Picture("accessibility", None, "/accessibility", "For whom the pages work, and what is missing."),
    Picture("protocol", None, "/protocol", "The protocol for whoever checks it."),
    Picture("not-found", None, "/no-such-page", "An address at which there is nothing."),
    Picture("home-waiting", KIMANI, "/home", "Registered, and not authorised yet.", ".journey"),
    Picture("home-empty", NED, "/home", "The first day of an owner.", "#parts > *"),
    Picture("sharing-empty", NED, "/sharing", "Nothing is shared with anybody."),
    Picture("home", ALICE, "/home", "What needs her, what she has, who sees it.", ".needs-row"),
    Picture("add", ALICE, "/add", "Add a record: choose a file.", "#choose-form"),
    Picture("add-check", ALICE, "/add", "What goes where, before anything leaves the device.", act=_file),
    Picture("by-hand", ALICE, "/add/by-hand", "A record entered by hand.", "#medicines-0-name"),
    Picture("requests", ALICE, "/requests", "Who asks, and what was answered.", "#waiting > *"),
    Picture("request", ALICE, "/requests/{request}", "Who asks for what, why, and who they are; narrower by default.", "#request > *"),
    Picture("sharing", ALICE, "/sharing", "Who can see what, until when.", "#matrix table, #matrix ul"),
    Picture("sharing-changes", ALICE, "/sharing", "What would change, before it is signed.", "#matrix table, #matrix ul", _change),
    Picture("see-as", ALICE, "/sharing/as/{lee}", "Her record as Dr Lee sees it.", "[role=tablist]"),
    Picture("directory", ALICE, "/directory", "Find a doctor, nurse or pharmacist who agreed to be found.", "#find-name"),
    Picture("emergency", ALICE, "/emergency", "For emergencies: who may open what, if two of them sign why.", "#rules li"),
    Picture("emergency-card", ALICE, "/emergency/card", "The card to print; it opens nothing by itself.", "svg.qr"),
    Picture("record", ALICE, "/record", "Her whole record.", "[role=tablist]"),
    Picture("activity", ALICE, "/activity", "Who opened what, by which rule, and whether the log is whole.", "#entries-section"),
    Picture("profile", ALICE, "/profile", "What SeSPHR knows of her account."),
    Picture("security", ALICE, "/security", "Password, recovery code, second step, devices, fingerprint.", "#devices li"),
    Picture("locked", ALICE, "/home", "Away for 15 minutes: nothing can be opened.", ".needs-row", _away),
    Picture("offline", ALICE, "/requests", "The connection is lost; nothing else is.", "#waiting > *", _offline),
    Picture("no-answer", ALICE, "/home", "A server that does not answer.", ".needs-row", _broken),
    Picture("home-professional", LEE, "/home", "Who shares what with Dr Lee.", "#home-rows tr"),
    Picture("record-reader", LEE, "/patients/{alice}", "What Alice Newman shares, and what is missing.", "[role=tablist]"),
    Picture("record-part", LEE, "/patients/{alice}", "One part in full, as its source tells it.", "[role=tablist]", _tab),
    Picture("ask", LEE, "/ask", "Ask somebody for access, with purpose and reason.", "#ask-form"),
    Picture("waiting", HADDAD, "/waiting", "What Dr Haddad is waiting for.", "#waiting-section li"),
    Picture("organisation", HADDAD, "/organisations/{hospital}", "A hospital's own page: its staff, codes for new ones, and who leaves.", "#codes li"),
    Picture("care", FRANK, "/security", "Somebody acts for a child, who has keys of its own.", "#devices li", _child),
    Picture("not-shared", HADDAD, "/patients/{alice}", "Nothing is shared: not even whether there is a record.", "#record-state > *"),
    Picture("admin", STAFF, "/admin/", "The administration: who waits, and is anything wrong."),
    Picture("admin-members", STAFF, "/admin/accounts/member/", "All members."),
    Picture("admin-authorise", STAFF, "/admin/accounts/member/{kimani}/authorise/", "Authorising: what was checked is written down."),
    Picture("admin-document", STAFF, "/admin/cloudstore/document/", "Documents are sizes and cipher octets here."),
    Picture("taken-back", LEE, "/patients/{alice}", "After everything was taken back, on a device that never opened it.", "#record-state > *"),
)  # fmt: skip
# Before it, everything is taken back.
LAST = "taken-back"


def ready(page: Page, shows: str) -> None:
    """Wait until the page stands there, fonts and pictures too."""
    arrived(page, shows)
    page.evaluate("() => document.fonts.ready.then(() => scrollTo(0, 0))")
