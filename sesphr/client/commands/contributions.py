"""Adding to somebody else's records, and answering what others added to one's own."""

from argparse import Namespace
from typing import Any

from sesphr.client import answering, importer, people
from sesphr.client.answering import Offer
from sesphr.client.app import Answer, App
from sesphr.client.commands import requests
from sesphr.client.commands.names import address, identifier
from sesphr.client.contents import of_file
from sesphr.client.depositing import contribute as send
from sesphr.client.errors import RefusedError, UsageError
from sesphr.client.lines import clean
from sesphr.client.offered import Addables, Offered, Proposals
from sesphr.client.people import Person
from sesphr.client.registration import ORIGINAL, OWNER
from sesphr.client.sealing import Deposit
from sesphr.client.session import Session
from sesphr.client.times import iso


def contribute(app: App, options: Namespace) -> Answer:
    """Split FILE and add those parts of it that the owner lets this member add to."""
    login, content = address(options.owner), of_file(options.file)
    found = importer.split(content)
    with app.signed_in() as who:
        owner = _owner(who, login)
        allowed = _allowed(who, owner)
        parts = {name: text for name, text in found.partitions.items() if name in allowed}
        left_out = sorted(set(found.partitions) - set(parts))
        if not parts:
            raise RefusedError(
                f"You may not add {', '.join(left_out)} to the records of {login}. Nothing was "
                "sent. Ask the owner to let you add.",
                code="may-not-add",
            )
        files = {name: files for name, files in found.attachments.items() if name in parts}
        inputs = {
            "file": content, "owner": owner.member.encode(), "parts": ",".join(sorted(parts)).encode()
        }  # fmt: skip
        data = send(who, owner, inputs, Deposit(parts, files))
    data = {**data, "owner": owner.member, "left_out": left_out, "state": "pending"}
    lines = [f"Added record {data['record']}; it waits for the answer of {login}."]
    lines += [f"  {name}: {size} bytes" for name, size in data["partitions"].items()]
    notes = [f"Not added, because you may not: {', '.join(left_out)}."] if left_out else []
    return Answer(data, lines, notes=[*found.warnings, *notes])


def _owner(who: Session, login: str) -> Person:
    """Whoever has this address, pinned from now on: to these keys it is sealed.

    Raises:
        RefusedError: nobody who lets this member add or read anything.
    """
    if login == who.me.login:
        raise UsageError("These are your own records: use deposit.")
    _, person = who.directory.by_login(login)
    people.pin(who.folder, person, login)
    return person


def _allowed(who: Session, owner: Person) -> set[str]:
    found = who.api.get(Addables, "/addable", owner=owner.member).addable
    names = {name for one in found if one.owner == owner.member for name in one.partitions}
    return {name for name in names if name != ORIGINAL and owner.epoch(name) is not None}


def proposals(app: App, options: Namespace) -> Answer:
    """List what others added to one's records, and what one added to others'."""
    with app.signed_in() as who:
        incoming = [_incoming(one) for one in answering.offers(who)]
        outgoing = [_outgoing(one) for one in who.api.get(Proposals, "/proposals").outgoing]
    data = {"incoming": incoming, "outgoing": outgoing}
    lines: list[str] = []
    if incoming:
        lines += ["Added to your records, waiting for your answer:", *map(_block, incoming)]
    if outgoing:
        lines += ["Added by you:", *map(_line, outgoing)]
    return Answer(data, lines or ["Nothing was added."])


def _incoming(offer: Offer) -> dict[str, Any]:
    one = offer.shown
    author = {
        "member": one.author, "name": one.author_name, "login": one.author_login,
        "role": one.author_role, "checked": one.author_checked,
    }  # fmt: skip
    return {
        "record": one.record, "author": author, "partitions": one.partitions,
        "offered": iso(one.offered), "verified": offer.manifest is not None,
        "fingerprint": offer.author.fingerprint if offer.author else None,
    }  # fmt: skip


def _outgoing(one: Offered) -> dict[str, Any]:
    return {
        "record": one.record, "owner": one.owner, "owner_name": one.owner_name,
        "offered": iso(one.offered), "state": one.state,
        "answered": None if one.answered is None else iso(one.answered),
    }  # fmt: skip


def _block(one: dict[str, Any]) -> str:
    who = one["author"]
    rows = [
        f"{one['record']}  {one['offered']}",
        f"by: {who['name']} <{who['login']}>, {who['role']} (checked: {who['checked'] or 'nothing'})",
        f"partitions: {', '.join(one['partitions'])}",
        f"fingerprint: {one['fingerprint']}"
        if one["verified"]
        else "NOT VERIFIED: this is not what this person signed",
    ]
    return "\n    ".join(["  " + clean(rows[0]), *map(clean, rows[1:])])


def _line(one: dict[str, Any]) -> str:
    return clean(f"  {one['record']}  {one['offered']}  to {one['owner_name']}  {one['state']}")


def accept(app: App, options: Namespace) -> Answer:
    """Make what somebody added a record of one's own."""
    record = identifier(options.record, "record")
    with app.signed_in() as who:
        _require_owner(who)
        opened = answering.accept(who, record)
    names = sorted(opened.payload["partitions"])
    data = {"record": record, "state": "accepted", "partitions": names}
    return Answer(
        data, [f"Accepted record {record}: {', '.join(names)}. Whom you let read these parts may."]
    )


def decline(app: App, options: Namespace) -> Answer:
    """Say no to a request, or to what somebody added; that is erased."""
    wanted = identifier(options.request, "request or record")
    with app.signed_in() as who:
        try:
            return requests.declined(who, wanted)
        except RefusedError as error:
            if error.code != "not-found" or who.me.role != OWNER:
                raise
        answering.decline(who, wanted)
    return Answer(
        {"record": wanted, "state": "declined"},
        [f"Declined record {wanted}. It was erased; its author knows what they wrote."],
    )


def _require_owner(who: Session) -> None:
    if who.me.role != OWNER:
        raise RefusedError("Only owners answer what is added to their records.", code="not-owner")
