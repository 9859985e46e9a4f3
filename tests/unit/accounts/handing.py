"""What guardians and whoever takes an account over send, as endpoints would; seeds are random octets."""

import json
import secrets
from typing import Any

from django.conf import settings

from accounts.models import Event
from sesphr.crypto.encoding import SUITE, b64u_encode
from tests.unit.accounts.people import Person, new_login, secret, slot

Body = dict[str, Any]


def octets(length: int) -> str:
    return b64u_encode(secrets.token_bytes(length))


def offer(dependant: str, **more: Any) -> Body:
    made = {
        "member": dependant, "type": "hand-over", "generation": 1, "params": {},
        "salt": octets(16), "sealed": octets(60),
    }  # fmt: skip
    return {"find": secret(), "slot": {**made, **more}}


def offered(guardian: Person, dependant: str) -> str:
    """By what the new offer is found."""
    body = offer(dependant)
    answer = guardian.post(f"dependants/{dependant}/hand-over", body)
    assert answer.status_code == 200, answer.content
    return str(body["find"])


def former(member: str, below: int = 2) -> Body:
    return {
        "member": member, "type": "former", "generation": below, "params": {},
        "salt": octets(16), "sealed": octets(60),
    }  # fmt: skip


def key_change(member: str, *, seq: int = 2, epoch: int = 2, **more: Any) -> str:
    """A key change's shape; signatures are the nodes' matter."""
    payload = {
        "suite": SUITE, "deployment": settings.SESPHR_DEPLOYMENT, "iss": member, "iat": 1, "seq": seq,
        "verification": octets(32), "receive": octets(96), "receive_proof": octets(128),
        "previous": octets(32), "possession": octets(64), "acl": 0,
        "partitions": {"medical": {"epoch": epoch, "key": octets(48), "proof": octets(80)}},
        **more,
    }  # fmt: skip
    shown = {name: value for name, value in payload.items() if value is not None}
    return f"e30.{b64u_encode(json.dumps(shown).encode())}.{octets(64)}"


def list_of(seq: int) -> str:
    """An access list's shape."""
    return f"e30.{b64u_encode(json.dumps({'seq': seq}).encode())}.x"


def take_over(find: str, dependant: str, login: str = "", **more: Any) -> Body:
    login = login or new_login()
    return {
        "find": find,
        "login": login,
        "registration": key_change(dependant),
        "slots": [
            {"slot": {**slot(login, kind), "member": dependant}, "login_secret": secret()}
            for kind in ("password", "recovery")
        ],
        "former": [former(dependant)],
        **more,
    }


def grown_up(body: Body) -> Person:
    """The browser of whoever sends this."""
    person = Person()
    person.login, person.sent = body["login"], body
    return person


def kinds(member: str) -> list[Body]:
    rows = Event.objects.filter(stream__member=member).order_by("number")
    return [json.loads(row.event or "{}") for row in rows]
