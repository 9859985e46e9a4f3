"""The routes for attachments: stored whole or piece by piece, read whole or in part."""

import errno
import logging
import re
from collections.abc import Iterator
from typing import Annotated
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, StreamingHttpResponse
from ninja import Query, Router

from phr import schemas
from phr.routing import answers, asker
from phr.services import deposits, opening
from sesphr.crypto.encoding import b64u_decode, b64u_encode
from sesphr.ports.cloudstore import WHOLE, AttachmentOctets, Span, StoredAttachment
from sesphr.ports.errors import PortError
from sesphr.web.auth import authorised_auth
from sesphr.web.bodies import OCTETS, check, length_of
from sesphr.web.problems import Problem, ProblemOut

logger = logging.getLogger("sesphr.api")

router = Router(auth=authorised_auth, tags=["attachments"])
CHUNK = 64 * 1024
BINARY = {"content": {OCTETS: {"schema": {"type": "string", "format": "binary"}}}}
BODY = {"requestBody": {**BINARY, "required": True}}
RANGE = re.compile(r"bytes=(?:([0-9]{1,15})-([0-9]{0,15})|-([0-9]{1,15}))")
PARAMETER = {
    "name": "Range", "in": "header", "required": False,
    "schema": {"type": "string", "pattern": "^bytes=([0-9]{1,15}-[0-9]{0,15}|-[0-9]{1,15})$"},
}  # fmt: skip


def _chunks(request: HttpRequest) -> Iterator[bytes]:
    """The body in pieces; one that breaks off is no body, or a retry would find its id taken."""
    missing = length_of(request)
    while chunk := request.read(CHUNK):
        missing -= len(chunk)
        yield chunk
    if missing:
        raise Problem(400, "invalid", "The body broke off; send it again.")


def _measured(stored: StoredAttachment) -> schemas.AttachmentOut:
    return schemas.AttachmentOut(size=stored.size, root=b64u_encode(stored.root))


@router.put(
    "/{uuid:attachment}",
    response=answers(schemas.AttachmentOut, 409, 429),
    openapi_extra=BODY,
)
def put_attachment(request: HttpRequest, attachment: UUID) -> schemas.AttachmentOut:
    """Store an attachment's cipher octets; a manifest must refer to them within a day."""
    check(request, OCTETS, settings.SESPHR_MAX_WHOLE)
    member = asker(request, "deposit:member")
    return _measured(
        deposits.put_attachment(by=member, attachment=str(attachment), chunks=_chunks(request))
    )


@router.get("/{uuid:attachment}/upload", response=answers(schemas.UploadOut, 429))
def received(request: HttpRequest, attachment: UUID) -> schemas.UploadOut:
    """How many octets have arrived: 0 where nothing is there, all when it is stored."""
    member = asker(request, "upload:member")
    return schemas.UploadOut(received=deposits.received(by=member, attachment=str(attachment)))


@router.patch(
    "/{uuid:attachment}/upload",
    response=answers(schemas.UploadOut, 409, 429),
    openapi_extra=BODY,
)
def append(
    request: HttpRequest,
    attachment: UUID,
    offset: Annotated[int, Query(ge=0, lt=2**53)],
    total: Annotated[int | None, Query(ge=1, lt=2**53)] = None,
) -> schemas.UploadOut:
    """Add cipher octets after the first `offset` ones; any cut will do, at most 8 MiB a call.

    `total` says how many there will be. What arrived is kept for three days after the last piece.
    """
    check(request, OCTETS, settings.SESPHR_MAX_PIECE)
    member = asker(request, "upload:member")
    octets = b"".join(_chunks(request))
    now = deposits.append(
        by=member, attachment=str(attachment), offset=offset, octets=octets, total=total
    )
    return schemas.UploadOut(received=now)


@router.post("/{uuid:attachment}/upload", response=answers(schemas.AttachmentOut, 409, 429))
def finish(request: HttpRequest, attachment: UUID, sent: schemas.UploadIn) -> schemas.AttachmentOut:
    """Store what arrived, if size and root are these; a manifest must refer to it within a day."""
    member = asker(request, "deposit:member")
    return _measured(
        deposits.finish(
            by=member, attachment=str(attachment), size=sent.size, root=b64u_decode(sent.root, 32)
        )
    )


@router.delete("/{uuid:attachment}/upload", response=answers(schemas.UploadOut, 429))
def discard(request: HttpRequest, attachment: UUID) -> schemas.UploadOut:
    """Throw away what arrived and was not finished."""
    member = asker(request, "upload:member")
    deposits.discard(by=member, attachment=str(attachment))
    return schemas.UploadOut(received=deposits.received(by=member, attachment=str(attachment)))


@router.post(
    "/{uuid:attachment}/content",
    response={416: ProblemOut, 502: ProblemOut},
    openapi_extra={
        "parameters": [PARAMETER],
        "responses": {
            200: {"description": "cipher octets", **BINARY},
            206: {"description": "the cipher octets of the Range", **BINARY},
        },
    },
)
def content(
    request: HttpRequest, attachment: UUID, sent: schemas.AttachmentIn
) -> StreamingHttpResponse:
    """An attachment's cipher octets, for the tickets of an access answer; one Range of them."""
    asked = request.headers.get("Range")
    found = opening.open_attachment(
        by=asker(request),
        request=sent.request,
        tickets=sent.tickets,
        attachment=str(attachment),
        span=WHOLE if asked is None else _span(asked),
    )
    return _streamed(found, partial=asked is not None)


def _span(text: str) -> Span:
    """The one range of octets that a Range header names.

    Raises:
        Problem: 416.
    """
    match = RANGE.fullmatch(text)
    if match is None:
        raise Problem(416, "range", "Ask for one range, as bytes=0-65535.")
    first, last, length = match.groups()
    if first is None:
        return Span(None, int(length))
    return Span(int(first), int(last) if last else None)


def _streamed(found: AttachmentOctets, *, partial: bool) -> StreamingHttpResponse:
    headers = {"Accept-Ranges": "bytes", "Content-Length": str(found.last + 1 - found.first)}
    if partial:
        headers["Content-Range"] = f"bytes {found.first}-{found.last}/{found.size}"
    return StreamingHttpResponse(
        _cut_short(found.chunks),
        status=206 if partial else 200,
        content_type=OCTETS,
        headers=headers,
    )


def _cut_short(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The chunks; what fails when the answer has begun ends the connection before its length."""
    try:
        yield from chunks
    except PortError as error:
        logger.error("attachment broken off: %s", error.code)
        raise ConnectionResetError(errno.ECONNRESET, "broken off") from None
