"""Sending an attachment's cipher octets: small ones at once, others piece by piece.

What has arrived the server says, so whoever sends the same file again, after a lost
connection or in another process, goes on where it stands. Whether it arrived whole is
decided by the root that was sealed, never by what the server counts.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field

from sesphr.client.answers.records import Attachment
from sesphr.client.errors import ConflictError, IntegrityError, ServerError, UsageError
from sesphr.client.http import Api

# What is larger than this goes in pieces of this size.
PIECE = 4 * 2**20
BLOCK = 65536
# How often in a row the server may say that nothing new has arrived.
PATIENCE = 5
# Something else lies at the server under this id.
ELSE = ("other-octets", "out-of-step")
KIND = {"Content-Type": "application/octet-stream"}


class Arrived(BaseModel):
    """How many octets of an attachment are at the server."""

    received: int = Field(ge=0)


def send(api: Api, path: Path, entry: dict[str, Any]) -> None:
    """Send a sealed file as the attachment that a manifest's entry (id, size, root) describes.

    Raises:
        ClientError: as the server says; what arrived stays there for the next try.
        IntegrityError: the cloud stored, or holds under this name, something else.
    """
    try:
        large = entry["size"] > PIECE
        stored = _in_pieces(api, path, entry) if large else _whole(api, path, entry)
    except ConflictError as error:
        raise IntegrityError("The cloud holds another file under a fresh name.") from error
    if (stored.size, stored.root) != (entry["size"], entry["root"]):
        raise IntegrityError("The cloud stored another file than the one that was sent.")


def _blocks(path: Path, offset: int, length: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(offset)
        while block := file.read(min(BLOCK, length)):
            length -= len(block)
            yield block


def _body(path: Path, offset: int, length: int) -> dict[str, Any]:
    """Octets of a file, read anew for each attempt, in constant memory."""
    headers = {**KIND, "Content-Length": str(length)}
    return {"content": _blocks(path, offset, length), "headers": headers}


def _whole(api: Api, path: Path, entry: dict[str, Any]) -> Attachment:
    where = f"/attachments/{entry['id']}"
    return api.send(Attachment, "PUT", where, lambda: _body(path, 0, entry["size"]))


def _in_pieces(api: Api, path: Path, entry: dict[str, Any]) -> Attachment:
    where = f"/attachments/{entry['id']}/upload"
    try:
        return _sent(api, where, path, entry)
    except UsageError as error:
        if error.code not in ELSE:
            raise
    # Damaged on its way, or begun by something else: once more, from the beginning.
    api.send(Arrived, "DELETE", where, dict)
    try:
        return _sent(api, where, path, entry)
    except UsageError as error:
        if error.code not in ELSE:
            raise
        raise IntegrityError("Other octets arrive at the cloud than were sent, twice.") from error


def _sent(api: Api, where: str, path: Path, entry: dict[str, Any]) -> Attachment:
    """Send what has not arrived, and have the attachment made of it."""
    there, idle = api.get(Arrived, where).received, 0
    while there < entry["size"]:
        now = _one_piece(api, where, path, there, entry["size"])
        idle = 0 if now > there else idle + 1
        if idle > PATIENCE:
            raise ServerError("The server does not keep what is sent to it. Try again later.")
        there = now
    return api.post(Attachment, where, size=entry["size"], root=entry["root"])


def _one_piece(api: Api, where: str, path: Path, offset: int, size: int) -> int:
    """Send the piece at an offset; how much has arrived then."""
    length = min(PIECE, size - offset)

    def body() -> dict[str, Any]:
        return {**_body(path, offset, length), "params": {"offset": offset, "total": size}}

    try:
        return api.send(Arrived, "PATCH", where, body).received
    except ConflictError:
        # An answer that was lost, or another command that sends the same: the server knows.
        return api.get(Arrived, where).received
