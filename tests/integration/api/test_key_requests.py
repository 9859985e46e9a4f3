"""POST and GET /api/key-requests, and declining: asking grants nothing."""

import json
import uuid
from typing import Any

import pytest

from accounts import services
from phr import selectors
from phr.models import KeyRequest
from phr.services import sharing
from sesphr.crypto.encoding import b64u_encode
from tests.integration.api.conftest import World, person
from tests.support.endpoints import Endpoint
from tests.support.people import Person, verdicts
from tests.support.problems import problem
from tests.support.tables import unchanged

pytestmark = pytest.mark.django_db(databases="__all__")


def test_the_owner_sees_who_asks_for_what_and_why(world: World) -> None:
    waiting = world.stranger.asked(world.owner, "medical", "insurance", reason="a visit")
    [found] = world.owner.get("key-requests").json()["incoming"]
    assert found["id"] == waiting
    assert (found["asker"], found["asker_login"]) == (world.stranger.id, world.stranger.login)
    assert (found["asker_role"], found["asker_checked"]) == ("physician", "passport")
    assert found["partitions"] == ["medical", "insurance"]
    assert (found["purpose"], found["reason"], found["state"]) == (
        "treatment",
        "a visit",
        "pending",
    )
    assert found["answered"] is None


def test_asking_grants_nothing(world: World) -> None:
    world.stranger.asked(world.owner, "medical")
    assert verdicts(world.stranger.access(world.record, "medical")) == [
        ("medical", "deny", "no-rule")
    ]


@pytest.mark.parametrize("who", ["grantee", "revoked"])
def test_nobody_else_sees_it(world: World, who: str) -> None:
    world.stranger.asked(world.owner, "medical")
    other: Person = getattr(world, who)
    assert other.get("key-requests").json() == {"incoming": [], "outgoing": []}


def test_the_same_request_again_is_the_same_request(world: World) -> None:
    body = {"request": world.stranger.key_request(world.owner, ["medical"])}
    first = world.stranger.post("key-requests", body)
    with unchanged():
        assert world.stranger.post("key-requests", body).json() == first.json()


def test_an_answered_request_played_again_stays_answered(world: World) -> None:
    body = {"request": world.stranger.key_request(world.owner, ["medical"])}
    waiting = world.stranger.post("key-requests", body).json()["request"]
    world.owner.post(f"key-requests/{waiting}/decline")
    with unchanged():
        assert world.stranger.post("key-requests", body).json()["request"] == waiting
    assert KeyRequest.objects.get(id=waiting).state == "declined"


def test_a_request_to_nobody_is_taken_like_any_other(world: World) -> None:
    known = world.stranger.post(
        "key-requests", {"request": world.stranger.key_request(world.owner, ["medical"])}
    )
    unknown = world.stranger.post(
        "key-requests", {"request": world.stranger.key_request(Endpoint(), ["medical"])}
    )
    assert known.status_code == unknown.status_code == 200
    assert set(known.json()) == set(unknown.json())
    states = [one["state"] for one in world.stranger.get("key-requests").json()["outgoing"]]
    assert states == ["pending", "pending"]


def test_a_nonce_is_used_once(world: World) -> None:
    one = world.stranger.key_request(world.owner, ["medical"], nonce="A" * 22)
    other = world.stranger.key_request(world.owner, ["personal"], nonce="A" * 22)
    assert world.stranger.post("key-requests", {"request": one}).status_code == 200
    with unchanged():
        problem(world.stranger.post("key-requests", {"request": other}), 422, "invalid")


def test_somebody_elses_request_is_refused(world: World) -> None:
    body = {"request": world.grantee.key_request(world.owner, ["medical"])}
    with unchanged():
        problem(world.stranger.post("key-requests", body), 403, "refused")


def test_another_key_is_not_acceptable(world: World) -> None:
    jws = world.stranger.key_request(world.owner, ["medical"], key="A" * 43)
    with unchanged():
        problem(world.stranger.post("key-requests", {"request": jws}), 422, "invalid")


@pytest.mark.parametrize(("age", "status"), [(3500, 200), (3700, 403), (-1000, 422)])
def test_requests_have_an_age(world: World, age: int, status: int, moved_clock: list[int]) -> None:
    jws = world.stranger.key_request(world.owner, ["medical"], iat=moved_clock[0] - age)
    assert world.stranger.post("key-requests", {"request": jws}).status_code == status


def test_whoever_asks_too_often_waits(world: World, settings: Any, moved_clock: list[int]) -> None:
    settings.SESPHR_RATES = {**settings.SESPHR_RATES, "request:member": (3, 3600)}
    for _ in range(3):
        world.stranger.asked(world.owner, "medical")
    body = {"request": world.stranger.key_request(world.owner, ["medical"])}
    with unchanged():
        answer = world.stranger.post("key-requests", body)
    problem(answer, 429, "rate-limited")
    assert 1 <= int(answer.headers["Retry-After"]) <= 3600
    world.grantee.asked(world.owner, "personal")
    moved_clock[0] += int(answer.headers["Retry-After"])
    # The session may have idled meanwhile.
    world.stranger.signed_in()
    assert (
        world.stranger.post(
            "key-requests", {"request": world.stranger.key_request(world.owner, ["medical"])}
        ).status_code
        == 200
    )


def test_few_requests_to_one_owner_wait_and_unknown_owners_read_alike(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sharing, "MOST_WAITING", 2)
    told = []
    for owner in (world.owner, Endpoint()):
        body = {"request": world.stranger.key_request(owner, ["medical"])}
        first = world.stranger.post("key-requests", body)
        world.stranger.asked(owner, "personal")
        more = {"request": world.stranger.key_request(owner, ["insurance"])}
        with unchanged():
            told.append(problem(world.stranger.post("key-requests", more), 409, "conflict"))
            assert world.stranger.post("key-requests", body).json() == first.json()
    assert told[0] == told[1]
    assert "2 of your requests to this owner wait" in told[0]["detail"]
    world.grantee.asked(world.owner, "personal")
    waiting = world.stranger.get("key-requests").json()["outgoing"]
    waiting = next(one["id"] for one in waiting if one["owner"] == world.owner.id)
    world.owner.post(f"key-requests/{waiting}/decline")
    world.stranger.asked(world.owner, "insurance")


@pytest.mark.parametrize("named", [None, 7, "x", ["a"], {}])
def test_a_request_without_an_owner_is_refused(world: World, named: Any) -> None:
    payload = {"iss": world.stranger.id, "owner": named}
    jws = f"e30.{b64u_encode(json.dumps(payload).encode())}.{'A' * 86}"
    with unchanged():
        problem(world.stranger.post("key-requests", {"request": jws}), 422, "invalid")


def test_only_the_newest_of_very_many_are_listed(
    world: World, monkeypatch: pytest.MonkeyPatch, moved_clock: list[int]
) -> None:
    monkeypatch.setattr(selectors, "LISTED", 2)
    made = []
    for _ in range(6):
        moved_clock[0] += 1
        made.append(world.stranger.asked(world.owner, "medical"))
    for declined in (made[0], made[1], made[4]):
        world.owner.post(f"key-requests/{declined}/decline")
    expected = [made[5], made[4], made[3], made[1]]
    for who, way in ((world.owner, "incoming"), (world.stranger, "outgoing")):
        assert [one["id"] for one in who.get("key-requests").json()[way]] == expected


def test_declining_is_told_and_may_be_repeated(world: World) -> None:
    waiting = world.stranger.asked(world.owner, "medical")
    path = f"key-requests/{waiting}/decline"
    assert world.owner.post(path).json() == {"request": waiting, "state": "declined"}
    with unchanged():
        assert world.owner.post(path).json() == {"request": waiting, "state": "declined"}
    assert world.stranger.get("key-requests").json()["outgoing"][0]["state"] == "declined"


@pytest.mark.parametrize("who", ["stranger", "grantee"])
def test_nobody_but_the_owner_declines(world: World, who: str) -> None:
    waiting = world.stranger.asked(world.owner, "medical")
    other: Person = getattr(world, who)
    with unchanged():
        there = other.post(f"key-requests/{waiting}/decline")
        nowhere = other.post(f"key-requests/{uuid.uuid4()}/decline")
    assert problem(there, 404) == problem(nowhere, 404)


def test_an_approved_request_is_not_declined(world: World) -> None:
    waiting = world.stranger.asked(world.owner, "medical")
    rules = [world.owner.rule(world.stranger, ["medical"])]
    world.owner.put_list(world.owner.list_body(rules, [(world.stranger, "medical")], [waiting]))
    with unchanged():
        problem(world.owner.post(f"key-requests/{waiting}/decline"), 409, "conflict")


def test_many_requests_are_listed_newest_first(world: World, moved_clock: list[int]) -> None:
    made = []
    for _ in range(5):
        moved_clock[0] += 1
        made.append(world.stranger.asked(world.owner, "medical"))
    listed = [one["id"] for one in world.owner.get("key-requests").json()["incoming"]]
    assert listed == made[::-1]


def test_a_suspended_asker_is_refused(world: World) -> None:
    asker = person("susi", "nurse")
    body = {"request": asker.key_request(world.owner, ["medical"])}
    services.suspend(member=asker.member, by="admin@example.org")
    problem(asker.post("key-requests", body), 401, "signed-out")
