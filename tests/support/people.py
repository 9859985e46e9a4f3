"""Test people who go through the real API: register, confirm, get authorised, sign in.

What costs time (Argon2, proofs of knowledge) is made once for each name in a run;
the member id does not depend on the database, so that it holds for every test.
"""

import json
import re
import uuid
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts import services
from accounts.models import Member
from sesphr import clock
from sesphr.crypto import envelope, slots, statements
from sesphr.crypto.attachments import AttachmentSealer
from sesphr.crypto.encoding import b64u_decode, b64u_encode
from sesphr.deployment import get_deployment
from sesphr.ports.cloudstore import CloudObject
from sesphr.ports.srs import Access
from tests.support.endpoints import DEFAULTS, Endpoint, element

PASSWORD = "correct horse battery staple 9"
TOKEN = re.compile(r"\?token=(\S+)")
JSON = "application/json"
OCTETS = "application/octet-stream"


def browser(address: str = "192.0.2.1") -> Client:
    """A test client that sends what endpoints send; server errors are answers, not exceptions."""
    return Client(
        REMOTE_ADDR=address, headers={"X-Requested-By": "sesphr"}, raise_request_exception=False
    )


@dataclass(frozen=True)
class Papers:
    """What a person made at their endpoint to register."""

    id: str
    seed: bytes
    registration: str
    slots: tuple[dict[str, Any], ...]
    code: str

    def secret(self, kind: str) -> str:
        """The login secret beside a slot, in hex."""
        found: str = next(one["login_secret"] for one in self.slots if one["slot"]["type"] == kind)
        return found


@lru_cache(maxsize=64)
def papers(login: str, role: str) -> Papers:
    """A person's keys, slots and registration, as their endpoint makes them."""
    told = browser().post("/api/sign-in/parameters", {"login": login}, content_type=JSON).json()
    member, deployment = told["member"], get_deployment().id
    made = Endpoint(id=member)
    named: dict[str, Any] = {
        "deployment": deployment, "login": login, "member": member, "generation": 1
    }  # fmt: skip
    password, password_secret = slots.make_password_slot(
        made.seed, password=PASSWORD, params=told["password"]["params"],
        salt=b64u_decode(told["password"]["salt"], 16), **named,
    )  # fmt: skip
    recovery, recovery_secret, code = slots.make_recovery_slot(
        made.seed, salt=b64u_decode(told["recovery"]["salt"], 16), **named
    )
    pair = (
        {"slot": password, "login_secret": password_secret.hex()},
        {"slot": recovery, "login_secret": recovery_secret.hex()},
    )
    registration = made.registration(DEFAULTS if role == "owner" else ())
    return Papers(member, made.seed, registration, pair, code)


@dataclass
class Person(Endpoint):
    """An endpoint with a login, a role and a browser session."""

    login: str = ""
    role: str = "owner"
    http: Client = field(default_factory=browser)

    @classmethod
    def named(cls, name: str, role: str = "owner") -> "Person":
        """Somebody who has made keys and not registered yet."""
        login = f"{name}@example.org"
        made = papers(login, role)
        return cls(id=made.id, seed=made.seed, login=login, role=role)

    def twin(self) -> "Person":
        """The same person with the same session, whose browser and memory nobody else changes."""
        found = browser()
        found.cookies = deepcopy(self.http.cookies)
        return replace(
            self, http=found, dealt=set(self.dealt), sealed_to_nodes=dict(self.sealed_to_nodes)
        )

    @property
    def papers(self) -> Papers:
        """What this person registers with."""
        return papers(self.login, self.role)

    @property
    def member(self) -> Member:
        """The portal's row."""
        return Member.objects.get(login=self.login)

    # Calls -----------------------------------------------------------------

    def call(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        """A call of the API with a JSON body, or with none."""
        sent = {} if body is None else {"data": json.dumps(body), "content_type": JSON}
        return self.http.generic(method, f"/api/{path}", **{**sent, **more})

    def get(self, path: str, **query: Any) -> Any:
        """GET with a query."""
        return self.http.get(f"/api/{path}", query)

    def post(self, path: str, body: Any = None) -> Any:
        """POST a JSON body."""
        return self.call("POST", path, body)

    # Account ---------------------------------------------------------------

    def application(self, **more: Any) -> dict[str, Any]:
        """The body of the registration."""
        made = self.papers
        return {
            "login": self.login, "name": self.login.split("@")[0].title(), "role": self.role,
            "registration": made.registration, "slots": list(made.slots), **more,
        }  # fmt: skip

    def register(self) -> "Person":
        """Register and follow the link of the letter."""
        answer = self.post("members", self.application())
        assert answer.status_code == 202, answer.content
        letter = next(one for one in reversed(mail.outbox) if one.to == [self.login])
        token = TOKEN.search(str(letter.body))
        assert token is not None
        assert self.post("members/confirm", {"token": token[1]}).status_code == 200
        return self

    def authorised(self) -> "Person":
        """An administrator authorises, as `manage.py authorise` does."""
        services.authorise(member=self.member, by="admin@example.org", checked="passport")
        return self

    def sign_in_call(self, **changed: Any) -> Any:
        """The sign-in call, with the password slot's login secret unless told otherwise."""
        kind = changed.pop("type", "password")
        body = {"login": self.login, "type": kind, "login_secret": self.papers.secret(kind)}
        return self.post("session", {**body, **changed})

    def signed_in(self) -> "Person":
        """Start a session."""
        assert self.sign_in_call().status_code == 200
        return self

    # Records ---------------------------------------------------------------

    def parcel(self, sealed: envelope.SealedRecord, /, **changed: Any) -> dict[str, Any]:
        """The form of a deposit."""
        nodes = get_deployment().nodes
        parts = {
            str(node.index): {
                name: {"enc": _base64(one.enc), "ciphertext": _base64(one.ciphertext)}
                for name, one in self.deposit_for(sealed, node.index).sealed.items()
            }
            for node in nodes
        }
        form = {
            "manifest": sealed.manifest, "sealed": json.dumps(parts),
            "document": SimpleUploadedFile("record.xml", sealed.document, "application/xml"),
        }  # fmt: skip
        return {**form, **changed}

    def send(self, sealed: envelope.SealedRecord, /, **changed: Any) -> Any:
        """The deposit call."""
        return self.http.post("/api/deposits", self.parcel(sealed, **changed))

    def deposited(self, *names: str, **changed: Any) -> envelope.SealedRecord:
        """A record of these partitions, acknowledged."""
        sealed = self.seal(
            {name: element(name) for name in names or ("medical", "personal")}, **changed
        )
        answer = self.send(sealed)
        assert answer.status_code == 200, answer.content
        return sealed

    def put_attachment(self, attachment: str, octets: bytes, **more: Any) -> Any:
        """The call that stores an attachment's cipher octets."""
        return self.call(
            "PUT",
            f"attachments/{attachment}",
            **{"data": octets, "content_type": OCTETS, "CONTENT_TYPE": OCTETS, **more},
        )

    def append(
        self, attachment: str, offset: object, octets: bytes, total: object = None, **more: Any
    ) -> Any:
        """The call that adds cipher octets to an upload."""
        said = "" if total is None else f"&total={total}"
        return self.call(
            "PATCH",
            f"attachments/{attachment}/upload?offset={offset}{said}",
            **{"data": octets, "content_type": OCTETS, "CONTENT_TYPE": OCTETS, **more},
        )

    def received(self, attachment: str) -> int:
        """How much of an upload has arrived."""
        return int(self.get(f"attachments/{attachment}/upload").json()["received"])

    def finish(self, attachment: str, size: int, root: str) -> Any:
        """The call that makes an attachment of an upload."""
        return self.post(f"attachments/{attachment}/upload", {"size": size, "root": root})

    def discard(self, attachment: str) -> Any:
        """The call that throws an upload away."""
        return self.call("DELETE", f"attachments/{attachment}/upload")

    def with_attachment(self, name: str, octets: bytes) -> SimpleNamespace:
        """A record whose one partition has one attachment, stored and deposited."""
        place = envelope.Place(get_deployment().id, self.id, str(uuid.uuid4()), 1)
        keys, identifier = self.keys.partition(name, 1), str(uuid.uuid4())
        made = envelope.encapsulate_partition(place, name, 1, keys.public)
        sealer = AttachmentSealer(made.k, identifier)
        cipher = b"".join(sealer.seal([octets]))
        assert self.put_attachment(identifier, cipher).status_code == 200
        entry = {"id": identifier, "size": sealer.size, "root": b64u_encode(sealer.root)}
        draft = envelope.Draft(made, element(name), wrap=keys.wrap, attachments=[entry])
        sealed = envelope.encrypt_record(
            place, [draft], author=self.id, author_keys=self.keys, iat=clock.now(), previous=None
        )
        assert self.send(sealed).status_code == 200
        return SimpleNamespace(sealed=sealed, id=identifier, cipher=cipher, k=made.k, plain=octets)

    # Sharing ---------------------------------------------------------------

    def list_body(
        self, rules: Iterable[Mapping[str, Any]], pairs: Any = (), answers: Any = ()
    ) -> dict[str, Any]:
        """The body that puts the next list in force."""
        acl = self.acl(rules)
        pairs = list(pairs)
        deal = self.deal(acl, pairs) if pairs else None
        return {"acl": acl, "deal": deal, "answers": [str(one) for one in answers]}

    def put_list(self, body: dict[str, Any]) -> Any:
        """The call; the endpoint remembers a list that was taken."""
        answer = self.post("acl", body)
        if answer.status_code == 200:
            self.acl_head = body["acl"]
        return answer

    def grant(self, user: Endpoint, *partitions: str, **changed: Any) -> dict[str, Any]:
        """One rule for one user, in force; the body that was sent."""
        rules = [self.rule(user, partitions, **changed)]
        body = self.list_body(rules, [(user, name) for name in partitions])
        answer = self.put_list(body)
        assert answer.status_code == 200, answer.content
        return body

    def revoke_all(self) -> dict[str, Any]:
        """The empty list, in force; the body that was sent."""
        body = self.list_body([])
        answer = self.put_list(body)
        assert answer.status_code == 200, answer.content
        return body

    def asked(self, owner: Endpoint, *partitions: str, **changed: Any) -> str:
        """A key request, taken; its id."""
        answer = self.post(
            "key-requests", {"request": self.key_request(owner, partitions, **changed)}
        )
        assert answer.status_code == 200, answer.content
        return str(answer.json()["request"])

    # Opening ---------------------------------------------------------------

    def access(self, record: str, *partitions: str, **changed: Any) -> Any:
        """The access call for partitions of one record."""
        return self.post(
            "access", {"request": self.access_request({record: partitions}, **changed)}
        )

    def opened(self, answer: Any, record: str, name: str) -> bytes:
        """The plaintext of one partition from an access answer."""
        assert answer.status_code == 200, answer.content
        found = answer.json()
        answers = [Access(one["answer"], tuple(one["tickets"]), ()) for one in found["answers"]]
        objects = [_object(one) for one in found["objects"]]
        return self.open(answers, objects, record, name)


def _base64(octets: bytes) -> str:
    return b64encode(octets).decode("ascii")


def _object(found: Mapping[str, Any]) -> CloudObject:
    document = found["document"]
    return CloudObject(
        b64u_decode(found["digest"]), found["manifest"],
        None if document is None else b64decode(document),
        {name: b64decode(text) for name, text in found["partitions"].items()},
    )  # fmt: skip


def record_of(sealed: envelope.SealedRecord) -> str:
    """The record's id."""
    return str(statements.payload_of_unverified(sealed.manifest)["record"])


def verdicts(answer: Any) -> list[tuple[str, str, str]]:
    """(partition, decision, reason) as the first node signed it."""
    items = statements.payload_of_unverified(answer.json()["answers"][0]["answer"])["items"]
    return [
        (p["partition"], p["decision"], p["reason"]) for item in items for p in item["partitions"]
    ]
