"""Servers that are away, broken, or lose their answer: exit 5, and a repeat ends as one."""

import json

import httpx
import pytest

from accounts.models import Member
from phr.models import Record
from sesphr.client import main as client_main

from .conftest import Endpoint, Lost

pytestmark = pytest.mark.django_db(databases="__all__")
MEDICAL = "<partition><note>blood pressure 120/80</note></partition>"


def lose(request, response):
    raise Lost("gone")


class Crash(BaseException):
    """This process ends here."""


def crash(request, response):
    raise Crash


def test_nobody_listens(ada, wire):
    wire.down = True
    assert ada.fails(5, "whoami")["code"] == "unavailable"
    found = ada.run("whoami", json_=False)
    assert (found.code, found.out) == (5, "")


@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(500, text="<h1>Server Error</h1>"),
        httpx.Response(404, text="<h1>Not Found</h1>"),
        httpx.Response(200, text="hello"),
        httpx.Response(200, json={"configuration": 5}),
        httpx.Response(200, json={"configuration": "a.b.c", "operator_key": "x", "now": 1}),
        httpx.Response(200, content=b"[" * 100_000),
        httpx.Response(302, headers={"Location": "http://127.0.0.1:8000/elsewhere"}),
        httpx.Response(503, json={"code": "unavailable", "detail": "Later."}),
    ],
)
def test_answers_that_cannot_be_read(ada, wire, response):
    wire.on("GET", "/deployment", lambda *_: response)
    ada.fails(5, "whoami")


def test_an_answer_without_end(ada, wire, monkeypatch):
    from sesphr.client import http

    monkeypatch.setattr(http, "MOST_OCTETS", 1000)
    wire.on("GET", "/deployment", lambda *_: httpx.Response(200, content=b"x" * 2000))
    ada.fails(5, "whoami")


def test_one_lost_answer_is_not_noticed(ada, lee, wire, tmp_path):
    lost = []

    def once(request, response):
        if request.method == "POST" and request.url.path not in lost:
            lost.append(request.url.path)
            raise Lost("gone")

    wire.on("POST", "", once)
    record = ada.deposit(medical=MEDICAL)
    asked = lee.ok(
        "request", "--owner", ada.login, "--partition", "medical", "--purpose", "x", "--reason", "y"
    )["request"]
    ada.ok("approve", asked)
    lee.ok("open", record, "--output", str(tmp_path / "o"))
    assert {"/api/deposits", "/api/acl", "/api/access", "/api/key-requests"} <= set(lost)
    assert Record.objects.count() == 1
    assert len(ada.ok("requests")["incoming"]) == 1


def deposited(ada, tmp_path, code):
    path = tmp_path / "m.xml"
    path.write_text(MEDICAL)
    found = ada.run("deposit", "--partition", f"medical={path}")
    assert found.code == code, (found.out, found.err)
    return found


def test_a_deposit_whose_answers_are_all_lost_ends_as_one_record(ada, wire, tmp_path):
    wire.on("POST", "/deposits", lose)
    deposited(ada, tmp_path, 5)
    sent = wire.sent("POST", "/deposits")
    wire.honest()
    done = deposited(ada, tmp_path, 0).json
    assert Record.objects.count() == 1
    assert str(Record.objects.get().id) == done["record"]
    manifests = {
        body.split(b'name="manifest"')[1].split(b"\r\n")[2]
        for body in wire.sent("POST", "/deposits")
    }
    assert len(manifests) == 1
    assert len(sent) == 4
    # Acknowledged: the same file again is another record.
    assert deposited(ada, tmp_path, 0).json["record"] != done["record"]
    assert Record.objects.count() == 2


@pytest.mark.parametrize(
    ("method", "path"), [("PUT", "/attachments"), ("POST", "/deposits"), ("DELETE", "/session")]
)
def test_a_client_that_dies_while_depositing(ada, wire, method, path):
    sample = "tests/samples/ccda_ccd_hl7_small.xml"
    wire.on(method, path, crash)
    with pytest.raises(Crash):
        ada.run("deposit", sample)
    wire.honest()
    done = ada.ok("deposit", sample)
    # After the acknowledgement the first run was over: that is another record then.
    assert Record.objects.count() == (2 if method == "DELETE" else 1)
    assert done["original"] == 48145
    assert not list((ada.home / "members").glob("*/outbox/*"))


@pytest.mark.parametrize("name", ["document", "parts.json"])
def test_a_client_that_dies_while_writing_its_outbox(ada, tmp_path, monkeypatch, name):
    from sesphr.client import outbox

    real = outbox.write_atomically

    def dying(path, octets):
        if path.name == name:
            raise Crash
        real(path, octets)

    monkeypatch.setattr(outbox, "write_atomically", dying)
    monkeypatch.setattr(outbox.shutil, "rmtree", lambda *_, **__: None)
    with pytest.raises(Crash):
        deposited(ada, tmp_path, 0)
    assert Record.objects.count() == 0
    monkeypatch.undo()


def test_what_a_crash_left_in_the_outbox_is_swept(ada, tmp_path):
    deposited(ada, tmp_path, 0)
    (member,) = (ada.home / "members").iterdir()
    for name in (".new-1234", ".old-1234"):
        (member / "outbox" / name).mkdir()
        (member / "outbox" / name / "parts.json").write_text("{")
    deposited(ada, tmp_path, 0)
    assert list((member / "outbox").iterdir()) == []


def test_a_deposit_that_is_turned_down_does_not_wait(ada, wire, tmp_path):
    problem = {"code": "invalid", "detail": "No."}
    wire.on("POST", "/deposits", lambda *_: httpx.Response(422, json=problem))
    deposited(ada, tmp_path, 2)
    assert not list((ada.home / "members").glob("*/outbox/*"))


def test_a_code_that_was_replaced_meanwhile_is_not_shown(wire, tmp_path):
    eve = Endpoint(tmp_path / "eve", "eve@example.org", wire)
    words = ("register", "--role", "owner", "--name", "Eve", "--email", eve.login)
    wire.on("POST", "/members", lose)
    eve.fails(5, *words)
    wire.honest()
    fresh = eve.ok("--login", eve.login, "recovery-code")["recovery_code"]
    assert eve.ok(*words)["recovery_code"] is None
    eve.ok("recover", "--code", fresh)


CONFLICT = {"code": "conflict", "detail": "Another was taken first."}


def test_a_deposit_that_meets_itself_waits(ada, wire, tmp_path):
    wire.on("POST", "/deposits", lambda *_: httpx.Response(409, json=CONFLICT))
    deposited(ada, tmp_path, 2)
    assert len(list((ada.home / "members").glob("*/outbox/*"))) == 1
    wire.honest()
    done = deposited(ada, tmp_path, 0).json
    assert [str(one.id) for one in Record.objects.all()] == [done["record"]]
    assert not list((ada.home / "members").glob("*/outbox/*"))


def test_a_registration_that_meets_itself_waits(wire, tmp_path):
    eve = Endpoint(tmp_path / "eve", "eve@example.org", wire)
    words = ("register", "--role", "owner", "--name", "Eve", "--email", eve.login)
    wire.on("POST", "/members", lambda *_: httpx.Response(409, json=CONFLICT))
    eve.fails(2, *words)
    wire.honest()
    done = eve.ok(*words)
    bodies = [json.loads(body) for body in wire.sent("POST", "/members")]
    assert bodies[0] == bodies[-1]
    assert done["fingerprint"] == eve.ok("whoami")["fingerprint"]
    assert eve.ok("recover", "--code", done["recovery_code"])["recovery_code"]


def test_no_code_is_shown_before_the_account_is_seen(wire, tmp_path):
    eve = Endpoint(tmp_path / "eve", "eve@example.org", wire)
    words = ("register", "--role", "owner", "--name", "Eve", "--email", eve.login)
    wire.on("POST", "/session", lose)
    assert "recovery_code" not in eve.fails(5, *words)
    wire.honest()
    assert eve.ok("recover", "--code", eve.ok(*words)["recovery_code"])["recovery_code"]


def asking(ada, reason="y"):
    return (
        "request", "--owner", ada.login, "--partition", "medical", "--purpose", "x", "--reason", reason
    )  # fmt: skip


def test_a_client_that_dies_while_asking_asks_once(ada, lee, wire):
    wire.on("POST", "/key-requests", crash)
    with pytest.raises(Crash):
        lee.run(*asking(ada))
    wire.honest()
    lee.ok(*asking(ada, "another reason"))
    lee.ok(*asking(ada))
    first, _, last = wire.sent("POST", "/key-requests")
    assert first == last
    assert len(ada.ok("requests")["incoming"]) == 2
    assert not list((lee.home / "members").glob("*/request-sending.json"))
    # Acknowledged: the same words again are another request.
    lee.ok(*asking(ada))
    assert len(ada.ok("requests")["incoming"]) == 3


def test_a_request_that_waited_too_long_is_signed_anew(ada, lee, wire, monkeypatch):
    from sesphr.client import times

    wire.on("POST", "/key-requests", lambda *_: httpx.Response(409, json=CONFLICT))
    lee.fails(2, *asking(ada))
    wire.honest()
    real = times.now
    monkeypatch.setattr(times, "now", lambda: real() + 3500)
    monkeypatch.setattr("sesphr.clock.now", lambda: real() + 3500)
    lee.ok(*asking(ada))
    first, last = wire.sent("POST", "/key-requests")
    assert first != last


@pytest.mark.parametrize(("status", "code"), [(422, "invalid"), (403, "expired")])
def test_a_request_that_is_turned_down_does_not_wait(ada, lee, wire, status, code):
    problem = {"code": code, "detail": "No."}
    wire.on("POST", "/key-requests", lambda *_: httpx.Response(status, json=problem))
    lee.fails(2 if status == 422 else 3, *asking(ada))
    assert not list((lee.home / "members").glob("*/request-sending.json"))


def test_an_approval_whose_answer_is_lost(ada, lee, wire, tmp_path):
    record = ada.deposit(medical=MEDICAL)
    asked = lee.ok(
        "request", "--owner", ada.login, "--partition", "medical", "--purpose", "x", "--reason", "y"
    )["request"]
    wire.on("POST", "/acl", lose)
    ada.fails(5, "approve", asked)
    wire.honest()
    done = ada.ok("approve", asked)
    assert (done["seq"], done["changed"]) == (1, False)
    lee.ok("open", record, "--output", str(tmp_path / "o"))
    assert ada.ok("requests")["incoming"][0]["state"] == "approved"


def test_a_list_that_never_arrived_is_sent_as_it_was(ada, lee, wire):
    ada.deposit(medical=MEDICAL)
    wire.down = False
    bodies = []

    def refuse(request, response):
        raise Lost("gone")

    real = wire.inner
    wire.inner = httpx.MockTransport(lambda request: _without(real, request, "/api/acl", bodies))
    ada.fails(5, "grant", lee.login, "--partition", "medical", "--history")
    wire.inner = real
    ada.ok("revoke", "nobody@example.org")
    sent = wire.sent("POST", "/acl")
    assert json.loads(bodies[0]) == json.loads(sent[-2])
    assert lee.ok("records")["records"]


def _without(real, request, path, bodies):
    if request.method == "POST" and request.url.path == path:
        bodies.append(request.content)
        raise httpx.ConnectError("away")
    return real.handle_request(request)


@pytest.mark.parametrize(("status", "code"), [(429, "rate-limited"), (401, "idle")])
def test_a_list_that_cannot_be_taken_now_is_kept(ada, lee, wire, status, code):
    ada.deposit(medical=MEDICAL)
    told = {"code": code, "detail": "Not now.", "status": status}
    wire.on("POST", "/acl", lambda request, response: httpx.Response(status, json=told))
    ada.fails(3, "grant", lee.login, "--partition", "medical", "--history")
    refused = wire.sent("POST", "/acl")[-1]
    wire.honest()
    ada.ok("revoke", "nobody@example.org")
    assert json.loads(refused) in [json.loads(body) for body in wire.sent("POST", "/acl")[1:]]
    assert lee.ok("records")["records"]


def test_another_device_was_faster(ada, lee, join, wire, tmp_path):
    ada.deposit(medical=MEDICAL)
    other = Endpoint(tmp_path / "other", ada.login, wire)
    once = []

    def overtaken(found):
        if not once:
            once.append(1)
            other.ok("--login", ada.login, "grant", lee.login, "--partition", "insurance")

    wire.change("GET", "/acl", overtaken)
    done = ada.ok("grant", lee.login, "--partition", "medical")
    assert done["seq"] == 2


def test_a_registration_whose_answer_is_lost_shows_its_code_later(wire, tmp_path):
    eve = Endpoint(tmp_path / "eve", "eve@example.org", wire)
    words = ("register", "--role", "owner", "--name", "Eve", "--email", eve.login)
    wire.on("POST", "/members", lose)
    eve.fails(5, *words)
    waiting = (eve.home / "registering.json").read_text()
    assert json.loads(waiting)["code"]
    wire.honest()
    eve.fails(2, "register", "--role", "nurse", "--name", "Eve", "--email", eve.login)
    done = eve.ok(*words)
    assert Member.objects.count() == 1
    assert not (eve.home / "registering.json").exists()
    assert eve.ok("recover", "--code", done["recovery_code"])["recovery_code"]
    assert eve.ok(*words)["recovery_code"] is None


def test_a_registration_that_waits_needs_its_password(wire, tmp_path, monkeypatch):
    eve = Endpoint(tmp_path / "eve", "eve@example.org", wire)
    words = ("register", "--role", "owner", "--name", "Eve", "--email", eve.login)
    wire.on("POST", "/members", lose)
    eve.fails(5, *words)
    monkeypatch.setenv("SESPHR_PASSWORD", "another-long-password-44")
    assert eve.fails(3, *words)["code"] == "wrong-secret"


def test_a_client_that_dies_before_it_shows_the_code(wire, tmp_path, monkeypatch):
    eve = Endpoint(tmp_path / "eve", "eve@example.org", wire)
    words = ("register", "--role", "owner", "--name", "Eve", "--email", eve.login)
    with monkeypatch.context() as patched:
        patched.setattr(client_main, "_print", lambda _: (_ for _ in ()).throw(Crash()))
        with pytest.raises(Crash):
            eve.run(*words)
    code = eve.ok(*words)["recovery_code"]
    assert code
    eve.ok("recover", "--code", code)


def test_interrupted(ada, wire):
    wire.on("GET", "/deployment", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))
    assert ada.fails(5, "whoami")["code"] == "interrupted"


def test_a_surprise_is_a_sentence(ada, wire, monkeypatch):
    wire.on("GET", "/deployment", lambda *_: 1 / 0)
    assert ada.fails(5, "whoami")["code"] == "internal"
