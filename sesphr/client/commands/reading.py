"""Listing, opening and exporting records."""

import re
from argparse import Namespace
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sesphr.client import exporting, folders, inventory, visiting
from sesphr.client.access import PURPOSE, Opening, ask
from sesphr.client.answers.records import RecordView
from sesphr.client.app import Answer, App
from sesphr.client.attached import FOLDER, write_files
from sesphr.client.commands.names import identifier
from sesphr.client.commands.names import partitions as check_names
from sesphr.client.errors import ClientError, NotNowError, RefusedError, UsageError, told
from sesphr.client.files import output_folder, write_atomically
from sesphr.client.listing import listed
from sesphr.client.opening import open_record
from sesphr.client.registration import DEFAULT_PARTITIONS, ORIGINAL, OWNER
from sesphr.client.session import Session, checked_login, member_of
from sesphr.client.times import iso

WORD = re.compile(r"[a-z0-9-]{1,32}")


def records(app: App, options: Namespace) -> Answer:
    """List own records as an owner, otherwise those of which something may be read."""
    with app.signed_in() as who:
        owner = who.me.id if who.me.role == OWNER else None
        if options.owner:
            owner = member_of(who, checked_login(options.owner))
        _begin(who, owner, options.code)
        found = listed(who, owner)
    shown = [_record(view, mine=view.owner == who.me.id) for view in found]
    return Answer({"records": shown}, [_line(one) for one in shown] or ["No records."])


def _begin(who: Session, owner: str | None, code: str | None) -> None:
    """Give the owner's code before anything else, if there is one."""
    if code is None:
        return
    if owner is None:
        raise UsageError("Name with --owner whose code it is.")
    visiting.with_code(who, owner, code)


def _record(view: RecordView, *, mine: bool) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "record": view.record, "owner": view.owner, "owner_name": view.owner_name,
        "version": view.version, "date": iso(view.date),
        "partitions": [name for name in view.partitions if name != ORIGINAL],
    }  # fmt: skip
    return {**shown, "original": ORIGINAL in view.partitions} if mine else shown


def _line(one: dict[str, Any]) -> str:
    return f"{one['record']}  {one['date']}  {one['owner_name']}  {', '.join(one['partitions'])}"


def open_(app: App, options: Namespace) -> Answer:
    """Open partitions of a record into a folder, one file each, written only when all are right."""
    record, named = identifier(options.record, "record"), check_names(options.partition)
    given = None if options.purpose is None else _purpose(options.purpose)
    with app.signed_in() as who:
        owner = member_of(who, checked_login(options.owner)) if options.owner else None
        _begin(who, owner, options.code)
        view = next((one for one in listed(who, owner) if one.record == record), None)
        wanted = named or _readable(view)
        opening = _ask(who, record, wanted, given or _purpose_of(view))
        # What waits for its owner's answer is in no list of records.
        meant, proposed = owner or (view.owner if view else None), view is None
        opened = open_record(who, opening, owner=meant, proposed=proposed)
        folder = output_folder(Path(options.output))
        notes = folders.noted(who.folder, folder, record)
        sizes, failure = _written(folder, opened.plaintexts)
        files = write_files(who, opening, opened, folder) if failure is None else {}
    if opened.proposed:
        notes = [
            *notes,
            "Not part of your record: somebody added this, and you have not accepted it.",
        ]
    refused = [name for name in wanted if name not in (*opened.plaintexts, *opening.away)]
    data = {
        "record": record, "owner": opening.owner, "opened": sizes, "files": files,
        "refused": refused, "away": opening.away, "version": opening.version,
    }  # fmt: skip
    lines = [f"{folder / name}.xml  {size} bytes" for name, size in sizes.items()]
    lines += [
        f"{folder / (name + FOLDER) / file}  {size} bytes"
        for name, found in files.items() for file, size in found.items()
    ]  # fmt: skip
    if refused:
        lines.append(f"Not opened: {', '.join(refused)}")
    if opening.away:
        lines.append(f"Cannot be opened right now: {', '.join(opening.away)}")
        failure = failure or NotNowError()
    return Answer(data, lines, notes, failure=failure or _refusal(named, refused))


def _written(folder: Path, texts: dict[str, bytes]) -> tuple[dict[str, int], ClientError | None]:
    """Sizes of the files that were written, and what stopped the rest."""
    sizes: dict[str, int] = {}
    try:
        for name, text in texts.items():
            write_atomically(folder / f"{name}.xml", text)
            sizes[name] = len(text)
    except (OSError, KeyboardInterrupt) as error:
        return sizes, told(error)
    return sizes, None


def _ask(who: Session, record: str, wanted: list[str], purpose: str) -> Opening:
    try:
        return ask(who, record, wanted, purpose)
    except RefusedError as error:
        error.answer = {"record": record, "opened": {}, "refused": wanted}
        raise
    except NotNowError as error:
        error.answer = {"record": record, "opened": {}, "away": wanted}
        raise


def _purpose(text: str) -> str:
    if not WORD.fullmatch(text):
        raise UsageError("--purpose must be 1 to 32 of a-z, 0-9 and hyphens.")
    return text


def _purpose_of(view: RecordView | None) -> str:
    """What an opening says; of the list's words only that it is what clinicians signed for counts."""
    return visiting.EMERGENCY if view and view.purpose == visiting.EMERGENCY else PURPOSE


def _readable(view: RecordView | None) -> list[str]:
    """What the list shows of a record; the default partitions where it shows nothing."""
    if view is None:
        return list(DEFAULT_PARTITIONS)
    return [name for name in view.partitions if name != ORIGINAL] or [ORIGINAL]


def _refusal(named: list[str], refused: list[str]) -> RefusedError | None:
    if not named or not refused:
        return None
    return RefusedError(f"Refused: {', '.join(refused)}.")


def export(app: App, options: Namespace) -> Answer:
    """Write all own records in plain, original files as they were, and the keys."""
    with app.signed_in() as who:
        if who.me.role != OWNER:
            raise RefusedError("Only owners have records to export.", code="not-owner")
        person, found = who.registered(), inventory.complete(who)
        folder = output_folder(Path(options.output))
        exporting.export_keys(who, person, folder)
        done, failure = _exported(who, found.views, folder)
    data = {"output": str(folder), "records": done, "keys": str(folder / "keys.json")}
    lines = [f"Exported {len(done)} records to {folder}. Keep keys.json secret."]
    notes = [f"Not acknowledged yet, deposit it again: record {one}." for one in found.waiting]
    return Answer(data, lines, notes, failure=failure)


def _exported(
    who: Session, views: Iterable[RecordView], folder: Path
) -> tuple[list[dict[str, Any]], ClientError | None]:
    """The records that were written, and what stopped the rest."""
    done: list[dict[str, Any]] = []
    try:
        for view in views:
            done.append(exporting.export_record(who, view, folder))  # noqa: PERF401 -- kept on failure
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 -- told with what was done
        return done, told(error)
    return done, None
