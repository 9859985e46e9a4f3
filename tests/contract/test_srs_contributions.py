"""What any SRS must do with what somebody else adds to an owner's records.

Runs with the deployment that the settings name, as test_srs.py.
"""

import uuid
from typing import Any

import pytest

from sesphr.crypto import envelope, pre, statements
from sesphr.crypto.encoding import b64u_decode, b64u_encode
from sesphr.crypto.gt import decode_gt
from sesphr.ports.errors import Conflict, Invalid, NotFound, PortError, Refused
from sesphr.ports.srs import Deposit
from srs.models import Contribution, Record, RParameter
from srs.services import contributions
from tests.contract.test_srs import (
    NODES,
    ask,
    deposit,
    everywhere,
    grant,
    member,
    put_acl,
    record_of,
    verdicts,
)
from tests.contract.wires import over_all
from tests.support.endpoints import Endpoint, digest_of, element

pytestmark = [pytest.mark.django_db(databases="__all__"), pytest.mark.usefixtures("reached")]


def adder(owner: Endpoint, *partitions: str, **changed: Any) -> Endpoint:
    """A laboratory that the owner lets add to these partitions, and read nothing."""
    laboratory = member("laboratory")
    rule = {"actions": ["add"], "history": False, **changed}
    put_acl(owner, [owner.rule(laboratory, partitions or ("medical",), **rule)])
    return laboratory


def offer(
    author: Endpoint, owner: Endpoint, *names: str, **changed: Any
) -> tuple[envelope.SealedRecord, list[str]]:
    """A contribution to these partitions at every node, and the receipts."""
    parts = {name: element(name, "glucose") for name in names or ("medical",)}
    sealed = author.contribution(owner, parts, **changed)
    return sealed, everywhere(lambda node: node.deposit(author.deposit_for(sealed, node.index)))


def refused(author: Endpoint, owner: Endpoint, *names: str, **changed: Any) -> None:
    """The contribution is refused at every node, and leaves nothing there."""
    before = Record.objects.using("srs").count()
    sealed = author.contribution(owner, {one: element(one) for one in names}, **changed)
    for node in NODES():
        with pytest.raises(Refused):
            node.deposit(author.deposit_for(sealed, node.index))
    assert Record.objects.using("srs").count() == before


def events_of(who: Endpoint) -> list[str]:
    """What the first node tells somebody, by kind, oldest first."""
    return [str(one.event["type"]) for one in NODES()[0].events(who.id)]


def owner_reads(owner: Endpoint, sealed: envelope.SealedRecord, name: str) -> bytes:
    """The partition as its owner opens it: K = e(R, g2)^(1/x) from each node, then k and tag."""
    payload = statements.payload_of_unverified(sealed.manifest)
    entry = payload["partitions"][name]
    place = sealed.partitions[name].encapsulation.context
    found = set()
    for answer in ask(owner, sealed, name):
        [item] = statements.payload_of_unverified(answer.answer)["items"]
        [part] = item["partitions"]
        assert (part["decision"], part["reason"]) == ("allow", "owner")
        raised = decode_gt(b64u_decode(part["answer"], 576))
        key, _ = pre.derive_keys(raised.root(owner.keys.partition(name, 1).secret), place)
        found.add(envelope.open_partition(key, entry, sealed.partitions[name].octets))
    [plaintext] = found
    return plaintext


class TestOffering:
    """Who may add, and what it leaves."""

    def test_it_waits_and_only_its_owner_opens_it(self) -> None:
        owner = member()
        laboratory = adder(owner, "medical", "prescription")
        sealed, receipts = offer(laboratory, owner, "medical", "prescription")
        assert len(receipts) == len(NODES())
        for node in NODES():
            [waiting] = node.proposals(owner.id)
            assert (waiting.author, waiting.manifest) == (laboratory.id, sealed.manifest)
            assert waiting.digest == b64u_encode(sealed.digest)
            assert node.records(owner.id) == node.records(laboratory.id) == ()
        assert owner_reads(owner, sealed, "medical") == element("medical", "glucose")
        assert verdicts(ask(laboratory, sealed, "medical")[0]) == [("medical", "deny", "no-rule")]
        assert events_of(owner)[-4:] == ["acl", "contribution", "access", "access"]
        assert events_of(laboratory)[-1] == "contribution"

    def test_not_even_a_reader_of_that_partition_opens_it_before(self) -> None:
        owner, reader, laboratory = member(), member("physician"), member("laboratory")
        rules = [
            owner.rule(reader, ["medical"]),
            owner.rule(laboratory, ["medical"], actions=["add", "read"]),
        ]
        put_acl(owner, rules, [(reader, "medical"), (laboratory, "medical")])
        sealed, _ = offer(laboratory, owner)
        for one in (reader, laboratory):
            assert verdicts(ask(one, sealed, "medical")[0]) == [("medical", "deny", "no-rule")]
        accepted = owner.accept(sealed)
        everywhere(lambda node: node.accept(accepted))
        for one in (reader, laboratory):
            assert verdicts(ask(one, sealed, "medical")[0])[0][1] == "allow"

    def test_the_same_again_gives_the_same_receipt(self) -> None:
        owner = member()
        laboratory = adder(owner)
        sealed, first = offer(laboratory, owner)
        again = everywhere(lambda n: n.deposit(laboratory.deposit_for(sealed, n.index)))
        assert again == first
        assert Contribution.objects.using("srs").count() == 1

    def test_strangers_and_those_without_add_are_refused(self) -> None:
        owner, stranger, reader = member(), member("laboratory"), member("physician")
        grant(owner, reader, "medical")
        refused(stranger, owner, "medical")
        refused(reader, owner, "medical")

    def test_every_partition_must_be_allowed(self) -> None:
        owner = member()
        laboratory = adder(owner, "medical")
        refused(laboratory, owner, "personal")
        refused(laboratory, owner, "medical", "personal")

    def test_a_deny_rule_wins(self) -> None:
        owner, laboratory = member(), member("laboratory")
        allow = owner.rule(laboratory, ["medical"], actions=["add"])
        deny = owner.rule(laboratory, ["medical"], actions=["add"], deny=True)
        put_acl(owner, [allow, deny])
        refused(laboratory, owner, "medical")

    def test_taken_back_and_expired_rights_are_refused(self, moved_clock: list[int]) -> None:
        owner = member()
        laboratory = adder(owner, valid_until=moved_clock[0] + 100)
        offer(laboratory, owner)
        moved_clock[0] += 100
        refused(laboratory, owner, "medical")
        other = adder(owner)
        put_acl(owner, [])
        refused(other, owner, "medical")

    def test_members_who_are_not_active_are_refused(self) -> None:
        owner = member()
        laboratory = adder(owner)
        everywhere(lambda node: node.suspend(laboratory.id))
        refused(laboratory, owner, "medical")
        everywhere(lambda node: node.activate(laboratory.id, "laboratory"))
        everywhere(lambda node: node.suspend(owner.id))
        refused(laboratory, owner, "medical")

    def test_a_roles_rule_lets_add_while_the_credential_is_valid(
        self, monkeypatch: pytest.MonkeyPatch, moved_clock: list[int]
    ) -> None:
        owner, laboratory, other = member(), member("physician"), member("physician")
        role = {"role": "laboratory", "issuer": b64u_encode(bytes(32))}
        held: dict[str, Any] = {
            **role, "valid_from": 0, "valid_until": moved_clock[0] + 100, "revoked": False
        }  # fmt: skip

        def current(node: Any, who: Any, now: int) -> dict[str, Any] | None:
            return held if str(who.id) == laboratory.id else None

        monkeypatch.setattr("srs.decisions.credentials.current", current)
        rule = owner.rule(laboratory, ["medical"], who=role, actions=["add"], history=False)
        put_acl(owner, [rule])
        offer(laboratory, owner)
        refused(other, owner, "medical")
        for node in NODES():
            assert [one.owner for one in node.addable(laboratory.id, owner.id)] == [owner.id]
        held["revoked"] = True
        refused(laboratory, owner, "medical")
        held["revoked"] = False
        moved_clock[0] += 100
        refused(laboratory, owner, "medical")

    def test_nobody_reads_like_somebody(self) -> None:
        owner, laboratory = member(), member("laboratory")
        said = set()
        for one in (owner, Endpoint()):
            sealed = laboratory.contribution(one, {"medical": element("medical")})
            with pytest.raises(Refused) as refusal:
                NODES()[0].deposit(laboratory.deposit_for(sealed, 1))
            said.add((str(refusal.value), refusal.value.code))
        assert len(said) == 1

    def test_a_manifest_in_somebody_elses_name_is_refused(self) -> None:
        owner, thief = member(), member("laboratory")
        laboratory = adder(owner)
        sealed = thief.contribution(owner, {"medical": element("medical")})
        payload = statements.payload_of_unverified(sealed.manifest)
        forged = thief.sign("sesphr-manifest", **{**payload, "iss": laboratory.id})
        for node in NODES():
            right = thief.deposit_for(sealed, node.index)
            with pytest.raises(PortError):
                node.deposit(Deposit(forged, right.sealed))

    def test_a_proof_of_another_author_or_record_is_refused(self) -> None:
        owner = member()
        laboratory = adder(owner)
        other = laboratory.contribution(owner, {"medical": element("medical")})
        sealed = laboratory.contribution(owner, {"medical": element("medical")})
        forged = {**other.partitions["medical"].__dict__, "proof": bytes(80)}
        for one in (other.partitions["medical"], envelope.SealedPartition(**forged)):
            swapped = envelope.SealedRecord(
                sealed.document, sealed.payload, sealed.manifest, {"medical": one}
            )
            for node in NODES():
                with pytest.raises(Invalid):
                    node.deposit(laboratory.deposit_for(swapped, node.index))
        assert not RParameter.objects.using("srs").exists()

    def test_only_a_first_version_of_a_new_record(self) -> None:
        owner = member()
        laboratory = adder(owner)
        own = deposit(owner)
        before = b64u_encode(own.digest)
        refused(laboratory, owner, "medical", record=record_of(own), version=2, previous=before)
        for taken in (record_of(own), record_of(deposit(member()))):
            with pytest.raises(Conflict):
                offer(laboratory, owner, record=taken)

    def test_the_owner_does_not_write_over_a_proposal(self) -> None:
        owner = member()
        laboratory = adder(owner)
        sealed, _ = offer(laboratory, owner)
        over = owner.seal({"medical": element("medical")}, record=record_of(sealed))
        for node in NODES():
            with pytest.raises(Conflict):
                node.deposit(owner.deposit_for(over, node.index))

    def test_what_waits_is_bounded(self, monkeypatch: pytest.MonkeyPatch) -> None:
        owner = member()
        laboratory = adder(owner)
        monkeypatch.setattr(contributions, "MOST_WAITING", 2)
        first, _ = offer(laboratory, owner)
        offer(laboratory, owner)
        with pytest.raises(Conflict):
            offer(laboratory, owner)
        declined = owner.deletion(first)
        everywhere(lambda node: node.erase(declined))
        offer(laboratory, owner)
        monkeypatch.setattr(contributions, "MOST_WAITING", 20)
        monkeypatch.setattr(contributions, "MOST_OCTETS", 250)
        with pytest.raises(Conflict):
            offer(laboratory, owner)

    def test_who_may_add_is_told_to_whom_it_concerns(self, moved_clock: list[int]) -> None:
        owner = member()
        laboratory = adder(owner, "medical", "personal", valid_until=moved_clock[0] + 100)
        for node in NODES():
            [found] = node.addable(laboratory.id)
            assert (found.owner, found.partitions) == (owner.id, ("medical", "personal"))
            assert node.addable(laboratory.id, owner.id) == (found,)
            assert node.addable(laboratory.id, laboratory.id) == ()
            assert node.addable(member("laboratory").id, owner.id) == ()
        moved_clock[0] += 100
        assert NODES()[0].addable(laboratory.id) == ()
        put_acl(owner, [])
        assert NODES()[0].addable(laboratory.id, owner.id) == ()


class TestAnswering:
    """The owner's accept and decline."""

    @over_all
    def test_an_accepted_one_is_a_record_like_her_own(self) -> None:
        owner = member()
        laboratory = adder(owner)
        sealed, _ = offer(laboratory, owner)
        accepted = owner.accept(sealed)
        receipts = everywhere(lambda node: node.accept(accepted))
        assert everywhere(lambda node: node.accept(accepted)) == receipts
        for node in NODES():
            assert node.proposals(owner.id) == ()
            [view] = node.records(owner.id)
            assert (view.record, view.version) == (record_of(sealed), 1)
            assert node.wrote_for(laboratory.id, owner.id)
        assert owner_reads(owner, sealed, "medical") == element("medical", "glucose")
        assert events_of(owner)[-2:] == ["accepted", "access"]
        assert events_of(laboratory)[-2:] == ["contribution", "accepted"]
        refused(
            laboratory, owner, "medical",
            record=record_of(sealed), version=2, previous=b64u_encode(sealed.digest),
        )  # fmt: skip
        deposit(owner, record=record_of(sealed), version=2, previous=b64u_encode(sealed.digest))

    def test_two_devices_may_accept_alike_and_not_otherwise(self, moved_clock: list[int]) -> None:
        owner = member()
        sealed, _ = offer(adder(owner), owner)
        first = owner.accept(sealed)
        moved_clock[0] += 1
        second = owner.accept(sealed)
        other = owner.accept(sealed, wrapped={"medical": b64u_encode(bytes(40))})
        everywhere(lambda node: node.accept(first))
        receipts = everywhere(lambda node: node.accept(second))
        assert everywhere(lambda node: node.accept(second)) == receipts
        for node in NODES():
            with pytest.raises(Conflict):
                node.accept(other)
        assert events_of(owner).count("accepted") == 1

    def test_a_declined_one_is_forgotten_and_never_comes_back(self) -> None:
        owner = member()
        laboratory = adder(owner)
        sealed, _ = offer(laboratory, owner)
        deletion = owner.deletion(sealed)
        receipts = everywhere(lambda node: node.erase(deletion))
        assert everywhere(lambda node: node.erase(deletion)) == receipts
        assert not any(everywhere(lambda node: node.committed((digest_of(sealed.manifest),))))
        assert not RParameter.objects.using("srs").exists()
        for node in NODES():
            assert node.proposals(owner.id) == node.records(owner.id) == ()
            with pytest.raises(Refused) as refusal:
                node.deposit(laboratory.deposit_for(sealed, node.index))
            assert refusal.value.code == "declined"
            with pytest.raises(Conflict):
                node.accept(owner.accept(sealed))
        with pytest.raises(Conflict):
            offer(laboratory, owner, record=record_of(sealed))
        assert verdicts(ask(owner, sealed, "medical")[0]) == [("medical", "deny", "no-rule")]
        assert events_of(owner)[-2:] == ["contribution", "declined"]
        assert events_of(laboratory)[-2:] == ["contribution", "declined"]

    def test_nothing_is_declined_after_it_was_accepted(self) -> None:
        owner = member()
        sealed, _ = offer(adder(owner), owner)
        accepted, deletion = owner.accept(sealed), owner.deletion(sealed)
        everywhere(lambda node: node.accept(accepted))
        for node in NODES():
            with pytest.raises(Conflict):
                node.erase(deletion)
        assert owner_reads(owner, sealed, "medical")

    def test_only_what_was_offered_to_her_is_answered(self) -> None:
        owner, other = member(), member()
        laboratory = adder(owner)
        sealed, _ = offer(laboratory, owner)
        own = deposit(owner)
        unsent = laboratory.contribution(owner, {"medical": element("medical")})
        for node in NODES():
            for who, what in ((other, sealed), (laboratory, sealed), (owner, own), (owner, unsent)):
                with pytest.raises(NotFound):
                    node.erase(who.deletion(what))
                with pytest.raises(NotFound):
                    node.accept(who.accept(what))
            assert len(node.proposals(owner.id)) == 1

    @pytest.mark.parametrize(
        "changed",
        [
            {"author": str(uuid.uuid4())},
            {"version": 2},
            {"manifest": b64u_encode(bytes(32))},
            {"wrapped": {"personal": b64u_encode(bytes(40))}},
            {"wrapped": {one: b64u_encode(bytes(40)) for one in ("medical", "personal")}},
        ],
    )
    def test_an_accept_says_just_what_was_offered(self, changed: dict[str, Any]) -> None:
        owner = member()
        sealed, _ = offer(adder(owner), owner)
        for node in NODES():
            with pytest.raises(Invalid):
                node.accept(owner.accept(sealed, **changed))
            assert node.records(owner.id) == ()

    def test_a_list_without_the_right_leaves_what_waits_to_the_owner(self) -> None:
        owner = member()
        laboratory = adder(owner)
        sealed, _ = offer(laboratory, owner)
        put_acl(owner, [])
        everywhere(lambda node: node.depart(laboratory.id))
        accepted = owner.accept(sealed)
        everywhere(lambda node: node.accept(accepted))
        assert len(NODES()[0].records(owner.id)) == 1
