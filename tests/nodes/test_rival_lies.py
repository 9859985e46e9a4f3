"""A node that lies about chains makes no other one give up what it took."""

from types import SimpleNamespace
from typing import Any

import pytest

from sesphr import clock
from sesphr.ports.srs import JournalEntry, JournalPage
from srs import catching_up, rivals
from srs.context import Node
from srs.models import Delegation, Member, Rival
from srs.rivals import Place
from tests.contract.test_srs import grant, member, put_acl
from tests.nodes.state import at, everybody_catches_up, held, local
from tests.support.endpoints import Endpoint, element

pytestmark = pytest.mark.django_db(databases="__all__")


def said(number: int, kind: str, subject: str, statement: str, **more: Any) -> JournalEntry:
    """An entry of the liar's journal."""
    found = {"deal": None, "sealed": {}, "facts": {}, "void": False, "time": clock.now(), **more}
    return JournalEntry(number=number, kind=kind, subject=subject, statement=statement, **found)


class Liar:
    """A node whose journal says anything."""

    index = 2

    def __init__(self, *entries: JournalEntry) -> None:
        self.entries = entries

    def journal(self, after: int) -> JournalPage:
        """See the port."""
        rest = tuple(self.entries[after:])
        return JournalPage(rest, len(self.entries), b"1", b"1", "liar", {})


def broken(jws: str) -> str:
    """The same statement with a signature that is none."""
    return jws.rsplit(".", 1)[0] + "." + "A" * 86


class Two(Node):
    """The first node of a group of two, both of whom every write needs."""

    @property
    def deployment(self) -> Any:
        """Of two."""
        return SimpleNamespace(n=2, t=2, id=super().deployment.id, group=super().deployment.group)


def test_somebody_elses_statements_undo_no_revocation() -> None:
    """The liar shows a friend's lists as if they were the owner's."""
    owner, user, friend = member(), member("physician"), member()
    grant(owner, user, "medical")
    first = owner.acl_head
    deal = next(one.deal for one in local(1).journal(0).entries if one.kind == "acl")
    put_acl(owner, [])
    put_acl(friend, [])
    later = friend.acl([], iat=clock.now() + 200)
    at((1, 2, 3), lambda node: node.set_acl(later, None))
    everybody_catches_up()
    before, node = held(1), Two(1, hearing=True)
    for entry in (
        said(1, "acl", owner.id, str(first), deal=deal),
        said(2, "acl", owner.id, later),
        said(2, "acl", owner.id, broken(later)),
        said(2, "acl", owner.id, broken(owner.acl([], iat=clock.now() + 250))),
    ):
        catching_up.apply(node, 2, entry)
    assert not Rival.objects.using("srs").exists()
    # Even if it were noted.
    payload = rivals.place_of("acl", friend.id, later)
    Rival.objects.using("srs").create(
        peer=2, kind="acl", subject=owner.id, seq=2, digest=payload.digest, dated=payload.dated
    )
    liar: Any = Liar(
        said(1, "acl", owner.id, str(first), deal=deal), said(2, "acl", owner.id, later)
    )
    rivals.settle(Node(1, hearing=True), {2: liar, 3: liar})
    Rival.objects.using("srs").update_or_create(
        peer=3, kind="acl", subject=owner.id, seq=2,
        defaults={"digest": payload.digest, "dated": payload.dated},
    )  # fmt: skip
    rivals.settle(Node(1, hearing=True), {2: liar, 3: liar})
    assert held(1) == before
    assert not Delegation.objects.using("srs").filter(owner=owner.id).exists()


@pytest.mark.parametrize("kind", ["registration", "acl", "deposit", "accept"])
def test_an_entry_is_about_whom_its_statement_names(kind: str) -> None:
    owner, other = member(), member()
    everybody_catches_up()
    statement = {
        "registration": owner.registration(("genome",), seq=2, previous="A" * 43),
        "acl": owner.acl([]),
        "deposit": owner.seal({"medical": element("medical")}).manifest,
        "accept": owner.acl([]),
    }[kind]
    before = held(1)
    catching_up.apply(Node(1, hearing=True), 2, said(9, kind, other.id, statement))
    assert held(1) == before
    assert not Rival.objects.using("srs").exists()


def test_nothing_is_undone_for_what_does_not_come() -> None:
    """The chosen statement is in the other's journal, and cannot be taken here."""
    owner, user = member(), member("physician")
    grant(owner, user, "medical")
    before, node = held(1), Node(1, hearing=True)
    nobody = said(
        1, "acl", owner.id, owner.acl([owner.rule(Endpoint(), ["medical"])], seq=1, previous=None)
    )
    for peer in (2, 3):
        catching_up.apply(node, peer, nobody)
    assert Rival.objects.using("srs").count() == 2
    liar: Any = Liar(nobody)
    rivals.settle(node, {2: liar, 3: liar})
    assert held(1) == before


def test_another_history_before_the_difference_is_not_followed() -> None:
    """What a node holds of earlier lists comes from those that it took itself."""
    owner, user = member(), member("physician")
    grant(owner, user, "medical")
    granted = owner.acl_head
    deal = next(one.deal for one in local(1).journal(0).entries if one.kind == "acl")
    put_acl(owner, [])
    lost, kept = owner.acl([]), owner.acl([], iat=clock.now() + 5)
    at((1,), lambda node: node.set_acl(lost, None))
    rows = [said(1, "acl", owner.id, str(granted), deal=deal)]
    # The revocation is not in it, and its number is a list of the owner's that nobody took.
    rows.append(said(2, "acl", owner.id, owner.acl([owner.rule(user, ["medical"])], seq=2)))
    rows.append(said(3, "acl", owner.id, kept))
    node, liar = Node(1, hearing=True), Liar(*rows)
    before = held(1)
    for peer in (2, 3):
        catching_up.apply(node, peer, rows[2])
    rivals.settle(node, {2: liar, 3: liar})  # type: ignore[dict-item]
    assert held(1) == before


@pytest.mark.parametrize("journal", ["nothing", "another"])
def test_whoever_has_it_and_lies_keeps_nobody_from_following(journal: str) -> None:
    owner, friend = member(), member()
    lost, kept, other = owner.acl([]), owner.acl([], iat=clock.now() + 5), friend.acl([])
    at((1,), lambda node: node.set_acl(lost, None))
    at((3,), lambda node: node.set_acl(kept, None))
    node, entry = Node(1, hearing=True), said(1, "acl", owner.id, kept)
    lies = [] if journal == "nothing" else [said(1, "acl", owner.id, other), entry]
    for peer in (2, 3):
        catching_up.apply(node, peer, entry)
    liar: Any = Liar(*lies)
    rivals.settle(node, {2: liar, 3: local(3)})
    assert local(1).acl(owner.id) == kept


class TestTwoNodes:
    """Whatever one of two holds may have been acknowledged."""

    @pytest.mark.parametrize(("n", "follows"), [(2, False), (3, True)])
    def test_neither_is_given_up_for_the_later_one(self, n: int, follows: bool) -> None:
        owner = member()
        own, others = owner.acl([]), [owner.acl([], iat=clock.now() + 5 + i) for i in range(n - 1)]
        at((1,), lambda node: node.set_acl(own, None))
        places = [rivals.place_of("acl", owner.id, one) for one in others]
        held_by = dict(enumerate(places, 2))
        node = Two(1) if n == 2 else Node(1)
        first = Place("acl", owner.id, 1, places[0].digest, places[0].dated)
        chosen = rivals._chosen(node, first, held_by)
        assert chosen == (places[-1].digest if follows else None)


def test_a_member_is_whom_a_signed_registration_describes() -> None:
    owner = Endpoint()
    thief = Endpoint(id=owner.id)
    jws = owner.registration()
    at((1, 2, 3), lambda node: node.register(jws))
    at((1, 2, 3), lambda node: node.activate(owner.id, "owner"))
    everybody_catches_up()
    before, node = held(1), Node(1, hearing=True)
    lie = broken(thief.registration())
    entry = said(1, "registration", owner.id, lie)
    for peer in (2, 3):
        catching_up.apply(node, peer, entry)
    place = rivals.place_of("registration", owner.id, lie)
    assert not Rival.objects.using("srs").exists()
    for peer in (2, 3):
        Rival.objects.using("srs").create(
            peer=peer, kind="registration", subject=owner.id, seq=1,
            digest=place.digest, dated=place.dated,
        )  # fmt: skip
    liar: Any = Liar(entry)
    rivals.settle(node, {2: liar, 3: liar})
    assert held(1) == before
    assert (
        bytes(Member.objects.using("srs").get(pk=owner.id).verification) == owner.keys.verification
    )
