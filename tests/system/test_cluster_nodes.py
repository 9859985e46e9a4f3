"""Any one of three key nodes may fail, be slow, lie or lose its memory: real processes, real kills."""

import contextlib
import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sesphr.ports.errors import Unavailable
from tests.support.asked import Asker
from tests.support.cluster import Cluster, wait_for
from tests.support.cluster_people import join, rows
from tests.support.mariadb import Server
from tests.support.people_cli import Person
from tests.system.test_cluster import opens

SEED = 20261129
NODES = ("srs-1", "srs-2", "srs-3")
# Longer than a node that heard nobody goes on answering.
SILENT = 6.0

MEDICAL = '<medical xmlns="urn:example"><note>knee pain</note></medical>'


@dataclass(frozen=True)
class People:
    """Who these tests share; each deposits a record of its own, and takes back what it gave."""

    owner: Person
    doctor: Person
    nurse: Person


@pytest.fixture(scope="module")
def people(clusters: Callable[[], Cluster], tmp_path_factory: pytest.TempPathFactory) -> People:
    """An owner and two who may be given something."""
    folder = tmp_path_factory.mktemp("nodes")
    roles = ("owner", "physician", "nurse")
    return People(
        *(join(clusters(), folder / one, f"{one}@nodes.example.org", one) for one in roles)
    )


def deposit(owner: Person, folder: Path, name: str = "medical") -> str:
    element = folder / f"{name}.element"
    element.write_text(MEDICAL)
    return str(owner.ok("deposit", "--partition", f"medical={element}")["record"])


class Looking:
    """A doctor who opens a record again and again, each time into a folder of its own."""

    def __init__(self, doctor: Person, record: str, folder: Path) -> None:
        self.doctor, self.record, self.folder, self.times = doctor, record, folder, 0

    def __call__(self) -> bool:
        self.times += 1
        return opens(self.doctor, self.record, self.folder / f"look-{self.times}")


def database(cluster: Cluster, name: str) -> tuple[Server, str]:
    """The account that may do everything, and a server's schema."""
    given = cluster.variables("mariadb")
    root = Server(
        int(given["SESPHR_DB_PORT"]), given["SESPHR_DB_PASSWORD"], Path(), 0,
        given["SESPHR_DB_HOST"], given["SESPHR_DB_USER"],
    )  # fmt: skip
    own = cluster.variables(name)
    account = Server(
        int(own["SESPHR_DB_PORT"]), own["SESPHR_DB_PASSWORD"], Path(), 0,
        own["SESPHR_DB_HOST"], own["SESPHR_DB_USER"],
    )  # fmt: skip
    (schema,) = (
        one for one in account.execute("SHOW DATABASES").split() if one != "information_schema"
    )
    return root, schema


@contextlib.contextmanager
def frozen(cluster: Cluster, *names: str) -> Iterator[None]:
    """Servers that take connections and say nothing."""
    groups = [os.getpgid(cluster.pid(name)) for name in names]
    try:
        for group in groups:
            os.killpg(group, signal.SIGSTOP)
        yield
    finally:
        for group in groups:
            os.killpg(group, signal.SIGCONT)


def others(name: str) -> list[str]:
    """The two other key nodes."""
    return [one for one in NODES if one != name]


def in_soak_but(chosen: str) -> pytest.MarkDecorator:
    """A test for each node: one in every run, the others in the long one."""
    every = [pytest.param(name, marks=() if name == chosen else pytest.mark.soak) for name in NODES]
    return pytest.mark.parametrize("name", every)


def is_catching_up(asked: Asker, node: str, record: str) -> None:
    """The node itself, asked while it cannot hear the others, says that it does not know."""
    with pytest.raises(Unavailable) as found:
        asked.allows(node, record)
    assert found.value.code == "catching-up"


def known_of(cluster: Cluster, node: str, member: str) -> tuple[str, int]:
    """What a node's own rows say of somebody: their state, and how many keys it holds for them."""
    plain = member.replace("-", "")
    where = f"WHERE REPLACE({{}}, '-', '') = '{plain}'"
    [state] = rows(cluster, node, f"SELECT state FROM srs_member {where.format('id')}")
    held = f"SELECT COUNT(*) FROM srs_delegation {where.format('user_id')}"
    return state, int(rows(cluster, node, held)[0])


def test_one_node_may_be_away_and_knows_all_when_it_is_back(
    cluster: Cluster, people: People, tmp_path: Path
) -> None:
    owner, doctor, nurse = people.owner, people.doctor, people.nurse
    record = deposit(owner, tmp_path)
    owner.ok("grant", doctor.login, "--partition", "medical", "--history")
    seen_by_doctor = Looking(doctor, record, tmp_path / "doctor")
    leaver = join(cluster, tmp_path / "leaver", "leaver@nodes.example.org", "physician")
    owner.ok("grant", leaver.login, "--partition", "medical", "--history")
    gone = Asker.of(cluster, leaver, tmp_path)
    assert gone.allows("srs-2", record)
    cluster.kill("srs-2")
    assert seen_by_doctor()
    owner.ok("revoke", doctor.login)
    cluster.manage("portal", "depart", leaver.login)
    owner.ok("grant", nurse.login, "--partition", "medical", "--history")
    later = deposit(owner, tmp_path, "later")
    looks = [Looking(nurse, one, tmp_path / one) for one in (record, later)]
    assert [look() for look in looks] == [True, True]
    with frozen(cluster, *others("srs-2")):
        cluster.start("srs-2")
        is_catching_up(gone, "srs-2", record)
        assert known_of(cluster, "srs-2", gone.member) == ("active", 1)
    # The first thing that it says is said without what it had for somebody who left.
    assert not gone.first_answer("srs-2", record)
    assert known_of(cluster, "srs-2", gone.member) == ("departed", 0)
    # The others knew all along; now it is needed.
    cluster.kill("srs-1")
    wait_for(looks[0], "the node that is back does not open what it missed", 30)
    assert looks[1]()
    assert not seen_by_doctor()
    two_are_away(cluster, owner, looks[0], tmp_path)
    assert owner.ok("activity")["verified"]


def two_are_away(cluster: Cluster, owner: Person, look: Looking, folder: Path) -> None:
    cluster.kill("srs-3")
    failed = look.doctor.fails(5, "open", look.record, "--partition", "medical",
                               "--output", str(folder / "nothing"))  # fmt: skip
    assert "right now: too few key nodes" in failed["error"]
    element = folder / "kept.element"
    element.write_text(MEDICAL)
    owner.fails(5, "deposit", "--partition", f"medical={element}")
    for name in ("srs-1", "srs-3"):
        cluster.start(name)
    wait_for(look, "three nodes are back and nothing opens", 30)
    owner.ok("deposit", "--partition", f"medical={element}")


@in_soak_but("srs-1")
def test_a_slow_node_keeps_nobody_waiting_and_says_nothing_old(
    cluster: Cluster, people: People, tmp_path: Path, name: str
) -> None:
    owner, doctor = people.owner, people.doctor
    record = deposit(owner, tmp_path)
    owner.ok("grant", doctor.login, "--partition", "medical", "--history")
    look, asked = Looking(doctor, record, tmp_path / "looks"), Asker.of(cluster, doctor, tmp_path)
    assert look()
    assert asked.allows(name, record)
    began = time.monotonic()
    assert look()
    usual = time.monotonic() - began
    with contextlib.ExitStack() as away:
        with frozen(cluster, name):
            began = time.monotonic()
            assert look()
            assert time.monotonic() - began < usual + 4
            owner.ok("revoke", doctor.login)
            time.sleep(SILENT)
            away.enter_context(frozen(cluster, *others(name)))
        # It goes on, alone, with the list from before.
        is_catching_up(asked, name, record)
    assert not asked.first_answer(name, record)
    assert not look()


@in_soak_but("srs-1")
def test_a_node_with_other_keys_than_dealt_is_named(
    cluster: Cluster, people: People, tmp_path: Path, name: str
) -> None:
    owner, doctor = people.owner, people.doctor
    record = deposit(owner, tmp_path)
    owner.ok("grant", doctor.login, "--partition", "medical", "--history")
    root, schema = database(cluster, name)
    # The generator is a point of G2, but no share of anything.
    generator = (
        "93e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e"
        "024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8"
    )
    theirs = [person.ok("whoami")["member"].replace("-", "") for person in (owner, doctor)]
    root.execute(
        f"UPDATE `{schema}`.srs_delegation SET d = UNHEX('{generator}')"
        f" WHERE REPLACE(owner_id, '-', '') = '{theirs[0]}' AND REPLACE(user_id, '-', '') = '{theirs[1]}'"
    )
    [before] = rows(cluster, "portal", "SELECT COALESCE(MAX(id), 0) FROM phr_integrityreport")
    look = Looking(doctor, record, tmp_path / "looks")
    # Which nodes are asked first is the endpoint's choice, another each time.
    assert all(look() for _ in range(5))
    reports = f"SELECT DISTINCT node, reason FROM phr_integrityreport WHERE id > {before}"
    assert rows(cluster, "portal", reports) == [f"{name[-1]}\tnode-answer"]
    owner.ok("revoke", doctor.login)


@in_soak_but("srs-3")
def test_a_node_restored_from_an_old_backup_comes_right(
    cluster: Cluster, people: People, tmp_path: Path, name: str
) -> None:
    owner, doctor, nurse = people.owner, people.doctor, people.nurse
    record = deposit(owner, tmp_path)
    owner.ok("grant", doctor.login, "--partition", "medical", "--history")
    root, schema = database(cluster, name)
    cluster.kill(name)
    backup(root, schema, "old")
    cluster.start(name)
    asked, later = (Asker.of(cluster, one, tmp_path) for one in (doctor, nurse))
    assert asked.first_answer(name, record)
    owner.ok("grant", nurse.login, "--partition", "medical", "--history")
    owner.ok("revoke", doctor.login)
    looks = [Looking(one, record, tmp_path / str(i)) for i, one in enumerate((doctor, nurse))]
    assert [look() for look in looks] == [False, True]
    cluster.kill(name)
    backup(root, "old", schema)
    with frozen(cluster, *others(name)):
        cluster.start(name)
        is_catching_up(asked, name, record)
    assert not asked.first_answer(name, record)
    assert later.first_answer(name, record)
    wait_for(looks[1], "nothing opens", 30)
    assert not looks[0]()
    assert owner.ok("activity")["verified"]
    owner.ok("revoke", nurse.login)


def backup(root: Server, source: str, target: str) -> None:
    """Copy a schema's rows: what a restore from a dump leaves."""
    root.execute(f"CREATE DATABASE IF NOT EXISTS `{target}`")
    for table in root.execute(f"SHOW TABLES FROM `{source}`").split():
        root.execute(
            f"SET FOREIGN_KEY_CHECKS=0; CREATE TABLE IF NOT EXISTS `{target}`.`{table}` LIKE `{source}`.`{table}`;"
            f" TRUNCATE `{target}`.`{table}`;"
            f" INSERT INTO `{target}`.`{table}` SELECT * FROM `{source}`.`{table}`"
        )


@pytest.mark.soak
def test_nodes_are_killed_at_any_moment(cluster: Cluster, people: People, tmp_path: Path) -> None:
    chance = random.Random(SEED)
    owner, doctor = people.owner, people.doctor
    record = deposit(owner, tmp_path)
    look = Looking(doctor, record, tmp_path / "looks")
    for name in chance.choices(("srs-1", "srs-2", "srs-3"), k=9):
        group = os.getpgid(cluster.pid(name))
        os.kill(cluster.pid(name), signal.SIGKILL)
        assert group
        owner.ok("grant", doctor.login, "--partition", "medical", "--history")
        assert look()
        owner.ok("revoke", doctor.login)
        assert not look()
        cluster.start(name)
    assert owner.ok("activity")["verified"]
