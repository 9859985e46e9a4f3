"""What endpoints send, as they would send it; sealed seeds are random octets."""

import json
import secrets
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.test import Client
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.ids import DEFAULT_PARAMS, member_id, slot_salt
from accounts.models import Member
from sesphr.crypto.encoding import SUITE, b64u_encode


def new_login() -> str:
    return f"person-{secrets.token_hex(6)}@example.org"


def statement(member: str, *, seq: int = 1, **more: Any) -> str:
    """A registration's shape; who may sign is the nodes' matter."""
    payload = {
        "suite": SUITE,
        "iss": member,
        "iat": 1,
        "seq": seq,
        "nonce": secrets.token_hex(8),
        "verification": b64u_encode(secrets.token_bytes(32)),
        "receive": b64u_encode(secrets.token_bytes(96)),
        **more,
    }
    return f"e30.{b64u_encode(json.dumps(payload).encode())}.{b64u_encode(secrets.token_bytes(64))}"


def slot(login: str, kind: str, generation: int = 1) -> dict[str, Any]:
    return {
        "member": str(member_id(login)),
        "type": kind,
        "generation": generation,
        "salt": b64u_encode(slot_salt(login, kind)),
        "params": dict(DEFAULT_PARAMS) if kind == "password" else {},
        "sealed": b64u_encode(secrets.token_bytes(60)),
    }


def secret() -> str:
    return secrets.token_hex(32)


def application(
    login: str, role: str = "owner", member: str | None = None, **more: Any
) -> dict[str, Any]:
    """The body of a registration."""
    member = member or str(member_id(login))
    return {
        "login": login,
        "name": "Ada Example",
        "role": role,
        "registration": statement(member),
        "slots": [
            {"slot": {**slot(login, kind), "member": member}, "login_secret": secret()}
            for kind in ("password", "recovery")
        ],
        **more,
    }


class Person:
    """Somebody with a browser."""

    def __init__(self, address: str = "192.0.2.1", role: str = "owner") -> None:
        self.login = new_login()
        self.id = str(member_id(self.login))
        self.key = Ed25519PrivateKey.generate()
        verification = b64u_encode(self.key.public_key().public_bytes_raw())
        own = {"registration": statement(self.id, verification=verification)}
        self.sent = application(self.login, role, **own)
        self.http = Client(REMOTE_ADDR=address, headers={"X-Requested-By": "sesphr"})

    @property
    def member(self) -> Member:
        return Member.objects.get(login=self.login)

    def secret(self, kind: str = "password") -> str:
        found: str = next(
            one["login_secret"] for one in self.sent["slots"] if one["slot"]["type"] == kind
        )
        return found

    def slot(self, kind: str = "password") -> dict[str, Any]:
        found: dict[str, Any] = next(
            one["slot"] for one in self.sent["slots"] if one["slot"]["type"] == kind
        )
        return found

    def call(self, method: str, path: str, body: Any = None) -> Any:
        content = (
            {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        )
        return self.http.generic(method, f"/api/{path}", **content)

    def post(self, path: str, body: Any = None) -> Any:
        return self.call("POST", path, body)

    def register(self, **more: Any) -> Any:
        return self.post("members", {**self.sent, **more})

    def sign_in(self, kind: str = "password", **more: Any) -> Any:
        body = {"login": self.login, "type": kind, "login_secret": self.secret(kind), **more}
        return self.post("session", body)

    def me(self) -> Any:
        return self.call("GET", "session")


def registered(**more: Any) -> Person:
    person = Person(**more)
    assert person.register().status_code == 202
    return person


def signed_in(**more: Any) -> Person:
    person = registered(**more)
    assert person.sign_in().status_code == 200
    return person


def second_factor(person: Person) -> TOTPDevice:
    return TOTPDevice.objects.create(user=person.member, name="phone", confirmed=True)


def code(device: TOTPDevice) -> str:
    return f"{totp(device.bin_key, device.step, device.t0, device.digits, device.drift):06d}"
