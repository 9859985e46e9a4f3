"""The portal's routes for records, sharing, opening and activity: parse, call, answer."""

from collections.abc import Iterator
from typing import Annotated
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, StreamingHttpResponse
from ninja import File, Form, Router, UploadedFile
from pydantic import Field

from accounts import ratelimits
from phr import schemas, selectors
from phr.models import KeyRequest
from phr.relay import nodes
from phr.services import deposits, opening, sharing
from sesphr.adapters import get_log
from sesphr.crypto import statements
from sesphr.crypto.encoding import b64u_encode
from sesphr.web.auth import member_auth, require_authorised
from sesphr.web.problems import Problem, ProblemOut

PROBLEMS = frozenset({401, 403, 404, 409, 413, 422, 429, 502, 503})
router = Router(auth=member_auth)
CHUNK = 64 * 1024
OCTETS = {"schema": {"type": "string", "format": "binary"}}


def answers(model: object) -> dict[object, object]:
    """A route's answers: its own, or a problem document."""
    return {200: model, PROBLEMS: ProblemOut}


def _chunks(request: HttpRequest) -> Iterator[bytes]:
    while chunk := request.read(CHUNK):
        yield chunk


@router.put(
    "/attachments/{uuid:attachment}",
    response=answers(schemas.AttachmentOut),
    openapi_extra={
        "requestBody": {"content": {"application/octet-stream": OCTETS}, "required": True}
    },
)
def put_attachment(request: HttpRequest, attachment: UUID) -> schemas.AttachmentOut:
    """Store an attachment's cipher octets; a manifest must refer to them within a day."""
    member = require_authorised(request)
    if int(request.headers.get("Content-Length") or 0) > settings.SESPHR_MAX_ATTACHMENT:
        raise Problem(413, "too-large", "This attachment is larger than this server takes.")
    stored = deposits.put_attachment(
        by=member.id, attachment=str(attachment), chunks=_chunks(request)
    )
    return schemas.AttachmentOut(size=stored.size, root=b64u_encode(stored.root))


@router.post("/deposits", response=answers(schemas.DepositOut))
def deposit(
    request: HttpRequest,
    manifest: Annotated[str, Form()],
    sealed: Annotated[str, Form()],
    document: Annotated[UploadedFile, File()],
) -> schemas.DepositOut:
    """Deposit a version of a record: manifest (JWS), sealed parameters (JSON), document (XML)."""
    member = require_authorised(request)
    if (document.size or 0) > settings.SESPHR_MAX_DOCUMENT:
        raise Problem(413, "too-large", "This document is larger than 32 MiB.")
    done = deposits.deposit(
        by=member.id,
        manifest=manifest,
        document=document.read(),
        sealed=schemas.read_sealed(sealed),
    )
    return schemas.DepositOut(
        record=UUID(done.record), version=done.version, receipts=list(done.receipts)
    )


@router.get("/records", response=answers(schemas.RecordsOut))
def records(request: HttpRequest, owner: UUID | None = None) -> schemas.RecordsOut:
    """Records that the member owns or may read something of."""
    member = require_authorised(request)
    views = selectors.records(member.id, owner)
    names = selectors.names({view.owner for view in views})
    return schemas.RecordsOut(records=[schemas.RecordOut.of(view, names) for view in views])


@router.get("/acl", response=answers(schemas.AclOut))
def acl(request: HttpRequest) -> schemas.AclOut:
    """The member's own list in force, and who holds keys because of it."""
    node, member = nodes()[0], str(require_authorised(request).id)
    held = [
        schemas.DelegationOut(member=UUID(user), partition=partition, epoch=epoch)
        for user, partition, epoch in node.delegates(member)
    ]
    return schemas.AclOut(acl=node.acl(member), delegations=held)


@router.post("/acl", response=answers(schemas.InForceOut))
def set_acl(request: HttpRequest, sent: schemas.AclIn) -> schemas.InForceOut:
    """Put the next list in force: approving, granting and taking back are this one call."""
    member = require_authorised(request)
    done = sharing.set_acl(by=member.id, acl=sent.acl, deal=sent.deal, answers=sent.answers)
    return schemas.InForceOut(seq=done.seq, receipts=list(done.receipts), effective=done.effective)


@router.post("/key-requests", response=answers(schemas.KeyRequestId))
def ask(request: HttpRequest, sent: schemas.KeyRequestIn) -> schemas.KeyRequestId:
    """Ask an owner for access to partitions; it grants nothing by itself."""
    member = require_authorised(request)
    ratelimits.spend("request:member", str(member.id))
    return schemas.KeyRequestId(request=sharing.ask(by=member.id, statement=sent.request).id)


@router.get("/key-requests", response=answers(schemas.KeyRequestsOut))
def key_requests(request: HttpRequest) -> schemas.KeyRequestsOut:
    """Requests to the member, and by the member."""
    member = require_authorised(request)
    return schemas.KeyRequestsOut(
        incoming=_described(selectors.incoming(member.id)),
        outgoing=_described(selectors.outgoing(member.id)),
    )


def _described(requests: list[KeyRequest]) -> list[schemas.KeyRequestOut]:
    askers = selectors.askers(requests)
    return [
        _request_out(one, askers[str(one.asker)]) for one in requests if str(one.asker) in askers
    ]


def _request_out(request: KeyRequest, asker: selectors.Member) -> schemas.KeyRequestOut:
    payload = statements.payload_of_unverified(request.statement)
    return schemas.KeyRequestOut(
        id=request.id,
        statement=request.statement,
        owner=request.owner,
        asker=request.asker,
        asker_name=asker.name,
        asker_login=asker.login,
        asker_role=asker.role,
        asker_checked=asker.checked,
        partitions=payload["partitions"],
        purpose=payload["purpose"],
        reason=payload["reason"],
        asked=request.asked,
        state=request.state,
        answered=request.answered,
    )


@router.post("/key-requests/{uuid:key_request}/decline", response=answers(schemas.KeyRequestState))
def decline(request: HttpRequest, key_request: UUID) -> schemas.KeyRequestState:
    """Say no to a request."""
    done = sharing.decline(by=require_authorised(request).id, request=key_request)
    return schemas.KeyRequestState(request=done.id, state=done.state)


@router.post("/access", response=answers(schemas.AccessOut))
def access(request: HttpRequest, sent: schemas.AccessIn) -> schemas.AccessOut:
    """Open: every node decides, logs and re-encrypts; the cloud gives what the tickets allow."""
    found = opening.access(by=require_authorised(request).id, request=sent.request)
    return schemas.AccessOut(
        answers=[schemas.NodeAnswer.of(one) for one in found.answers],
        objects=[schemas.ObjectOut.of(one) for one in found.objects],
    )


@router.post(
    "/attachments/{uuid:attachment}/content",
    openapi_extra={
        "responses": {
            200: {"description": "cipher octets", "content": {"application/octet-stream": OCTETS}}
        }
    },
)
def attachment_content(
    request: HttpRequest, attachment: UUID, sent: schemas.AttachmentIn
) -> StreamingHttpResponse:
    """An attachment's cipher octets, for the tickets of an access answer."""
    chunks = opening.open_attachment(
        by=require_authorised(request).id,
        request=sent.request,
        tickets=sent.tickets,
        attachment=str(attachment),
    )
    return StreamingHttpResponse(chunks, content_type="application/octet-stream")


@router.post("/integrity-reports", response=answers(schemas.IntegrityOut))
def integrity(request: HttpRequest, sent: schemas.IntegrityIn) -> schemas.IntegrityOut:
    """Report that something differs from what was signed; the owner sees it in the activity."""
    member = require_authorised(request)
    ratelimits.spend("request:member", str(member.id))
    opening.report_integrity(
        by=member.id,
        reason=sent.reason,
        record=None if sent.record is None else str(sent.record),
        partition=sent.partition,
        manifest=sent.manifest,
    )
    return schemas.IntegrityOut(reported=True)


@router.get("/activity", response=answers(schemas.ActivityOut))
def activity(
    request: HttpRequest,
    source: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,16}$")] | None = None,
    after: Annotated[int, Field(ge=0, lt=2**53)] = 0,
) -> schemas.ActivityOut:
    """What happened to the member's records and account; 500 events a stream and page."""
    pages = selectors.activity(request.auth.id, source, after)  # type: ignore[attr-defined]
    streams = [
        schemas.StreamOut(
            source=page.source,
            stream=UUID(page.stream),
            length=page.length,
            events=[schemas.EventOut.of(view) for view in page.events],
        )
        for page in pages
    ]
    return schemas.ActivityOut(streams=streams, checkpoint=get_log().checkpoint())


@router.get("/log/consistency", response=answers(schemas.ConsistencyOut))
def consistency(
    request: HttpRequest,
    first: Annotated[int, Field(ge=1, lt=2**53)],
    second: Annotated[int, Field(ge=1, lt=2**53)],
) -> schemas.ConsistencyOut:
    """That the tree of `second` entries extends the tree of `first`."""
    path = get_log().consistency(first, second)
    return schemas.ConsistencyOut(
        path=[b64u_encode(one) for one in path], checkpoint=get_log().checkpoint()
    )
