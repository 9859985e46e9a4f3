"""Depositing a file, or partitions that were split already."""

from argparse import Namespace
from pathlib import Path

from sesphr.client import importer
from sesphr.client.app import Answer, App
from sesphr.client.commands.names import partitions as check_names
from sesphr.client.depositing import deposit as send
from sesphr.client.errors import FileNotAccepted, RefusedError, UsageError
from sesphr.client.registration import ORIGINAL, OWNER
from sesphr.client.sealing import MEDIA_TYPES, Original
from sesphr.client.session import Session
from sesphr.crypto.document import check_element
from sesphr.crypto.errors import OpenError

MAX_FILE = 64 * 2**20


def deposit(app: App, options: Namespace) -> Answer:
    """Deposit FILE split by the importer, or `--partition NAME=FILE` as they are."""
    if bool(options.file) == bool(options.partition):
        raise UsageError("Give one file, or --partition NAME=FILE once or more often.")
    if options.file:
        return _deposit_file(app, options.file)
    return _deposit_partitions(app, options.partition)


def _deposit_file(app: App, path: str) -> Answer:
    octets = read_file(path)
    found = importer.split(octets)
    original = Original.of(path, MEDIA_TYPES.get(found.format, "application/octet-stream"), octets)
    with app.signed_in() as who:
        _require_owner(who)
        data = send(
            who, {"file": octets, "name": original.name.encode()}, found.partitions, original
        )
    lines = [f"Deposited record {data['record']}", *_sizes(data["partitions"])]
    return Answer(data, lines, notes=found.warnings)


def _deposit_partitions(app: App, pairs: list[str]) -> Answer:
    partitions = {}
    for pair in pairs:
        name, separator, path = pair.partition("=")
        if not separator or name in partitions:
            raise UsageError("Give each partition once, as --partition NAME=FILE.")
        check_names([name])
        if name == ORIGINAL:
            raise UsageError("The partition `original` is made from whole files only.")
        partitions[name] = _element(name, path)
    with app.signed_in() as who:
        _require_owner(who)
        inputs = {f"partition {name}": octets for name, octets in partitions.items()}
        data = send(who, inputs, partitions, None)
    return Answer(data, [f"Deposited record {data['record']}", *_sizes(data["partitions"])])


def _require_owner(who: Session) -> None:
    if who.me.role != OWNER:
        raise RefusedError("Only owners deposit records.", code="not-owner")


def _element(name: str, path: str) -> bytes:
    try:
        return check_element(read_file(path))
    except OpenError:
        raise FileNotAccepted(
            f"{path} cannot be partition {name}: it must be one well-formed XML element in UTF-8, "
            "with nothing before or after it, no DOCTYPE, at most 64 deep."
        ) from None


def read_file(path: str) -> bytes:
    """A file's octets, at most 64 MiB.

    Raises:
        UsageError: it cannot be read. FileNotAccepted: it is too large.
    """
    try:
        with Path(path).open("rb") as file:
            octets = file.read(MAX_FILE + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a usable path"
        raise UsageError(f"{path} cannot be read: {reason}.") from error
    if len(octets) > MAX_FILE:
        raise FileNotAccepted(f"{path} is larger than 64 MiB.")
    return octets


def _sizes(partitions: dict[str, int]) -> list[str]:
    return [f"  {name}: {size} bytes" for name, size in partitions.items()]
