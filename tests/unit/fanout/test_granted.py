"""What an owner's endpoint is told of keys when not every node holds them."""

from types import SimpleNamespace
from typing import Any

import pytest

from phr.relay import granted
from sesphr import fanout
from sesphr.crypto.encoding import b64u_encode
from sesphr.ports.errors import Unavailable

OWNER = "owner"
# The portal reads numbers, and checks no signature.
FIRST, SECOND = ("e30." + b64u_encode(b'{"seq":%d}' % seq) + ".e30" for seq in (1, 2))
ANN, BEN = ("ann", "medical", 1), ("ben", "medical", 1)
ROLE = ("medical", 1)


def told(
    monkeypatch: pytest.MonkeyPatch, settings: Any, *nodes: tuple[str, list[Any], list[Any]] | None
) -> Any:
    """Of nodes that answer with list, keys and shares, or are away."""
    settings.SESPHR_ROLE, settings.SESPHR_NODES, settings.SESPHR_THRESHOLD = "all", len(nodes), 2

    def away(owner: str) -> Any:
        raise Unavailable("away")

    made = [
        SimpleNamespace(index=index, acl=away)
        if one is None
        else SimpleNamespace(
            index=index,
            acl=lambda owner, one=one: one[0],
            delegates=lambda owner, one=one: tuple(one[1]),
            standing=lambda owner, one=one: tuple(one[2]),
        )
        for index, one in enumerate(nodes, 1)
    ]
    monkeypatch.setattr(fanout, "get_srs_nodes", lambda: tuple(made))
    return granted(OWNER)


def test_what_one_lacks_is_not_held(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    full, new = (SECOND, [ANN, BEN], [ROLE]), (SECOND, [BEN], [])
    for nodes in ((full, full, new), (new, full, full), (full, None, new)):
        found = told(monkeypatch, settings, *nodes)
        assert (found.acl, found.delegates, found.standing) == (SECOND, (BEN,), ())
    found = told(monkeypatch, settings, full, full, full)
    assert (found.delegates, found.standing) == ((ANN, BEN), (ROLE,))


def test_who_has_an_older_list_is_not_asked(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    found = told(
        monkeypatch, settings, (FIRST, [ANN], []), (SECOND, [BEN], []), (SECOND, [BEN], [])
    )
    assert (found.acl, found.delegates) == (SECOND, (BEN,))


def test_too_few_know_nothing(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    with pytest.raises(Unavailable):
        told(monkeypatch, settings, (SECOND, [], []), None, None)
