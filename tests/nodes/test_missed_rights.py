"""What came to the nodes with roles, credentials and contributions, missed by one of three."""

from collections.abc import Iterator

import pytest

from sesphr.ports.errors import Refused
from srs.catching_up import catch_up
from srs.context import Node
from srs.models import Contribution, Credential, RParameter, Share
from tests.contract.test_srs import ask, deposit, member, put_acl, verdicts
from tests.contract.test_srs_contributions import adder, owner_reads
from tests.nodes.state import at, local
from tests.support.certified import council
from tests.support.credentials import Council
from tests.support.endpoints import element

pytestmark = pytest.mark.django_db(databases="__all__")
UP, AWAY = (1, 2), 3


@pytest.fixture
def authority() -> Iterator[Council]:
    with council() as made:
        yield made


def test_a_standing_share_that_was_missed(authority: Council) -> None:
    owner, doctor = member(), member("physician")
    sealed = deposit(owner)
    at((*UP, AWAY), lambda node: node.present(credential(authority, doctor)))
    rule = owner.role_rule("physician", authority.issuer.id, ["medical"], history=True)
    acl = owner.acl([rule])
    deal = owner.deal(acl, standing=["medical"])
    at(UP, lambda node: node.set_acl(acl, deal))
    owner.acl_head = acl
    catch_up(local(AWAY))
    assert Share.objects.using(Node(AWAY).alias).filter(owner=owner.id).count() == 1
    assert verdicts(ask(doctor, sealed, "medical")[AWAY - 1])[0][1] == "allow"
    # Taken back, it is forgotten there too, and no journal can bring it back.
    put_acl(owner, [])
    catch_up(local(AWAY))
    for index in (*UP, AWAY):
        assert not Share.objects.using(Node(index).alias).filter(owner=owner.id).exists()
    assert not [one for one in local(1).journal(0).entries if one.deal is not None]


def credential(authority: Council, holder: object, serial: int = 1) -> bytes:
    """A physician's credential."""
    made: bytes = authority.credential(holder.id, holder.keys.signing_key, serial=serial)  # type: ignore[attr-defined]
    return made


def test_a_credential_and_its_revocation_that_were_missed(authority: Council) -> None:
    doctor = member("physician")
    at(UP, lambda node: node.present(credential(authority, doctor, serial=7)))
    assert local(AWAY).credential(doctor.id) is None
    catch_up(local(AWAY))
    assert not local(AWAY).credential(doctor.id).revoked  # type: ignore[union-attr]
    at(UP, lambda node: node.take_revocations(authority.crl(7)))
    catch_up(local(AWAY))
    assert local(AWAY).credential(doctor.id).revoked  # type: ignore[union-attr]


def test_a_credential_that_is_not_in_force_any_more_is_kept_as_others_keep_it(
    authority: Council,
) -> None:
    doctor = member("physician")
    octets = credential(authority, doctor, serial=8)
    at(UP, lambda node: node.present(octets))
    # This node hears of the revocation first, as one that asks its authority may.
    at((*UP, AWAY), lambda node: node.take_revocations(authority.crl(8)))
    with pytest.raises(Refused):
        local(AWAY).present(octets)
    catch_up(local(AWAY))
    assert Credential.objects.using(Node(AWAY).alias).filter(member=doctor.id).count() == 1
    assert local(AWAY).credential(doctor.id).revoked  # type: ignore[union-attr]


def test_a_contribution_and_its_answers_that_were_missed() -> None:
    owner = member()
    laboratory = adder(owner, "medical")
    kept, refused = (
        laboratory.contribution(owner, {"medical": element("medical", text)})
        for text in ("kept", "refused")
    )
    for sealed in (kept, refused):
        at(UP, lambda node, s=sealed: node.deposit(laboratory.deposit_for(s, node.index)))
    at(UP, lambda node: node.accept(owner.accept(kept)))
    at(UP, lambda node: node.erase(owner.deletion(refused)))
    catch_up(local(AWAY))
    alias = Node(AWAY).alias
    states = Contribution.objects.using(alias).values_list("state", flat=True)
    assert "proposed" not in states
    assert "accepted" in states
    assert RParameter.objects.using(alias).filter(version__record__owner=owner.id).count() == 1
    assert owner_reads(owner, kept, "medical")
