"""Nothing that is one server's own passes any wire of a real cluster, or stays with any other server.

Looked through are what the six servers say to each other, before TLS hides it; the portal's traffic with
people; the logs of all six; every row of their databases; and every file of DATA.
"""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from sesphr.client import times
from sesphr.crypto import consent
from sesphr.crypto.groups import G2_GENERATOR, decode_g1, multiply, pair
from sesphr.crypto.keys import MemberKeys
from sesphr.crypto.scalars import invert_blinded
from tests.support.cluster import Cluster
from tests.support.council import Authority
from tests.support.people_cli import Person
from tests.support.recorded import listening, said
from tests.support.scan import Scanner
from tests.support.wire import Wire, between
from tests.system.capturing import (
    Captured,
    canary,
    column,
    seed_of,
    share_everything,
    taken,
)
from tests.system.cluster_place import kept, own_keys, system_of
from tests.system.place import System
from tests.system.test_canary import no_master_key, no_share_leaked, nothing_leaked

NODES = ("srs", "srs-2", "srs-3")
CONSENT = bytes(range(100, 120))


@dataclass
class Heard:
    """What a story left everywhere, and what only this cluster's story has."""

    captured: Captured
    wires: dict[str, bytes]
    # D_i of somebody who departed since, by node.
    forgotten: dict[str, set[bytes]]
    encapsulated: list[bytes]
    keys: dict[str, dict[str, bytes]]


@pytest.fixture(scope="module")
def heard(clusters: Callable[[], Cluster], tmp_path_factory: pytest.TempPathFactory) -> Heard:
    """The story, played once while everything is listened to."""
    cluster, folder = clusters(), tmp_path_factory.mktemp("heard")
    with listening(cluster.environment) as wires, between(cluster.url, folder / "traffic") as wire:
        return story(cluster, system_of(cluster, folder), wire, wires)


def story(cluster: Cluster, system: System, wire: Wire, wires: Path) -> Heard:
    """Standing shares, direct grants, a visit by consent code, openings, revocations, a departure."""
    planted: dict[str, str] = {}
    owner, doctor = share_everything(system, wire, planted)
    leaver = system.join("physician", url=wire.url, password=canary())
    word = planted["later"] = canary()
    record = system.deposit(owner, medical=f"<p xmlns='urn:sesphr:phr:1' w='{word}'/>")
    visited(system, owner, leaver, record)
    owner.ok("grant", leaver.login, "--partition", "medical", "--history")
    leaver.ok("open", record, "--partition", "medical", "--output", str(system.output()))
    dealt = {one: dealt_to(system, one, leaver) for one in NODES}
    people = {"owner": owner, "doctor": doctor, "leaver": leaver}
    seeds = {name: seed_of(system, one.login, one.password)[0] for name, one in people.items()}
    system.server.manage("depart", leaver.login)
    exported = system.output()
    owner.ok("export", "--output", str(exported))
    found = {"traffic": wire.octets(), **said(wires), **kept(cluster, system.databases)}
    captured = taken(system, planted, seeds, exported, found)
    secrets = encapsulated(system, captured.owner, owner)
    return Heard(captured, said(wires), dealt, secrets, own_keys(cluster))


def visited(system: System, owner: Person, doctor: Person, record: str) -> None:
    """A doctor whom a role's rule lets in for some hours, by the code that the patient reads out."""

    def code() -> str:
        return consent.code(CONSENT, consent.step_of(times.now()))

    Authority(system, system.folder / "council").certify(doctor)
    rule = ("--role", "physician", "--partition", "medical", "--code", "--history")
    owner.ok("grant", *rule)
    secret = base64.b32encode(CONSENT).decode()
    owner.ok("consent-code", "setup", "--secret", secret, "--code", code())
    output = ("--output", str(system.output()))
    doctor.ok("open", record, "--owner", owner.login, "--code", code(), *output)


def dealt_to(system: System, node: str, person: Person) -> set[bytes]:
    """D_i that a node holds for somebody."""
    member = str(person.ok("whoami")["member"]).replace("-", "")
    where = f"WHERE REPLACE(user_id, '-', '') = '{member}'"
    return column(system, node, f"SELECT d FROM srs_delegation {where}")


def encapsulated(system: System, keys: MemberKeys, owner: Person) -> list[bytes]:
    """K of every partition of the owner's records, which she alone can work out."""
    member = str(owner.ok("whoami")["member"]).replace("-", "")
    rows = system.databases.execute(
        "srs",
        "SELECT p.r, p.partition, p.epoch FROM srs_rparameter p JOIN srs_version v ON v.id = p.version_id"
        f" JOIN srs_record r ON r.id = v.record_id WHERE REPLACE(r.owner_id, '-', '') = '{member}'",
    )
    return [
        pair(
            decode_g1(bytes(r)),
            multiply(G2_GENERATOR, invert_blinded(keys.partition(name, epoch).secret)),
        ).encode()
        for r, name, epoch in rows
    ]


def test_what_is_secret_crosses_no_wire_and_stays_nowhere(heard: Heard) -> None:
    nothing_leaked(heard.captured)


def test_shares_of_a_node_are_in_its_own_database_alone(heard: Heard) -> None:
    assert set(heard.captured.s) == set(NODES)
    assert all(heard.captured.s.values())
    no_share_leaked(heard.captured)


def test_what_a_node_was_dealt_for_somebody_who_departed_is_nowhere(heard: Heard) -> None:
    scanner = Scanner()
    for node, dealt in heard.forgotten.items():
        assert dealt
        for octets in dealt:
            scanner.add(f"D of {node}", octets)
    assert scanner.found(heard.captured.haystacks) == []


def test_no_key_of_a_partition_is_anywhere(heard: Heard) -> None:
    assert len(heard.encapsulated) >= 8
    scanner = Scanner()
    for octets in heard.encapsulated:
        scanner.add("K", octets)
    assert scanner.found(heard.captured.haystacks) == []


def test_the_consent_secret_is_at_the_nodes_alone(heard: Heard) -> None:
    scanner = Scanner()
    scanner.add("consent secret", CONSENT)
    scanner.add("consent secret as the app has it", base64.b32encode(CONSENT))
    tables = [f"rows of {node}: srs_consentsecret" for node in NODES]
    assert all(CONSENT in heard.captured.haystacks[table] for table in tables)
    elsewhere = {
        name: octets for name, octets in heard.captured.haystacks.items() if name not in tables
    }
    assert scanner.found(elsewhere) == []


def test_keys_of_each_server_are_in_its_own_folder_alone(heard: Heard) -> None:
    assert {"node-2-sign", "node-2-hpke"} <= set(heard.keys["srs-2"])
    assert "lookup" in heard.keys["default"]
    for server, keys in heard.keys.items():
        scanner = Scanner()
        for name, octets in keys.items():
            scanner.add(f"{name} of {server}", octets, number=True)
        assert scanner.found(heard.captured.without(server)) == []


def test_no_point_opens_a_partition_for_everybody(heard: Heard) -> None:
    found = no_master_key(heard.captured)
    # The scan sees what it must: public keys inside signed statements, and D_i where it belongs.
    assert heard.captured.owner.receive_public.encode() in found
    assert all(heard.captured.d[node] & found for node in NODES)


def test_all_wires_were_heard(heard: Heard) -> None:
    """A control: what is not found was looked for where it would be."""
    servers = {name.removeprefix("wire of ").partition(":")[0] for name in heard.wires}
    assert servers == {"cloud", "audit", "srs1", "srs2", "srs3"}
    for server in servers:
        port = server.rstrip("123")
        assert f"POST /port/{port}/".encode() in heard.wires[f"wire of {server}: in"]
        assert b"HTTP/1.1 200" in heard.wires[f"wire of {server}: out"]
    methods = b"".join(heard.wires.values())
    for call in ("deposit", "access", "set_acl", "checkpoint"):
        assert f"/{call} HTTP".encode() in methods, call
