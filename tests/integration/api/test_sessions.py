"""Signing in and out, and what ends a session; the slots that a session hands out."""

from typing import Any

import pytest

from accounts import services
from sesphr.crypto import slots
from sesphr.deployment import get_deployment
from tests.integration.api.conftest import World, person
from tests.support.people import PASSWORD, Person, browser, papers
from tests.support.problems import problem
from tests.support.tables import unchanged

pytestmark = pytest.mark.django_db(databases="__all__")


def second_browser(member: Person) -> Person:
    """The same person at another device."""
    other = Person(id=member.id, seed=member.seed, login=member.login, role=member.role)
    return other.signed_in()


@pytest.mark.parametrize("kind", ["password", "recovery"])
def test_the_slot_that_sign_in_gives_opens_to_the_seed(owner: Person, kind: str) -> None:
    slot = owner.sign_in_call(type=kind).json()["slot"]
    secret = PASSWORD if kind == "password" else owner.papers.code
    named: dict[str, Any] = {"deployment": get_deployment().id, "login": owner.login}
    seed, login_secret = slots.open_slot(slot, secret=secret, **named)
    assert seed == owner.seed
    assert login_secret.hex() == owner.papers.secret(kind)


def test_a_session_says_who_is_signed_in(world: World) -> None:
    me = world.owner.get("session").json()
    assert (me["id"], me["login"], me["role"], me["state"]) == (
        world.owner.id, world.owner.login, "owner", "authorised"
    )  # fmt: skip
    assert world.pending.get("session").json()["state"] == "pending"


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(owner: Person) -> None:
    cookie = owner.http.cookies["sesphr_session"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"


def test_signing_out_ends_this_session_alone(owner: Person) -> None:
    other = second_browser(owner)
    kept = owner.http.cookies["sesphr_session"].value
    assert owner.call("DELETE", "session").status_code == 204
    owner.http.cookies["sesphr_session"] = kept
    problem(owner.get("session"), 401, "signed-out")
    assert other.get("session").status_code == 200


def test_signing_out_twice_is_as_once() -> None:
    http = browser()
    assert http.delete("/api/session").status_code == 204


def test_signing_out_everywhere_ends_all_access(world: World) -> None:
    other = second_browser(world.grantee)
    assert other.post("session/everywhere/end").json() == {"ended": True}
    for one in (world.grantee, other):
        problem(one.get("session"), 401, "signed-out")
        problem(one.access(world.record, "medical"), 401, "signed-out")
        problem(one.post("session/everywhere/end"), 401, "signed-out")
    assert world.owner.get("session").status_code == 200
    assert world.grantee.signed_in().access(world.record, "medical").json()["objects"]


@pytest.mark.parametrize("end", [services.suspend, services.depart])
def test_a_membership_that_ends_ends_its_sessions(world: World, end: Any) -> None:
    request = world.grantee.access_request({world.record: ["medical"]})
    end(member=world.grantee.member, by="admin@example.org")
    for answer in (
        world.grantee.get("session"),
        world.grantee.get("records"),
        world.grantee.get("activity"),
        world.grantee.post("access", {"request": request}),
    ):
        problem(answer, 401, "signed-out")
    again = world.grantee.sign_in_call()
    assert again.status_code in (401, 403)
    problem(again, again.status_code)


def test_a_suspended_member_comes_back_without_new_keys(world: World) -> None:
    services.suspend(member=world.grantee.member, by="admin@example.org")
    world.grantee.authorised().signed_in()
    assert world.grantee.access(world.record, "medical").json()["objects"]


def test_a_new_password_ends_the_other_sessions(owner: Person) -> None:
    other = second_browser(owner)
    old = owner.papers.slots[0]
    slot = {**old["slot"], "generation": 2}
    current = {"type": "password", "login_secret": old["login_secret"]}
    sent = {"slot": slot, "login_secret": "ab" * 32, "current": current}
    assert owner.call("PUT", "slots/password", sent).json() == {"generation": 2}
    assert owner.get("session").status_code == 200
    problem(other.get("session"), 401, "signed-out")
    problem(other.sign_in_call(), 401, "wrong-secret")
    with unchanged():
        assert owner.call("PUT", "slots/password", sent).json() == {"generation": 2}
        problem(
            owner.call(
                "PUT",
                "slots/password",
                {
                    **sent,
                    "current": {**current, "login_secret": "cd" * 32},
                    "login_secret": "ef" * 32,
                },
            ),
            401,
        )


def test_known_and_unknown_names_are_answered_alike(owner: Person) -> None:
    unknown = Person(login="nobody-at-all@example.org")
    body = {"type": "password", "login_secret": "00" * 32}
    known = unknown.post("session", {**body, "login": owner.login})
    other = unknown.post("session", {**body, "login": unknown.login})
    assert problem(known, 401, "wrong-secret") == problem(other, 401, "wrong-secret")
    assert set(known.headers) == set(other.headers)


def test_parameters_tell_nothing_of_an_account(owner: Person) -> None:
    http = browser()

    def told(login: str) -> Any:
        return http.post(
            "/api/sign-in/parameters", {"login": login}, content_type="application/json"
        )

    name = "quite-new@example.org"
    before = told(name)
    newcomer = Person.named("quite-new", "nurse").register()
    assert told(name).json() == before.json()
    newcomer.authorised().signed_in()
    assert told(name).json() == before.json()
    services.depart(member=newcomer.member, by="admin@example.org")
    assert told(name).json() == before.json()
    assert set(before.headers) == set(told(owner.login).headers)


def test_registering_a_known_name_is_answered_alike_and_changes_nothing(owner: Person) -> None:
    """But for the letter to the address and the event of nothing at all."""
    made = papers.__wrapped__(owner.login, "owner")
    rival = Person(id=made.id, seed=made.seed, login=owner.login)
    body = {**owner.application(), "registration": made.registration, "slots": list(made.slots)}
    with unchanged():
        answer = rival.post("members", body)
    fresh = Person.named("fresh", "owner")
    other = fresh.post("members", fresh.application())
    assert answer.status_code == other.status_code == 202
    assert {**answer.json(), "member": None} == {**other.json(), "member": None}
    assert owner.sign_in_call().status_code == 200


@pytest.mark.parametrize("seen", ["stranger", "owner"])
def test_names_cannot_be_probed_in_the_directory(world: World, seen: str) -> None:
    """An owner who hides reads like nobody; one who granted is shown."""
    asker = world.stranger if seen == "stranger" else world.grantee
    there = asker.post("directory", {"login": world.owner.login})
    nowhere = asker.post("directory", {"login": "nobody-at-all@example.org"})
    if seen == "stranger":
        assert problem(there, 404) == problem(nowhere, 404)
    else:
        assert there.json()["member"] == world.owner.id
    problem(nowhere, 404)


def test_a_pending_member_finds_nobody_but_themselves(world: World) -> None:
    assert world.pending.post("directory", {"login": world.pending.login}).status_code == 200
    problem(world.pending.post("directory", {"login": world.stranger.login}), 404)


def test_wrong_secrets_are_counted_and_right_ones_are_not(owner: Person, settings: Any) -> None:
    settings.SESPHR_RATES = {**settings.SESPHR_RATES, "sign-in:login": (2, 900)}
    for _ in range(5):
        assert owner.sign_in_call().status_code == 200
    for _ in range(2):
        problem(owner.sign_in_call(login_secret="00" * 32), 401, "wrong-secret")
    problem(owner.sign_in_call(login_secret="00" * 32), 429, "rate-limited")


def test_a_session_is_not_fixed_by_somebody_else(owner: Person) -> None:
    planted = browser()
    planted.cookies["sesphr_session"] = "planted0planted0planted0planted0"
    victim = Person(id=owner.id, seed=owner.seed, login=owner.login, http=planted).signed_in()
    assert victim.http.cookies["sesphr_session"].value != "planted0planted0planted0planted0"


def test_members_of_all_roles_come_in() -> None:
    for role in ("nurse", "insurer", "researcher", "relative"):
        assert person(f"role-{role}", role).get("session").json()["role"] == role


def test_nobody_registers_as_administrator() -> None:
    newcomer = Person.named("mallory", "owner")
    problem(newcomer.post("members", newcomer.application(role="administrator")), 422, "invalid")
