"""Lives through everything that people do with a system, and captures all that passes and stays.

Canaries, words that stand nowhere else, are planted in every partition, in file
names, passwords and recovery codes; the secrets of both people are worked out as
only they can.
"""

import json
import re
import secrets
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sesphr.crypto import slots, statements
from sesphr.crypto.document import parse_document
from sesphr.crypto.encoding import b64u_encode, lp
from sesphr.crypto.envelope import unwrap_key
from sesphr.crypto.kdf import hkdf
from sesphr.crypto.keys import MemberKeys
from sesphr.crypto.scalars import Scalar
from tests.support.council import Authority
from tests.support.people_cli import Person
from tests.support.scan import Scanner
from tests.support.wire import Wire, between
from tests.system.place import SAMPLES, System, running

NAMES = ("personal", "medical", "insurance", "prescription")
ASKED = ("--purpose", "treatment", "--reason", "check-up")


def canary() -> str:
    """A word that stands nowhere else in the world; a letter of it is not ASCII."""
    return f"canary-{secrets.token_hex(12)}-ü"


def planted_ccda(words: list[str]) -> str:
    """A real C-CDA with canaries in the patient's name and address and in every section."""
    text = (SAMPLES / "ccda_ccd_hl7_small.xml").read_text(encoding="utf-8")

    def word(match: re.Match[str]) -> str:
        words.append(canary())
        return f"{match[1]}{words[-1]}{match[2]}"

    start, end = text.index("<recordTarget"), text.index("</recordTarget>")
    target = text[start:end]
    for tag in ("streetAddressLine", "given", "family"):
        target = re.sub(rf"(<{tag}[^>]*>)[^<]*(</{tag}>)", word, target, count=1)
    rest = re.sub(r"(<title>)[^<]*(</title>)", word, text[end:])
    rest = re.sub(r"(<td>)[^<]*(</td>)", word, rest)
    return text[:start] + target + rest


@dataclass
class Captured:
    """What was planted, and everything in which it must not be."""

    planted: dict[str, str]
    secret: dict[str, bytes]
    numbers: dict[str, Scalar]
    r: set[bytes]
    d: dict[str, set[bytes]]
    s: dict[str, set[bytes]]
    owner: MemberKeys
    haystacks: dict[str, bytes]
    opened: bytes

    def scanner(self) -> Scanner:
        """Looks for what nobody between the endpoints may have."""
        found = Scanner()
        for name, text in self.planted.items():
            found.add(name, text)
        for name, octets in self.secret.items():
            found.add(name, octets)
        for name, number in self.numbers.items():
            found.add(name, number.encode(), number=True)
        return found

    def without(self, *aliases: str) -> dict[str, bytes]:
        """The haystacks without these servers' own databases, rows and files."""
        own = tuple(f"{kind} {alias}" for alias in aliases for kind in ("rows of", "file"))
        return {
            name: octets
            for name, octets in self.haystacks.items()
            if not name.startswith(tuple(f"{one}:" for one in own))
        }


def live_through(
    system: System, wire: Wire, planted: dict[str, str]
) -> tuple[Person, Person, Path]:
    """Everything that people do, with canaries; the owner, the doctor, the owner's export."""
    owner, doctor = share_everything(system, wire, planted)
    recover(owner, planted)
    exported = system.output()
    owner.ok("export", "--output", str(exported))
    owner.ok("activity")
    return owner, doctor, exported


def share_everything(system: System, wire: Wire, planted: dict[str, str]) -> tuple[Person, Person]:
    """Two people with two records, shared with the doctor and with every doctor; owner and doctor."""
    owner = system.join(url=wire.url, password=canary())
    doctor = system.join("physician", url=wire.url, password=canary())
    planted |= {"owner's password": owner.password, "doctor's password": doctor.password}
    planted |= {"owner's code": owner.recovery_code, "doctor's code": doctor.recovery_code}
    words: list[str] = []
    name = f"{canary()}.xml"
    record = owner.ok("deposit", system.file(name, planted_ccda(words)))["record"]
    planted |= {f"C-CDA {number}": word for number, word in enumerate(words)}
    planted["file name"] = name[:-4]
    own = {one: canary() for one in NAMES}
    planted |= {f"own {one}": word for one, word in own.items()}
    elements = {one: f"<p xmlns='urn:sesphr:phr:1' w='{word}'/>" for one, word in own.items()}
    by_role = system.deposit(owner, **elements)
    share(system, owner, doctor, record)
    share_with_role(system, owner, doctor, by_role)
    return owner, doctor


def share(system: System, owner: Person, doctor: Person, record: str) -> None:
    """Ask, approve, open, be refused, lose access, get it again."""
    wanted = ("--partition", "medical", "--partition", "insurance")
    asked = doctor.ok("request", "--owner", owner.login, *wanted, *ASKED)["request"]
    owner.ok("approve", asked, "--partition", "medical")
    doctor.ok("open", record, "--output", str(system.output()))
    doctor.fails(3, "open", record, "--partition", "personal", "--output", str(system.output()))
    owner.ok("revoke", doctor.login)
    doctor.fails(3, "open", record, "--partition", "medical", "--output", str(system.output()))
    owner.ok("grant", doctor.login, "--partition", "medical", "--history")


def share_with_role(system: System, owner: Person, doctor: Person, record: str) -> None:
    """Let every physician read a part; the doctor opens it while the owner is away."""
    Authority.of(system, "physician").certify(doctor)
    owner.ok("grant", "--role", "physician", "--partition", "prescription")
    doctor.ok("open", record, "--partition", "prescription", "--output", str(system.output()))


def recover(owner: Person, planted: dict[str, str]) -> None:
    """A new password and a new recovery code by the old code."""
    code, owner.password = owner.recovery_code, canary()
    owner.recovery_code = owner.ok("recover", SESPHR_RECOVERY_CODE=code)["recovery_code"]
    planted |= {"new password": owner.password, "new code": owner.recovery_code}
    for name in [one for one in planted if one.endswith("code")]:
        planted[f"{name} without hyphens"] = planted[name].replace("-", "")


def seed_of(system: System, login: str, password: str) -> tuple[bytes, bytes]:
    """A member's seed and login secret, by the slot that the portal keeps, which needs the password."""
    row = system.databases.one(
        "default",
        "SELECT m.id, s.generation, s.salt, s.params, s.sealed FROM accounts_keyslot s"
        " JOIN accounts_member m ON m.id = s.member_id WHERE m.login = %s AND s.type = 'password'",
        login,
    )
    slot = {
        "member": str(uuid.UUID(str(row[0]))), "type": "password", "generation": row[1],
        "salt": b64u_encode(bytes(row[2])), "params": json.loads(row[3]),
        "sealed": b64u_encode(bytes(row[4])),
    }  # fmt: skip
    return slots.open_slot(
        slot, deployment=deployment_of(system)["deployment"], login=login, secret=password
    )


def deployment_of(system: System) -> dict[str, Any]:
    """The signed configuration's payload."""
    jws = (system.server.data / "deployment.jws").read_text()
    return dict(statements.payload_of_unverified(jws))


def keys_of_records(exported: Path, owner: MemberKeys) -> dict[str, bytes]:
    """k of every partition of every record, and the keys of attachments."""
    found = {}
    for folder in [path for path in exported.iterdir() if path.is_dir()]:
        manifest = statements.payload_of_unverified(
            (folder / "encrypted" / "manifest.jws").read_text()
        )
        parts = parse_document((folder / "encrypted" / "document.xml").read_bytes(), manifest)
        for name, part in parts.items():
            k = unwrap_key(owner.partition(name, 1).wrap, part.wrapped)
            found[f"k of {name} of {folder.name}"] = k
            for entry in manifest["partitions"][name]["attachments"]:
                info = lp(b"SeSPHR-v1 attachment", entry["id"].encode())
                found[f"attachment key of {folder.name}"] = hkdf(k, info)
    return found


def secrets_of(person: str, seed: bytes) -> tuple[dict[str, bytes], dict[str, Scalar]]:
    """The octets and the numbers that follow from a seed."""
    keys = MemberKeys.from_seed(seed)
    octets = {
        f"{person}'s seed": seed,
        f"{person}'s signing key": keys.signing_key.private_bytes_raw(),
    }
    numbers = {f"{person}'s x_U": keys.receive_secret}
    for name in (*NAMES, "original"):
        octets[f"{person}'s w of {name}"] = keys.partition(name, 1).wrap
        numbers[f"{person}'s x of {name}"] = keys.partition(name, 1).secret
    return octets, numbers


def haystacks(system: System, traffic: bytes) -> dict[str, bytes]:
    """Traffic, log, rows and files, each under a name."""
    found = {"traffic": traffic, "log": system.server.log.read_bytes()}
    for alias in system.databases.aliases:
        for table, octets in system.databases.octets(alias).items():
            found[f"rows of {alias}: {table}"] = octets
    for path in sorted(system.server.data.rglob("*")):
        if path.is_file():
            database = path.name.partition(".")[0] if ".sqlite3" in path.name else "-"
            found[f"file {database}: {path}"] = path.read_bytes()
    return found


def capture(folder: Path, env: dict[str, str]) -> Captured:
    """Run a system, live through everything, and take all of it."""
    planted: dict[str, str] = {}
    with running(folder, env) as system, between(system.server.url, folder / "traffic") as wire:
        owner, doctor, exported = live_through(system, wire, planted)
        seeds = {
            name: seed_of(system, person.login, person.password)[0]
            for name, person in (("owner", owner), ("doctor", doctor))
        }
        return taken(system, planted, seeds, exported, haystacks(system, wire.octets()))


def taken(
    system: System, planted: dict[str, str], seeds: dict[str, bytes], exported: Path,
    found: dict[str, bytes],
) -> Captured:  # fmt: skip
    """What was found, and all that must not be in it; `seeds` of everybody, the owner's as `owner`."""
    octets: dict[str, bytes] = {}
    numbers: dict[str, Scalar] = {}
    for name, seed in seeds.items():
        more_octets, more_numbers = secrets_of(name, seed)
        octets |= more_octets
        numbers |= more_numbers
    keys = MemberKeys.from_seed(seeds["owner"])
    octets |= keys_of_records(exported, keys)
    nodes = [one for one in system.databases.aliases if one.startswith("srs")]
    rows = {one: column(system, one, "SELECT d FROM srs_delegation") for one in nodes}
    opened = b"".join(path.read_bytes() for path in exported.rglob("*.xml"))
    parameters = column(system, "srs", "SELECT r FROM srs_rparameter")
    shares = {one: octets_of(system, one, "SELECT s FROM srs_share") for one in nodes}
    return Captured(planted, octets, numbers, parameters, rows, shares, keys, found, opened)


def column(system: System, alias: str, sql: str) -> set[bytes]:
    """The octets of one column."""
    found = octets_of(system, alias, sql)
    assert found
    return found


def octets_of(system: System, alias: str, sql: str) -> set[bytes]:
    """The same, where there may be none."""
    return {bytes(value) for (value,) in system.databases.execute(alias, sql)}
