"""The main job on real records: a patient deposits, a doctor asks, she approves, he opens, she revokes.

Every person is a client with a HOME of their own; the server is a process of its own.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.mariadb import _free_port
from tests.support.people_cli import Person
from tests.system.place import SAMPLES, THREE_NODES, System, differences, running, state

REFUSED = sorted(path.name for path in SAMPLES.glob("*NEGATIVE*"))
SHORT = ("ccda_ccd_hl7_small.xml", "fhir_r4_synthea_small.json")
NOT_SAMPLES = ("SOURCES.md", *REFUSED, *SHORT)
LONG = sorted(
    path.name for path in SAMPLES.iterdir() if path.is_file() and path.name not in NOT_SAMPLES
)
ASKED = ("--purpose", "treatment", "--reason", "knee pain, first visit")


def named(partitions: Any) -> list[str]:
    """The partitions as options."""
    return [word for name in partitions for word in ("--partition", name)]


def written(folder: Path) -> set[str]:
    """The files in a folder, that need not be there."""
    return {path.name for path in folder.iterdir()} if folder.exists() else set()


def deposited(system: System, owner: Person, sample: str) -> tuple[str, dict[str, bytes]]:
    """Deposit a sample; its record, and its partitions as the owner's export has them."""
    done, exported = owner.ok("deposit", str(SAMPLES / sample)), system.output()
    original = (SAMPLES / sample).read_bytes()
    assert set(done) == {"record", "partitions", "original", "version"}
    assert done["original"] == len(original)
    owner.ok("export", "--output", str(exported))
    folder = exported / done["record"]
    partitions = {name: (folder / f"{name}.xml").read_bytes() for name in done["partitions"]}
    assert {name: len(text) for name, text in partitions.items()} == done["partitions"]
    assert (folder / "original" / sample).read_bytes() == original
    keys = json.loads((exported / "keys.json").read_bytes())["partitions"]
    assert all(len(bytes.fromhex(keys[name]["1"])) == 32 for name in partitions)
    return done["record"], partitions


def events(owner: Person, kind: str) -> list[dict[str, Any]]:
    """The owner's verified events of one kind."""
    found = owner.ok("activity")
    assert (found["verified"], found["pending"]) == (True, 0)
    return [one for one in found["events"] if one["type"] == kind]


def tell(system: System, owner: Person, doctor: Person, sample: str) -> None:
    """The whole story with one sample."""
    record, partitions = deposited(system, owner, sample)
    granted, *others = sorted(partitions)
    # A sample with one partition: another is asked for that the record does not have.
    wanted = [granted, *(others[:1] or {"insurance", "medical"} - {granted})][:2]
    asked = doctor.ok("request", "--owner", owner.login, *named(wanted), *ASKED)
    assert set(asked) == {"request"}
    (waiting,) = [one for one in owner.ok("requests")["incoming"] if one["id"] == asked["request"]]
    assert (waiting["verified"], waiting["state"]) == (True, "pending")
    assert waiting["partitions"] == wanted
    assert waiting["reason"] == ASKED[-1]
    refuse(system, doctor, record, granted)
    owner.ok("approve", asked["request"], *named([granted]))
    open_exactly(system, doctor, record, partitions, granted)
    for name in others:
        refuse(system, doctor, record, name)
    owner.ok("revoke", doctor.login)
    refuse(system, doctor, record, granted)
    happened = events(owner, "access")
    assert any(one["items"][0]["allowed"] for one in happened)
    assert not happened[-1]["items"][0]["allowed"]


def open_exactly(
    system: System, doctor: Person, record: str, partitions: dict[str, bytes], granted: str
) -> None:
    """He opens what was granted, and nothing else, by name and without."""
    listed = doctor.ok("records")["records"]
    assert [one["record"] for one in listed if granted in one["partitions"]].count(record) == 1
    for words in (named([granted]), []):
        folder = system.output()
        opened = doctor.ok("open", record, *words, "--output", str(folder))["opened"]
        assert opened == {granted: len(partitions[granted])}
        assert written(folder) == {f"{granted}.xml"}
        assert (folder / f"{granted}.xml").read_bytes() == partitions[granted]


def refuse(system: System, doctor: Person, record: str, name: str) -> None:
    """A named partition is refused with exit 3, and nothing is written."""
    folder = system.output()
    found = doctor.fails(3, "open", record, *named([name]), "--output", str(folder))
    assert found["refused"] == [name]
    assert written(folder) == set()


def test_the_story_by_processes_of_their_own(system: System) -> None:
    owner, doctor = system.join(process=True), system.join("physician", process=True)
    tell(system, owner, doctor, "ccda_ccd_hl7_small.xml")


def test_the_story_with_fhir(system: System) -> None:
    owner, doctor = system.join(), system.join("physician")
    tell(system, owner, doctor, "fhir_r4_synthea_small.json")


@pytest.mark.soak
@pytest.mark.parametrize("sample", LONG)
def test_the_story_with_every_other_sample(system: System, sample: str) -> None:
    owner, doctor = system.join(process=True), system.join("physician", process=True)
    tell(system, owner, doctor, sample)


def test_the_story_with_three_nodes_of_which_two_suffice(tmp_path: Path) -> None:
    with running(tmp_path, THREE_NODES) as place:
        owner, doctor = place.join(), place.join("nurse")
        record = place.deposit(owner, medical="<m>rest</m>", insurance="<i>4711</i>")
        owner.ok("grant", doctor.login, "--partition", "medical", "--history")
        folder = place.output()
        assert doctor.ok("open", record, "--output", str(folder))["opened"] == {"medical": 11}
        assert (folder / "medical.xml").read_bytes() == b"<m>rest</m>"
        refuse(place, doctor, record, "insurance")
        taken = owner.ok("revoke", doctor.login)
        assert (taken["effective"], taken["receipts"]) == (True, 3)
        refuse(place, doctor, record, "medical")
        sources = {one["source"] for one in owner.ok("activity")["events"]}
        assert sources == {"portal", "srs-1", "srs-2", "srs-3"}


def test_suspension_departure_and_recovery(system: System) -> None:
    owner, doctor = system.join(), system.join("physician")
    record = system.deposit(owner, medical="<m>rest</m>")
    owner.ok("grant", doctor.login, "--partition", "medical", "--history")
    opening = ("open", record, "--partition", "medical", "--output", str(system.output()))
    doctor.ok(*opening)
    system.server.manage("suspend", doctor.login)
    doctor.fails(3, *opening)
    system.server.manage("authorise", doctor.login)
    doctor.ok(*opening)
    system.server.manage("depart", doctor.login)
    doctor.fails(3, *opening)
    assert system.databases.one(
        "srs", "SELECT COUNT(*) FROM srs_delegation WHERE key_digest IN"
        " (SELECT key_digest FROM srs_member WHERE state = 'departed')"
    ) == (0,)  # fmt: skip
    recover(system, owner, record)


def recover(system: System, owner: Person, record: str) -> None:
    """The recovery code, on a fresh HOME, gives everything back under a new password."""
    fresh = owner.elsewhere(home=system.output())
    fresh.password, old = "quiet-meadow-37-lantern", owner.password
    before = owner.ok("fingerprint")["fingerprint"]
    done = fresh.ok("recover", SESPHR_RECOVERY_CODE=owner.recovery_code)
    assert done["fingerprint"] == before
    assert done["recovery_code"] != owner.recovery_code
    folder = system.output()
    fresh.ok("open", record, "--output", str(folder))
    assert (folder / "medical.xml").read_bytes() == b"<m>rest</m>"
    assert owner.password == old
    assert owner.fails(3, "records")["code"] == "wrong-secret"
    again = fresh.elsewhere(home=system.output())
    assert again.fails(3, "recover", SESPHR_RECOVERY_CODE=owner.recovery_code)


def test_declining_and_terms(system: System) -> None:
    owner, doctor = system.join(), system.join("physician")
    record = system.deposit(owner, medical="<m>rest</m>", insurance="<i>4711</i>")
    asked = doctor.ok("request", "--owner", owner.login, *named(["medical"]), *ASKED)["request"]
    owner.fails(2, "approve", asked, *named(["insurance"]))
    owner.fails(2, "approve", asked, "--until", "2001-01-31")
    owner.fails(2, "grant", doctor.login, *named(["medical"]), "--until", "2001-01-31T12:00")
    owner.fails(2, "grant", doctor.login, *named(["medical"]), "--until", "tomorrow")
    assert owner.ok("decline", asked)["state"] == "declined"
    owner.fails(2, "approve", asked)
    refuse(system, doctor, record, "medical")
    assert doctor.ok("requests")["outgoing"][0]["state"] == "declined"


def test_exit_codes_of_refusals(system: System) -> None:
    owner, stranger = system.join(), system.join("researcher", authorised=False)
    medical = f"medical={system.file('m.xml', '<m/>')}"
    owner.fails(2, "open")
    owner.fails(2, "deposit")
    owner.fails(2, "deposit", "--partition", medical, "--partition", medical)
    owner.fails(2, "deposit", "--partition", "medical=/no/such/file")
    owner.fails(2, "open", "not-a-record", "--output", str(system.output()))
    owner.fails(6, "deposit", "--partition", f"medical={system.file('b.xml', '<m><n></m>')}")
    stranger.fails(3, "records")
    stranger.fails(3, "deposit", "--partition", medical)
    found = owner.fails(3, "records", SESPHR_PASSWORD="not-the-password-1")
    assert found["code"] == "wrong-secret"
    away = owner.elsewhere(url=f"http://127.0.0.1:{_free_port()}")
    away.fails(5, "records")


def test_refused_files_leave_nothing_behind(system: System) -> None:
    refuse_files(system, system.join(), [SAMPLES / name for name in REFUSED])


@pytest.mark.soak
def test_hostile_files_leave_nothing_behind(system: System) -> None:
    refuse_files(system, system.join(), sorted((SAMPLES / "hostile").iterdir()))


def refuse_files(system: System, owner: Person, paths: list[Path]) -> None:
    """Each file is refused with exit 6 and a sentence; servers and HOME stay as they were."""
    owner.ok("records")
    before, blobs = state(system, "accounts_member"), written(system.server.data / "blobs")
    assert paths
    for path in paths:
        for command in ("inspect", "deposit"):
            assert "not-accepted" in owner.fails(6, command, str(path))["code"], path
    assert differences(before, state(system, "accounts_member")) == []
    assert written(system.server.data / "blobs") == blobs
    assert written(system.server.data / "uploads") == set()
    assert not list(owner.home.glob("members/*/outbox/*"))
