"""A node says nothing while it may have missed something, and no old word of one opens anything."""

import time
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from sesphr.adapters import get_cloud, get_log
from sesphr.crypto.encoding import b64u_encode
from sesphr.ports.audit import Entry
from sesphr.ports.errors import Invalid, Refused, Unavailable
from srs import catching_up, gate, streams
from srs.context import Node
from srs.models import Event, JournalHead, Stream
from tests.contract.test_srs import ask, deposit, grant, member, put_acl, record_of
from tests.nodes.state import at, everybody_catches_up, local

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture(autouse=True)
def _released() -> Iterator[None]:
    yield
    gate.release(3)
    streams.leave(3)


class TestKeeper:
    """Who may answer when."""

    def keeper(self, *heard: float) -> catching_up.Keeper:
        """One of the third node, that read the others so many seconds ago."""
        made = catching_up.Keeper(local(3), [local(1), local(2)])
        now = time.monotonic()
        made._read = {index + 1: now - ago for index, ago in enumerate(heard)}
        gate.guard(3, made.ready)
        return made

    def test_nobody_heard(self) -> None:
        owner = member()
        self.keeper()
        with pytest.raises(Unavailable, match="catching up"):
            local(3).acl(owner.id)
        with pytest.raises(Unavailable):
            local(3).suspend(owner.id)
        # Others may read what it has, or two that start together would wait for each other.
        assert local(3).journal(0).head == len(local(3).journal(0).entries)

    def test_one_of_two_is_enough_for_a_while(self) -> None:
        owner = member()
        self.keeper(0.0)
        local(3).acl(owner.id)
        self.keeper(catching_up.LOST + 1)
        with pytest.raises(Unavailable):
            local(3).acl(owner.id)

    def test_a_restored_one_must_hear_both(self) -> None:
        owner = member()
        JournalHead.objects.using("srs-3").update(behind=True)
        self.keeper(0.0)
        with pytest.raises(Unavailable):
            local(3).acl(owner.id)
        self.keeper(0.0, 0.0)
        local(3).acl(owner.id)


class TestTickets:
    """What a node that missed a list still allows."""

    def test_they_open_nothing_that_was_taken_back(self) -> None:
        owner, user = member(), member("physician")
        sealed = deposit(owner)
        get_cloud().put(sealed.manifest, owner.keys.verification, sealed.document)
        get_cloud().note(grant(owner, user, "medical", "personal"))
        acl = owner.acl([owner.rule(user, ["personal"])])
        get_cloud().note(at((1, 2), lambda node: node.set_acl(acl, None)))
        jws = user.access_request({record_of(sealed): ("medical", "personal")})
        answers = at((1, 2, 3), lambda node: node.access(jws))
        tickets = [one.tickets[0] for one in answers]
        verification = user.keys.verification
        with pytest.raises(Refused):
            get_cloud().get(jws, verification, [tickets[0], tickets[2]])
        with pytest.raises(Refused):
            get_cloud().get(jws, verification, [tickets[2]])
        [found] = get_cloud().get(jws, verification, tickets)
        assert list(found.partitions) == ["personal"]


class TestLostEvents:
    """Numbers that a restored node had given already."""

    def test_they_are_never_given_again(self) -> None:
        owner, user = member(), member("physician")
        sealed = deposit(owner)
        stream = Stream.objects.using("srs-3").get(member=owner.id)
        length = stream.length
        # The log knows two more than this database.
        for number in (length + 1, length + 2):
            get_log().append(Entry(str(stream.stream), number, bytes([number]) * 32))
        streams.compare(3)
        grant(owner, user, "medical")
        ask(user, sealed, "medical")
        views = local(3).events(owner.id)
        assert [one.number for one in views] == list(range(1, length + 5))
        assert [dict(one.event) == {} for one in views[length:]] == [True, True, False, False]
        assert all(one.proof is not None for one in views)
        put_acl(owner, [])

    def test_a_new_database_goes_on_with_the_old_stream(self) -> None:
        somebody = str(uuid.uuid4())
        name = streams.name(3, somebody)
        assert name == streams.name(3, somebody)
        assert len({name, streams.name(2, somebody), streams.name(3, str(uuid.uuid4()))}) == 3
        get_log().append(Entry(str(name), 1, bytes(32)))
        streams.compare(3)
        node = Node(3)
        with node.atomic():
            node.events.record(somebody, "test")
        numbers = Event.objects.using("srs-3").filter(stream__member=somebody)
        assert sorted(numbers.values_list("number", flat=True)) == [1, 2]

    def test_what_is_rolled_back_was_not_compared(
        self, django_capture_on_commit_callbacks: Any
    ) -> None:
        """The numbers that were made good go with the transaction; they are missing still."""
        first, second, user = member(), member(), member("physician")
        records = [deposit(first), deposit(second)]
        stream = Stream.objects.using("srs-3").get(member=second.id)
        length = stream.length
        get_log().append(Entry(str(stream.stream), length + 1, bytes(32)))
        streams.compare(3)
        nonce = b64u_encode(bytes(range(16)))
        local(3).access(user.access_request({record_of(records[0]): ["medical"]}, nonce=nonce))
        again = user.access_request({record_of(records[1]): ["medical"]}, nonce=nonce)
        with pytest.raises(Invalid, match="nonce"):
            local(3).access(again)
        node = Node(3)
        with node.atomic():
            node.events.record(second.id, "test")
            transaction.set_rollback(True, using=node.alias)
        own = {record_of(records[1]): ["medical"]}
        with django_capture_on_commit_callbacks(using="srs-3", execute=True):
            local(3).access(second.access_request(own))
        assert str(stream.stream) in streams._compared[3]
        views = local(3).events(second.id)
        assert [one.number for one in views] == list(range(1, length + 3))
        assert [dict(one.event) == {} for one in views[length:]] == [True, False]

    def test_nothing_is_numbered_while_the_log_is_away(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def away(stream: str) -> int:
            raise Unavailable("away")

        owner = member()
        streams.compare(3)
        monkeypatch.setattr(type(get_log()), "stream_length", lambda self, stream: away(stream))
        with pytest.raises(Unavailable):
            local(3).suspend(owner.id)
        monkeypatch.undo()
        local(3).suspend(owner.id)
        everybody_catches_up()
