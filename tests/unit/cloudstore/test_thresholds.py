"""Two of three nodes must allow the same thing, each for itself."""

from collections.abc import Sequence

import pytest

from cloudstore import tickets as access
from sesphr.ports.cloudstore import CloudObject
from sesphr.ports.errors import Invalid, PortError, Refused
from tests.contract import cloud_builder as build
from tests.contract.cloud_builder import Signer, Upload
from tests.contract.cloud_contract import Scene

pytestmark = pytest.mark.django_db(databases="__all__")

# What one node's ticket says: which node, partitions, whole, options of the ticket.
Vote = tuple[int, Sequence[str], bool, dict[str, int]]


def ask(scene: Scene, asker: Signer, made: Upload, *votes: Vote) -> tuple[CloudObject, ...]:
    asked = scene.request(asker, made)
    tickets = [
        build.ticket(
            scene.nodes[node],
            asker,
            asked,
            scene.owner,
            [(made.digest, partitions, whole)],
            **{"iat": scene.now, **options},
        )
        for node, partitions, whole, options in votes
    ]
    return scene.cloud.get(asked, asker.verification, tickets)


def vote(node: int, *partitions: str, whole: bool = False, **options: int) -> Vote:
    return node, partitions, whole, options


def refused(
    scene: Scene, asker: Signer, made: Upload, *votes: Vote, error: type[PortError] = Refused
) -> str:
    with pytest.raises(error) as raised:
        ask(scene, asker, made, *votes)
    return raised.value.code


def test_any_two_nodes_suffice(three: Scene) -> None:
    made = three.deposit()
    for first, second in ((0, 1), (1, 2), (2, 0)):
        (given,) = ask(three, three.doctor, made, vote(first, "medical"), vote(second, "medical"))
        assert given.partitions == {"medical": made.parts["medical"]}


def test_one_node_does_not(three: Scene) -> None:
    made = three.deposit()
    for votes in (
        [vote(0, "medical")],
        [vote(0, "medical"), vote(0, "medical")],
        [vote(0, "medical"), vote(0, "medical", seq=1), vote(0, "medical", life=59)],
    ):
        assert refused(three, three.doctor, made, *votes) == "too-few-tickets"


def test_only_what_two_nodes_list_is_given(three: Scene) -> None:
    made = three.deposit()
    (given,) = ask(three, three.doctor, made, vote(0, "medical", "personal"), vote(1, "medical"))
    assert set(given.partitions) == {"medical"}
    assert refused(three, three.doctor, made, vote(0, "medical"), vote(1, "personal"))


def test_two_nodes_must_say_whole(three: Scene) -> None:
    made = three.deposit()
    one = ask(
        three,
        three.owner,
        made,
        vote(0, "medical", whole=True),
        vote(1, "medical"),
    )
    assert (one[0].document, set(one[0].partitions)) == (None, {"medical"})
    two = ask(
        three, three.owner, made, vote(0, "medical", whole=True), vote(1, "personal", whole=True)
    )
    assert two[0].document == made.document


def test_a_stale_ticket_does_not_count_but_does_no_harm(three: Scene) -> None:
    made = three.deposit()
    three.acl(5)
    stale, expired = vote(0, "medical", seq=4), vote(0, "medical", seq=5, iat=three.now - 60)
    fresh = [vote(1, "medical", seq=5), vote(2, "medical", seq=6)]
    for odd in (stale, expired):
        assert ask(three, three.doctor, made, odd, *fresh)
        assert refused(three, three.doctor, made, odd, fresh[0])
    assert refused(three, three.doctor, made, stale, fresh[0]) == "older-acl"
    assert refused(three, three.doctor, made, expired, fresh[0]) == "expired"


def test_one_documents_votes_do_not_help_another(three: Scene) -> None:
    made, other = three.deposit(), three.deposit()
    asked = build.request(
        three.doctor, {made.record: ["medical"], other.record: ["medical"]}, iat=three.now
    )
    tickets = [
        build.ticket(
            node,
            three.doctor,
            asked,
            three.owner,
            [(upload.digest, ["medical"], False)],
            iat=three.now,
        )
        for node, upload in ((three.nodes[0], made), (three.nodes[1], other))
    ]
    with pytest.raises(Refused):
        three.cloud.get(asked, three.doctor.verification, tickets)


def test_one_receipt_is_enough(three: Scene) -> None:
    made = build.upload(three.owner, three.owner, iat=three.now)
    three.cloud.put(made.manifest, three.owner.verification, made.document)
    three.cloud.note(
        [build.receipt(three.nodes[2], three.owner, "deposit", made.digest, iat=three.now)]
    )
    assert three.collect(three.now + 10**6) == 0


# What one node's receipt for a list says: which node, of whose list, which one, its number.
Word = tuple[int, str, bytes, int]
ONE, OTHER = bytes(32), bytes(31) + b"\1"


@pytest.mark.parametrize(
    "words",
    [
        [(2, "owner", ONE, 2**53 - 2)],
        [(2, "owner", ONE, 9), (2, "owner", ONE, 9)],
        [(0, "owner", ONE, 9), (2, "owner", OTHER, 9)],
        [(0, "owner", ONE, 8), (2, "owner", ONE, 9)],
        [(0, "doctor", ONE, 9), (2, "owner", ONE, 9)],
        [(0, "doctor", ONE, 9), (1, "doctor", ONE, 9), (2, "owner", ONE, 9)],
    ],
    ids=["one", "one-twice", "other-list", "other-number", "other-owner", "beside-another"],
)
def test_one_node_does_not_raise_a_number(three: Scene, words: list[Word]) -> None:
    made = three.deposit()
    three.acl(5)
    three.cloud.note(said(three, words))
    assert ask(three, three.owner, made, *(vote(node, "medical", seq=5) for node in (0, 1)))


@pytest.mark.parametrize("nodes", [(0, 1), (2, 0), (1, 2, 0)])
def test_two_nodes_raise_it(three: Scene, nodes: tuple[int, ...]) -> None:
    made = three.deposit()
    lone: Word = (2, "owner", OTHER, 2**53 - 2)
    three.cloud.note(said(three, [lone, *((node, "owner", ONE, 6) for node in nodes)]))
    votes = [vote(node, "medical", seq=5) for node in (0, 1, 2)]
    assert refused(three, three.doctor, made, *votes) == "older-acl"
    assert ask(three, three.doctor, made, *(vote(node, "medical", seq=6) for node in (0, 1)))


def said(three: Scene, words: Sequence[Word]) -> list[str]:
    return [
        build.receipt(
            three.nodes[node], getattr(three, whose), "acl", which, iat=three.now, seq=seq
        )
        for node, whose, which, seq in words
    ]


def test_there_is_an_end_to_tickets(three: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "MAX_TICKETS_PER_NODE", 2)
    made = three.deposit()
    votes = [vote(0, "medical"), vote(1, "medical")] * 3
    assert ask(three, three.doctor, made, *votes)
    assert refused(three, three.doctor, made, *votes, votes[0], error=Invalid)
