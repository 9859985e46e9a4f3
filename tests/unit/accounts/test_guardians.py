"""Guardians: whom the portal lets act for whom, what it gives out to whom, and what it notes."""

import json
import secrets
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.core import mail
from django.db import IntegrityError, transaction

from accounts import selectors, services
from accounts.ids import member_id
from accounts.models import Device, Event, Guardianship, Member, State
from sesphr import adapters
from sesphr.crypto import invitations
from sesphr.crypto.encoding import SUITE, b64u_decode, b64u_encode
from sesphr.crypto.invitations import Invited
from sesphr.crypto.statements import payload_of_unverified, sign_members
from tests.unit.accounts.fakes import OUT_OF_REACH
from tests.unit.accounts.people import Person, code, registered, second_factor, signed_in, statement

pytestmark = pytest.mark.django_db


def status(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


def authorised(**more: Any) -> Person:
    """Somebody whom an administrator authorised, with a second factor and a session."""
    person = registered(**more)
    services.authorise(member=person.member, by="test", checked="passport")
    device = second_factor(person)
    assert person.sign_in(otp=code(device)).status_code == 200
    person.device = device
    return person


def guardian_slot(dependant: str, generation: int = 1) -> dict[str, Any]:
    return {
        "member": dependant, "type": "guardian", "generation": generation, "params": {},
        "salt": b64u_encode(secrets.token_bytes(16)), "sealed": b64u_encode(secrets.token_bytes(60)),
    }  # fmt: skip


def new_dependant(name: str = "Tim Newman") -> dict[str, Any]:
    letters = "".join(secrets.choice("abcdefghijklmnopqrstuvwxyz234567") for _ in range(10))
    login = f"tim.{letters}@dependant.invalid"
    member = str(member_id(login))
    return {
        "login": login, "name": name, "registration": statement(member),
        "slot": guardian_slot(member),
    }  # fmt: skip


def added(guardian: Person, *, authorise: bool = True) -> dict[str, Any]:
    sent = new_dependant()
    assert guardian.post("dependants", sent).status_code == 200
    if authorise:
        found = Member.objects.get(login=sent["login"])
        services.authorise(member=found, by="test", checked="birth certificate")
    return sent


def dependant_of(sent: dict[str, Any]) -> str:
    found: str = sent["slot"]["member"]
    return found


def acting(guardian: Person, dependant: str) -> Any:
    guardian.http.defaults.pop("HTTP_X_ACTING_FOR", None)
    answer = guardian.post(f"dependants/{dependant}/act")
    if answer.status_code == 200:
        guardian.http.defaults["HTTP_X_ACTING_FOR"] = dependant
    return answer


def ready(person: Person) -> None:
    sent = {"statement": statement(person.id)}
    assert person.call("PUT", "guardian-key", sent).json() == {"ready": True}


def registered_keys(dependant: str) -> dict[str, bytes]:
    """What the nodes hold of a dependant last."""
    found = payload_of_unverified(selectors.registrations(UUID(dependant))[-1])
    return {name: b64u_decode(found[name]) for name in ("verification", "receive")}


def signed(by: Person, invited: Invited, **more: Any) -> str:
    """What a guardian's endpoint signs of an invitation."""
    common = {"suite": SUITE, "deployment": settings.SESPHR_DEPLOYMENT, "iss": by.id, "iat": 1}
    return sign_members(by.key, invitations.STATEMENT, {**common, **invited.members(), **more})


def invitation(by: Person, to: Person, dependant: str) -> dict[str, str]:
    """What that endpoint sends; the sealed octets are anybody's."""
    handed = {
        "guardian": to.id, "enc": b64u_encode(secrets.token_bytes(32)),
        "ciphertext": b64u_encode(secrets.token_bytes(48)),
    }  # fmt: skip
    keys = registered_keys(dependant)
    return {**handed, "statement": signed(by, Invited(dependant, **keys, **handed))}


def invited(by: Person, to: Person, dependant: str) -> str:
    ready(to)
    answer = by.post(f"dependants/{dependant}/guardians", invitation(by, to, dependant))
    assert answer.status_code == 200, answer.content
    found: str = answer.json()["id"]
    return found


def kinds(member: str) -> list[dict[str, Any]]:
    rows = Event.objects.filter(stream__member=member).order_by("number")
    return [json.loads(row.event or "{}") for row in rows]


def test_a_dependant_is_an_owner_without_a_way_to_sign_in() -> None:
    anna = authorised()
    sent = added(anna)
    tim = Member.objects.get(login=sent["login"])
    assert (tim.role, tim.state, tim.has_usable_password()) == ("owner", State.AUTHORISED, False)
    assert not tim.slots.exists()
    (row,) = Guardianship.objects.all()
    assert (row.guardian, row.dependant, row.live) == (anna.member, tim, True)
    stranger = Person()
    for kind in ("password", "recovery"):
        body = {"login": sent["login"], "type": kind, "login_secret": secrets.token_hex(32)}
        assert status(stranger.post("session", body)) == (401, "wrong-secret")
    assert [one["type"] for one in kinds(str(tim.id))] == ["registered", "authorised"]
    assert kinds(str(tim.id))[0]["guardian"] == anna.id


def test_the_letter_of_a_dependant_goes_to_the_guardian() -> None:
    anna = authorised()
    mail.outbox.clear()
    added(anna)
    assert [letter.to for letter in mail.outbox] == [[anna.login]]


def test_the_same_dependant_again_changes_nothing_and_another_one_is_a_conflict() -> None:
    anna, bea = authorised(), authorised()
    sent = added(anna)
    assert anna.post("dependants", sent).status_code == 200
    assert Guardianship.objects.count() == 1
    other = {**sent, "registration": statement(dependant_of(sent))}
    assert status(anna.post("dependants", other)) == (409, "conflict")
    assert status(bea.post("dependants", sent)) == (409, "conflict")


def test_a_dependant_is_registered_while_one_node_of_three_is_away(settings: Any) -> None:
    settings.SESPHR_NODES, settings.SESPHR_THRESHOLD = 3, 2
    adapters.forget_adapters()
    anna = authorised()
    nodes: Any = adapters.get_srs_nodes()
    nodes[0].failure = nodes[1].failure = OUT_OF_REACH
    sent = new_dependant()
    assert status(anna.post("dependants", sent)) == (503, "unavailable")
    assert not Guardianship.objects.exists()
    nodes[1].failure = None
    for _ in range(2):
        assert anna.post("dependants", sent).status_code == 200
    assert [len(node.held.get(dependant_of(sent), ())) for node in nodes] == [0, 1, 1]


@pytest.mark.parametrize(
    "change",
    [
        {"login": "tim@example.org"}, {"login": "tim.abc@dependant.invalid"},
        {"login": "Tim.abcdefghij@dependant.invalid"}, {"name": " "},
        {"registration": "a.b.c"}, {"slot": guardian_slot("00000000-0000-4000-8000-000000000000")},
    ],
)  # fmt: skip
def test_what_is_no_dependant_is_refused(change: dict[str, Any]) -> None:
    anna = authorised()
    assert anna.post("dependants", {**new_dependant(), **change}).status_code in (400, 422)
    assert not Guardianship.objects.exists()


def test_nobody_registers_a_dependants_login_by_themselves() -> None:
    sent = new_dependant()
    person = Person()
    body = {**person.sent, "login": sent["login"]}
    assert status(person.post("members", body)) == (422, "invalid")


def test_a_second_factor_and_an_authorised_guardian_are_demanded() -> None:
    waiting = signed_in()
    assert status(waiting.post("dependants", new_dependant())) == (403, "not-authorised")
    without = signed_in()
    services.authorise(member=without.member, by="test", checked="passport")
    assert status(without.post("dependants", new_dependant())) == (403, "second-factor-needed")
    assert status(Person().post("dependants", new_dependant()))[0] == 401
    anna = authorised()
    tim = dependant_of(added(anna))
    # Signed in before the second factor was set: this session never proved it.
    anna.http.logout()
    Member.objects.filter(pk=anna.id).update(session_epoch=1)
    anna.device.delete()
    anna.sign_in()
    second_factor(anna)
    assert status(anna.post(f"dependants/{tim}/act")) == (403, "second-factor-needed")


def test_the_slot_is_given_to_its_guardian_alone() -> None:
    anna, ben, stranger = authorised(), authorised(), authorised()
    sent = added(anna)
    tim = dependant_of(sent)
    assert acting(anna, tim).json()["slot"] == sent["slot"]
    for other in (ben, stranger):
        assert status(acting(other, tim)) == (404, "not-found")
        assert other.call("GET", "dependants").json()["dependants"] == []
    invited(by=anna, to=ben, dependant=tim)
    # Invited is not accepted: he may read what was sealed to him, and do nothing.
    assert status(acting(ben, tim)) == (404, "not-found")
    body = {"guardian": stranger.id, "enc": "A" * 43, "ciphertext": "A" * 64, "statement": "s"}
    ready(stranger)
    assert status(ben.post(f"dependants/{tim}/guardians", body)) == (404, "not-found")
    told = json.dumps([one.call("GET", "dependants").json() for one in (anna, ben, stranger)])
    assert sent["slot"]["sealed"] not in told


def test_who_acts_is_answered_as_the_dependant_and_named_in_the_events() -> None:
    anna = authorised()
    tim = dependant_of(added(anna))
    assert acting(anna, tim).status_code == 200
    told = anna.me().json()
    assert (told["id"], told["guardian"]["id"], told["role"]) == (tim, anna.id, "owner")
    assert anna.call("GET", f"directory/{tim}").json()["member"] == tim
    body = {"registration": statement(tim, seq=2)}
    assert anna.post("registrations", body).status_code == 200
    assert (
        anna.post("registrations", {"registration": statement(anna.id, seq=2)}).status_code == 422
    )
    began, first, second = kinds(tim)[-3:]
    assert (began["type"], began["guardian"]) == ("guardian-began", anna.id)
    for one in (first, second):
        assert (one["type"], one["action"], one["guardian"]) == ("guardian-acts", "keys", anna.id)
    assert all("guardian" not in one for one in kinds(anna.id))


def test_what_is_ones_own_stays_ones_own_while_acting() -> None:
    anna = authorised()
    tim = dependant_of(added(anna))
    acting(anna, tim)
    assert anna.call("GET", "second-factor").json()["since"] is not None
    assert len(anna.call("GET", "sessions").json()["sessions"]) == 1
    for page in ("profile", "security", "care"):
        assert anna.http.get(f"/{page}").headers["Location"] == "/home"
    home = anna.http.get("/home").content.decode()
    assert "Tim Newman" in home
    assert "Ada Example" in home
    assert anna.call("DELETE", "acting").status_code == 204
    assert anna.me().json()["guardian"] is None


def test_a_page_that_was_made_for_somebody_else_is_told_so() -> None:
    anna = authorised()
    tim, kim = dependant_of(added(anna)), dependant_of(added(anna))
    acting(anna, tim)
    for header in (None, kim, anna.id, "nobody"):
        anna.http.defaults.pop("HTTP_X_ACTING_FOR", None)
        if header is not None:
            anna.http.defaults["HTTP_X_ACTING_FOR"] = header
        assert status(anna.call("GET", "registrations")) == (409, "acting-changed")
    anna.call("DELETE", "acting")
    anna.http.defaults["HTTP_X_ACTING_FOR"] = tim
    assert status(anna.call("GET", "registrations")) == (409, "acting-changed")


def test_a_second_guardian_is_found_only_when_they_let_themselves_be_found() -> None:
    anna, ben = authorised(), authorised()
    tim = dependant_of(added(anna))
    find = {"login": ben.login}
    body = {"guardian": ben.id, "enc": "A" * 43, "ciphertext": "A" * 64, "statement": "s"}
    assert status(anna.post("guardian-keys", find)) == (404, "not-found")
    assert status(anna.post(f"dependants/{tim}/guardians", body)) == (404, "not-found")
    ready(ben)
    assert anna.post("guardian-keys", find).json()["member"] == ben.id
    assert status(ben.call("PUT", "guardian-key", {"statement": statement(anna.id)}))[0] == 422
    ben.call("DELETE", "guardian-key")
    assert status(anna.post("guardian-keys", find)) == (404, "not-found")
    for who in (anna.id, tim):
        assert (
            anna.post(f"dependants/{tim}/guardians", {**body, "guardian": who}).status_code == 422
        )


def test_a_second_guardian_accepts_with_a_slot_of_their_own() -> None:
    anna, ben, eve = authorised(), authorised(), authorised()
    tim = dependant_of(added(anna))
    asked = invited(by=anna, to=ben, dependant=tim)
    (told,) = ben.call("GET", "dependants").json()["invitations"]
    assert (told["dependant"], told["by"], told["by_member"]) == (tim, "Ada Example", anna.id)
    assert told["by_registrations"] == [anna.sent["registration"]]
    assert payload_of_unverified(told["statement"])["guardian"] == ben.id
    slot = guardian_slot(tim)
    assert status(eve.post(f"guardianships/{asked}/accept", {"slot": slot})) == (404, "not-found")
    strange = {"slot": guardian_slot(anna.id)}
    assert status(ben.post(f"guardianships/{asked}/accept", strange)) == (422, "invalid")
    for _ in range(2):
        assert ben.post(f"guardianships/{asked}/accept", {"slot": slot}).status_code == 200
    other = {"slot": guardian_slot(tim)}
    assert status(ben.post(f"guardianships/{asked}/accept", other)) == (409, "conflict")
    assert ben.call("GET", "dependants").json()["invitations"] == []
    assert acting(ben, tim).json()["slot"] == slot
    row = Guardianship.objects.get(pk=asked)
    assert (row.enc, row.ciphertext, row.statement) == (None, None, None)
    assert [one["type"] for one in kinds(tim)][-3:] == [
        "guardian-invited", "guardian-accepted", "guardian-began",
    ]  # fmt: skip


def test_an_invitation_is_kept_only_as_whoever_sends_it_signed_it() -> None:
    anna, ben, eve = authorised(), authorised(), authorised()
    tim, kim = dependant_of(added(anna)), dependant_of(added(anna))
    for one in (ben, eve):
        ready(one)
    right = invitation(anna, ben, tim)
    handed = {name: right[name] for name in ("guardian", "enc", "ciphertext")}
    said = Invited(tim, **registered_keys(tim), **handed)
    other = {"ciphertext": b64u_encode(secrets.token_bytes(48))}
    bad = [
        {"statement": signed(eve, said)}, {"statement": signed(eve, said, iss=anna.id)},
        {"statement": signed(anna, said, deployment="other.example")},
        {"statement": signed(anna, replace(said, dependant=kim))},
        {"statement": signed(anna, replace(said, guardian=eve.id))}, {"guardian": eve.id}, other,
        {"statement": signed(anna, replace(said, **registered_keys(kim)))},
        {"statement": statement(anna.id)}, {"statement": "s"},
    ]  # fmt: skip
    for change in bad:
        answer = anna.post(f"dependants/{tim}/guardians", {**right, **change})
        assert status(answer) == (422, "invalid"), change
    without = {name: right[name] for name in handed}
    assert anna.post(f"dependants/{tim}/guardians", without).status_code == 422
    assert not Guardianship.objects.filter(guardian__in=(ben.id, eve.id)).exists()
    # A newer registration of the dependant's is the one that counts.
    keys = {name: b64u_encode(octets) for name, octets in registered_keys(kim).items()}
    acting(anna, tim)
    body = {"registration": statement(tim, seq=2, **keys)}
    assert anna.post("registrations", body).status_code == 200
    anna.http.defaults.pop("HTTP_X_ACTING_FOR", None)
    assert status(anna.post(f"dependants/{tim}/guardians", right)) == (422, "invalid")
    invited(by=anna, to=ben, dependant=tim)


def test_an_invitation_from_before_they_were_signed_is_shown_and_not_accepted() -> None:
    anna, ben = authorised(), authorised()
    tim = dependant_of(added(anna))
    asked = invited(by=anna, to=ben, dependant=tim)
    Guardianship.objects.filter(pk=asked).update(statement=None)
    (told,) = ben.call("GET", "dependants").json()["invitations"]
    assert told["statement"] is None
    answer = ben.post(f"guardianships/{asked}/accept", {"slot": guardian_slot(tim)})
    assert status(answer) == (409, "conflict")
    assert "Ask for a new one" in answer.json()["detail"]
    # A new one takes its place.
    assert invited(by=anna, to=ben, dependant=tim) == asked
    accepted = ben.post(f"guardianships/{asked}/accept", {"slot": guardian_slot(tim)})
    assert accepted.status_code == 200


def test_a_removed_guardian_acts_no_more_at_once() -> None:
    anna, ben = authorised(), authorised()
    tim = dependant_of(added(anna))
    asked = invited(by=anna, to=ben, dependant=tim)
    ben.post(f"guardianships/{asked}/accept", {"slot": guardian_slot(tim)})
    acting(ben, tim)
    mine = Guardianship.objects.get(guardian=anna.id).pk
    # He did not invite her.
    assert status(ben.post(f"guardianships/{mine}/end")) == (404, "not-found")
    assert anna.post(f"guardianships/{asked}/end").status_code == 200
    assert ben.me().json()["guardian"] is None
    assert status(ben.call("GET", "registrations")) == (409, "acting-changed")
    assert status(acting(ben, tim)) == (404, "not-found")
    row = Guardianship.objects.get(pk=asked)
    assert (row.live, row.sealed, row.salt) == (None, None, None)
    assert anna.post(f"guardianships/{asked}/end").status_code == 200
    # He may be invited again.
    invited(by=anna, to=ben, dependant=tim)


def test_an_invitation_can_be_declined_or_taken_back_but_the_last_guardian_stays() -> None:
    anna, ben = authorised(), authorised()
    tim = dependant_of(added(anna))
    for who in (ben, anna):
        asked = invited(by=anna, to=ben, dependant=tim)
        assert who.post(f"guardianships/{asked}/end").status_code == 200
        answer = ben.post(f"guardianships/{asked}/accept", {"slot": guardian_slot(tim)})
        assert status(answer) == (404, "not-found")
    mine = Guardianship.objects.get(guardian=anna.id, live=True)
    assert status(anna.post(f"guardianships/{mine.pk}/end")) == (409, "conflict")


def test_a_suspended_guardian_and_a_suspended_dependant_stop_it() -> None:
    anna = authorised()
    tim = dependant_of(added(anna))
    acting(anna, tim)
    services.suspend(member=Member.objects.get(pk=tim), by="test")
    assert status(anna.call("GET", "registrations")) == (403, "acting-ended")
    assert status(acting(anna, tim)) == (404, "not-found")
    services.authorise(member=Member.objects.get(pk=tim), by="test", checked="again")
    acting(anna, tim)
    services.suspend(member=anna.member, by="test")
    assert anna.call("GET", "registrations").status_code == 401
    assert anna.post(f"dependants/{tim}/act").status_code == 401


def test_with_a_membership_its_guardianships_end() -> None:
    anna, ben = authorised(), authorised()
    tim = dependant_of(added(anna))
    asked = invited(by=anna, to=ben, dependant=tim)
    ben.post(f"guardianships/{asked}/accept", {"slot": guardian_slot(tim)})
    services.depart(member=ben.member, by="test")
    assert Guardianship.objects.get(pk=asked).sealed is None
    acting(anna, tim)
    services.depart(member=Member.objects.get(pk=tim), by="test")
    assert not Guardianship.objects.filter(live=True).exists()
    assert not Device.objects.exclude(acting=None).exists()


def test_limits_count_the_guardian(settings: Any) -> None:
    anna = authorised()
    tim, kim = dependant_of(added(anna)), dependant_of(added(anna))
    settings.SESPHR_RATES = {**settings.SESPHR_RATES, "directory:member": (3, 3600)}
    acting(anna, tim)
    for _ in range(2):
        assert anna.call("GET", f"directory/{tim}").status_code == 200
    acting(anna, kim)
    assert anna.call("GET", f"directory/{kim}").status_code == 200
    assert status(anna.call("GET", f"directory/{kim}")) == (429, "rate-limited")


def test_the_database_itself_holds_what_a_guardianship_may_be() -> None:
    anna, ben = authorised(), authorised()
    row = {"guardian": anna.member, "dependant": ben.member}
    sealed = {"since": 1, "generation": 1, "salt": b"s" * 16, "sealed": b"s" * 60}
    bad = [
        {**row, "dependant": anna.member, **sealed}, row, {**row, **sealed, "until": 2},
        {**row, "live": None, "until": 2, "sealed": b"s" * 60}, {**row, **sealed, "ciphertext": b"c"},
        {**row, **sealed, "statement": "s"}, {**row, "live": None, "until": 2, "statement": "s"},
    ]  # fmt: skip
    for values in bad:
        with pytest.raises(IntegrityError), transaction.atomic():
            Guardianship.objects.create(**values)
    Guardianship.objects.create(**row, **sealed)
    with pytest.raises(IntegrityError), transaction.atomic():
        Guardianship.objects.create(**row, **sealed)
