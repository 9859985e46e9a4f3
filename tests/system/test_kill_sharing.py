"""A server killed at every port call and commit of approving, taking back and opening."""

from pathlib import Path
from typing import Any

import pytest

from tests.system.killing.matrix import Operation, World, run, world

ACCESS_EVENT = 'event LIKE \'%"type":"access"%\''


def _counts(place: World) -> dict[str, int]:
    return {
        "lists": place.count("srs", "srs_acl"),
        "keys": place.count("srs", "srs_delegation"),
        "list events": place.count("srs", "srs_event", 'event LIKE \'%"type":"acl"%\''),
        "answers": place.count("srs", "srs_accessrequest", "tickets IS NOT NULL"),
    }


def _open(place: World) -> int:
    code, _ = place.client(
        "doctor", "open", place.facts["record"], "--partition", "medical", "--output", str(place.folder / "opened")
    )  # fmt: skip
    return code


def _before_approval(place: World) -> tuple[str, dict[str, int]]:
    place.done("owner", "revoke", "doctor@example.org")
    asked = place.done(
        "doctor", "request", "--owner", "owner@example.org", "--partition", "medical", "--purpose",
        "treatment", "--reason", "visit",
    )  # fmt: skip
    return asked["request"], _counts(place)


def _approved(place: World, ready: tuple[str, dict[str, int]], answer: dict[str, Any]) -> None:
    request, before = ready
    after = _counts(place)
    assert after["lists"] == before["lists"] + 1
    assert after["list events"] == before["list events"] + 1
    assert after["keys"] == 1
    states = {one["id"]: one["state"] for one in place.done("owner", "requests")["incoming"]}
    assert states[request] == "approved"
    assert _open(place) == 0


def _before_revocation(place: World) -> dict[str, int]:
    place.done("owner", "grant", "doctor@example.org", "--partition", "medical", "--history")
    return _counts(place)


def _revoked(place: World, before: dict[str, int], answer: dict[str, Any]) -> None:
    after = _counts(place)
    assert after["lists"] == before["lists"] + 1
    assert after["list events"] == before["list events"] + 1
    assert after["keys"] == 0
    assert _open(place) == 3


def _opened(place: World, before: dict[str, int], answer: dict[str, Any]) -> None:
    """The octets are whole, and no answer stands without its event in the log."""
    after = _counts(place)
    assert set(answer["opened"]) == {"medical"}
    assert after["answers"] - before["answers"] in (1, 2)
    events = place.count(
        "srs", "srs_event", f"{ACCESS_EVENT} AND {place.quoted('index')} IS NOT NULL"
    )
    assert events >= after["answers"]


OPERATIONS = {
    "approval": Operation(
        requests=("POST /api/acl",),
        prepare=_before_approval,
        act=lambda place, ready: ["approve", ready[0], "--partition", "medical"],
        settled=_approved,
        who="owner",
    ),
    "revocation": Operation(
        requests=("POST /api/acl",),
        prepare=_before_revocation,
        act=lambda place, ready: ["revoke", "doctor@example.org"],
        settled=_revoked,
        who="owner",
    ),
    "opening": Operation(
        requests=("POST /api/access",),
        prepare=_before_revocation,
        act=lambda place, ready: [
            "open", place.facts["record"], "--partition", "medical", "--output", str(place.folder / "out"),
        ],
        settled=_opened,
        who="doctor",
    ),
}  # fmt: skip
CALLS = {
    "approval": ("srs-1.set_acl", "cloud.note", "log.append"),
    "revocation": ("srs-1.set_acl", "cloud.note", "log.append"),
    "opening": ("srs-1.access", "cloud.get", "log.append"),
}


# `make test` kills at so many points, evenly spread; `make soak` at each.
MOST = 4


def test_it_survives_a_kill(tmp_path: Path) -> None:
    with world(tmp_path) as place:
        for operation in OPERATIONS.values():
            assert len(run(place, operation, MOST)) == MOST


@pytest.mark.soak
@pytest.mark.parametrize("name", OPERATIONS)
def test_it_survives_a_kill_at_every_point(name: str, tmp_path: Path) -> None:
    with world(tmp_path) as place:
        fired = run(place, OPERATIONS[name])
    print(f"{name}: killed at each of {len(fired)} points")
    for port in CALLS[name]:
        assert f"before {port}" in fired
        assert f"after {port}" in fired
    for alias in ("srs", "audit"):
        assert f"before commit of {alias}" in fired
        assert f"after commit of {alias}" in fired
