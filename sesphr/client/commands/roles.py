"""What an owner gives to roles, to be opened while the owner is away; and what lists said before."""

from argparse import Namespace
from collections.abc import Collection
from typing import Any

from sesphr.client import history, people, rules, sharing, standing
from sesphr.client.answers.lists import Authorities, Authority
from sesphr.client.app import Answer, App
from sesphr.client.commands import sharing as persons
from sesphr.client.commands.names import partitions as check_names
from sesphr.client.commands.sharing import require_keys, require_owner
from sesphr.client.errors import UsageError
from sesphr.client.lines import clean
from sesphr.client.rules import Rule
from sesphr.client.session import Session
from sesphr.client.standing import RoleGrant
from sesphr.client.times import iso, until
from sesphr.crypto.encoding import b64u_decode
from sesphr.crypto.errors import DecodingError


def grant_either(app: App, options: Namespace) -> Answer:
    """Grant to the member or to the role that is named."""
    _check_one(options)
    return grant(app, options) if options.role else persons.grant(app, options)


def revoke_either(app: App, options: Namespace) -> Answer:
    """Take back from the member or from the role that is named."""
    _check_one(options)
    return revoke(app, options) if options.role else persons.revoke(app, options)


def _check_one(options: Namespace) -> None:
    if (options.email is None) == (options.role is None):
        raise UsageError("Name either an e-mail address or a --role.")
    if options.issuer is not None and options.role is None:
        raise UsageError("--issuer belongs to --role.")


def grant(app: App, options: Namespace) -> Answer:
    """Let whoever an authority certifies in a role read partitions, without asking each time."""
    chosen, end = check_names(options.partition, shared=True), until(options.until)
    with app.signed_in() as who:
        require_owner(who)
        authority = find_authority(who, options.role, options.issuer)
        wanted = RoleGrant(
            authority.role, authority.issuer, tuple(chosen), end, history=options.history
        )
        require_keys(who, wanted.partitions)
        outcome = sharing.change(who, lambda present: standing.given(present, wanted))
    data = {
        "role": wanted.role, "issuer": wanted.issuer, "issuer_name": authority.name,
        "granted": list(chosen), "until": iso(end), "history": wanted.history, **outcome.as_json(),
    }  # fmt: skip
    return Answer(data, _may_read(authority, wanted), [_trust(who)])


def find_authority(who: Session, role: str, issuer: str | None) -> Authority:
    """The one authority that certifies a role here, or the one that is named.

    Raises:
        UsageError: none, several and none named, or not this one.
    """
    known = who.api.get(Authorities, "/authorities").authorities
    of_role = [one for one in known if one.role == role]
    found = [one for one in of_role if issuer in (None, one.issuer)]
    if len(found) == 1:
        return found[0]
    if not of_role:
        raise UsageError(
            f"Nobody is known here who certifies the role {role}. You can grant to persons."
        )
    listed = ", ".join(f"{clean(one.name)} ({one.issuer})" for one in of_role)
    raise UsageError(f"Name with --issuer who certifies: {listed}.")


def _may_read(authority: Authority, wanted: RoleGrant) -> list[str]:
    end = f" until {iso(wanted.until)}" if wanted.until else ""
    which = "earlier records too" if wanted.history else "records from the day each of them joined"
    names = ", ".join(wanted.partitions)
    who = f"Every {wanted.role} whom {clean(authority.name)} certifies"
    return [f"{who} may now read {names}{end}, without asking you: {which}."]


def _trust(who: Session) -> str:
    n, t = who.deployment.n, who.deployment.t
    if t == 1:
        return "This trusts each key node: one alone could let somebody in without asking you."
    return (
        f"This trusts the key nodes: any {t} of the {n} together could let somebody in without "
        "asking you."
    )


def revoke(app: App, options: Namespace) -> Answer:
    """Take back what a role was given; what persons of that role were granted themselves stays."""
    named = check_names(options.partition, shared=True) or None
    if options.issuer is not None:
        _check_issuer(options.issuer)
    left: list[Rule] = []

    def build(present: list[Rule]) -> list[Rule]:
        nonlocal left
        left = standing.withdrawn(present, options.role, options.issuer, named)
        return left

    with app.signed_in() as who:
        require_owner(who)
        outcome = sharing.change(who, build)
        readers = _readers(who, left, named)
    data = {"role": options.role, **outcome.as_json(), "still_granted": readers}
    return Answer(data, _taken(options.role, named, changed=outcome.changed, readers=readers))


def _check_issuer(issuer: str) -> None:
    try:
        b64u_decode(issuer, 32)
    except DecodingError:
        raise UsageError("An issuer is named by its digest: 43 characters.") from None


def _readers(who: Session, left: list[Rule], named: Collection[str] | None) -> list[str]:
    """Members whom the list lets read these partitions for themselves: logins where they are known."""
    known = people.known_logins(who.folder)
    pairs = rules.wanted_pairs(left)
    return sorted(
        {known.get(member, member) for member, name in pairs if not named or name in named}
    )


def _taken(
    role: str, named: Collection[str] | None, *, changed: bool, readers: list[str]
) -> list[str]:
    what = ", ".join(named) if named else "anything"
    if not changed:
        return [f"No rule gave {what} to every {role}; nothing was changed."]
    lines = [f"Nobody reads {what} any more because of being a {role}."]
    if readers:
        lines.append(f"Granted to persons themselves, and still so: {', '.join(readers)}.")
    return lines


def deal_again(app: App, options: Namespace) -> Answer:
    """Deal what the key nodes lack, which is everything after their number or names changed."""
    del options
    with app.signed_in() as who:
        require_owner(who)
        outcome = sharing.change(who, lambda present: present)
    line = (
        "The key nodes were dealt what they lacked." if outcome.changed else "Nothing was lacking."
    )
    return Answer(outcome.as_json(), [line])


def lists(app: App, options: Namespace) -> Answer:
    """All lists of one's own so far, each verified, with what it changed."""
    del options
    with app.signed_in() as who:
        require_owner(who)
        found = history.lists(who)
    data: dict[str, Any] = {"lists": [one.as_json() for one in found], "verified": True}
    return Answer(data, [line for one in found for line in one.lines()])
