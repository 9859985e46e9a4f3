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

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.oath import totp
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import mail
from accounts.ids import member_id
from accounts.models import Device, GuardianKey, Guardianship, Member
from phr.models_notices import Notice
from sesphr.client.registration import registration
from sesphr.client.statement import payload, sign
from sesphr.crypto import invitations
from sesphr.crypto.encoding import b64u_encode
from sesphr.crypto.invitations import Invited
from sesphr.crypto.keys import MemberKeys
from sesphr.crypto.merkle import leaf_hash, root
from tests.integration.api.conftest import World
from tests.integration.api.handing import ComingOfAge
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
        Device.objects.update(acting=None)
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

    def present(self) -> Call:
        """One issued just now, by an authority that the test pinned."""
        key = self.person.keys.signing_key
        octets = self.world.council.credential(self.person.id, key, days=1)
        return Call(body={"credential": octets.decode()})

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

    def openable(self) -> Call:
        return Call(query={"owner": self.world.owner.id})

    def emergency(self) -> Call:
        return Call(body=self._emergency(self.person))

    def _emergency(self, asker: Person) -> dict[str, Any]:
        request = asker.access_request({self.world.record: ["medical"]}, purpose="emergency")
        cosign = asker.cosign(request, self.world.owner.id)
        return {"request": request, "cosign": cosign, "colleague": None}

    def confirm_emergency(self) -> Call:
        """What the other one asked this person to confirm; owners are never asked."""
        asker, mine = self.other, self.person.role != "owner"
        body = self._emergency(asker) | ({"colleague": self.person.id} if mine else {})
        answer = asker.post("emergencies", body)
        name = answer.json().get("id", str(uuid.uuid4()))
        cosign = self.person.cosign(body["request"], self.world.owner.id)
        return Call(path={"emergency": name}, body={"cosign": cosign})

    def notice(self) -> Call:
        made = Notice.objects.create(
            kind="emergency", owner=self.person.id, asker=self.other.id, at=1, until=2,
            request=secrets.token_hex(20), signers=[self.other.id],
        )  # fmt: skip
        return Call(path={"notice": str(made.id)})

    def review(self) -> Call:
        verdict = secrets.choice(["right", "questioned"])
        return Call(path=self.notice().path, body={"verdict": verdict})

    def accept(self) -> Call:
        sealed = self._offered()
        return Call(path={"record": record_of(sealed)}, body={"accept": self.person.accept(sealed)})

    def refuse(self) -> Call:
        sealed = self._offered()
        return Call(
            path={"record": record_of(sealed)}, body={"deletion": self.person.deletion(sealed)}
        )

    def _offered(self) -> Any:
        """What the grantee may add and added; somebody who owns no records gets nothing."""
        person, grantee = self.person, self.world.grantee
        sealed = grantee.contribution(person, {"medical": element("medical")})
        if person is self.world.owner:
            both = [person.rule(grantee, ["medical"], actions=["read", "add"])]
            body = person.list_body(both, [(grantee, "medical")])
            assert person.put_list(body).status_code == 200
            assert grantee.sign_in_call().status_code == 200
            assert grantee.send(sealed).status_code == 200
        return sealed

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

    # Guardians and dependants ---------------------------------------------------------

    def _verified(self) -> Member:
        """This person, whose session began with a second factor."""
        self._no_factor()
        device = TOTPDevice.objects.create(user=self.person.member, name="app", confirmed=True)
        store = SessionStore(self.person.http.cookies["sesphr_session"].value)
        store[DEVICE_ID_SESSION_KEY] = device.persistent_id
        store.save()
        return self.person.member

    def _child(self, guardian: Member, **more: Any) -> Guardianship:
        """A guardianship of a fresh dependant's; the sealed octets are anybody's."""
        login = f"tim.{_letters()}@dependant.invalid"
        child = Member.objects.create(
            id=member_id(login), login=login, name="Tim", role="owner", state="authorised",
            registration=secrets.token_bytes(32),
        )  # fmt: skip
        sealed = {"since": 1, "generation": 1, "salt": b"s" * 16, "sealed": b"s" * 60}
        return Guardianship.objects.create(
            guardian=guardian, dependant=child, **{**sealed, "invited_by": guardian, **more}
        )

    def _asked(self) -> Guardianship:
        """An invitation to this person by another one."""
        none = dict.fromkeys(("since", "generation", "salt", "sealed"))
        by = self.other.member
        handed = {"enc": b"e" * 32, "ciphertext": b"c" * 48, "statement": "s"}
        return self._child(self._verified(), invited_by=by, **none, **handed)

    def _ready(self) -> Person:
        """Somebody else, who lets themselves be found as a guardian."""
        GuardianKey.objects.update_or_create(member=self.other.member, defaults={"statement": "s"})
        return self.other

    def add_dependant(self) -> Call:
        Guardianship.objects.filter(guardian=self._verified()).delete()
        login, seed = f"tim.{_letters()}@dependant.invalid", secrets.token_bytes(32)
        made = registration(
            MemberKeys.from_seed(seed), deployment=settings.SESPHR_DEPLOYMENT,
            member=str(member_id(login)), partitions=("medical",),
        )  # fmt: skip
        slot = _guardian_slot(str(member_id(login)))
        return Call(body={"login": login, "name": "Tim", "registration": made, "slot": slot})

    def own_child(self) -> Call:
        return Call(path={"dependant": str(self._child(self._verified()).dependant_id)})

    def publish_key(self) -> Call:
        self._verified()
        octets = payload(settings.SESPHR_DEPLOYMENT, self.person.id, key=b64u_encode(b"k" * 32))
        made = sign(MemberKeys.from_seed(self.person.seed), "sesphr-guardian-key", octets)
        return Call(body={"statement": made})

    def find_guardian(self) -> Call:
        self._verified()
        return Call(body={"login": self._ready().login})

    def invite(self) -> Call:
        child, to = self._coming_of_age(), self._ready()
        handed = {
            "guardian": to.id, "enc": b64u_encode(b"e" * 32), "ciphertext": b64u_encode(b"c" * 48),
        }  # fmt: skip
        keys = child.keys
        said = Invited(child.id, keys.verification, keys.receive_public.encode(), **handed)
        octets = payload(settings.SESPHR_DEPLOYMENT, self.person.id, **said.members())
        made = sign(MemberKeys.from_seed(self.person.seed), invitations.STATEMENT, octets)
        return Call(path={"dependant": child.id}, body={**handed, "statement": made})

    def accept_guardianship(self) -> Call:
        row = self._asked()
        slot = _guardian_slot(str(row.dependant_id))
        return Call(path={"guardianship": str(row.pk)}, body={"slot": slot})

    def leave(self) -> Call:
        return Call(path={"guardianship": str(self._asked().pk)})

    def _coming_of_age(self) -> ComingOfAge:
        return ComingOfAge(self._verified(), f"tim.{_letters()}@dependant.invalid")

    def offer_account(self) -> Call:
        child = self._coming_of_age()
        return Call(path={"dependant": child.id}, body=child.offer())

    def find_offer(self) -> Call:
        return Call(body={"find": self._coming_of_age().offered().find})

    def take_over(self) -> Call:
        login = f"tim-{_letters()}@example.org"
        return Call(body=self._coming_of_age().offered().take_over(login))

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

    def leaver(self) -> Call:
        return Call(path={"notice": self.hospital.notice()})


def _letters() -> str:
    return "".join(secrets.choice("abcdefghijklmnopqrstuvwxyz234567") for _ in range(10))


def _guardian_slot(dependant: str) -> dict[str, Any]:
    return {
        "member": dependant, "type": "guardian", "generation": 1, "params": {},
        "salt": b64u_encode(secrets.token_bytes(16)), "sealed": b64u_encode(secrets.token_bytes(60)),
    }  # fmt: skip


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
    "GET /api/dependants": Caller.nothing,
    "POST /api/dependants": Caller.add_dependant,
    "POST /api/dependants/{dependant}/act": Caller.own_child,
    "GET /api/dependants/{dependant}/slot": Caller.own_child,
    "POST /api/dependants/{dependant}/guardians": Caller.invite,
    "POST /api/dependants/{dependant}/hand-over": Caller.offer_account,
    "DELETE /api/dependants/{dependant}/hand-over": Caller.own_child,
    "POST /api/hand-over/find": Caller.find_offer,
    "POST /api/hand-over": Caller.take_over,
    "DELETE /api/acting": Caller.nothing,
    "PUT /api/guardian-key": Caller.publish_key,
    "DELETE /api/guardian-key": Caller.nothing,
    "POST /api/guardian-keys": Caller.find_guardian,
    "POST /api/guardianships/{guardianship}/accept": Caller.accept_guardianship,
    "POST /api/guardianships/{guardianship}/end": Caller.leave,
    "PUT /api/attachments/{attachment}": Caller.attach,
    "GET /api/attachments/{attachment}/upload": Caller.arriving,
    "PATCH /api/attachments/{attachment}/upload": Caller.part,
    "POST /api/attachments/{attachment}/upload": Caller.finish,
    "DELETE /api/attachments/{attachment}/upload": Caller.arriving,
    "POST /api/deposits": Caller.deposit,
    "GET /api/records": Caller.own_records,
    "GET /api/acl": Caller.nothing,
    "GET /api/acl/lists": Caller.nothing,
    "POST /api/acl": Caller.set_list,
    "POST /api/key-requests": Caller.ask,
    "GET /api/key-requests": Caller.nothing,
    "POST /api/key-requests/{key_request}/decline": Caller.decline,
    "PUT /api/credential": Caller.present,
    "GET /api/credential": Caller.nothing,
    "GET /api/credentials/{member}": Caller.find_by_id,
    "GET /api/authorities": Caller.nothing,
    "GET /api/addable": Caller.nothing,
    "GET /api/proposals": Caller.nothing,
    "POST /api/proposals/{record}/accept": Caller.accept,
    "POST /api/proposals/{record}/decline": Caller.refuse,
    "POST /api/access": Caller.access,
    "POST /api/attachments/{attachment}/content": Caller.content,
    "POST /api/integrity-reports": Caller.report,
    "GET /api/openable": Caller.openable,
    "POST /api/emergencies": Caller.emergency,
    "GET /api/emergencies": Caller.nothing,
    "POST /api/emergencies/{emergency}/confirm": Caller.confirm_emergency,
    "GET /api/notices": Caller.nothing,
    "POST /api/notices/{notice}/seen": Caller.notice,
    "POST /api/notices/{notice}/review": Caller.review,
    "GET /api/activity": Caller.activity,
    "GET /api/log/consistency": Caller.consistency,
    "POST /api/activation": Caller.activation,
    "POST /api/activation/join": Caller.join,
    "GET /api/work": Caller.nothing,
    "PUT /api/work": Caller.wish,
    "GET /api/providers": Caller.search,
    "GET /api/leavers": Caller.nothing,
    "DELETE /api/leavers/{notice}": Caller.leaver,
    "GET /api/organisations/{organisation}": Caller.at_hospital,
    "POST /api/organisations/{organisation}/departments": Caller.department,
    "GET /api/organisations/{organisation}/staff": Caller.at_hospital,
    "GET /api/organisations/{organisation}/staff/{post}/removal": Caller.staff,
    "POST /api/organisations/{organisation}/staff/{post}/removal": Caller.staff,
    "GET /api/organisations/{organisation}/codes": Caller.at_hospital,
    "POST /api/organisations/{organisation}/codes": Caller.new_code,
    "DELETE /api/organisations/{organisation}/codes/{code}": Caller.old_code,
}
