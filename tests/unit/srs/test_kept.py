"""What a node reads back of a deposit: the very octets that it checked when it took them."""

import pytest
from django.db.models import QuerySet

from sesphr.adapters import get_srs_nodes
from sesphr.crypto import pre
from sesphr.crypto.errors import CryptoError
from sesphr.crypto.groups import G1_GENERATOR, decode_g1
from sesphr.ports.errors import IntegrityFailure
from srs.context import Node
from srs.models import AccessRequest, RParameter, Version
from srs.services.parameters import kept
from tests.contract.test_srs import deposit, member, put_acl, record_of
from tests.support.endpoints import Endpoint

pytestmark = pytest.mark.django_db(databases="__all__")
NODE = Node(1)


def parameters() -> QuerySet[RParameter]:
    return RParameter.objects.using(NODE.alias).order_by("partition")


def digests() -> list[str]:
    return list(Version.objects.using(NODE.alias).values_list("digest", flat=True))


def test_what_was_taken_is_read_back() -> None:
    owner = member()
    deposit(owner)
    deposit(owner)
    found = kept(NODE, digests())
    assert {(*place, r.encode(), epoch) for place, (r, epoch) in found.items()} == {
        (row.version.digest, row.partition, decode_g1(row.r).encode(), row.epoch)
        for row in parameters().select_related("version")
    }
    assert len(found) == 4
    assert kept(NODE, []) == kept(NODE, ["unknown"]) == {}


def test_rows_of_before_are_read_without_the_point() -> None:
    deposit(member())
    before = kept(NODE, digests())
    parameters().update(affine=None)
    assert kept(NODE, digests()) == before


def test_another_point_beside_the_octets_is_noticed() -> None:
    deposit(member())
    first, second = parameters()
    for affine in (second.affine, b"", bytes(96)):
        parameters().filter(pk=first.pk).update(affine=affine)
        with pytest.raises(CryptoError):
            kept(NODE, digests())


def test_two_parameters_that_changed_places_are_noticed() -> None:
    deposit(member())
    first, second = parameters()
    parameters().filter(pk=first.pk).update(r=second.r)
    with pytest.raises(CryptoError):
        kept(NODE, digests())


@pytest.mark.parametrize("manifest", ["", "a.b.c", "{}", "older"])
def test_another_manifest_is_noticed(manifest: str) -> None:
    owner = member()
    older = deposit(owner).manifest
    sealed = deposit(owner)
    rows = Version.objects.using(NODE.alias).filter(manifest=sealed.manifest)
    rows.update(manifest=older if manifest == "older" else manifest)
    with pytest.raises(CryptoError):
        kept(NODE, digests())


def test_nothing_is_released_of_what_was_changed() -> None:
    owner, user = member(), member("physician")
    record = record_of(deposit(owner))
    put_acl(owner, [owner.rule(user, ["medical"])], [(user, "medical")])
    _change(pre.multiply(G1_GENERATOR, pre.random_scalar()).encode())
    with pytest.raises(IntegrityFailure):
        _ask(user, record)
    assert AccessRequest.objects.using(NODE.alias).get().answer is None


def _change(r: bytes) -> None:
    assert parameters().filter(partition="medical").update(r=r) == 1


def _ask(user: Endpoint, record: str) -> None:
    get_srs_nodes()[0].access(user.access_request({record: ["medical"]}))
