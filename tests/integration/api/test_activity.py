"""GET /api/activity and /api/log/consistency: every event can be checked with the kernel."""

from typing import Any

import pytest

from accounts.models import Member
from sesphr.crypto import log as logformat
from sesphr.crypto import merkle
from sesphr.crypto.encoding import b64u_decode
from sesphr.deployment import get_deployment
from tests.integration.api.conftest import World
from tests.support.people import Person
from tests.support.problems import problem

pytestmark = pytest.mark.django_db(databases="__all__")


def streams(person: Person, **query: Any) -> dict[str, dict[str, Any]]:
    found = person.get("activity", **query).json()["streams"]
    return {one["source"]: one for one in found}


def events(person: Person, source: str) -> list[dict[str, Any]]:
    return [one["event"] for one in streams(person, source=source)[source]["events"]]


def check(one: dict[str, Any]) -> None:
    """The event is the log's leaf that its proof says."""
    deployment, proof = get_deployment(), one["proof"]
    size, root = logformat.verify_note(deployment.log_name, deployment.log_key, proof["checkpoint"])
    assert size == proof["size"]
    leaf = logformat.leaf(b64u_decode(one["salt"], 32), one["event"])
    path = [b64u_decode(node, 32) for node in proof["path"]]
    merkle.verify_inclusion(leaf, proof["index"], size, path, root)


@pytest.mark.parametrize("who", ["owner", "grantee", "stranger", "revoked", "pending"])
def test_every_event_is_proved_and_numbered_without_gaps(world: World, who: str) -> None:
    person: Person = getattr(world, who)
    world.grantee.access(world.record, "medical")
    found = streams(person)
    assert set(found) == {"portal", "srs-1"}
    for stream in found.values():
        numbers = [one["number"] for one in stream["events"]]
        assert numbers == list(range(1, stream["length"] + 1)) != []
        for one in stream["events"]:
            assert one["event"]["number"] == one["number"]
            assert one["event"]["member"] == person.id
            check(one)


def test_a_changed_event_does_not_verify(world: World) -> None:
    one = streams(world.owner)["srs-1"]["events"][0]
    check(one)
    for changed in (
        {"event": {**one["event"], "time": one["event"]["time"] + 1}},
        {"salt": "A" * 43},
        {"proof": {**one["proof"], "index": one["proof"]["index"] + 1}},
    ):
        with pytest.raises(merkle.MerkleError):
            check({**one, **changed})


def test_the_owner_reads_what_happened(world: World) -> None:
    world.stranger.asked(world.owner, "medical")
    world.grantee.access(world.record, "medical")
    world.stranger.access(world.record, "medical")
    found = events(world.owner, "srs-1")
    kinds = [one["type"] for one in found]
    for kind in ("deposit", "acl", "key-request", "access"):
        assert kind in kinds
    openings = [one for one in found if one["type"] == "access"]
    assert [one["user"] for one in openings] == [world.grantee.id, world.stranger.id]
    assert [one["items"][0]["allowed"] for one in openings] == [True, False]


def test_nobody_reads_anybody_elses(world: World) -> None:
    world.grantee.access(world.record, "medical")
    for person in (world.grantee, world.stranger, world.revoked):
        text = person.get("activity").content.decode()
        assert world.record not in text
        assert world.owner.id not in text


def test_a_pending_member_reads_their_own(world: World) -> None:
    assert [one["type"] for one in events(world.pending, "portal")] == ["registered", "confirmed"]


def test_a_server_without_events_of_the_member_is_named_too(world: World) -> None:
    """Otherwise the portal could leave a server out and say that nothing happened there."""
    root = Member.objects.create_superuser(login="root@example.org", name="Root", password="x")
    world.nobody.http.force_login(root)
    assert world.nobody.get("activity").json()["streams"] == [
        {"source": source, "stream": None, "length": 0, "events": [], "reachable": True}
        for source in ("srs-1", "portal")
    ]
    assert list(streams(world.nobody, source="portal", after=7)) == ["portal"]


def test_pages_follow_one_another(world: World) -> None:
    whole = streams(world.owner)["srs-1"]["events"]
    after = streams(world.owner, source="srs-1", after=2)
    assert list(after) == ["srs-1"]
    assert [one["number"] for one in after["srs-1"]["events"]] == [
        one["number"] for one in whole[2:]
    ]
    beyond = streams(world.owner, source="srs-1", after=2**53 - 1)["srs-1"]
    assert beyond["events"] == []
    assert beyond["length"] == len(whole)
    assert streams(world.owner, source="srs-9") == {}


def checkpoint(person: Person) -> tuple[str, int, bytes]:
    note, deployment = person.get("activity").json()["checkpoint"], get_deployment()
    return note, *logformat.verify_note(deployment.log_name, deployment.log_key, note)


def test_the_tree_only_grows(world: World) -> None:
    _, first, before = checkpoint(world.owner)
    for _ in range(3):
        world.grantee.access(world.record, "medical")
    _, second, after = checkpoint(world.owner)
    assert second > first
    found = world.stranger.get("log/consistency", first=first, second=second).json()
    path = [b64u_decode(node, 32) for node in found["path"]]
    merkle.verify_consistency(first, second, before, after, path)
    with pytest.raises(merkle.MerkleError):
        merkle.verify_consistency(first, second, bytes(32), after, path)


def test_no_path_leads_beyond_the_tree(world: World) -> None:
    _, size, _ = checkpoint(world.owner)
    problem(world.owner.get("log/consistency", first=1, second=size + 1), 422, "invalid")
    assert world.owner.get("log/consistency", first=size, second=size).json()["path"] == []
