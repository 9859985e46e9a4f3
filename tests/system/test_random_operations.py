"""Random work of many people while servers are killed: what was acknowledged holds, and the oracle agrees.

Each operation is the client's own command. A command that was not acknowledged is given again when the
servers are back, as a person does; the oracle hears of it when it is acknowledged, and of nothing else.
Order of operations and of kills is the seed's.
"""

import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support.cluster import Cluster
from tests.support.cluster_people import join
from tests.support.oracle import Oracle
from tests.support.people_cli import Person, Result

PARTS = ("insurance", "medical", "personal", "prescription")
NODES = ("srs-1", "srs-2", "srs-3")
OTHERS = ("portal", "cloud", "audit")
# Exit codes of the client: done, refused for good.
DONE, REFUSED = 0, 3
PATIENCE_SECONDS = 120


@dataclass
class Play:
    """People, what the oracle knows, and the servers that are down at the moment."""

    cluster: Cluster
    folder: Path
    dice: random.Random
    people: dict[str, Person] = field(default_factory=dict)
    oracle: Oracle = field(default_factory=Oracle)
    down: set[str] = field(default_factory=set)
    kills: int = 0
    repeats: int = 0

    @property
    def owners(self) -> list[str]:
        """Those who have records."""
        return [name for name in self.people if name.startswith("owner")]

    @property
    def readers(self) -> list[str]:
        """Those who may be given something."""
        return [name for name in self.people if name.startswith("reader")]

    def login(self, name: str) -> str:
        """How others name somebody."""
        return self.people[name].login


def _play(cluster: Cluster, folder: Path, seed: int, owners: int, readers: int) -> Play:
    play = Play(cluster, folder, random.Random(seed))
    names = [*(f"owner{i}" for i in range(owners)), *(f"reader{i}" for i in range(readers))]
    for name in names:
        role = "owner" if name.startswith("owner") else "physician"
        play.people[name] = join(cluster, folder / name, f"{name}-{seed}@example.org", role)
        play.oracle.role_of[name] = role
    return play


def _kill(play: Play, name: str, after: float) -> threading.Timer:
    """Let a server die a little later, in the middle of whatever it does then."""
    timer = threading.Timer(after, play.cluster.kill, (name,))
    timer.start()
    play.down.add(name)
    play.kills += 1
    return timer


def _heal(play: Play, names: Iterator[str] | list[str] | set[str]) -> None:
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


def _grant(play: Play) -> None:
    owner = play.dice.choice(play.owners)
    held = {
        part for record in play.oracle.records_of(owner) for part in play.oracle.parts_of[record]
    }
    if not held:
        return
    reader = play.dice.choice(play.readers)
    parts = play.dice.sample(sorted(held), play.dice.randint(1, len(held)))
    words = [word for part in parts for word in ("--partition", part)]
    result = _acknowledged(play, owner, ("grant", play.login(reader), *words, "--history"))
    assert result.code == DONE, result
    play.oracle.granted(owner, reader, frozenset(parts))


def _revoke(play: Play) -> None:
    owner, reader = play.dice.choice(play.owners), play.dice.choice(play.readers)
    result = _acknowledged(play, owner, ("revoke", play.login(reader)))
    assert result.code == DONE, result
    play.oracle.revoked(owner, reader)


def _open(play: Play) -> None:
    if not play.oracle.owner_of:
        return
    record = play.dice.choice(sorted(play.oracle.owner_of))
    reader = play.dice.choice([*play.readers, play.oracle.owner_of[record]])
    _check(play, reader, record)


def _check(play: Play, reader: str, record: str) -> None:
    """An opening of all parts gives those that the oracle allows."""
    words = [word for part in PARTS for word in ("--partition", part)]
    target = play.folder / f"out-{play.dice.getrandbits(64):x}"
    result = _acknowledged(play, reader, ("open", record, *words, "--output", str(target)))
    opened = frozenset(result.answer.get("opened", {}))
    assert opened == play.oracle.readable(reader, record), (reader, record, result)


OPERATIONS = ((_deposit, 2), (_grant, 4), (_revoke, 2), (_open, 5))


def _work(play: Play, operations: int, danger: float) -> None:
    verbs, weights = zip(*OPERATIONS, strict=True)
    for _ in range(operations):
        timer = None
        if play.dice.random() < danger:
            # Never two key servers at once: that is another promise, and another test.
            free = [] if play.down & set(NODES) else list(NODES)
            timer = _kill(play, play.dice.choice([*free, *OTHERS]), play.dice.random() * 0.6)
        play.dice.choices(verbs, weights)[0](play)
        if timer is not None:
            timer.join()
            _heal(play, play.down & set(OTHERS))
        # A key server stays away for some operations, and then has something to catch up with.
        if play.down and play.dice.random() < 0.4:
            _heal(play, set(play.down))
    _heal(play, set(play.down))


def _settled(play: Play) -> None:
    """Everything that was acknowledged is there, for everybody, and nothing else opens."""
    for owner in play.owners:
        listed = _acknowledged(play, owner, ("records",)).answer["records"]
        assert {one["record"] for one in listed} == play.oracle.records_of(owner)
    for record in sorted(play.oracle.owner_of):
        for reader in play.readers:
            _check(play, reader, record)


def test_random_operations(cluster: Cluster, tmp_path: Path) -> None:
    play = _play(cluster, tmp_path, 1, 2, 2)
    _work(play, 14, 0.35)
    _settled(play)
    assert play.kills >= 2


@pytest.mark.soak
def test_a_thousand_operations_of_twenty_people(cluster: Cluster, tmp_path: Path) -> None:
    play = _play(cluster, tmp_path, 2018, 10, 10)
    _work(play, 1000, 0.1)
    _settled(play)
    print(f"killed {play.kills} servers, {play.repeats} commands were given again")
    assert play.kills >= 60
