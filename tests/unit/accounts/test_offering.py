"""A guardian offers a dependant's account: who may, what is found by the code, and until when."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts import services
from accounts.guardians import offers
from accounts.models import HandOver, Member
from sesphr.crypto.encoding import b64u_decode
from tests.unit.accounts.fakes import OUT_OF_REACH, FakeNode
from tests.unit.accounts.handing import kinds, list_of, offer, offered, take_over
from tests.unit.accounts.people import Person, secret
from tests.unit.accounts.test_guardians import (
    added,
    authorised,
    dependant_of,
    guardian_slot,
    invited,
    status,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _quick(settings: Any) -> None:
    """Nothing here is about how long a secret takes to hash."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def found(find: str) -> Any:
    return Person().post("hand-over/find", {"find": find})


def hand_over(guardian: Person) -> Any:
    (one,) = guardian.call("GET", "dependants").json()["dependants"]
    return one["hand_over"]


def second(anna: Person, tim: str) -> tuple[Person, str]:
    """A second guardian, and the id of that guardianship."""
    ben = authorised()
    asked = invited(by=anna, to=ben, dependant=tim)
    assert (
        ben.post(f"guardianships/{asked}/accept", {"slot": guardian_slot(tim)}).status_code == 200
    )
    return ben, asked


def test_whoever_has_the_code_finds_what_waits_and_all_that_new_keys_follow(
    nodes: tuple[FakeNode, ...], moved_clock: list[int]
) -> None:
    anna = authorised()
    sent = added(anna)
    tim = dependant_of(sent)
    assert hand_over(anna) is None
    body = offer(tim)
    answer = anna.post(f"dependants/{tim}/hand-over", body)
    assert answer.json() == {"expires": moved_clock[0] + 14 * 24 * 3600}
    shown = hand_over(anna)
    assert shown == {
        "since": moved_clock[0], "by": "Ada Example", "begun": False, **answer.json(),
    }  # fmt: skip
    nodes[0].lists[tim] = list_of(7)
    told = found(body["find"])
    assert told.json() == {
        "member": tim, "login": sent["login"], "name": "Tim Newman", "by": "Ada Example",
        "slot": body["slot"], "registrations": [sent["registration"]], "begun": False, "seq": 7,
        "former": [],
    }  # fmt: skip
    assert kinds(tim)[-1]["type"] == "hand-over-offered"
    assert kinds(tim)[-1]["guardian"] == anna.id
    # Neither the code nor by what it is found stands in the table.
    row = HandOver.objects.get()
    assert bytes.fromhex(body["find"]) not in (row.found_by, row.sealed)


def test_the_same_offer_again_changes_nothing_and_another_takes_its_place() -> None:
    anna = authorised()
    tim = dependant_of(added(anna))
    ben, _ = second(anna, tim)
    body = offer(tim)
    first = [anna.post(f"dependants/{tim}/hand-over", body).json() for _ in range(2)]
    assert first[0] == first[1]
    assert HandOver.objects.count() == 1
    other = offered(ben, tim)
    assert status(found(body["find"])) == (404, "code-wrong")
    assert found(other).json()["by"] == "Ada Example"
    old = HandOver.objects.exclude(live=True).get()
    assert (old.sealed, old.salt) == (None, None)
    # A code that was used for something is not used for anything else.
    assert status(anna.post(f"dependants/{tim}/hand-over", body)) == (409, "conflict")


def test_only_a_guardian_with_a_second_factor_offers_an_authorised_account() -> None:
    anna, stranger = authorised(), authorised()
    waiting = dependant_of(added(anna, authorise=False))
    tim = dependant_of(added(anna))
    path = f"dependants/{tim}/hand-over"
    assert status(Person().post(path, offer(tim))) == (401, "signed-out")
    assert status(Person().call("DELETE", path)) == (401, "signed-out")
    for method in ("POST", "DELETE"):
        sent = offer(tim) if method == "POST" else None
        assert status(stranger.call(method, path, sent)) == (404, "not-found")
    assert status(anna.post(f"dependants/{waiting}/hand-over", offer(waiting))) == (409, "conflict")
    bad = [
        offer(anna.id), offer(tim, type="guardian"), offer(tim, generation=2), offer(tim, sealed="A"),
        {**offer(tim), "find": "x" * 64}, {**offer(tim), "find": "A" * 64}, offer(tim, params={"m": 1}),
    ]  # fmt: skip
    for body in bad:
        assert status(anna.post(path, body)) == (422, "invalid")
    anna.device.delete()
    assert status(anna.post(path, offer(tim))) == (403, "second-factor-needed")
    assert not HandOver.objects.exists()


def test_an_offer_is_taken_back_by_any_guardian() -> None:
    anna = authorised()
    tim = dependant_of(added(anna))
    ben, _ = second(anna, tim)
    find = offered(anna, tim)
    for _ in range(2):
        assert ben.call("DELETE", f"dependants/{tim}/hand-over").status_code == 204
    assert status(found(find)) == (404, "code-wrong")
    assert hand_over(anna) is None
    last = kinds(tim)[-2:]
    assert [one["type"] for one in last] == ["hand-over-offered", "hand-over-withdrawn"]
    assert last[-1]["guardian"] == ben.id
    assert HandOver.objects.get().sealed is None


def test_an_offer_lasts_fourteen_days(moved_clock: list[int]) -> None:
    anna = authorised()
    tim = dependant_of(added(anna))
    find = offered(anna, tim)
    moved_clock[0] += offers.LIFE - 1
    assert found(find).status_code == 200
    moved_clock[0] += 1
    assert status(found(find)) == (410, "code-expired")
    assert status(Person().post("hand-over", take_over(find, tim))) == (410, "code-expired")
    assert offers.waiting(HandOver.objects.get().dependant_id) is None


def test_with_its_guardian_an_offer_goes() -> None:
    anna = authorised()
    tim = dependant_of(added(anna))
    ben, asked = second(anna, tim)
    find = offered(ben, tim)
    services.suspend(member=ben.member, by="test")
    assert status(found(find)) == (404, "code-wrong")
    assert status(Person().post("hand-over", take_over(find, tim))) == (404, "code-wrong")
    assert hand_over(anna) is None
    services.authorise(member=ben.member, by="test", checked="again")
    assert found(find).status_code == 200
    assert anna.post(f"guardianships/{asked}/end").status_code == 200
    assert status(found(find)) == (404, "code-wrong")
    assert HandOver.objects.get().sealed is None
    assert [one["type"] for one in kinds(tim)][-2:] == ["hand-over-withdrawn", "guardian-ended"]


@pytest.mark.parametrize(
    ("end", "answer"),
    [(services.suspend, (403, "not-authorised")), (services.depart, (404, "code-wrong"))],
)
def test_the_account_of_somebody_suspended_or_departed_is_not_handed_over(
    end: Any, answer: tuple[int, str]
) -> None:
    anna = authorised()
    tim = dependant_of(added(anna))
    find = offered(anna, tim)
    end(member=Member.objects.get(pk=tim), by="test")
    assert status(found(find)) == answer
    assert status(Person().post("hand-over", take_over(find, tim))) == answer
    assert status(anna.post(f"dependants/{tim}/hand-over", offer(tim))) == (404, "not-found")


def test_wrong_codes_are_counted_and_right_ones_are_not(settings: Any) -> None:
    settings.SESPHR_RATES = {**settings.SESPHR_RATES, "code:address": (3, 10**9)}
    anna = authorised()
    tim = dependant_of(added(anna))
    find = offered(anna, tim)
    for _ in range(5):
        assert found(find).status_code == 200
    wrong = take_over(secret(), tim)
    assert status(found(secret())) == (404, "code-wrong")
    assert status(Person().post("hand-over", wrong)) == (404, "code-wrong")
    # An address that somebody has tells as much as a wrong code.
    known = take_over(find, tim, anna.login)
    assert status(Person().post("hand-over", known)) == (409, "login-taken")
    for call in (found(find), Person().post("hand-over", wrong)):
        assert status(call) == (429, "rate-limited")
    elsewhere = Person(address="192.0.2.77")
    assert elsewhere.post("hand-over/find", {"find": find}).status_code == 200


def test_nodes_out_of_reach_are_no_wrong_code(nodes: tuple[FakeNode, ...], settings: Any) -> None:
    settings.SESPHR_RATES = {**settings.SESPHR_RATES, "code:address": (2, 10**9)}
    anna = authorised()
    find = offered(anna, dependant_of(added(anna)))
    for node in nodes:
        node.failure = OUT_OF_REACH
    for _ in range(4):
        assert status(found(find)) == (503, "unavailable")


def test_the_database_itself_holds_what_a_hand_over_may_be() -> None:
    anna, ben = authorised(), authorised()
    row = {
        "guardian": anna.member, "dependant": ben.member, "expires": 9, "found_by": b"f" * 32,
        "salt": b"s" * 16, "sealed": b"s" * 60,
    }  # fmt: skip
    begun = {"begun": 2, "login": "x@example.org", "body": "{}", "digest": b"d" * 32}
    over = {"live": None, "sealed": None}
    bad = [
        {"sealed": None}, {"begun": 2}, {"login": "x@example.org"}, {"body": "{}"}, {"finished": 3},
        {**begun, "login": None}, {**begun, "body": None}, {**begun, "digest": None}, {"live": None},
        {**begun, "finished": 3}, {**begun, **over}, {**over, "finished": 3},
        {"dependant": anna.member}, {"found_by": None}, {**over, "body": "{}"},
    ]  # fmt: skip
    for values in bad:
        with pytest.raises(IntegrityError), transaction.atomic():
            HandOver.objects.create(**{**row, **values})
    HandOver.objects.create(**row)
    for values in ({}, {"found_by": b"g" * 32}, {**over}):
        with pytest.raises(IntegrityError), transaction.atomic():
            HandOver.objects.create(**{**row, **values})
    assert len(b64u_decode(offer(ben.id)["slot"]["sealed"])) == 60
