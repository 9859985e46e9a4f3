"""Random work of many people while servers are killed: what was acknowledged holds, and the oracle agrees.

Owners deposit, grant and take back, to persons and to certified roles; readers open; some join late, some leave
for ever. Each operation is the client's own command. A command that was not acknowledged is given again when the
servers are back, as a person does; the oracle hears of it when it is acknowledged, and of nothing else.
Order of operations and of kills is the seed's.
"""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support.cluster import Cluster
from tests.support.cluster_people import join
from tests.support.liveserver import LiveServerError
from tests.support.oracle import Oracle
from tests.support.people_cli import Person, Result

PARTS = ("insurance", "medical", "personal", "prescription")
NODES = ("srs-1", "srs-2", "srs-3")
OTHERS = ("portal", "cloud", "audit")
# What readers are, by turns; an authority certifies both.
ROLES = ("physician", "nurse")
# Exit codes of the client: done, refused for good.
DONE, REFUSED = 0, 3
PATIENCE_SECONDS = 120


@dataclass
class Play:
    """People, what the oracle knows, and the servers that are down at the moment."""

    cluster: Cluster
    folder: Path
    seed: int
    # How many more may join, and how many leave.
    late: int = 0
    leavers: int = 0
    dice: random.Random = field(init=False)
    issuer: str = ""
    people: dict[str, Person] = field(default_factory=dict)
    oracle: Oracle = field(default_factory=Oracle)
    down: set[str] = field(default_factory=set)
    # Kills that are still to come.
    timers: list[threading.Timer] = field(default_factory=list)
    kills: int = 0
    repeats: int = 0

    def __post_init__(self) -> None:
        """All chance is the seed's."""
        self.dice = random.Random(self.seed)

    @property
    def owners(self) -> list[str]:
        """Those who have records, and have not left."""
        return self._present("owner")

    @property
    def readers(self) -> list[str]:
        """Those who may be given something."""
        return self._present("reader")

    def _present(self, kind: str) -> list[str]:
        return [one for one in self.people if one.startswith(kind) and one not in self.oracle.gone]

    def everybody(self, kind: str) -> list[str]:
        """The same with those who left."""
        return [name for name in self.people if name.startswith(kind)]

    def login(self, name: str) -> str:
        """How others name somebody."""
        return self.people[name].login


def _play(play: Play, owners: int, readers: int) -> Play:
    """An authority that every node pins, and people at the beginning."""
    authority, words = (
        str(play.folder / "authority"),
        [word for role in ROLES for word in ("--role", role)],
    )
    made = play.cluster.manage(
        "portal", "authority", "create", authority, "--name", f"Council {play.seed}", *words
    )
    play.issuer = made.split()[0]
    for node in NODES:
        play.cluster.manage(node, "authority", "pin", f"{authority}/authority.json")
    play.cluster.manage("portal", "authority", "publish", authority)
    for i in range(owners):
        _joins(play, f"owner{i}", "owner")
    for i in range(readers):
        _joins(play, f"reader{i}", ROLES[i % len(ROLES)])
    return play


def _joins(play: Play, name: str, role: str) -> None:
    login = f"{name}-{play.seed}@example.org"
    person = join(play.cluster, play.folder / name, login, role)
    play.people[name], play.oracle.role_of[name] = person, role
    if role == "owner":
        return
    request, credential = (str(play.folder / f"{name}.{one}") for one in ("jws", "pem"))
    where = ("--role", role, "--organisation", "City Heart Clinic")
    person.ok("credential", "request", *where, "--output", request)
    play.cluster.manage(
        "portal", "credential", "issue", str(play.folder / "authority"), login,
        "--request", request, *where, "--output", credential,
    )  # fmt: skip
    person.ok("credential", "present", credential)


def _kill(play: Play, name: str, after: float) -> None:
    """Let a server die a little later, in the middle of whatever it does then."""
    timer = threading.Timer(after, play.cluster.kill, (name,))
    timer.start()
    play.down.add(name)
    play.kills += 1
    play.timers.append(timer)


def _killed(play: Play) -> None:
    """Whoever is to die is dead when this returns."""
    for timer in play.timers:
        timer.join()
    play.timers.clear()


def _heal(play: Play, names: set[str]) -> None:
    _killed(play)
    for name in sorted(names):
        play.cluster.start(name)
        play.down.discard(name)


def _acknowledged(play: Play, name: str, words: tuple[str, ...]) -> Result:
    """The command, given again until it is done or refused for good."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        result = play.people[name].quick(*words)
        if result.code in (DONE, REFUSED):
            return result
        assert time.monotonic() < deadline, (words, result)
        play.repeats += 1
        _heal(play, set(play.down))
        time.sleep(0.2)


def _deposit(play: Play) -> None:
    owner = play.dice.choice(play.owners)
    parts = sorted(play.dice.sample(PARTS, play.dice.randint(1, 4)))
    words: list[str] = []
    for part in parts:
        path = play.folder / f"{play.dice.getrandbits(64):x}.xml"
        path.write_text(f'<partition xmlns="urn:sesphr:phr:1" id="{part}">{path.stem}</partition>')
        words += ["--partition", f"{part}={path}"]
    answer = _acknowledged(play, owner, ("deposit", *words)).answer
    play.oracle.deposited(owner, answer["record"], frozenset(parts))


def _some_parts(play: Play, owner: str) -> list[str]:
    """Some that the owner has keys for: she has made a record of them."""
    held = {
        part for record in play.oracle.records_of(owner) for part in play.oracle.parts_of[record]
    }
    return play.dice.sample(sorted(held), play.dice.randint(1, len(held))) if held else []


def _grant(play: Play) -> None:
    owner, reader = play.dice.choice(play.owners), play.dice.choice(play.readers)
    if parts := _some_parts(play, owner):
        _granted(play, owner, (play.login(reader),), parts)
        play.oracle.granted(owner, reader, frozenset(parts))


def _grant_role(play: Play) -> None:
    owner, role = play.dice.choice(play.owners), play.dice.choice(ROLES)
    if parts := _some_parts(play, owner):
        _granted(play, owner, ("--role", role, "--issuer", play.issuer), parts)
        play.oracle.granted_role(owner, role, frozenset(parts))


def _granted(play: Play, owner: str, whom: tuple[str, ...], parts: list[str]) -> None:
    words = [word for part in parts for word in ("--partition", part)]
    result = _acknowledged(play, owner, ("grant", *whom, *words, "--history"))
    assert result.code == DONE, result


def _revoke_role(play: Play) -> None:
    owner, role = play.dice.choice(play.owners), play.dice.choice(ROLES)
    result = _acknowledged(play, owner, ("revoke", "--role", role))
    assert result.code == DONE, result
    play.oracle.revoked_role(owner, role)


def _join(play: Play) -> None:
    """Somebody new, for whom roles' rules speak at once."""
    if play.late:
        play.late -= 1
        _heal(play, set(play.down))
        _joins(play, f"reader{len(play.everybody('reader'))}", play.dice.choice(ROLES))


def _depart(play: Play) -> None:
    """A membership ends: of a reader, once of an owner."""
    if not play.leavers:
        return
    play.leavers -= 1
    name = play.dice.choice(play.readers if play.leavers else play.owners)
    _until_done(play, lambda: play.cluster.manage("portal", "depart", play.login(name)))
    play.oracle.departed(name)


def _until_done(play: Play, command: Callable[[], object]) -> None:
    """An operator's command, given again until it is done."""
    for _ in range(20):
        try:
            command()
        except LiveServerError:
            play.repeats += 1
            _heal(play, set(play.down))
            time.sleep(1)
        else:
            return
    pytest.fail("the command was never done")


def _revoke(play: Play) -> None:
    owner, reader = play.dice.choice(play.owners), play.dice.choice(play.readers)
    result = _acknowledged(play, owner, ("revoke", play.login(reader)))
    assert result.code == DONE, result
    play.oracle.revoked(owner, reader)


def _open(play: Play) -> None:
    if not play.oracle.owner_of:
        return
    record = play.dice.choice(sorted(play.oracle.owner_of))
    owner = play.oracle.owner_of[record]
    reader = play.dice.choice([*play.everybody("reader"), owner])
    _check(play, reader, record)


def _check(play: Play, reader: str, record: str) -> None:
    """An opening of all parts gives those that the oracle allows."""
    words = [word for part in PARTS for word in ("--partition", part)]
    target = play.folder / f"out-{play.dice.getrandbits(64):x}"
    if reader in play.oracle.gone:
        refused = play.people[reader].quick("open", record, *words, "--output", str(target))
        assert refused.code != DONE
        assert not target.exists()
        return
    result = _acknowledged(play, reader, ("open", record, *words, "--output", str(target)))
    opened = frozenset(result.answer.get("opened", {}))
    assert opened == play.oracle.readable(reader, record), (reader, record, result)


OPERATIONS = (
    (_deposit, 4), (_grant, 7), (_revoke, 4), (_grant_role, 3), (_revoke_role, 1), (_open, 11),
    (_join, 1), (_depart, 1),
)  # fmt: skip


def _work(play: Play, operations: int, danger: float) -> None:
    verbs, weights = zip(*OPERATIONS, strict=True)
    for number in range(operations):
        if number % 100 == 0:
            print(f"{number} operations, {play.kills} kills, {play.repeats} repeats", flush=True)
        if play.dice.random() < danger:
            # Never two key nodes at once: that is another promise, and another test.
            free = [] if play.down & set(NODES) else list(NODES)
            _kill(play, play.dice.choice([*free, *OTHERS]), play.dice.random() * 0.6)
        play.dice.choices(verbs, weights)[0](play)
        _heal(play, play.down & set(OTHERS))
        # A key node stays away for some operations, and then has something to catch up with.
        if play.down and play.dice.random() < 0.4:
            _heal(play, set(play.down))
    _heal(play, set(play.down))


def _settled(play: Play) -> None:
    """Everything that was acknowledged is there, for everybody, and nothing else opens."""
    for owner in play.owners:
        listed = _acknowledged(play, owner, ("records",)).answer["records"]
        assert {one["record"] for one in listed} == play.oracle.records_of(owner)
    for record in sorted(play.oracle.owner_of):
        for reader in play.everybody("reader"):
            _check(play, reader, record)


def test_random_operations(cluster: Cluster, tmp_path: Path) -> None:
    play = _play(Play(cluster, tmp_path, 1, late=1, leavers=1), 2, 2)
    _work(play, 14, 0.35)
    _settled(play)
    assert play.kills >= 2


@pytest.mark.soak
def test_a_thousand_operations_of_twenty_people(cluster: Cluster, tmp_path: Path) -> None:
    play = _play(Play(cluster, tmp_path, 2018, late=4, leavers=4), 10, 6)
    _work(play, 1000, 0.1)
    _settled(play)
    print(f"killed {play.kills} servers, {play.repeats} commands were given again")
    assert play.kills >= 60
