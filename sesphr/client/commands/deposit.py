"""Depositing a file, or partitions that were split already."""

from argparse import Namespace
from collections.abc import Mapping
from typing import Any

from sesphr.client import again, elements, importer, sources
from sesphr.client.app import Answer, App
from sesphr.client.commands.names import identifier
from sesphr.client.commands.names import partitions as check_names
from sesphr.client.contents import Content, of_file, read_file
from sesphr.client.depositing import deposit as send
from sesphr.client.errors import FileNotAccepted, RefusedError, UsageError
from sesphr.client.registration import ORIGINAL, OWNER
from sesphr.client.sealing import MEDIA_TYPES, Deposit, Original
from sesphr.client.session import Session


def deposit(app: App, options: Namespace) -> Answer:
    """Deposit FILE split by the importer, or `--partition NAME=FILE` as they are."""
    if bool(options.file) == bool(options.partition):
        raise UsageError("Give one file, or --partition NAME=FILE once or more often.")
    record = identifier(options.record, "record") if options.record else None
    if options.file:
        return _deposit_file(app, options.file, record)
    return _deposit_partitions(app, options.partition, record)


class _Place:
    """Where a deposit goes: a record's next version, or a new record with a note of earlier ones."""

    def __init__(
        self, who: Session, record: str | None, partitions: Mapping[str, bytes], *, imported: bool
    ) -> None:
        self._who, self._record, self._partitions = who, record, partitions
        self._imported = imported
        self.notes: list[str] = []
        self.counts: dict[str, int] = {}

    def __call__(self) -> again.Next | None:
        if self._record is None:
            self.notes += again.notes(self._who, self._partitions) if self._imported else []
            return None
        made = again.next_import if self._imported else again.next_version
        found = made(self._who, self._record, self._partitions)
        self.counts = found.counts
        return found


def _inputs(record: str | None, inputs: dict[str, Content]) -> dict[str, Content]:
    return {**inputs, "record": record.encode()} if record else inputs


def _answer(data: dict[str, Any], place: _Place, notes: list[str]) -> Answer:
    version = f"version {data['version']} of " if data["version"] > 1 else ""
    lines = [f"Deposited {version}record {data['record']}", *_sizes(data["partitions"])]
    if place.counts:
        lines.append(f"Compared with the version before: {again.sentence(place.counts)}")
        data = {**data, "compared": place.counts}
    return Answer(data, lines, notes=[*notes, *place.notes])


def inspect(options: Namespace) -> Answer:
    """Tell what depositing FILE would make of it, without server and HOME; nothing is kept."""
    found = importer.split(of_file(options.file))
    number = sum(map(len, found.attachments.values()))
    data = {
        "format": found.format, "partitions": found.counts, "attachments": number,
        "warnings": found.warnings,
    }  # fmt: skip
    lines = [f"Format: {found.format}", *map(_kinds, found.counts.items())]
    lines += [f"  {one.name}: {one.size} bytes, {one.media_type}" for one in _files(found)]
    return Answer(data, lines, [] if options.json else found.warnings)


def _kinds(counted: tuple[str, dict[str, int]]) -> str:
    name, kinds = counted
    return f"  {name}: {', '.join(f'{number} {kind}' for kind, number in kinds.items())}"


def _files(found: importer.Imported) -> list[importer.Attached]:
    return [one for files in found.attachments.values() for one in files]


def _deposit_file(app: App, path: str, record: str | None) -> Answer:
    content = of_file(path)
    found = importer.split(content)
    kind = MEDIA_TYPES.get(found.format, "application/octet-stream")
    original = Original.of(path, kind, content)
    deposited = Deposit(found.partitions, found.attachments, original)
    with app.signed_in() as who:
        _require_owner(who)
        inputs = _inputs(record, {"file": content, "name": original.name.encode()})
        place = _Place(who, record, found.partitions, imported=True)
        data = send(who, inputs, deposited, place)
        sources.remember(who, data["record"], data["version"], found.partitions)
    return _answer(data, place, found.warnings)


def _deposit_partitions(app: App, pairs: list[str], record: str | None) -> Answer:
    partitions: dict[str, bytes] = {}
    notes: list[str] = []
    for name, path in _named(pairs).items():
        partitions[name] = _element(name, path, notes)
    with app.signed_in() as who:
        _require_owner(who)
        named: dict[str, Content] = {
            f"partition {name}": octets for name, octets in partitions.items()
        }
        place = _Place(who, record, partitions, imported=False)
        data = send(who, _inputs(record, named), Deposit(partitions), place)
    return _answer(data, place, notes)


def _named(pairs: list[str]) -> dict[str, str]:
    """Each partition's path."""
    found: dict[str, str] = {}
    for pair in pairs:
        name, _, path = pair.partition("=")
        if not path or name in found:
            raise UsageError("Give each partition once, as --partition NAME=FILE.")
        check_names([name])
        if name == ORIGINAL:
            raise UsageError("The partition `original` is made from whole files only.")
        found[name] = path
    return found


def _require_owner(who: Session) -> None:
    if who.me.role != OWNER:
        raise RefusedError("Only owners deposit records.", code="not-owner")


def _element(name: str, path: str, notes: list[str]) -> bytes:
    """The element of a file; what was left out around it goes to the notes."""
    try:
        element, left_out = elements.bare(read_file(path))
    except elements.Unfit as error:
        raise FileNotAccepted(f"{path} cannot be partition {name}: {error}") from None
    if left_out:
        notes.append(
            f"{name}: sealed without what stands around the element: {', '.join(left_out)}."
        )
    return element


def _sizes(partitions: dict[str, int]) -> list[str]:
    return [f"  {name}: {size} bytes" for name, size in partitions.items()]
