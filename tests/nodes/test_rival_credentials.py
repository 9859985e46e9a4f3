"""Two credentials of one member that begin in one second: all nodes take the same one, once."""

import itertools
from collections.abc import Iterator

import pytest

from sesphr.ports.errors import Conflict
from srs.catching_up import catch_up
from srs.models import Credential, Journal
from tests.contract.test_srs import member
from tests.nodes.state import at, everybody_catches_up, local
from tests.support.certified import council
from tests.support.credentials import DAY, Council
from tests.support.endpoints import Endpoint

pytestmark = pytest.mark.django_db(databases="__all__")
ALIASES = ("srs", "srs-2", "srs-3")


@pytest.fixture
def authority() -> Iterator[Council]:
    with council() as made:
        yield made


def issued(authority: Council, doctor: Endpoint, since: int | None = None) -> bytes:
    """One of a serial number of its own."""
    return authority.credential(doctor.id, doctor.keys.signing_key, since=since)


def held(doctor: Endpoint) -> list[str]:
    """The digest of the credential that each node holds."""
    rows = [Credential.objects.using(one).get(member=doctor.id) for one in ALIASES]
    return [row.digest for row in rows]


def journalled() -> list[int]:
    """How many credentials stand in each node's journal."""
    return [Journal.objects.using(one).filter(kind="credential").count() for one in ALIASES]


@pytest.mark.parametrize("order", list(itertools.permutations((1, 2, 3)))[::2])
def test_nodes_agree_and_journals_come_to_rest(
    authority: Council, order: tuple[int, int, int]
) -> None:
    doctor = member("physician")
    made = [issued(authority, doctor) for _ in range(3)]
    for index, octets in zip((1, 2, 3), made, strict=True):
        at((index,), lambda node, octets=octets: node.present(octets))
    assert len(set(held(doctor))) == 3
    greatest = max(held(doctor))
    for index in order * 2:
        catch_up(local(index))
    assert set(held(doctor)) == {greatest}
    before = journalled()
    assert max(before) <= 3
    everybody_catches_up()
    assert journalled() == before


def test_the_one_that_begins_later_stays_whatever_its_digest(authority: Council) -> None:
    doctor = member("physician")
    at((1, 2), lambda node: node.present(issued(authority, doctor)))
    for _ in range(4):
        Credential.objects.using("srs-3").filter(member=doctor.id).delete()
        early = issued(authority, doctor, authority.now - DAY)
        at((3,), lambda node, octets=early: node.present(octets))
    before = max(held(doctor)[:2])
    everybody_catches_up()
    assert set(held(doctor)) == {before}


def test_of_two_of_one_second_the_first_that_is_handed_in_stays(authority: Council) -> None:
    doctor = member("physician")
    first, *others = (issued(authority, doctor) for _ in range(5))
    receipts = at((1, 2, 3), lambda node: node.present(first))
    for octets in others:
        for index in (1, 2, 3):
            with pytest.raises(Conflict):
                local(index).present(octets)
    assert at((1, 2, 3), lambda node: node.present(first)) == receipts
    assert journalled() == [1, 1, 1]
