"""The browser's endpoint and the command line over one server: what one seals, the other opens.

The pages' modules run under Node with the kernel's real objects; a man in the middle
changes what the server answers, and must be noticed each time.
"""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import pytest

from sesphr.crypto import statements
from sesphr.crypto.encoding import b64u_encode, canonical_json
from sesphr.secretfiles import secret
from tests.support.browser_peer import Peer, Stopped, encoded, signed_in
from tests.support.people_cli import Person
from tests.support.wire import Wire, between
from tests.system.place import SAMPLES, THREE_NODES, System, running
from tests.system.test_tampering_wire import (
    OPENING,
    OTHER,
    Alter,
    flipped,
    hide_event,
    reword_event,
    set_at,
)

MEDICAL, PERSONAL = "<m>rest, Hæmoglobin</m>", "<p>Ada</p>"
FILE = {"name": 'letters/My "record" & more.pdf', "type": "application/pdf"}


@dataclass
class People:
    """An owner and a doctor, each at the command line and in the browser's endpoint."""

    system: System
    wire: Wire
    owner: Person
    doctor: Person
    ada: Peer
    lee: Peer
    record: str


def _people(system: System) -> Iterator[People]:
    """Everybody goes through the wire; the owner deposits in the browser, the doctor may read `medical`."""
    with between(system.server.url, system.output()) as wire:
        owner, doctor = system.join(url=wire.url), system.join("physician", url=wire.url)
        with signed_in(owner) as ada, signed_in(doctor) as lee:
            record = ada.deposit(medical=MEDICAL, personal=PERSONAL)["record"]
            owner.ok("grant", doctor.login, "--partition", "medical", "--history")
            yield People(system, wire, owner, doctor, ada, lee, record)


@pytest.fixture(scope="module")
def people(system: System) -> Iterator[People]:
    """With the one key node that most deployments have."""
    yield from _people(system)


def _read(system: System, person: Person, record: str, *partitions: str) -> dict[str, bytes]:
    folder = system.output()
    words = [word for name in partitions for word in ("--partition", name)]
    opened = person.ok("open", record, *words, "--output", str(folder))["opened"]
    return {name: (folder / f"{name}.xml").read_bytes() for name in opened}


def test_sealed_in_the_browser_opened_at_the_command_line(people: People) -> None:
    assert _read(people.system, people.doctor, people.record, "medical") == {
        "medical": MEDICAL.encode()
    }
    assert _read(people.system, people.owner, people.record, "medical", "personal") == {
        "medical": MEDICAL.encode(), "personal": PERSONAL.encode()
    }  # fmt: skip


def test_sealed_at_the_command_line_opened_in_the_browser(people: People) -> None:
    record = people.system.deposit(people.owner, medical=MEDICAL, personal=PERSONAL)
    assert people.lee.opened(record, "medical", "personal", "original") == {
        "medical": MEDICAL.encode()
    }
    assert people.ada.opened(record, "medical", "personal") == {
        "medical": MEDICAL.encode(), "personal": PERSONAL.encode()
    }  # fmt: skip


def test_many_records_are_one_request_and_one_event(people: People) -> None:
    other = people.ada.deposit(medical="<m>second</m>", insurance="<i>4711</i>")["record"]
    before = len(people.wire.sent("POST", "/access"))
    items = [
        {"record": record, "partitions": ["medical", "insurance"]}
        for record in (people.record, other)
    ]
    nothing = {"record": "11111111-2222-4333-8444-555555555555", "partitions": ["medical"]}
    found = people.lee.ask("open", items=[*items, nothing])
    assert len(people.wire.sent("POST", "/access")) == before + 1
    assert [sorted(one["parts"]) for one in found] == [["medical"], ["medical"], []]
    assert [one["refused"] for one in found] == [["insurance"], ["insurance"], ["medical"]]
    assert base64.b64decode(found[1]["parts"]["medical"]) == b"<m>second</m>"
    assert found[2]["owner"] is None
    history = people.ada.ask("activity")
    last = [one for one in history["events"] if one["type"] == "access"][-1]
    assert {one["record"] for one in last["told"]["items"]} == {people.record, other}


def test_the_next_version_of_a_record(people: People) -> None:
    ada, lee = people.ada, people.lee
    record = ada.deposit(medical="<m>first</m>", insurance="<i>4711</i>")["record"]
    assert lee.opened(record, "medical") == {"medical": b"<m>first</m>"}
    place = ada.ask("again")[record]
    assert (place["onto"]["version"], sorted(place["parts"])) == (2, ["insurance", "medical"])
    done = ada.deposit(onto=place["onto"], medical="<m>second</m>", personal=PERSONAL)
    assert (done["record"], done["version"]) == (record, 2)
    # Without a new grant, and nothing of the version before.
    assert lee.opened(record, "medical", "insurance", "personal") == {"medical": b"<m>second</m>"}
    assert _read(people.system, people.owner, record, "medical", "personal") == {
        "medical": b"<m>second</m>", "personal": PERSONAL.encode()
    }  # fmt: skip
    deposits = [one["told"] for one in ada.ask("activity")["events"] if one["type"] == "deposit"]
    assert [one["version"] for one in deposits if one["record"] == record] == [1, 2]


def test_two_devices_that_make_the_next_version_at_once(people: People) -> None:
    ada, owner = people.ada, people.owner
    record = ada.deposit(medical="<m>first</m>")["record"]
    place = ada.ask("again")[record]["onto"]
    with signed_in(owner) as other:
        other.deposit(onto=other.ask("again")[record]["onto"], medical="<m>other</m>")
    with pytest.raises(Stopped) as stopped:
        ada.deposit(onto=place, medical="<m>mine</m>")
    assert (stopped.value.told["code"], stopped.value.told["record"]) == ("superseded", record)
    assert ada.ask("waiting") == []
    # Nothing is lost: compared anew, it is the version after that.
    anew = ada.ask("again")[record]["onto"]
    assert ada.deposit(onto=anew, medical="<m>mine</m>")["version"] == 3
    assert people.lee.opened(record, "medical") == {"medical": b"<m>mine</m>"}


def test_the_answer_to_a_next_version_is_lost_and_it_is_made_once(people: People) -> None:
    ada = people.ada
    record = ada.deposit(medical="<m>first</m>")["record"]
    place = ada.ask("again")[record]["onto"]
    ada.ask("breaks", call="POST /api/deposits", after=True, left=9)
    with pytest.raises(Stopped) as stopped:
        ada.deposit(onto=place, medical="<m>second</m>")
    assert stopped.value.told["code"] == "offline"
    ada.ask("breaks", call="nothing", after=False, left=0)
    assert ada.deposit(onto=place, medical="<m>second</m>")["version"] == 2
    assert ada.ask("again")[record]["onto"]["version"] == 3


def test_a_server_that_goes_back_to_an_earlier_version_is_noticed(people: People) -> None:
    ada = people.ada
    record = ada.deposit(medical="<m>first</m>")["record"]
    ada.deposit(onto=ada.ask("again")[record]["onto"], medical="<m>second</m>")

    def back(answer: Any) -> Any:
        for one in answer["records"]:
            one["version"] = 1 if one["record"] == record else one["version"]
        return answer

    with (
        people.wire.changing("GET", "/records", back) as fired,
        pytest.raises(Stopped) as stopped,
    ):
        ada.ask("again")
    assert fired
    assert stopped.value.red
    assert stopped.value.told["what"] == "record-older"


def test_an_original_goes_and_comes_back(people: People) -> None:
    octets = (SAMPLES / "ccda_ccd_hl7_medium.xml").read_bytes() * 40
    assert len(octets) > 4 * 2**20
    done = people.ada.deposit({**FILE, "octets": encoded(octets)}, medical="<m>kept</m>")
    found = people.ada.ask("original", record=done["record"])
    assert (found["name"], found["type"], found["size"]) == (
        'My "record" & more.pdf', "application/pdf", len(octets)
    )  # fmt: skip
    assert base64.b64decode(found["octets"]) == octets
    output = people.system.output()
    people.owner.ok("export", "--output", str(output))
    (written,) = (output / done["record"] / "original").iterdir()
    assert written.read_bytes() == octets
    assert people.ada.ask("original", record=people.record) is None
    assert people.lee.ask("original", record=done["record"]) is None


def test_an_original_of_the_command_line_comes_back(people: People) -> None:
    path = SAMPLES / "fhir_r4_Coverage-9876B1.json"
    record = people.owner.ok("deposit", str(path))["record"]
    found = people.ada.ask("original", record=record)
    assert base64.b64decode(found["octets"]) == path.read_bytes()
    assert found["name"] == path.name


def _described(files: list[bytes]) -> tuple[str, list[dict[str, Any]]]:
    """A partition with attachments, and these as the peer takes them."""
    sources = "".join(
        f'<source id="s{number}" role="record"><attachment number="{number}" name="scan {number}.pdf"'
        f' type="application/pdf" size="{len(octets)}" sha256="{sha256(octets).hexdigest()}"/></source>'
        for number, octets in enumerate(files, 1)
    )
    text = f'<partition xmlns="urn:sesphr:phr:1" id="medical" version="1">{sources}</partition>'
    return text, [{"name": "scan", "type": "", "content": encoded(octets)} for octets in files]


def _attachment(peer: Peer, people: People, record: str, number: int, octets: bytes) -> bytes:
    wanted = {"number": number, "sha256": sha256(octets).hexdigest(), "owner": _id(people)}
    found = peer.ask("attachment", record=record, partition="medical", **wanted)
    assert base64.b64decode(found["part"]) == octets[:10]
    return base64.b64decode(found["octets"])


def test_files_of_a_part_are_opened_by_whom_it_is_shared_with(people: People) -> None:
    files = [b"one " * 40_000, b"2", bytes(range(256)) * 300]
    text, attached = _described(files)
    done = people.ada.deposit(
        {**FILE, "octets": encoded(files[0])}, {"medical": attached}, medical=text
    )
    for peer in (people.lee, people.ada):
        for number, octets in enumerate(files, 1):
            assert _attachment(peer, people, done["record"], number, octets) == octets
    other = {"number": 1, "sha256": sha256(b"other").hexdigest(), "owner": _id(people)}
    with pytest.raises(Stopped, match="conflict"):
        people.lee.ask("attachment", record=done["record"], partition="medical", **other)
    with pytest.raises(Stopped, match="refused"):
        people.lee.ask("attachment", record=done["record"], partition="personal", **other)
    for alter in (lambda text: text[:-1], lambda text: bytes([text[0] ^ 1]) + text[1:]):
        with (
            people.wire.rewriting("POST", "/attachments/", alter),
            pytest.raises(Stopped) as stopped,
        ):
            _attachment(people.lee, people, done["record"], 3, files[2])
        assert stopped.value.red
        assert stopped.value.told["partition"] == "medical"


def test_a_partition_of_ones_own_is_registered_first(people: People) -> None:
    done = people.ada.deposit(None, **{"eye-clinic": "<e>20/20</e>"})
    assert _read(people.system, people.owner, done["record"], "eye-clinic") == {
        "eye-clinic": b"<e>20/20</e>"
    }


@pytest.mark.parametrize("after", [False, True], ids=["unheard", "answer lost"])
@pytest.mark.parametrize("call", ["PUT /api/attachments", "POST /api/deposits"])
def test_what_breaks_off_waits_and_ends_as_one_record(
    people: People, call: str, after: bool
) -> None:
    text = f"<m>{call} {after}</m>"
    file = {**FILE, "octets": encoded(text.encode())}
    before = {one["record"] for one in people.ada.ask("records", owner=_id(people))}
    people.ada.ask("breaks", call=call, after=after, left=100)
    with pytest.raises(Stopped, match="offline"):
        people.ada.deposit(file, medical=text)
    (waiting,) = people.ada.ask("waiting")
    assert waiting["original"] == {"name": 'My "record" & more.pdf', "size": len(text)}
    people.ada.ask("breaks", call="nothing", after=False, left=0)
    done = people.ada.deposit(file, medical=text) if after else people.ada.ask("resume")[0]
    assert done["record"] == waiting["record"]
    after_all = {one["record"] for one in people.ada.ask("records", owner=_id(people))}
    assert after_all - before == {waiting["record"]}
    assert people.ada.ask("waiting") == []
    assert not [name for name in people.ada.ask("remembered") if name.startswith("outbox/")]
    assert people.ada.opened(done["record"], "medical") == {"medical": text.encode()}


def test_a_full_disk_sends_nothing_and_leaves_nothing(people: People) -> None:
    sent = len(people.wire.sent("POST", "/deposits"))
    for writes in range(4):
        people.ada.ask("room", writes=writes)
        with pytest.raises(AssertionError, match="no room"):
            people.ada.deposit({**FILE, "octets": encoded(b"x" * 9)}, medical="<m>full</m>")
        people.ada.ask("room")
        assert people.ada.ask("waiting") == []
    assert len(people.wire.sent("POST", "/deposits")) == sent
    people.ada.ask("resume")
    assert not [name for name in people.ada.ask("remembered") if name.startswith("outbox/")]


def test_what_can_never_be_taken_does_not_wait(people: People) -> None:
    with pytest.raises(Stopped) as stopped:
        people.ada.deposit(medical="<m>open")
    assert stopped.value.told["code"] == "too-large"
    assert people.ada.ask("waiting") == []


def test_a_list_without_a_record_that_was_deposited(people: People) -> None:
    def without(answer: Any) -> None:
        answer["records"] = [one for one in answer["records"] if one["record"] != people.record]

    with (
        people.wire.changing("GET", "/records", without) as fired,
        pytest.raises(Stopped) as stopped,
    ):
        people.ada.ask("records", owner=_id(people))
    assert fired
    assert stopped.value.told["what"] == "record-missing"


def _id(people: People) -> str:
    return str(people.owner.ok("whoami")["member"])


@pytest.fixture(scope="module")
def insured(people: People) -> str:
    """A record whose partition `insurance` the doctor may open, as the changes expect."""
    record = people.ada.deposit(insurance="<i>" + "4711 " * 20 + "</i>")["record"]
    people.owner.ok("grant", people.doctor.login, "--partition", "insurance", "--history")
    assert people.lee.opened(record, "insurance")
    return str(record)


@pytest.mark.parametrize("what", OPENING)
def test_an_opening_is_changed(people: People, insured: str, what: str) -> None:
    with (
        people.wire.changing("POST", "/access", OPENING[what]) as fired,
        pytest.raises(Stopped) as stopped,
    ):
        people.lee.opened(insured, "insurance")
    assert fired
    assert stopped.value.red, stopped.value.told
    assert people.lee.opened(insured, "insurance")


REPORTED = {"a bit of the octets", "octets cut off", "no octets", "another manifest", "no objects"}


@pytest.mark.parametrize("what", sorted(REPORTED))
def test_the_owner_is_told_of_it(people: People, insured: str, what: str) -> None:
    with people.wire.changing("POST", "/access", OPENING[what]), pytest.raises(Stopped) as stopped:
        people.lee.opened(insured, "insurance")
    assert stopped.value.told["record"] == insured
    told = [
        one["told"] for one in people.ada.ask("activity")["events"] if one["type"] == "integrity"
    ]
    assert told[-1]["record"] == insured
    assert told[-1]["reported_by"] == people.doctor.ok("whoami")["member"]


@pytest.mark.parametrize("change", [flipped, None], ids=["a bit", "none"])
def test_the_owners_document_is_changed(people: People, change: Any) -> None:
    alter = set_at("objects", 0, "document")(change)
    with people.wire.changing("POST", "/access", alter), pytest.raises(Stopped) as stopped:
        people.ada.opened(people.record, "medical")
    assert stopped.value.red


def test_an_original_is_changed(people: People) -> None:
    octets = bytes(range(256)) * 600
    record = people.ada.deposit({**FILE, "octets": encoded(octets)}, medical="<m>x</m>")["record"]
    for alter in (
        lambda text: text[:-1], lambda text: text + b"\0", lambda _: b"",
        lambda text: text[:70_000] + bytes([text[70_000] ^ 1]) + text[70_001:],
    ):  # fmt: skip
        with (
            people.wire.rewriting("POST", "/attachments/", alter),
            pytest.raises(Stopped) as stopped,
        ):
            people.ada.ask("original", record=record)
        assert stopped.value.red
        assert stopped.value.told["partition"] == "original"


def test_yesterdays_answer_is_played_again(people: People, insured: str) -> None:
    people.lee.opened(insured, "insurance")
    old = json.loads(people.wire.sent("POST", "/access")[-1].response)
    with people.wire.changing("POST", "/access", lambda _: old), pytest.raises(Stopped) as stopped:
        people.lee.opened(insured, "insurance")
    assert stopped.value.told["what"] == "access-answer"


def test_somebody_elses_record_under_the_patients_name(people: People) -> None:
    items = [{"record": people.record, "partitions": ["medical"]}]
    with pytest.raises(Stopped) as stopped:
        people.lee.ask("open", items=items, owner="11111111-2222-4333-8444-555555555555")
    assert stopped.value.red
    assert stopped.value.told["what"] == "record-owner"


def test_a_purpose_that_was_not_signed_is_not_taken(people: People) -> None:
    terms = ("--partition", "personal", "--purpose", "treatment", "--reason", "a visit")
    people.doctor.ok("request", "--owner", people.owner.login, *terms)
    people.ada.ask("approve", partitions=["personal"])
    assert people.lee.ask("purpose", owner=_id(people)) == "treatment"
    # The list alone says otherwise.
    reworded = set_at("outgoing", 0, "purpose")(lambda _: "emergency")
    with people.wire.changing("GET", "/key-requests", reworded) as fired:
        assert people.lee.ask("purpose", owner=_id(people)) == "treatment"
    assert fired


def test_a_request_that_was_approved_is_shown_as_waiting_again(people: People) -> None:
    terms = ("--partition", "prescription", "--purpose", "treatment", "--reason", "again")
    people.ada.deposit(prescription="<p>once</p>")
    people.doctor.ok("request", "--owner", people.owner.login, *terms)
    assert people.ada.ask("approve", partitions=["prescription"])["changed"] is True
    people.owner.ok("revoke", people.doctor.login, "--partition", "prescription")
    waiting = set_at("incoming", 0, "state")(lambda _: "pending")
    with (
        people.wire.changing("GET", "/key-requests", waiting) as fired,
        pytest.raises(Stopped) as stopped,
    ):
        people.ada.ask("approve", partitions=["prescription"])
    assert fired
    assert stopped.value.told["code"] == "answered"


def test_what_is_no_answer(people: People, insured: str) -> None:
    for octets in (b"", b"null", b"[]", b'{"answers": 7}', b"\xff" * 100, b"[" * 100_000):

        def instead(_: bytes, given: bytes = octets) -> bytes:
            return given

        with (
            people.wire.rewriting("POST", "/access", instead),
            pytest.raises(Stopped) as stopped,
        ):
            people.lee.opened(insured, "insurance")
        assert stopped.value.told["code"] == "unreadable", octets[:20]


def test_the_activity_is_whole(people: People) -> None:
    found = people.ada.ask("activity")
    assert found["whole"] is True
    assert found["problems"] == []
    assert found["checkpoint"]["size"] > 0
    shown = people.owner.ok("activity")["events"]
    assert len(found["events"]) == len(shown)
    assert [one["type"] for one in found["events"]] == [one["type"] for one in shown]
    assert all(one["entry"] for one in found["events"] if one["proof"])


def _no_stream(answer: Any) -> None:
    answer["streams"].pop()


def _foreign(answer: Any) -> None:
    longest = max(answer["streams"], key=lambda one: len(one["events"]))
    longest["events"][0]["event"]["member"] = "11111111-2222-4333-8444-555555555555"


def _no_proof(answer: Any) -> None:
    longest = max(answer["streams"], key=lambda one: len(one["events"]))
    longest["events"][0]["proof"] = None


HISTORY: dict[str, tuple[Any, set[str]]] = {
    "an event hidden": (hide_event(-1), {"shorter"}),
    "an event hidden between": (hide_event(0), {"gap", "shorter"}),
    "an event reworded": (reword_event, {"log-proof"}),
    "a server hidden": (_no_stream, {"source-missing", "shorter"}),
    "somebody else's event": (_foreign, {"foreign"}),
    "an event without proof": (_no_proof, {"not-logged"}),
    "another checkpoint": (
        set_at("checkpoint")(lambda note: note.replace("\n", "\n1", 1)), {"log-checkpoint"}
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", HISTORY)
def test_the_activity_is_changed(people: People, what: str) -> None:
    alter, problems = HISTORY[what]
    people.ada.ask("activity")
    with people.wire.changing("GET", "/activity", alter) as fired:
        found = people.ada.ask("activity")
    assert fired
    assert found["whole"] is False
    assert {one["what"] for one in found["problems"]} == problems
    assert found["reported"] is True
    assert people.ada.ask("activity")["whole"] is True


# Any element of the field but none of the group.
NO_MEMBER = b64u_encode((b"\0" * 47 + b"\2") + b"\0" * 48 * 11)


def _point(value: Any) -> Alter:
    return set_at("items", 0, "partitions", 0, "answer")(value)


def _item(name: str, value: Any) -> Alter:
    return set_at("items", 0, name)(value)


def _moved_event(payload: Any) -> None:
    payload["log"][0]["entry"] = b64u_encode(bytes(32))


def _all_asked_elsewhere(payload: Any) -> None:
    payload["items"][0]["partitions"][0]["partition"] = "personal"


LIES: dict[str, Alter] = {
    "no member of the group": _point(NO_MEMBER),
    "no element at all": _point(b64u_encode(b"\xff" * 576)),
    "another version": _item("version", 7),
    "another manifest": _item("manifest", b64u_encode(bytes(32))),
    "another record": _item("record", OTHER),
    "another partition": _all_asked_elsewhere,
    "another event": _moved_event,
    "no event": set_at("log")([]),
    "another request": set_at("request")(b64u_encode(bytes(32))),
    "no owner": _item("owner", None),
}


def _signed(system: System, change: Alter) -> Alter:
    """The key node itself says something else, and signs it."""
    key = secret(system.server.data, "node-1-sign")

    def altered(answer: Any) -> None:
        payload = statements.payload_of_unverified(answer["answers"][0]["answer"])
        change(payload)
        answer["answers"][0]["answer"] = statements.sign(
            key, "sesphr-access-answer", canonical_json(payload)
        )

    return altered


@pytest.mark.parametrize("what", LIES)
def test_a_key_server_lies_and_signs_it(people: People, insured: str, what: str) -> None:
    alter = _signed(people.system, LIES[what])
    with people.wire.changing("POST", "/access", alter) as fired, pytest.raises(Stopped) as stopped:
        people.lee.opened(insured, "insurance")
    assert fired
    assert stopped.value.red, stopped.value.told


def test_a_key_server_that_has_nothing_to_open_with_opens_nothing(
    people: People, insured: str
) -> None:
    """It says so itself: nobody refuses anything, and it is no alarm."""
    alter = _signed(people.system, _point(None))
    with people.wire.changing("POST", "/access", alter) as fired, pytest.raises(Stopped) as stopped:
        people.lee.opened(insured, "insurance")
    assert fired
    assert (stopped.value.told["name"], stopped.value.told["code"]) == ("ApiError", "unavailable")


def test_a_key_server_names_another_owner(people: People, insured: str) -> None:
    """The page asked for records of one owner; oneself would have the whole document."""
    for owner in (OTHER, people.doctor.ok("whoami")["member"]):
        alter = _signed(people.system, _item("owner", owner))
        with people.wire.changing("POST", "/access", alter), pytest.raises(Stopped) as stopped:
            people.lee.opened(insured, "insurance")
        assert stopped.value.told["code"] == "integrity"


def test_a_key_server_gives_the_answer_of_another_record(people: People, insured: str) -> None:
    """A right element of the group that leads to another key: the commitment stops it."""
    other = people.ada.deposit(insurance="<i>another</i>")["record"]
    assert people.lee.opened(other, "insurance")
    answer = json.loads(people.wire.sent("POST", "/access")[-1].response)["answers"][0]["answer"]
    payload = statements.payload_of_unverified(answer)
    theirs = payload["items"][0]["partitions"][0]["answer"]
    alter = _signed(people.system, _point(theirs))
    with people.wire.changing("POST", "/access", alter), pytest.raises(Stopped) as stopped:
        people.lee.opened(insured, "insurance")
    assert (stopped.value.told["what"], stopped.value.told["partition"]) == (
        "partition",
        "insurance",
    )


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    """The same with three key nodes of which two must agree."""
    with running(tmp_path_factory.mktemp("three"), env=THREE_NODES) as system:
        yield from _people(system)


def test_three_key_servers(three: People) -> None:
    assert _read(three.system, three.doctor, three.record, "medical") == {
        "medical": MEDICAL.encode()
    }
    assert three.lee.opened(three.record, "medical") == {"medical": MEDICAL.encode()}
    found = three.ada.ask("activity")
    assert found["whole"] is True
    assert {one["source"] for one in found["events"]} == {"portal", "srs-1", "srs-2", "srs-3"}


def test_two_of_three_are_enough_and_one_is_not(three: People) -> None:
    for kept in (0, 1, 2):

        def without(answer: Any, left_out: int = kept) -> None:
            del answer["answers"][left_out]

        with three.wire.changing("POST", "/access", without):
            assert three.lee.opened(three.record, "medical")

        def alone(answer: Any, only: int = kept) -> None:
            answer["answers"] = [answer["answers"][only]]

        # One cannot open it, and refuses nothing.
        with three.wire.changing("POST", "/access", alone), pytest.raises(Stopped) as stopped:
            three.lee.opened(three.record, "medical")
        assert stopped.value.told["code"] == "unavailable"


def test_one_of_three_lies(three: People) -> None:
    """A server that signs what is not so cannot be made here; one whose answer was changed can."""
    for liar in (0, 1, 2):
        for what in ("another T", "another signature", "no proofs", "another path"):

            def lying(answer: Any, at: int = liar, how: str = what) -> None:
                rest = answer["answers"]
                rest.insert(0, rest.pop(at))
                OPENING[how](answer)

            with three.wire.changing("POST", "/access", lying) as fired:
                assert set(three.lee.opened(three.record, "medical")) == {"medical"}, what
            assert fired
    told = [json.loads(one.request) for one in three.wire.sent("POST", "/integrity-reports")]
    assert {(one["reason"], one["node"]) for one in told} >= {
        ("node-answer", index) for index in (1, 2, 3)
    }
