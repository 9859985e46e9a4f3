"""Exporting: everything of one's own in plain, with the keys that open it without SeSPHR."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from sesphr.client.access import Opening, ask, require_all
from sesphr.client.answers.records import RecordView
from sesphr.client.attached import Told, fetch, write_files
from sesphr.client.errors import IntegrityError
from sesphr.client.files import output_folder, write_atomically
from sesphr.client.opening import Opened, open_record, reporting
from sesphr.client.people import Person
from sesphr.client.registration import ORIGINAL
from sesphr.client.session import Session
from sesphr.crypto.document import PHR

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
    if opened.accept is not None:
        # Its wrapped keys are here, not in the document.
        write_atomically(encrypted / "accept.jws", opened.accept.encode())
    originals = _export_originals(session, opening, opened, folder)
    sizes = {name: len(text) for name, text in opened.plaintexts.items() if name != ORIGINAL}
    files = write_files(session, opening, opened, folder)
    return {"record": view.record, "partitions": sizes, "originals": originals, "files": files}


def _opened_whole(session: Session, view: RecordView) -> tuple[Opening, Opened]:
    """A record with every partition that its signed manifest names."""
    if not view.partitions:
        raise IntegrityError(f"STOP: the server lists no partition of your record {view.record}.")
    opening = ask(session, view.record, view.partitions)
    opened = open_record(session, opening, owner=session.me.id)
    if opening.version != view.version:
        raise IntegrityError(
            f"STOP: the key nodes know your record {view.record} otherwise than the list."
        )
    require_all(opening)
    missing = set(opened.payload["partitions"]) - set(opened.plaintexts)
    if missing:
        raise IntegrityError(
            f"STOP: the server left out {', '.join(sorted(missing))} of your record {view.record}."
        )
    return opening, opened


def _export_originals(
    session: Session, opening: Opening, opened: Opened, folder: Path
) -> dict[str, int]:
    if ORIGINAL not in opened.keys:
        return {}
    described = _described(opened.plaintexts[ORIGINAL])
    written: dict[str, int] = {}
    for entry in opened.payload["partitions"][ORIGINAL]["attachments"]:
        told = described.get(entry["id"], Told(entry["id"]))
        target = output_folder(folder / ORIGINAL)
        with reporting(session, opening, "attachment", ORIGINAL):
            path = fetch(session, opening, entry, opened.keys[ORIGINAL], target, told)
        written[path.name] = path.stat().st_size
    return written


def _described(element: bytes) -> dict[str, Told]:
    """What the partition `original` says of each attachment."""
    # The kernel checked the element: no DOCTYPE, hence no entity, and bounded depth.
    root = ET.fromstring(element)  # noqa: S314
    return {
        one.get("attachment", ""): Told(one.get("name", ""), one.get("sha256", ""))
        for one in root.findall(f"{{{PHR}}}original")
    }
