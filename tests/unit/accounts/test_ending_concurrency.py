"""Of two guardians whose memberships end at the same moment one keeps the dependant's keys."""

import pytest

from accounts.models import Guardianship, Member
from accounts.services import membership
from tests.unit.accounts.test_concurrency import at_once
from tests.unit.accounts.test_guardians import added, authorised, dependant_of
from tests.unit.accounts.test_offering import second

pytestmark = pytest.mark.usefixtures("committing")


def test_two_guardians_who_leave_at_once_leave_one_who_acts() -> None:
    for _ in range(4):
        anna = authorised()
        tim = dependant_of(added(anna))
        ben, _ = second(anna, tim)
        at_once(
            *[
                lambda one=one: membership.close_departed(member=one.member, by="a hospital")
                for one in (anna, ben)
            ]
        )
        (left,) = Guardianship.objects.filter(dependant=tim, live=True).exclude(since=None)
        assert left.sealed is not None
        caring = Member.objects.filter(pk__in=(anna.id, ben.id), caring=True)
        assert [one.pk for one in caring] == [left.guardian_id]
