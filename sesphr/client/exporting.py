"""Exporting: everything of one's own in plain, with the keys that open it without SeSPHR."""

import hashlib
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from sesphr.client.access import Opening, ask
from sesphr.client.answers import RecordView
from sesphr.client.errors import IntegrityError
from sesphr.client.files import output_folder, safe_name, write_atomically, write_stream
from sesphr.client.opening import Opened, open_record, reporting
from sesphr.client.people import Person
from sesphr.client.registration import ORIGINAL
from sesphr.client.session import Session
from sesphr.crypto.attachments import open_stream
from sesphr.crypto.document import PHR
from sesphr.crypto.encoding import b64u_decode

ENCRYPTED = "encrypted"


def export_keys(session: Session, person: Person, folder: Path) -> None:
    """Write keys.json: w_P,c of every registered partition and epoch, in hex."""
    keys: dict[str, dict[str, str]] = {}
    for name, epoch in sorted(person.partitions):
        keys.setdefault(name, {})[str(epoch)] = session.keys.partition(name, epoch).wrap.hex()
    octets = json.dumps({"partitions": keys}, indent=1).encode()
    write_atomically(folder / "keys.json", octets)


def export_record(session: Session, view: RecordView, output: Path) -> dict[str, Any]:
    """Write one record: partitions, originals, encrypted document and manifest; what was written.

    Raises:
        IntegrityError: something is missing, or not what was sealed; then nothing of the
            record is written that is not.
    """
    opening, opened = _opened_whole(session, view)
    folder = output_folder(output / view.record)
    for name, plaintext in opened.plaintexts.items():
        write_atomically(folder / f"{name}.xml", plaintext)
    # Partitions have names of their owners' choice, so what is not one lies apart.
    encrypted = output_folder(folder / ENCRYPTED)
    write_atomically(encrypted / "document.xml", opened.document or b"")
    write_atomically(encrypted / "manifest.jws", opened.manifest.encode())
    originals = _export_originals(session, opening, opened, folder)
    sizes = {name: len(text) for name, text in opened.plaintexts.items() if name != ORIGINAL}
    return {"record": view.record, "partitions": sizes, "originals": originals}


def _opened_whole(session: Session, view: RecordView) -> tuple[Opening, Opened]:
    """A record with every partition that its signed manifest names."""
    if not view.partitions:
        raise IntegrityError(f"STOP: the server lists no partition of your record {view.record}.")
    opening = ask(session, view.record, view.partitions)
    opened = open_record(session, opening)
    if (opening.owner, opening.version) != (session.me.id, view.version):
        raise IntegrityError(
            f"STOP: the key servers know your record {view.record} otherwise than the list."
        )
    missing = set(opened.payload["partitions"]) - set(opened.plaintexts)
    if missing:
        raise IntegrityError(
            f"STOP: the server left out {', '.join(sorted(missing))} of your record {view.record}."
        )
    return opening, opened


def _export_originals(
    session: Session, opening: Opening, opened: Opened, folder: Path
) -> dict[str, int]:
    entries = {
        (name, one["id"]): one
        for name in opened.keys
        for one in opened.payload["partitions"][name]["attachments"]
    }
    described = _described(opened.plaintexts.get(ORIGINAL))
    written: dict[str, int] = {}
    for (partition, identifier), entry in entries.items():
        told = described.get(identifier, {}) if partition == ORIGINAL else {}
        name = _free_name(safe_name(told.get("name", identifier)), written)
        target = output_folder(folder / ORIGINAL) / name
        with reporting(session, opening, "attachment", partition):
            written[name] = _fetch(session, opening, entry, opened.keys[partition], target, told)
    return written


def _fetch(
    session: Session, opening: Opening, entry: dict[str, Any], key: bytes, target: Path,
    told: dict[str, str],
) -> int:  # fmt: skip
    """Stream one attachment to its file; it appears only when size, root and digest hold."""
    path, digest = f"/attachments/{entry['id']}/content", hashlib.sha256()
    with session.api.stream(path, request=opening.request, tickets=opening.tickets) as chunks:
        plain = open_stream(key, entry["id"], chunks, entry["size"], b64u_decode(entry["root"], 32))

        def noted() -> Any:
            for piece in plain:
                digest.update(piece)
                yield piece
            if told and digest.hexdigest() != told.get("sha256"):
                raise IntegrityError("STOP: the original file is not the one that was deposited.")

        return write_stream(target, noted())


def _described(element: bytes | None) -> dict[str, dict[str, str]]:
    """What the partition `original` says of each attachment."""
    if element is None:
        return {}
    # The kernel checked the element: no DOCTYPE, hence no entity, and bounded depth.
    root = ET.fromstring(element)  # noqa: S314
    found = root.findall(f"{{{PHR}}}original")
    return {one.get("attachment", ""): dict(one.attrib) for one in found}


def _free_name(name: str, taken: dict[str, int]) -> str:
    found, number = name, 1
    while found in taken:
        number += 1
        found = f"{number}-{name}"
    return found
