"""The portal's routes for role credentials: parse, call, answer."""

from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from accounts import selectors
from phr.routing import answers, asker
from phr.schemas import Sent
from phr.services import credentials
from sesphr.crypto.credentials import MAX_CREDENTIAL
from sesphr.web.auth import member_auth
from sesphr.web.bodies import takes_json

router = Router(auth=member_auth, tags=["credentials"])
# JSON writes a line's end as two characters.
BODY = 2 * MAX_CREDENTIAL


class CredentialIn(Sent):
    """A credential as its authority issued it: PEM."""

    credential: Annotated[str, Field(min_length=1, max_length=MAX_CREDENTIAL)]


class TakenOut(Schema):
    """A signed receipt of each node that took it, and how many nodes there are."""

    receipts: list[str]
    nodes: int


class SaidOut(Schema):
    """What the nodes with these indexes say; times are Unix seconds.

    `issuer` is the b64u SHA-256 of the authority's SubjectPublicKeyInfo, `issuer_name` what the
    authority calls itself. `revoked` also when the nodes cannot tell.
    """

    role: str
    issuer: str
    issuer_name: str
    organisation: str
    valid_from: int
    valid_until: int
    revoked: bool
    nodes: list[int]

    @classmethod
    def of(cls, one: credentials.Shown) -> "SaidOut":
        """From what the nodes say."""
        view = one.view
        return cls(
            role=view.role,
            issuer=view.issuer,
            issuer_name=one.issuer_name,
            organisation=view.organisation,
            valid_from=view.valid_from,
            valid_until=view.valid_until,
            revoked=view.revoked,
            nodes=list(one.nodes),
        )


class CredentialsOut(Schema):
    """What the nodes say of a member's credential: none, one, or several where they differ."""

    said: list[SaidOut]


class AuthorityOut(Schema):
    """An authority whose word these nodes take for a role."""

    role: str
    issuer: str
    name: str
    nodes: list[int]


class AuthoritiesOut(Schema):
    """Those of which at least t nodes say the same."""

    authorities: list[AuthorityOut]


@router.put("/credential", response=answers(TakenOut, 404, 409, 429))
@takes_json(BODY)
def present(request: HttpRequest, sent: CredentialIn) -> TakenOut:
    """Hand in one's own credential; it replaces an earlier one if it is valid and not older."""
    member = asker(request, "registration:member")
    done = credentials.present(by=member, credential=sent.credential)
    return TakenOut(receipts=list(done.receipts), nodes=done.n)


@router.get("/credential", response=answers(CredentialsOut, 429))
def own(request: HttpRequest) -> CredentialsOut:
    """What the nodes say of one's own credential."""
    return _said(asker(request, "read:member"))


@router.get("/credentials/{uuid:member}", response=answers(CredentialsOut, 404, 429))
def of_member(request: HttpRequest, member: UUID) -> CredentialsOut:
    """The same of a member whom one may see in the directory."""
    asker(request, "directory:member")
    selectors.directory_entry(asker=request.auth, member=member)  # type: ignore[attr-defined]
    return _said(member)


def _said(member: UUID) -> CredentialsOut:
    return CredentialsOut(said=[SaidOut.of(one) for one in credentials.shown(member)])


@router.get("/authorities", response=answers(AuthoritiesOut, 429))
def authorities(request: HttpRequest) -> AuthoritiesOut:
    """Which authorities certify roles here, as the nodes say."""
    asker(request, "read:member")
    return AuthoritiesOut(
        authorities=[
            AuthorityOut(role=one.role, issuer=one.issuer, name=one.name, nodes=list(indexes))
            for one, indexes in credentials.authorities()
        ]
    )
