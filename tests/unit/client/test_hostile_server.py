"""A server, a cloud or a man in the middle who lies: exit 4, and never any plaintext."""

import base64
import json
import secrets

import httpx
import pytest

from sesphr.client.registration import registration
from sesphr.crypto.encoding import b64u_decode, b64u_encode
from sesphr.crypto.keys import MemberKeys

pytestmark = pytest.mark.django_db(databases="__all__")
MEDICAL = "<partition><note>blood pressure 120/80</note></partition>"


@pytest.fixture
def record(ada, lee):
    """A record of which the physician may read one partition."""
    found = ada.deposit(medical=MEDICAL, insurance="<partition/>")
    ada.ok("grant", lee.login, "--partition", "medical", "--history")
    return found


def flipped(text, at=20):
    octets = bytearray(base64.b64decode(text))
    octets[at] ^= 1
    return base64.b64encode(octets).decode()


def refuses_to_open(who, record, tmp_path, *words):
    output = tmp_path / "opened"
    found = who.fails(4, "open", record, *words, "--output", str(output))
    assert not output.exists()
    return found


def with_medical(change):
    def alter(found):
        octets = found["objects"][0]["partitions"]
        octets["medical"] = change(octets["medical"])

    return alter


@pytest.mark.parametrize(
    "change",
    [
        flipped,
        lambda text: flipped(text, -1),
        lambda text: base64.b64encode(base64.b64decode(text)[:-1]).decode(),
        lambda text: base64.b64encode(base64.b64decode(text) + b"x").decode(),
        lambda text: base64.b64encode(secrets.token_bytes(len(base64.b64decode(text)))).decode(),
        lambda text: "",
        lambda text: "not base64!",
    ],
)
def test_other_octets(lee, record, wire, tmp_path, change):
    wire.change("POST", "/access", with_medical(change))
    refuses_to_open(lee, record, tmp_path)
    report = json.loads(wire.sent("POST", "/integrity-reports")[-1])
    assert (report["record"], report["partition"]) == (record, "medical")
    wire.honest()
    assert "integrity" in [one["type"] for one in lee.ok("activity")["events"]]
    lee.ok("open", record, "--output", str(tmp_path / "fine"))


def test_the_owner_sees_the_report(ada, lee, record, wire, tmp_path):
    wire.change("POST", "/access", with_medical(flipped))
    refuses_to_open(lee, record, tmp_path)
    wire.honest()
    (event,) = [one for one in ada.ok("activity")["events"] if one["type"] == "integrity"]
    assert event["record"] == record
    assert event["who"] == lee.login


def test_a_partition_of_another_record(ada, lee, record, wire, tmp_path):
    other = ada.deposit(medical=MEDICAL.replace("120", "140"))
    kept = {}

    def swap(found):
        mine = found["objects"][0]
        kept.setdefault("first", mine)
        found["objects"][0] = {**kept["first"], "digest": mine["digest"]}

    wire.change("POST", "/access", swap)
    lee.ok("open", other, "--output", str(tmp_path / "other"))
    refuses_to_open(lee, record, tmp_path)


def test_the_owners_own_document(ada, record, wire, tmp_path):
    def alter(found):
        document = bytearray(base64.b64decode(found["objects"][0]["document"]))
        at = document.rindex(b"CipherValue>") - 40
        document[at] = ord("A") if document[at] != ord("A") else ord("B")
        found["objects"][0]["document"] = base64.b64encode(document).decode()

    wire.change("POST", "/access", alter)
    refuses_to_open(ada, record, tmp_path)
    ada.fails(4, "export", "--output", str(tmp_path / "out"))
    assert not list((tmp_path / "out").rglob("medical.xml"))


def test_an_object_that_is_missing(lee, record, wire, tmp_path):
    wire.change("POST", "/access", lambda found: found["objects"].clear())
    refuses_to_open(lee, record, tmp_path)


def forged(jws, **members):
    """The statement with other members and its old signature."""
    header, body, signature = jws.split(".")
    payload = {**json.loads(b64u_decode(body)), **members}
    return f"{header}.{b64u_encode(json.dumps(payload).encode())}.{signature}"


def test_a_forged_manifest(lee, record, wire, tmp_path):
    def alter(found):
        found["objects"][0]["manifest"] = forged(found["objects"][0]["manifest"], version=2)

    wire.change("POST", "/access", alter)
    refuses_to_open(lee, record, tmp_path)


def test_an_answer_to_another_request(lee, record, wire, tmp_path):
    kept = []

    def replay(found):
        kept.append(json.loads(json.dumps(found)))
        return kept[0]

    wire.change("POST", "/access", replay)
    lee.ok("open", record, "--output", str(tmp_path / "first"))
    refuses_to_open(lee, record, tmp_path)


def test_an_answer_whose_event_the_log_does_not_hold(lee, record, wire, tmp_path):
    wire.change("POST", "/access", lambda found: found["answers"][0]["proofs"].clear())
    refuses_to_open(lee, record, tmp_path)


def test_a_proof_that_does_not_hold(lee, record, wire, tmp_path):
    def alter(found):
        proof = found["answers"][0]["proofs"][0]
        proof["path"] = [b64u_encode(secrets.token_bytes(32)) for _ in proof["path"]]

    wire.change("POST", "/access", alter)
    refuses_to_open(lee, record, tmp_path)


def test_a_checkpoint_of_somebody_else(lee, record, wire, tmp_path):
    from sesphr.crypto.log import sign_note

    def alter(found):
        proof = found["answers"][0]["proofs"][0]
        text, _, _ = proof["checkpoint"].rpartition("\n\n")
        name = text.split("\n")[0]
        proof["checkpoint"] = sign_note(name, secrets.token_bytes(32), text + "\n")

    wire.change("POST", "/access", alter)
    refuses_to_open(lee, record, tmp_path)


def test_an_older_version_than_seen_before(lee, record, tmp_path):
    lee.ok("open", record, "--output", str(tmp_path / "first"))
    (path,) = (lee.home / "members").glob("*/versions.json")
    seen = json.loads(path.read_text())
    path.write_text(json.dumps({record: {**seen[record], "version": 2}}))
    refuses_to_open(lee, record, tmp_path)
    path.write_text(json.dumps({record: {**seen[record], "manifest": "A" * 43}}))
    refuses_to_open(lee, record, tmp_path)


def test_an_older_access_list(ada, lee, record, wire):
    old = []
    wire.change("GET", "/acl", lambda found: old.append(dict(found)))
    ada.ok("revoke", lee.login)
    wire.honest()
    before = len(wire.sent("POST", "/acl"))
    wire.change("GET", "/acl", lambda found: old[0])
    ada.fails(4, "grant", lee.login, "--partition", "insurance")
    wire.honest()
    wire.change("GET", "/acl", lambda found: {**found, "acl": None})
    ada.fails(4, "grant", lee.login, "--partition", "insurance")
    wire.honest()
    wire.change("GET", "/acl", lambda found: {**found, "acl": forged(found["acl"], seq=9)})
    ada.fails(4, "revoke", lee.login)
    assert len(wire.sent("POST", "/acl")) == before


def test_a_receipt_for_something_else(ada, lee, record, wire):
    receipts = []
    wire.change("POST", "/acl", lambda found: receipts.append(found["receipts"]))
    ada.ok("grant", lee.login, "--partition", "insurance")
    wire.honest()
    wire.change("POST", "/acl", lambda found: {**found, "receipts": receipts[0]})
    ada.fails(4, "revoke", lee.login)


def replaced_keys(deployment_of, entry):
    keys = MemberKeys.from_seed(secrets.token_bytes(32))
    own = registration(keys, deployment=deployment_of, member=entry["member"], partitions=())
    return {**entry, "registrations": [own]}


def test_other_keys_than_those_approved_before(ada, lee, record, wire):
    name = ada.ok("whoami")["deployment"]
    wire.change("POST", "/directory", lambda entry: replaced_keys(name, entry))
    found = ada.fails(4, "grant", lee.login, "--partition", "insurance")
    assert found["error"].startswith("STOP")
    ada.fails(4, "fingerprint", lee.login)


def test_keys_without_proof(ada, lee, wire):
    wire.change(
        "POST", "/directory",
        lambda entry: {**entry, "registrations": [forged(entry["registrations"][0], seq=1, iat=1)]},
    )  # fmt: skip
    ada.fails(4, "grant", lee.login, "--partition", "medical")
    wire.honest()
    wire.change("POST", "/directory", lambda entry: {**entry, "registrations": []})
    ada.fails(4, "grant", lee.login, "--partition", "medical")


def test_a_request_that_somebody_forged(ada, lee, wire):
    asked = lee.ok(
        "request", "--owner", ada.login, "--partition", "medical", "--purpose", "x", "--reason", "y"
    )["request"]

    def more(found):
        one = found["incoming"][0]
        one["statement"] = forged(one["statement"], partitions=["medical", "insurance"])

    wire.change("GET", "/key-requests", more)
    assert ada.ok("requests")["incoming"][0]["verified"] is False
    ada.fails(4, "approve", asked)
    wire.honest()
    lies = ({"reason": "lies"}, {"purpose": "lies"}, {"partitions": ["insurance"]}, {"asked": 1})
    for lie in lies:
        wire.change("GET", "/key-requests", lambda found, lie=lie: found["incoming"][0].update(lie))
        assert ada.ok("requests")["incoming"][0]["verified"] is False
        ada.fails(4, "approve", asked)
        wire.honest()
    assert ada.ok("requests")["incoming"][0]["verified"] is True
    assert not wire.sent("POST", "/acl")


def test_another_deployment_under_the_same_address(ada, wire):
    from sesphr.crypto import statements

    def alter(found):
        operator = secrets.token_bytes(32)
        payload = b64u_decode(found["configuration"].split(".")[1])
        key = MemberKeys.from_seed(operator)
        found["configuration"] = statements.sign(key, "sesphr-deployment", payload)
        found["operator_key"] = b64u_encode(key.verification)

    wire.change("GET", "/deployment", alter)
    before = len(wire.sent("POST", "/session"))
    assert ada.fails(4, "whoami")["error"].startswith("STOP")
    assert len(wire.sent("POST", "/session")) == before


def test_a_configuration_that_nobody_signed(ada, wire):
    wire.change(
        "GET",
        "/deployment",
        lambda found: {**found, "configuration": forged(found["configuration"], t=1, iat=1)},
    )
    ada.fails(4, "whoami")


@pytest.mark.parametrize(
    "params", [{"m": 8, "t": 1, "p": 1}, {"m": 65536, "t": 2, "p": 1}, {"m": 2**24, "t": 3, "p": 1}]
)
def test_weaker_hashing_is_refused_before_anything_is_sent(ada, wire, params):
    wire.change(
        "POST", "/sign-in/parameters", lambda found: found["password"].update(params=params)
    )
    before = len(wire.sent("POST", "/session"))
    ada.fails(4, "whoami")
    assert len(wire.sent("POST", "/session")) == before


def test_a_slot_that_does_not_open(ada, wire):
    wire.change("POST", "/session", lambda found: found["slot"].update(sealed="A" * 80))
    ada.fails(4, "whoami")


def test_the_password_never_travels(ada, lee, record, wire):
    for _, _, body in wire.requests:
        assert b"violet" not in body


def test_an_integrity_failure_of_the_servers_own(lee, record, wire, tmp_path):
    problem = {
        "type": "urn:x",
        "title": "x",
        "status": 502,
        "detail": "Not as signed.",
        "code": "integrity",
    }
    wire.on("POST", "/access", lambda request, response: httpx.Response(502, json=problem))
    refuses_to_open(lee, record, tmp_path)


def drop_last_event(found):
    del found["streams"][0]["events"][-1:]


def drop_first_event(found):
    del found["streams"][0]["events"][:1]


def drop_stream(found):
    found["streams"].pop(0)


def change_event(found):
    found["streams"][0]["events"][0]["event"]["type"] = "nothing"


def unproved(found):
    found["streams"][0]["events"][0]["proof"] = None


def hide_length(found):
    found["streams"][0]["events"].pop()
    found["streams"][0]["length"] -= 1


def renumber(found):
    events = found["streams"][0]["events"]
    events[0]["number"] = 2


def doubled(found):
    found["streams"].append(found["streams"][0])


@pytest.mark.parametrize(
    "change",
    [
        drop_last_event,
        drop_first_event,
        drop_stream,
        change_event,
        unproved,
        hide_length,
        renumber,
        doubled,
    ],
)
def test_events_that_are_missing_or_changed(ada, lee, record, wire, change):
    ada.ok("activity")
    wire.change("GET", "/activity", change)
    ada.fails(4, "activity")
    wire.honest()
    ada.ok("activity")


def keep_portal_only(found):
    found["streams"] = [one for one in found["streams"] if one["source"] == "portal"]


def empty_without_stream(found):
    found["streams"][0]["stream"] = None


def another_server(found):
    found["streams"].append({**found["streams"][0], "source": "srs-99"})


@pytest.mark.parametrize(
    "change", [keep_portal_only, drop_stream, empty_without_stream, another_server]
)
def test_servers_that_are_missing_on_a_device_that_never_looked(ada, wire, change):
    wire.change("GET", "/activity", change)
    assert ada.fails(4, "activity")["error"].startswith("STOP")
    wire.honest()
    ada.ok("activity")


def test_a_server_that_has_no_events_yet(ada, lee, record, wire):
    def empty(found):
        for one in found["streams"]:
            if one["source"] == "portal":
                one.update(stream=None, length=0, events=[])

    wire.change("GET", "/activity", empty)
    assert {one["source"] for one in ada.ok("activity")["events"]} == {"srs-1"}
    wire.honest()
    assert "portal" in {one["source"] for one in ada.ok("activity")["events"]}
    wire.change("GET", "/activity", empty)
    ada.fails(4, "activity")


def test_a_log_that_took_something_back(ada, lee, record, wire):
    first = []
    wire.change("GET", "/activity", lambda found: first.append(found["checkpoint"]))
    ada.ok("activity")
    wire.honest()
    ada.ok("revoke", lee.login)
    ada.ok("activity")
    (path,) = (ada.home / "members").glob("*/log.json")
    # The log as remembered is another one of the same size.
    wire.change("GET", "/log/consistency", lambda found: found["path"].clear())
    path.write_text(json.dumps({"checkpoint": first[0], "streams": {}}))
    ada.fails(4, "activity")
    wire.honest()
    ada.ok("activity")


def test_a_log_shorter_than_before(ada, lee, record, wire):
    old = []
    wire.change("GET", "/activity", lambda found: old.append(json.loads(json.dumps(found))))
    ada.ok("activity")
    wire.honest()
    ada.ok("revoke", lee.login)
    ada.ok("activity")
    wire.change("GET", "/activity", lambda found: old[0])
    ada.fails(4, "activity")


def test_a_cloud_that_stores_another_attachment(ada, wire):
    wire.change("PUT", "/attachments", lambda found: {**found, "root": "A" * 43})
    ada.fails(4, "deposit", "tests/samples/ccda_ccd_hl7_small.xml")


def test_an_attachment_that_was_changed(ada, wire, tmp_path):
    ada.ok("deposit", "tests/samples/ccda_ccd_hl7_small.xml")

    def alter(request, response):
        octets = bytearray(response.content)
        octets[-1] ^= 1
        return httpx.Response(200, content=bytes(octets))

    wire.on("POST", "/attachments", alter)
    ada.fails(4, "export", "--output", str(tmp_path / "out"))
    assert not [path for path in (tmp_path / "out").rglob("original/*") if path.is_file()]
