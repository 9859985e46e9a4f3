"""Whoever certifies, authorises or compares is shown the keys in force, not those of the beginning."""

import re
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import call_command

from accounts import issuing, selectors
from accounts.staff.members import fingerprint_of
from sesphr import adapters
from sesphr.crypto.encoding import b64u_decode
from sesphr.crypto.statements import payload_of_unverified
from sesphr.ports.errors import Invalid, Unavailable
from tests.unit.accounts.fakes import OUT_OF_REACH, FakeNode, some_id
from tests.unit.accounts.handing import key_change
from tests.unit.accounts.people import registered, statement

MEMBER = some_id()
FIRST, SECOND, OTHER = statement(MEMBER), key_change(MEMBER), key_change(MEMBER)


def key_of(registration: str) -> bytes:
    return b64u_decode(payload_of_unverified(registration)["verification"], 32)


MORE = statement(MEMBER, seq=2, verification=payload_of_unverified(FIRST)["verification"])


@pytest.fixture
def three(settings: Any, monkeypatch: pytest.MonkeyPatch) -> list[FakeNode]:
    """Three nodes, of which two are enough."""
    settings.SESPHR_NODES = 3
    adapters.forget_adapters()
    monkeypatch.setattr(issuing, "get_deployment", lambda: SimpleNamespace(t=2))
    return list(adapters.get_srs_nodes())  # type: ignore[arg-type]


def told(nodes: list[FakeNode], *chains: list[str]) -> bytes:
    for node, chain in zip(nodes, chains, strict=True):
        node.held[MEMBER] = chain
    return issuing.verification_of(MEMBER)


def test_the_newest_key_that_enough_nodes_tell_is_certified(three: list[FakeNode]) -> None:
    old, new = [FIRST], [FIRST, SECOND]
    assert told(three, old, old, old) == key_of(FIRST)
    assert told(three, new, new, new) == key_of(SECOND)
    # A node that has not heard of it yet is no contradiction, wherever it stands.
    assert told(three, old, new, new) == key_of(SECOND)
    assert told(three, new, new, old) == key_of(SECOND)
    # Further partitions change no key.
    assert told(three, [FIRST, MORE], old, old) == key_of(FIRST)


def test_what_one_node_alone_says_is_not_certified(three: list[FakeNode]) -> None:
    with pytest.raises(Unavailable):
        told(three, [FIRST, SECOND], [FIRST], [FIRST])
    three[2].failure = OUT_OF_REACH
    with pytest.raises(Unavailable):
        told(three, [FIRST, SECOND], [FIRST], [])
    for node in three:
        node.failure = OUT_OF_REACH
    with pytest.raises(Unavailable):
        issuing.verification_of(MEMBER)


@pytest.mark.parametrize("last", [[FIRST, OTHER], [OTHER], [SECOND, FIRST], []])
def test_nodes_that_contradict_each_other_are_found_out(
    three: list[FakeNode], last: list[str]
) -> None:
    with pytest.raises(Invalid):
        told(three, [FIRST, SECOND], [FIRST, SECOND], last)


@pytest.mark.django_db
def test_whoever_authorises_compares_the_keys_in_force(
    nodes: tuple[FakeNode, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    person = registered()
    changed = key_change(person.id)
    for node in nodes:
        node.register(changed)
    shown = selectors.fingerprint_of(changed)
    assert shown != selectors.fingerprint_of(person.sent["registration"])
    assert shown in fingerprint_of(person.member)
    call_command("authorise", person.login)
    assert re.search(rf"registered keys: {shown}$", capsys.readouterr().out, re.MULTILINE)
