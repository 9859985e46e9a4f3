"""Calls that mean something: for every route, what a real endpoint would send now.

Statements are signed, fresh and of this very state: a list is the successor of the
list in force, a version has its predecessor, a slot the next generation. A
generator of shapes alone never gets past the first signature.
"""

import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django_otp.oath import totp
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import mail
from sesphr.crypto.encoding import b64u_encode
from sesphr.crypto.merkle import leaf_hash, root
from tests.integration.api.conftest import World
from tests.integration.api.organisations import Hospital
from tests.support.endpoints import digest_of, element
from tests.support.people import Person, record_of


def _code(device: TOTPDevice) -> str:
    return f"{totp(device.bin_key):06d}"


@dataclass
class Call:
    """The parts of a call that a route takes."""

    path: dict[str, Any] = field(default_factory=dict)
    query: dict[str, Any] = field(default_factory=dict)
    body: Any = None


@dataclass
class Caller:
    """A person who calls, and what must be remembered from call to call."""

    person: Person
    world: World
    scan: Any
    generations: dict[str, int] = field(default_factory=lambda: {"password": 1, "recovery": 1})
    secrets: dict[str, str] = field(default_factory=dict)
    taken: Callable[[Any], None] | None = None
    unfinished: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        made = self.person.papers
        self.secrets = {kind: made.secret(kind) for kind in ("password", "recovery")}
        self.registration = made.registration

    def call(self, label: str) -> Call:
        """A call of this route that ought to succeed, if any call of this person can."""
        return CALLS[label](self)

    def settle(self, label: str, status: int, body: Any) -> None:
        """Remember what a call with this body changed, and stay signed in."""
        taken, self.taken = self.taken, None
        if taken is not None and status == 200:
            taken(body)
        self._no_factor()
        if "session" in label or "slots" in label or "sign-in" in label:
            self.stay_signed_in()

    def stay_signed_in(self) -> None:
        """Sign in again where a call ended the session."""
        if self.person.get("session").status_code != 200:
            secret = self.secrets["password"]
            assert self.person.sign_in_call(login_secret=secret).status_code == 200

    @property
    def other(self) -> Person:
        """Somebody else, whom this person may see."""
        world = self.world
        return world.grantee if self.person is not world.grantee else world.stranger

    # One method for each route that takes something ---------------------------------

    def lookup(self) -> Call:
        return Call(body={"login": self.person.login})

    def find(self) -> Call:
        return Call(body={"login": self.other.login})

    def find_by_id(self) -> Call:
        return Call(path={"member": self.other.id})

    def register(self) -> Call:
        return Call(body=self.person.application())

    def confirm(self) -> Call:
        return Call(body={"token": mail.confirmation_token(self.person.member.id)})

    def sign_in(self) -> Call:
        kind = secrets.choice(["password", "recovery"])
        return Call(
            body={"login": self.person.login, "type": kind, "login_secret": self.secrets[kind]}
        )

    def replace_slot(self) -> Call:
        kind = secrets.choice(["password", "recovery"])
        first = next(one["slot"] for one in self.person.papers.slots if one["slot"]["type"] == kind)
        generation, secret = self.generations[kind] + 1, secrets.token_hex(32)
        slot = {**first, "generation": generation, "sealed": b64u_encode(secrets.token_bytes(60))}
        current = {"type": kind, "login_secret": self.secrets[kind]}

        def replaced(body: Any) -> None:
            self.generations[kind], self.secrets[kind] = generation, body["login_secret"]

        self.taken = replaced
        return Call(
            path={"type": kind}, body={"slot": slot, "login_secret": secret, "current": current}
        )

    def add_keys(self) -> Call:
        known = self.person.get("registrations").json()["registrations"]
        name = f"p-{secrets.token_hex(4)}"
        made = self.person.registration((name,), seq=len(known) + 1, previous=digest_of(known[-1]))
        return Call(body={"registration": made})

    def attach(self) -> Call:
        return Call(path={"attachment": str(uuid.uuid4())}, body=secrets.token_bytes(100))

    def part(self) -> Call:
        """The first octets of an upload, thrown away again: only so many may be under way."""
        name = str(uuid.uuid4())

        def discarded(_: Any) -> None:
            assert self.person.discard(name).status_code == 200

        self.taken = discarded
        return Call(path={"attachment": name}, query={"offset": 0}, body=secrets.token_bytes(100))

    def arriving(self) -> Call:
        return Call(path={"attachment": str(uuid.uuid4())})

    def finish(self) -> Call:
        name, octets = str(uuid.uuid4()), secrets.token_bytes(100)
        assert self.person.append(name, 0, octets).status_code == 200
        body = {"size": len(octets), "root": b64u_encode(root([leaf_hash(octets)]))}

        def kept(_: Any) -> None:
            self.unfinished.discard(name)

        for left in self.unfinished:
            self.person.discard(left)
        self.unfinished = {name}
        self.taken = kept
        return Call(path={"attachment": name}, body=body)

    def deposit(self) -> Call:
        sealed = self.person.seal({"medical": element("medical")})
        form = self.person.parcel(sealed)
        return Call(body={**form, "document": sealed.document})

    def own_records(self) -> Call:
        queries = [{}, {"owner": self.world.owner.id}]
        if self.person is self.world.owner:
            queries.append({"seen_by": self.world.grantee.id})
        return Call(query=secrets.choice(queries))

    def end_device(self) -> Call:
        return Call(path={"device": str(uuid.uuid4())})

    def begin_factor(self) -> Call:
        return Call(body=self._proof())

    def confirm_factor(self) -> Call:
        """The first code of an app that was begun."""
        self._no_factor()
        device = TOTPDevice.objects.create(user=self.person.member, name="app", confirmed=False)
        return Call(body={"code": _code(device)})

    def with_factor(self) -> Call:
        """A proof with the code of an app that is set, for this call alone."""
        self._no_factor()
        device = TOTPDevice.objects.create(user=self.person.member, name="app", confirmed=True)
        return Call(body={**self._proof(), "otp": _code(device)})

    def _proof(self) -> dict[str, Any]:
        return {"current": {"type": "password", "login_secret": self.secrets["password"]}}

    def _no_factor(self) -> None:
        TOTPDevice.objects.filter(user=self.person.member).delete()
        StaticDevice.objects.filter(user=self.person.member).delete()

    def set_list(self) -> Call:
        """The list in force once more, so that the grantee keeps what was granted."""
        person, world = self.person, self.world
        mine = person is world.owner
        rules = [person.rule(world.grantee, ["medical"])] if mine else []
        body = person.list_body(rules, [(world.grantee, "medical")] if mine else [])

        def in_force(sent: Any) -> None:
            person.acl_head = sent["acl"]

        self.taken = in_force
        return Call(body=body)

    def ask(self) -> Call:
        request = self.person.key_request(self.other, ["medical"])
        return Call(body={"request": request})

    def decline(self) -> Call:
        return Call(path={"key_request": self.other.asked(self.person, "medical")})

    def access(self) -> Call:
        items = {self.world.record: ["medical", "personal"]}
        return Call(body={"request": self.person.access_request(items)})

    def content(self) -> Call:
        record = record_of(self.scan.sealed)
        request = self.person.access_request({record: ["medical"]})
        nodes = self.person.post("access", {"request": request}).json()["answers"]
        tickets = [one for node in nodes for one in node["tickets"]]
        return Call(
            path={"attachment": self.scan.id}, body={"request": request, "tickets": tickets}
        )

    def report(self) -> Call:
        return Call(body={"record": self.world.record, "partition": "medical", "reason": "digest"})

    def activity(self) -> Call:
        return Call(
            query=secrets.choice([{}, {"source": "srs-1"}, {"source": "portal", "after": 2}])
        )

    def consistency(self) -> Call:
        checkpoint = self.person.get("activity").json()["checkpoint"]
        size = int(checkpoint.split("\n")[1])
        return Call(query={"first": secrets.randbelow(size) + 1, "second": size})

    def nothing(self) -> Call:
        return Call()

    @property
    def hospital(self) -> Hospital:
        """An organisation that this person administers, if they can."""
        return Hospital(self.person.member)

    def at_hospital(self) -> Call:
        return Call(path=self.hospital.path())

    def department(self) -> Call:
        return Call(path=self.hospital.path(), body=self.hospital.department())

    def new_code(self) -> Call:
        return Call(path=self.hospital.path(), body=self.hospital.new_code())

    def old_code(self) -> Call:
        return Call(path=self.hospital.path(code=str(self.hospital.code().row.pk)))

    def staff(self) -> Call:
        return Call(path=self.hospital.path(post=self.hospital.post()))

    def activation(self) -> Call:
        return Call(body={"code": self.hospital.code().text})

    def join(self) -> Call:
        return Call(body={"code": self.hospital.other_code()})

    def wish(self) -> Call:
        return Call(body={"listed": secrets.choice([True, False])})

    def search(self) -> Call:
        return Call(query=secrets.choice([{"name": "dr"}, {"speciality": "cardiology"}]))

    def notice(self) -> Call:
        return Call(path={"notice": self.hospital.notice()})


CALLS: dict[str, Callable[[Caller], Call]] = {
    "GET /api/deployment": Caller.nothing,
    "POST /api/sign-in/parameters": Caller.lookup,
    "POST /api/members": Caller.register,
    "POST /api/members/confirm": Caller.confirm,
    "POST /api/session": Caller.sign_in,
    "GET /api/session": Caller.nothing,
    "DELETE /api/session": Caller.nothing,
    "POST /api/session/everywhere/end": Caller.nothing,
    "POST /api/session/activity": Caller.nothing,
    "GET /api/sessions": Caller.nothing,
    "DELETE /api/sessions/{device}": Caller.end_device,
    "GET /api/second-factor": Caller.nothing,
    "POST /api/second-factor": Caller.begin_factor,
    "POST /api/second-factor/confirm": Caller.confirm_factor,
    "POST /api/second-factor/codes": Caller.with_factor,
    "POST /api/second-factor/remove": Caller.with_factor,
    "PUT /api/slots/{type}": Caller.replace_slot,
    "POST /api/registrations": Caller.add_keys,
    "GET /api/registrations": Caller.nothing,
    "POST /api/directory": Caller.find,
    "GET /api/directory/{member}": Caller.find_by_id,
    "PUT /api/attachments/{attachment}": Caller.attach,
    "GET /api/attachments/{attachment}/upload": Caller.arriving,
    "PATCH /api/attachments/{attachment}/upload": Caller.part,
    "POST /api/attachments/{attachment}/upload": Caller.finish,
    "DELETE /api/attachments/{attachment}/upload": Caller.arriving,
    "POST /api/deposits": Caller.deposit,
    "GET /api/records": Caller.own_records,
    "GET /api/acl": Caller.nothing,
    "POST /api/acl": Caller.set_list,
    "POST /api/key-requests": Caller.ask,
    "GET /api/key-requests": Caller.nothing,
    "POST /api/key-requests/{key_request}/decline": Caller.decline,
    "POST /api/access": Caller.access,
    "POST /api/attachments/{attachment}/content": Caller.content,
    "POST /api/integrity-reports": Caller.report,
    "GET /api/activity": Caller.activity,
    "GET /api/log/consistency": Caller.consistency,
    "POST /api/activation": Caller.activation,
    "POST /api/activation/join": Caller.join,
    "GET /api/work": Caller.nothing,
    "PUT /api/work": Caller.wish,
    "GET /api/providers": Caller.search,
    "GET /api/notices": Caller.nothing,
    "DELETE /api/notices/{notice}": Caller.notice,
    "GET /api/organisations/{organisation}": Caller.at_hospital,
    "POST /api/organisations/{organisation}/departments": Caller.department,
    "GET /api/organisations/{organisation}/staff": Caller.at_hospital,
    "GET /api/organisations/{organisation}/staff/{post}/removal": Caller.staff,
    "POST /api/organisations/{organisation}/staff/{post}/removal": Caller.staff,
    "GET /api/organisations/{organisation}/codes": Caller.at_hospital,
    "POST /api/organisations/{organisation}/codes": Caller.new_code,
    "DELETE /api/organisations/{organisation}/codes/{code}": Caller.old_code,
}
