"""Leavers: what ends, what the nodes sign, who is told, and what is finished later."""

from typing import Any

import pytest

from accounts.models import Leaving, Notice, Post
from accounts.organisations import leaving, receipts
from tests.unit.accounts.fakes import OUT_OF_REACH, FakeNode
from tests.unit.accounts.people import Person
from tests.unit.accounts.test_registration import kinds
from tests.unit.organisations.people import Clinic, authorised

pytestmark = pytest.mark.django_db
Nodes = tuple[FakeNode, ...]


def test_the_last_post_ends_the_membership_everywhere(
    clinic: Clinic, nodes: Nodes, mailoutbox: list[Any]
) -> None:
    doctor, owner = clinic.doctor(), authorised()
    nodes[0].given[doctor.id] = (owner.id,)
    mailoutbox.clear()
    answer = clinic.remove(doctor)
    assert answer.status_code == 200, answer.content
    left = answer.json()["leaving"]
    assert (left["ends_membership"], left["verified"], left["nodes"]) == (True, 2, 2)
    assert len(left["receipts"]) == 2
    assert left["finished"] is not None
    assert (answer.json()["state"], answer.json()["member_state"]) == ("left", "departed")
    assert all(node.states[doctor.id] == "departed" for node in nodes)
    assert doctor.me().status_code == 401
    assert doctor.sign_in().status_code == 401
    assert kinds(doctor)[-2:] == ["left-organisation", "departed"]
    assert kinds(owner)[-1] == "leaver"
    assert kinds(clinic.head)[-1] == "staff-removed"
    told = [one for one in mailoutbox if one.to == [owner.login]]
    assert [one.subject for one in told] == ["Somebody with whom you share has left"]
    assert "Lee" not in told[0].body
    notices = owner.call("GET", "leavers").json()["notices"]
    assert [(one["name"], one["organisation"], one["finished"]) for one in notices] == [
        ("Dr Bob Lee", "City Heart Clinic", True)
    ]
    again = clinic.remove(doctor)
    assert again.json() == answer.json()
    assert len([one for one in mailoutbox if one.to == [owner.login]]) == 1


def test_who_works_elsewhere_too_keeps_the_membership(
    clinic: Clinic, other: Clinic, nodes: Nodes, mailoutbox: list[Any]
) -> None:
    doctor, owner = clinic.doctor(), authorised()
    text = other.code("Dr Bob Lee", email=doctor.login)
    assert doctor.post("activation/join", {"code": text}).status_code == 200
    nodes[1].given[doctor.id] = (owner.id,)
    ahead = clinic.head.call("GET", f"{clinic.path}/staff/{clinic.post(doctor).pk}/removal").json()
    assert ahead == {"ends_membership": False, "elsewhere": 1, "acts_for": 0}
    left = clinic.remove(doctor).json()["leaving"]
    assert (left["ends_membership"], left["receipts"], left["nodes"]) == (False, [], 2)
    assert left["finished"] is not None
    assert all(node.states[doctor.id] == "active" for node in nodes)
    assert doctor.me().json()["state"] == "authorised"
    assert mailoutbox[-1].subject == "Somebody with whom you share works elsewhere now"
    assert not owner.call("GET", "leavers").json()["notices"][0]["ends_membership"]
    ahead = other.head.call("GET", f"{other.path}/staff/{other.post(doctor).pk}/removal").json()
    assert ahead == {"ends_membership": True, "elsewhere": 0, "acts_for": 0}
    assert other.remove(doctor).json()["leaving"]["verified"] == 2


def test_whom_the_portal_let_in_stays_a_member(clinic: Clinic, nodes: Nodes) -> None:
    doctor = authorised("physician")
    assert doctor.post("activation/join", {"code": clinic.code()}).status_code == 200
    assert not clinic.remove(doctor).json()["leaving"]["ends_membership"]
    assert nodes[0].states[doctor.id] == "active"


def test_a_node_out_of_reach_is_asked_again_and_until_then_it_is_not_finished(
    clinic: Clinic, nodes: Nodes, mailoutbox: list[Any]
) -> None:
    doctor, owner = clinic.doctor(), authorised()
    nodes[0].given[doctor.id] = (owner.id,)
    nodes[1].failure = OUT_OF_REACH
    mailoutbox.clear()
    answer = clinic.remove(doctor).json()
    left = answer["leaving"]
    assert (answer["state"], left["verified"], left["nodes"], left["finished"]) == (
        "leaving",
        1,
        2,
        None,
    )
    assert doctor.me().status_code == 401
    assert not owner.call("GET", "leavers").json()["notices"][0]["finished"]
    assert mailoutbox == []
    assert leaving.finish() == (1, 1)
    nodes[1].failure = None
    assert leaving.finish() == (1, 0)
    again = clinic.remove(doctor).json()
    assert (again["state"], again["leaving"]["verified"]) == ("left", 2)
    assert again["leaving"]["receipts"][0] == left["receipts"][0]
    assert len(mailoutbox) == 1
    assert leaving.finish() == (0, 0)


@pytest.mark.parametrize("again", ["finish", "removal"])
@pytest.mark.parametrize("where", ["before all letters", "between letters"])
def test_letters_are_sent_although_the_power_went_when_all_was_confirmed(
    clinic: Clinic, nodes: Nodes, mailoutbox: list[Any], where: str, again: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    doctor, owners = clinic.doctor(), [authorised() for _ in range(3)]
    nodes[0].given[doctor.id] = tuple(one.id for one in owners)
    post = {"organisation": clinic.row.pk, "post": clinic.post(doctor).pk, "by": "root"}
    mailoutbox.clear()
    sent = leaving.mail.send_leaver

    def cut(*told: Any, **more: Any) -> None:
        if where == "between letters" and not mailoutbox:
            return sent(*told, **more)
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(leaving.mail, "send_leaver", cut)
        with pytest.raises(KeyboardInterrupt):
            leaving.remove(**post)
    assert Leaving.objects.get().finished is not None
    assert len(mailoutbox) == (where == "between letters")
    if again == "finish":
        assert leaving.finish() == (1, 0)
    else:
        leaving.remove(**post)
    assert sorted(one.to[0] for one in mailoutbox) == sorted(one.login for one in owners)
    assert leaving.finish() == (0, 0)
    assert len(mailoutbox) == 3


def test_all_nodes_out_of_reach_lose_nobody(clinic: Clinic, nodes: Nodes) -> None:
    doctor, owner = clinic.doctor(), authorised()
    nodes[1].given[doctor.id] = (owner.id,)
    for node in nodes:
        node.failure = OUT_OF_REACH
    assert clinic.remove(doctor).json()["leaving"]["verified"] == 0
    assert not Notice.objects.exists()
    for node in nodes:
        node.failure = None
    assert leaving.finish() == (1, 0)
    assert Notice.objects.get().owner_id == owner.member.pk


def test_an_owner_who_shares_by_role_is_told_too(clinic: Clinic, nodes: Nodes) -> None:
    doctor, owner = clinic.doctor(), authorised()
    view = type("View", (), {"owner": owner.id})()
    nodes[0].shown[doctor.id, "None"] = (view,)  # type: ignore[assignment]
    clinic.remove(doctor)
    assert Notice.objects.get().owner_id == owner.member.pk


def test_a_receipt_that_is_not_the_nodes_own_counts_for_nothing(
    clinic: Clinic, nodes: Nodes
) -> None:
    doctor = clinic.doctor()
    signed = nodes[1].depart
    nodes[1].depart = nodes[0].depart  # type: ignore[method-assign]
    left = clinic.remove(doctor).json()["leaving"]
    assert (left["verified"], left["finished"]) == (1, None)
    nodes[1].depart = signed  # type: ignore[method-assign]
    assert leaving.finish() == (1, 0)


def test_receipts_are_checked_anew_whenever_they_are_shown(clinic: Clinic) -> None:
    doctor, another = clinic.doctor(), clinic.doctor("Dr Other")
    clinic.remove(doctor)
    row = Leaving.objects.get()
    assert receipts.verified(row.receipts, doctor.member.pk) == 2
    assert receipts.verified(row.receipts, another.member.pk) == 0
    swapped = {"1": row.receipts["2"], "2": row.receipts["1"]}
    assert receipts.verified(swapped, doctor.member.pk) == 0
    assert receipts.verified({"1": "e30.e30.x", "2": ""}, doctor.member.pk) == 0


def test_owners_who_want_no_letters_get_none(
    clinic: Clinic, nodes: Nodes, mailoutbox: list[Any]
) -> None:
    doctor, owner = clinic.doctor(), authorised()
    assert owner.call("PUT", "work", {"notified": False}).json()["notified"] is False
    nodes[0].given[doctor.id] = (owner.id, clinic.head.id)
    mailoutbox.clear()
    clinic.remove(doctor)
    assert mailoutbox == []
    assert owner.call("GET", "leavers").json()["notices"]
    assert not clinic.head.call("GET", "leavers").json()["notices"]


def test_nobody_removes_themselves(clinic: Clinic) -> None:
    answer = clinic.remove(clinic.head)
    assert (answer.status_code, answer.json()["code"]) == (403, "refused")
    assert clinic.post(clinic.head).current


def test_who_came_back_can_be_removed_again(clinic: Clinic) -> None:
    person = authorised("physician")
    for times in (1, 2):
        assert person.post("activation/join", {"code": clinic.code()}).status_code == 200
        assert clinic.remove(person).status_code == 200
        assert Post.objects.filter(member=person.id, state="left").count() == times


def test_two_hospitals_at_once_end_it_once(clinic: Clinic, other: Clinic) -> None:
    doctor: Person = clinic.doctor()
    text = other.code("Dr Bob Lee", email=doctor.login)
    assert doctor.post("activation/join", {"code": text}).status_code == 200
    first, second = clinic.remove(doctor).json(), other.remove(doctor).json()
    assert [one["leaving"]["ends_membership"] for one in (first, second)] == [False, True]
