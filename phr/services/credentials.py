"""Relaying role credentials: the portal believes none of them, the nodes verify."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from phr.relay import verification_of
from sesphr import fanout
from sesphr.crypto.credentials import holder_of
from sesphr.crypto.errors import CryptoError
from sesphr.deployment import get_deployment
from sesphr.ports.errors import Invalid, Refused
from sesphr.ports.srs import AuthorityView, CredentialView, SrsNode

Said = TypeVar("Said")


@dataclass(frozen=True)
class Shown:
    """What some nodes (their indexes) say of a member's credential; `issuer_name` is theirs too."""

    view: CredentialView
    issuer_name: str
    nodes: tuple[int, ...]


@dataclass(frozen=True)
class Taken:
    """Receipts of the nodes that took a credential, and how many nodes there are."""

    receipts: tuple[str, ...]
    n: int


def present(*, by: UUID, credential: str) -> Taken:
    """Hand a member's own credential to every node.

    Raises:
        Invalid: not a credential. Refused: somebody else's. Otherwise as the nodes say, and
        Unavailable when fewer than t are within reach; it may be handed in again.
    """
    if not credential.isascii():
        raise Invalid("A credential is PEM: plain letters, digits and signs.")
    octets = credential.encode("ascii")
    _require_own(by, octets)
    receipts = fanout.write(lambda node: node.present(octets))
    return Taken(tuple(receipts), get_deployment().n)


def _require_own(member: UUID, octets: bytes) -> None:
    try:
        key, named = holder_of(octets)
    except CryptoError as error:
        raise Invalid(f"This is not a credential: {error}") from error
    if named not in (None, str(member)) or key != verification_of(member):
        raise Refused("This credential is about somebody else's key, not about yours.")


def shown(member: UUID) -> tuple[Shown, ...]:
    """What the nodes within reach say of a member's credential; nodes that say the same together.

    Raises:
        Unavailable: fewer than t are within reach.
    """
    answers = _enough(lambda node: (node.index, node.credential(str(member)), node.authorities()))
    said = [
        ((view, _name(view, known)), index) for index, view, known in answers if view is not None
    ]
    return tuple(Shown(view, name, indexes) for (view, name), indexes in _together(said))


def _name(view: CredentialView, known: Iterable[AuthorityView]) -> str:
    return next((one.name for one in known if one.issuer == view.issuer), "")


def authorities() -> tuple[tuple[AuthorityView, tuple[int, ...]], ...]:
    """Whose word at least t nodes take, for which role, with those nodes' indexes.

    Raises:
        Unavailable: fewer than t are within reach.
    """
    answers = _enough(lambda node: (node.index, node.authorities()))
    said = [(one, index) for index, all_ in answers for one in all_]
    return tuple(one for one in _together(said) if len(one[1]) >= get_deployment().t)


def _enough(call: Callable[[SrsNode], Any]) -> list[Any]:
    enough = get_deployment().t
    return fanout.require(fanout.gather(call, enough), enough, fanout.NOT_NOW)


def _together(said: Iterable[tuple[Said, int]]) -> list[tuple[Said, tuple[int, ...]]]:
    found: dict[Said, tuple[int, ...]] = {}
    for what, index in said:
        found[what] = (*found.get(what, ()), index)
    return list(found.items())
