"""What a node holds, for comparing nodes; and the nodes of a test, some of them out of reach."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from django.db import connections, transaction

from sesphr.adapters import get_srs_nodes
from sesphr.ports.errors import PortError
from srs.catching_up import catch_up
from srs.context import Node
from srs.models import (
    Acl,
    Delegation,
    KeyRequest,
    Member,
    PartitionKey,
    Record,
    Registration,
    RParameter,
    Version,
)
from srs.node import LocalSrs


def local(index: int) -> LocalSrs:
    """The node itself."""
    return get_srs_nodes()[index - 1]  # type: ignore[return-value]


def held(index: int) -> dict[str, Any]:
    """Everything that decides what a node answers; secrets as whether they are there."""
    alias = Node(index).alias

    def rows(model: Any, *names: str) -> list[Any]:
        return sorted(model.objects.using(alias).values_list(*names), key=repr)

    members = rows(Member, "pk", "state", "role", "joined", "key_digest", "turn")
    return {
        # After an end nobody counts any more how it came to it.
        "members": [one[:5] if one[1] == "departed" else one for one in members],
        "registrations": rows(Registration, "member", "seq", "digest"),
        "keys": rows(PartitionKey, "member", "partition", "epoch", "a"),
        "lists": rows(Acl, "owner", "seq", "digest"),
        "delegations": rows(Delegation, "owner", "user", "partition", "epoch", "key_digest"),
        "records": rows(Record, "pk", "owner", "date", "head"),
        "versions": rows(Version, "record", "version", "digest", "accepted"),
        "parameters": rows(RParameter, "version__digest", "partition", "epoch", "r"),
        "requests": rows(KeyRequest, "digest", "asker"),
    }


def at(indexes: Iterable[int], call: Callable[[Any], Any]) -> list[Any]:
    """A call at some of the nodes, as when the others are out of reach."""
    return [call(local(index)) for index in indexes]


def everybody_catches_up(rounds: int = 3) -> None:
    """All nodes read each other until nothing is new."""
    for _ in range(rounds):
        for node in get_srs_nodes():
            assert catch_up(node) == len(get_srs_nodes()) - 1  # type: ignore[arg-type]


def outcome(call: Callable[[], Any]) -> Any:
    """What a call answers, or the kind of its failure."""
    try:
        return call()
    except PortError as error:
        return type(error)


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens inside is taken back in all databases, as between two tests."""
    with ExitStack() as stack:
        for alias in connections:
            block = transaction.atomic(using=alias)
            # The log's appending insists on a transaction of its own, but for those of tests.
            block._from_testcase = True
            stack.enter_context(block)
            stack.callback(transaction.set_rollback, True, using=alias)
        yield
