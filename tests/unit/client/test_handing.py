"""A child comes of age at the command line: new keys, the old records, and nothing for the guardian."""

import json
from types import SimpleNamespace

import httpx
import pytest

from accounts.models import Guardianship, ListSent, Member
from sesphr.client import handing, sharing
from sesphr.client.errors import IntegrityError
from sesphr.client.people import FormerKeys
from sesphr.crypto import handover, statements
from srs.models import Delegation
from tests.unit.client.conftest import Endpoint
from tests.unit.client.test_contributions import SAMPLE
from tests.unit.client.test_guardians import DATA, child, deposit, dumped, factor, forms

__all__ = ["factor"]

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def grown(ada, factor, wire, tmp_path):
    """A guardian, her child's login, a record of the child's, and the child's own client."""
    factor(ada)
    login = child(ada)
    record = deposit(ada, tmp_path, login)
    tim = Endpoint(tmp_path / "tim-home", "tim.newman@example.org", wire)
    return ada, login, record, tim


def code_of(ada, login):
    """Offer the account; the last list that a guardian signed is at every node by now."""
    ListSent.objects.update(time=0)
    return str(ada.ok("dependant", "hand-over", login)["code"])


def take_over(tim, code, email=None):
    return tim.ok("take-over", "--email", email or tim.login, "--code", code)


def read(who, record, folder):
    who.ok("open", record, *DATA, "--output", str(folder))
    return (folder / "medical.xml").read_text()


def test_the_new_adult_has_the_records_and_the_guardian_nothing(grown, tmp_path):
    ada, login, record, tim = grown
    told = take_over(tim, code_of(ada, login).lower().replace("-", " "))
    assert tim.ok("whoami")["login"] == tim.login
    assert "measles" in read(tim, record, tmp_path / "old")
    new = tim.deposit(medical="<m>flu</m>")
    assert "flu" in read(tim, new, tmp_path / "new")
    ada.fails(2, "--for", login, "whoami")
    ada.fails(2, "--for", tim.login, "whoami")
    assert ada.ok("dependant", "list")["dependants"] == []
    assert not Guardianship.objects.filter(live=True).exists()
    # The recovery code opens the account, and with it the old records.
    recovered = Endpoint(tmp_path / "again", tim.login, tim.wire)
    recovered.ok("--login", tim.login, "recover", "--code", str(told["recovery_code"]))
    assert "measles" in read(recovered, record, tmp_path / "recovered")


def test_those_who_could_read_can_read_on_what_is_old_and_what_is_new(grown, join, tmp_path):
    ada, login, record, tim = grown
    doctor = join("doc", "physician")
    ada.ok("--for", login, "grant", doctor.login, "--partition", "medical", "--history")
    assert "measles" in read(doctor, record, tmp_path / "before")
    assert take_over(tim, code_of(ada, login))["dealt"]
    new = tim.deposit(medical="<m>flu</m>")
    assert "flu" in read(doctor, new, tmp_path / "new")
    assert "measles" in read(doctor, record, tmp_path / "old")
    assert [one["seq"] for one in tim.ok("lists")["lists"]] == [1, 2]
    epochs = Delegation.objects.using("srs").filter(partition="medical")
    assert sorted(epochs.values_list("epoch", flat=True)) == [1, 2]
    # She takes it back as she gives it.
    tim.ok("revoke", doctor.login)
    for one in (record, new):
        doctor.fails(3, "open", one, *DATA, "--output", str(tmp_path / one))


def test_a_new_partition_and_a_new_reader_come_after(grown, join, tmp_path):
    ada, login, record, tim = grown
    take_over(tim, code_of(ada, login))
    nurse = join("nan", "nurse")
    dental = tim.deposit(dental="<d>fine</d>")
    tim.ok("grant", nurse.login, "--partition", "medical", "--partition", "dental", "--history")
    assert "measles" in read(nurse, record, tmp_path / "n")
    nurse.ok("open", dental, "--partition", "dental", "--output", str(tmp_path / "d"))
    assert "fine" in (tmp_path / "d" / "dental.xml").read_text()


def test_what_somebody_added_before_is_accepted_after(grown, join):
    ada, login, _, tim = grown
    doctor = join("doc", "physician")
    ada.ok("--for", login, "grant", doctor.login, "--partition", "medical", "--add")
    added = str(doctor.ok("contribute", SAMPLE, "--owner", login)["record"])
    take_over(tim, code_of(ada, login))
    # Nothing was to be dealt; the list is signed anew all the same.
    assert [one["seq"] for one in tim.ok("lists")["lists"]] == [1, 2]
    tim.ok("accept", added)
    assert added in {one["record"] for one in tim.ok("records")["records"]}
    later = str(doctor.ok("contribute", SAMPLE, "--owner", tim.login)["record"])
    tim.ok("accept", later)


def test_a_reader_takes_the_new_keys_and_another_address_and_compares_anew(grown, join):
    ada, login, _, tim = grown
    doctor = join("doc", "physician")
    ada.ok("--for", login, "grant", doctor.login, "--partition", "medical", "--history")
    prints = str(doctor.ok("fingerprint", login)["fingerprint"])
    doctor.ok("compare", login, *prints.split())
    take_over(tim, code_of(ada, login))
    now = str(doctor.ok("fingerprint", tim.login)["fingerprint"])
    assert now != prints
    doctor.fails(4, "compare", tim.login, *prints.split())
    doctor.ok("compare", tim.login, *now.split())


def test_a_lookup_alone_remembers_the_new_keys(grown, join, wire):
    ada, login, _, tim = grown
    doctor = join("doc", "physician")
    ada.ok("--for", login, "grant", doctor.login, "--partition", "medical", "--add")
    doctor.ok("contribute", SAMPLE, "--owner", login)
    take_over(tim, code_of(ada, login))
    doctor.ok("fingerprint", tim.login)
    cut = lambda found: {**found, "registrations": found["registrations"][:1]}  # noqa: E731
    wire.change("POST", "/directory", cut)
    doctor.fails(4, "fingerprint", tim.login)


def test_an_older_chain_than_was_seen_is_a_stop(grown, join, wire, tmp_path):
    ada, login, record, tim = grown
    doctor = join("doc", "physician")
    ada.ok("--for", login, "grant", doctor.login, "--partition", "medical", "--history")
    take_over(tim, code_of(ada, login))
    assert "measles" in read(doctor, record, tmp_path / "x")
    cut = lambda found: {**found, "registrations": found["registrations"][:1]}  # noqa: E731
    wire.change("GET", "/directory/", cut)
    doctor.fails(4, "open", record, *DATA, "--output", str(tmp_path / "y"))


def test_the_code_is_good_once_and_until_it_is_taken_back(grown, tmp_path, wire):
    ada, login, _, tim = grown
    first = code_of(ada, login)
    second = code_of(ada, login)
    assert tim.fails(3, "take-over", "--email", tim.login, "--code", first)["code"] == "code-wrong"
    ada.ok("dependant", "hand-over", login, "--take-back")
    tim.fails(3, "take-over", "--email", tim.login, "--code", second)
    tim.fails(2, "take-over", "--email", tim.login, "--code", "nonsense")
    third = code_of(ada, login)
    take_over(tim, third)
    thief = Endpoint(tmp_path / "thief", "thief@example.org", wire)
    found = thief.fails(2, "take-over", "--email", thief.login, "--code", third)
    assert found["code"] == "hand-over-finished"


def test_the_same_command_after_a_lost_answer_ends_it(grown, wire):
    ada, login, _, tim = grown
    code = code_of(ada, login)
    lost = []

    def lose(request, response):
        if not lost:
            lost.append(1)
            return httpx.Response(500, json={"code": "internal", "detail": "Lost."})
        return None

    wire.on(
        "POST", "/hand-over", lambda q, r: lose(q, r) if q.url.path == "/api/hand-over" else None
    )
    tim.fails(5, "take-over", "--email", tim.login, "--code", code)
    member = Member.objects.get(login=tim.login)
    assert take_over(tim, code)["member"] == str(member.id)
    tim.ok("whoami")


def test_a_number_of_lists_that_is_too_low_is_refused_by_the_nodes(grown, join, wire):
    ada, login, _, tim = grown
    doctor = join("doc", "physician")
    for _ in range(2):
        ada.ok("--for", login, "grant", doctor.login, "--partition", "medical", "--history")
        ada.ok("--for", login, "revoke", doctor.login)
    code = code_of(ada, login)

    def earlier(found):
        return {**found, "seq": found["seq"] - 1}

    # The portal names a number that is too low: nodes refuse, for a list would come in between.
    wire.change("POST", "/hand-over/find", earlier)
    tim.fails(2, "take-over", "--email", tim.login, "--code", code)
    wire.honest()
    take_over(tim, code)
    signed = json.loads(wire.sent("POST", "/hand-over")[-1])["registration"]
    assert statements.payload_of_unverified(signed)["acl"] == 4
    assert tim.ok("lists")["verified"]


@pytest.fixture
def unlooked(monkeypatch):
    """A portal that lies to whoever takes over does not refuse what they sign of it."""
    monkeypatch.setattr(
        "accounts.guardians.handing._require_list", lambda member, registration: None
    )


@pytest.mark.usefixtures("unlooked")
def test_a_number_of_lists_that_is_too_high_would_let_the_old_key_sign(grown, join, wire):
    ada, login, _, tim = grown
    doctor = join("doc", "physician")
    ada.ok("--for", login, "grant", doctor.login, "--partition", "medical", "--history")
    code = code_of(ada, login)
    wire.change("POST", "/hand-over/find", lambda found: {**found, "seq": 1_000_000})
    before = len(wire.sent("POST", "/acl"))
    for _ in range(2):
        found = tim.fails(4, "take-over", "--email", tim.login, "--code", code)
        assert found["error"].startswith("STOP")
        # The account is hers all the same, and nothing that she needs for it is lost.
        assert (found["login"], found["dealt"]) == (tim.login, False)
        assert found["recovery_code"]
    assert len(wire.sent("POST", "/acl")) == before


@pytest.mark.usefixtures("unlooked")
def test_the_number_of_a_list_where_there_is_none(grown, wire):
    ada, login, _, tim = grown
    code = code_of(ada, login)
    wire.change("POST", "/hand-over/find", lambda found: {**found, "seq": 1})
    tim.fails(4, "take-over", "--email", tim.login, "--code", code)


@pytest.mark.parametrize(
    ("head", "registered", "sent"),
    [
        ((1, True), 9, 9),
        ((1, True), 0, 0),
        ((0, False), 1, 1),
        ((2, False), 2, 2),
        # Whoever has the old key can sign the change once more: its proof of the new key is the same.
        ((1, True), 9, 1),
        ((2, False), 0, 1),
    ],
)
def test_which_list_is_the_last_of_the_former_keys(monkeypatch, head, registered, sent):
    seq, former = head
    found = sharing.Head(seq, None, None, [], [], set(), set(), former)
    monkeypatch.setattr(sharing, "read_head", lambda session: found)
    person = SimpleNamespace(former=[FormerKeys(b"", "", 2, registered)])
    session = SimpleNamespace(registered=lambda: person)
    with pytest.raises(IntegrityError, match="STOP"):
        handing.check_lists(session, sent)


def test_what_the_server_shows_is_checked(grown, wire, ada):
    _, login, _, tim = grown
    code, other = code_of(ada, login), child(ada, "Kim")
    kim = ada.ok("--for", other, "whoami")["member"]

    def lying(change):
        wire.change("POST", "/hand-over/find", change)
        tim.fails(4, "take-over", "--email", tim.login, "--code", code)
        wire.honest()

    lying(lambda found: {**found, "member": kim})
    lying(lambda found: {**found, "registrations": []})
    lying(lambda found: {**found, "slot": {**found["slot"], "generation": 2}})
    assert Member.objects.filter(login=tim.login).count() == 0


def test_an_address_that_is_taken_changes_nothing(grown, ada):
    _, login, _, tim = grown
    code = code_of(ada, login)
    found = tim.fails(2, "take-over", "--email", ada.login, "--code", code)
    assert found["code"] == "login-taken"
    take_over(tim, code)


def test_a_former_seed_that_is_kept_back_is_noticed(grown, wire, tmp_path):
    ada, login, record, tim = grown
    take_over(tim, code_of(ada, login))

    def without(request, response):
        told = {**json.loads(response.content), "former": []}
        cookies = [(k, v) for k, v in response.headers.multi_items() if k == "set-cookie"]
        return httpx.Response(200, headers=cookies, json=told)

    wire.on("POST", "/session", without)
    tim.fails(4, "open", record, *DATA, "--output", str(tmp_path / "x"))


def test_no_seed_and_no_code_reaches_a_server(grown, wire, monkeypatch):
    ada, login, _, tim = grown
    seeds = []
    real = handover.make_former

    def noting(former, **more):
        former = list(former)
        seeds.extend([*(one.seed for one in former), more["seed"]])
        return real(former, **more)

    monkeypatch.setattr(handover, "make_former", noting)
    code = code_of(ada, login)
    take_over(tim, code)
    sent = b"".join(body for _, _, body in wire.requests)
    there = dumped()
    assert len(seeds) == 2
    for canary in (
        *forms(seeds[0]),
        *forms(seeds[1]),
        code.encode(),
        code.replace("-", "").encode(),
    ):
        assert canary not in sent
        assert canary not in there
