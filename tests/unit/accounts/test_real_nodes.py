"""Registration as endpoints really make it, at the real node and the real log."""

import json
import secrets
from typing import Any

import pytest
from django.conf import settings as configured
from django.core.management import call_command

from accounts import events
from accounts.models import Member
from sesphr import adapters, clock
from sesphr.crypto import proofs
from sesphr.crypto.encoding import SUITE, b64u_encode
from sesphr.crypto.keys import MemberKeys
from tests.unit.accounts.people import Person

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture(autouse=True)
def _real(_around: None, settings: Any) -> None:
    settings.SESPHR_SRS_NODE = "srs.node.LocalSrs"
    settings.SESPHR_LOG = "audit.log.LocalLog"
    settings.SESPHR_NODES = 1
    adapters.forget_adapters()


def registration(member: str, keys: MemberKeys, **more: Any) -> str:
    deployment = configured.SESPHR_DEPLOYMENT
    receive, proof = proofs.prove(
        "key-B",
        deployment=deployment,
        secret=keys.receive_secret,
        ctx=proofs.KeyBContext(member, keys.verification),
    )
    payload = {
        "suite": SUITE, "deployment": deployment, "iss": member, "iat": clock.now(),
        "verification": b64u_encode(keys.verification), "receive": b64u_encode(receive.encode()),
        "receive_proof": b64u_encode(proof), "partitions": {}, "seq": 1, "previous": None, **more,
    }  # fmt: skip
    # Signed by hand: `statements.sign` refuses what a hostile endpoint sends.
    header = f'{{"alg":"EdDSA","typ":"sesphr-registration","kid":"{keys.thumbprint}"}}'
    signed = f"{b64u_encode(header.encode())}.{b64u_encode(json.dumps(payload).encode())}"
    return f"{signed}.{b64u_encode(keys.signing_key.sign(signed.encode()))}"


def person(**more: Any) -> Person:
    found = Person(**more)
    found.sent["registration"] = registration(found.id, MemberKeys(secrets.token_bytes(32)))
    return found


def test_from_registration_to_departure() -> None:
    found = person(role="physician")
    for _ in range(2):
        assert found.register().status_code == 202
    call_command("authorise", found.login, "--checked", "passport")
    assert found.sign_in().json()["member"]["state"] == "authorised"
    entry = found.post("directory", {"login": found.login}).json()
    assert entry["registrations"] == [found.sent["registration"]]
    call_command("suspend", found.login)
    call_command("authorise", found.login)
    call_command("depart", found.login)
    assert found.member.state == "departed"
    kinds = [view.event["type"] for view in events.views(found.id)]
    assert kinds == ["registered", "authorised", "suspended", "authorised", "departed"]
    assert all(view.proof is not None for view in events.views(found.id))


def strange(member: str, name: str) -> str:
    """A statement that a node takes from nobody, or only from a member it does not know."""
    keys = MemberKeys(secrets.token_bytes(32))
    sound = registration(member, keys)
    return {
        "sound, with other keys": sound,
        "another seq": registration(member, keys, seq=2, previous="A" * 43),
        "a predecessor": registration(member, keys, previous="A" * 43),
        "a wrong proof": registration(member, keys, receive_proof="A" * 171),
        "another's proof": registration(
            member, keys, receive=b64u_encode(MemberKeys(bytes(32)).receive_public.encode())
        ),
        "another's signature": registration(member, keys, verification=b64u_encode(b"\x01" * 32)),
        "a broken signature": sound[:-4] + ("AAAA" if sound[-4:] != "AAAA" else "BBBB"),
        "another deployment": registration(member, keys, deployment="other.example"),
        "another suite": registration(member, keys, suite="other"),
        "an unknown member": registration(member, keys, extra=1),
        "a wrong partition key": registration(
            member, keys, partitions={"medical": {"epoch": 1, "key": "A" * 64, "proof": "A" * 107}}
        ),
    }[name]


@pytest.mark.parametrize(
    "name",
    [
        "sound, with other keys", "another seq", "a predecessor", "a wrong proof", "another's proof",
        "another's signature", "a broken signature", "another deployment", "another suite",
        "an unknown member", "a wrong partition key",
    ],
)  # fmt: skip
def test_no_statement_tells_a_known_login_from_an_unknown_one(name: str) -> None:
    known, unknown = person(), Person()
    assert known.register().status_code == 202
    answers = []
    for one in (known, unknown):
        answer = one.register(registration=strange(one.id, name))
        answers.append((answer.status_code, answer.content.replace(one.id.encode(), b"")))
    assert answers[0] == answers[1]
    stored = Member.objects.get(pk=known.id)
    assert stored.check_password(known.secret())
