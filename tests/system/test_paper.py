"""The paper's section 3, line by line, against a real cluster and with the command-line client alone.

Ali, Abbas, Khan, Khan, "SeSPHR: A Methodology for Secure Sharing of Personal Health Records in the Cloud",
IEEE Transactions on Cloud Computing, 2018. Each step is what the paper tells of its parties: setup and key
generation, encryption and upload, request, re-encryption and decryption; then the newcomer with default
rights, extended rights after approval, the family by approval, and the departing user.
"""

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sesphr.crypto.statements import payload_of_unverified
from tests.support.cluster import Cluster
from tests.support.cluster_people import api, join, rows
from tests.support.people_cli import Person

NODES = ("srs-1", "srs-2", "srs-3")
REFUSED = 3
PLANTED = "metformin 500 mg"


@dataclass
class Story:
    """Everybody, by name, and what was made on the way."""

    cluster: Cluster
    folder: Path
    people: dict[str, Person] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)

    def joins(self, name: str, role: str) -> Person:
        """Somebody makes keys, registers and is authorised."""
        self.people[name] = join(self.cluster, self.folder / name, f"{name}@example.org", role)
        return self.people[name]

    def certified(self, name: str, role: str) -> None:
        """An authority that every node pins certifies somebody's role."""
        request, credential = self.folder / f"{name}.jws", self.folder / f"{name}.pem"
        where = ("--role", role, "--organisation", "City Heart Clinic")
        person = self.people[name]
        person.ok("credential", "request", *where, "--output", str(request))
        self.cluster.manage(
            "portal", "credential", "issue", str(self.folder / "authority"), person.login,
            "--request", str(request), *where, "--output", str(credential),
        )  # fmt: skip
        person.ok("credential", "present", str(credential))

    def deposits(self, name: str, **texts: str) -> str:
        """An owner encrypts partitions and uploads them; the record."""
        words = []
        for part, text in texts.items():
            path = self.folder / f"{name}-{part}.xml"
            path.write_text(f'<partition xmlns="urn:sesphr:phr:1" id="{part}">{text}</partition>')
            words += ["--partition", f"{part}={path}"]
        return str(self.people[name].ok("deposit", *words)["record"])

    def opens(self, name: str, record: str, *parts: str) -> dict[str, str]:
        """What somebody can read of a record, by partition."""
        words = [word for part in parts for word in ("--partition", part)]
        target = self.folder / f"out-{name}-{len(list(self.folder.glob('out-*')))}"
        result = self.people[name].quick("open", record, *words, "--output", str(target))
        assert result.code in (0, REFUSED), result
        opened = result.answer.get("opened", {})
        return {part: next(target.rglob(f"{part}.xml")).read_text() for part in opened}

    def rows(self, server: str, sql: str) -> list[str]:
        """What a server's own database holds."""
        return rows(self.cluster, server, sql)

    def counted(self, table: str) -> dict[str, int]:
        """How many rows of a table each node holds; others may have been in the cluster before."""
        counts = f"SELECT COUNT(*) FROM {table}"
        return {node: int(self.rows(node, counts)[0]) for node in NODES}


def test_section_3(cluster: Cluster, tmp_path: Path) -> None:
    story = Story(cluster, tmp_path)
    for step in (
        setup, key_generation, encryption_and_upload, request_reencryption_decryption,
        newcomer_with_default_rights, extended_rights_after_approval, family_by_approval,
        departing_user,
    ):  # fmt: skip
        step(story)


def a_moment() -> None:
    """Times are whole seconds: what comes after this is later."""
    time.sleep(1.1)


def setup(story: Story) -> None:
    """The SRS is set up: three nodes with keys of their own, two of which suffice, signed once."""
    told = api(story.cluster, "/deployment")
    payload = payload_of_unverified(told["configuration"])
    assert (payload["n"], payload["t"], len(payload["nodes"])) == (3, 2, 3)
    assert len({one["verification"] for one in payload["nodes"]}) == 3
    authority = story.folder / "authority"
    words = ("--name", "Medical Council", "--role", "physician")
    made = story.cluster.manage("portal", "authority", "create", str(authority), *words)
    # Others who were in the cluster before may have an authority of their own.
    story.facts["issuer"] = made.split()[0]
    for node in NODES:
        story.cluster.manage(node, "authority", "pin", str(authority / "authority.json"))
    story.cluster.manage("portal", "authority", "publish", str(authority))


def key_generation(story: Story) -> None:
    """Each endpoint makes its own keys; servers hold public halves alone."""
    members = "srs_member WHERE state = 'active'"
    before = story.counted(members)
    for name, role in (("ada", "owner"), ("lee", "physician"), ("noor", "relative")):
        person = story.joins(name, role)
        assert len(person.ok("whoami")["fingerprint"].split()) >= 8
    assert story.counted(members) == {node: count + 3 for node, count in before.items()}


def encryption_and_upload(story: Story) -> None:
    """The owner encrypts each partition at her end; the cloud gets ciphertext, the SRS R parameters."""
    parts = {"personal": "Ada Moreau", "medical": PLANTED, "prescription": "aspirin 75 mg"}
    before = story.counted("srs_rparameter")
    story.facts["first"] = story.deposits("ada", **parts)
    newest = "SELECT HEX(document) FROM cloudstore_document WHERE kept ORDER BY id DESC LIMIT 1"
    [document] = story.rows("cloud", newest)
    assert PLANTED.encode().hex() not in document.lower()
    assert b"EncryptedData".hex() in document.lower()
    after = story.counted("srs_rparameter")
    assert after == {node: count + 3 for node, count in before.items()}


def request_reencryption_decryption(story: Story) -> None:
    """A physician asks, the owner approves, t nodes re-encrypt, and he decrypts at his end."""
    lee, ada = story.people["lee"], story.people["ada"]
    assert story.opens("lee", story.facts["first"], "medical") == {}
    asked = lee.ok(
        "request", "--owner", ada.login, "--partition", "medical", "--purpose", "treatment",
        "--reason", "first visit",
    )  # fmt: skip
    ada.ok("approve", asked["request"], "--partition", "medical")
    read = story.opens("lee", story.facts["first"], "medical", "personal", "prescription")
    assert set(read) == {"medical"}
    assert PLANTED in read["medical"]


def newcomer_with_default_rights(story: Story) -> None:
    """Backward access control: a role's default, from the joining date on, while the owner sleeps."""
    ada = story.people["ada"]
    issuer = ("--issuer", story.facts["issuer"])
    ada.ok("grant", "--role", "physician", *issuer, "--partition", "medical")
    a_moment()
    story.joins("amal", "physician")
    assert story.opens("amal", story.facts["first"], "medical") == {}
    story.certified("amal", "physician")
    # Of what is older than the joining the rule does not speak.
    assert story.opens("amal", story.facts["first"], "medical") == {}
    a_moment()
    story.facts["second"] = story.deposits("ada", medical="HbA1c 48", prescription="none")
    assert set(story.opens("amal", story.facts["second"], "medical", "prescription")) == {"medical"}


def extended_rights_after_approval(story: Story) -> None:
    """More than the default comes by the owner's approval alone."""
    amal, ada = story.people["amal"], story.people["ada"]
    asked = amal.ok(
        "request", "--owner", ada.login, "--partition", "prescription", "--purpose", "treatment",
        "--reason", "interactions",
    )  # fmt: skip
    ada.ok("approve", asked["request"], "--partition", "prescription")
    read = story.opens("amal", story.facts["second"], "medical", "prescription")
    assert set(read) == {"medical", "prescription"}
    assert set(story.opens("amal", story.facts["first"], "prescription")) == {"prescription"}


def family_by_approval(story: Story) -> None:
    """Relatives have no default: they are confirmed by the owner, who compares fingerprints."""
    noor, ada = story.people["noor"], story.people["ada"]
    grant = ("grant", noor.login, "--partition", "personal", "--history")
    assert ada.quick(*grant).answer["code"] == "compare-first"
    assert story.opens("noor", story.facts["first"], "personal") == {}
    ada.ok("compare", noor.login, *noor.ok("whoami")["fingerprint"].split())
    ada.ok(*grant)
    assert set(story.opens("noor", story.facts["first"], "personal", "medical")) == {"personal"}


def departing_user(story: Story) -> None:
    """Forward access control: every node forgets, nothing is re-encrypted, others notice nothing."""
    columns = "SELECT HEX(octets) FROM cloudstore_document ORDER BY id"
    before = story.rows("cloud", columns)
    parameters = [
        story.rows(node, "SELECT HEX(r) FROM srs_rparameter ORDER BY id") for node in NODES
    ]
    amal = story.people["amal"]
    member = amal.ok("whoami")["member"].replace("-", "")
    story.cluster.manage("portal", "depart", amal.login)
    for node in NODES:
        kept = f"SELECT COUNT(*) FROM srs_delegation WHERE REPLACE(user_id, '-', '') = '{member}'"
        assert story.rows(node, kept) == ["0"]
        state = f"SELECT state FROM srs_member WHERE REPLACE(id, '-', '') = '{member}'"
        assert story.rows(node, state) == ["departed"]
    assert amal.quick("records").code != 0
    assert story.rows("cloud", columns) == before
    after = [story.rows(node, "SELECT HEX(r) FROM srs_rparameter ORDER BY id") for node in NODES]
    assert after == parameters
    assert set(story.opens("lee", story.facts["first"], "medical")) == {"medical"}
