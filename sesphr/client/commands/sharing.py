"""Approving, granting and taking back: each is the owner's next access control list."""

from argparse import Namespace
from collections.abc import Iterable
from typing import Any

from sesphr.client import compared, people, revoking, rules, sharing
from sesphr.client.app import Answer, App
from sesphr.client.commands.names import address
from sesphr.client.commands.names import partitions as check_names
from sesphr.client.commands.requests import check_request, find_incoming
from sesphr.client.errors import ConflictError, IntegrityError, RefusedError, UsageError
from sesphr.client.lines import clean, revocation
from sesphr.client.people import Person
from sesphr.client.registration import OWNER
from sesphr.client.revoking import Revocation
from sesphr.client.rules import Rule
from sesphr.client.session import Session
from sesphr.client.sharing import Change, Outcome
from sesphr.client.times import iso, now, until
from sesphr.crypto.encoding import b64u_encode

APPROVED = "requests-approved"


def approve(app: App, options: Namespace) -> Answer:
    """Approve a request, whole or in part; earlier records are included unless said otherwise."""
    named, end = check_names(options.partition, shared=True), until(options.until)
    with app.signed_in() as who:
        require_owner(who)
        one, person = find_incoming(who, options.request)
        if one.state == "declined":
            raise ConflictError("This request was declined already.")
        signed = check_request(who, one, person)
        asked, name = signed.payload["partitions"], b64u_encode(signed.digest)
        chosen = named or check_names(asked, shared=True)
        if not set(chosen) <= set(asked):
            raise UsageError(f"Asked for was {', '.join(asked)}, nothing else.")
        grant = rules.Grant(
            person.member, person.key, tuple(chosen), end, history=not options.no_history
        )
        again = one.state == "approved" or name in who.folder.read(APPROVED)
        build = _the_same(grant, asked) if again else _with(grant)
        outcome = _grant(who, person, one.asker_login, one.asker_role, grant, build, [one.id])
        # Shown as waiting once more, it must not give back what was taken back since.
        who.folder.update(APPROVED, **{name: now()})
    data = {"request": one.id, "state": "approved", **_terms(grant), **outcome.as_json()}
    return Answer(data, [_may_read(one.asker_name, grant)])


def grant(app: App, options: Namespace) -> Answer:
    """Let a member read partitions, or add to them, without having been asked."""
    login, end = address(options.email), until(options.until)
    if options.add and options.history:
        raise UsageError("--history is about reading; --add lets read nothing.")
    chosen = check_names(options.partition, shared=True)
    with app.signed_in() as who:
        require_owner(who)
        if login == who.me.login:
            raise UsageError("Your own records are yours to read.")
        entry, person = who.directory.by_login(login)
        wanted = rules.Grant(
            person.member, person.key, tuple(chosen), end, history=options.history,
            action=rules.ADD if options.add else rules.READ,
        )  # fmt: skip
        outcome = _grant(who, person, login, entry.role, wanted, _with(wanted), [])
    data = {
        "member": person.member, "login": login, "action": wanted.action, **_terms(wanted),
        **outcome.as_json(),
    }  # fmt: skip
    return Answer(data, [_may_read(entry.name, wanted)])


def _may_read(name: str, wanted: rules.Grant) -> str:
    """Who may read what, and, of what the day of joining decides, which records."""
    end = f" until {iso(wanted.until)}" if wanted.until else ""
    if wanted.action == rules.ADD:
        return (
            f"{clean(name)} may now add to {', '.join(wanted.partitions)}{end}, and reads nothing by "
            "that. What is added waits for your answer."
        )
    text = f"{clean(name)} may now read {', '.join(wanted.partitions)}{end}"
    if wanted.history:
        return f"{text}, of earlier records too."
    return (
        f"{text}, of records from the day on which {clean(name)} joined; `grant` with --history "
        "adds earlier ones."
    )


def _with(wanted: rules.Grant) -> Change:
    return lambda present: rules.granted(present, wanted)


def _the_same(wanted: rules.Grant, asked: Iterable[str]) -> Change:
    """Leave the list as it is: an answer that was given is repeated, never given anew."""

    def build(present: list[Rule]) -> list[Rule]:
        if not rules.is_in_force(present, wanted, asked):
            # Not a ConflictError: reading the list once more would change nothing.
            raise UsageError(
                "This request was answered already; use grant to change it.", code="conflict"
            )
        return present

    return build


def require_owner(who: Session) -> None:
    """Refuse members who own no records."""
    if who.me.role != OWNER:
        raise RefusedError("Only owners share records.", code="not-owner")


def _terms(wanted: rules.Grant) -> dict[str, object]:
    return {
        "granted": list(wanted.partitions), "until": iso(wanted.until), "history": wanted.history
    }  # fmt: skip


def compare(app: App, options: Namespace) -> Answer:
    """Remember that somebody's fingerprint, as they read it out, is that of their keys here."""
    login = address(options.email)
    with app.signed_in() as who:
        entry, person = who.directory.by_login(login)
        since = compared.note(who.folder, person, login, " ".join(options.fingerprint))
    data = {"member": person.member, "login": login, "compared": iso(since)}
    return Answer(data, [f"The keys of {clean(entry.name)} are those that you compared."])


def _grant(
    who: Session, person: Person, login: str, role: str, wanted: rules.Grant, build: Change,
    answers: Iterable[str],
) -> Outcome:  # fmt: skip
    compared.require(who.folder, person, login, role)
    people.pin(who.folder, person, login)
    require_keys(who, wanted.partitions)
    return sharing.change(who, build, answers)


def require_keys(who: Session, partitions: Iterable[str]) -> None:
    """Refuse partitions for which the owner has no key: nothing can be dealt."""
    person = who.registered()
    missing = [name for name in partitions if person.epoch(name) is None]
    if missing:
        raise UsageError(
            f"You have no partition {', '.join(missing)} yet; deposit something in it first."
        )


def revoke(app: App, options: Namespace) -> Answer:
    """Take back all, or the partitions named; succeeds also where nothing was granted."""
    login = address(options.email)
    named = check_names(options.partition, shared=True) or None
    with app.signed_in() as who:
        require_owner(who)
        require_keys(who, named or ())
        done = revoking.revoke(who, login, named)
    data: dict[str, Any] = {
        "member": done.member, "login": login, **done.outcome.as_json(), "unknown": done.unknown,
        "granted_to": done.granted_to,
    }  # fmt: skip
    notes = [f"Not known here, and still allowed to read: {one}." for one in done.unknown]
    return Answer(
        data,
        revocation(data, named),
        notes,
        failure=None if done.certain else _uncertain(login, done),
    )


def _uncertain(login: str, done: Revocation) -> IntegrityError:
    return IntegrityError(
        f"STOP: the server names member {done.member} for {login}, whom your access list does not "
        f"name; it lets read whom this HOME does not know: {', '.join(done.unknown)}. One of them "
        "may be meant. Revoke where you granted, or grant them anew here by their address first."
    )
