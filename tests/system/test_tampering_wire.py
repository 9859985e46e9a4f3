"""A man in the middle who changes what the server answers: exit 4 or 5, never plaintext, never accepted."""

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sesphr.crypto import statements
from sesphr.crypto.encoding import b64u_encode, canonical_json
from tests.support.wire import Wire, between
from tests.system.place import SAMPLES, System
from tests.system.tampering import Target, flip

Alter = Callable[[Any], Any]
OTHER = "11111111-2222-4333-8444-555555555555"


@pytest.fixture(scope="module")
def wire(system: System) -> Iterator[Wire]:
    """The only way to the server for these people."""
    with between(system.server.url, system.output()) as found:
        yield found


@pytest.fixture(scope="module")
def target(system: System, wire: Wire) -> Target:
    """An owner with two records, one of them with an original, and a doctor who has opened one."""
    owner, doctor = system.join(url=wire.url), system.join("physician", url=wire.url)
    record = owner.ok("deposit", str(SAMPLES / "fhir_r4_Coverage-9876B1.json"))["record"]
    other = system.deposit(owner, insurance="<i>4711</i>")
    owner.ok("grant", doctor.login, "--partition", "insurance", "--history")
    found = Target(system, owner, doctor, record, other)
    found.gives(doctor, "insurance")
    assert owner.ok("activity")["verified"] is True
    return found


def set_at(*path: Any) -> Callable[[Any], Alter]:
    """Put a value at a place of the answer; a function is given what stands there."""

    def with_value(value: Any) -> Alter:
        def alter(answer: Any) -> None:
            place = answer
            for step in path[:-1]:
                place = place[step]
            place[path[-1]] = value(place[path[-1]]) if callable(value) else value

        return alter

    return with_value


def reworded(change: Alter) -> Alter:
    """A JWS with another payload under the old signature."""

    def altered(jws: str) -> str:
        head, _, signature = jws.split(".")
        payload = statements.payload_of_unverified(jws)
        change(payload)
        return f"{head}.{b64u_encode(canonical_json(payload))}.{signature}"

    return altered


def flipped(text: str) -> str:
    """Base64 of octets of which one bit is another."""
    return base64.b64encode(flip(base64.b64decode(text), 30)).decode()


def flipped_url(text: str) -> str:
    """The same in base64url."""
    octets = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    return b64u_encode(flip(octets, len(octets) // 2))


def other_letter(text: str) -> str:
    """Another signature, of the same length."""
    return text[:-9] + ("A" if text[-9] != "A" else "B") + text[-8:]


ANSWER, OBJECT = ("answers", 0), ("objects", 0)
first_item = ("items", 0, "partitions", 0)
OPENING: dict[str, Alter] = {
    "another T": set_at(*ANSWER, "answer")(reworded(set_at(*first_item, "answer")(flipped_url))),
    "another decision": set_at(*ANSWER, "answer")(reworded(set_at(*first_item, "rule")(OTHER))),
    "another signature": set_at(*ANSWER, "answer")(other_letter),
    "no proofs": set_at(*ANSWER, "proofs")([]),
    "another path": set_at(*ANSWER, "proofs", 0, "path")(
        lambda path: [path[-1], *path[1:-1], path[0]]
    ),
    "no path": set_at(*ANSWER, "proofs", 0, "path")([]),
    "another index": set_at(*ANSWER, "proofs", 0, "index")(0),
    "another checkpoint": set_at(*ANSWER, "proofs", 0, "checkpoint")(
        lambda note: note.replace("\n", "\n1", 1)
    ),
    "a bit of the octets": set_at(*OBJECT, "partitions", "insurance")(flipped),
    "octets cut off": set_at(*OBJECT, "partitions", "insurance")(lambda text: text[:-8]),
    "no octets": set_at(*OBJECT, "partitions")({}),
    "another manifest": set_at(*OBJECT, "manifest")(reworded(set_at("version")(2))),
    "another manifest's signature": set_at(*OBJECT, "manifest")(other_letter),
    "no objects": set_at("objects")([]),
}


def stops(
    target: Target, wire: Wire, *words: str, who: str = "doctor", codes: tuple[int, ...] = (4,)
) -> None:
    """A command ends with one of these codes and writes no plaintext."""
    folder, person = target.system.output(), getattr(target, who)
    found = person.quick(
        *words, *(["--output", str(folder)] if words[0] in ("open", "export") else [])
    )
    assert found.code in codes, (found.code, found.out)
    assert found.answer["error"]
    assert not [path for path in folder.rglob("*.xml") if path.is_file()]
    assert wire.url == person.url


@pytest.mark.parametrize("what", OPENING)
def test_an_opening_is_changed(target: Target, wire: Wire, what: str) -> None:
    with wire.changing("POST", "/access", OPENING[what]) as fired:
        stops(target, wire, "open", target.record, "--partition", "insurance")
    assert fired


def test_an_answer_given_twice_counts_once(target: Target, wire: Wire) -> None:
    def twice(answer: Any) -> None:
        answer["answers"].append(answer["answers"][0])

    with wire.changing("POST", "/access", twice) as fired:
        target.doctor.elsewhere(wire.url).ok(
            "open",
            target.record,
            "--partition",
            "insurance",
            "--output",
            str(target.system.output()),
        )
    assert fired


def test_the_owners_opening_is_changed(target: Target, wire: Wire) -> None:
    for alter in (set_at(*OBJECT, "document")(flipped), set_at(*OBJECT, "document")(None)):
        before = target.integrity_events()
        with wire.changing("POST", "/access", alter) as fired:
            stops(target, wire, "open", target.record, who="owner")
        assert fired
        assert target.integrity_events() > before


def test_an_opening_of_yesterday_is_played_again(target: Target, wire: Wire) -> None:
    old = json.loads(wire.sent("POST", "/access")[0].response)
    with wire.changing("POST", "/access", lambda _: old):
        stops(target, wire, "open", target.record, "--partition", "insurance")


def test_the_honest_proxy_is_a_control(target: Target, wire: Wire) -> None:
    with wire.changing("POST", "/access", lambda answer: answer) as fired:
        target.gives(target.doctor, "insurance")
    assert fired


def test_what_is_no_answer(target: Target, wire: Wire) -> None:
    for octets in (b"", b"null", b"[]", b'{"answers": 7}', b"\xff" * 100, b"[" * 100_000):
        with wire.rewriting("POST", "/access", lambda _, octets=octets: octets):
            stops(target, wire, "open", target.record, "--partition", "insurance", codes=(5,))


ACCOUNT: list[tuple[str, str, Alter]] = [
    ("GET", "/deployment", set_at("configuration")(other_letter)),
    ("GET", "/deployment", set_at("configuration")(reworded(set_at("t")(2)))),
    ("GET", "/deployment", set_at("operator_key")(flipped_url)),
    ("POST", "/session", set_at("slot", "sealed")(flipped_url)),
    ("POST", "/session", set_at("member", "id")(OTHER)),
    ("POST", "/session", set_at("slot", "member")(OTHER)),
    ("POST", "/sign-in/parameters", set_at("password", "params")({"m": 8, "t": 1, "p": 1})),
]


@pytest.mark.parametrize("number", range(len(ACCOUNT)))
def test_signing_in_is_changed(target: Target, wire: Wire, number: int) -> None:
    method, path, alter = ACCOUNT[number]
    with wire.changing(method, path, alter) as fired:
        stops(target, wire, "records")
    assert fired


def hide_event(at: int) -> Alter:
    """An event of the longest stream is gone, and its length says so."""

    def alter(answer: Any) -> None:
        stream = max(answer["streams"], key=lambda one: len(one["events"]))
        stream["events"].pop(at)
        stream["length"] -= 1

    return alter


def reword_event(answer: Any) -> None:
    """The last event says something else."""
    stream = max(answer["streams"], key=lambda one: len(one["events"]))
    stream["events"][-1]["event"]["type"] = "nothing"


OWNERS: list[tuple[str, str, Alter, tuple[str, ...]]] = [
    ("GET", "/activity", reword_event, ("activity",)),
    (
        "GET",
        "/activity",
        set_at("checkpoint")(lambda note: note.replace("\n", "\n1", 1)),
        ("activity",),
    ),
    ("GET", "/acl", set_at("acl")(other_letter), ("revoke", "nobody@example.org")),
    ("GET", "/acl", set_at("acl")(None), ("revoke", "nobody@example.org")),
    ("GET", "/registrations", set_at("registrations", 0)(other_letter), ("fingerprint",)),
    ("GET", "/registrations", set_at("registrations")([]), ("fingerprint",)),
]


@pytest.mark.parametrize("number", range(len(OWNERS)))
def test_what_the_owner_is_shown_is_changed(target: Target, wire: Wire, number: int) -> None:
    method, path, alter, words = OWNERS[number]
    with wire.changing(method, path, alter) as fired:
        stops(target, wire, *words, who="owner")
    assert fired


def test_an_event_that_was_seen_is_hidden(target: Target, wire: Wire) -> None:
    target.owner.ok("activity")
    for at in (-1, 0, 2):
        with wire.changing("GET", "/activity", hide_event(at)) as fired:
            stops(target, wire, "activity", who="owner")
        assert fired


def test_somebody_elses_keys_are_shown(target: Target, wire: Wire) -> None:
    """Keys other than those that were approved: nothing is granted to whoever has them."""
    stranger = target.system.join("physician", url=wire.url)
    shown: list[Any] = []
    with wire.changing("POST", "/directory", shown.append):
        target.owner.ok("fingerprint", stranger.login)
    others = shown[0]["registrations"]
    head = target.databases.execute("srs", "SELECT COUNT(*) FROM srs_acl")
    with wire.changing("POST", "/directory", set_at("registrations")(others)) as fired:
        stops(target, wire, "grant", target.doctor.login, "--partition", "personal", who="owner")
    assert fired
    assert target.databases.execute("srs", "SELECT COUNT(*) FROM srs_acl") == head


def test_receipts_are_changed(target: Target, wire: Wire) -> None:
    """Nothing counts as done without the key nodes' own words."""
    path = target.system.file("i.xml", "<i>2</i>")
    words = ("deposit", "--partition", f"insurance={path}")
    for alter in (set_at("receipts", 0)(other_letter), set_at("receipts")([])):
        with wire.changing("POST", "/deposits", alter) as fired:
            stops(target, wire, *words, who="owner")
        assert fired
    assert target.owner.ok(*words)["partitions"] == {"insurance": 8}


def test_an_attachment_is_changed_on_its_way(target: Target, wire: Wire) -> None:
    for hook in (
        lambda octets: flip(octets, 9),
        lambda octets: octets[:-1],
        lambda octets: octets + b"\0",
        lambda _: b"",
    ):
        before, folder = target.integrity_events(), target.system.output()
        with wire.rewriting("POST", "/attachments", hook):
            target.owner.fails(4, "export", "--output", str(folder))
        assert not [path for path in folder.rglob("original/*") if path.is_file()]
        assert target.integrity_events() > before
