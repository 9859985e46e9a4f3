"""How often one member may call what costs the servers most; others go on."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.integration.api.conftest import World
from tests.support.people import Person
from tests.support.problems import problem
from tests.support.tables import unchanged

pytestmark = pytest.mark.django_db(databases="__all__")
Calls = dict[str, tuple[str, Callable[[World, Person], Any]]]
CALLS: Calls = {
    "POST /access": ("access:member", lambda world, who: who.access(world.record, "medical")),
    "POST /acl": ("acl:member", lambda world, who: who.post("acl", who.list_body([]))),
    "GET /activity": ("read:member", lambda world, who: who.get("activity")),
    "GET /records": ("read:member", lambda world, who: who.get("records")),
}


@pytest.mark.parametrize("route", CALLS)
def test_whoever_calls_too_often_waits_and_others_do_not(
    world: World, settings: Any, moved_clock: list[int], route: str
) -> None:
    name, call = CALLS[route]
    settings.SESPHR_RATES = {**settings.SESPHR_RATES, name: (2, 3600)}
    for _ in range(2):
        assert call(world, world.grantee).status_code in (200, 409)
    with unchanged():
        answer = call(world, world.grantee)
    assert problem(answer, 429, "rate-limited")["detail"].startswith("Too many attempts.")
    assert 1 <= int(answer.headers["Retry-After"]) <= 3600
    assert call(world, world.stranger).status_code in (200, 409)
    moved_clock[0] += int(answer.headers["Retry-After"])
    # The session may have idled meanwhile.
    world.grantee.signed_in()
    assert call(world, world.grantee).status_code in (200, 409)
