"""Consent codes at a node: the patient reads one out, and her code rules count for some hours.

Each node has the owner's secret for itself and checks each code for itself: one time step early
or late, each step once. A wrong code counts against the asker (five an hour) and against the
owner (twenty an hour from all askers together), so that one asker's wrong codes lock out
nobody else: it takes four of them, each with a credential that her rule names, and she sees
every try in her activity. A code is looked at only where a code rule of hers would allow.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sesphr.crypto import consent as codes
from sesphr.crypto import statements
from sesphr.crypto.encoding import b64u_decode
from sesphr.crypto.errors import OpenError
from sesphr.ports.errors import Invalid
from sesphr.ports.srs import Sealed
from srs.context import Node
from srs.models import Member
from srs.models_visits import ConsentSecret, ConsentStep, ConsentTry, Visit

HOUR = 3600
TRIES, TRIES_OF_ALL = 5, 20
# Reasons of a refusal, which the asker is told.
WRONG, TOO_MANY = "code", "code-tries"
# What is compared with where an owner has no secret: nobody's code fits, in the same time.
_NOBODYS = bytes(codes.SECRET)
_STOP = b""


@dataclass(frozen=True)
class Given:
    """What an asker sealed to this node for one owner, not opened yet."""

    owner: str
    sealed: dict[str, str]
    nonce: bytes


def opened(node: Node, owner: Member, deal: dict[str, Any], *, heard: bool = False) -> bytes | None:
    """This node's copy of the secret in a deal; empty: stop; None: the deal says nothing of it.

    Of a deal that another node took (`heard`), a secret that is not for this node is a stop: the
    one before counts no more.

    Raises:
        CryptoError, Invalid: it was sealed for something else, or not to every node.
    """
    sealed = deal.get("consent")
    if sealed is None:
        return None
    if not sealed:
        return _STOP
    if len(sealed) != node.deployment.n and not heard:
        raise Invalid("The consent secret was not sealed to every node.")
    if len(sealed) < node.index:
        return _STOP
    info = codes.secret_info(node.deployment.id, str(owner.id), node.index)
    try:
        return node.unsealed(info, _sealed(sealed[node.index - 1]))
    except OpenError:
        if heard:
            return _STOP
        raise


def keep(node: Node, owner: Member, secret: bytes | None) -> None:
    """Keep an owner's new secret, or forget hers; visits that the old one began end with it."""
    if secret is None:
        return
    forget(node, owner)
    if secret:
        ConsentSecret.objects.using(node.alias).create(owner=owner, secret=secret)


def forget(node: Node, owner: Member) -> None:
    """Forget an owner's secret and the visits that it began; used steps stay used."""
    for model in (ConsentSecret, Visit):
        model._base_manager.using(node.alias).filter(owner=owner).delete()


def given(request: statements.Verified, node: Node) -> list[Given]:
    """The codes that a request carries, in one order everywhere.

    Raises:
        Invalid: one was not sealed to every node.
    """
    found = request.payload.get("codes", [])
    if any(len(one["sealed"]) != node.deployment.n for one in found):
        raise Invalid("A code was not sealed to every node.")
    nonce = b64u_decode(request.payload["nonce"], 16)
    made = [Given(one["owner"], one["sealed"][node.index - 1], nonce) for one in found]
    return sorted(made, key=lambda one: one.owner)


def since(node: Node, owner: UUID, user: UUID) -> int | None:
    """When the owner's code was last given to the user (Unix seconds)."""
    rows = Visit.objects.using(node.alias).filter(owner=owner, user=user)
    return rows.values_list("since", flat=True).first()


def take(node: Node, owner: Member, user: Member, code: Given, now: int) -> str | None:
    """Begin a visit if the code is right and unused; otherwise why not.

    Call inside the transaction of the request: it takes the owner's lock, so that two
    requests at one moment cannot use one code.
    """
    row = ConsentSecret.objects.using(node.alias).select_for_update().filter(owner=owner).first()
    if _tried_enough(node, owner, user, now):
        return TOO_MANY
    secret = _NOBODYS if row is None else bytes(row.secret)
    fitting = _fitting(node, code, user, secret, now)
    if row is None or not _use(node, owner, fitting):
        ConsentTry.objects.using(node.alias).create(owner=owner, user=user, at=now)
        return WRONG
    visits = Visit.objects.using(node.alias)
    visits.update_or_create(owner=owner, user=user, defaults={"since": now})
    return None


def _tried_enough(node: Node, owner: Member, user: Member, now: int) -> bool:
    tries = ConsentTry.objects.using(node.alias).filter(owner=owner)
    tries.filter(at__lte=now - HOUR).delete()
    return tries.filter(user=user).count() >= TRIES or tries.count() >= TRIES_OF_ALL


def _fitting(node: Node, code: Given, user: Member, secret: bytes, now: int) -> list[int]:
    info = codes.code_info(
        node.deployment.id, code.owner, str(user.id), code.nonce, node.index
    )  # fmt: skip
    try:
        return codes.steps_of(secret, node.unsealed(info, _sealed(code.sealed)), now)
    except OpenError:
        # Sealed for something else: it counts as a wrong code.
        return []


def _use(node: Node, owner: Member, steps: list[int]) -> bool:
    """Whether one of these steps was unused; it is used then."""
    used = ConsentStep.objects.using(node.alias).filter(owner=owner)
    if steps:
        # Long past: no clock that this node ever had lets them count again.
        used.filter(step__lt=steps[0] - HOUR // codes.STEP).delete()
    for step in steps:
        if not used.filter(step=step).exists():
            ConsentStep.objects.using(node.alias).create(owner=owner, step=step)
            return True
    return False


def _sealed(one: dict[str, str]) -> Sealed:
    return Sealed(b64u_decode(one["enc"], 32), b64u_decode(one["ciphertext"]))
