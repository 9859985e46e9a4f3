"""The attack that must fail: SRS database, cloud database and the doctor's seed in one hand.

What the attacker tries stands in tests/support/attack.py. The same code opens the
partition that was granted: without that control, a failure would prove nothing.
"""

from collections.abc import Iterable

import pytest

from cloudstore.models import Document
from sesphr.adapters import get_cloud, get_srs_nodes
from sesphr.crypto import gt
from sesphr.crypto.groups import decode_g1, decode_g2, pair
from sesphr.deployment import get_deployment
from sesphr.roles import node_database
from srs.models import AccessRequest, Delegation, PartitionKey, RParameter
from tests.contract.test_srs import grant, member, put_acl, record_of
from tests.support.attack import Attacker, Holdings
from tests.support.endpoints import Endpoint, element

pytestmark = pytest.mark.django_db(databases="__all__")
PARTITIONS = ("medical", "personal", "insurance")


def victim(*granted: str) -> tuple[Endpoint, Endpoint, str]:
    """An owner with a stored record, a doctor with some partitions, the record's id."""
    owner, doctor = member(), member("physician")
    sealed = owner.seal({name: element(name, f"secret of {name}") for name in PARTITIONS})
    get_cloud().put(sealed.manifest, owner.keys.verification, sealed.document)
    receipts = [node.deposit(owner.deposit_for(sealed, node.index)) for node in get_srs_nodes()]
    get_cloud().note(receipts)
    if granted:
        grant(owner, doctor, *granted)
    return owner, doctor, record_of(sealed)


def seized(indices: Iterable[int]) -> Holdings:
    """Everything that the cloud and these nodes hold."""
    deployment, chosen = get_deployment(), list(indices)
    stored = Document.objects.using("cloud").values_list("manifest", "document")
    dealt, answers, points = {}, {}, set()
    for index in chosen:
        alias = node_database(index)
        rows = Delegation.objects.using(alias).values_list("partition", "d")
        dealt[index] = [(name, bytes(d)) for name, d in rows]
        kept = AccessRequest.objects.using(alias).exclude(answer=None)
        answers[index] = list(kept.values_list("answer", flat=True))
        for model, column in ((RParameter, "r"), (PartitionKey, "a")):
            found = model.objects.using(alias).values_list(column, flat=True)
            points |= {bytes(octets) for octets in found}
    return Holdings(
        deployment.n, deployment.t, [(jws, bytes(octets)) for jws, octets in stored], dealt, points,
        answers,
    )  # fmt: skip


def opened(doctor: Endpoint, indices: Iterable[int]) -> set[str]:
    """The partitions of the one record that somebody opens with all that."""
    found = Attacker(doctor.keys, seized(indices)).opened()
    return {partition for _, partition in found}


def everybody() -> range:
    """All nodes' databases."""
    return range(1, get_deployment().n + 1)


def test_what_was_granted_opens_and_nothing_else() -> None:
    _, doctor, _ = victim("medical")
    assert opened(doctor, everybody()) == {"medical"}


def test_nothing_opens_without_a_grant() -> None:
    _, doctor, _ = victim()
    assert opened(doctor, everybody()) == set()


def test_after_revocation_the_databases_open_nothing_for_him() -> None:
    owner, doctor, _ = victim("medical", "personal")
    put_acl(owner, [])
    assert opened(doctor, everybody()) == set()


def test_a_kept_answer_opens_only_what_was_opened_and_is_soon_forgotten(
    moved_clock: list[int],
) -> None:
    owner, doctor, record = victim("medical", "personal")

    def ask() -> None:
        jws = doctor.access_request({record: ["medical"]})
        for node in get_srs_nodes():
            node.access(jws)

    ask()
    put_acl(owner, [])
    assert opened(doctor, everybody()) == {"medical"}
    moved_clock[0] += 1000
    ask()
    assert opened(doctor, everybody()) == set()


def test_fewer_nodes_than_the_threshold_open_nothing() -> None:
    _, doctor, _ = victim("medical")
    deployment = get_deployment()
    found = opened(doctor, range(1, deployment.t)) if deployment.t > 1 else set()
    assert found == set()


def test_another_doctors_seed_opens_nothing() -> None:
    victim("medical", "personal")
    stranger = member("physician")
    assert opened(stranger, everybody()) == set()


def test_no_stored_value_of_g2_opens_everything() -> None:
    """No X with e(A, X) = Z: it would be g2^(1/x), the key to all."""
    victim("medical", "personal")
    keys = [
        decode_g1(bytes(a)) for a in PartitionKey.objects.using("srs").values_list("a", flat=True)
    ]
    for index in everybody():
        for row in Delegation.objects.using(node_database(index)).all():
            assert all(pair(a, decode_g2(bytes(row.d))) != gt.Z for a in keys)
