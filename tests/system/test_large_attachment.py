"""An attachment of 256 MiB in a folder and in a bucket: whole in, whole out, a part at once.

It prints what it measures (docs/adr/0006); what it demands is that neither memory of
the server nor the time of a part grows with the size.
"""

import base64
import hashlib
import json
import secrets
import time
import uuid
from argparse import Namespace
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from sesphr.client import times, uploading
from sesphr.client.access import ask
from sesphr.client.answers.records import Deposited
from sesphr.client.app import App
from sesphr.client.session import Session
from sesphr.crypto import envelope, hpke
from sesphr.crypto.attachments import CIPHER_CHUNK, AttachmentSealer, chunk_range, open_range
from sesphr.crypto.encoding import SUITE, b64u_encode, dec, lp
from tests.support import seaweed
from tests.support.endpoints import element
from tests.support.people_cli import Person
from tests.system.place import System, running

pytestmark = pytest.mark.soak
MIB = 2**20
PARTITION = "medical"
SIZE = 256 * MIB
ROOM = 100 * MIB
RANGE_SECONDS = 1.0


@contextmanager
def signed_in(owner: Person) -> Iterator[Session]:
    app = App(Namespace(home=str(owner.home), server=owner.url, login=owner.login, insecure_http=False))  # fmt: skip
    with app.signed_in(secret=owner.password) as session:
        yield session
    app.close()


def memory(system: System, what: str) -> int:
    """Octets of the server's largest process (VmRSS, or VmHWM for the most it ever had)."""
    group = system.server.process.pid
    children = Path(f"/proc/{group}/task/{group}/children").read_text().split()
    lines = [Path(f"/proc/{pid}/status").read_text().splitlines() for pid in (group, *children)]
    found = [line.split()[1] for text in lines for line in text if line.startswith(f"{what}:")]
    return max(map(int, found)) * 1024


def sealed_file(path: Path, k: bytes, identifier: str) -> dict[str, Any]:
    """Random octets, sealed into a file; the manifest's entry for them."""
    sealer = AttachmentSealer(k, identifier)
    with path.open("wb") as file:
        for chunk in sealer.seal(secrets.token_bytes(MIB) for _ in range(SIZE // MIB)):
            file.write(chunk)
    return {"id": identifier, "size": sealer.size, "root": b64u_encode(sealer.root)}


@contextmanager
def timed(what: str, octets: int = 0) -> Iterator[None]:
    """Print how long something took."""
    start = time.monotonic()
    yield
    taken = time.monotonic() - start
    speed = f", {octets / MIB / taken:.0f} MiB/s" if octets else ""
    print(f"  {what}: {taken * 1000:.0f} ms{speed}")


def parameters(session: Session, sealed: envelope.SealedRecord) -> str:
    """R and proof of the one partition, sealed to the one node."""
    (node,), (one,) = session.deployment.nodes, sealed.partitions.values()
    info = lp(
        SUITE.encode(), b"deposit", session.deployment.id.encode(), sealed.digest, PARTITION.encode(),
        dec(1), dec(node.index),
    )  # fmt: skip
    enc, text = hpke.seal(node.hpke, info, one.encapsulation.R.encode() + one.proof)
    parts = {"enc": base64.b64encode(enc).decode(), "ciphertext": base64.b64encode(text).decode()}
    return json.dumps({str(node.index): {PARTITION: parts}})


def deposited(session: Session, path: Path) -> tuple[str, dict[str, Any], bytes]:
    """A record with the file of random octets as its attachment: its id, the entry, and k."""
    keys = session.keys.partition(PARTITION, 1)
    place = envelope.Place(session.deployment.id, session.me.id, str(uuid.uuid4()), 1)
    made = envelope.encapsulate_partition(place, PARTITION, 1, keys.public)
    entry = sealed_file(path, made.k, str(uuid.uuid4()))
    with timed("sent in pieces of 4 MiB", SIZE):
        uploading.send(session.api, path, entry)
    draft = envelope.Draft(made, element(PARTITION), wrap=keys.wrap, attachments=[entry])
    sealed = envelope.encrypt_record(
        place, [draft], author=session.me.id, author_keys=session.keys, iat=times.now(), previous=None
    )  # fmt: skip
    form = {"manifest": sealed.manifest, "sealed": parameters(session, sealed)}
    document = {"document": ("document.xml", sealed.document, "application/xml")}
    session.api.send(Deposited, "POST", "/deposits", lambda: {"data": form, "files": document})
    return place.record, entry, made.k


def whole(session: Session, record: str, entry: dict[str, Any], path: Path) -> None:
    """What comes back is what was sent."""
    opening, given, sent = ask(session, record, [PARTITION]), hashlib.sha256(), hashlib.sha256()
    where, members = f"/attachments/{entry['id']}/content", _members(opening)
    with timed("read whole", SIZE), session.api.stream(where, **members) as chunks:
        for chunk in chunks:
            given.update(chunk)
    with path.open("rb") as file:
        for chunk in iter(lambda: file.read(MIB), b""):
            sent.update(chunk)
    assert given.digest() == sent.digest()


def part(session: Session, record: str, entry: dict[str, Any], k: bytes) -> None:
    """64 KiB from the middle, at once."""
    opening, offset, size = ask(session, record, [PARTITION]), SIZE // 2 + 12_345, entry["size"]
    first, last = chunk_range(offset, 65536, size)
    asked = f"bytes={first * CIPHER_CHUNK}-{(last + 1) * CIPHER_CHUNK - 1}"
    where, http = f"/attachments/{entry['id']}/content", session.api._http
    for number in range(3):
        start = time.monotonic()
        with timed(f"64 KiB from the middle, time {number + 1}"):
            answer = http.post(where, json=_members(opening), headers={"Range": asked})
        taken = time.monotonic() - start
    assert answer.status_code == 206
    assert len(open_range(k, entry["id"], answer.content, offset, 65536, size)) == 65536
    assert taken < RANGE_SECONDS


def _members(opening: Any) -> dict[str, Any]:
    return {"request": opening.request, "tickets": opening.tickets}


def measure(folder: Path, env: Mapping[str, str]) -> None:
    """Deposit, read, and read a part, and look at the server's memory all the while."""
    with running(folder, env) as system:
        owner = system.join()
        system.deposit(owner, medical="<a xmlns=''/>")
        with signed_in(owner) as session:
            before, path = memory(system, "VmHWM"), folder / "sealed"
            record, entry, k = deposited(session, path)
            sent = memory(system, "VmHWM")
            whole(session, record, entry, path)
            read = memory(system, "VmHWM")
            part(session, record, entry, k)
    print(
        f"  memory: {before // MIB} MiB, {sent // MIB} after sending, {read // MIB} after reading"
    )
    assert read - before < ROOM


@pytest.mark.parametrize("where", ["folder", "bucket"])
def test_memory_and_parts_do_not_grow_with_an_attachment(where: str, tmp_path: Path) -> None:
    print(f"\n{SIZE // MIB} MiB in a {where}")
    if where == "folder":
        measure(tmp_path, {})
    else:
        with seaweed.running() as server:
            measure(tmp_path, server.environment("large"))
