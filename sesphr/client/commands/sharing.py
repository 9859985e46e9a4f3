"""Approving, granting and taking back: each is the owner's next access control list."""

from argparse import Namespace
from collections.abc import Iterable

from sesphr.client import people, revoking, rules, sharing
from sesphr.client.app import Answer, App
from sesphr.client.commands.names import partitions as check_names
from sesphr.client.commands.requests import check_request, find_incoming
from sesphr.client.errors import ConflictError, IntegrityError, RefusedError, UsageError
from sesphr.client.people import Person
from sesphr.client.registration import OWNER
from sesphr.client.revoking import Revocation
from sesphr.client.session import Session, checked_login
from sesphr.client.sharing import Outcome
from sesphr.client.times import iso, until


def approve(app: App, options: Namespace) -> Answer:
    """Approve a request, whole or in part; earlier records are included unless said otherwise."""
    named, end = check_names(options.partition, shared=True), until(options.until)
    with app.signed_in() as who:
        _require_owner(who)
        one, person = find_incoming(who, options.request)
        if one.state == "declined":
            raise ConflictError("This request was declined already.")
        asked = check_request(who, one, person).payload["partitions"]
        chosen = named or check_names(asked, shared=True)
        if not set(chosen) <= set(asked):
            raise UsageError(f"Asked for was {', '.join(asked)}, nothing else.")
        grant = rules.Grant(
            person.member, person.key, tuple(chosen), end, history=not options.no_history
        )
        outcome = _grant(who, person, one.asker_login, grant, [one.id])
    data = {"request": one.id, "state": "approved", **_terms(grant), **outcome.as_json()}
    return Answer(data, [f"{one.asker_name} may now read {', '.join(chosen)}."])


def grant(app: App, options: Namespace) -> Answer:
    """Let a member read partitions without having been asked."""
    login, end = checked_login(options.email), until(options.until)
    chosen = check_names(options.partition, shared=True)
    with app.signed_in() as who:
        _require_owner(who)
        if login == who.me.login:
            raise UsageError("Your own records are yours to read.")
        entry, person = who.directory.by_login(login)
        wanted = rules.Grant(person.member, person.key, tuple(chosen), end, history=options.history)
        outcome = _grant(who, person, login, wanted, [])
    data = {"member": person.member, "login": login, **_terms(wanted), **outcome.as_json()}
    return Answer(data, [f"{entry.name} may now read {', '.join(chosen)}."])


def _require_owner(who: Session) -> None:
    if who.me.role != OWNER:
        raise RefusedError("Only owners share records.", code="not-owner")


def _terms(wanted: rules.Grant) -> dict[str, object]:
    return {
        "granted": list(wanted.partitions), "until": iso(wanted.until), "history": wanted.history
    }  # fmt: skip


def _grant(
    who: Session, person: Person, login: str, wanted: rules.Grant, answers: Iterable[str]
) -> Outcome:
    people.pin(who.folder, person, login)
    _require_keys(who, wanted.partitions)
    return sharing.change(who, lambda present: rules.granted(present, wanted), answers)


def _require_keys(who: Session, partitions: Iterable[str]) -> None:
    """Refuse partitions for which the owner has no key: nothing can be dealt."""
    person = who.registered()
    missing = [name for name in partitions if person.epoch(name) is None]
    if missing:
        raise UsageError(
            f"You have no partition {', '.join(missing)} yet; deposit something in it first."
        )


def revoke(app: App, options: Namespace) -> Answer:
    """Take back all, or the partitions named; succeeds also where nothing was granted."""
    login = checked_login(options.email)
    named = check_names(options.partition, shared=True) or None
    with app.signed_in() as who:
        _require_owner(who)
        done = revoking.revoke(who, login, named)
    data = {
        "member": done.member,
        "login": login,
        **done.outcome.as_json(),
        "unknown": done.unknown,
    }
    what = ", ".join(named) if named else "everything"
    line = (
        f"{login} may not read {what} any more." if done.outcome.changed else "Nothing was granted."
    )
    notes = [f"Not known here, and still allowed to read: {one}." for one in done.unknown]
    return Answer(data, [line], notes, failure=None if done.certain else _uncertain(login, done))


def _uncertain(login: str, done: Revocation) -> IntegrityError:
    return IntegrityError(
        f"STOP: the server names member {done.member} for {login}, whom your access list does not "
        f"name; it lets read whom this HOME does not know: {', '.join(done.unknown)}. One of them "
        "may be meant. Revoke where you granted, or grant them anew here by their address first."
    )
