"""All lists of an owner, one after another: whose signature, which predecessor, what each changed.

The server only keeps them. Each is verified, names the one before it, and the last is
the one in force: none is missing, none was put between.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sesphr.client import people, sharing
from sesphr.client.answers.lists import Lists
from sesphr.client.errors import IntegrityError
from sesphr.client.lines import clean
from sesphr.client.rules import Rule
from sesphr.client.session import Session
from sesphr.client.statement import verify
from sesphr.client.times import iso
from sesphr.crypto.encoding import b64u_encode

# Who, partition, kind of rule, until when, with history.
Line = tuple[str, str, str, int | None, bool]
GIVES = {"grant": "may read", "deny": "may never read", "emergency": "may read in an emergency",
         "code": "may read with the code"}  # fmt: skip


@dataclass(frozen=True)
class Listed:
    """One list: its number, when it was signed (Unix seconds), and what it changed."""

    seq: int
    signed: int
    added: list[Line]
    removed: list[Line]
    logins: dict[str, str]

    def as_json(self) -> dict[str, Any]:
        """For the command's answer."""
        return {
            "seq": self.seq, "signed": iso(self.signed),
            "added": [self._told(one) for one in self.added],
            "removed": [self._told(one) for one in self.removed],
        }  # fmt: skip

    def _told(self, line: Line) -> dict[str, Any]:
        who, partition, kind, end, history = line
        return {
            "who": self.logins.get(who, who), "partition": partition, "kind": kind, "until": iso(end),
            "history": history,
        }  # fmt: skip

    def lines(self) -> list[str]:
        """For people."""
        rows = [("+", one) for one in self.added] + [("-", one) for one in self.removed]
        head = f"{self.seq}  {iso(self.signed)}" + (
            "" if rows else "  nothing about reading changed"
        )
        return [head, *(f"  {sign} {clean(self._said(one))}" for sign, one in rows)]

    def _said(self, line: Line) -> str:
        who, partition, kind, end, history = line
        until = f" until {iso(end)}" if end else ""
        earlier = ", earlier records too" if history and kind != "deny" else ""
        return f"{self.logins.get(who, who)} {GIVES[kind]} {partition}{until}{earlier}"


def lists(session: Session) -> list[Listed]:
    """Every list of the signed-in owner, oldest first.

    Raises:
        IntegrityError: a signature, a predecessor or the last one is not right.
    """
    head = sharing.read_head(session)
    found = session.api.get(Lists, "/acl/lists").lists
    logins = people.known_logins(session.folder)
    listed, digest, before = [], None, set[Line]()
    for seq, jws in enumerate(found, 1):
        checked = verify(
            jws, typ="sesphr-acl", deployment=session.deployment.id,
            directory=session.own_signed(jws), what=f"Your access list {seq}",
        )  # fmt: skip
        if (checked.payload["seq"], checked.payload["previous"]) != (seq, digest):
            raise IntegrityError(
                f"STOP: your access list {seq} is missing, or another stands there."
            )
        digest, after = b64u_encode(checked.digest), said(checked.payload["rules"])
        added, removed = sorted(after - before, key=str), sorted(before - after, key=str)
        listed.append(Listed(seq, checked.payload["iat"], added, removed, logins))
        before = after
    if (len(found), digest) != (head.seq, head.digest):
        raise IntegrityError("STOP: the last of the lists is not the one in force.")
    return listed


def said(rules: Iterable[Rule]) -> set[Line]:
    """What rules say of reading, a line for each partition of each."""
    return {
        (_who(rule), name, _kind(rule), rule["valid_until"], rule["history"])
        for rule in rules
        if "read" in rule["actions"]
        for name in rule["partitions"]
    }


def _who(rule: Rule) -> str:
    who = rule["who"]
    return str(who["member"]) if "member" in who else f"every {who['role']} ({who['issuer'][:8]})"


def _kind(rule: Rule) -> str:
    if rule["deny"]:
        return "deny"
    if rule["emergency"] is not None:
        return "emergency"
    return "code" if "code" in rule else "grant"
