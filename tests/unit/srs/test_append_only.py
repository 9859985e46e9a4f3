"""The node's events stay as they were written, by raw SQL too."""

import pytest
from django.db import DatabaseError, connections, transaction

from srs.models import Event
from tests.contract.test_srs import member

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM srs_event",
        "UPDATE srs_event SET number = number + 1",
        "UPDATE srs_event SET event = '{}'",
        "DELETE FROM srs_stream",
        "UPDATE srs_stream SET length = 0",
    ],
)
def test_no_update_and_no_delete(sql: str) -> None:
    member()
    before = list(Event.objects.using("srs").values_list("number", "event", "index"))
    assert before
    with (
        pytest.raises(DatabaseError),
        transaction.atomic(using="srs"),
        connections["srs"].cursor() as cursor,
    ):
        cursor.execute(sql)
    assert list(Event.objects.using("srs").values_list("number", "event", "index")) == before
