"""Whoever has the code takes the account over: in which order, what a repeat does, who is left with what."""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.utils import translation

from accounts import services
from accounts.guardians import handing, offers
from accounts.ids import member_id
from accounts.models import Device, FormerSlot, Guardianship, HandOver, KeySlot, ListSent, Member
from sesphr.ports.errors import Conflict, Invalid, PortError, Refused, Unavailable
from tests.unit.accounts.fakes import OUT_OF_REACH, FakeCloud, FakeNode
from tests.unit.accounts.handing import (
    Body,
    former,
    grown_up,
    key_change,
    kinds,
    list_of,
    octets,
    offer,
    offered,
    take_over,
)
from tests.unit.accounts.people import (
    Person,
    application,
    new_login,
    registered,
    secret,
    signed_in,
    statement,
)
from tests.unit.accounts.test_guardians import acting, added, authorised, dependant_of, status
from tests.unit.accounts.test_offering import found, hand_over, second

pytestmark = pytest.mark.django_db
Nodes = tuple[FakeNode, ...]


class Waiting:
    """A dependant whose account is offered, with all who are about it."""

    def __init__(self) -> None:
        self.anna = authorised()
        self.made = added(self.anna)
        self.tim = dependant_of(self.made)
        self.find = offered(self.anna, self.tim)

    @property
    def member(self) -> Member:
        return Member.objects.get(pk=self.tim)

    @property
    def row(self) -> HandOver:
        return HandOver.objects.get(dependant=self.tim)

    def body(self, login: str = "", **more: Any) -> Body:
        return take_over(self.find, self.tim, login, **more)

    def untouched(self) -> None:
        """Nothing has changed of the account."""
        assert self.member.login == self.made["login"]
        assert not self.member.has_usable_password()
        assert not KeySlot.objects.filter(member=self.tim).exists()
        assert not FormerSlot.objects.filter(member=self.tim).exists()
        assert acting(self.anna, self.tim).json()["slot"] == self.made["slot"]

    def handed_over(self, body: Body) -> None:
        """The account is that of whoever sent this, and of nobody else."""
        assert self.member.login == body["login"]
        kept = {one.type: one for one in KeySlot.objects.filter(member=self.tim)}
        assert set(kept) == {"password", "recovery"}
        assert FormerSlot.objects.filter(member=self.tim).count() == 1
        assert not Guardianship.objects.filter(live=True, dependant=self.tim).exists()
        assert [one["type"] for one in kinds(self.tim)].count("handed-over") == 1
        answer = grown_up(body).sign_in()
        assert answer.status_code == 200
        assert answer.json()["former"] == body["former"]


@pytest.fixture(autouse=True)
def _quick(settings: Any) -> None:
    """Nothing here is about how long a secret takes to hash."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def waiting(_around: None, db: None) -> Waiting:
    return Waiting()


def sent(body: Body) -> Any:
    return Person().post("hand-over", body)


def test_the_account_is_taken_over_with_another_login_and_the_same_id(
    waiting: Waiting, nodes: Nodes, cloud: FakeCloud
) -> None:
    ben, _ = second(waiting.anna, waiting.tim)
    acting(ben, waiting.tim)
    mail.outbox.clear()
    body = waiting.body()
    assert sent(body).json() == {"member": waiting.tim}
    waiting.handed_over(body)
    assert all(node.held[waiting.tim][-1] == body["registration"] for node in nodes)
    assert cloud.changed == [body["registration"]]
    tim = grown_up(body)
    told = tim.sign_in("recovery").json()
    assert (told["member"]["id"], told["member"]["state"]) == (waiting.tim, "authorised")
    assert told["slot"] == tim.slot("recovery")
    assert told["slot"]["member"] == waiting.tim != str(member_id(body["login"]))
    assert told["generations"] == {"password": 1, "recovery": 1}
    assert tim.me().json()["former"] == body["former"]
    asked = tim.post("sign-in/parameters", {"login": body["login"]}).json()
    assert asked["member"] == told["slot"]["member"]
    # The new address is to be confirmed, whoever acted is told.
    assert not told["member"]["confirmed"]
    assert mail.outbox[0].to == [body["login"]]
    assert {one.to[0] for one in mail.outbox[1:3]} == {waiting.anna.login, ben.login}
    assert "token=" in mail.outbox[0].body
    assert "Tim" not in mail.outbox[1].subject + mail.outbox[1].body
    done = kinds(waiting.tim)
    (event,) = (one for one in done if one["type"] == "handed-over")
    assert set(event["guardians"]) == {waiting.anna.id, ben.id}
    for one in (waiting.anna, ben):
        assert kinds(one.id)[-1]["type"] == "dependant-handed-over"
        assert kinds(one.id)[-1]["dependant"] == waiting.tim


@pytest.mark.parametrize("before", ["offered", "not offered yet"])
def test_nobody_begins_while_a_list_is_under_way_whatever_offer_stands(
    before: str, moved_clock: list[int]
) -> None:
    anna = authorised()
    tim = dependant_of(added(anna))
    if before == "offered":
        offered(anna, tim)
    offers.note_list(UUID(tim))
    moved_clock[0] += offers.UNDER_WAY - 1
    find = offered(anna, tim)
    body = take_over(find, tim)
    assert status(sent(body)) == (503, "unavailable")
    moved_clock[0] += 1
    assert sent(body).status_code == 200
    offers.note_list(UUID(tim))
    assert ListSent.objects.get().time == moved_clock[0] - offers.UNDER_WAY


def test_lists_of_those_who_have_no_guardian_are_not_noted() -> None:
    anna = authorised()
    added(anna)
    offers.note_list(anna.member.pk)
    assert not ListSent.objects.exists()


def test_a_former_guardian_can_do_nothing_more(waiting: Waiting) -> None:
    anna, tim = waiting.anna, waiting.tim
    acting(anna, tim)
    other = authorised()
    assert sent(waiting.body()).status_code == 200
    assert status(anna.call("GET", "registrations")) == (409, "acting-changed")
    anna.http.defaults.pop("HTTP_X_ACTING_FOR", None)
    assert not Device.objects.exclude(acting=None).exists()
    assert status(acting(anna, tim)) == (404, "not-found")
    assert anna.call("GET", "dependants").json()["dependants"] == []
    invite = {"guardian": other.id, "enc": "A" * 43, "ciphertext": "A" * 64, "statement": "s"}
    for method, path, body in [
        ("GET", f"dependants/{tim}/slot", None), ("POST", f"dependants/{tim}/hand-over", offer(tim)),
        ("DELETE", f"dependants/{tim}/hand-over", None), ("POST", f"dependants/{tim}/guardians", invite),
    ]:  # fmt: skip
        assert status(anna.call(method, path, body)) == (404, "not-found")
    rows = Guardianship.objects.filter(dependant=tim)
    assert [(row.live, row.sealed, row.salt) for row in rows] == [(None, None, None)]
    # Nor does the made-up name lead anywhere, or become anybody's.
    again = {**waiting.made, "registration": statement(tim)}
    assert status(anna.post("dependants", again)) == (409, "conflict")
    assert status(Person().post("hand-over/find", {"find": waiting.find})) == (
        409, "hand-over-finished",
    )  # fmt: skip


def test_nothing_of_the_offer_and_of_what_was_sent_is_kept(waiting: Waiting) -> None:
    body = waiting.body()
    sent(body)
    row = waiting.row
    assert (row.body, row.login, row.sealed, row.salt) == (None, None, None, None)
    assert row.finished is not None


def test_login_secrets_are_kept_hashed_alone(waiting: Waiting, nodes: Nodes) -> None:
    for node in nodes:
        node.failure = OUT_OF_REACH
    body = waiting.body()
    assert status(sent(body)) == (503, "unavailable")
    kept = waiting.row.body or ""
    assert body["registration"] in kept
    assert all(one["login_secret"] not in kept for one in body["slots"])


def test_a_repeat_is_answered_alike_and_writes_no_second_letter(waiting: Waiting) -> None:
    body = waiting.body()
    first = sent(body)
    mail.outbox.clear()
    for _ in range(2):
        again = sent(body)
        assert (again.status_code, again.json()) == (200, first.json())
    assert mail.outbox == []
    waiting.handed_over(body)
    assert status(sent(waiting.body())) == (409, "hand-over-finished")
    altered = {**body, "slots": [{**one, "login_secret": secret()} for one in body["slots"]]}
    assert status(sent(altered)) == (409, "hand-over-finished")


def test_a_finished_code_is_forgotten_after_a_while(
    waiting: Waiting, moved_clock: list[int]
) -> None:
    body = waiting.body()
    moved_clock[0] += offers.LIFE - 1
    assert sent(body).status_code == 200
    moved_clock[0] += offers.LIFE - 1
    assert sent(body).status_code == 200
    moved_clock[0] += 1
    for answer in (sent(body), found(waiting.find)):
        assert status(answer) == (404, "code-wrong")


# What stops it, and where ------------------------------------------------------------


class PowerCut(Exception):
    """The server ends here."""


def cut(*_: Any, **__: Any) -> Any:
    raise PowerCut


Stop = Callable[[pytest.MonkeyPatch, Nodes, FakeCloud], None]


def _first_node(patch: pytest.MonkeyPatch, nodes: Nodes, cloud: FakeCloud) -> None:
    patch.setattr(nodes[0], "register", cut)


def _second_node(patch: pytest.MonkeyPatch, nodes: Nodes, cloud: FakeCloud) -> None:
    patch.setattr(nodes[1], "register", cut)


def _node_away(patch: pytest.MonkeyPatch, nodes: Nodes, cloud: FakeCloud) -> None:
    patch.setattr(nodes[1], "failure", OUT_OF_REACH)


def _cloud(patch: pytest.MonkeyPatch, nodes: Nodes, cloud: FakeCloud) -> None:
    patch.setattr(cloud, "change_key", cut)


def _cloud_away(patch: pytest.MonkeyPatch, nodes: Nodes, cloud: FakeCloud) -> None:
    patch.setattr(cloud, "failure", OUT_OF_REACH)


def _transaction(patch: pytest.MonkeyPatch, nodes: Nodes, cloud: FakeCloud) -> None:
    patch.setattr(handing, "_give", cut)


def _end_of_transaction(patch: pytest.MonkeyPatch, nodes: Nodes, cloud: FakeCloud) -> None:
    patch.setattr(offers, "close", cut)


def _letters(patch: pytest.MonkeyPatch, nodes: Nodes, cloud: FakeCloud) -> None:
    patch.setattr("accounts.mail.send_confirmation", cut)


def _last_letter(patch: pytest.MonkeyPatch, nodes: Nodes, cloud: FakeCloud) -> None:
    patch.setattr("accounts.mail.send_handed_over", cut)


BEFORE = [_first_node, _second_node, _node_away, _cloud, _cloud_away, _transaction]
BEFORE += [_end_of_transaction]
AFTER = [_letters, _last_letter]
stops = pytest.mark.parametrize("stop", [*BEFORE, *AFTER])


def interrupted(body: Body, stop: Stop, nodes: Nodes, cloud: FakeCloud) -> None:
    with pytest.MonkeyPatch.context() as patch:
        stop(patch, nodes, cloud)
        http = Person().http
        http.raise_request_exception = False
        answer = http.post("/api/hand-over", json.dumps(body), content_type="application/json")
    assert answer.status_code in (500, 503)


@stops
def test_the_same_again_goes_on_where_it_stopped(
    waiting: Waiting, nodes: Nodes, cloud: FakeCloud, stop: Stop
) -> None:
    body = waiting.body()
    mail.outbox.clear()
    interrupted(body, stop, nodes, cloud)
    if stop in BEFORE:
        waiting.untouched()
        assert waiting.row.login == body["login"]
        assert hand_over(waiting.anna)["begun"] is True
        assert found(waiting.find).json()["begun"] is True
    answer = sent(body)
    assert (answer.status_code, answer.json()) == (200, {"member": waiting.tim})
    waiting.handed_over(body)
    assert {tuple(node.held[waiting.tim]) for node in nodes} == {
        (waiting.made["registration"], body["registration"])
    }
    told = {one.to[0] for one in mail.outbox}
    assert {body["login"], waiting.anna.login} <= told


@stops
def test_something_else_finishes_what_was_begun_and_is_told_so(
    waiting: Waiting, nodes: Nodes, cloud: FakeCloud, stop: Stop
) -> None:
    body, other = waiting.body(), waiting.body()
    mail.outbox.clear()
    interrupted(body, stop, nodes, cloud)
    assert status(sent(other)) == (409, "hand-over-finished")
    assert {body["login"], waiting.anna.login} <= {one.to[0] for one in mail.outbox}
    waiting.handed_over(body)
    assert status(grown_up(other).sign_in()) == (401, "wrong-secret")
    assert all(other["registration"] not in node.held[waiting.tim] for node in nodes)
    assert sent(body).status_code == 200


def test_what_was_begun_does_not_expire_and_cannot_be_taken_back(
    waiting: Waiting, nodes: Nodes, cloud: FakeCloud, moved_clock: list[int]
) -> None:
    ben, _ = second(waiting.anna, waiting.tim)
    body = waiting.body()
    interrupted(body, _cloud, nodes, cloud)
    path = f"dependants/{waiting.tim}/hand-over"
    assert status(waiting.anna.call("DELETE", path)) == (409, "hand-over-begun")
    assert status(ben.post(path, offer(waiting.tim))) == (409, "hand-over-begun")
    mine = Guardianship.objects.get(guardian=waiting.anna.id, live=True)
    assert waiting.anna.post(f"guardianships/{mine.pk}/end").status_code == 200
    services.suspend(member=waiting.anna.member, by="test")
    moved_clock[0] += 2 * offers.LIFE
    assert found(waiting.find).json()["begun"] is True
    assert sent(body).status_code == 200
    waiting.handed_over(body)


def test_what_was_begun_waits_while_the_account_is_suspended_and_ends_with_it(
    waiting: Waiting, nodes: Nodes, cloud: FakeCloud
) -> None:
    body = waiting.body()
    interrupted(body, _cloud, nodes, cloud)
    services.suspend(member=waiting.member, by="test")
    assert status(sent(body)) == (403, "not-authorised")
    services.authorise(member=waiting.member, by="test", checked="again")
    interrupted(body, _transaction, nodes, cloud)
    services.depart(member=waiting.member, by="test")
    for answer in (sent(body), found(waiting.find)):
        assert status(answer) == (404, "code-wrong")
    row = waiting.row
    assert (row.login, row.body, row.sealed) == (None, None, None)
    assert registered_with(body["login"]).member.registration is not None


def registered_with(login: str) -> Person:
    person = Person()
    person.login, person.id = login, str(member_id(login))
    person.sent = application(login)
    assert person.register().status_code == 202
    return person


def test_a_departure_between_the_nodes_and_the_end_leaves_nothing_of_it(
    waiting: Waiting, cloud: FakeCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    def departs(_: str) -> None:
        services.depart(member=waiting.member, by="test")

    monkeypatch.setattr(cloud, "change_key", departs)
    assert status(sent(waiting.body())) == (409, "registration-moved")
    assert waiting.member.login == waiting.made["login"]
    assert not KeySlot.objects.filter(member=waiting.tim).exists()
    assert status(found(waiting.find)) == (404, "code-wrong")


# What the nodes refuse ---------------------------------------------------------------


def refuse(patch: pytest.MonkeyPatch, nodes: Nodes, failure: PortError) -> None:
    def refused(registration: str) -> str:
        raise failure

    for node in nodes:
        patch.setattr(node, "register", refused)


def test_what_one_node_took_is_not_forgotten_though_the_others_refuse(
    waiting: Waiting, nodes: Nodes, cloud: FakeCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = waiting.body()
    with monkeypatch.context() as patch:
        refuse(patch, nodes[1:], Conflict("Another access list was taken first."))
        assert sent(body).status_code == 503
        # Other octets cannot take its place either: those would be keys that no node has.
        assert sent(waiting.body()).status_code == 503
    assert waiting.row.digest is not None
    # The others have heard of it by now.
    assert sent(body).status_code == 200
    waiting.handed_over(body)


def test_where_a_node_cannot_be_asked_nothing_is_forgotten(
    waiting: Waiting, nodes: Nodes, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = waiting.body()
    with monkeypatch.context() as patch:
        refuse(patch, nodes, Conflict("Another was first."))
        patch.setattr(nodes[0], "failure", Unavailable("away"))
        assert sent(body).status_code == 503
    assert waiting.row.digest is not None
    assert sent(body).status_code == 200


def test_another_registration_that_was_first_lets_it_be_prepared_again(
    waiting: Waiting, nodes: Nodes, cloud: FakeCloud
) -> None:
    body = waiting.body()
    for node in nodes:
        node.register(statement(waiting.tim, seq=2))
    assert status(sent(body)) == (409, "registration-moved")
    row = waiting.row
    assert (row.begun, row.login, row.body, row.digest) == (None, None, None, None)
    assert cloud.changed == []
    waiting.untouched()
    assert len(found(waiting.find).json()["registrations"]) == 2
    again = waiting.body(body["login"], registration=key_change(waiting.tim, seq=3))
    assert sent(again).status_code == 200
    waiting.handed_over(again)


def test_a_list_that_was_put_in_force_meanwhile_is_not_lost(
    waiting: Waiting, nodes: Nodes, cloud: FakeCloud
) -> None:
    for node in nodes:
        node.lists[waiting.tim] = list_of(3)
    body = waiting.body()
    assert status(sent(body)) == (409, "registration-moved")
    assert nodes[0].held[waiting.tim] == [waiting.made["registration"]]
    later = waiting.body(body["login"], registration=key_change(waiting.tim, acl=3))
    # Once the nodes took it, what stands in the list cannot stop it any more.
    interrupted(later, _cloud, nodes, cloud)
    for node in nodes:
        node.lists[waiting.tim] = list_of(4)
    assert sent(later).status_code == 200
    waiting.handed_over(later)


def test_what_was_begun_and_is_overtaken_is_dropped_for_whoever_comes_next(
    waiting: Waiting, nodes: Nodes, cloud: FakeCloud
) -> None:
    interrupted(waiting.body(), _first_node, nodes, cloud)
    for node in nodes:
        node.register(statement(waiting.tim, seq=2))
    later = waiting.body(registration=key_change(waiting.tim, seq=3))
    assert status(sent(later)) == (409, "registration-moved")
    assert sent(later).status_code == 200
    waiting.handed_over(later)


@pytest.mark.parametrize("failure", [Invalid("A proof."), Refused("Not active.")])
def test_what_the_nodes_refuse_is_said_and_the_code_stays_good(
    waiting: Waiting, nodes: Nodes, failure: PortError, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = waiting.body()
    with monkeypatch.context() as patch:
        refuse(patch, nodes, failure)
        assert status(sent(bad))[1] == failure.code
    waiting.untouched()
    body = waiting.body(bad["login"])
    assert sent(body).status_code == 200
    waiting.handed_over(body)


def test_whoever_finds_something_begun_that_the_nodes_refuse_is_not_blamed(
    waiting: Waiting, nodes: Nodes, cloud: FakeCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupted(waiting.body(), _first_node, nodes, cloud)
    body = waiting.body()
    with monkeypatch.context() as patch:
        refuse(patch, nodes, Invalid("A proof."))
        assert status(sent(body)) == (409, "registration-moved")
    assert sent(body).status_code == 200
    waiting.handed_over(body)


def test_a_late_refusal_forgets_nothing_that_another_call_finished(
    waiting: Waiting, nodes: Nodes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The nodes refuse this call, as they never would, after another one came to its end."""
    body = waiting.body()
    with monkeypatch.context() as patch:

        def overtaken(_: str) -> str:
            patch.undo()
            assert sent(body).status_code == 200
            raise Conflict("Another was first.")

        for node in nodes:
            patch.setattr(node, "register", overtaken)
        assert status(sent(body)) == (200, "")
    waiting.handed_over(body)


def test_a_late_refusal_of_what_was_dropped_is_no_success_of_something_else(
    waiting: Waiting, nodes: Nodes, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, other = waiting.body(), waiting.body()
    with monkeypatch.context() as patch:

        def overtaken(_: str) -> str:
            patch.undo()
            refusing = pytest.MonkeyPatch()
            refuse(refusing, nodes, Conflict("Another was first."))
            assert status(sent(first)) == (409, "registration-moved")
            refusing.undo()
            assert sent(other).status_code == 200
            raise Conflict("Another was first.")

        for node in nodes:
            patch.setattr(node, "register", overtaken)
        assert status(sent(first)) == (409, "hand-over-finished")
    waiting.handed_over(other)


# Logins ------------------------------------------------------------------------------


def test_a_login_that_somebody_has_is_refused_also_one_who_waits(waiting: Waiting) -> None:
    pending, member = registered(), signed_in()
    for login in (pending.login, member.login, waiting.anna.login):
        assert status(sent(waiting.body(login))) == (409, "login-taken")
    assert waiting.row.begun is None
    waiting.untouched()
    body = waiting.body()
    assert sent(body).status_code == 200
    waiting.handed_over(body)


def test_a_login_is_reserved_from_the_beginning_on(nodes: Nodes, cloud: FakeCloud) -> None:
    first, other = Waiting(), Waiting()
    body = first.body()
    interrupted(body, _cloud, nodes, cloud)
    assert status(sent(other.body(body["login"]))) == (409, "login-taken")
    mail.outbox.clear()
    for _ in range(2):
        stranger = Person()
        stranger.sent = application(body["login"])
        answer = stranger.register()
        assert answer.status_code == 202
        assert answer.json() == {"member": str(member_id(body["login"])), "state": "pending"}
    assert mail.outbox == []
    assert not Member.objects.filter(login=body["login"]).exists()
    with pytest.raises(ValidationError):
        Member.objects.create_superuser(body["login"], "Root", "a long enough password")
    assert sent(body).status_code == 200
    first.handed_over(body)


def test_registering_with_a_handed_over_login_is_answered_like_any_known_one(
    waiting: Waiting,
) -> None:
    body = waiting.body()
    sent(body)
    known = registered()
    for login, before in ((known.login, ""), (body["login"], ""), (body["login"], "asked earlier")):
        for _ in range(2):
            mail.outbox.clear()
            stranger = Person()
            now = stranger.post("sign-in/parameters", {"login": login}).json()["member"]
            asked = str(member_id(login)) if before else now
            stranger.sent = application(login, member=asked)
            answer = stranger.register()
            assert (answer.status_code, set(answer.json())) == (202, {"member", "state"})
            assert answer.json()["member"] == asked
            assert [one.to for one in mail.outbox] == [[login]]
            assert "tried to register" in mail.outbox[0].subject
    waiting.handed_over(body)


def test_the_directory_finds_a_handed_over_account_by_its_login_alone(waiting: Waiting) -> None:
    body = waiting.body()
    sent(body)
    tim = grown_up(body)
    tim.sign_in()
    assert tim.post("directory", {"login": body["login"]}).json()["member"] == waiting.tim
    assert status(tim.post("directory", {"login": waiting.made["login"]})) == (404, "not-found")
    stranger = authorised(role="physician")
    for login in (body["login"], waiting.made["login"], new_login()):
        assert status(stranger.post("directory", {"login": login})) == (404, "not-found")


def test_password_and_recovery_code_of_a_handed_over_account_are_renewed(waiting: Waiting) -> None:
    body = waiting.body()
    sent(body)
    tim = grown_up(body)
    tim.sign_in()
    for kind in ("password", "recovery"):
        slot = {**tim.slot(kind), "generation": 2, "sealed": octets(60)}
        new = {
            "slot": slot, "login_secret": secret(),
            "current": {"type": kind, "login_secret": tim.secret(kind)},
        }  # fmt: skip
        strange = {**new, "slot": {**slot, "member": str(member_id(tim.login))}}
        assert status(tim.call("PUT", f"slots/{kind}", strange)) == (422, "invalid")
        assert tim.call("PUT", f"slots/{kind}", new).status_code == 200
        answer = tim.post(
            "session", {"login": tim.login, "type": kind, "login_secret": new["login_secret"]}
        )
        assert answer.json()["slot"] == slot
        assert answer.json()["former"] == body["former"]


def test_the_new_language_is_that_of_whoever_took_over(waiting: Waiting) -> None:
    mail.outbox.clear()
    http = Person().http
    answer = http.post(
        "/api/hand-over", json.dumps(waiting.body()), content_type="application/json",
        headers={"Accept-Language": "de"},
    )  # fmt: skip
    assert answer.status_code == 200
    assert waiting.member.language == "de"
    with translation.override("de"):
        assert mail.outbox[0].subject == translation.gettext("Confirm your e-mail address")


# Form --------------------------------------------------------------------------------


def _changed(tim: str, **more: Any) -> Body:
    return {"registration": key_change(tim, **more)}


BAD: dict[str, Callable[[str, Body], Body]] = {
    "no key change": lambda tim, _: {"registration": statement(tim, seq=2)},
    "no possession": lambda tim, _: _changed(tim, possession=None, acl=None),
    "half a change": lambda tim, _: _changed(tim, possession=None),
    "first": lambda tim, _: _changed(tim, seq=1, previous=None),
    "of somebody else": lambda tim, body: _changed(str(member_id(body["login"]))),
    "no JWS": lambda tim, _: {"registration": "a.b"},
    "no JSON": lambda tim, _: {"registration": "a.YQ.c"},
    "two epochs": lambda tim, _: _changed(tim, partitions={
        name: {"epoch": epoch, "key": octets(48), "proof": octets(80)}
        for name, epoch in (("medical", 2), ("personal", 3))
    }),
    "another epoch": lambda tim, _: _changed(tim, epoch=3),
    "no former": lambda tim, _: {"former": []},
    "too many former": lambda tim, _: {"former": [former(tim, 2), former(tim, 1)]},
    "former twice": lambda tim, _: {"former": [former(tim, 2), former(tim, 2)]},
    "former of the login": lambda tim, body: {"former": [former(str(member_id(body["login"])))]},
    "former of no type": lambda tim, _: {"former": [{**former(tim), "type": "guardian"}]},
    "former with parameters": lambda tim, _: {"former": [{**former(tim), "params": {"m": 1}}]},
    "one slot": lambda tim, body: {"slots": body["slots"][:1]},
    "the same slot twice": lambda tim, body: {"slots": body["slots"][:1] * 2},
    "slots of the login's id": lambda tim, body: {
        "slots": [
            {**one, "slot": {**one["slot"], "member": str(member_id(body["login"]))}}
            for one in body["slots"]
        ]
    },
    "another salt": lambda tim, body: {
        "slots": [{**one, "slot": {**one["slot"], "salt": octets(16)}} for one in body["slots"]]
    },
    "second generation": lambda tim, body: {
        "slots": [{**one, "slot": {**one["slot"], "generation": 2}} for one in body["slots"]]
    },
    "no address": lambda tim, _: {"login": "tim"},
    "capitals": lambda tim, _: {"login": "Tim@example.org"},
    "a dependant's login": lambda tim, _: {"login": "tim.abcdefghij@dependant.invalid"},
    "another login": lambda tim, _: {"login": new_login()},
    "more": lambda tim, _: {"name": "Tim"},
}  # fmt: skip


@pytest.mark.parametrize("change", BAD)
def test_what_cannot_be_taken_over_with_is_refused_and_nothing_begun(
    waiting: Waiting, change: str
) -> None:
    body = waiting.body()
    assert status(sent({**body, **BAD[change](waiting.tim, body)})) == (422, "invalid")
    assert waiting.row.begun is None
    waiting.untouched()


def test_former_seeds_of_earlier_changes_are_kept_all(waiting: Waiting) -> None:
    FormerSlot.objects.create(member=waiting.member, below=2, salt=b"s" * 16, sealed=b"s" * 60)
    assert [one["generation"] for one in found(waiting.find).json()["former"]] == [2]
    later = _changed(waiting.tim, epoch=5)
    tim = waiting.tim
    for kept in ([former(tim, 5)], [former(tim, 3), former(tim, 5)], [former(tim, 2)]):
        assert status(sent(waiting.body(former=kept, **later))) == (422, "invalid")
    kept = [former(tim, 2), former(tim, 5)]
    body = waiting.body(former=kept, **later)
    for _ in range(2):
        assert sent(body).status_code == 200
    assert grown_up(body).sign_in().json()["former"] == kept
    services.depart(member=waiting.member, by="test")
    assert not FormerSlot.objects.exists()


def test_unavailable_nodes_change_nothing_but_that_it_was_begun(
    waiting: Waiting, nodes: Nodes, cloud: FakeCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = waiting.body()
    with monkeypatch.context() as patch:
        refuse(patch, nodes, Unavailable("Out of reach."))
        for _ in range(2):
            assert status(sent(body)) == (503, "unavailable")
            assert status(sent(waiting.body())) == (503, "unavailable")
    assert cloud.changed == []
    assert sent(body).status_code == 200
    waiting.handed_over(body)
