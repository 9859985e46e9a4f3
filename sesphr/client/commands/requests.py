"""Asking an owner for access, and what was asked."""

from argparse import Namespace
from typing import Any

from sesphr.client import asking, people
from sesphr.client.answers.requests import KeyRequest, KeyRequests, KeyRequestState
from sesphr.client.app import Answer, App
from sesphr.client.commands.names import address, identifier
from sesphr.client.commands.names import partitions as check_names
from sesphr.client.errors import ClientError, IntegrityError, RefusedError, ServerError, UsageError
from sesphr.client.lines import request_blocks
from sesphr.client.people import Person
from sesphr.client.session import Session, member_of
from sesphr.client.statement import verify
from sesphr.client.times import iso
from sesphr.crypto.statements import Verified

ASKED = "asked"


def request(app: App, options: Namespace) -> Answer:
    """Ask an owner for partitions; an unknown address is answered like a known one."""
    owner = address(options.owner)
    if owner == app.login():
        raise UsageError("Your own records are yours to read; ask another owner.")
    partitions = check_names(options.partition, shared=True)
    if not 1 <= len(options.purpose) <= 100 or not 1 <= len(options.reason) <= 1000:
        raise UsageError("Give --purpose of 1 to 100 and --reason of 1 to 1000 characters.")
    with app.signed_in() as who:
        terms = {
            "owner": member_of(who, owner), "partitions": partitions, "purpose": options.purpose,
            "reason": options.reason,
        }  # fmt: skip
        # So that `requests` can say whom this is to; the server names the id alone.
        who.folder.update(ASKED, **{terms["owner"]: owner})
        found = asking.ask(who, terms)
    return Answer({"request": found}, [f"Asked {owner}: request {found}"])


def requests(app: App, options: Namespace) -> Answer:
    """List requests to this member and by this member, newest first."""
    with app.signed_in() as who:
        found = who.api.get(KeyRequests, "/key-requests")
        data = {
            "incoming": [_incoming(who, one) for one in found.incoming],
            "outgoing": [_described(one) for one in found.outgoing],
        }
        asked = {**who.folder.read(ASKED), **people.known_logins(who.folder)}
    return Answer(data, request_blocks(data, asked))


def _described(one: KeyRequest) -> dict[str, Any]:
    return {
        "id": one.id, "owner": one.owner, "partitions": one.partitions, "purpose": one.purpose,
        "reason": one.reason, "state": one.state, "asked": iso(one.asked),
        "answered": iso(one.answered),
    }  # fmt: skip


def _incoming(who: Session, one: KeyRequest) -> dict[str, Any]:
    asker = {
        "member": one.asker, "name": one.asker_name, "login": one.asker_login,
        "role": one.asker_role, "checked": one.asker_checked,
    }  # fmt: skip
    person, verified = None, False
    try:
        person = _asker(who, one)
        check_request(who, one, person)
        verified = True
    except ServerError:
        raise
    except ClientError:
        # Listed all the same, marked: an approval of it will refuse with the reason.
        verified = False
    shown_print = person.fingerprint if person and verified else None
    return {**_described(one), "who": asker, "fingerprint": shown_print, "verified": verified}


def _asker(who: Session, one: KeyRequest) -> Person:
    """Whoever asked, whose id, address and keys contradict no pin."""
    person = who.directory.find(one.asker)
    if person is None:
        raise RefusedError("Whoever asked is not an authorised member any more.")
    people.check_pin(who.folder, person, one.asker_login)
    return person


def check_request(who: Session, one: KeyRequest, person: Person) -> Verified:
    """Check a request's signature, to whom it is, whose key it names, and that it is as shown.

    Raises:
        IntegrityError: it is not what this person asked of this owner, or not what the list shows.
    """
    checked = verify(
        one.statement, typ="sesphr-key-request", deployment=who.deployment.id,
        directory=person.signed(one.statement), what="This request",
    )  # fmt: skip
    if (checked.payload["owner"], checked.payload["key"]) != (who.me.id, person.key):
        raise IntegrityError("This request was made to somebody else, or for another key.")
    shown = (one.partitions, one.purpose, one.reason, one.asked)
    if shown != tuple(checked.payload[name] for name in ("partitions", "purpose", "reason", "iat")):
        raise IntegrityError("STOP: the server shows this request otherwise than it was signed.")
    return checked


def find_incoming(who: Session, text: str) -> tuple[KeyRequest, Person]:
    """A request to this member, and whoever asked.

    Raises:
        RefusedError: there is no such request, or its asker is not a member any more.
        IntegrityError: the server shows the asker otherwise than they are pinned.
    """
    wanted = identifier(text, "request")
    for one in who.api.get(KeyRequests, "/key-requests").incoming:
        if one.id == wanted:
            return one, _asker(who, one)
    raise RefusedError("There is no such request to you.", code="not-found")


def declined(who: Session, wanted: str) -> Answer:
    """Say no to a request."""
    found = who.api.post(KeyRequestState, f"/key-requests/{wanted}/decline")
    return Answer({"request": found.request, "state": found.state}, [f"Declined {found.request}."])
