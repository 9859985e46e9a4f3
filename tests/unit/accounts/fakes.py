"""A node and a log that keep to their ports in memory, and can be put out of reach."""

import json
import threading
import uuid
from typing import Any
from uuid import UUID

from django.conf import settings

from accounts.organisations.receipts import departure_digest
from sesphr.crypto import statements
from sesphr.crypto.encoding import SUITE, b64u_decode
from sesphr.deployment import get_deployment
from sesphr.ports.audit import Entry, LogProof
from sesphr.ports.errors import Conflict, Unavailable
from sesphr.secretfiles import secret


def departure_receipt(index: int, member: str) -> str:
    """What this node of the deployment signs."""
    deployment = get_deployment()
    payload = {
        "suite": SUITE, "deployment": deployment.id, "iss": deployment.node(index).id, "iat": 1,
        "owner": member, "kind": "departure", "seq": 0, "effective": True,
        "object": departure_digest(UUID(member)),
    }  # fmt: skip
    key = secret(settings.SESPHR_DATA, f"node-{index}-sign")
    return statements.sign(key, "sesphr-receipt", json.dumps(payload).encode())


class FakeNode:
    """Registrations, activations and departures of one node; it signs where its deployment names it."""

    signs = False

    def __init__(self, index: int) -> None:
        self.index = index
        self.lock = threading.Lock()
        self.held: dict[str, list[str]] = {}
        self.states: dict[str, str] = {}
        self.joined: dict[str, int] = {}
        self.shown: dict[tuple[str, str], tuple[str, ...]] = {}
        self.given: dict[str, tuple[str, ...]] = {}
        self.lists: dict[str, str] = {}
        self.calls: list[tuple[str, ...]] = []
        self.failure: Exception | None = None
        self.moment = 1_700_000_000 + index

    def _called(self, *call: str) -> None:
        self.calls.append(call)
        if self.failure is not None:
            raise self.failure

    def register(self, registration: str) -> str:
        payload: dict[str, Any] = json.loads(b64u_decode(registration.split(".")[1]))
        self._called("register", payload["iss"])
        with self.lock:
            held = self.held.setdefault(payload["iss"], [])
            if registration not in held:
                if payload["seq"] != len(held) + 1:
                    raise Conflict("Another registration was taken first.")
                held.append(registration)
        return f"receipt-{self.index}-{payload['seq']}"

    def registrations(self, member: str) -> tuple[str, ...]:
        self._called("registrations", member)
        return tuple(self.held.get(member, ()))

    def activate(self, member: str, role: str) -> int:
        self._called("activate", member, role)
        self.states[member] = "active"
        return self.joined.setdefault(member, self.moment)

    def suspend(self, member: str) -> None:
        self._called("suspend", member)
        self.states[member] = "suspended"

    def depart(self, member: str) -> str:
        self._called("depart", member)
        self.states[member] = "departed"
        self.given.pop(member, None)
        return departure_receipt(self.index, member) if self.signs else "receipt"

    def givers(self, member: str) -> tuple[str, ...]:
        self._called("givers", member)
        return self.given.get(member, ())

    def addable(self, member: str, owner: str | None = None) -> tuple[str, ...]:
        return ()

    def wrote_for(self, author: str, reader: str) -> bool:
        return False

    def records(self, asker: str, owner: str | None = None) -> tuple[str, ...]:
        self._called("records", asker, str(owner))
        return self.shown.get((asker, str(owner)), ())

    def acl(self, owner: str) -> str | None:
        self._called("acl", owner)
        return self.lists.get(owner)


class FakeCloud:
    """A cloud that hears of new keys, and of nothing else."""

    def __init__(self) -> None:
        self.changed: list[str] = []
        self.failure: Exception | None = None

    def change_key(self, statement: str) -> None:
        if self.failure is not None:
            raise self.failure
        self.changed.append(statement)


class FakeLog:
    """Appends in order, refuses gaps and other entries at a taken place."""

    def __init__(self) -> None:
        self.streams: dict[str, list[tuple[bytes, int]]] = {}
        self.size = 0
        self.failure: Exception | None = None

    def append(self, entry: Entry) -> LogProof:
        if self.failure is not None:
            raise self.failure
        entries = self.streams.setdefault(entry.stream, [])
        if entry.number <= len(entries):
            if entries[entry.number - 1][0] != entry.entry:
                raise Conflict("Another entry is there.")
        elif entry.number == len(entries) + 1:
            entries.append((entry.entry, self.size))
            self.size += 1
        else:
            raise Conflict("An entry is missing.")
        return self.prove(entry.stream, entry.number)

    def prove(self, stream: str, number: int) -> LogProof:
        return LogProof(self.streams[stream][number - 1][1], self.size, (), "checkpoint")

    def stream_length(self, stream: str) -> int:
        return len(self.streams.get(stream, ()))


OUT_OF_REACH = Unavailable("Out of reach.")


def some_id() -> str:
    return str(uuid.uuid4())
