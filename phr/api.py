"""The portal's routes for records, sharing, opening and activity: parse, call, answer."""

from typing import Annotated
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from ninja import File, Form, Router, UploadedFile
from pydantic import Field

from accounts.models import Role
from phr import schemas, selectors
from phr.models import KeyRequest
from phr.relay import granted
from phr.routing import answers, asker
from phr.services import deposits, opening, sharing
from sesphr.adapters import get_log
from sesphr.crypto import statements
from sesphr.crypto.encoding import b64u_encode
from sesphr.ports.errors import Refused
from sesphr.web.auth import authorised_auth, member_auth
from sesphr.web.bodies import takes_deposit
from sesphr.web.problems import Problem

router = Router(auth=authorised_auth, tags=["records"])


@router.post("/deposits", response=answers(schemas.DepositOut, 404, 409, 429, 502))
@takes_deposit
def deposit(
    request: HttpRequest,
    manifest: Annotated[str, Form()],
    sealed: Annotated[str, Form()],
    document: Annotated[UploadedFile, File()],
) -> schemas.DepositOut:
    """Deposit a version of a record: manifest (JWS), sealed parameters (JSON), document (XML)."""
    if (document.size or 0) > settings.SESPHR_MAX_DOCUMENT:
        raise Problem(413, "too-large", "This document is larger than this server takes.")
    member = asker(request, "deposit:member")
    done = deposits.deposit(
        by=member,
        manifest=manifest,
        document=document.read(),
        sealed=schemas.read_sealed(sealed),
    )
    return schemas.DepositOut(
        record=UUID(done.record), version=done.version, receipts=list(done.receipts)
    )


@router.get("/records", response=answers(schemas.RecordsOut, 429))
def records(
    request: HttpRequest, owner: UUID | None = None, seen_by: UUID | None = None
) -> schemas.RecordsOut:
    """Records that the member owns or may read something of.

    With `seen_by` an owner learns what that member may read of the owner's records now.
    """
    member = asker(request, "read:member")
    if seen_by is None:
        views = selectors.records(member, owner)
    else:
        views = selectors.records_seen_by(_owner(request, owner), seen_by)
    names = selectors.names({view.owner for view in views})
    return schemas.RecordsOut(records=[schemas.RecordOut.of(view, names) for view in views])


def _owner(request: HttpRequest, named: UUID | None) -> UUID:
    """The owner who asks, of whose own records alone it may be asked what others see."""
    member = asker(request)
    if request.auth.role != Role.OWNER or named not in (None, member):  # type: ignore[attr-defined]
        raise Refused("Only owners may ask what others see, and only of their own records.")
    return member


@router.get("/acl", response=answers(schemas.AclOut))
def acl(request: HttpRequest) -> schemas.AclOut:
    """The member's own list in force, and who holds keys because of it."""
    found = granted(str(asker(request)))
    held = [
        schemas.DelegationOut(member=UUID(user), partition=partition, epoch=epoch)
        for user, partition, epoch in found.delegates
    ]
    shares = [
        schemas.ShareOut(partition=partition, epoch=epoch) for partition, epoch in found.standing
    ]
    return schemas.AclOut(acl=found.acl, delegations=held, standing=shares)


@router.get("/acl/lists", response=answers(schemas.ListsOut))
def lists(request: HttpRequest) -> schemas.ListsOut:
    """All of the member's own lists, whose signatures and predecessors the endpoint checks."""
    return schemas.ListsOut(lists=list(selectors.lists(asker(request))))


@router.post("/acl", response=answers(schemas.InForceOut, 404, 409, 429))
def set_acl(request: HttpRequest, sent: schemas.AclIn) -> schemas.InForceOut:
    """Put the next list in force: approving, granting and taking back are this one call."""
    member = asker(request, "acl:member")
    done = sharing.set_acl(by=member, acl=sent.acl, deal=sent.deal, answers=sent.answers)
    return schemas.InForceOut(seq=done.seq, receipts=list(done.receipts), effective=done.effective)


@router.post("/key-requests", response=answers(schemas.KeyRequestId, 409, 429))
def ask(request: HttpRequest, sent: schemas.KeyRequestIn) -> schemas.KeyRequestId:
    """Ask an owner for access to partitions; it grants nothing by itself."""
    member = asker(request, "request:member")
    return schemas.KeyRequestId(request=sharing.ask(by=member, statement=sent.request).id)


@router.get("/key-requests", response=answers(schemas.KeyRequestsOut))
def key_requests(request: HttpRequest) -> schemas.KeyRequestsOut:
    """Requests to the member, and by the member, newest first.

    Each list has at most the 200 newest that wait and the 200 newest that were answered.
    """
    member = asker(request)
    return schemas.KeyRequestsOut(
        incoming=_described(selectors.incoming(member)),
        outgoing=_described(selectors.outgoing(member)),
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


@router.post(
    "/key-requests/{uuid:key_request}/decline", response=answers(schemas.KeyRequestState, 409)
)
def decline(request: HttpRequest, key_request: UUID) -> schemas.KeyRequestState:
    """Say no to a request."""
    done = sharing.decline(by=asker(request), request=key_request)
    return schemas.KeyRequestState(request=done.id, state=done.state)


@router.post("/access", response=answers(schemas.AccessOut, 404, 429, 502))
def access(request: HttpRequest, sent: schemas.AccessIn) -> schemas.AccessOut:
    """Open: every node decides, logs and re-encrypts; the cloud gives what the tickets allow."""
    member = asker(request, "access:member")
    found = opening.access(
        by=member, request=sent.request, cosigns=tuple(sent.cosigns), everybody=sent.everybody
    )
    return schemas.AccessOut(
        answers=[schemas.NodeAnswer.of(one) for one in found.answers],
        objects=[schemas.ObjectOut.of(one) for one in found.objects],
    )


@router.post("/integrity-reports", response=answers(schemas.IntegrityOut, 429))
def integrity(request: HttpRequest, sent: schemas.IntegrityIn) -> schemas.IntegrityOut:
    """Report that something differs from what was signed; the owner sees it in the activity."""
    member = asker(request, "request:member")
    opening.report_integrity(
        by=member,
        reason=sent.reason,
        record=None if sent.record is None else str(sent.record),
        partition=sent.partition,
        manifest=sent.manifest,
        node=sent.node,
    )
    return schemas.IntegrityOut(reported=True)


@router.get("/activity", auth=member_auth, response=answers(schemas.ActivityOut, 429))
def activity(
    request: HttpRequest,
    source: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,16}$")] | None = None,
    after: Annotated[int, Field(ge=0, lt=2**53)] = 0,
) -> schemas.ActivityOut:
    """What happened to the member's records and account; 500 events a stream and page.

    Every server has its stream here, one without events too.
    """
    pages = selectors.activity(asker(request, "read:member"), source, after)
    streams = [
        schemas.StreamOut(
            source=page.source,
            stream=None if page.stream is None else UUID(page.stream),
            length=page.length,
            events=[schemas.EventOut.of(view) for view in page.events],
            reachable=page.reachable,
        )
        for page in pages
    ]
    return schemas.ActivityOut(streams=streams, checkpoint=get_log().checkpoint())


@router.get("/log/consistency", auth=member_auth, response=answers(schemas.ConsistencyOut))
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
