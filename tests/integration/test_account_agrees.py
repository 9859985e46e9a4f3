"""What the browser makes for an account, the command line reads: fingerprints, registrations, codes."""

import json
import secrets
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from sesphr.client import people
from sesphr.client.registration import FIRST_PARTITIONS, registration
from sesphr.crypto import slots, statements
from sesphr.crypto.encoding import b64u_encode
from sesphr.crypto.keys import MemberKeys
from tests.integration.crypto_node import NODE, ROOT

DEPLOYMENT = "made-up.example"
MEMBER = "00000000-0000-4000-8000-00000000000a"
LOGIN = "eve@example.org"
SCRIPT = ROOT / "tests" / "js" / "account_peer.mjs"


class Browser:
    """One Node process with the modules that pages load."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [NODE, SCRIPT], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            encoding="utf-8",
        )  # fmt: skip

    def ask(self, operation: str, *args: Any) -> Any:
        """What a function of the browser's gives."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"op": operation, "args": args}) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        assert "crashed" not in answer, answer["crashed"]
        return answer["result"]

    def close(self) -> None:
        """End the process: its input ends."""
        self._process.communicate(timeout=30)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One process for the module."""
    running = Browser()
    yield running
    running.close()


@pytest.fixture
def seed() -> bytes:
    """Another member's in each test."""
    return secrets.token_bytes(32)


def test_fingerprints_have_the_same_digits(browser: Browser, seed: bytes) -> None:
    keys = MemberKeys.from_seed(seed)
    found = browser.ask("fingerprint", seed.hex())
    assert found["digits"] == people.fingerprint(keys.verification, keys.receive_public)
    assert len(found["words"]) == 12


def test_the_command_line_accepts_registrations_of_the_browser(
    browser: Browser, seed: bytes
) -> None:
    keys = MemberKeys.from_seed(seed)
    options = {"deployment": DEPLOYMENT, "member": MEMBER, "partitions": list(FIRST_PARTITIONS)}
    first = browser.ask("registration", seed.hex(), options)
    person = people.check_registrations(DEPLOYMENT, MEMBER, [first])
    assert (person.verification, person.receive) == (keys.verification, keys.receive_public)
    assert {name for name, _ in person.partitions} == set(FIRST_PARTITIONS)
    more = {**options, "partitions": ["sleep"], "seq": 2, "previous": person.digest}
    later = browser.ask("registration", seed.hex(), more)
    grown = people.check_registrations(DEPLOYMENT, MEMBER, [first, later])
    assert grown.partitions["sleep", 1] == keys.partition("sleep", 1).public


def test_registrations_of_both_have_the_same_members(browser: Browser, seed: bytes) -> None:
    options = {"deployment": DEPLOYMENT, "member": MEMBER, "partitions": ["medical"]}
    ours = registration(
        MemberKeys.from_seed(seed), deployment=DEPLOYMENT, member=MEMBER, partitions=["medical"]
    )
    theirs = browser.ask("registration", seed.hex(), options)
    payloads = [statements.payload_of_unverified(jws) for jws in (ours, theirs)]
    for payload in payloads:
        # Fresh in each: the time, and the nonces of the proofs.
        del payload["iat"], payload["receive_proof"], payload["partitions"]["medical"]["proof"]
    assert payloads[0] == payloads[1]


def test_the_command_line_opens_recovery_codes_of_the_browser(
    browser: Browser, seed: bytes
) -> None:
    options = {"deployment": DEPLOYMENT, "login": LOGIN, "member": MEMBER, "generation": 1}
    made = browser.ask("recovery", seed.hex(), options)
    opened, login_secret = slots.open_slot(
        made["slot"], deployment=DEPLOYMENT, login=LOGIN, secret=made["code"]
    )
    assert (opened, login_secret.hex()) == (seed, made["login_secret"])
    assert made["slot"]["member"] == MEMBER
    assert b64u_encode(opened) not in json.dumps(made)
