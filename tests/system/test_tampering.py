"""Documents and attachments that the cloud's operator changes: exit 4, an event, no plaintext."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system import tampering
from tests.system.place import SAMPLES, System
from tests.system.tampering import VALUES, WRAPPED, Alter, Target, flip, in_value, kept, swapped

DOCUMENT = "cloudstore_document"
ALTERED: dict[str, Alter] = {
    "a bit of the ciphertext": in_value(VALUES, 1, lambda octets: flip(octets, 20)),
    "a bit of the nonce": in_value(VALUES, 1, lambda octets: flip(octets, 0)),
    "a bit of the tag": in_value(VALUES, 1, lambda octets: flip(octets, len(octets) - 1)),
    "octets cut off": in_value(VALUES, 1, lambda octets: octets[:-1]),
    "octets added": in_value(VALUES, 1, lambda octets: octets + b"\0"),
    "cut short": lambda text: text[: len(text) // 2],
    "the shell's end cut off": lambda text: text[:-1],
    "a line added": lambda text: text + b"\n",
    "two partitions swapped": swapped,
    "a partition removed": lambda text: text[: text.rindex(b"<xenc:EncryptedData ")] + b"</record>",
    "nothing left": lambda text: b"",
}
ATTACHED: dict[str, Alter] = {
    "a bit flipped": lambda octets: flip(octets, 70_000),
    "cut short": lambda octets: octets[:-1],
    "cut at a chunk": lambda octets: octets[: 65536 + 16],
    "extended": lambda octets: octets + bytes(16),
    "chunks reordered": lambda octets: b"".join(
        (octets[65552 : 2 * 65552], octets[:65552], octets[2 * 65552 :])
    ),
    "a chunk repeated": lambda octets: octets[:65552] + octets,
    "emptied": lambda octets: b"",
}


@pytest.fixture(scope="module")
def target(system: System) -> Target:
    """Whose records are changed."""
    return tampering.made(system)


@pytest.fixture(autouse=True)
def _unharmed(target: Target) -> Iterator[None]:
    """Before and after each attempt everything opens, so the attempt alone is what fails."""
    with kept(target.databases, "cloud", DOCUMENT):
        yield


@pytest.mark.parametrize("what", ALTERED)
def test_a_changed_document(target: Target, what: str) -> None:
    """Also with the cloud's own checksum made to fit, so that what is signed alone decides."""
    digest, _, document = target.document(target.record)
    altered = ALTERED[what](document)
    assert altered != document
    target.put(digest, altered, cover=True)
    target.is_stopped(target.doctor)


@pytest.mark.soak
@pytest.mark.parametrize("what", ALTERED)
def test_a_changed_document_with_the_old_checksum(target: Target, what: str) -> None:
    digest, _, document = target.document(target.record)
    target.put(digest, ALTERED[what](document), cover=False)
    target.is_stopped(target.doctor)


def test_the_control(target: Target) -> None:
    target.opens(target.doctor, b"<m>rest</m>")
    target.opens(target.owner, b"<m>rest</m>", "medical", "personal")
    digest, _, document = target.document(target.record)
    target.put(digest, document, cover=True)
    target.opens(target.doctor, b"<m>rest</m>")


def test_the_owner_is_stopped_too_and_sees_it_all(target: Target) -> None:
    digest, _, document = target.document(target.record)
    target.put(digest, ALTERED["a bit of the ciphertext"](document), cover=True)
    target.is_stopped(target.owner)
    target.is_stopped(target.doctor)
    history = target.owner.ok("activity")
    told = [one for one in history["events"] if one["type"] == "integrity"]
    assert history["verified"] is True
    assert len(told) == target.integrity_events() >= 2
    assert told[-1]["who"] in (target.doctor.login, target.member(target.doctor))


def test_a_changed_wrapped_key_stops_the_owner(target: Target) -> None:
    """No manifest covers it, so the doctor is not concerned; the owner must notice."""
    digest, _, document = target.document(target.record)
    first = in_value(WRAPPED, 0, lambda octets: flip(octets, 9))
    both = in_value(WRAPPED, 1, lambda octets: flip(octets, 9))(first(document))
    target.put(digest, both, cover=True)
    target.is_stopped(target.owner)
    target.is_stopped(target.owner, "personal")
    target.opens(target.doctor, b"<m>rest</m>")


def test_two_records_documents_swapped(target: Target) -> None:
    first, second = target.document(target.record), target.document(target.other)
    target.put(first[0], second[2], cover=True)
    target.put(second[0], first[2], cover=True)
    target.is_stopped(target.doctor)


def test_another_record_under_this_ones_name(target: Target) -> None:
    first, second = target.document(target.record), target.document(target.other)
    target.put(first[0], second[2], cover=True)
    sql = f"UPDATE {DOCUMENT} SET manifest = %s WHERE digest = %s"
    target.databases.execute("cloud", sql, second[1], first[0])
    target.is_stopped(target.doctor)


def test_a_changed_manifest(target: Target) -> None:
    digest, manifest, _ = target.document(target.record)
    head, payload, signature = manifest.split(".")
    forged = ".".join(
        (head, payload, signature[:-4] + ("AAAA" if signature[-4:] != "AAAA" else "BBBB"))
    )
    sql = f"UPDATE {DOCUMENT} SET manifest = %s WHERE digest = %s"
    target.databases.execute("cloud", sql, forged, digest)
    target.is_stopped(target.doctor)


def test_a_deleted_document(target: Target) -> None:
    digest = target.document(target.record)[0]
    target.databases.execute("cloud", f"DELETE FROM {DOCUMENT} WHERE digest = %s", digest)
    target.is_stopped(target.doctor)
    target.is_stopped(target.owner)


def test_rolled_back(system: System) -> None:
    target = tampering.made(system)
    old = target.document(target.record)
    tampering.deposit_version(target, 2, {"medical": b"<m>later</m>", "personal": b"<p>Ada</p>"})
    new = target.document(target.record)
    assert new[0] != old[0]
    target.opens(target.doctor, b"<m>later</m>")
    with kept(target.databases, "cloud", DOCUMENT):
        target.put(new[0], old[2], cover=True)
        target.is_stopped(target.doctor)
        sql = f"UPDATE {DOCUMENT} SET manifest = %s WHERE digest = %s"
        target.databases.execute("cloud", sql, old[1], new[0])
        target.is_stopped(target.doctor)
    rolled_back_by_the_nodes(target)
    target.opens(target.doctor, b"<m>later</m>")


def rolled_back_by_the_nodes(target: Target) -> None:
    """A node that forgets version 2 is caught by whoever has seen it."""
    tables = ("srs_rparameter", "srs_version", "srs_record")
    with kept(target.databases, "srs", *tables):
        newest = "(SELECT id FROM (SELECT MAX(id) AS id FROM srs_version) AS newest)"
        target.databases.execute("srs", f"DELETE FROM srs_rparameter WHERE version_id = {newest}")
        target.databases.execute("srs", f"DELETE FROM srs_version WHERE id = {newest}")
        target.databases.execute("srs", "UPDATE srs_record SET head = 1 WHERE head = 2")
        target.is_stopped(target.doctor)


@pytest.fixture(scope="module")
def holder(system: System) -> Target:
    """An owner with one record that has an original of three chunks."""
    owner = system.join()
    record = owner.ok("deposit", str(SAMPLES / "ccda_ccd_hl7_medium.xml"))["record"]
    return Target(system, owner, owner, record, record)


def export_is_stopped(holder: Target) -> None:
    """Exit 4, an event, and no octet of the original."""
    before, folder = holder.integrity_events(), holder.system.output()
    holder.owner.fails(4, "export", "--output", str(folder))
    assert holder.integrity_events() > before
    assert not [path for path in (folder / holder.record).rglob("original/*") if path.is_file()]
    assert not list(folder.rglob(".*"))


@pytest.mark.parametrize("what", ATTACHED)
def test_a_changed_attachment(holder: Target, what: str) -> None:
    blob = tampering.blob_of(holder, holder.record)
    octets = blob.read_bytes()
    assert len(octets) > 2 * 65552
    try:
        blob.write_bytes(ATTACHED[what](octets))
        export_is_stopped(holder)
    finally:
        blob.write_bytes(octets)


def test_a_missing_attachment(holder: Target) -> None:
    blob = tampering.blob_of(holder, holder.record)
    away = Path(f"{blob}.away")
    blob.rename(away)
    try:
        export_is_stopped(holder)
    finally:
        away.rename(blob)
    holder.owner.ok("export", "--output", str(holder.system.output()))
