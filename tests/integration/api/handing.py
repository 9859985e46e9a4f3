"""A dependant who comes of age: at the nodes with keys of its own, waiting to be taken over."""

import secrets
from typing import Any

from django.conf import settings

from accounts.guardians import offering
from accounts.guardians.forms import Offer, hashed
from accounts.ids import DEFAULT_PARAMS, member_id, slot_salt
from accounts.models import Guardianship, Member
from sesphr.adapters import get_srs_nodes
from sesphr.client.registration import key_change, registration
from sesphr.crypto.encoding import b64u_encode
from sesphr.crypto.keys import FormerSeed, MemberKeys
from tests.support.endpoints import digest_of

Body = dict[str, Any]


class ComingOfAge:
    """A dependant of this guardian's with real keys at real nodes; what is sealed is anybody's."""

    def __init__(self, guardian: Member, login: str) -> None:
        self.guardian, self.seed = guardian, secrets.token_bytes(32)
        self.id, self.find = str(member_id(login)), secrets.token_hex(32)
        self.keys = MemberKeys.from_seed(self.seed)
        self.first = registration(
            self.keys,
            deployment=settings.SESPHR_DEPLOYMENT,
            member=self.id,
            partitions=("medical",),
        )
        for node in get_srs_nodes():
            node.register(self.first)
            node.activate(self.id, "owner")
        self.member = Member.objects.create(
            id=self.id, login=login, name="Tim", role="owner", state="authorised",
            registration=secrets.token_bytes(32),
        )  # fmt: skip
        Guardianship.objects.create(
            guardian=guardian, dependant=self.member, invited_by=guardian, since=1, generation=1,
            salt=b"s" * 16, sealed=b"s" * 60,
        )  # fmt: skip

    def offer(self) -> Body:
        """What the guardian sends."""
        return {"find": self.find, "slot": _slot(self.id, "hand-over", 1)}

    def offered(self) -> "ComingOfAge":
        """Once the guardian sent it."""
        made = Offer(hashed(self.find), secrets.token_bytes(16), secrets.token_bytes(60))
        offering.offer(guardian=self.guardian, dependant=self.member.pk, made=made)
        return self

    def changed(self, *, seq: int = 2, previous: str = "", acl: int = 0, epoch: int = 2) -> str:
        """A registration of new keys, signed with the old."""
        new = MemberKeys.from_seed(secrets.token_bytes(32), [FormerSeed(epoch, self.seed)])
        return key_change(
            new, self.keys, deployment=settings.SESPHR_DEPLOYMENT, member=self.id,
            partitions=("medical",), seq=seq, previous=previous or digest_of(self.first), acl=acl,
        )  # fmt: skip

    def take_over(self, login: str, **more: Any) -> Body:
        """What whoever has the code sends."""
        return {
            "find": self.find,
            "login": login,
            "registration": self.changed(),
            "slots": [self._opened(login, kind) for kind in ("password", "recovery")],
            "former": [_slot(self.id, "former", 2)],
            **more,
        }

    def _opened(self, login: str, kind: str) -> Body:
        slot = {
            **_slot(self.id, kind, 1), "salt": b64u_encode(slot_salt(login, kind)),
            "params": dict(DEFAULT_PARAMS) if kind == "password" else {},
        }  # fmt: skip
        return {"slot": slot, "login_secret": secrets.token_hex(32)}


def _slot(member: str, kind: str, generation: int) -> Body:
    return {
        "member": member, "type": kind, "generation": generation, "params": {},
        "salt": b64u_encode(secrets.token_bytes(16)), "sealed": b64u_encode(secrets.token_bytes(60)),
    }  # fmt: skip
