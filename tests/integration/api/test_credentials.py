"""PUT and GET /api/credential, /api/credentials/ID and /api/authorities."""

import pytest

from sesphr import clock
from sesphr.adapters import get_srs_nodes
from sesphr.crypto import statements
from sesphr.ports.errors import Unavailable
from tests.integration.api.conftest import World
from tests.support.credentials import DAY, Council
from tests.support.people import Person, verdicts
from tests.support.problems import problem

pytestmark = pytest.mark.django_db(databases="__all__")


def issued(council: Council, to: Person, **changed) -> str:
    return council.credential(to.id, to.keys.signing_key, **changed).decode()


def presented(by: Person, text: str):
    return by.call("PUT", "credential", {"credential": text})


def test_a_member_hands_it_in_and_everybody_who_may_sees_what_the_nodes_say(
    world: World, council: Council
) -> None:
    answer = presented(world.grantee, issued(council, world.grantee)).json()
    receipts = [statements.payload_of_unverified(one) for one in answer["receipts"]]
    assert {(one["kind"], one["owner"]) for one in receipts} == {("credential", world.grantee.id)}
    assert answer["nodes"] == len(receipts) == len(get_srs_nodes())
    own = world.grantee.get("credential").json()
    assert world.owner.get(f"credentials/{world.grantee.id}").json() == own
    [said] = own["said"]
    assert (said["role"], said["organisation"], said["issuer_name"]) == (
        "physician", "City Heart Clinic", "Medical Council",
    )  # fmt: skip
    assert (said["issuer"], said["revoked"]) == (council.issuer.id, False)
    assert said["nodes"] == [node.index for node in get_srs_nodes()]


def test_there_may_be_none(world: World) -> None:
    assert world.grantee.get("credential").json() == {"said": []}
    assert world.owner.get(f"credentials/{world.grantee.id}").json() == {"said": []}
    assert world.owner.get("authorities").json() == {"authorities": []}


def test_authorities_are_told(world: World, council: Council) -> None:
    [one] = world.owner.get("authorities").json()["authorities"]
    assert (one["role"], one["name"], one["issuer"]) == (
        "physician", "Medical Council", council.issuer.id,
    )  # fmt: skip


def test_whom_one_may_not_see_has_no_credential_to_tell_of(world: World, council: Council) -> None:
    problem(world.stranger.get(f"credentials/{world.owner.id}"), 404, "not-found")
    problem(world.nobody.get(f"credentials/{world.grantee.id}"), 401, "signed-out")


def test_only_ones_own(world: World, council: Council) -> None:
    problem(presented(world.stranger, issued(council, world.grantee)), 403, "refused")
    mixed = council.credential(world.stranger.id, world.grantee.keys.signing_key).decode()
    problem(presented(world.stranger, mixed), 403, "refused")


@pytest.mark.parametrize("text", ["x", "-----BEGIN CERTIFICATE-----", "é", "\ud800", "0\x80"])
def test_what_is_no_credential(world: World, text: str) -> None:
    problem(presented(world.grantee, text), 422, "invalid")


def test_what_does_not_count_now(world: World, council: Council) -> None:
    late = issued(council, world.grantee, since=clock.now() - 9 * DAY, days=3)
    problem(presented(world.grantee, late), 403, "not-in-force")
    other = Council(clock.now())
    problem(presented(world.grantee, issued(other, world.grantee)), 422, "invalid")


def test_a_revoked_one_is_told_as_such_and_opens_nothing(world: World, council: Council) -> None:
    assert presented(world.grantee, issued(council, world.grantee, serial=7)).status_code == 200
    for node in get_srs_nodes():
        node.take_revocations(council.crl(7))
    [said] = world.owner.get(f"credentials/{world.grantee.id}").json()["said"]
    assert said["revoked"]
    assert verdicts(world.grantee.access(world.record, "medical")) == [
        ("medical", "deny", "credential")
    ]


def test_too_few_nodes_within_reach(world: World, council: Council, monkeypatch) -> None:
    def out_of_reach(*_):
        raise Unavailable("out of reach")

    text = issued(council, world.grantee)
    for name in ("present", "credential"):
        monkeypatch.setattr(f"srs.node.LocalSrs.{name}", out_of_reach)
    problem(presented(world.grantee, text), 503, "unavailable")
    problem(world.grantee.get("credential"), 503, "unavailable")
