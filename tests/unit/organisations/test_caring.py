"""Leavers whom a child still needs: nothing wipes the only key of somebody, and no hospital has to wait."""

import secrets
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import services
from accounts.guardians import ending
from accounts.models import Guardianship, HandOver, KeySlot, Member, State
from accounts.organisations import leaving
from sesphr.ports.errors import Conflict
from tests.unit.accounts.fakes import FakeNode
from tests.unit.accounts.handing import kinds, offer, offered, take_over
from tests.unit.accounts.people import Person, code, second_factor, statement
from tests.unit.accounts.test_guardians import (
    acting,
    added,
    authorised,
    dependant_of,
    guardian_slot,
    invited,
    new_dependant,
    ready,
    status,
)
from tests.unit.accounts.test_offering import found
from tests.unit.organisations.people import Clinic

pytestmark = pytest.mark.django_db
Nodes = tuple[FakeNode, ...]


@pytest.fixture(autouse=True)
def _quick(settings: Any) -> None:
    """Nothing here is about how long a secret takes to hash."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def signs_in(person: Person) -> Any:
    """Sign in with a code that was not used yet."""
    person.http.defaults.pop("HTTP_X_ACTING_FOR", None)
    TOTPDevice.objects.filter(user=person.id).update(last_t=-1)
    device = TOTPDevice.objects.filter(user=person.id).first()
    return person.sign_in(otp=None if device is None else code(device))


class Parent:
    """A nurse of the clinic, enrolled by its code, who alone acts for her child."""

    def __init__(self, clinic: Clinic) -> None:
        self.clinic, self.person = clinic, clinic.doctor()
        second_factor(self.person)
        assert signs_in(self.person).status_code == 200
        self.sent = added(self.person)
        self.tim = dependant_of(self.sent)

    @property
    def member(self) -> Member:
        return Member.objects.get(pk=self.person.id)

    def removed(self) -> Any:
        """The clinic removes her."""
        answer = self.clinic.remove(self.person)
        assert answer.status_code == 200, answer.content
        return answer.json()

    def acts(self) -> bool:
        """Whether she signs in and is given the child's key."""
        if signs_in(self.person).status_code != 200:
            return False
        answer = acting(self.person, self.tim)
        return answer.status_code == 200 and answer.json()["slot"] == self.sent["slot"]

    def gone(self) -> None:
        """Nothing of her is left."""
        assert (self.member.state, self.member.caring) == ("departed", False)
        assert not self.member.has_usable_password()
        assert not KeySlot.objects.filter(member=self.member).exists()
        assert not Guardianship.objects.filter(guardian=self.member, live=True).exists()
        assert signs_in(self.person).status_code == 401


@pytest.fixture
def parent(clinic: Clinic) -> Parent:
    return Parent(clinic)


def second(parent: Parent) -> Person:
    """Another guardian, who accepted."""
    ben = authorised()
    asked = invited(by=parent.person, to=ben, dependant=parent.tim)
    body = {"slot": guardian_slot(parent.tim)}
    assert ben.post(f"guardianships/{asked}/accept", body).status_code == 200
    return ben


def test_whom_a_hospital_removes_acts_on_for_a_child_that_has_nobody_else(
    parent: Parent, nodes: Nodes
) -> None:
    told = parent.removed()
    assert (told["state"], told["member_state"], told["acts_for"]) == ("left", "departed", 1)
    assert told["leaving"]["verified"] == 2
    assert all(node.states[parent.person.id] == "departed" for node in nodes)
    # She is signed out, as everybody who leaves.
    assert parent.person.me().status_code == 401
    assert parent.acts()
    assert parent.person.me().json()["guardian"]["id"] == parent.person.id
    body = {"registration": statement(parent.tim, seq=2)}
    assert parent.person.post("registrations", body).status_code == 200
    for page in ("home", "record", "activity"):
        assert parent.person.http.get(f"/{page}").status_code == 200


def test_that_is_said_before_and_after(parent: Parent, clinic: Clinic) -> None:
    path = f"{clinic.path}/staff/{clinic.post(parent.person).pk}/removal"
    ahead = {"ends_membership": True, "elsewhere": 0, "acts_for": 1}
    assert clinic.head.call("GET", path).json() == ahead
    parent.removed()
    (row,) = clinic.head.call("GET", f"{clinic.path}/staff?state=left").json()["staff"]
    assert row["acts_for"] == 1
    assert parent.acts()
    second(parent)
    (row,) = clinic.head.call("GET", f"{clinic.path}/staff?state=left").json()["staff"]
    assert row["acts_for"] == 0


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "directory/{me}"), ("GET", "work"), ("PUT", "work"), ("POST", "directory"),
        ("POST", "activation/join"), ("POST", "dependants"), ("PUT", "guardian-key"),
        ("GET", "providers"), ("GET", "leavers"), ("POST", "registrations"),
    ],
)  # fmt: skip
def test_in_the_own_name_nothing_is_done(
    parent: Parent, clinic: Clinic, method: str, path: str
) -> None:
    parent.removed()
    assert signs_in(parent.person).status_code == 200
    bodies = {
        "activation/join": {"code": clinic.code("Dr Bob Lee")}, "dependants": new_dependant(),
        "work": {"listed": True}, "registrations": {"registration": statement(parent.person.id)},
        "guardian-key": {"statement": statement(parent.person.id)},
        "directory": {"login": parent.person.login},
    }  # fmt: skip
    body = bodies.get(path) if method != "GET" else None
    answer = parent.person.call(method, path.format(me=parent.person.id), body)
    assert status(answer) == (403, "not-authorised")


def test_the_own_pages_are_those_of_people_one_cares_for_and_of_signing_in(parent: Parent) -> None:
    parent.removed()
    signs_in(parent.person)
    for page in ("home", "profile", "activity", "shared", "directory"):
        answer = parent.person.http.get(f"/{page}")
        assert answer.status_code in (302, 404), page
        assert answer.headers.get("Location", "/care") == "/care"
    page = parent.person.http.get("/care").content.decode()
    assert "Your membership has ended" in page
    assert parent.person.http.get("/security").status_code == 200
    assert parent.person.call("GET", "second-factor").status_code == 200
    assert parent.person.call("GET", "registrations").status_code == 200


def test_somebody_who_left_accepts_nobody_new_and_is_not_found(parent: Parent) -> None:
    anna = authorised()
    ready(parent.person)
    other = dependant_of(added(anna))
    asked = invited(by=anna, to=parent.person, dependant=other)
    parent.removed()
    signs_in(parent.person)
    assert parent.person.call("GET", "dependants").json()["invitations"] == []
    body = {"slot": guardian_slot(other)}
    assert status(parent.person.post(f"guardianships/{asked}/accept", body))[0] == 403
    assert status(anna.post("guardian-keys", {"login": parent.person.login}))[0] == 404


def test_with_another_guardian_the_rest_ends_by_itself(parent: Parent) -> None:
    parent.removed()
    assert parent.acts()
    parent.person.call("DELETE", "acting")
    parent.person.http.defaults.pop("HTTP_X_ACTING_FOR")
    ben = second(parent)
    parent.gone()
    assert kinds(parent.person.id)[-1]["type"] == "caring-ended"
    assert acting(ben, parent.tim).status_code == 200
    assert ending.finish() == 0


def test_where_there_is_another_guardian_all_ends_at_once(parent: Parent) -> None:
    ben = second(parent)
    assert parent.removed()["acts_for"] == 0
    parent.gone()
    assert acting(ben, parent.tim).status_code == 200


def test_a_suspended_guardian_is_nobody_who_acts(parent: Parent) -> None:
    ben = second(parent)
    services.suspend(member=ben.member, by="root")
    assert parent.removed()["acts_for"] == 1
    services.authorise(member=ben.member, by="root", checked="again")
    assert leaving.finish() == (0, 0)
    call_command("finish_staff")
    parent.gone()


def test_an_offer_of_a_leaver_stays_and_its_taking_up_ends_the_rest(parent: Parent) -> None:
    find = offered(parent.person, parent.tim)
    parent.removed()
    assert found(find).status_code == 200
    assert Person().post("hand-over", take_over(find, parent.tim)).status_code == 200
    parent.gone()


def test_a_leaver_offers_the_account_too(parent: Parent) -> None:
    parent.removed()
    signs_in(parent.person)
    body = offer(parent.tim)
    assert parent.person.post(f"dependants/{parent.tim}/hand-over", body).status_code == 200
    assert Person().post("hand-over", take_over(body["find"], parent.tim)).status_code == 200
    parent.gone()
    assert HandOver.objects.get().finished is not None


def test_it_ends_with_the_last_of_several_and_with_a_dependant_who_departs(parent: Parent) -> None:
    kim = dependant_of(added(parent.person))
    assert parent.removed()["acts_for"] == 2
    services.depart(member=Member.objects.get(pk=kim), by="root")
    assert parent.acts()
    assert Guardianship.objects.filter(guardian=parent.member, live=True).count() == 1
    services.depart(member=Member.objects.get(pk=parent.tim), by="root")
    parent.gone()


def test_after_a_crash_finish_staff_ends_the_rest(
    parent: Parent, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent.removed()
    signs_in(parent.person)
    with monkeypatch.context() as broken:
        broken.setattr(ending, "release", lambda dependant: None)
        second(parent)
    assert parent.member.caring
    call_command("finish_staff")
    parent.gone()


def test_two_leavers_at_once_leave_one_who_acts(parent: Parent, clinic: Clinic) -> None:
    other = clinic.doctor("Dr Second")
    second_factor(other)
    assert signs_in(other).status_code == 200
    asked = invited(by=parent.person, to=other, dependant=parent.tim)
    other.post(f"guardianships/{asked}/accept", {"slot": guardian_slot(parent.tim)})
    parent.removed()
    parent.gone()
    assert clinic.remove(other).json()["acts_for"] == 1
    assert signs_in(other).status_code == 200
    assert acting(other, parent.tim).status_code == 200


def test_a_new_dependant_of_a_leaver_is_not_made_at_the_last_moment(parent: Parent) -> None:
    from accounts.guardians import applications
    from accounts.guardians import services as guardians

    member, sent = parent.member, new_dependant()
    parent.removed()
    made = applications.parse(**sent)
    with pytest.raises(Conflict):
        guardians.register(guardian=member, dependant=made)
    assert not Member.objects.filter(login=sent["login"]).exists()


@pytest.mark.parametrize("state", [State.AUTHORISED, State.SUSPENDED])
def test_the_administrator_ends_no_membership_that_a_dependant_needs(
    nodes: Nodes, state: State
) -> None:
    anna = authorised()
    tim = dependant_of(added(anna))
    offered(anna, tim)
    if state == State.SUSPENDED:
        services.suspend(member=anna.member, by="root")
    with pytest.raises(ending.LastGuardian):
        services.depart(member=anna.member, by="root")
    with pytest.raises(CommandError, match="another guardian"):
        call_command("depart", anna.login)
    assert anna.member.state == state
    assert nodes[0].states[anna.id] != "departed"
    assert Guardianship.objects.get().sealed is not None
    assert HandOver.objects.get().live
    services.depart(member=Member.objects.get(pk=tim), by="root")
    services.depart(member=anna.member, by="root")
    assert anna.member.state == "departed"


def test_the_administrator_waits_for_no_child_that_somebody_else_acts_for(parent: Parent) -> None:
    second(parent)
    services.depart(member=parent.member, by="root")
    parent.gone()


def test_who_was_let_go_meanwhile_keeps_what_a_child_needs(
    parent: Parent, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other guardian leaves between the question and the end of the membership."""
    ben = second(parent)
    row = Guardianship.objects.get(guardian=ben.id, live=True)
    write = services.membership.fanout.write

    def meanwhile(call: Any) -> Any:
        assert ben.post(f"guardianships/{row.pk}/end").status_code == 200
        return write(call)

    monkeypatch.setattr(services.membership.fanout, "write", meanwhile)
    services.depart(member=parent.member, by="root")
    assert (parent.member.state, parent.member.caring) == ("departed", True)
    assert parent.acts()


def test_the_command_says_it_too(parent: Parent, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("remove_staff", parent.person.login, parent.clinic.row.name)
    assert "act on for 1 who have no other guardian" in capsys.readouterr().out
    assert parent.acts()


def test_signing_in_is_as_hard_as_before_and_ends_as_before(parent: Parent) -> None:
    parent.removed()
    wrong = {
        "login": parent.person.login,
        "type": "password",
        "login_secret": secrets.token_hex(32),
    }
    assert status(Person().post("session", wrong)) == (401, "wrong-secret")
    assert status(parent.person.sign_in()) == (401, "otp-needed")
    assert signs_in(parent.person).status_code == 200
    assert parent.person.post("session/everywhere/end").status_code == 200
    assert parent.person.me().status_code == 401
    assert parent.acts()
