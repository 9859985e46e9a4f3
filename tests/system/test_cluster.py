"""A real cluster: six servers, six databases, mutual TLS; servers are killed and started again."""

import contextlib
import json
import os
import signal
import ssl
import subprocess
import sys
import uuid
from pathlib import Path

import httpx
import pytest

from sesphr import tls
from sesphr.adapters.codec import calls
from sesphr.adapters.line import KEY, MESSAGE, key_of
from sesphr.ports.audit import Entry
from tests.support.cluster import NAMES, Cluster, alive, wait_for
from tests.support.liveserver import ROOT
from tests.support.mariadb import MariaDBError, Server
from tests.support.people_cli import Person

SAMPLE = Path("tests") / "samples" / "ccda_ccd_hl7_small.xml"


def join(cluster: Cluster, folder: Path, role: str) -> Person:
    person = Person(cluster.url, folder / role / "home", f"{role}.{folder.name}@example.org")
    (folder / role).mkdir()
    person.register(role)
    cluster.manage_from_outside("portal", "authorise", person.login, "--checked", "identity card")
    return person


def opens(doctor: Person, record: str, folder: Path) -> bool:
    """Whether the doctor gets the medical partition now."""
    done = doctor.quick("open", record, "--partition", "medical", "--output", str(folder))
    assert (done.code == 0) == (folder / "medical.xml").exists(), done
    return done.code == 0


def share(cluster: Cluster, folder: Path) -> tuple[Person, Person, str]:
    """An owner, a doctor who may open, and the record."""
    owner, doctor = (join(cluster, folder, role) for role in ("owner", "physician"))
    record = str(owner.ok("deposit", str(SAMPLE))["record"])
    owner.ok("grant", doctor.login, "--partition", "medical", "--history")
    return owner, doctor, record


def comes_back(cluster: Cluster, name: str, doctor: Person, record: str, folder: Path) -> None:
    """A server is killed and started again; afterwards everything opens."""
    cluster.kill(name)
    if not name.startswith("srs-"):
        assert not opens(doctor, record, folder / f"without-{name}")
    cluster.start_from_outside(name)
    wait_for(
        lambda: opens(doctor, record, folder / f"with-{name}"), f"{name} is back, nothing opens"
    )


def test_a_record_is_shared_and_survives_killed_servers(cluster: Cluster, tmp_path: Path) -> None:
    owner, doctor, record = share(cluster, tmp_path)
    assert opens(doctor, record, tmp_path / "first")
    for name in ("cloud", "srs-1"):
        comes_back(cluster, name, doctor, record, tmp_path)
    # The original file is an attachment: it crosses as a stream.
    owner.ok("export", "--output", str(tmp_path / "export"))
    original = tmp_path / "export" / record / "original" / SAMPLE.name
    assert original.read_bytes() == SAMPLE.read_bytes()
    owner.ok("revoke", doctor.login)
    assert not opens(doctor, record, tmp_path / "revoked")
    assert owner.ok("activity")["verified"]


STREAMING = """
import django, json, resource, sys, uuid
django.setup()
from sesphr.adapters import get_cloud
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
chunks = (bytes([number % 251]) * 65536 for number in range(int(sys.argv[1])))
stored = get_cloud().put_attachment(str(uuid.uuid4()), str(uuid.uuid4()), chunks)
print(json.dumps([stored.size, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before]))
"""


@pytest.mark.soak
def test_a_stream_takes_no_more_memory_at_either_end_than_its_chunks(cluster: Cluster) -> None:
    group = os.getpgid(cluster.pid("cloud"))
    # As much as may come whole.
    before, chunks = peak_of(group), 1000
    done = subprocess.run(
        [sys.executable, "-c", STREAMING, str(chunks)], cwd=ROOT, text=True, capture_output=True,
        env={**os.environ, **cluster.variables("portal")},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    size, grown = json.loads(done.stdout)
    assert size == chunks * 65536
    assert grown < 20 * 1024, "KiB in the caller"
    assert peak_of(group) - before < 40 * 1024, "KiB in the cloud"


def peak_of(group: int) -> int:
    """The most memory that a process of this group ever had, in KiB."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if os.getpgid(int(path.name)) == group:
                text = (path / "status").read_text()
                found.append(int(text.partition("VmHWM:")[2].split()[0]))
    return max(found)


@pytest.mark.soak
def test_every_server_may_be_killed(cluster: Cluster, tmp_path: Path) -> None:
    owner, doctor, record = share(cluster, tmp_path)
    for name in (*NAMES, *NAMES):
        comes_back(cluster, name, doctor, record, tmp_path)
        for left in tmp_path.glob("with*"):
            (left / "medical.xml").unlink()
            left.rmdir()
    assert owner.ok("activity")["verified"]


def test_each_server_has_its_process_address_and_database(cluster: Cluster) -> None:
    layout = cluster.layout
    assert sorted(layout.names) == sorted(NAMES)
    ports = {name: int(layout.url(name).rpartition(":")[2]) for name in NAMES}
    assert len(set(ports.values())) == len(NAMES)
    assert max(ports.values()) < 32768
    assert len({cluster.pid(name) for name in NAMES}) == len(NAMES)
    seen = {}
    for name in NAMES:
        given = cluster.variables(name)
        account = Server(
            int(given["SESPHR_DB_PORT"]), given["SESPHR_DB_PASSWORD"], Path(), 0,
            given["SESPHR_DB_HOST"], given["SESPHR_DB_USER"],
        )  # fmt: skip
        schemas = account.execute("SHOW DATABASES").split()
        (seen[name],) = (schema for schema in schemas if schema != "information_schema")
        with pytest.raises(MariaDBError, match="denied"):
            account.execute(f"DROP TABLE `{seen[name]}`.django_migrations")
    assert len(set(seen.values())) == len(NAMES)


def call(cluster: Cluster, caller: str, server: str, path: str, body: bytes, key: str) -> int:
    """The status that a server answers a caller."""
    folder, there = cluster.layout.folder(caller), cluster.layout.folder(server)
    pinned = tls.certificate_path(there).read_text()
    with httpx.Client(verify=tls.calling(folder, pinned), trust_env=False) as client:
        url = f"{cluster.layout.url(server)}{path}"
        return client.post(
            url, content=body, headers={KEY: key, "Content-Type": MESSAGE}
        ).status_code


def test_only_pinned_peers_are_let_in_and_each_only_where_it_belongs(
    cluster: Cluster, tmp_path: Path
) -> None:
    one = calls()["audit", "checkpoint"]
    body = one.encode_arguments({})
    key = key_of(one, body)
    path = "/port/audit/checkpoint"
    answers = {
        name: call(cluster, name, "audit", path, body, key) for name in ("portal", "srs-2", "cloud")
    }
    assert answers == {"portal": 200, "srs-2": 200, "cloud": 403}
    assert call(cluster, "portal", "audit", "/port/cloud/received", body, key) == 404
    assert call(cluster, "portal", "audit", path, body, "0" * 64) == 400
    stranger = tmp_path / "stranger"
    tls.make(stranger, "portal")
    pinned = tls.certificate_path(cluster.layout.folder("audit")).read_text()
    with (
        httpx.Client(verify=tls.calling(stranger, pinned), trust_env=False) as client,
        pytest.raises(httpx.TransportError),
    ):
        client.post(f"{cluster.layout.url('audit')}{path}", content=body)
    nobody = ssl.create_default_context()
    nobody.check_hostname, nobody.verify_mode = False, ssl.CERT_NONE
    with (
        httpx.Client(verify=nobody, trust_env=False) as client,
        pytest.raises(httpx.TransportError),
    ):
        client.post(f"{cluster.layout.url('audit')}{path}", content=body)
    wrong = tls.certificate_path(cluster.layout.folder("cloud")).read_text()
    with (
        httpx.Client(
            verify=tls.calling(cluster.layout.folder("portal"), wrong), trust_env=False
        ) as client,
        pytest.raises(httpx.ConnectError),
    ):
        client.post(f"{cluster.layout.url('audit')}{path}", content=body)


def test_a_stream_at_the_log_is_the_servers_that_began_it(cluster: Cluster) -> None:
    one, stream = calls()["audit", "append"], str(uuid.uuid4())
    answers = []
    for name, number in (("srs-2", 1), ("srs-3", 2), ("portal", 2), ("srs-2", 2)):
        body = one.encode_arguments({"entry": Entry(stream, number, bytes(32))})
        path = "/port/audit/append"
        answers.append((name, call(cluster, name, "audit", path, body, key_of(one, body))))
    assert answers == [("srs-2", 200), ("srs-3", 422), ("portal", 422), ("srs-2", 200)]


def test_a_killed_supervisor_leaves_nothing(cluster: Cluster) -> None:
    groups = {name: os.getpgid(cluster.pid(name)) for name in NAMES}
    database = subprocess.run(
        ["pgrep", "-f", f"datadir={cluster.data}/mariadb"], capture_output=True, text=True
    ).stdout.split()
    assert alive(groups["srs-3"])
    cluster.process.send_signal(signal.SIGKILL)
    cluster.process.wait()
    for name, group in groups.items():
        wait_for(lambda group=group: not alive(group), f"{name} outlives the supervisor", 40)
    for pid in database:
        wait_for(lambda pid=pid: not alive(os.getpgid(int(pid))) if Path(f"/proc/{pid}").exists()
                 else True, "MariaDB outlives the supervisor", 40)  # fmt: skip
