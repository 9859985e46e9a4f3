"""Of what waits at the cloud every node is asked: one that committed it is enough, one away too few."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from cloudstore.models import Document
from cloudstore.store import LocalCloud
from sesphr import clock, fanout
from sesphr.adapters import get_srs_nodes
from sesphr.ports.srs import SrsNode
from srs.context import Node
from srs.node import LocalSrs
from tests.contract.test_srs import member
from tests.nodes.state import at
from tests.nodes.test_one_away import Away
from tests.support.endpoints import digest_of, element

pytestmark = pytest.mark.django_db(databases="__all__")


def settled(later: pytest.MonkeyPatch) -> str:
    said, now = StringIO(), clock.now()
    with later.context() as moved:
        moved.setattr(clock, "now", lambda: now + 2 * 24 * 3600)
        call_command("settle_deposits", stdout=said)
    return said.getvalue()


def test_a_wrong_receipt_takes_nothing_away(monkeypatch: pytest.MonkeyPatch) -> None:
    owner, other = member(), member()
    made = owner.seal({"medical": element("medical")})
    LocalCloud().put(made.manifest, owner.keys.verification, made.document)
    at((1,), lambda node: node.deposit(owner.deposit_for(made, 1)))
    real = LocalSrs.committed

    def committed(node: LocalSrs, digests: tuple[str, ...]) -> tuple[str, ...]:
        lie = Node(node.index).receipt("deposit", other.id, digest_of(made.manifest), 1)
        return real(node, digests) if node.index == 1 else (lie,)

    monkeypatch.setattr(LocalSrs, "committed", committed)
    assert settled(monkeypatch) == "Kept 1 documents; no key node knows 0.\n"
    assert Document.objects.get().kept


def test_one_that_committed_is_enough_and_one_away_too_few(monkeypatch: pytest.MonkeyPatch) -> None:
    owner = member()
    made = [owner.seal({"medical": element("medical")}) for _ in range(3)]
    for one in made:
        LocalCloud().put(one.manifest, owner.keys.verification, one.document)
    for node, one in ((1, made[0]), (3, made[2])):
        at((node,), lambda call, one=one: call.deposit(owner.deposit_for(one, call.index)))

    def nodes() -> tuple[SrsNode | Away, ...]:
        return (*get_srs_nodes()[:2], Away(3))

    with monkeypatch.context() as without:
        without.setattr(fanout, "get_srs_nodes", nodes)
        with pytest.raises(CommandError, match="2 documents wait on"):
            settled(monkeypatch)
    assert not Document.objects.filter(unknown=True).exists()
    assert settled(monkeypatch) == "Kept 1 documents; no key node knows 1.\n"
    rows = {bytes(one.digest): (one.kept, one.unknown) for one in Document.objects.all()}
    told = [(True, False), (False, True), (True, False)]
    assert [rows[one.digest] for one in made] == told
