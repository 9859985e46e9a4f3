"""What a browser keeps on disk opens nothing after signing out, 15 idle minutes, or closing.

What does stay, and why it is useless. Chromium appends to its databases: the base key, in the
clear, and the sealed seed still stand in IndexedDB's log after the page removed them, until
the browser compacts it. That is what the session share is for, the other half of the key: it is
never written to the disk, and the server drops it at sign-out and after the idle time. Without
it neither the seed nor anything that follows from it comes out. The names of pages visited,
and the name and e-mail address that were typed, stay as for every site.

Somebody who finds a closed browser before the idle time is over has its cookie too, and while
the server still answers to it, the share.
"""

import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Playwright, expect

from sesphr.crypto.encoding import b64u_decode, lp
from sesphr.crypto.kdf import hkdf
from sesphr.crypto.keys import MemberKeys
from tests.browser import chromium, disk
from tests.browser import site as sites
from tests.browser.acts import account, records, sharing
from tests.browser.acts.account import Member
from tests.browser.site import Site
from tests.support.people_cli import Person
from tests.support.scan import Scanner
from tests.system.capturing import (
    canary,
    deployment_of,
    keys_of_records,
    planted_ccda,
    secrets_of,
    seed_of,
)

IDLE = 10
LOCKED = 60_000
CLOSED = ("closed", "signed out", "idle")
VAULT = """async () => {
  const opened = await new Promise((resolve, reject) => {
    const asked = indexedDB.open("sesphr");
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  const asked = opened.transaction("vault").objectStore("vault").getAll();
  const found = await new Promise((resolve) => { asked.onsuccess = () => resolve(asked.result); });
  opened.close();
  return found.map(({ sealed }) => [...sealed]);
}"""

# `make test` has the canaries of `test_canary.py`; here every state of a closed browser is looked at.
pytestmark = pytest.mark.soak


@dataclass
class Kept:
    """What was on the disk at one moment, and the session that was open before."""

    profile: Path
    sealed: bytes
    share: bytes


@dataclass
class Life:
    """A member, what nobody else may know of her, and what her browser kept at each moment."""

    site: Site
    member: Member
    folder: Path
    planted: dict[str, str] = field(default_factory=dict)
    kept: dict[str, Kept] = field(default_factory=dict)
    secret: dict[str, bytes] = field(default_factory=dict)
    seed: bytes = b""
    place: tuple[str, str] = ("", "")
    exported: bytes = b""

    @property
    def profile(self) -> Path:
        """The folder that her browser uses."""
        return self.folder / "profile"

    def keep(self, name: str, session: tuple[bytes, bytes]) -> None:
        """Copy what is on the disk now."""
        copy = self.folder / name
        shutil.copytree(self.profile, copy, ignore=shutil.ignore_patterns("Singleton*"))
        self.kept[name] = Kept(copy, *session)

    def scanner(self) -> Scanner:
        """Looks for everything that only she may have, and for every session's share."""
        found = Scanner()
        for name, text in self.planted.items():
            found.add(name, text)
        for name, octets in self.secret.items():
            found.add(name, octets, number=" x" in name)
        for name, kept in self.kept.items():
            found.add(f"share of {name}", kept.share)
        return found


@pytest.fixture(scope="module")
def life(
    playwright: Playwright, static: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Life]:
    """Lived through once: used, closed, signed out, left alone."""
    folder = tmp_path_factory.mktemp("kept")
    with sites.running(folder, static) as site:
        found = Life(site, Member("Eve Adams", "eve.adams@example.org", canary()), folder)
        doctor = site.system.join("physician")
        with chromium.context(playwright, site.url, found.profile) as (context, _):
            page = chromium.first_page(context)
            join(page, found)
            work(page, found, doctor)
            session = session_of(page)
            found.keep("open", session)
        found.keep("closed", session)
        leave(playwright, found)
        site.system.server.restart({"SESPHR_IDLE_SECONDS": str(IDLE)})
        idle(playwright, found)
        learn(found)
        yield found


def join(page: Page, life: Life) -> None:
    """Become a member by the pages; the code is also typed where it is asked for, and left there."""
    account.register(page, life.member, "I am a patient")
    account.confirm(page, life.site, life.member)
    life.site.system.server.manage("authorise", life.member.login, "--checked", "identity card")
    page.goto("/recover")
    page.get_by_label("E-mail address").fill(life.member.login)
    page.get_by_role("textbox", name="Recovery code").fill(life.member.recovery_code)
    account.sign_in(page, life.member)


def work(page: Page, life: Life, doctor: Person) -> None:
    """Add a record, read it, let somebody see a part of it."""
    words: list[str] = []
    name = canary()
    path = life.site.system.file(f"{name}.xml", planted_ccda(words))
    life.planted |= {f"C-CDA {number}": word for number, word in enumerate(words)}
    life.planted |= {"file name": name, "password": life.member.password}
    code = life.member.recovery_code
    life.planted |= {"recovery code": code, "recovery code without hyphens": code.replace("-", "")}
    records.choose_file(page, Path(path))
    records.leave_warnings(page)
    records.save(page)
    page.goto("/record")
    assert any(word in records.shown(page) for word in words)
    wanted = ("--partition", "medical", "--purpose", "treatment", "--reason", "visit")
    doctor.ok("request", "--owner", life.member.login, *wanted)
    name = doctor.login.partition("@")[0].title()
    sharing.look_at_request(page, name)
    sharing.approve(page, name, leave_out=[])
    page.goto("/sharing")
    page.goto("/activity")
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def session_of(page: Page) -> tuple[bytes, bytes]:
    """The sealed seed as the page has it, and the share as the server tells it."""
    (sealed,) = page.evaluate(VAULT)
    share = page.request.get("/api/session").json()["share"]
    return bytes(sealed), b64u_decode(share, 32)


def leave(playwright: Playwright, life: Life) -> None:
    """Sign in on the same device, and sign out."""
    with chromium.context(playwright, life.site.url, life.profile) as (context, _):
        page = chromium.first_page(context)
        account.sign_in(page, life.member)
        session = session_of(page)
        account.sign_out(page, life.member)
        assert page.evaluate(VAULT) == []
    life.keep("signed out", session)


def idle(playwright: Playwright, life: Life) -> None:
    """Sign in once more, and go away."""
    with chromium.context(playwright, life.site.url, life.profile) as (context, _):
        page = chromium.first_page(context)
        account.sign_in(page, life.member)
        session = session_of(page)
        title = page.get_by_role("heading", name="Locked while you were away")
        expect(title).to_be_visible(timeout=LOCKED)
        assert page.evaluate(VAULT) == []
    life.keep("idle", session)


def learn(life: Life) -> None:
    """Work her secrets out, as only she can, and take out what she deposited."""
    system, member = life.site.system, life.member
    person = Person(life.site.url, life.folder / "home", member.login, member.password)
    output = system.output()
    person.ok("export", "--output", str(output))
    life.exported = b"".join(path.read_bytes() for path in output.rglob("*.xml"))
    life.seed, login_secret = seed_of(system, member.login, member.password)
    octets, numbers = secrets_of("her", life.seed)
    more = {name: number.encode() for name, number in numbers.items()}
    keys = keys_of_records(output, MemberKeys.from_seed(life.seed))
    device = hkdf(life.seed, lp(b"SeSPHR-v1 device"))
    life.secret = {**octets, **more, **keys, "login secret": login_secret, "device key": device}
    life.place = (deployment_of(system)["deployment"], person.ok("whoami")["member"])


def test_open_the_disk_and_the_share_together_open_the_seed(life: Life) -> None:
    """A control: the vault is read as it is, so what does not open it later cannot."""
    kept = life.kept["open"]
    assert disk.tables(kept.profile) == []
    near = [record for record in disk.stored(kept.profile) if kept.sealed in record]
    found = disk.open_vault(kept.sealed, life.place, disk.windows(near), [kept.share])
    assert found is not None
    assert found[1] == life.seed


@pytest.mark.parametrize("name", CLOSED)
def test_what_is_kept_holds_no_secret(life: Life, name: str) -> None:
    profile = life.kept[name].profile
    assert disk.tables(profile) == []
    found = disk.files(profile)
    for path, address in disk.cached(profile).items():
        # The start page, as strangers see it, and what is the same for everybody.
        assert urlsplit(address).path == "/" or "/static/" in address
        if "/static/" in address:
            del found[path]
    assert life.scanner().found(found) == []


@pytest.mark.parametrize("name", CLOSED)
def test_without_the_share_nothing_opens(life: Life, name: str) -> None:
    """Base key and sealed seed may be found; none of the octets on the disk is the other half."""
    kept = life.kept[name]
    stored = disk.stored(kept.profile)
    near = [record for record in stored if kept.sealed in record]
    assert near
    found = disk.open_vault(kept.sealed, life.place, disk.windows(near), [kept.share])
    assert found is not None
    base, _ = found
    assert disk.open_vault(kept.sealed, life.place, [base], disk.windows(stored)) is None


@pytest.mark.parametrize("name", CLOSED)
def test_a_copy_of_it_in_another_browser_asks_for_the_password(
    playwright: Playwright, life: Life, name: str, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(life.kept[name].profile, copy)
    with chromium.context(playwright, life.site.url, copy) as (context, _):
        page = chromium.first_page(context)
        page.goto("/home")
        page.wait_for_url("**/sign-in?next=*")
        expect(page.get_by_label("Password", exact=True)).to_be_visible()
        assert emptied(page) == []


def emptied(page: Page) -> list[Any]:
    """What the vault holds, once the page had time to forget what no session opens."""
    for _ in range(50):
        if not page.evaluate(VAULT):
            break
        time.sleep(0.1)
    return list(page.evaluate(VAULT))


def test_the_server_keeps_no_share_of_sessions_that_are_over(life: Life) -> None:
    rows = life.site.system.databases.octets("default")
    scanner = Scanner()
    for name, kept in life.kept.items():
        scanner.add(name, kept.share)
    assert scanner.found(rows) == []


def test_what_was_planted_was_there(life: Life) -> None:
    words = [text for name, text in life.planted.items() if name.startswith("C-CDA")]
    assert len(words) >= 16
    assert all(word.encode() in life.exported for word in words)
    assert len(life.secret) >= 18
    assert len(disk.cached(life.kept["closed"].profile)) >= 10
    found = disk.files(life.kept["closed"].profile)
    for name in ("IndexedDB", "Cookies", "History"):
        assert any(path.startswith(f"Default/{name}") for path in found), name
    # What was typed elsewhere is found where browsers keep it, in the spelling of each place.
    scanner = Scanner()
    scanner.add("login", life.member.login)
    hits = scanner.found(found)
    for name in ("(raw) in Default/Web Data", "(UTF-16LE) in Default/Sessions"):
        assert any(name in hit for hit in hits), hits
