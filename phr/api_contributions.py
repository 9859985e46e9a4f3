"""The routes for what somebody adds to another's records: who may, what waits, her answer."""

from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from accounts.models import Member
from phr import schemas_contributions as schemas
from phr import selectors
from phr.relay import known
from phr.routing import answers, asker
from phr.services import contributions
from sesphr.crypto import statements
from sesphr.ports.srs import Proposal
from sesphr.web.auth import authorised_auth

router = Router(auth=authorised_auth, tags=["contributions"])


@router.get("/addable", response=answers(schemas.AddablesOut, 429))
def addable(request: HttpRequest, owner: UUID | None = None) -> schemas.AddablesOut:
    """To whose records, and to which parts, the member may add now."""
    member = str(asker(request, "read:member"))
    found = known(lambda node: node.addable(member, None if owner is None else str(owner)))
    names = selectors.names({one.owner for one in found})
    return schemas.AddablesOut(
        addable=[
            schemas.AddableOut(
                owner=UUID(one.owner),
                owner_name=names.get(one.owner, ""),
                partitions=list(one.partitions),
            )
            for one in found
        ]
    )


@router.get("/proposals", response=answers(schemas.ProposalsOut, 429))
def proposals(request: HttpRequest) -> schemas.ProposalsOut:
    """What others added and the member has not answered; what the member added elsewhere."""
    member = asker(request, "read:member")
    waiting = known(lambda node: node.proposals(str(member)))
    contributions.finish(member, [one.record for one in waiting])
    authors = selectors.members({one.author for one in waiting})
    offered = selectors.offered_by(member)
    names = selectors.names({str(one.owner) for one in offered})
    return schemas.ProposalsOut(
        incoming=[_incoming(one, authors[one.author]) for one in waiting if one.author in authors],
        outgoing=[
            schemas.OfferedOut(
                record=one.record, owner=one.owner, owner_name=names.get(str(one.owner), ""),
                offered=one.offered, state=one.state, answered=one.answered,
            )
            for one in offered
        ],
    )  # fmt: skip


def _incoming(one: Proposal, author: Member) -> schemas.ProposalOut:
    payload = statements.payload_of_unverified(one.manifest)
    return schemas.ProposalOut(
        record=UUID(one.record),
        author=author.id,
        author_name=author.name,
        author_login=author.login,
        author_role=author.role,
        author_checked=author.checked,
        manifest=one.manifest,
        digest=one.digest,
        offered=one.offered,
        partitions=sorted(payload["partitions"]),
    )


@router.post(
    "/proposals/{uuid:record}/accept", response=answers(schemas.AnsweredOut, 404, 409, 429, 502)
)
def accept(request: HttpRequest, record: UUID, sent: schemas.AcceptIn) -> schemas.AnsweredOut:
    """Make what somebody added a record of one's own."""
    member = asker(request, "acl:member")
    done = contributions.accept(by=member, record=record, statement=sent.accept)
    return _answered(done)


@router.post(
    "/proposals/{uuid:record}/decline", response=answers(schemas.AnsweredOut, 404, 409, 429)
)
def decline(request: HttpRequest, record: UUID, sent: schemas.DeclineIn) -> schemas.AnsweredOut:
    """Have what somebody added erased; it can never be added again."""
    member = asker(request, "acl:member")
    done = contributions.decline(by=member, record=record, statement=sent.deletion)
    return _answered(done)


def _answered(done: contributions.Answered) -> schemas.AnsweredOut:
    return schemas.AnsweredOut(
        record=UUID(done.record), state=done.state, receipts=list(done.receipts)
    )
