"""What is answered before sign-in: the same at every moment of an account, for ever."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import mail, selectors, services
from accounts.ids import DEFAULT_PARAMS, member_id, slot_salt
from accounts.models import KeySlot, Member
from sesphr.crypto import slots
from sesphr.crypto.encoding import b64u_decode
from tests.unit.accounts.people import Person, registered, secret, slot
from tests.unit.accounts.test_signin import status

pytestmark = pytest.mark.django_db


def asked(login: str, address: str = "198.51.100.1") -> tuple[int, dict[str, str], bytes]:
    """The whole answer that a stranger gets."""
    answer = Person(address).post("sign-in/parameters", {"login": login})
    return answer.status_code, dict(answer.items()), answer.content


def replaced(person: Person, kind: str, generation: int, proof: str, present: str) -> str:
    """Replace a slot; its new login secret."""
    body = {
        "slot": slot(person.login, kind, generation),
        "login_secret": secret(),
        "current": {"type": proof, "login_secret": present},
    }
    answer = person.call("PUT", f"slots/{kind}", body)
    assert (answer.status_code, answer.json()) == (200, {"generation": generation})
    return str(body["login_secret"])


def life(person: Person) -> dict[str, Callable[[], Any]]:
    """What happens to an account, in order; each step may build on those before."""
    held = {kind: person.secret(kind) for kind in ("password", "recovery")}

    def change(kind: str, generation: int, proof: str) -> None:
        person.sign_in(proof, login_secret=held[proof])
        held[kind] = replaced(person, kind, generation, proof, held[proof])

    def confirm() -> None:
        token = mail.confirmation_token(person.member.id)
        assert person.post("members/confirm", {"token": token}).status_code == 200

    def by(verb: Callable[..., Any], **more: Any) -> Callable[[], Any]:
        return lambda: verb(member=person.member, by="test", **more)

    return {
        "nothing": lambda: None,
        "registered": person.register,
        "confirmed": confirm,
        "authorised": by(services.authorise, checked="passport"),
        "signed in": person.sign_in,
        "failed": lambda: person.sign_in(login_secret="0" * 64),
        "password changed": lambda: change("password", 2, "password"),
        "password changed again": lambda: change("password", 3, "password"),
        "recovered": lambda: change("password", 4, "recovery"),
        "recovery code renewed": lambda: change("recovery", 2, "recovery"),
        "suspended": by(services.suspend),
        "authorised again": by(services.authorise, checked="passport"),
        "departed": by(services.depart),
        "tried again": person.register,
    }


def test_the_whole_answer_is_the_same_at_every_moment_of_an_account() -> None:
    person, other = Person(), Person()
    first, of_nobody = asked(person.login), asked(other.login)
    assert first[0] == 200
    for moment, happen in life(person).items():
        happen()
        assert asked(person.login) == first, moment
        assert asked(other.login) == of_nobody, moment
    assert person.member.state == "departed"
    assert not KeySlot.objects.filter(member__login=person.login).exists()


def test_the_account_of_that_test_really_changes() -> None:
    person, seen = Person(), []
    for happen in life(person).values():
        happen()
        seen.append(
            dict(
                KeySlot.objects.filter(member__login=person.login).values_list("type", "generation")
            )
        )
    assert {"password": 4, "recovery": 2} in seen


def test_the_answer_is_made_of_the_keyed_hash_alone() -> None:
    login = Person().login
    answer = Person().post("sign-in/parameters", {"login": login}).json()
    salts = {kind: b64u_decode(answer[kind].pop("salt"), 16) for kind in ("password", "recovery")}
    assert salts == {kind: slot_salt(login, kind) for kind in salts}
    assert answer == {
        "member": str(member_id(login)), "password": {"params": DEFAULT_PARAMS}, "recovery": {}
    }  # fmt: skip


def test_the_slots_of_a_member_have_the_salts_that_are_answered() -> None:
    person = registered()
    answer = person.post("sign-in/parameters", {"login": person.login}).json()
    for kind in ("password", "recovery"):
        assert person.sign_in(kind).json()["slot"]["salt"] == answer[kind]["salt"]


def test_rows_do_not_matter_even_if_somebody_changed_them() -> None:
    person = registered()
    before = asked(person.login)
    changed = {"salt": b"x" * 16, "generation": 9, "params": {"m": 131072, "t": 4, "p": 1}}
    assert (
        KeySlot.objects.filter(member__login=person.login, type="password").update(**changed) == 1
    )
    assert asked(person.login) == before
    Member.objects.filter(pk=person.id).update(state="departed")
    assert asked(person.login) == before


def lookups(call: Callable[[], Any]) -> tuple[int, list[str]]:
    """How many queries a call makes, and those of them that read who somebody is."""
    with CaptureQueriesContext(connection) as queries:
        call()
    found = [query["sql"] for query in queries]
    return len(found), [sql for sql in found if "keyslot" in sql or "accounts_member" in sql]


def test_who_has_a_login_is_looked_up_once_for_known_and_unknown_alike() -> None:
    known, unknown = registered().login, Person().login
    read = [lookups(lambda login=login: selectors.parameters(login)) for login in (known, unknown)]
    shapes = [
        sql.replace(login, "LOGIN")
        for login, (_, [sql]) in zip((known, unknown), read, strict=True)
    ]
    assert [count for count, _ in read] == [1, 1]
    assert shapes[0] == shapes[1]
    # The id and nothing else.
    columns = shapes[0].partition(" FROM ")[0]
    assert (columns.count("accounts_member"), columns.count("id")) == (1, 1)


def test_the_call_reads_nothing_else_but_its_limits() -> None:
    known, counts = registered(), []
    for number, login in enumerate((known.login, Person().login)):
        address = f"198.51.100.{number + 10}"
        count, read = lookups(lambda login=login, address=address: asked(login, address))
        assert len(read) == 1
        counts.append(count)
    assert counts[0] == counts[1]


def test_both_sides_mean_the_same_parameters() -> None:
    assert dict(slots.DEFAULT_PARAMS) == DEFAULT_PARAMS


@pytest.mark.parametrize("login", ["A@example.org", "", "a b", "é@example.org", "a" * 255, "x'--"])
def test_a_login_name_is_wanted(login: str) -> None:
    assert status(Person().post("sign-in/parameters", {"login": login})) == (422, "invalid")
