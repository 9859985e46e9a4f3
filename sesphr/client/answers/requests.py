"""What the server answers about requests to be let in."""

from pydantic import BaseModel

from sesphr.client.answers.shapes import Id, Name


class KeyRequest(BaseModel):
    """A request with what the portal says of its asker."""

    id: Id
    statement: str
    owner: Id
    asker: Id
    asker_name: str
    asker_login: str
    asker_role: str
    asker_checked: str
    partitions: list[Name]
    purpose: str
    reason: str
    asked: int
    state: str
    answered: int | None


class KeyRequests(BaseModel):
    """Requests to the member, and by the member."""

    incoming: list[KeyRequest]
    outgoing: list[KeyRequest]


class KeyRequestId(BaseModel):
    """A request's id at the portal."""

    request: Id


class KeyRequestState(BaseModel):
    """What became of a request."""

    request: Id
    state: str
