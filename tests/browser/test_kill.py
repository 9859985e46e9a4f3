"""The server, or the browser, is killed in the middle of what people do on the pages; nothing is lost or done twice.

First each operation runs unharmed and the points that it passes are recorded: every call of a
port, every commit. Then the server dies at some of them (`make soak`: at all). The page must say so
in words; when the server is back, trying again ends in the right state, once.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Error, Page, Playwright, expect

from tests.browser import chromium
from tests.browser.acts import account, records, sharing
from tests.browser.acts.account import Member
from tests.support.wire import Wire, between
from tests.system import test_kill_deposit, test_kill_sharing
from tests.system.killing.matrix import PASSWORD, SAMPLE, World, world

MOST = 2
# Kills of an upload in pieces, evenly spread over its points.
MOST_IN_PIECES = 12
AWAY = "cannot reach the server"
KEPT = "kept on this device"
# What the endpoint waits before it sends again by itself is not tried here, only shortened.
HASTE = """(() => {
  const real = globalThis.setTimeout;
  globalThis.setTimeout = (call, wait, ...more) => real(call, wait >= 1000 && wait <= 6000 ? 50 : wait, ...more);
})();"""


@dataclass
class Place:
    """A server that can be killed, and an owner and a physician before their pages."""

    world: World
    wire: Wire
    owner: Page
    doctor: Page
    facts: dict[str, Any] = field(default_factory=dict)

    def back(self) -> None:
        """The server is there again."""
        self.world.wait_until_up()
        self.wire.shut = False


@dataclass(frozen=True)
class Operation:
    """What somebody does: `requests` may be killed; `prepare` goes to the page and gives what was
    before; `act` presses the button; `done` waits for the end; `told` for what the page says when
    the server is away; `again` tries again; `settled` looks at the state."""

    requests: tuple[str, ...]
    prepare: Callable[[Place], Any]
    act: Callable[[Place], None]
    done: Callable[[Place], None]
    told: Callable[[Place], None]
    again: Callable[[Place], None]
    settled: Callable[[Place, Any], None]
    calls: tuple[str, ...]


@pytest.fixture(scope="module")
def place(
    playwright: Playwright, static: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    """Everybody signs in once: sessions outlive a kill."""
    folder = tmp_path_factory.mktemp("killed")
    (folder / "data").mkdir(mode=0o700)
    (folder / "data" / "static").symlink_to(static, target_is_directory=True)
    with ExitStack() as stack:
        made = stack.enter_context(world(folder))
        wire = stack.enter_context(between(made.server.url, folder / "traffic"))
        wire.shuts = True
        pages = []
        for who in ("owner", "doctor"):
            context, watch = stack.enter_context(
                chromium.context(playwright, wire.url, folder / f"{who}'s profile")
            )
            watch.expected += ["net::ERR_", "offline", "Offline"]
            context.add_init_script(HASTE)
            page = chromium.first_page(context)
            page.on("dialog", lambda dialog: dialog.accept())
            account.sign_in(page, Member(who, f"{who}@example.org", PASSWORD))
            pages.append(page)
        yield Place(made, wire, *pages)


# A deposit by the Add page ---------------------------------------------------------------------


def _choose(place: Place) -> dict[str, int]:
    records.choose_file(place.owner, SAMPLE)
    records.leave_warnings(place.owner)
    return _rows(place)


def _rows(place: Place) -> dict[str, int]:
    return {name: place.world.count(*where) for name, where in test_kill_deposit.TABLES.items()}


def _save(place: Place) -> None:
    place.owner.get_by_role("button", name="Encrypt and save").click()


def _saved(place: Place) -> None:
    expect(place.owner.get_by_role("heading", name="Your record is saved")).to_be_visible()


def _save_failed(place: Place) -> None:
    state = place.owner.locator("#save-state .state--error")
    expect(state).to_contain_text(AWAY)
    expect(state).to_contain_text("Nothing was lost")


def _save_again(place: Place) -> None:
    place.owner.get_by_role("button", name="Try again").click()


def _one_record(place: Place, before: dict[str, int]) -> None:
    """One more of everything, and it opens."""
    after = _rows(place)
    grown = {name: after[name] - before[name] for name in after}
    parts = grown.pop("r")
    assert parts >= 3
    assert set(grown.values()) == {1}, grown
    assert place.facts.setdefault("parts", parts) == parts
    listed = place.world.done("owner", "records")["records"]
    (new,) = {one["record"] for one in listed} - place.facts.setdefault("known", set())
    place.facts["known"].add(new)
    output = str(place.world.folder / new)
    opened = place.world.done("owner", "open", new, "--output", output)["opened"]
    assert len(opened) == parts - 1


# The same with a file that goes in pieces ------------------------------------------------------


def _choose_large(place: Place) -> dict[str, int]:
    return _chosen_large(place, place.owner)


def _chosen_large(place: Place, page: Page) -> dict[str, int]:
    path = place.world.folder / "large.xml"
    records.choose_file(page, path if path.exists() else records.padded(SAMPLE, path))
    records.leave_warnings(page)
    place.facts["mark"] = len(place.wire.exchanges)
    return _rows(place)


def _one_large_record(place: Place, before: dict[str, int]) -> None:
    """One more of everything, and no octet that the server had was sent again."""
    _sent_once(place)
    assert place.world.count("cloud", "cloudstore_upload") == 0
    _one_record(place, before)


def _sent_once(place: Place) -> list[int]:
    """Where the pieces since the mark began; none before the end of what an answer told of."""
    passed = [one for one in place.wire.exchanges[place.facts["mark"] :] if one.method == "PATCH"]
    starts, there, total = [], 0, 0
    for one in passed:
        asked = {name: int(value) for name, (value,) in parse_qs(urlsplit(one.path).query).items()}
        assert one.status == 200
        # In between may lie a piece that arrived, but whose answer died with the server.
        assert asked["offset"] >= there
        starts.append(asked["offset"])
        there, total = asked["offset"] + len(one.request), asked["total"]
    assert total > 9_000_000
    assert there <= total
    return starts


# An approval by the page of the request --------------------------------------------------------


def _asked(place: Place) -> Any:
    request, before = test_kill_sharing._before_approval(place.world)
    place.owner.goto(f"/requests/{request}")
    expect(place.owner.get_by_role("heading", name="doctor asks to see")).to_be_visible()
    return request, before


def _approve(place: Place) -> None:
    place.owner.get_by_role("button", name="Approve with these limits").click()


def _approved(place: Place) -> None:
    expect(place.owner.get_by_role("heading", name="Shared with doctor")).to_be_visible()


def _answer_kept(place: Place) -> None:
    told = place.owner.locator("[data-slot=sum-error]")
    expect(told).to_contain_text(AWAY)
    expect(told).to_contain_text(KEPT)


def _in_force(place: Place, ready: Any) -> None:
    test_kill_sharing._approved(place.world, ready, {})


# Taking back in the table ----------------------------------------------------------------------


def _granted(place: Place) -> dict[str, int]:
    before = test_kill_sharing._before_revocation(place.world)
    sharing.look_at_table(place.owner)
    place.owner.get_by_role("button", name="Medical, doctor: ").click()
    place.owner.get_by_role("dialog").get_by_role("button", name="Take it back").click()
    return before


def _take_back(place: Place) -> None:
    page = place.owner
    page.locator("#changes").get_by_role("button", name="Save 1 change").click()
    page.get_by_role("dialog").get_by_role("button", name="Save 1 change").click()


def _taken(place: Place) -> None:
    expect(place.owner.locator("#result .state--done")).to_be_visible()


def _list_kept(place: Place) -> None:
    expect(place.owner.locator("#changes")).to_contain_text(AWAY)
    expect(place.owner.locator("#changes")).to_contain_text(KEPT)


def _come_back(place: Place) -> None:
    """The page sends what waits by itself when it is loaded again."""
    place.owner.reload()
    expect(place.owner.locator("#pending-note")).to_contain_text("is in force")


def _gone(place: Place, before: dict[str, int]) -> None:
    test_kill_sharing._revoked(place.world, before, {})


# An opening by the page of the record ----------------------------------------------------------


def _shared(place: Place) -> dict[str, int]:
    before = test_kill_sharing._before_revocation(place.world)
    if "owner" not in place.facts:
        place.facts["owner"] = place.world.done("owner", "whoami")["member"]
    place.doctor.goto("/waiting")
    expect(place.doctor.get_by_role("heading", level=1)).to_be_visible()
    return before


def _open(place: Place) -> None:
    place.doctor.goto(f"/patients/{place.facts['owner']}")


def _opened(place: Place) -> None:
    records.shown(place.doctor)
    place.doctor.get_by_role("tab", name="Medical").click()
    expect(place.doctor.get_by_role("tabpanel", name="Medical")).to_be_visible()


def _open_failed(place: Place) -> None:
    expect(place.doctor.locator(".state--error")).to_contain_text(AWAY)


def _open_again(place: Place) -> None:
    place.doctor.get_by_role("button", name="Try again").click()


def _answered(place: Place, before: dict[str, int]) -> None:
    test_kill_sharing._opened(place.world, before, {"opened": ["medical"]})


OPERATIONS = {
    "deposit": Operation(
        ("PUT /api/attachments", "POST /api/deposits"), _choose, _save, _saved, _save_failed,
        _save_again, _one_record, ("cloud.put_attachment", "cloud.put", "srs-1.deposit"),
    ),
    "approval": Operation(
        ("POST /api/acl",), _asked, _approve, _approved, _answer_kept, _approve, _in_force,
        ("srs-1.set_acl", "cloud.note", "log.append"),
    ),
    "taking back": Operation(
        ("POST /api/acl",), _granted, _take_back, _taken, _list_kept, _come_back, _gone,
        ("srs-1.set_acl", "cloud.note", "log.append"),
    ),
    "opening": Operation(
        ("POST /api/access",), _shared, _open, _opened, _open_failed, _open_again, _answered,
        ("srs-1.access", "cloud.get", "log.append"),
    ),
}  # fmt: skip
IN_PIECES = Operation(
    ("GET /api/attachments", "PATCH /api/attachments", "POST /api/attachments"), _choose_large,
    _save, _saved, _save_failed, _save_again, _one_large_record,
    ("cloud.received", "cloud.append", "cloud.finish"),
)  # fmt: skip


def unharmed(place: Place, operation: Operation) -> list[str]:
    """The points that it passes when nothing happens to it."""
    ready = operation.prepare(place)
    place.world.plan(operation.requests, 0)
    operation.act(place)
    operation.done(place)
    points = place.world.disarm()
    operation.settled(place, ready)
    return points


def killed(place: Place, operation: Operation, number: int, point: str) -> None:
    """Die at one point; the page says so; try again."""
    ready = operation.prepare(place)
    place.world.plan(operation.requests, number)
    operation.act(place)
    operation.told(place)
    passed = place.world.disarm()
    assert passed[-1:] == [f"KILLED {point}"], (number, point, passed[-3:])
    place.back()
    operation.again(place)
    if operation.again is not _come_back:
        operation.done(place)
    operation.settled(place, ready)


def remember(place: Place) -> None:
    """Which records there are now."""
    listed = place.world.done("owner", "records")["records"]
    place.facts["known"] = {one["record"] for one in listed}


def run(place: Place, name: str, operation: Operation, most: int | None) -> None:
    """Kill at every point, or at `most` of them, evenly spread."""
    remember(place)
    points = unharmed(place, operation)
    assert len(points) >= 8
    for call in operation.calls:
        assert f"before {call}" in points
        assert f"after {call}" in points
    step = len(points) / (most or len(points))
    for number in sorted({1 + int(step * (one + 0.5)) for one in range(most or len(points))}):
        killed(place, operation, number, points[number - 1])
    print(f"{name}: killed at {most or len(points)} of {len(points)} points")


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_killed_server_is_told_of_and_trying_again_ends_right(place: Place, name: str) -> None:
    run(place, name, OPERATIONS[name], MOST)


@pytest.mark.soak
@pytest.mark.parametrize("name", OPERATIONS)
def test_the_same_at_every_point(place: Place, name: str) -> None:
    run(place, name, OPERATIONS[name], None)


@pytest.mark.soak
def test_a_large_file_goes_on_where_the_killed_server_was(place: Place) -> None:
    # The first time inserts where later ones update.
    remember(place)
    unharmed(place, IN_PIECES)
    run(place, "upload in pieces", IN_PIECES, MOST_IN_PIECES)


@pytest.mark.soak
def test_a_large_file_goes_on_where_the_killed_browser_was(
    place: Place, playwright: Playwright, tmp_path: Path
) -> None:
    owner = Member("owner", "owner@example.org", PASSWORD)
    remember(place)
    with chromium.context(playwright, place.wire.url, tmp_path) as (found, _):
        page = chromium.first_page(found)
        account.sign_in(page, owner)
        before = _chosen_large(place, page)
        # The first piece arrives; the second is on its way when the browser dies.
        second = re.compile(r"/upload\?offset=[1-9]")
        page.route(second, lambda _: None)
        with page.expect_request(second):
            page.get_by_role("button", name="Encrypt and save").click()
        kill(page)
    with chromium.context(playwright, place.wire.url, tmp_path) as (found, _):
        page = chromium.first_page(found)
        account.sign_in(page, owner)
        page.goto("/add")
        panel = page.locator(".on-its-way")
        expect(panel).to_contain_text("large.xml")
        panel.get_by_role("button", name="Send it again").click()
        expect(panel).to_contain_text("It has arrived")
    starts = _sent_once(place)
    assert (starts[0], len(set(starts))) == (0, 3)
    _one_large_record(place, before)


def kill(page: Page) -> None:
    """The whole browser dies at once, as by a lost battery."""
    with page.expect_event("close"):
        cdp = page.context.new_cdp_session(page)
        with suppress(Error):
            cdp.send("Browser.crash")
