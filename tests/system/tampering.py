"""What an operator of the servers, or a man in the middle, may try, and what must come of it.

Each attempt is made on rows and files themselves, as somebody would who runs the
servers; the promise is always the same: exit 4, an integrity event for the owner,
and not one octet of plaintext.
"""

import base64
import hashlib
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sesphr.client import deployment, sealing, session, times
from sesphr.client.answers.records import Deposited
from sesphr.client.home import Home
from sesphr.client.http import Api
from sesphr.crypto import envelope, statements
from sesphr.crypto.encoding import b64u_encode
from tests.support.dump import Databases
from tests.support.people_cli import Person
from tests.system.place import System

# The octets of each partition; the wrapped keys stand before them, in KeyInfo.
VALUES = re.compile(rb"(?<=</ds:KeyInfo><xenc:CipherData><xenc:CipherValue>)[^<]+")
WRAPPED = re.compile(rb'(?<=kw-aes256"/><xenc:CipherData><xenc:CipherValue>)[^<]+')
Alter = Callable[[bytes], bytes]


@dataclass
class Target:
    """An owner and a physician who may open one partition, `medical`, of her records."""

    system: System
    owner: Person
    doctor: Person
    record: str
    other: str

    @property
    def databases(self) -> Databases:
        """The servers' databases."""
        return self.system.databases

    def member(self, person: Person) -> str:
        """Somebody's id."""
        return str(person.ok("whoami")["member"])

    def integrity_events(self) -> int:
        """How many integrity events the owner has, as the portal's rows say."""
        sql = (
            "SELECT COUNT(*) FROM accounts_event e JOIN accounts_stream s ON s.id = e.stream_id"
            " JOIN accounts_member m ON m.id = s.member"
            " WHERE m.login = %s AND e.event LIKE %s"
        )
        return int(self.databases.one("default", sql, self.owner.login, '%"type":"integrity"%')[0])

    def opens(self, who: Person, text: bytes, *partitions: str) -> None:
        """The control: he opens what he may, and it is what was sealed."""
        folder = self.system.output()
        words = [word for name in partitions or ("medical",) for word in ("--partition", name)]
        who.ok("open", self.record, *words, "--output", str(folder))
        assert (folder / "medical.xml").read_bytes() == text

    def gives(self, who: Person, *partitions: str) -> None:
        """The control without looking at the plaintext."""
        folder = self.system.output()
        words = [word for name in partitions for word in ("--partition", name)]
        opened = who.ok("open", self.record, *words, "--output", str(folder))["opened"]
        assert set(opened) == set(partitions)

    def is_stopped(self, who: Person, partition: str = "medical", *, events: bool = True) -> None:
        """Opening exits 4, writes nothing, and the owner is told."""
        before, folder = self.integrity_events(), self.system.output()
        who.fails(4, "open", self.record, "--partition", partition, "--output", str(folder))
        assert not folder.exists() or not list(folder.iterdir())
        if events:
            assert self.integrity_events() > before

    def gives_nothing(self, who: Person, partition: str, *codes: int) -> int:
        """Opening exits with one of these codes and writes nothing; the code."""
        folder = self.system.output()
        found = who.quick("open", self.record, "--partition", partition, "--output", str(folder))
        assert found.code in codes, (found.code, found.out, self.system.server.said()[-2000:])
        assert not folder.exists() or not list(folder.iterdir())
        return found.code

    def document(self, record: str) -> tuple[bytes, str, bytes]:
        """The newest version as the cloud keeps it: digest, manifest, document."""
        rows = self.databases.execute(
            "cloud",
            "SELECT digest, manifest, document, version FROM cloudstore_document ORDER BY version",
        )
        named = [
            (bytes(digest), str(manifest), bytes(text))
            for digest, manifest, text, _ in rows
            if statements.payload_of_unverified(str(manifest))["record"] == record
        ]
        return named[-1]

    def put(self, digest: bytes, document: bytes, *, cover: bool) -> None:
        """Replace a document; `cover` makes the cloud's own checksum fit."""
        octets = hashlib.sha256(document).digest()
        set_octets = ", octets = %s" if cover else ""
        values = [document, *([octets] if cover else []), digest]
        self.databases.execute(
            "cloud",
            f"UPDATE cloudstore_document SET document = %s{set_octets} WHERE digest = %s",
            *values,
        )


def made(system: System) -> Target:
    """People and two records of one owner."""
    owner, doctor = system.join(), system.join("physician")
    first = system.deposit(owner, medical="<m>rest</m>", personal="<p>Ada</p>")
    second = system.deposit(owner, medical="<m>work</m>", personal="<p>Eve</p>")
    owner.ok("grant", doctor.login, "--partition", "medical", "--history")
    return Target(system, owner, doctor, first, second)


@contextmanager
def kept(databases: Databases, alias: str, *tables: str) -> Iterator[None]:
    """Put these tables back as they are now when the test is over."""
    before = {table: databases.execute(alias, f"SELECT * FROM `{table}`") for table in tables}
    try:
        yield
    finally:
        databases.replace(alias, before)


def flip(octets: bytes, at: int) -> bytes:
    """Change one bit."""
    return octets[:at] + bytes([octets[at] ^ 1]) + octets[at + 1 :]


def in_value(pattern: re.Pattern[bytes], number: int, alter: Alter) -> Alter:
    """Change the octets of one base64 value in a document."""

    def altered(document: bytes) -> bytes:
        found = list(pattern.finditer(document))[number]
        value = base64.b64encode(alter(base64.b64decode(found.group())))
        return document[: found.start()] + value + document[found.end() :]

    return altered


def swapped(document: bytes) -> bytes:
    """Two partitions' octets in each other's place."""
    first, second = list(VALUES.finditer(document))[:2]
    return b"".join(
        (
            *(document[: first.start()], second.group(), document[first.end() : second.start()]),
            *(first.group(), document[second.end() :]),
        )
    )


def deposit_version(target: Target, version: int, elements: dict[str, bytes]) -> None:
    """Deposit a further version of the record, sealed with the kernel."""
    owner = target.owner
    api, home = Api(owner.url), Home(owner.home)
    try:
        place = deployment.pinned(api, home, owner.url)
        who = session.sign_in(
            api, place, home, owner.login, slot_type="password", secret=owner.password
        )
        sealed = _sealed(who, target, version, elements)
        parts = {"manifest": sealed.manifest, "sealed": _for_nodes(who, sealed)}
        files = {"document": ("document.xml", sealed.document, "application/xml")}
        api.send(Deposited, "POST", "/deposits", lambda: {"data": parts, "files": files})
        api.sign_out()
    finally:
        api.close()


def _sealed(
    who: session.Session, target: Target, version: int, elements: dict[str, bytes]
) -> envelope.SealedRecord:
    place = envelope.Place(who.deployment.id, who.me.id, target.record, version)
    drafts = []
    for name, element in elements.items():
        keys = who.keys.partition(name, 1)
        encapsulated = envelope.encapsulate_partition(place, name, 1, keys.public)
        drafts.append(envelope.Draft(encapsulated, element, wrap=keys.wrap))
    previous = b64u_encode(target.document(target.record)[0])
    return envelope.encrypt_record(
        place, drafts, author=who.me.id, author_keys=who.keys, iat=times.now(), previous=previous
    )


def _for_nodes(who: session.Session, sealed: envelope.SealedRecord) -> str:
    return json.dumps(sealing._for_nodes(who, sealed))


def blob_of(target: Target, record: str) -> Path:
    """The file in which the cloud keeps the only attachment of a record."""
    manifest = statements.payload_of_unverified(target.document(record)[1])
    entries: list[dict[str, Any]] = [
        one for part in manifest["partitions"].values() for one in part["attachments"]
    ]
    (entry,) = entries
    rows = target.databases.execute(
        "cloud",
        "SELECT a.attachment, p.`blob` FROM cloudstore_attachment a"
        " JOIN cloudstore_piece p ON p.stream = a.stream",
    )
    (name,) = [
        blob for attachment, blob in rows
        if str(attachment).replace("-", "") == entry["id"].replace("-", "")
    ]  # fmt: skip
    return target.system.server.data / "blobs" / name
