"""A parent, a child and a second guardian at the command line; the child's seed reaches no server."""

import io
import json

import httpx
import pytest
from django.db import connections
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import services
from accounts.guardians.applications import public
from accounts.models import Guardianship, Member
from sesphr.client import guardians as client
from sesphr.crypto.encoding import b64u_encode

pytestmark = pytest.mark.django_db(databases="__all__")
DATA = ("--partition", "medical")


KEY = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def factor(monkeypatch):
    """Give somebody a second factor; the client is asked for its code."""

    def code():
        # Each code counts once; to these tests half a minute has passed.
        TOTPDevice.objects.update(last_t=-1)
        return f"{totp(bytes.fromhex(KEY)):06d}"

    def give(endpoint):
        member = Member.objects.get(login=endpoint.login)
        TOTPDevice.objects.create(user=member, name="app", confirmed=True, key=KEY)
        return endpoint

    monkeypatch.setattr("sesphr.client.prompts.one_time_code", code)
    return give


@pytest.fixture
def made(monkeypatch):
    """The seeds of dependants that a client made here, for looking where they are."""
    found = []
    real = client.guardian.make_slot

    def noting(seed, **more):
        found.append(seed)
        return real(seed, **more)

    monkeypatch.setattr(client.guardian, "make_slot", noting)
    return found


def authorised(login):
    member = Member.objects.get(login=login)
    services.authorise(member=member, by="test", checked="birth certificate")


def child(ada, name="Tim Newman"):
    login = ada.ok("dependant", "add", name)["login"]
    authorised(login)
    return login


def accept(ben, ada, name="Tim Newman"):
    """Compare with whoever asked, and accept."""
    prints = str(ada.ok("whoami")["fingerprint"]).split()
    return ben.ok("guardian", "accept", name, "--fingerprint", *prints)


def deposit(ada, tmp_path, login):
    path = tmp_path / "m.xml"
    path.write_text("<m xmlns=''>measles</m>")
    return ada.ok("--for", login, "deposit", "--partition", f"medical={path}")["record"]


def dumped():
    """Everything that the servers' databases hold, as octets."""
    out = io.BytesIO()
    for alias in ("default", "srs", "cloud", "audit"):
        with connections[alias].cursor() as cursor:
            for table in connections[alias].introspection.table_names(cursor):
                cursor.execute(f"SELECT * FROM {connections[alias].ops.quote_name(table)}")
                for row in cursor.fetchall():
                    for value in row:
                        octets = isinstance(value, bytes | memoryview)
                        out.write(bytes(value) if octets else str(value).encode())
    return out.getvalue()


def forms(seed):
    return [seed, seed.hex().encode(), b64u_encode(seed).encode(), str(list(seed)).encode()]


def test_a_parent_keeps_a_childs_record_and_everything_names_the_parent(ada, factor, tmp_path):
    factor(ada)
    tim = child(ada)
    record = deposit(ada, tmp_path, tim)
    assert ada.ok("--for", tim, "whoami")["login"] == tim
    assert [one["record"] for one in ada.ok("--for", tim, "records")["records"]] == [record]
    assert ada.ok("records")["records"] == []
    ada.ok("--for", "Tim Newman", "open", record, *DATA, "--output", str(tmp_path / "out"))
    assert "measles" in (tmp_path / "out" / "medical.xml").read_text()
    events = ada.ok("--for", tim, "activity")["events"]
    mine = Member.objects.get(login=ada.login)
    acts = [one["action"] for one in events if one["type"] == "guardian-acts"]
    assert {"deposit", "open"} <= set(acts)
    assert {one["guardian"] for one in events if "guardian" in one} == {str(mine.id)}


def test_a_second_guardian_is_compared_then_asked_then_accepts(ada, join, factor, tmp_path):
    ben = factor(join("ben", "relative"))
    factor(ada)
    tim = child(ada)
    record = deposit(ada, tmp_path, tim)
    assert ada.fails(3, "guardian", "invite", tim, ben.login)["code"] == "not-found"
    ben.ok("guardian", "ready")
    assert ada.fails(3, "guardian", "invite", tim, ben.login)["code"] == "compare-first"
    print_ = str(ben.ok("whoami")["fingerprint"])
    ada.fails(4, "guardian", "invite", tim, ben.login, "--fingerprint", *("0" * 5,) * 8)
    ada.ok("guardian", "invite", tim, ben.login, "--fingerprint", *print_.split())
    # Before he accepts he acts for nobody.
    ben.fails(2, "--for", tim, "whoami")
    assert [one["name"] for one in ben.ok("dependant", "list")["invitations"]] == ["Tim Newman"]
    # Nor before he compared, too: anybody could ask in her name.
    told = ben.fails(3, "guardian", "accept", "Tim Newman")
    assert (told["code"], ada.login in told["error"]) == ("compare-first", True)
    ben.fails(4, "guardian", "accept", "Tim Newman", "--fingerprint", *("0" * 5,) * 8)
    accept(ben, ada)
    ben.ok("--for", tim, "open", record, *DATA, "--output", str(tmp_path / "ben"))
    assert "measles" in (tmp_path / "ben" / "medical.xml").read_text()
    ben.fails(2, "guardian", "remove", tim, "stranger@example.org")
    ada.ok("guardian", "remove", tim, ben.login)
    ben.fails(2, "--for", tim, "whoami")
    assert ada.fails(2, "guardian", "remove", tim)["code"] == "conflict"


def test_what_the_server_shows_is_checked_before_anything_is_sealed_to_it(ada, join, factor, wire):
    ben, eve = factor(join("ben", "relative")), factor(join("eve", "relative"))
    factor(ada)
    tim = child(ada)
    for one in (ben, eve):
        one.ok("guardian", "ready")
    prints = str(ben.ok("whoami")["fingerprint"]).split()
    theirs = Member.objects.get(login=eve.login).guardian_key.statement
    wire.change("POST", "/guardian-keys", lambda found: {**found, "statement": theirs})
    ada.fails(4, "guardian", "invite", tim, ben.login, "--fingerprint", *prints)
    wire.honest()
    other = child(ada, "Kim")
    slot = Guardianship.objects.get(dependant__login=other)
    wire.change("GET", "/dependants/", lambda found: {**found, "slot": public(slot)})
    ada.fails(4, "guardian", "invite", tim, ben.login, "--fingerprint", *prints)
    assert not Guardianship.objects.filter(guardian__login=ben.login).exists()


def test_a_slot_of_somebody_else_does_not_open(ada, factor, wire):
    factor(ada)
    tim, kim = child(ada), child(ada, "Kim")
    slot = public(Guardianship.objects.get(dependant__login=kim))
    mine = str(Member.objects.get(login=tim).id)
    for wrong in (slot, {**slot, "member": mine}):
        wire.change("POST", "/dependants/", lambda found, wrong=wrong: {**found, "slot": wrong})
        ada.fails(4, "--for", tim, "whoami")
        wire.honest()


def test_ones_own_account_is_never_somebody_elses(ada, factor):
    for command in (
        ("change-password",),
        ("recovery-code",),
        ("sign-out-everywhere",),
        ("dependant", "list"),
    ):
        ada.fails(2, "--for", "Tim", *command)
    ada.fails(2, "--for", "Tim", "whoami")


def test_the_same_name_after_a_lost_answer_is_registered_once(ada, factor, wire):
    factor(ada)
    lost = []

    def lose(request, response):
        if not lost:
            lost.append(1)
            return httpx.Response(500, json={"code": "internal", "detail": "Lost."})
        return None

    wire.on("POST", "/dependants", lose)
    ada.fails(5, "dependant", "add", "Tim Newman")
    ada.ok("dependant", "add", "Tim Newman")
    assert Guardianship.objects.count() == 1
    first, again = (json.loads(body) for body in wire.sent("POST", "/dependants"))
    assert first == again


def test_a_dependants_seed_reaches_no_server(ada, join, factor, made, wire, tmp_path):
    ben = factor(join("ben", "relative"))
    factor(ada)
    tim = child(ada)
    deposit(ada, tmp_path, tim)
    ben.ok("guardian", "ready")
    prints = str(ben.ok("whoami")["fingerprint"]).split()
    ada.ok("guardian", "invite", tim, ben.login, "--fingerprint", *prints)
    waiting = dumped()
    accept(ben, ada)
    (first, second) = made
    assert first == second
    sent = b"".join(body for _, _, body in wire.requests)
    assert tim.encode() in waiting
    for canary in forms(first):
        for where in (sent, waiting, dumped()):
            assert canary not in where
