"""The local log when its database is gone, and the checkpoint of an empty tree."""

import hashlib
from collections.abc import Callable

import pytest
from django.db import InterfaceError, OperationalError
from django.db.models import QuerySet

from audit.log import LocalLog
from sesphr.crypto import log as logformat
from sesphr.deployment import get_deployment
from sesphr.ports.audit import Entry
from sesphr.ports.errors import Unavailable

pytestmark = pytest.mark.django_db(databases="__all__")

STREAM = "00000000-0000-4000-8000-000000000001"
CALLS: list[Callable[[LocalLog], object]] = [
    lambda log: log.append(Entry(STREAM, 1, bytes(32))),
    lambda log: log.prove(STREAM, 1),
    lambda log: log.stream_length(STREAM),
    lambda log: log.checkpoint(),
    lambda log: log.consistency(1, 1),
]


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
@pytest.mark.parametrize("call", CALLS)
def test_without_its_database_every_call_is_unavailable(
    call: Callable[[LocalLog], object], error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object, **__: object) -> None:
        raise error

    for method in ("filter", "aggregate", "get_or_create"):
        monkeypatch.setattr(QuerySet, method, gone)
    with pytest.raises(Unavailable):
        call(LocalLog())


def test_the_empty_tree_has_a_checkpoint() -> None:
    deployment = get_deployment()
    note = LocalLog().checkpoint()
    size, root = logformat.verify_note(deployment.log_name, deployment.log_key, note)
    assert (size, root) == (0, hashlib.sha256(b"").digest())
