"""One node: its index, database, keys and event log, handed to every service.

The node's private keys are read here and nowhere else.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from sesphr import clock
from sesphr.crypto import hpke, statements
from sesphr.crypto.encoding import SUITE, b64u_encode, check_uuid, dec, lp
from sesphr.crypto.errors import CryptoError
from sesphr.crypto.keys import thumbprint
from sesphr.deployment import Deployment, get_deployment
from sesphr.eventlog import EventLog
from sesphr.ports.errors import Invalid, Refused, Unavailable
from sesphr.ports.srs import Sealed
from sesphr.roles import node_database
from sesphr.secretfiles import secret
from srs import streams
from srs.formerly import former_keys
from srs.models import Event, Member, Stream

# How far ahead of this node's clock a statement may be dated.
SKEW = 300


class ClockBehind(Unavailable):
    """What another node took is dated so far ahead that this node's clock must be wrong, or that
    node lies: it is as if that one were out of reach."""


@contextmanager
def refusing_bad_input() -> Iterator[None]:
    """Turn every failure of the kernel into the port's `Invalid`."""
    try:
        yield
    except CryptoError as error:
        raise Invalid(str(error)) from error


@dataclass(frozen=True)
class Node:
    """The node with this index in this process; `hearing`, it does what other nodes took."""

    index: int
    hearing: bool = False

    @property
    def alias(self) -> str:
        """The database that only this node uses."""
        return node_database(self.index)

    @property
    def deployment(self) -> Deployment:
        """The signed configuration that names all nodes."""
        return get_deployment()

    @property
    def id(self) -> str:
        """This node's id in the configuration."""
        return self.deployment.node(self.index).id

    @cached_property
    def events(self) -> EventLog[Stream, Event]:
        """What this node owes to the log."""
        return EventLog(
            Stream, Event, self.alias, f"srs-{self.index}", self.deployment.id,
            name=partial(streams.name, self.index), before=partial(streams.make_good, self.index),
        )  # fmt: skip

    def atomic(self) -> Any:
        """A transaction of this node's database."""
        return transaction.atomic(using=self.alias)

    def sign(self, typ: str, **members: Any) -> str:
        """A statement of this node, dated now."""
        payload = {
            "suite": SUITE, "deployment": self.deployment.id, "iss": self.id, "iat": clock.now(), **members
        }  # fmt: skip
        key = secret(settings.SESPHR_DATA, f"node-{self.index}-sign")
        # The largest by far, and each part of it encoded here.
        return statements.sign_members(key, typ, payload, known=typ == "sesphr-access-answer")

    def receipt(self, kind: str, owner: str, digest: str, seq: int) -> str:
        """That this node committed what `digest` (b64u) names."""
        return self.sign(
            "sesphr-receipt", owner=owner, kind=kind, object=digest, seq=seq, effective=True
        )

    def unseal(self, label: str, bound: bytes, partition: str, epoch: int, sealed: Sealed) -> bytes:
        """Open what an endpoint sealed to this node (protocol sections 4 and 6).

        `bound` is what it belongs to: a manifest's or list's digest, for a share the owner's id.

        Raises:
            CryptoError: it was sealed for something else, or to another node.
        """
        info = lp(
            SUITE.encode(), label.encode(), self.deployment.id.encode(), bound, partition.encode(),
            dec(epoch), dec(self.index),
        )  # fmt: skip
        return self.unsealed(info, sealed)

    def unsealed(self, info: bytes, sealed: Sealed) -> bytes:
        """The same for any `info`."""
        key = secret(settings.SESPHR_DATA, f"node-{self.index}-hpke")
        return hpke.unseal(key, sealed.enc, info, sealed.ciphertext)

    def verified(
        self, jws: str, typ: str, *, earlier: bool = False
    ) -> tuple[statements.Verified, Member]:
        """A member's statement, checked with the key that the member registered here.

        What was taken before, here or by another node (`earlier`), may be signed with a key that
        the member had then.

        Raises:
            Invalid: malformed, unknown issuer, wrong signature, or dated in the future.
            ClockBehind: dated in the future, of what another node took.
        """
        with refusing_bad_input():
            issuer = statements.payload_of_unverified(jws).get("iss")
            member = self.member(issuer)
            key = bytes(member.verification)
            if earlier:
                key = self._signer(member, jws, typ)
            directory: Mapping[str, bytes] = {str(member.id): key}
            checked = statements.verify(
                jws, typ=typ, deployment=self.deployment.id, directory=directory
            )
        self.require_past(
            checked.payload["iat"],
            "The statement is dated in the future: check this device's clock.",
        )
        return checked, member

    def require_past(self, dated: int, otherwise: str) -> None:
        """Refuse what is dated (Unix seconds) further ahead than clocks may be.

        Whom this node hears may be ahead as far, and have taken what is ahead as far of that one:
        so no member can date anything that a node with a tolerable clock cannot take.

        Raises:
            Invalid: with the sentence `otherwise`. ClockBehind: of what another node took.
        """
        if self.hearing and dated > clock.now() + 2 * SKEW:
            raise ClockBehind("This key node's clock is behind.")
        if not self.hearing and dated > clock.now() + SKEW:
            raise Invalid(otherwise)

    def _signer(self, member: Member, jws: str, typ: str) -> bytes:
        """The key of a member's that a statement says signed it; no former one for a list that
        came after it."""
        present = bytes(member.verification)
        if statements.kid_of(jws) == thumbprint(present):
            return present
        former = former_keys(self.alias, member)
        if typ == "sesphr-acl":
            seq = statements.payload_of_unverified(jws).get("seq")
            former = [one for one in former if isinstance(seq, int) and seq <= one.lists]
        keys = [one.verification for one in former]
        return statements.signer(jws, [*keys, present])

    def member(self, member: object) -> Member:
        """A registered member; an unknown one cannot have signed anything."""
        found = Member.objects.using(self.alias).filter(pk=uuid_of(member)).first()
        if found is None:
            raise Invalid("The issuer is not registered.")
        return found


def uuid_of(text: object) -> UUID:
    """An id as the protocol writes it; Invalid for anything else."""
    with refusing_bad_input():
        return UUID(check_uuid(text))


def digest_of(checked: statements.Verified) -> str:
    """A statement's name as statements and tables write it: b64u SHA-256 of its payload."""
    return b64u_encode(checked.digest)


def locked(node: Node, members: Iterable[UUID]) -> list[Member]:
    """The members' rows, locked in one order everywhere, so that two calls never wait for
    each other; call inside the transaction."""
    rows = Member.objects.using(node.alias).filter(pk__in=set(members)).order_by("pk")
    return list(rows.select_for_update())


def require_signer(member: Member, checked: statements.Verified) -> None:
    """Refuse what was signed with keys that the member has changed; it counts with the member's
    row locked."""
    if statements.kid_of(checked.jws) != thumbprint(bytes(member.verification)):
        raise Invalid("This was signed with keys that are not registered any more.")


def require_active(member: Member) -> None:
    """Refuse a member who is not activated (or not any more)."""
    if not member.active:
        raise Refused("This membership is not active.", code="not-authorised")
