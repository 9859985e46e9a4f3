"""A portal that asks in a guardian's name, with a seed of its own: the endpoint takes none of it."""

import secrets
import uuid

import pytest
from django.conf import settings

from accounts.models import Guardianship, Member
from sesphr.client.registration import FIRST_PARTITIONS, registration
from sesphr.crypto import guardian, invitations, statements
from sesphr.crypto.encoding import SUITE, b64u_decode, b64u_encode
from sesphr.crypto.guardian import Handing
from sesphr.crypto.invitations import Invited
from sesphr.crypto.keys import MemberKeys
from tests.unit.client.test_guardians import accept, child, factor

__all__ = ["factor"]

pytestmark = pytest.mark.django_db(databases="__all__")


def chain(seed, member):
    return registration(
        MemberKeys.from_seed(seed), deployment=settings.SESPHR_DEPLOYMENT, member=member,
        partitions=list(FIRST_PARTITIONS),
    )  # fmt: skip


class Portal:
    """All that the portal has: what everybody sent it, the guardian's published key, a seed of its own."""

    def __init__(self, ada, ben, tim):
        self.ada, self.ben, self.tim = (
            str(Member.objects.get(login=one).id) for one in (ada.login, ben.login, tim)
        )
        self.row = Guardianship.objects.get(guardian=self.ben)
        key = Member.objects.get(pk=self.ben).guardian_key.statement
        self.published = b64u_decode(statements.payload_of_unverified(key)["key"])
        self.seed, self.key = secrets.token_bytes(32), MemberKeys.from_seed(secrets.token_bytes(32))

    def sealed(self, member, seed=None):
        """Its own seed, sealed as the guardian who asks would seal the right one."""
        handing = Handing(settings.SESPHR_DEPLOYMENT, member, self.ben)
        return guardian.hand_over(seed or self.seed, handing, self.published)

    def signed(self, member, sealed, key=None, **more):
        """What the right guardian would sign of it, by whatever key there is."""
        keys = MemberKeys.from_seed(self.seed)
        said = Invited(
            member, keys.verification, keys.receive_public.encode(), self.ben, **sealed
        ).members()
        common = {
            "suite": SUITE, "deployment": settings.SESPHR_DEPLOYMENT, "iss": self.ada, "iat": 1,
        }  # fmt: skip
        members = {**common, **said, **more}
        return statements.sign_members(key or self.key, invitations.STATEMENT, members)

    def own(self, member, **more):
        """A whole invitation with the portal's own seed for a member."""
        sealed = self.sealed(member)
        made = {"dependant": member, "registrations": [chain(self.seed, member)], **sealed}
        return {**made, "statement": self.signed(member, sealed), **more}


def lies(wire, change):
    """Answer the invitation that waits with something changed."""
    wire.honest()

    def alter(found):
        return {**found, "invitations": [{**one, **change} for one in found["invitations"]]}

    wire.change("GET", "/dependants", alter)


def sent_slots(wire):
    return [path for _, path, _ in wire.requests if path.endswith("/accept")]


@pytest.fixture
def asked(ada, join, factor):
    """Ada asked Ben to act for Tim; both have compared."""
    ben = factor(join("ben", "relative"))
    factor(ada)
    tim = child(ada)
    ben.ok("guardian", "ready")
    prints = str(ben.ok("whoami")["fingerprint"]).split()
    ada.ok("guardian", "invite", tim, ben.login, "--fingerprint", *prints)
    return ada, ben, tim


def compare(ben, by, wire, name="Tim Newman"):
    """Ben compares with whoever asks, and does not get to accept yet."""
    prints = str(by.ok("whoami")["fingerprint"]).split()
    lies(wire, {"statement": "a.b.c"})
    ben.fails(4, "guardian", "accept", name, "--fingerprint", *prints)
    wire.honest()


def test_a_seed_of_the_portals_own_is_never_taken(asked, wire):
    ada, ben, tim = asked
    portal, other = Portal(*asked), str(uuid.uuid4())
    right = portal.row.statement
    compare(ben, ada, wire)
    tims = [statements.payload_of_unverified(right)["dependant"], portal.tim]
    assert tims[0] == tims[1]
    sealed = portal.sealed(portal.tim)
    for lie in (
        portal.own(other), portal.own(portal.tim), portal.own(other, statement=right),
        portal.own(portal.tim, statement=right), portal.own(other, statement="a.b.c"),
        # Signed by the dependant's false keys, in the guardian's name or in its own.
        portal.own(other, statement=portal.signed(other, sealed, MemberKeys.from_seed(portal.seed))),
        # The right chain and statement, another seed; and the right seed under another chain.
        {**sealed}, {"registrations": [chain(portal.seed, portal.tim)]},
        # What was signed, for somebody else.
        {"dependant": other}, {"dependant": other, "registrations": [chain(portal.seed, other)]},
    ):  # fmt: skip
        lies(wire, lie)
        told = ben.fails(4, "guardian", "accept", "Tim Newman")
        assert told["code"] == "integrity", lie
    assert sent_slots(wire) == []
    assert not Guardianship.objects.filter(guardian=portal.ben).exclude(since=None).exists()
    # Nothing is lost by it.
    wire.honest()
    ben.ok("guardian", "accept", "Tim Newman")
    ben.ok("--for", tim, "whoami")


def test_keys_of_the_portals_own_in_the_guardians_place_are_never_taken(asked, wire, join):
    ada, ben, _ = asked
    portal = Portal(*asked)
    false = registration(
        portal.key, deployment=settings.SESPHR_DEPLOYMENT, member=portal.ada, partitions=[]
    )
    lie = portal.own(str(uuid.uuid4()), by_registrations=[false])
    lies(wire, lie)
    # He calls her: what she reads is not what the server shows.
    assert ben.fails(3, "guardian", "accept", "Tim Newman")["code"] == "compare-first"
    prints = str(ada.ok("whoami")["fingerprint"]).split()
    ben.fails(4, "guardian", "accept", "Tim Newman", "--fingerprint", *prints)
    wire.honest()
    accept(ben, ada)
    ada.ok("guardian", "remove", "Tim Newman", ben.login)
    ada.ok("guardian", "invite", "Tim Newman", ben.login)
    # Nor later, when her keys are known.
    for change in (lie, {"by_registrations": []}, {**lie, "by_member": str(uuid.uuid4())}):
        lies(wire, change)
        ben.fails(4, "guardian", "accept", "Tim Newman")
    assert len(sent_slots(wire)) == 1


def test_somebody_who_was_compared_under_another_name_does_not_ask_in_hers(
    asked, wire, join, factor
):
    ada, ben, _ = asked
    eve = factor(join("eve", "relative"))
    kim = child(eve, "Kim")
    compare(ben, ada, wire)
    prints = str(ben.ok("whoami")["fingerprint"]).split()
    eve.ok("guardian", "invite", kim, ben.login, "--fingerprint", *prints)
    compare(ben, eve, wire, "Kim")
    # The portal puts Ada's name before what Eve sealed and signed.
    lies(wire, {"by": "Ada", "by_login": ada.login, "name": "Tim"})
    theirs = str(Member.objects.get(login=kim).id)
    ben.fails(4, "guardian", "accept", theirs)
    lies(wire, {"by_login": f"{ada.login}\nSTOP"})
    ben.fails(4, "guardian", "accept", theirs)
    assert sent_slots(wire) == []


def test_an_invitation_that_nobody_signed_asks_for_a_new_one(asked, wire):
    ada, ben, tim = asked
    compare(ben, ada, wire)
    Guardianship.objects.filter(guardian__login=ben.login).update(statement=None)
    told = ben.fails(3, "guardian", "accept", "Tim Newman")
    assert told["code"] == "invitation-unsigned"
    assert f"Ask {ada.login} to invite you anew" in told["error"]
    assert sent_slots(wire) == []
    ada.ok("guardian", "invite", tim, ben.login)
    ben.ok("guardian", "accept", "Tim Newman")


def test_what_is_signed_names_the_seed_as_it_was_sealed(asked, wire):
    portal = Portal(*asked)
    said = statements.payload_of_unverified(portal.row.statement)
    assert (said["iss"], said["guardian"], said["dependant"]) == (
        portal.ada, portal.ben, portal.tim,
    )  # fmt: skip
    handed = {
        "enc": b64u_encode(bytes(portal.row.enc)),
        "ciphertext": b64u_encode(bytes(portal.row.ciphertext)),
    }
    found = statements.payload_of_unverified(portal.signed(portal.tim, handed))
    assert said["sealed"] == found["sealed"]
    assert said["verification"] != found["verification"]
