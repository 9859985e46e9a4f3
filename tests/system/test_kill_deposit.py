"""A server killed at every port call and commit of a deposit."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sesphr.client import uploading
from tests.system.killing.matrix import SAMPLE, Operation, World, run, world

TABLES = {
    "versions": ("srs", "srs_version", "1=1"),
    "r": ("srs", "srs_rparameter", "1=1"),
    "documents": ("cloud", "cloudstore_document", "1=1"),
    "kept": ("cloud", "cloudstore_document", "kept"),
    "attachments": ("cloud", "cloudstore_attachment", "1=1"),
    "indexed": ("portal", "phr_version", "1=1"),
    "events": ("srs", "srs_event", 'event LIKE \'%"type":"deposit"%\''),
    "logged": ("audit", "audit_entry", "1=1"),
}


def _count(place: World) -> dict[str, int]:
    return {name: place.count(*where) for name, where in TABLES.items()}


def _settled(place: World, before: dict[str, int], answer: dict[str, Any]) -> None:
    """Exactly one more of everything: the retry sent the same octets, not another record."""
    after = _count(place)
    grown = {name: after[name] - before[name] for name in after}
    partitions = len(answer["partitions"]) + 1
    assert grown == {
        "versions": 1, "r": partitions, "documents": 1, "kept": 1, "attachments": 1, "indexed": 1,
        "events": 1, "logged": 1,
    }, grown  # fmt: skip
    opened = place.done(
        "owner", "open", answer["record"], "--output", str(place.folder / answer["record"])
    )
    assert opened["opened"] == answer["partitions"]


DEPOSIT = Operation(
    requests=("PUT /api/attachments", "POST /api/deposits"),
    prepare=_count,
    act=lambda place, ready: ["deposit", str(SAMPLE)],
    settled=_settled,
    who="owner",
)


# The same deposit, killed while its file arrives piece by piece.
IN_PIECES = replace(
    DEPOSIT, requests=("GET /api/attachments", "PATCH /api/attachments", "POST /api/attachments")
)


def _killed_in_pieces(place: World, most: int | None = None) -> list[str]:
    """The points of such a deposit at which the server was killed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(uploading, "PIECE", 20_000)
        # The first time inserts where later ones update.
        place.done("owner", "deposit", str(SAMPLE))
        return run(place, IN_PIECES, most)


# `make test` kills at so many points, evenly spread; `make soak` at each.
MOST = 8


def test_a_deposit_survives_a_kill(tmp_path: Path) -> None:
    with world(tmp_path) as place:
        assert len(run(place, DEPOSIT, MOST)) == MOST
        assert len(_killed_in_pieces(place, most=2)) == 2


@pytest.mark.soak
def test_a_deposit_survives_a_kill_at_every_point(tmp_path: Path) -> None:
    with world(tmp_path) as place:
        fired = run(place, DEPOSIT)
    assert len(fired) >= 20
    print(f"deposit: killed at each of {len(fired)} points")
    for port in ("cloud.put_attachment", "cloud.put", "srs-1.deposit", "cloud.note", "log.append"):
        assert f"before {port}" in fired
        assert f"after {port}" in fired
    for alias in ("default", "srs", "cloud", "audit"):
        assert f"before commit of {alias}" in fired
        assert f"after commit of {alias}" in fired


@pytest.mark.soak
def test_an_upload_survives_a_kill_at_every_point(tmp_path: Path) -> None:
    with world(tmp_path) as place:
        fired = _killed_in_pieces(place)
    print(f"upload: killed at each of {len(fired)} points")
    for port in ("cloud.received", "cloud.append", "cloud.finish"):
        assert f"before {port}" in fired
        assert f"after {port}" in fired
    assert "before commit of cloud" in fired
    assert "after commit of cloud" in fired
