"""Any one of three key servers may fail, be slow, lie or lose its memory: real processes, real kills."""

import contextlib
import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.cluster import Cluster, wait_for
from tests.support.mariadb import Server
from tests.support.people_cli import Person
from tests.system.test_cluster import join, opens

SEED = 20261129
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
    return People(*(join(clusters(), folder, role) for role in ("owner", "physician", "nurse")))


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
def frozen(cluster: Cluster, name: str) -> Iterator[None]:
    """A server that takes connections and says nothing."""
    group = os.getpgid(cluster.pid(name))
    os.killpg(group, signal.SIGSTOP)
    try:
        yield
    finally:
        os.killpg(group, signal.SIGCONT)


def test_one_node_may_be_away_and_knows_all_when_it_is_back(
    cluster: Cluster, people: People, tmp_path: Path
) -> None:
    owner, doctor, nurse = people.owner, people.doctor, people.nurse
    record = deposit(owner, tmp_path)
    owner.ok("grant", doctor.login, "--partition", "medical", "--history")
    seen_by_doctor = Looking(doctor, record, tmp_path / "doctor")
    cluster.kill("srs-2")
    assert seen_by_doctor()
    owner.ok("revoke", doctor.login)
    owner.ok("grant", nurse.login, "--partition", "medical", "--history")
    later = deposit(owner, tmp_path, "later")
    looks = [Looking(nurse, one, tmp_path / one) for one in (record, later)]
    assert [look() for look in looks] == [True, True]
    cluster.start("srs-2")
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
    assert "right now: too few key servers" in failed["error"]
    element = folder / "kept.element"
    element.write_text(MEDICAL)
    owner.fails(5, "deposit", "--partition", f"medical={element}")
    for name in ("srs-1", "srs-3"):
        cluster.start(name)
    wait_for(look, "three nodes are back and nothing opens", 30)
    owner.ok("deposit", "--partition", f"medical={element}")


def test_a_slow_node_keeps_nobody_waiting_and_says_nothing_old(
    cluster: Cluster, people: People, tmp_path: Path
) -> None:
    owner, doctor = people.owner, people.doctor
    record = deposit(owner, tmp_path)
    owner.ok("grant", doctor.login, "--partition", "medical", "--history")
    look = Looking(doctor, record, tmp_path / "looks")
    assert look()
    began = time.monotonic()
    assert look()
    usual = time.monotonic() - began
    with frozen(cluster, "srs-1"):
        began = time.monotonic()
        assert look()
        assert time.monotonic() - began < usual + 4
        owner.ok("revoke", doctor.login)
        time.sleep(SILENT)
    assert not look()


def test_a_node_with_other_keys_than_dealt_is_named(
    cluster: Cluster, people: People, tmp_path: Path
) -> None:
    owner, doctor = people.owner, people.doctor
    record = deposit(owner, tmp_path)
    owner.ok("grant", doctor.login, "--partition", "medical", "--history")
    root, schema = database(cluster, "srs-1")
    # The generator is a point of G2, but no share of anything.
    generator = (
        "93e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e"
        "024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8"
    )
    theirs = owner.ok("whoami")["member"].replace("-", "")
    root.execute(
        f"UPDATE `{schema}`.srs_delegation SET d = UNHEX('{generator}')"
        f" WHERE REPLACE(owner_id, '-', '') = '{theirs}'"
    )
    look = Looking(doctor, record, tmp_path / "looks")
    # Which nodes are asked first is the endpoint's choice, another each time.
    assert all(look() for _ in range(5))
    portal, reports = database(cluster, "portal")
    found = portal.execute(
        f"SELECT DISTINCT node, reason FROM `{reports}`.phr_integrityreport"
    ).split()
    assert found == ["1", "node-answer"]
    owner.ok("revoke", doctor.login)


def test_a_node_restored_from_an_old_backup_comes_right(
    cluster: Cluster, people: People, tmp_path: Path
) -> None:
    owner, doctor, nurse = people.owner, people.doctor, people.nurse
    record = deposit(owner, tmp_path)
    owner.ok("grant", doctor.login, "--partition", "medical", "--history")
    root, schema = database(cluster, "srs-3")
    cluster.kill("srs-3")
    backup(root, schema, "old")
    cluster.start("srs-3")
    owner.ok("grant", nurse.login, "--partition", "medical", "--history")
    owner.ok("revoke", doctor.login)
    looks = [Looking(one, record, tmp_path / str(i)) for i, one in enumerate((doctor, nurse))]
    assert [look() for look in looks] == [False, True]
    cluster.kill("srs-3")
    backup(root, "old", schema)
    cluster.start("srs-3")
    cluster.kill("srs-1")
    wait_for(looks[1], "the restored node does not come right", 30)
    assert not looks[0]()
    cluster.start("srs-1")
    wait_for(looks[1], "nothing opens", 30)
    history = owner.ok("activity")
    assert history["verified"]


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
