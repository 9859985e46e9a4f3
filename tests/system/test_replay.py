"""What was sent once and is sent again, by the same session or another, changes nothing anywhere."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from sesphr.client import deployment, session, times
from sesphr.client.home import Home
from sesphr.client.http import Api
from sesphr.client.statement import payload, sign
from sesphr.crypto import statements
from tests.support.people_cli import Person
from tests.support.wire import Exchange, Wire, between
from tests.system.place import System, differences, running, state
from tests.system.test_story import ASKED, named

OLD = 200


@dataclass
class Recorded:
    """A life that was recorded, and sessions in which to send it again."""

    system: System
    wire: Wire
    owner: Person
    doctor: Person
    record: str

    def last(self, path: str) -> Exchange:
        """The newest request to an address that the server took."""
        return [one for one in self.wire.sent("POST", path) if one.status == 200][-1]

    def first(self, path: str) -> Exchange:
        """The oldest one."""
        return next(one for one in self.wire.sent("POST", path) if one.status == 200)


def recorded(system: System, wire: Wire) -> Recorded:
    """Deposit, ask, approve, open, revoke, grant, revoke: three lists and all that goes with them."""
    owner, doctor = system.join(url=wire.url), system.join("physician", url=wire.url)
    record = system.deposit(owner, medical="<m>rest</m>", personal="<p>Ada</p>")
    asked = doctor.ok("request", "--owner", owner.login, *named(["medical"]), *ASKED)["request"]
    owner.ok("approve", asked)
    doctor.ok("open", record, "--output", str(system.output()))
    owner.ok("revoke", doctor.login)
    return Recorded(system, wire, owner, doctor, record)


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """A system of its own: in a shared one a node forgets others' old answers at every opening."""
    with running(tmp_path_factory.mktemp("replay")) as found:
        yield found


@pytest.fixture(scope="module")
def life(system: System) -> Iterator[Recorded]:
    """What was recorded."""
    with between(system.server.url, system.output()) as wire:
        yield recorded(system, wire)


@contextmanager
def signed_in(person: Person) -> Iterator[tuple[session.Session, httpx.Client]]:
    """A session of this person's, and the bare connection that has its cookie."""
    api, home = Api(person.url), Home(person.home)
    try:
        place = deployment.pinned(api, home, person.url)
        yield (
            session.sign_in(
                api, place, home, person.login, slot_type="password", secret=person.password
            ),
            api._http,
        )
    finally:
        api.close()


def again(connection: httpx.Client, exchange: Exchange) -> httpx.Response:
    """Send the very octets of a request again."""
    kind = dict(exchange.request_headers).get("Content-Type", "application/json")
    path = exchange.path.removeprefix("/api")
    return connection.post(path, content=exchange.request, headers={"Content-Type": kind})


def changes_nothing(life: Recorded, person: Person, *exchanges: Exchange) -> list[httpx.Response]:
    """The answers to requests that are sent again; every table stays as it is."""
    with signed_in(person) as (_, connection):
        before = state(life.system)
        found = [again(connection, one) for one in exchanges for _ in range(2)][::2]
        assert differences(before, state(life.system)) == []
    return found


def everything(life: Recorded) -> list[Exchange]:
    """One of each kind that changes or releases something."""
    return [
        life.first("/deposits"),
        life.first("/key-requests"),
        life.first("/acl"),
        life.last("/acl"),
    ]


def test_by_the_same_session_the_answer_is_the_same(life: Recorded) -> None:
    of_owner = [one for one in everything(life) if one.path != "/api/key-requests"]
    for one, answer in zip(of_owner, changes_nothing(life, life.owner, *of_owner), strict=True):
        assert answer.status_code == 200, answer.text
        told, then = answer.json(), json.loads(one.response)
        assert (told["receipts"], told.get("seq")) == (then["receipts"], then.get("seq"))
    (asked,) = changes_nothing(life, life.doctor, life.first("/key-requests"))
    assert asked.json() == json.loads(life.first("/key-requests").response)


def test_the_old_list_is_not_in_force_again(life: Recorded) -> None:
    changes_nothing(life, life.owner, life.first("/acl"))
    folder = life.system.output()
    words = ("open", life.record, *named(["medical"]), "--output", str(folder))
    life.doctor.fails(3, *words)
    assert not folder.exists()
    rows = life.system.databases.execute("srs", "SELECT jws FROM srs_acl")
    owner = statements.payload_of_unverified(json.loads(life.first("/acl").request)["acl"])["iss"]
    lists = [statements.payload_of_unverified(str(jws)) for (jws,) in rows]
    assert sorted(one["seq"] for one in lists if one["iss"] == owner) == [1, 2]


def test_by_another_session_it_is_refused(life: Recorded) -> None:
    stranger = life.system.join(url=life.wire.url)
    sent = [*everything(life), life.first("/access")]
    for answer in changes_nothing(life, stranger, *sent):
        assert answer.status_code == 403, answer.text
        assert answer.headers["Content-Type"] == "application/problem+json"


def test_without_a_session_it_is_refused(life: Recorded) -> None:
    before = state(life.system)
    with httpx.Client(
        base_url=f"{life.wire.url}/api", headers={"X-Requested-By": "sesphr"}
    ) as bare:
        for one in (*everything(life), life.first("/access")):
            assert again(bare, one).status_code == 401
    with httpx.Client(base_url=f"{life.wire.url}/api") as elsewhere:
        for one in (*everything(life), life.first("/access")):
            assert again(elsewhere, one).status_code == 403
    assert differences(before, state(life.system)) == []


def test_an_access_request_played_again_releases_nothing_new(life: Recorded) -> None:
    """Within its life the node's answer is the same; the cloud gives nothing after a revocation."""
    then = json.loads(life.first("/access").response)
    (answer,) = changes_nothing(life, life.doctor, life.first("/access"))
    assert answer.status_code == 403, answer.text
    assert then["objects"][0]["digest"] not in answer.text
    assert "answers" not in answer.json()


def test_a_request_that_is_too_old_or_too_new_is_refused(life: Recorded) -> None:
    with signed_in(life.doctor) as (who, connection):
        before = state(life.system)
        for shift in (-OLD, OLD):
            request = dated(who, life.record, times.now() + shift)
            answer = connection.post("/access", json={"request": request})
            assert answer.status_code in (403, 422), answer.text
        assert differences(before, state(life.system)) == []


def dated(who: session.Session, record: str, moment: int) -> str:
    """A well-signed access request of another moment."""
    told: dict[str, Any] = {
        "nonce": "A" * 22, "purpose": "treatment", "iat": moment,
        "items": [{"record": record, "partitions": ["medical"]}],
    }  # fmt: skip
    return sign(who.keys, "sesphr-access-request", payload(who.deployment.id, who.me.id, **told))


def test_a_statement_under_another_type_is_refused(life: Recorded) -> None:
    """What was signed as one thing is never taken for another."""
    acl = json.loads(life.first("/acl").request)["acl"]
    with signed_in(life.owner) as (_, connection):
        before = state(life.system)
        for path in ("/access", "/key-requests"):
            assert connection.post(path, json={"request": acl}).status_code == 422
        assert connection.post("/registrations", json={"registration": acl}).status_code == 422
        assert differences(before, state(life.system)) == []
