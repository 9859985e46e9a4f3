"""For whom one acts: adding a dependant, second guardians, leaving."""

from argparse import Namespace
from typing import Any

from sesphr.client import compared, guardians, handing
from sesphr.client.answers.family import Dependant, GuardianOf, Invitation
from sesphr.client.app import Answer, App
from sesphr.client.commands.names import address
from sesphr.client.errors import RefusedError, UsageError
from sesphr.client.lines import clean
from sesphr.client.times import iso

WAITS = "The administrator has to check it first; then act with --for."


def dependant_add(app: App, options: Namespace) -> Answer:
    """Make keys for a child or an elder and register them with oneself as guardian."""
    with app.signed_in() as who:
        member, login, state = guardians.add(who, options.name.strip())
    data = {"member": member, "login": login, "state": state}
    return Answer(data, [f"Added as {login}. {WAITS}"])


def dependant_list(app: App, options: Namespace) -> Answer:
    """List for whom one acts, and who asks one to."""
    with app.signed_in() as who:
        found = guardians.overview(who)
    data: dict[str, Any] = {
        "dependants": [_dependant(one) for one in found.dependants],
        "invitations": [_invitation(one) for one in found.invitations],
        "ready": found.ready,
    }
    lines = [f"{clean(one.name)} <{one.login}>, {one.state}" for one in found.dependants]
    lines += [
        f"Asked by {clean(one.by)} <{clean(one.by_login)}>: act for {clean(one.name)}?"
        for one in found.invitations
    ]
    return Answer(data, lines)


def _dependant(one: Dependant) -> dict[str, Any]:
    named = one.model_dump(include={"member", "login", "name", "state"})
    return {
        **named,
        "since": iso(one.since),
        "guardians": [_guardian(each) for each in one.guardians],
    }


def _guardian(one: GuardianOf) -> dict[str, Any]:
    return {"member": one.member, "name": one.name, "login": one.login, "since": iso(one.since)}


def _invitation(one: Invitation) -> dict[str, Any]:
    return {"dependant": one.dependant, "name": one.name, "by": one.by, "by_login": one.by_login}


def dependant_hand_over(app: App, options: Namespace) -> Answer:
    """Make a code with which a dependant takes the account over, or make it worthless."""
    with app.signed_in() as who:
        dependant = guardians.chosen(who, options.dependant)
        if options.take_back:
            handing.withdraw(who, dependant)
            return Answer({"dependant": dependant.member, "code": None}, ["The code is worthless."])
        code, expires = handing.offer(who, dependant)
    name = clean(dependant.name)
    data = {"dependant": dependant.member, "code": code, "expires": iso(expires)}
    lines = [
        f"Give this code to {name}, and to nobody else (shown only now): {code}",
        f"With it {name} makes keys of their own until {iso(expires)}: `take-over`.",
        "From then on no guardian can open or share anything.",
    ]
    return Answer(data, lines)


def guardian_ready(app: App, options: Namespace) -> Answer:
    """Let oneself be found as a second guardian by one's exact address, or no more."""
    with app.signed_in() as who:
        guardians.let_find(who, yes=not options.stop)
    words = "Nobody finds you" if options.stop else "Whoever knows your address finds you"
    return Answer({"ready": not options.stop}, [f"{words} as a guardian."])


def guardian_invite(app: App, options: Namespace) -> Answer:
    """Ask somebody to be a second guardian, after comparing their fingerprint."""
    login = address(options.email)
    with app.signed_in() as who:
        dependant = guardians.chosen(who, options.dependant)
        if options.fingerprint:
            _, person, _ = guardians.find(who, login)
            compared.note(who.folder, person, login, " ".join(options.fingerprint))
        name = guardians.invite(who, dependant, login)
    data = {"dependant": dependant.member, "invited": login}
    return Answer(
        data, [f"{clean(name)} is asked; once accepted, they act for {clean(dependant.name)}."]
    )


def guardian_accept(app: App, options: Namespace) -> Answer:
    """Accept to act for somebody, after comparing the fingerprint of the guardian who asks."""
    with app.signed_in() as who:
        found = _asked(guardians.overview(who).invitations, options.dependant)
        if options.fingerprint:
            person, read_out = guardians.inviter(who, found), " ".join(options.fingerprint)
            compared.note(who.folder, person, found.by_login, read_out)
        guardians.accept(who, found)
    data = {"dependant": found.dependant, "name": found.name}
    return Answer(data, [f"You act for {clean(found.name)} now: give --for {found.dependant}."])


def _asked(invitations: list[Invitation], text: str) -> Invitation:
    found = [one for one in invitations if text in (one.dependant, one.name)]
    if len(found) != 1:
        raise RefusedError(f"There is no such invitation to you: {text!r}.", code="not-found")
    return found[0]


def guardian_remove(app: App, options: Namespace) -> Answer:
    """Remove a guardian whom one invited, take an invitation back, leave, or decline."""
    with app.signed_in() as who:
        found = guardians.overview(who)
        if options.email is None and (
            asked := _asked_or_none(found.invitations, options.dependant)
        ):
            guardians.end(who, asked.id)
            return Answer({"dependant": asked.dependant, "ended": who.me.login}, ["Declined."])
        dependant = guardians.chosen(who, options.dependant)
        login = who.me.login if options.email is None else address(options.email)
        row = next((one for one in dependant.guardians if one.login == login), None)
        if row is None:
            raise UsageError(f"{login} is no guardian of {clean(dependant.name)}.")
        guardians.end(who, row.id)
    data = {"dependant": dependant.member, "ended": login}
    return Answer(data, [f"{login} acts for {clean(dependant.name)} no more."])


def _asked_or_none(invitations: list[Invitation], text: str) -> Invitation | None:
    return next((one for one in invitations if text in (one.dependant, one.name)), None)
