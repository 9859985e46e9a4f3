"""Standing delegation at the nodes: shares dealt for roles, one node and three of which two suffice."""

from typing import Any

import pytest

from sesphr.crypto import statements
from sesphr.crypto.encoding import b64u_encode
from sesphr.deployment import get_deployment
from sesphr.ports.errors import Invalid
from sesphr.roles import node_database
from srs.models import Delegation, Share
from tests.contract.test_srs import NODES, deposit, everywhere, member
from tests.support.endpoints import Endpoint, digest_of

pytestmark = pytest.mark.django_db(databases="__all__")
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
