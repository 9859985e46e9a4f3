"""Standing delegation at the nodes: shares dealt for roles, one node and three of which two suffice."""

from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Any

import pytest

from sesphr import clock
from sesphr.crypto import statements
from sesphr.crypto.encoding import b64u_encode
from sesphr.crypto.errors import DelegationError
from sesphr.deployment import get_deployment
from sesphr.ports.cloudstore import CloudObject
from sesphr.ports.errors import Invalid
from sesphr.roles import node_database
from srs.models import Delegation, Share
from tests.contract.test_srs import NODES, ask, deposit, everywhere, member, record_of, verdicts
from tests.contract.wires import over_all
from tests.support.certified import certify, council, revoke
from tests.support.credentials import Council
from tests.support.endpoints import Endpoint, digest_of

pytestmark = [pytest.mark.django_db(databases="__all__"), pytest.mark.usefixtures("reached")]
ISSUER = b64u_encode(bytes(range(32)))


def give(owner: Endpoint, rules: list[dict[str, Any]], *names: str) -> list[str]:
    """The owner's next list with shares of these partitions, at every node."""
    acl = owner.acl(rules)
    deal = owner.deal(acl, standing=names) if names else None
    receipts = everywhere(lambda node: node.set_acl(acl, deal))
    owner.acl_head = acl
    return receipts


def physicians(owner: Endpoint, *names: str, **changed: Any) -> dict[str, Any]:
    """A rule for physicians of the one authority."""
    return owner.role_rule("physician", ISSUER, names, **changed)


def shares() -> list[list[tuple[str, bytes]]]:
    """What each node's database keeps: partition and share."""
    aliases = [node_database(node.index) for node in NODES()]
    return [
        [(row.partition, bytes(row.s)) for row in Share.objects.using(alias).order_by("partition")]
        for alias in aliases
    ]


class TestDealing:
    """What is taken with a list, and what is refused."""

    def test_each_node_keeps_its_own_share_and_repeats_its_receipt(self) -> None:
        owner = member()
        deposit(owner)
        acl = owner.acl([physicians(owner, "medical")])
        deal = owner.deal(acl, standing=["medical"])
        first = everywhere(lambda node: node.set_acl(acl, deal))
        assert everywhere(lambda node: node.set_acl(acl, deal)) == first
        kept = [found for [(_, found)] in shares()]
        assert len(set(kept)) == len(NODES())
        assert everywhere(lambda node: node.standing(owner.id)) == [(("medical", 1),)] * len(kept)

    def test_a_rule_for_a_role_without_a_share_is_refused(self) -> None:
        owner = member()
        give(owner, [physicians(owner, "medical")], "medical")
        for rule in (
            physicians(owner, "medical", "personal"),
            physicians(owner, "personal", emergency={"hours": 1, "signers": 2}),
        ):
            acl = owner.acl([physicians(owner, "medical"), rule])
            with pytest.raises(Invalid):
                NODES()[0].set_acl(acl, None)
        give(owner, [physicians(owner, "medical"), physicians(owner, "personal")], "personal")
        assert [name for name, _ in shares()[0]] == ["medical", "personal"]

    def test_a_share_that_no_rule_gives_is_refused(self) -> None:
        owner, user = member(), member("physician")
        for rules in (
            [physicians(owner, "medical")],
            [physicians(owner, "medical"), physicians(owner, "personal", actions=["add"])],
            [physicians(owner, "medical"), owner.rule(user, ["personal"], deny=True)],
        ):
            acl = owner.acl(rules)
            with pytest.raises(Invalid):
                NODES()[0].set_acl(acl, owner.deal(acl, standing=["medical", "personal"]))

    def test_wrong_shares_are_refused_by_every_node(self) -> None:
        owner, other = member(), member()
        acl = owner.acl([physicians(owner, "medical")])
        n, right = get_deployment().n, owner.share("medical")
        strange = b64u_encode(other.keys.partition("medical", 1).public.encode())
        wrong = [
            owner.share("medical", owner=other.id),
            owner.share("medical", partition="personal") | {"partition": "medical"},
            owner.share("medical", epoch=2) | {"epoch": 1},
            owner.share("medical", label="delegation"),
            owner.share("medical", deployment="elsewhere"),
            owner.share("medical", index=n + 1),
            other.share("medical", owner=owner.id),
            {**right, "epoch": 2},
            {**right, "sealed": right["sealed"] * 2},
            {**right, "sealed": [right["sealed"][0] | {"enc": ISSUER}] * n},
            {**right, "commitments": [*right["commitments"], strange]},
        ]
        if right["commitments"]:
            wrong += [
                {**right, "commitments": owner.share("medical")["commitments"]},
                {**right, "commitments": []},
                {**right, "sealed": right["sealed"][1:] + right["sealed"][:1]},
            ]
        for one in wrong:
            deal = owner.sign("sesphr-deal", acl=digest_of(acl), deals=[], standing=[one])
            for node in NODES():
                with pytest.raises(Invalid):
                    node.set_acl(acl, deal)
        assert everywhere(lambda node: node.acl(owner.id)) == [None] * n
        assert shares() == [[]] * n

    def test_a_deal_without_its_standing_part_is_refused(self) -> None:
        owner = member()
        acl = owner.acl([])
        with pytest.raises(statements.StatementError):
            owner.sign("sesphr-deal", acl=digest_of(acl), deals=[])

    def test_shares_go_with_the_last_rule_for_a_role(self) -> None:
        owner, user = member(), member("physician")
        both = [physicians(owner, "medical"), owner.role_rule("nurse", ISSUER, ["medical"])]
        give(owner, both, "medical")
        before = shares()
        give(owner, both[1:])
        assert shares() == before
        acl = owner.acl([owner.rule(user, ["medical"])])
        deal = owner.deal(acl, [(user, "medical")])
        everywhere(lambda node: node.set_acl(acl, deal))
        assert shares() == [[]] * len(NODES())

    def test_a_list_that_is_refused_changes_no_share(self) -> None:
        owner = member()
        give(owner, [physicians(owner, "medical")], "medical")
        before = shares()
        acl = owner.acl([physicians(owner, "medical", "personal")])
        with pytest.raises(Invalid):
            NODES()[0].set_acl(acl, owner.deal(acl, standing=["medical"]))
        assert shares() == before

    def test_a_departed_owner_leaves_no_share(self) -> None:
        owner = member()
        give(owner, [physicians(owner, "medical")], "medical")
        everywhere(lambda node: node.depart(owner.id))
        assert shares() == [[]] * len(NODES())

    def test_the_owner_sees_which_roles_were_given_and_taken(self) -> None:
        owner = member()
        give(owner, [physicians(owner, "medical")], "medical")
        give(owner, [])
        given = [{"role": "physician", "issuer": ISSUER, "partition": "medical"}]
        events = [view.event for view in NODES()[0].events(owner.id) if view.event["type"] == "acl"]
        assert [event["roles_granted"] for event in events] == [given, []]
        assert [event["roles_revoked"] for event in events] == [[], given]

    def test_all_lists_stay_to_be_seen(self) -> None:
        owner, signed = member(), []
        for rules in ([], [physicians(owner, "medical")], []):
            give(owner, rules, *(["medical"] if rules else []))
            signed.append(owner.acl_head)
        assert everywhere(lambda node: node.lists(owner.id)) == [tuple(signed)] * len(NODES())


class TestAnotherGroup:
    """When n, t or the nodes change, what was dealt before is dealt again."""

    def test_old_keys_and_shares_are_not_used_and_have_to_be_dealt_again(self) -> None:
        owner, user = member(), member("nurse")
        rules = [physicians(owner, "medical"), owner.rule(user, ["personal"])]
        acl = owner.acl(rules)
        deal = owner.deal(acl, [(user, "personal")], ["medical"])
        everywhere(lambda node: node.set_acl(acl, deal))
        owner.acl_head = acl
        for node in NODES():
            alias = node_database(node.index)
            Share.objects.using(alias).update(group=ISSUER)
            Delegation.objects.using(alias).update(group=ISSUER)
            assert node.standing(owner.id) == node.delegates(owner.id) == ()
        again = owner.acl(rules)
        for some in ([(user, "personal")], []), ([], ["medical"]):
            deal = owner.deal(again, *some)
            with pytest.raises(Invalid):
                NODES()[0].set_acl(again, deal)
        deal = owner.deal(again, [(user, "personal")], ["medical"])
        everywhere(lambda node: node.set_acl(again, deal))
        for node in NODES():
            assert node.standing(owner.id) == (("medical", 1),)
            assert node.delegates(owner.id) == ((user.id, "personal", 1),)


@pytest.fixture
def authority() -> Iterator[Council]:
    """Who certifies physicians and nurses here."""
    with council() as made:
        yield made


@pytest.fixture
def doctor(authority: Council) -> Endpoint:
    """A physician with a credential."""
    made = member("physician")
    certify(authority, made)
    return made


def reads(user: Endpoint, sealed: Any, name: str, nodes: Iterable[int] = ()) -> str:
    """What a user opens with the answers of these nodes (of all of them)."""
    answers = dict(enumerate(ask(user, sealed, name), 1))
    stored = CloudObject(
        sealed.digest, sealed.manifest, None,
        {part: one.octets for part, one in sealed.partitions.items()},
    )  # fmt: skip
    chosen = {index: answers[index] for index in nodes or answers}
    return user.open(chosen, [stored], record_of(sealed), name).decode()


def decided(user: Endpoint, sealed: Any, name: str = "medical") -> str:
    """Why a user may open a part or not, as every node says alike."""
    [found] = {verdicts(answer)[0] for answer in ask(user, sealed, name)}
    return f"{found[1]}: {found[2]}"


class TestAnswering:
    """Opening by a rule for a role: the owner is away."""

    def give_to(self, authority: Council, owner: Endpoint, **changed: Any) -> dict[str, Any]:
        rule = owner.role_rule("physician", authority.issuer.id, ["medical"], **changed)
        give(owner, [rule], "medical")
        return rule

    @over_all
    def test_whoever_is_certified_opens_it_with_any_t_nodes(
        self, authority: Council, doctor: Endpoint
    ) -> None:
        owner, other, plain = member(), member("physician"), member("physician")
        certify(authority, other, serial=2)
        sealed = deposit(owner)
        self.give_to(authority, owner, history=True)
        n, t = get_deployment().n, get_deployment().t
        for some in combinations(range(1, n + 1), t):
            assert "planted" in reads(doctor, sealed, "medical", some)
        for fewer in filter(None, combinations(range(1, n + 1), t - 1)):
            with pytest.raises(DelegationError):
                reads(doctor, sealed, "medical", fewer)
        assert "planted" in reads(other, sealed, "medical")
        assert decided(plain, sealed) == "deny: no-rule"
        assert decided(doctor, sealed, "personal") == "deny: no-rule"
        assert not any(
            Delegation.objects.using(node_database(node.index)).exists() for node in NODES()
        )

    def test_another_role_issuer_or_revoked_credential_opens_nothing(
        self, authority: Council, doctor: Endpoint
    ) -> None:
        owner, nurse = member(), member("nurse")
        certify(authority, nurse, "nurse", serial=2)
        sealed = deposit(owner)
        self.give_to(authority, owner, history=True)
        assert decided(nurse, sealed) == "deny: no-rule"
        revoke(authority, 1)
        assert decided(doctor, sealed) == "deny: credential"
        certify(authority, doctor, serial=3)
        assert decided(doctor, sealed) == "allow: role-rule"
        give(owner, [owner.role_rule("physician", ISSUER, ["medical"], history=True)])
        assert decided(doctor, sealed) == "deny: no-rule"

    def test_newcomers_get_their_roles_default_from_their_joining_date(
        self, authority: Council, moved_clock: list[int]
    ) -> None:
        owner = member()
        before = deposit(owner)
        rule = self.give_to(authority, owner)
        moved_clock[0] += 100
        newcomer = member("physician")
        certify(authority, newcomer)
        since = deposit(owner)
        assert decided(newcomer, before) == "deny: no-rule"
        assert "planted" in reads(newcomer, since, "medical")
        give(owner, [{**rule, "history": True}])
        assert "planted" in reads(newcomer, before, "medical")

    def test_one_person_is_kept_out_while_the_role_is_let_in(
        self, authority: Council, doctor: Endpoint
    ) -> None:
        owner, other = member(), member("physician")
        certify(authority, other, serial=2)
        sealed = deposit(owner)
        rule = self.give_to(authority, owner, history=True)
        give(owner, [rule, owner.rule(doctor, ["medical"], deny=True)])
        # That it is a rule against this very person is told to nobody but the owner.
        assert decided(doctor, sealed) == "deny: no-rule"
        assert NODES()[0].events(owner.id)[-1].event["items"][0]["reason"] == "deny-rule"
        assert NODES()[0].records(doctor.id) == ()
        assert "planted" in reads(other, sealed, "medical")

    def test_a_window_holds(
        self, authority: Council, doctor: Endpoint, moved_clock: list[int]
    ) -> None:
        owner, now = member(), moved_clock[0]
        sealed = deposit(owner)
        self.give_to(authority, owner, history=True, valid_until=now + 100)
        assert decided(doctor, sealed) == "allow: role-rule"
        moved_clock[0] += 100
        assert decided(doctor, sealed) == "deny: no-rule"

    def test_a_direct_key_and_a_share_of_other_polynomials_do_not_mix(
        self, authority: Council, doctor: Endpoint
    ) -> None:
        owner = member()
        sealed = deposit(owner)
        rule = owner.role_rule("physician", authority.issuer.id, ["medical"], history=True)
        direct = owner.rule(doctor, ["medical"], purposes=["research"])
        acl = owner.acl([rule, direct])
        deal = owner.deal(acl, [(doctor, "medical")], ["medical"])
        everywhere(lambda node: node.set_acl(acl, deal))
        assert "planted" in reads(doctor, sealed, "medical")

    def test_a_members_rule_alone_is_never_answered_from_a_share(self, authority: Council) -> None:
        owner, nurse = member(), member("nurse")
        sealed = deposit(owner)
        rule = owner.role_rule("physician", authority.issuer.id, ["medical"])
        acl = owner.acl([rule, owner.rule(nurse, ["medical"])])
        everywhere(lambda node: node.suspend(nurse.id))
        everywhere(lambda node: node.set_acl(acl, owner.deal(acl, standing=["medical"])))
        everywhere(lambda node: node.activate(nurse.id, "nurse"))
        for answer in ask(nurse, sealed, "medical"):
            [item] = statements.payload_of_unverified(answer.answer)["items"]
            assert item["partitions"][0]["answer"] is None

    def test_shares_of_another_group_answer_nothing(
        self, authority: Council, doctor: Endpoint
    ) -> None:
        owner = member()
        sealed = deposit(owner)
        rule = self.give_to(authority, owner, history=True)
        for node in NODES():
            Share.objects.using(node_database(node.index)).update(group=ISSUER)
        for answer in ask(doctor, sealed, "medical"):
            [item] = statements.payload_of_unverified(answer.answer)["items"]
            assert item["partitions"][0]["answer"] is None
        give(owner, [rule], "medical")
        assert "planted" in reads(doctor, sealed, "medical")

    def test_lists_show_what_the_role_may_open_and_for_how_long(
        self, authority: Council, doctor: Endpoint
    ) -> None:
        owner, until = member(), clock.now() + 1000
        sealed = deposit(owner)
        self.give_to(authority, owner, history=True, valid_until=until)
        for node in NODES():
            [view] = node.records(doctor.id)
            assert (view.record, view.partitions) == (record_of(sealed), ("medical",))
            assert view.until == {"medical": until}
            assert node.records(doctor.id, owner.id) == (view,)
        revoke(authority, 1)
        assert NODES()[0].records(doctor.id) == ()
        certify(authority, doctor, serial=2)
        give(owner, [])
        assert NODES()[0].records(doctor.id) == ()

    def test_a_departed_doctor_opens_nothing(self, authority: Council, doctor: Endpoint) -> None:
        owner = member()
        sealed = deposit(owner)
        self.give_to(authority, owner, history=True)
        everywhere(lambda node: node.depart(doctor.id))
        assert decided(doctor, sealed) == "deny: inactive"

    def test_a_rule_for_emergencies_alone_opens_nothing_else(
        self, authority: Council, doctor: Endpoint
    ) -> None:
        owner = member()
        sealed = deposit(owner)
        self.give_to(authority, owner, history=True, emergency={"hours": 1, "signers": 1})
        assert decided(doctor, sealed) == "deny: no-rule"
        assert NODES()[0].records(doctor.id) == ()
